//! One update on its way through a handler: who, in which language, and how it ends. Whatever
//! a handler does, its messages and the mark "handled" belong to one transaction.

use std::sync::Arc;

use waiaas_daemon_core::Error;
use waiaas_daemon_core::actor::Actor;
use waiaas_daemon_core::console::inbox;
use waiaas_daemon_core::console::operators::Operator;
use waiaas_daemon_core::console::outbox::{Draft, Target};
use waiaas_daemon_core::db::WriteTx;

use super::auth::{Gate, Incoming, What};
use super::console::Console;
use super::view::{Reader, View, grant};

/// Telegram's id of an update.
#[derive(Debug, Clone, Copy)]
pub(super) struct UpdateId(pub(super) i64);

/// One update on its way.
#[derive(Clone)]
pub(super) struct Turn {
    pub(super) console: Console,
    pub(super) incoming: Arc<Incoming>,
    /// The person's language and time zone.
    pub(super) reader: Reader,
    /// The decision's `now`, Unix seconds.
    pub(super) now: i64,
    update_id: i64,
    operator: Option<Operator>,
}

impl Turn {
    /// Joins what the tree has found out.
    pub(super) fn begin(
        console: Console,
        update_id: UpdateId,
        incoming: Arc<Incoming>,
        gate: Gate,
    ) -> Self {
        let operator = match gate {
            Gate::Operator(operator) | Gate::TooSmall { operator, .. } => Some(*operator),
            Gate::Stranger | Gate::Ignored => None,
        };
        let now = console.core.clock.now_s();
        let reader = match &operator {
            Some(operator) => console.reader_of(operator, now),
            None => console.reader(incoming.language_code.as_deref(), now),
        };
        Self {
            console,
            incoming,
            reader,
            now,
            update_id: update_id.0,
            operator,
        }
    }

    /// Marks an update as handled that asks for nothing.
    pub(super) async fn ignore(console: &Console, update_id: UpdateId) -> Result<(), Error> {
        let now = console.core.clock.now_s();
        let tx = console.core.db.begin_write().await?;
        inbox::mark_handled(&*tx, update_id.0, now).await?;
        tx.commit().await
    }

    /// The operator as actor.
    ///
    /// # Errors
    /// [`Error::AdminAccessDenied`] when there is none: the tree lets no stranger so far.
    pub(super) fn actor(&self) -> Result<Actor, Error> {
        self.operator
            .as_ref()
            .map(Operator::actor)
            .ok_or(Error::AdminAccessDenied)
    }

    /// The operator.
    ///
    /// # Errors
    /// As [`Turn::actor`].
    pub(super) fn operator(&self) -> Result<&Operator, Error> {
        self.operator.as_ref().ok_or(Error::AdminAccessDenied)
    }

    /// Telegram's id of the update.
    pub(super) const fn update_id(&self) -> i64 {
        self.update_id
    }

    /// The tapped message.
    pub(super) fn tapped_message(&self) -> Option<i64> {
        match self.incoming.what {
            What::Tap { message_id, .. } => message_id,
            What::Message { .. } => None,
        }
    }

    /// A view as a new message in this chat.
    pub(super) fn say(&self, view: View) -> Vec<Draft> {
        let (user, chat) = (self.incoming.user_id, self.incoming.chat_id);
        let drafts = self.for_reader(view).into_sends(user, chat, self.now);
        self.in_topic(drafts)
    }

    /// A view in place of the tapped message; as a new one where there is none to edit.
    pub(super) fn replace(&self, view: View) -> Vec<Draft> {
        match self.tapped_message() {
            Some(id) => {
                let target = Target::Message(id);
                let (user, chat) = (self.incoming.user_id, self.incoming.chat_id);
                let view = self.for_reader(view);
                self.in_topic(view.into_edit(user, chat, target, self.now))
            }
            None => self.say(view),
        }
    }

    /// What is said in a topic is answered there.
    fn in_topic(&self, mut drafts: Vec<Draft>) -> Vec<Draft> {
        let thread_id = self.incoming.thread_id.map(i64::from);
        for draft in &mut drafts {
            draft.thread_id = thread_id;
        }
        drafts
    }

    /// Without the buttons that the reader's role may not use; a stranger has none.
    fn for_reader(&self, view: View) -> View {
        match &self.operator {
            Some(operator) => view.for_role(operator.role),
            None => view,
        }
    }

    /// The answer to the tap; empty for a message.
    pub(super) fn answer(&self, toast: Option<String>) -> Vec<Draft> {
        match &self.incoming.what {
            What::Tap { query_id, .. } => {
                vec![Draft::answer(
                    self.incoming.chat_id,
                    query_id.clone(),
                    toast,
                )]
            }
            What::Message { .. } => Vec::new(),
        }
    }

    /// An error of the domain as a message: its own text and hint, in the reader's language.
    ///
    /// # Errors
    /// An infrastructure error is none for a chat: it is passed on.
    pub(super) fn refusal(&self, error: &Error) -> Result<View, Error> {
        let locale = self.reader.locale();
        let hints: Vec<String> = match error {
            Error::RequestInvalid(issues) => {
                issues.iter().map(|issue| locale.issue(issue)).collect()
            }
            other => locale.hint(other).into_iter().collect(),
        };
        Ok(grant::refused(&self.reader, &locale.message(error), &hints))
    }

    /// Ends the turn: messages and the mark in one transaction. An update that was handled
    /// before leaves nothing behind.
    pub(super) async fn finish(&self, tx: WriteTx, drafts: Vec<Draft>) -> Result<(), Error> {
        if !inbox::mark_handled(&*tx, self.update_id, self.now).await? {
            return Ok(());
        }
        for draft in drafts {
            draft.enqueue(&self.console.core, &*tx, self.now).await?;
        }
        tx.commit().await?;
        self.console.core.ring();
        Ok(())
    }

    /// Ends a turn that has only messages.
    pub(super) async fn finish_with(&self, drafts: Vec<Draft>) -> Result<(), Error> {
        let tx = self.console.core.db.begin_write().await?;
        self.finish(tx, drafts).await
    }
}
