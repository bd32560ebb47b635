//! The state of the whole system: kill switch and the freeze of a restored database
//! (PROTOCOL.md section 9).

pub mod repo;
pub mod service;
pub mod status;

use serde::{Deserialize, Serialize};

use crate::error::{Error, LockReason};

/// Since when, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// Unix seconds.
    pub since: i64,
    /// Label of the actor.
    pub by: String,
}

/// What stands between agents and their sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemState {
    /// The kill switch, when on.
    pub kill_switch: Option<Switch>,
    /// The freeze, when a restored database waits for the owner.
    pub frozen: Option<Switch>,
}

impl SystemState {
    /// Why agents are refused right now, if they are.
    #[must_use]
    pub fn lock(&self) -> Option<LockReason> {
        if self.kill_switch.is_some() {
            Some(LockReason::KillSwitch)
        } else {
            self.frozen
                .is_some()
                .then_some(LockReason::RestoredDatabase)
        }
    }

    /// Refuses while locked.
    ///
    /// # Errors
    /// [`Error::SystemLocked`].
    pub fn require_unlocked(&self) -> Result<(), Error> {
        self.lock()
            .map_or(Ok(()), |reason| Err(Error::SystemLocked { reason }))
    }
}
