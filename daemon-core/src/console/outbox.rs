//! Messages that wait to be sent to Telegram. Handlers decide and commit; a sender takes
//! from here: alerts ahead of chatter, order kept per chat (CONSOLE.md, "Living with
//! Telegram").

mod keyboards;
mod living;
mod queue;
mod shut;
mod target;
mod told;

use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
};
use serde::{Deserialize, Serialize};
use waiaas_protocol::ids::SessionId;

use super::callbacks::{self, DATA_PREFIX, NewCallback};
use crate::core::Core;
use crate::db::entity::telegram_outbox::{ActiveModel, Column, Entity};
use crate::error::Error;

pub use keyboards::{renew_keyboard, sweep_keyboards};
pub use queue::{
    AHEAD_MAX_S, Due, Found, depth, due, first_chatter, hold_chat, hurry, mark_dead, mark_later,
    mark_sent, withdraw,
};
pub use shut::{CHAT_SHUT, is_shut, may_still_arrive, reopen_chat};
pub use target::{Resolved, resolve};
pub use told::{Told, first_waiting, told};

/// The error of a message that waits because Telegram has asked for it.
pub const ASKED_TO_WAIT: &str = "Telegram asks to wait";

/// Stands in a text where the claim code of [`Draft::claim_of`] comes in when it is sent. No
/// value can hold it: values are escaped.
pub const CLAIM_CODE_MARK: &str = "<claim-code/>";

/// What goes first in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Answers to taps: they must be in time.
    Answer = 0,
    /// Alerts that must not wait for others.
    Critical = 1,
    /// Other alerts.
    Alert = 2,
    /// Everything else.
    Chatter = 3,
}

/// Which message an edit or a reply is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Telegram's message id.
    Message(i64),
    /// A row of this outbox, which may not have been sent yet.
    Outbox(i64),
    /// The newest message about a session, if there is one.
    Session(String),
}

/// What to ask of Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Call {
    /// A new message.
    Send {
        /// HTML.
        html: String,
        /// The message it replies to; sent plainly when that one is gone.
        reply_to: Option<Target>,
        /// Without a sound.
        silent: bool,
    },
    /// Another text for a message; its keyboard becomes the one given here, or none.
    Edit {
        /// Which.
        target: Target,
        /// HTML.
        html: String,
        /// Without a sound, should it have to be sent as a new message.
        #[serde(default)]
        silent: bool,
    },
    /// Another keyboard under the same text.
    SetKeyboard {
        /// Which.
        target: Target,
    },
    /// Takes the keyboard away, if it is still the one of that outbox row.
    DropKeyboard {
        /// Which.
        target: Target,
        /// The row whose keyboard it must still carry.
        keyboard_of: i64,
    },
    /// Answers a tap.
    Answer {
        /// Telegram's id of the tap.
        query_id: String,
        /// The toast, if any.
        text: Option<String>,
        /// As a dialog instead of a toast.
        alert: bool,
    },
}

impl Call {
    const fn method(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::Edit { .. } => "edit",
            Self::SetKeyboard { .. } => "set_keyboard",
            Self::DropKeyboard { .. } => "drop_keyboard",
            Self::Answer { .. } => "answer",
        }
    }
}

/// A button of a message that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    /// What stands on it.
    pub text: String,
    /// What it stands for.
    pub callback: NewCallback,
}

/// A button as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentButton {
    /// What stands on it.
    pub text: String,
    /// `callback_data`.
    pub data: String,
}

/// A message before it is enqueued.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// To whom.
    pub chat_id: i64,
    /// What goes first.
    pub priority: Priority,
    /// What to ask of Telegram.
    pub call: Call,
    /// Rows of buttons.
    pub keyboard: Vec<Vec<Button>>,
    /// A second draft with the same key is dropped.
    pub dedupe_key: Option<String>,
    /// The event that it tells.
    pub event_id: Option<String>,
    /// The session that it is about.
    pub session_id: Option<String>,
    /// The session whose claim code stands in it. The code itself is never stored.
    pub claim_of: Option<SessionId>,
    /// The topic of the chat, in a group that has topics.
    pub thread_id: Option<i64>,
    /// Kept up to date under this key: as long as no other alert about its session has come, the
    /// next draft with the same key edits this message.
    pub living_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    #[serde(flatten)]
    call: Call,
    keyboard: Vec<Vec<SentButton>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim_of: Option<SessionId>,
}

