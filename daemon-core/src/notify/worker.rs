//! Hands events to channels, each channel on a lane of its own, so that none waits for another:
//! CRITICAL first, in order per session, with capped exponential backoff; what never works is
//! dead-lettered and audited (PROTOCOL.md section 10). Who is asked is decided in `routing.rs`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::channel::{Channel, ChannelError, Delivery};
use super::event::Level;
use super::lane::{Lane, RETRY_AFTER_MAX_S, pause_s};
use super::outbox::{self, Found, Logged, Pending};
use super::routing::{self, End, Seat, Standing};
use super::trouble::{Trouble, TroubleCode};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::lease::Lease;

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
    /// Channels in order of priority, with different names.
    #[must_use]
    pub fn new(core: Core, channels: Vec<Arc<dyn Channel>>) -> Self {
        let lanes = channels.iter().map(|_| Mutex::default()).collect();
        Self {
            core,
            channels,
            lanes: Arc::new(lanes),
            taken: Arc::default(),
        }
    }

    /// Works until cancelled, while the lease is this daemon's: of several daemons on one
    /// database one tells.
    pub async fn run(self, lease: Lease, stop: CancellationToken) {
        let lanes = TaskTracker::new();
        lanes.spawn(lease.clone().keep(stop.clone()));
        for channel in 0..self.channels.len() {
            let (worker, lease, stop) = (self.clone(), lease.clone(), stop.clone());
            lanes.spawn(async move { worker.run_lane(channel, &lease, stop).await });
        }
        lanes.close();
        if lease.wait(&stop).await {
            self.run_tidy(stop).await;
        }
        lanes.wait().await;
    }

    async fn run_lane(&self, channel: usize, lease: &Lease, stop: CancellationToken) {
        let mut bell = self.core.listen();
        while lease.wait(&stop).await {
            match self.pass_lane(channel).await {
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

    /// Ends what no lane will: events from before a channel was taken out of the
    /// configuration, and every event while there is no channel at all.
    async fn run_tidy(&self, stop: CancellationToken) {
        let mut bell = self.core.listen();
        loop {
            if let Err(cause) = self.tidy().await {
                tracing::warn!(%cause, "notification outbox not tidied; trying again");
            } else if !self.channels.is_empty() {
                return;
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
            worked |= self.pass_lane(channel).await?;
        }
        Ok(worked)
    }

    async fn tidy(&self) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let rows = outbox::waiting(self.core.db.read(), after, BATCH_ROWS).await?;
            let Some((last, ..)) = rows.last() else {
                return Ok(());
            };
            after = *last;
            for (seq, event_id, level) in rows {
                let logged = outbox::logged(self.core.db.read(), &event_id).await?;
                let level = level_of(&level);
                if routing::end(level, &self.standings(&logged)) != End::Open {
                    let mut tx = self.core.db.begin_write().await?;
                    let now = self.core.clock.now_s();
                    self.finish(&mut tx, seq, &event_id, level, now).await?;
                    tx.commit().await?;
                }
            }
        }
    }

    async fn pass_lane(&self, channel: usize) -> Result<bool, Error> {
        let now = self.core.clock.now_s();
        let name = self.channels[channel].name();
        let db = self.core.db.read();
        let mut worked = false;
        for found in outbox::due(db, name, now, RETRY_AFTER_MAX_S, BATCH_ROWS).await? {
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
        let seats = self.seats(&logged, now);
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

    fn seats(&self, logged: &[Logged], now: i64) -> Vec<Seat> {
        let seat = |(place, channel): (usize, &Arc<dyn Channel>)| {
            let row = logged.iter().find(|row| row.channel == channel.name());
            let next = row.and_then(|row| row.next_attempt_at).unwrap_or(now);
            let paused = next > now && next <= now + RETRY_AFTER_MAX_S;
            Seat {
                standing: row.map_or(Standing::Waiting, standing),
                due: !paused && !self.lane(place, |lane| lane.is_held(now)),
                ready: channel.is_ready(),
            }
        };
        self.channels.iter().enumerate().map(seat).collect()
    }

    fn standings(&self, logged: &[Logged]) -> Vec<Standing> {
        let of = |channel: &Arc<dyn Channel>| {
            let row = logged.iter().find(|row| row.channel == channel.name());
            row.map_or(Standing::Waiting, standing)
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
        let before = logged.iter().find(|row| row.channel == name);
        let failures = before.map_or(0, |row| row.attempts);
        let age = now - pending.created_at;
        let mut why = None;
        let mut entry = Logged {
            channel: name.to_owned(),
            status: outbox::WAITING.to_owned(),
            attempts: failures + 1,
            next_attempt_at: None,
            detail: None,
        };
        match attempt {
            Attempt::Delivered(delivery) => {
                self.lane(channel, Lane::worked);
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
                self.lane(channel, |lane| {
                    lane.failed(reason.clone(), retry_after_s, now);
                });
                if retry_after_s.is_some() {
                    entry.attempts = failures;
                }
                entry.next_attempt_at = Some(now + pause_s(entry.attempts, retry_after_s));
                if entry.attempts >= ATTEMPTS_MAX || age > WAITING_MAX_S {
                    entry.status = outbox::DEAD.to_owned();
                }
                why = Some(reason);
            }
            Attempt::Never { reason } => {
                entry.status = outbox::DEAD.to_owned();
                why = Some(reason);
            }
        }
        entry.detail = why.as_ref().map(Trouble::to_string);
        let mut tx = self.core.db.begin_write().await?;
        if let Some(trouble) = why.filter(|_| entry.status == outbox::DEAD) {
            let (event_id, reason) = (&pending.event_id, trouble.to_string());
            tracing::warn!(event_id, channel = name, reason, "an alert was given up");
            append_dead(&mut tx, trouble.recorded(event_id, Some(name)), now).await?;
        }
        outbox::log(&*tx, &pending.event_id, entry, now).await?;
        let level = pending.event.level();
        self.finish(&mut tx, pending.seq, &pending.event_id, level, now)
            .await?;
        tx.commit().await
    }

    /// Ends an event in the caller's transaction, if every channel it needs has settled.
    async fn finish(
        &self,
        tx: &mut WriteTx,
        seq: i64,
        event_id: &str,
        level: Level,
        now: i64,
    ) -> Result<(), Error> {
        let logged = outbox::logged(&**tx, event_id).await?;
        match routing::end(level, &self.standings(&logged)) {
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

    /// Gives up a row that this version cannot read.
    async fn bury(&self, seq: i64, event_id: &str, now: i64) -> Result<bool, Error> {
        let trouble = Trouble::from(TroubleCode::UnknownEvent);
        let mut tx = self.core.db.begin_write().await?;
        let buried = outbox::mark_dead(&*tx, seq, now, &trouble.to_string()).await?;
        if buried {
            append_dead(&mut tx, trouble.recorded(event_id, None), now).await?;
        }
        tx.commit().await?;
        Ok(buried)
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

/// An event that one lane is about; given back when dropped.
struct Claim<'a> {
    taken: &'a Mutex<BTreeSet<i64>>,
    seq: Option<i64>,
}

impl<'a> Claim<'a> {
    /// `None` while another lane is about it. What goes to every channel needs no claim.
    fn of(taken: &'a Mutex<BTreeSet<i64>>, seq: i64, exclusive: bool) -> Option<Self> {
        let seq = exclusive.then_some(seq);
        let free = seq.is_none_or(|seq| {
            taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(seq)
        });
        free.then_some(Self { taken, seq })
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(seq) = self.seq {
            self.taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&seq);
        }
    }
}
