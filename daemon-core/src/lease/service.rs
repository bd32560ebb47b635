//! Takes, renews and gives back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{LEASE_S, is_fresh, repo};
use crate::core::Core;
use crate::error::Error;

/// How often a holder looks after its lease, and another daemon whether it has ended, seconds.
const LOOK_EVERY_S: u64 = 5;

/// A lease by name; cheap to clone, and every clone is the same claim.
#[derive(Clone)]
pub struct Lease {
    core: Core,
    name: &'static str,
    claim: Arc<Mutex<Claim>>,
}

struct Claim {
    /// Until when it is ours, Unix seconds; 0 while it is not.
    until: i64,
    /// Whose lease may be taken although it has not ended. Once only: a copy of a data
    /// directory must not take it from the original again and again.
    former: Option<String>,
}

impl Lease {
    /// Claims nothing yet.
    #[must_use]
    pub fn new(core: &Core, name: &'static str) -> Self {
        let former = core.daemon_id.former.clone();
        Self {
            core: core.clone(),
            name,
            claim: Arc::new(Mutex::new(Claim { until: 0, former })),
        }
    }

    /// Whether this daemon is the one, now: takes or renews the lease where that is due.
    ///
    /// # Errors
    /// As the database says; then this daemon must not act.
    pub async fn hold(&self) -> Result<bool, Error> {
        let mut claim = self.claim.lock().await;
        let now = self.core.clock.now_s();
        if is_fresh(claim.until, now) {
            return Ok(true);
        }
        let own = &self.core.daemon_id.own;
        let tx = self.core.db.begin_write().await?;
        let ours = repo::take(&*tx, self.name, own, claim.former.as_deref(), now).await?;
        tx.commit().await?;
        claim.former = None;
        let until = if ours { now + LEASE_S } else { 0 };
        let before = std::mem::replace(&mut claim.until, until);
        match (before > 0, ours) {
            (false, true) => tracing::debug!(lease = self.name, "taken"),
            (true, false) => tracing::warn!(lease = self.name, "another daemon has taken over"),
            (true, true) | (false, false) => {}
        }
        Ok(ours)
    }

    /// Waits until this daemon is the one; `false` when cancelled.
    pub async fn wait(&self, stop: &CancellationToken) -> bool {
        while !stop.is_cancelled() {
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
        false
    }

    /// Renews the lease until cancelled, also while its holder waits for something else.
    pub async fn keep(self, stop: CancellationToken) {
        while self.pause(&stop).await {
            if let Err(cause) = self.hold().await {
                tracing::warn!(%cause, lease = self.name, "lease not renewed; trying again");
            }
        }
    }

    async fn pause(&self, stop: &CancellationToken) -> bool {
        let pause = self.core.clock.timer(Duration::from_secs(LOOK_EVERY_S));
        tokio::select! {
            () = stop.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }

    /// Whether another daemon than this one or its former self has held it last; takes nothing.
    ///
    /// # Errors
    /// As the database says.
    pub async fn is_known_to_others(&self) -> Result<bool, Error> {
        let own = &self.core.daemon_id.own;
        let mut claim = self.claim.lock().await;
        if let Some(former) = claim.former.take() {
            let tx = self.core.db.begin_write().await?;
            repo::inherit(&*tx, self.name, own, &former).await?;
            tx.commit().await?;
        }
        let holder = repo::holder(self.core.db.read(), self.name).await?;
        Ok(holder.is_some_and(|holder| holder != *own))
    }

    /// Gives it back, so that another daemon need not wait for its end. Call it when nothing of
    /// what it allows is under way any more.
    ///
    /// # Errors
    /// As the database says; then it ends by itself.
    pub async fn give_back(&self) -> Result<(), Error> {
        let mut claim = self.claim.lock().await;
        if std::mem::take(&mut claim.until) == 0 {
            return Ok(());
        }
        let tx = self.core.db.begin_write().await?;
        repo::give_back(&*tx, self.name, &self.core.daemon_id.own).await?;
        tx.commit().await
    }
}
