//! Hands events to channels, each channel on a lane of its own, so that none waits for another:
//! CRITICAL first, in order per session, with capped exponential backoff; what never works is
//! dead-lettered and audited (PROTOCOL.md section 10). Who is asked is decided in `routing.rs`.

mod claim;
mod tidy;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::channel::{Channel, ChannelError, Delivery};
use super::event::Level;
use super::health::Hold;
use super::lane::{Lane, RETRY_AFTER_MAX_S, pause_s};
use super::outbox::{self, Found, Logged, Pending, Unfinished};
use super::routing::{self, End, Seat, Standing};
use super::trouble::{Trouble, TroubleCode};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::lease::Lease;
use claim::Claim;

/// Events looked at in one pass of a lane.
const BATCH_ROWS: u64 = 64;
/// Failed attempts before an event is given up on a channel: about a day with the capped
/// backoff. A pause that the other side asked for is no failure.
pub const ATTEMPTS_MAX: i64 = 300;
/// An event this old is given up on a channel that still does not take it, seconds: a channel
/// that is gone for good must not gather events for ever.
pub const WAITING_MAX_S: i64 = 172_800;
/// The longest pause between two passes, milliseconds of the daemon's clock.
const IDLE_MS: u64 = 5_000;
/// One attempt of one channel.
const SEND_TIMEOUT_MS: u64 = 10_000;

/// Delivers the outbox to channels; cheap to clone.
#[derive(Clone)]
pub struct Worker {
    core: Core,
    channels: Vec<Arc<dyn Channel>>,
    lanes: Arc<Vec<Mutex<Lane>>>,
    /// Events of INFO and WARNING that a lane is about, so that no other takes them too.
    taken: Arc<Mutex<BTreeSet<i64>>>,
}

/// What an attempt at an event came to.
enum Attempt {
    Delivered(Delivery),
    Later {
        reason: Trouble,
        retry_after_s: Option<i64>,
    },
    Never {
        reason: Trouble,
    },
}

impl Worker {
    /// Channels in order of priority, with different names. Whoever asks which channels there
    /// are is told these from now on.
    #[must_use]
    pub fn new(core: Core, channels: Vec<Arc<dyn Channel>>) -> Self {
        let names = channels.iter().map(|channel| channel.name()).collect();
        core.health.set_alert_channels(names);
        let lanes = channels.iter().map(|_| Mutex::default()).collect();
        Self {
            core,
            channels,
            lanes: Arc::new(lanes),
            taken: Arc::default(),
        }
    }

    /// Works until cancelled, while the lease is this daemon's: of several daemons on one
    /// database one tells. A daemon without any channel does not ask for the lease.
    pub async fn run(self, lease: Lease, stop: CancellationToken) {
        let lanes = TaskTracker::new();
        if self.channels.is_empty() {
            return self.run_without_channels(&lease, stop).await;
        }
        lanes.spawn(lease.clone().keep(stop.clone()));
        for channel in 0..self.channels.len() {
            let (worker, lease, stop) = (self.clone(), lease.clone(), stop.clone());
            lanes.spawn(async move { worker.run_lane(channel, &lease, stop).await });
        }
        lanes.close();
        self.run_tidy(&lease, stop).await;
        lanes.wait().await;
    }

