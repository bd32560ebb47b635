//! Ends events that no lane will.

use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{BATCH_ROWS, IDLE_MS, WAITING_MAX_S, Worker, append_dead, level_of};
use crate::error::Error;
use crate::lease::Lease;
use crate::notify::outbox;
use crate::notify::routing::{self, End};

/// How often events are looked for that no lane will end, milliseconds of the daemon's clock.
const TIDY_MS: u64 = 30_000;

impl Worker {
    /// Ends what no lane will: events from before a channel was taken out of the
    /// configuration, and those that a channel has given back when no other is left.
    pub(super) async fn run_tidy(&self, lease: &Lease, stop: CancellationToken) {
        while lease.wait(&stop).await {
            if let Err(cause) = self.tidy().await {
                tracing::warn!(%cause, "notification outbox not tidied; trying again");
            }
            let pause = self.core.clock.timer(Duration::from_millis(TIDY_MS));
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// There is nobody to tell, unless another daemon on the same database has channels.
    pub(super) async fn run_without_channels(&self, lease: &Lease, stop: CancellationToken) {
        let mut bell = self.core.listen();
        loop {
            let tidied = match lease.is_known_to_others().await {
                Ok(false) => self.tidy().await,
                Ok(true) => self.end_old_ones().await,
                Err(cause) => Err(cause),
            };
            if let Err(cause) = tidied {
                tracing::warn!(%cause, "notification outbox not tidied; trying again");
            }
            let pause = self.core.clock.timer(Duration::from_millis(IDLE_MS));
            tokio::select! {
                () = stop.cancelled() => return,
                _ = bell.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Another daemon has had channels, but has not told these in all the time.
    async fn end_old_ones(&self) -> Result<(), Error> {
        let now = self.core.clock.now_s();
        let tx = self.core.db.begin_write().await?;
        outbox::end_older_than(&*tx, now - WAITING_MAX_S, now).await?;
        tx.commit().await
    }

    pub(super) async fn tidy(&self) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let rows = outbox::waiting(self.core.db.read(), after, BATCH_ROWS).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.seq;
            for row in rows {
                let logged = outbox::logged(self.core.db.read(), &row.event_id).await?;
                let standings = self.standings(&logged, row.only_channel.as_deref());
                if routing::end(level_of(&row.level), &standings) != End::Open {
                    let mut tx = self.core.db.begin_write().await?;
                    let now = self.core.clock.now_s();
                    self.finish(&mut tx, &row, now).await?;
                    tx.commit().await?;
                }
            }
        }
    }

    /// Gives up a row that this version cannot read.
    pub(super) async fn bury(&self, seq: i64, event_id: &str, now: i64) -> Result<bool, Error> {
        let reason = "this version cannot read it";
        let mut tx = self.core.db.begin_write().await?;
        let buried = outbox::mark_dead(&*tx, seq, now, reason).await?;
        if buried {
            let details = json!({ "event_id": event_id, "reason": reason });
            append_dead(&mut tx, details, now).await?;
        }
        tx.commit().await?;
        Ok(buried)
    }
}
