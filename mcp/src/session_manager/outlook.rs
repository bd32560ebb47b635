//! What the keeper says of itself: its state, what it knows, and what a model is told while
//! there is no usable token (PROTOCOL.md section 7). Pure: rules over the memory and the time.

use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::time::Timestamp;

use super::memory::{Held, Memory, Obstacle};
use super::{KeeperState, KeeperView};
use crate::guidance::Guidance;

/// Failed attempts beyond the first after which an unusable token is an error.
pub(super) const RETRIES_MAX: u32 = 3;

impl Memory {
    /// `active`, `expired` or `error` (PROTOCOL.md section 7).
    pub(super) fn state(&self, now_ms: i64) -> KeeperState {
        let Some(held) = &self.held else {
            return KeeperState::Error;
        };
        if self.refused_held().is_some() {
            return match self.orphaned {
                true => KeeperState::Error,
                false => KeeperState::Expired,
            };
        }
        if matches!(held.retry.obstacle, Some(Obstacle::Fault(_))) {
            return KeeperState::Error;
        }
        if !self.is_over(held, now_ms) {
            return KeeperState::Active;
        }
        let gave_up = held.retry.failures > RETRIES_MAX;
        match held.retry.obstacle {
            Some(Obstacle::Unavailable(_) | Obstacle::File(_)) if gave_up => KeeperState::Error,
            _ => KeeperState::Expired,
        }
    }

    pub(super) fn view(&self, now_ms: i64) -> KeeperView {
        let held = self.held.as_ref();
        let claims = held.map(|held| held.claims);
        let next_renewal_at = self
            .renewal_at_ms()
            .filter(|_| held.is_some_and(|held| !self.is_over(held, now_ms)))
            .map(|at_ms| Timestamp(self.server_ms(at_ms).div_euclid(1000)));
        KeeperView {
            state: self.state(now_ms),
            agent_id: self.pinned,
            session_id: claims.map(|claims| claims.session_id),
            generation: claims.map(|claims| claims.generation),
            expires_at: claims.map(|claims| Timestamp(claims.expires_at)),
            next_renewal_at,
            ended: held.and_then(|held| held.ended),
            refused_with: self.refused_with().map(str::to_owned),
            failures: held.map_or(0, |held| held.retry.failures),
            problem: held
                .and_then(|held| held.retry.obstacle.as_ref().map(Obstacle::to_string))
                .or_else(|| self.problem.clone()),
        }
    }

    pub(super) fn guidance(&self, now_ms: i64) -> Guidance {
        let Some(held) = &self.held else {
            return Guidance::no_session(self.problem.as_deref());
        };
        match self.refused_with().map(str::parse) {
            Some(Ok(ErrorCode::SessionRevoked)) => Guidance::session_revoked(),
            Some(_) if self.orphaned => Guidance::no_session(self.problem.as_deref()),
            Some(_) => Guidance::session_expired(),
            None if self.is_past_recovery(held, now_ms) => Guidance::session_expired(),
            None => self.guidance_of_obstacle(held),
        }
    }

    /// The token is over, and its renewal may still come through.
    fn guidance_of_obstacle(&self, held: &Held) -> Guidance {
        match &held.retry.obstacle {
            Some(Obstacle::Unavailable(reason)) => Guidance::daemon_unavailable(reason),
            Some(Obstacle::Locked) => Guidance::kill_switch_active(),
            Some(Obstacle::Suspended) => Guidance::agent_suspended(),
            Some(Obstacle::File(reason) | Obstacle::Fault(reason)) => {
                Guidance::no_session(Some(reason))
            }
            None if !self.has_told_time => {
                Guidance::daemon_unavailable("it has not told its time yet")
            }
            Some(Obstacle::TooEarly) | None => Guidance::session_expired(),
        }
    }
}