    async fn run_lane(&self, channel: usize, lease: &Lease, stop: CancellationToken) {
        let mut bell = self.core.listen();
        while lease.wait(&stop).await {
            match self.pass_lane(channel, Some(lease)).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(cause) => {
                    tracing::warn!(%cause, "notification outbox not readable; trying again");
                }
            }
            let pause = self.core.clock.timer(Duration::from_millis(IDLE_MS));
            tokio::select! {
                () = stop.cancelled() => return,
                _ = bell.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One pass of every lane over what is due; says whether anything was done. Tests call it
    /// directly.
    ///
    /// # Errors
    /// As the database says.
    pub async fn pass(&self) -> Result<bool, Error> {
        self.tidy().await?;
        let mut worked = false;
        for channel in 0..self.channels.len() {
            worked |= self.pass_lane(channel, None).await?;
        }
        Ok(worked)
    }

    async fn pass_lane(&self, channel: usize, lease: Option<&Lease>) -> Result<bool, Error> {
        let now = self.core.clock.now_s();
        let name = self.channels[channel].name();
        let db = self.core.db.read();
        let mut worked = false;
        for found in outbox::due(db, name, now, RETRY_AFTER_MAX_S, BATCH_ROWS).await? {
            // A pass may take long: another daemon may have taken over meanwhile.
            if let Some(lease) = lease
                && !lease.hold().await?
            {
                break;
            }
            worked |= match found {
                Found::Due(pending) => self.consider(channel, &pending).await?,
                Found::Unreadable { seq, event_id } => self.bury(seq, &event_id, now).await?,
            };
        }
        Ok(worked)
    }

    /// Gives an event to a channel if it is that channel's to take now.
    async fn consider(&self, channel: usize, pending: &Pending) -> Result<bool, Error> {
        let level = pending.event.level();
        let exclusive = level != Level::Critical;
        let Some(_claim) = Claim::of(&self.taken, pending.seq, exclusive) else {
            return Ok(false);
        };
        // Asked anew under the claim: another lane may have told it in between.
        let db = self.core.db.read();
        if !outbox::is_waiting(db, pending.seq).await? {
            return Ok(false);
        }
        let logged = outbox::logged(db, &pending.event_id).await?;
        let now = self.core.clock.now_s();
        let held = self.lane(channel, |lane| lane.is_held(now));
        if held && now - pending.created_at > WAITING_MAX_S {
            let reason = self.lane(channel, |lane| lane.reason());
            self.settle(channel, pending, &logged, Attempt::Never { reason })
                .await?;
            return Ok(true);
        }
        let seats = self.seats(pending, &logged, now);
        if !routing::is_mine(level, &seats, channel) || !self.take_place(channel) {
            return Ok(false);
        }
        let attempt = self.attempt(channel, pending).await;
        self.settle(channel, pending, &logged, attempt).await?;
        // It may be another lane's turn now: at this event, or at the next of its session.
        if self.channels.len() > 1 {
            self.core.ring();
        }
        Ok(true)
    }

    fn lane<T>(&self, channel: usize, look: impl FnOnce(&mut Lane) -> T) -> T {
        look(
            &mut self.lanes[channel]
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn take_place(&self, channel: usize) -> bool {
        let now_ms = self.core.clock.now_ms();
        self.channels[channel]
            .pace()
            .is_none_or(|pace| self.lane(channel, |lane| lane.take(pace, now_ms)))
    }

    fn seats(&self, pending: &Pending, logged: &[Logged], now: i64) -> Vec<Seat> {
        let only = pending.only_channel.as_deref();
        let standings = self.standings(logged, only);
        let seat = |(place, channel): (usize, &Arc<dyn Channel>)| {
            let row = row_of(logged, channel.name());
            let next = row.and_then(|row| row.next_attempt_at).unwrap_or(now);
            let paused = next > now && next <= now + RETRY_AFTER_MAX_S;
            // Whoever asks for a test has often just mended the channel: a pause of our own
            // making does not count for its first attempt.
            let at_once = only.is_some() && row.is_none();
            let held = self.lane(place, |lane| match at_once {
                true => lane.is_asked_to_wait(now),
                false => lane.is_held(now),
            });
            Seat {
                standing: standings[place],
                due: !paused && !held,
                ready: channel.is_ready(),
            }
        };
        self.channels.iter().enumerate().map(seat).collect()
    }

    fn standings(&self, logged: &[Logged], only: Option<&str>) -> Vec<Standing> {
        let of = |channel: &Arc<dyn Channel>| match only {
            Some(only) if only != channel.name() => Standing::Apart,
            _ => row_of(logged, channel.name()).map_or(Standing::Waiting, standing),
        };
        self.channels.iter().map(of).collect()
    }

    async fn attempt(&self, channel: usize, pending: &Pending) -> Attempt {
        let limit = Duration::from_millis(SEND_TIMEOUT_MS);
        match tokio::time::timeout(limit, self.channels[channel].deliver(pending)).await {
            Ok(Ok(delivery)) => Attempt::Delivered(delivery),
            Ok(Err(ChannelError::Later {
                reason,
                retry_after_s,
            })) => Attempt::Later {
                reason,
                retry_after_s,
            },
            Ok(Err(ChannelError::Never { reason })) => Attempt::Never { reason },
            Err(_) => Attempt::Later {
                reason: TroubleCode::NoAnswer.into(),
                retry_after_s: None,
            },
        }
    }

    /// Marks what became of an attempt, and ends the event if that was all it waited for.
    async fn settle(
        &self,
        channel: usize,
        pending: &Pending,
        logged: &[Logged],
        attempt: Attempt,
    ) -> Result<(), Error> {
        let now = self.core.clock.now_s();
        let name = self.channels[channel].name();
        let failures = row_of(logged, name).map_or(0, |row| row.attempts);
        let (mut entry, why) = self.note(channel, attempt, failures, now);
        let waits = entry.status == outbox::WAITING;
        let age = now - pending.created_at;
        if waits && (entry.attempts >= ATTEMPTS_MAX || age > WAITING_MAX_S) {
            entry.status = outbox::DEAD.to_owned();
        }
        entry.detail = why.as_ref().map(Trouble::to_string);
        let mut tx = self.core.db.begin_write().await?;
        if let Some(trouble) = why.filter(|_| entry.status == outbox::DEAD) {
            let (event_id, reason) = (&pending.event_id, trouble.to_string());
            tracing::warn!(event_id, channel = name, reason, "an alert was given up");
            append_dead(&mut tx, trouble.recorded(event_id, Some(name)), now).await?;
        }
        outbox::log(&*tx, &pending.event_id, entry).await?;
        self.finish(&mut tx, &pending.unfinished(), now).await?;
        tx.commit().await
    }

    /// What an attempt means for the log and for the channel.
    fn note(
        &self,
        channel: usize,
        attempt: Attempt,
        failures: i64,
        now: i64,
    ) -> (Logged, Option<Trouble>) {
        let name = self.channels[channel].name();
        let mut why = None;
        let mut entry = Logged {
            channel: name.to_owned(),
            status: outbox::WAITING.to_owned(),
            at: now,
            attempts: failures + 1,
            next_attempt_at: None,
            detail: None,
        };
        match attempt {
            Attempt::Delivered(delivery) => {
                self.lane(channel, Lane::worked);
                self.core.health.set_hold(name, None);
                entry.status = match delivery {
                    Delivery::Accepted => outbox::ACCEPTED.to_owned(),
                    Delivery::NoRecipient => outbox::NO_RECIPIENT.to_owned(),
                    Delivery::SwitchedOff => outbox::SWITCHED_OFF.to_owned(),
                };
            }
            Attempt::Later {
                reason,
                retry_after_s,
            } => {
                self.hold(channel, &reason, retry_after_s, now);
                if retry_after_s.is_some() {
                    entry.attempts = failures;
                }
                entry.next_attempt_at = Some(now + pause_s(entry.attempts, retry_after_s));
                why = Some(reason);
            }
            Attempt::Never { reason } => {
                entry.status = outbox::DEAD.to_owned();
                why = Some(reason);
            }
        }
        (entry, why)
    }

    /// Leaves a channel alone for a while, and says so.
    fn hold(&self, channel: usize, reason: &Trouble, retry_after_s: Option<i64>, now: i64) {
        let until = self.lane(channel, |lane| {
            lane.failed(reason.clone(), retry_after_s, now);
            lane.held_until()
        });
        let hold = Hold {
            until,
            reason: reason.to_string(),
            asked: retry_after_s.is_some(),
        };
        let name = self.channels[channel].name();
        self.core.health.set_hold(name, Some(hold));
    }

    /// Ends an event in the caller's transaction, if every channel it needs has settled.
    async fn finish(&self, tx: &mut WriteTx, event: &Unfinished, now: i64) -> Result<(), Error> {
        let seq = event.seq;
        let logged = outbox::logged(&**tx, &event.event_id).await?;
        let standings = self.standings(&logged, event.only_channel.as_deref());
        match routing::end(level_of(&event.level), &standings) {
            End::Open => {}
            End::Done => outbox::mark_done(&**tx, seq, now).await?,
            End::Dead => {
                let reasons = logged.into_iter().filter_map(|row| row.detail);
                let reason = reasons.reduce(|_, newer| newer).unwrap_or_default();
                outbox::mark_dead(&**tx, seq, now, &reason).await?;
            }
        }
        Ok(())
    }
}

async fn append_dead(tx: &mut WriteTx, details: serde_json::Value, now: i64) -> Result<(), Error> {
    let record = Record::new(
        AuditEvent::NotificationDeadLettered,
        &Actor::Daemon,
        details,
    );
    audit::repo::append(tx, &record, now).await
}

fn row_of<'a>(logged: &'a [Logged], channel: &str) -> Option<&'a Logged> {
    logged.iter().find(|row| row.channel == channel)
}

fn standing(row: &Logged) -> Standing {
    match row.status.as_str() {
        // Nobody there wants it: another channel is not to be asked instead.
        outbox::ACCEPTED | outbox::SWITCHED_OFF => Standing::Accepted,
        outbox::NO_RECIPIENT => Standing::NoRecipient,
        outbox::DEAD => Standing::Dead,
        _ => Standing::Waiting,
    }
}

fn level_of(stored: &str) -> Level {
    [Level::Info, Level::Warning]
        .into_iter()
        .find(|level| level.as_str() == stored)
        .unwrap_or(Level::Critical)
}