impl Draft {
    /// A plain message.
    #[must_use]
    pub fn send(chat_id: i64, html: impl Into<String>) -> Self {
        let call = Call::Send {
            html: html.into(),
            reply_to: None,
            silent: false,
        };
        Self::new(chat_id, Priority::Chatter, call)
    }

    /// Another text for a message.
    #[must_use]
    pub fn edit(chat_id: i64, target: Target, html: impl Into<String>) -> Self {
        Self::new(
            chat_id,
            Priority::Chatter,
            Call::Edit {
                target,
                html: html.into(),
                silent: false,
            },
        )
    }

    /// The answer to a tap.
    #[must_use]
    pub fn answer(chat_id: i64, query_id: impl Into<String>, text: Option<String>) -> Self {
        let call = Call::Answer {
            query_id: query_id.into(),
            text,
            alert: false,
        };
        Self::new(chat_id, Priority::Answer, call)
    }

    /// A draft without keyboard and references.
    #[must_use]
    pub const fn new(chat_id: i64, priority: Priority, call: Call) -> Self {
        Self {
            chat_id,
            priority,
            call,
            keyboard: Vec::new(),
            dedupe_key: None,
            event_id: None,
            session_id: None,
            claim_of: None,
            thread_id: None,
            living_key: None,
        }
    }

    /// With rows of buttons.
    #[must_use]
    pub fn keyboard(mut self, rows: Vec<Vec<Button>>) -> Self {
        self.keyboard = rows;
        self
    }

    /// Puts it into the outbox, in the caller's transaction; `None` when its dedupe key is
    /// known already.
    ///
    /// # Errors
    /// As the database says.
    pub async fn enqueue(
        mut self,
        core: &Core,
        tx: &impl ConnectionTrait,
        now: i64,
    ) -> Result<Option<i64>, Error> {
        if let Some(key) = &self.dedupe_key
            && Entity::find()
                .filter(Column::DedupeKey.eq(key))
                .count(tx)
                .await?
                > 0
        {
            return Ok(None);
        }
        living::join_former(tx, &mut self, now).await?;
        if self.priority == Priority::Critical {
            queue::hasten(tx, self.chat_id, self.session_id.as_deref()).await?;
        }
        let mut callbacks = Vec::new();
        let mut rows = Vec::with_capacity(self.keyboard.len());
        for row in self.keyboard {
            let mut sent = Vec::with_capacity(row.len());
            for button in row {
                let handle = core.entropy.hex::<16>();
                sent.push(SentButton {
                    text: button.text,
                    data: format!("{DATA_PREFIX}{handle}"),
                });
                callbacks.push((handle, button.callback));
            }
            rows.push(sent);
        }
        let method = self.call.method().to_owned();
        let payload = Payload {
            call: self.call,
            keyboard: rows,
            claim_of: self.claim_of,
        };
        let row = ActiveModel {
            id: ActiveValue::NotSet,
            dedupe_key: Set(self.dedupe_key),
            chat_id: Set(self.chat_id),
            priority: Set(self.priority as i64),
            method: Set(method),
            payload: Set(serde_json::to_string(&payload).map_err(Error::internal)?),
            event_id: Set(self.event_id),
            session_id: Set(self.session_id),
            created_at: Set(now),
            next_attempt_at: Set(now),
            attempts: Set(0),
            sent_at: Set(None),
            message_id: Set(None),
            dead_at: Set(None),
            last_error: Set(None),
            thread_id: Set(self.thread_id),
            living_key: Set(self.living_key),
        };
        let id = Entity::insert(row).exec(tx).await?.last_insert_id;
        for (handle, callback) in callbacks {
            callbacks::insert(tx, &handle, id, &callback, now).await?;
        }
        Ok(Some(id))
    }
}
