//! When there is something to do (PROTOCOL.md section 7, "Schedule"). Pure: rules over the
//! memory and the time.

use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::UnverifiedClaims;

use super::memory::{Held, Memory, Retry};

/// A token is renewed when this part of its unit is left (PROTOCOL.md section 7).
const RENEW_LEFT_PERCENT: i64 = 40;
/// This long before its end a token gets one more attempt, whatever pause was asked for.
const LAST_CHANCE_S: i64 = 60;

impl Memory {
    /// Whether the daemon's time is worth asking for: it is not known, or what follows from it
    /// is about to cost something.
    pub(super) fn wants_time(&self, now_ms: i64, forced: bool) -> bool {
        let matters = |held: &Held| self.is_over(held, now_ms) || self.is_ripe(held, now_ms);
        !self.synchronised || forced || self.held.as_ref().is_some_and(matters)
    }

    /// Whether the token's own end has passed.
    pub(super) fn is_over(&self, held: &Held, now_ms: i64) -> bool {
        self.server_ms(now_ms) >= held.claims.expires_at.saturating_mul(1000)
    }

    /// Whether even a successor that was granted and never arrived is over.
    pub(super) fn is_past_recovery(&self, held: &Held, now_ms: i64) -> bool {
        let last = held.claims.expires_at.saturating_add(unit_s(&held.claims));
        self.server_ms(now_ms) >= last.saturating_mul(1000)
    }

    /// When the token in use is to be renewed, by our wall clock; `None` where it is not.
    pub(super) fn renewal_at_ms(&self) -> Option<i64> {
        let held = self.held.as_ref()?;
        if held.file_lags {
            // What is overdue then is the file.
            return held.retry.next_at_ms;
        }
        if held.ended.is_some() || self.refused_held().is_some() {
            return None;
        }
        let planned_ms = planned_server_ms(held).saturating_sub(self.ahead_ms);
        Some(planned_ms.max(held.retry.next_at_ms.unwrap_or(planned_ms)))
    }

    /// Whether there is something to do now: a renewal, or a file that lags behind. A call
    /// that found no usable token does not wait for a pause that nobody asked for (`forced`).
    pub(super) fn is_due(&self, now_ms: i64, forced: bool) -> bool {
        let waiting = self
            .held
            .as_ref()
            .filter(|held| may_try(&held.retry, now_ms, forced));
        waiting.is_some_and(|held| held.file_lags || self.is_ripe(held, now_ms))
    }

    /// Whether the time has come to renew this token, which is still good.
    pub(super) fn is_ripe(&self, held: &Held, now_ms: i64) -> bool {
        held.ended.is_none()
            && self.refused_held().is_none()
            && !self.is_over(held, now_ms)
            && self.server_ms(now_ms) >= planned_server_ms(held)
    }

    /// The last moment, by our wall clock, at which an attempt can still save the token in use;
    /// no pause that a daemon asks for goes beyond it. `None` once it has passed.
    pub(super) fn last_chance_ms(&self, held: &Held, now_ms: i64) -> Option<i64> {
        let end_ms = held.claims.expires_at.saturating_mul(1000);
        let last_ms = end_ms.saturating_sub(LAST_CHANCE_S * 1000);
        let last_ms = last_ms.saturating_sub(self.ahead_ms);
        (last_ms > now_ms).then_some(last_ms)
    }
}

/// Whether the pause after the last failed attempt is over.
pub(super) fn may_try(retry: &Retry, now_ms: i64, forced: bool) -> bool {
    let waited = retry.next_at_ms.is_none_or(|at_ms| now_ms >= at_ms);
    waited || (forced && !retry.asked)
}

/// One renewal adds this much, seconds: what the token itself was given.
pub(super) fn unit_s(claims: &UnverifiedClaims) -> i64 {
    claims.expires_at.saturating_sub(claims.issued_at).max(0)
}

/// 60 % of the unit after the token was issued, by the daemon's clock, plus the jitter.
fn planned_server_ms(held: &Held) -> i64 {
    planned_renewal_ms(&held.claims).saturating_add(held.jitter_ms)
}

/// When a keeper begins to renew this token, before jitter, by the daemon's clock
/// (PROTOCOL.md section 7).
#[must_use]
pub fn planned_renewal_at(claims: &UnverifiedClaims) -> Timestamp {
    Timestamp(planned_renewal_ms(claims).div_euclid(1000))
}

fn planned_renewal_ms(claims: &UnverifiedClaims) -> i64 {
    let left_ms = unit_s(claims).saturating_mul(10 * RENEW_LEFT_PERCENT);
    claims
        .expires_at
        .saturating_mul(1000)
        .saturating_sub(left_ms)
}
