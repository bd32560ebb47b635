//! Tells Telegram what stands in the outbox: answers first, then alerts, then the rest, in
//! order per chat, each chat at its own pace. The only place that sends.

mod call;
mod pace;

use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::actor::Actor;
use waiaas_daemon_core::audit::{self, AuditEvent, Record};
use waiaas_daemon_core::console::outbox::{self, Call, Due};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::trouble::{Trouble, TroubleCode};

use super::console::{CHANNEL, Console};
use super::fault::Fault;
use call::{Told, tell};
use pace::Pace;

const BATCH_ROWS: u64 = 32;
const CHATS_AT_ONCE: usize = 8;
const IDLE_MS: u64 = 1_000;
/// Attempts before a message is given up: about half a day with the capped backoff.
const ATTEMPTS_MAX: i64 = 150;
const BACKOFF_FIRST_S: i64 = 1;
const BACKOFF_MAX_S: i64 = 300;
/// A tap that was not answered in this time cannot be answered any more.
const ANSWER_LIFETIME_S: i64 = 60;

/// Sends until cancelled.
pub(super) async fn run(console: Console, stop: CancellationToken) {
    let mut bell = console.core.listen();
    let mut pace = Pace::new(console.pacing);
    while console.lease.wait(&stop).await {
        let pause = match pass(&console, &mut pace).await {
            Ok(Pass::Worked) => Duration::ZERO,
            Ok(Pass::Idle { pause }) => pause,
            Err(cause) => {
                tracing::warn!(%cause, "outbox not readable; trying again");
                Duration::from_millis(IDLE_MS)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = bell.changed(), if !pause.is_zero() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

enum Pass {
    Worked,
    Idle { pause: Duration },
}

async fn pass(console: &Console, pace: &mut Pace) -> Result<Pass, Error> {
    let now = console.core.clock.now_s();
    let mut pause = console.core.clock.timer(Duration::from_millis(IDLE_MS));
    let mut ready = Vec::new();
    for due in outbox::due(console.core.db.read(), now, BATCH_ROWS).await? {
        // An answer to a tap is no message and has a pace of its own.
        let wait = match due.call {
            Call::Answer { .. } => None,
            Call::Send { .. }
            | Call::Edit { .. }
            | Call::SetKeyboard { .. }
            | Call::DropKeyboard { .. } => pace.take(due.chat_id),
        };
        match wait {
            None => ready.push(due),
            Some(wait) => pause = pause.min(wait),
        }
    }
    if ready.is_empty() {
        return Ok(Pass::Idle { pause });
    }
    let mut sending = futures::stream::iter(ready)
        .map(|due| async move { deliver(console, &due).await })
        .buffer_unordered(CHATS_AT_ONCE);
    // All of them are heard out: a call that is dropped halfway would be made again.
    let mut failure = Ok(());
    while let Some(outcome) = sending.next().await {
        failure = failure.and(outcome);
    }
    failure.map(|()| Pass::Worked)
}

async fn deliver(console: &Console, due: &Due) -> Result<(), Error> {
    let told = tell(console, due).await?;
    let now = console.core.clock.now_s();
    match told {
        Ok(Told::Done(message_id)) => {
            // A conflict is about polling: that messages go out says nothing about it.
            if console.core.health.state(CHANNEL) != ChannelState::Conflict {
                console.report(ChannelState::Ok, None);
            }
            outbox::mark_sent(&console.core, due, message_id, now).await
        }
        Ok(Told::Moot) => outbox::mark_sent(&console.core, due, None, now).await,
        Ok(Told::NotYet) => {
            outbox::mark_later(&console.core, due, now + 1, "waits for its message").await
        }
        Err(fault) => failed(console, due, fault, now).await,
    }
}

async fn failed(console: &Console, due: &Due, fault: Fault, now: i64) -> Result<(), Error> {
    if let Fault::Wait { seconds } = fault {
        outbox::hold_chat(&console.core, due.chat_id, now + seconds.max(1)).await?;
    }
    let tap = matches!(due.call, Call::Answer { .. });
    let (wait, reason) = match fault {
        Fault::Wait { seconds } => (Some(seconds.max(1)), TroubleCode::AskedToWait.into()),
        Fault::Away { reason } => {
            console.report(ChannelState::Unreachable, Some(reason.clone()));
            (Some(backoff_s(due.attempts)), reason)
        }
        Fault::Unauthorized => {
            let reason = Trouble::from(TroubleCode::BotTokenRefused);
            console.report(ChannelState::Unauthorized, Some(reason.clone()));
            (Some(BACKOFF_MAX_S), reason)
        }
        Fault::Conflict => (Some(BACKOFF_MAX_S), TroubleCode::Conflict.into()),
        Fault::NotModified | Fault::MessageGone => {
            return outbox::mark_sent(&console.core, due, None, now).await;
        }
        Fault::Unparsable => (None, TroubleCode::Unparsable.into()),
        Fault::Never { reason } => (None, reason),
    };
    let late = tap && now - due.created_at > ANSWER_LIFETIME_S;
    match wait {
        Some(wait) if due.attempts < ATTEMPTS_MAX && !late => {
            // By this note the queue knows a pause that nobody may shorten.
            let note = match reason.code {
                TroubleCode::AskedToWait => outbox::ASKED_TO_WAIT.to_owned(),
                _ => reason.to_string(),
            };
            outbox::mark_later(&console.core, due, now + wait, &note).await
        }
        Some(_) | None => give_up(console, due, &reason, now).await,
    }
}

/// A dead alert is audited; a toast that came too late is not worth a word.
async fn give_up(console: &Console, due: &Due, trouble: &Trouble, now: i64) -> Result<(), Error> {
    let mut tx = console.core.db.begin_write().await?;
    let reason = trouble.to_string();
    outbox::mark_dead(&*tx, due, &reason, now).await?;
    if let Some(event_id) = &due.event_id {
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
