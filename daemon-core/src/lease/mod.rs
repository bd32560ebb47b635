//! Which of several daemons on one database speaks for all: a lease with an end, renewed while
//! its holder lives and taken over when it does not (CONSOLE.md, "Living with Telegram"). A
//! daemon that begins anew on the same data directory is the same holder and need not wait.

mod repo;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::core::Core;
use crate::error::Error;

/// How long a lease lasts without being renewed, seconds.
pub const LEASE_S: i64 = 30;
/// It is renewed as soon as less than this is left, seconds.
const RENEW_BELOW_S: i64 = 20;
/// A lease that ends later than this was given by a clock that has been set back, seconds.
const AHEAD_MAX_S: i64 = 3_600;
/// How often a holder looks after its lease, and another daemon whether it has ended, seconds.
const LOOK_EVERY_S: u64 = 5;

/// A lease by name; cheap to clone, and every clone is the same claim.
#[derive(Clone)]
pub struct Lease {
    core: Core,
    name: &'static str,
    /// Until when it is ours, Unix seconds; 0 while it is not.
    until: Arc<Mutex<i64>>,
}

impl Lease {
    /// Claims nothing yet.
    #[must_use]
    pub fn new(core: &Core, name: &'static str) -> Self {
        Self {
            core: core.clone(),
            name,
            until: Arc::default(),
        }
    }

    /// Whether this daemon is the one, now: takes or renews the lease where that is due.
    ///
    /// # Errors
    /// As the database says; then this daemon must not act.
    pub async fn hold(&self) -> Result<bool, Error> {
        let mut until = self.until.lock().await;
        let now = self.core.clock.now_s();
        if is_fresh(*until, now) {
            return Ok(true);
        }
        let holder = &self.core.daemon_id;
        let tx = self.core.db.begin_write().await?;
        let ours = repo::take(&*tx, self.name, holder, now).await?;
        tx.commit().await?;
        let before = std::mem::replace(&mut *until, if ours { now + LEASE_S } else { 0 });
        match (before > 0, ours) {
            (false, true) => tracing::debug!(lease = self.name, "taken"),
            (true, false) => tracing::warn!(lease = self.name, "another daemon has taken over"),
            (true, true) | (false, false) => {}
        }
        Ok(ours)
    }

    /// Waits until this daemon is the one; `false` when cancelled before.
    pub async fn wait(&self, stop: &CancellationToken) -> bool {
        loop {
            match self.hold().await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(cause) => {
                    tracing::warn!(%cause, lease = self.name, "lease not readable; trying again");
                }
            }
            if !self.pause(stop).await {
                return false;
            }
        }
    }

    /// Renews the lease until cancelled, also while its holder waits for something else, and
    /// then gives it back, so that another daemon need not wait for its end.
    pub async fn keep(self, stop: CancellationToken) {
        while self.pause(&stop).await {
            if let Err(cause) = self.hold().await {
                tracing::warn!(%cause, lease = self.name, "lease not renewed; trying again");
            }
        }
        if let Err(cause) = self.give_back().await {
            tracing::debug!(%cause, lease = self.name, "lease not given back; it ends by itself");
        }
    }

    async fn pause(&self, stop: &CancellationToken) -> bool {
        let pause = self.core.clock.timer(Duration::from_secs(LOOK_EVERY_S));
        tokio::select! {
            () = stop.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }

    async fn give_back(&self) -> Result<(), Error> {
        let mut until = self.until.lock().await;
        if std::mem::take(&mut *until) == 0 {
            return Ok(());
        }
        let tx = self.core.db.begin_write().await?;
        repo::give_back(&*tx, self.name, &self.core.daemon_id).await?;
        tx.commit().await
    }
}

/// Whether a lease of ours lasts long enough to act without asking the database.
const fn is_fresh(until: i64, now: i64) -> bool {
    until - now >= RENEW_BELOW_S && until - now <= LEASE_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_renewed_in_time_and_not_trusted_after_a_clock_was_set_back() {
        let now = 1_000_000;
        assert!(is_fresh(now + LEASE_S, now));
        assert!(is_fresh(now + RENEW_BELOW_S, now));
        assert!(!is_fresh(now + RENEW_BELOW_S - 1, now));
        assert!(!is_fresh(now - 1, now), "it has ended");
        assert!(!is_fresh(now + LEASE_S, now - 1), "the clock was set back");
        assert!(!is_fresh(0, now), "it is not ours");
    }
}
