//! What becomes of a message that Telegram did not take.

use waiaas_daemon_core::Error;
use waiaas_daemon_core::actor::Actor;
use waiaas_daemon_core::audit::{self, AuditEvent, Record};
use waiaas_daemon_core::console::outbox::{self, Call, Due};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::outbox as events;
use waiaas_daemon_core::notify::trouble::{Trouble, TroubleCode};

use crate::telegram::console::{CHANNEL, Console};
use crate::telegram::fault::Fault;

/// An alert that Telegram does not take is given up after a week: an outage over some days must
/// not lose one.
const ALERT_PATIENCE_S: i64 = 604_800;
/// An answer to something that was written is not worth sending after a day.
const CHATTER_PATIENCE_S: i64 = 86_400;
/// Until a chat that was shut is tried again, unless somebody writes from there before.
const SHUT_PAUSE_S: i64 = 3_600;
const BACKOFF_FIRST_S: i64 = 1;
const BACKOFF_MAX_S: i64 = 300;
/// A tap that was not answered in this time cannot be answered any more.
const ANSWER_LIFETIME_S: i64 = 60;

/// Puts a message off, or gives it up.
///
/// # Errors
/// As the database says.
pub(super) async fn failed(
    console: &Console,
    due: &Due,
    fault: Fault,
    now: i64,
) -> Result<(), Error> {
    if let Fault::Wait { seconds } = fault {
        outbox::hold_chat(&console.core, due.chat_id, now + asked_s(seconds)).await?;
    }
    let shut = matches!(fault, Fault::Shut { .. });
    let (wait, trouble) = match fault {
        Fault::Wait { seconds } => (Some(asked_s(seconds)), TroubleCode::AskedToWait.into()),
        Fault::Away { reason } => {
            console.report(ChannelState::Unreachable, Some(reason.clone()));
            (Some(backoff_s(due.attempts)), reason)
        }
        Fault::Unauthorized => {
            let trouble = Trouble::from(TroubleCode::BotTokenRefused);
            console.report(ChannelState::Unauthorized, Some(trouble.clone()));
            (Some(BACKOFF_MAX_S), trouble)
        }
        Fault::Conflict => (Some(BACKOFF_MAX_S), TroubleCode::Conflict.into()),
        Fault::NotModified | Fault::MessageGone => {
            return outbox::mark_sent(&console.core, due, None, now).await;
        }
        Fault::Shut { reason } => (due.event_id.is_some().then_some(SHUT_PAUSE_S), reason),
        Fault::Unparsable => (None, TroubleCode::Unparsable.into()),
        Fault::Never { reason } => (None, reason),
    };
    match wait {
        Some(wait) if is_worth_waiting(due, wait, now) => {
            let note = note(&trouble, shut);
            outbox::mark_later(&console.core, due, now + wait, &note).await?;
        }
        Some(_) | None => give_up(console, due, &trouble, now).await?,
    }
    match &due.event_id {
        Some(event_id) if shut => ask_others(console, event_id).await,
        Some(_) | None => Ok(()),
    }
}

/// How the queue knows a pause that nobody may shorten, and a chat that is shut.
fn note(trouble: &Trouble, shut: bool) -> String {
    match trouble.code {
        TroubleCode::AskedToWait => outbox::ASKED_TO_WAIT.to_owned(),
        _ if shut => format!("{}{trouble}", outbox::CHAT_SHUT),
        _ => trouble.to_string(),
    }
}

/// Nobody may be reached in this chat soon: if that was the last one who could have been, other
/// channels are asked.
async fn ask_others(console: &Console, event_id: &str) -> Result<(), Error> {
    let core = &console.core;
    let tx = core.db.begin_write().await?;
    if outbox::may_still_arrive(&*tx, event_id).await? {
        return Ok(());
    }
    events::reopen(&*tx, event_id, CHANNEL).await?;
    tx.commit().await?;
    core.ring();
    Ok(())
}

/// The pause that Telegram asks for, within reason.
fn asked_s(seconds: i64) -> i64 {
    seconds.clamp(1, outbox::AHEAD_MAX_S)
}

/// Whether a message would still be of use when it is tried again. An answer to a tap that was
/// not given in time cannot be given any more.
const fn is_worth_waiting(due: &Due, wait_s: i64, now: i64) -> bool {
    let age = now - due.created_at;
    match due.call {
        Call::Answer { .. } => age + wait_s <= ANSWER_LIFETIME_S,
        Call::Send { .. }
        | Call::Edit { .. }
        | Call::SetKeyboard { .. }
        | Call::DropKeyboard { .. } => age <= patience_s(due),
    }
}

/// How long a message may wait, seconds.
const fn patience_s(due: &Due) -> i64 {
    if due.event_id.is_some() {
        ALERT_PATIENCE_S
    } else {
        CHATTER_PATIENCE_S
    }
}

/// Gives a message up.
///
/// # Errors
/// As the database says.
pub(super) async fn give_up(
    console: &Console,
    due: &Due,
    trouble: &Trouble,
    now: i64,
) -> Result<(), Error> {
    end(console, due.id, due.event_id.as_deref(), trouble, now).await
}

/// Gives up a row that this version cannot read.
///
/// # Errors
/// As the database says.
pub(super) async fn bury(
    console: &Console,
    id: i64,
    event_id: Option<String>,
    now: i64,
) -> Result<(), Error> {
    tracing::error!(id, "a message in the outbox cannot be read");
    let trouble = TroubleCode::UnknownEvent.into();
    end(console, id, event_id.as_deref(), &trouble, now).await
}

/// A dead alert is audited; a toast that came too late is not worth a word.
async fn end(
    console: &Console,
    id: i64,
    event_id: Option<&str>,
    trouble: &Trouble,
    now: i64,
) -> Result<(), Error> {
    let mut tx = console.core.db.begin_write().await?;
    let reason = trouble.to_string();
    outbox::mark_dead(&*tx, id, &reason, now).await?;
    if let Some(event_id) = event_id {
        tracing::warn!(event_id, reason, "an alert was given up");
        let details = trouble.recorded(event_id, Some(CHANNEL));
        let record = Record::new(
            AuditEvent::NotificationDeadLettered,
            &Actor::Daemon,
            details,
        );
        audit::repo::append(&mut tx, &record, now).await?;
    }
    tx.commit().await
}

fn backoff_s(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(0);
    BACKOFF_FIRST_S
        .saturating_mul(1 << doublings)
        .min(BACKOFF_MAX_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_is_capped() {
        assert_eq!(backoff_s(0), 1);
        assert_eq!(backoff_s(3), 8);
        assert_eq!(backoff_s(1_000), BACKOFF_MAX_S);
    }
}
