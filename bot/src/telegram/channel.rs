//! Telegram as a channel of alerts: each event becomes one message per operator in the chat
//! outbox, in their language, once per event and chat.

use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::operators::{self, Operator};
use waiaas_daemon_core::console::outbox::{self, Call, Draft, Priority, Target};
use waiaas_daemon_core::console::preferences::{self, Mode};
use waiaas_daemon_core::notify::channel::{Channel, ChannelError, Delivery, DeliveryFuture};
use waiaas_daemon_core::notify::event::{Event, Level};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::outbox::Pending;
use waiaas_daemon_core::notify::trouble::TroubleCode;
use waiaas_protocol::wire::OperatorRole;

use super::console::{CHANNEL, Console};
use super::handler::claim;
use super::view::{Reader, alert};

/// The living message about the renewals of a session.
const RENEWALS: &str = "renewals";

/// The channel.
pub(super) struct TelegramChannel {
    console: Console,
}

impl TelegramChannel {
    pub(super) const fn new(console: Console) -> Self {
        Self { console }
    }

    async fn enqueue(&self, pending: &Pending) -> Result<Delivery, Error> {
        let core = &self.console.core;
        let now = core.clock.now_s();
        let mut recipients = operators::list(core).await?;
        recipients.extend(removed(&pending.event));
        if recipients.is_empty() {
            return Ok(Delivery::NoRecipient);
        }
        let ended = claim::ended(&self.console, pending).await?;
        let tx = core.db.begin_write().await?;
        for draft in ended.drafts {
            draft.enqueue(core, &*tx, now).await?;
        }
        let (mut wanted, mut reached) = (false, false);
        for operator in &recipients {
            let told = [pending.event.told_chat_id(), ended.told_chat_id];
            if told.contains(&Some(operator.chat_id)) {
                (wanted, reached) = (true, true);
                continue;
            }
            let reader = self.console.reader_of(operator, now);
            let wants = preferences::repo::load(&*tx, operator.user_id).await?;
            let mode = wants.delivery(&pending.event, &reader.zone, now);
            if mode == Mode::Off {
                continue;
            }
            wanted = true;
            reached |= !outbox::is_shut(&*tx, operator.chat_id).await?;
            // An edit makes no sound: whoever wants to hear renewals gets each in a message of its
            // own, in quiet hours too.
            let living = matches!(pending.event, Event::SessionRenewed { .. })
                && wants.mode(pending.event.code()) == Mode::Silent;
            for draft in drafts(pending, operator, &reader, mode, living) {
                draft.enqueue(core, &*tx, now).await?;
            }
        }
        tx.commit().await?;
        core.ring();
        // What stands in the queue of a chat that is shut reaches nobody soon: the next channel is
        // asked besides.
        Ok(match (wanted, reached) {
            (_, true) => Delivery::Accepted,
            (true, false) => Delivery::NoRecipient,
            (false, false) => Delivery::SwitchedOff,
        })
    }
}

/// The message of an event for one operator; `mode` is not [`Mode::Off`]. A `living` one edits the
/// message before it.
fn drafts(
    pending: &Pending,
    operator: &Operator,
    reader: &Reader,
    mode: Mode,
    living: bool,
) -> Vec<Draft> {
    let view = alert::view(reader, &pending.event).for_role(operator.role);
    let mut drafts = view.into_sends(operator.user_id, operator.chat_id, reader.now);
    for (part, draft) in drafts.iter_mut().enumerate() {
        draft.priority = match pending.event.level() {
            Level::Critical => Priority::Critical,
            Level::Info | Level::Warning => Priority::Alert,
        };
        draft.event_id = Some(pending.event_id.clone());
        draft.dedupe_key = Some(format!(
            "event:{}:{}:{part}",
            pending.event_id, operator.chat_id
        ));
        draft.session_id.clone_from(&pending.session_id);
        if let Call::Send {
            reply_to, silent, ..
        } = &mut draft.call
        {
            *reply_to = pending.session_id.clone().map(Target::Session);
            *silent = mode == Mode::Silent;
        }
    }
    if let ([only], true) = (drafts.as_mut_slice(), living) {
        only.living_key = Some(RENEWALS.to_owned());
    }
    drafts
}

/// The one who may no longer use the console hears of it once more.
fn removed(event: &Event) -> Option<Operator> {
    let Event::OperatorRemoved {
        user_id,
        chat_id,
        language,
        time_zone,
        name,
        at,
        ..
    } = event
    else {
        return None;
    };
    Some(Operator {
        user_id: *user_id,
        chat_id: *chat_id,
        role: OperatorRole::Viewer,
        username: None,
        display_name: Some(name.clone()),
        language: language.clone(),
        time_zone: time_zone.clone(),
        source: String::new(),
        paired_at: *at,
    })
}

impl Channel for TelegramChannel {
    fn name(&self) -> &'static str {
        CHANNEL
    }

    /// What is enqueued while Telegram is away, or refuses the token, stays in the queue. A
    /// conflict is about polling only.
    fn is_ready(&self) -> bool {
        let state = self.console.core.health.state(CHANNEL);
        !matches!(
            state,
            ChannelState::Unreachable | ChannelState::Unauthorized
        )
    }

    fn deliver<'a>(&'a self, event: &'a Pending) -> DeliveryFuture<'a> {
        Box::pin(async move {
            self.enqueue(event).await.map_err(|cause| {
                tracing::warn!(%cause, "an alert could not be enqueued; trying again");
                ChannelError::Later {
                    reason: TroubleCode::Storage.into(),
                    retry_after_s: None,
                }
            })
        })
    }
}
