//! Hands events to channels: oldest first, in order per session, with capped exponential
//! backoff; what never works is dead-lettered and audited (PROTOCOL.md section 10).

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::channel::{Channel, ChannelError, Delivery};
use super::event::Level;
use super::outbox::{self, Found, Pending};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;

/// Events looked at in one pass.
const BATCH_ROWS: u64 = 64;
/// Attempts before an event is given up: about a day with the capped backoff.
pub const ATTEMPTS_MAX: i64 = 40;
const BACKOFF_FIRST_S: i64 = 2;
const BACKOFF_MAX_S: i64 = 3_600;
/// The longest pause between two passes, milliseconds of the daemon's clock.
const IDLE_MS: u64 = 5_000;
/// One attempt of one channel.
const SEND_TIMEOUT_MS: u64 = 10_000;

/// Delivers the outbox to channels, in order of priority.
pub struct Worker {
    core: Core,
    channels: Vec<Arc<dyn Channel>>,
}

enum Outcome {
    Done,
    Later {
        reason: String,
        retry_after_s: Option<i64>,
    },
    Dead {
        reason: String,
    },
}

impl Worker {
    /// Channels in order of priority.
    #[must_use]
    pub fn new(core: Core, channels: Vec<Arc<dyn Channel>>) -> Self {
        Self { core, channels }
    }

    /// Works until cancelled.
    pub async fn run(self, stop: CancellationToken) {
        let mut bell = self.core.listen();
        loop {
            let worked = match self.pass().await {
                Ok(worked) => worked,
                Err(cause) => {
                    tracing::warn!(%cause, "notification outbox not readable; trying again");
                    false
                }
            };
            if worked && !stop.is_cancelled() {
                continue;
            }
            let pause = self.core.clock.timer(Duration::from_millis(IDLE_MS));
            tokio::select! {
                () = stop.cancelled() => return,
                _ = bell.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One pass over what is due; says whether anything was done. Tests call it directly.
    ///
    /// # Errors
    /// As the database says.
    pub async fn pass(&self) -> Result<bool, Error> {
        let now = self.core.clock.now_s();
        let found = outbox::due(self.core.db.read(), now, BACKOFF_MAX_S, BATCH_ROWS).await?;
        let worked = !found.is_empty();
        for found in found {
            match found {
                Found::Due(pending) => {
                    let outcome = self.deliver(&pending).await?;
                    self.settle(&pending, outcome, now).await?;
                }
                Found::Unreadable { seq, event_id } => {
                    let reason = "this version cannot read it";
                    let mut tx = self.core.db.begin_write().await?;
                    bury(&mut tx, seq, &event_id, reason, now).await?;
                    tx.commit().await?;
                }
            }
        }
        Ok(worked)
    }

    async fn deliver(&self, pending: &Pending) -> Result<Outcome, Error> {
        let broadcast = pending.event.level() == Level::Critical;
        let mut later: Option<(String, Option<i64>)> = None;
        let mut never: Option<String> = None;
        let mut accepted = false;
        for channel in &self.channels {
            if accepted && !broadcast {
                break;
            }
            if outbox::is_accepted(self.core.db.read(), &pending.event_id, channel.name()).await? {
                accepted = true;
                continue;
            }
            let limit = Duration::from_millis(SEND_TIMEOUT_MS);
            let answer = tokio::time::timeout(limit, channel.deliver(pending)).await;
            match answer {
                Ok(Ok(delivery)) => {
                    accepted |= delivery == Delivery::Accepted;
                    self.log(pending, channel.name(), delivery).await?;
                }
                Ok(Err(ChannelError::Later {
                    reason,
                    retry_after_s,
                })) => {
                    later = Some((reason, retry_after_s));
                }
                Ok(Err(ChannelError::Never { reason })) => never = Some(reason),
                Err(_) => later = Some(("timed out".to_owned(), None)),
            }
        }
        Ok(match (accepted, broadcast, later, never) {
            (true, false, _, _) | (_, _, None, None) => Outcome::Done,
            (_, _, Some((reason, retry_after_s)), _) => Outcome::Later {
                reason,
                retry_after_s,
            },
            (true, true, None, Some(_)) => Outcome::Done,
            (false, _, None, Some(reason)) => Outcome::Dead { reason },
        })
    }

    async fn log(&self, pending: &Pending, channel: &str, delivery: Delivery) -> Result<(), Error> {
        let status = match delivery {
            Delivery::Accepted => outbox::ACCEPTED,
            Delivery::NoRecipient => outbox::NO_RECIPIENT,
        };
        let now = self.core.clock.now_s();
        let tx = self.core.db.begin_write().await?;
        outbox::log(&*tx, &pending.event_id, channel, status, None, now).await?;
        tx.commit().await
    }

    async fn settle(&self, pending: &Pending, outcome: Outcome, now: i64) -> Result<(), Error> {
        let attempts = pending.attempts + 1;
        let mut tx = self.core.db.begin_write().await?;
        match outcome {
            Outcome::Done => outbox::mark_done(&*tx, pending.seq, now).await?,
            Outcome::Later {
                reason,
                retry_after_s,
            } if attempts < ATTEMPTS_MAX => {
                let wait = retry_after_s.unwrap_or_else(|| backoff_s(attempts));
                outbox::mark_failed(&*tx, pending.seq, attempts, now + wait, &reason).await?;
            }
            Outcome::Later { reason, .. } | Outcome::Dead { reason } => {
                bury(&mut tx, pending.seq, &pending.event_id, &reason, now).await?;
            }
        }
        tx.commit().await
    }
}

/// Gives an event up, and says so in the audit chain.
async fn bury(
    tx: &mut WriteTx,
    seq: i64,
    event_id: &str,
    reason: &str,
    now: i64,
) -> Result<(), Error> {
    outbox::mark_dead(&**tx, seq, now, reason).await?;
    let details = json!({ "event_id": event_id, "reason": reason });
    let record = Record::new(
        AuditEvent::NotificationDeadLettered,
        &Actor::Daemon,
        details,
    );
    audit::repo::append(tx, &record, now).await
}

/// Capped exponential backoff, seconds.
#[must_use]
pub fn backoff_s(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    BACKOFF_FIRST_S
        .saturating_mul(1 << doublings)
        .min(BACKOFF_MAX_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_and_is_capped() {
        assert_eq!(backoff_s(1), 2);
        assert_eq!(backoff_s(4), 16);
        assert_eq!(backoff_s(1_000), 3_600);
    }
}
