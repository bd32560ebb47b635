//! The answer table of PROTOCOL.md section 7: what a keeper does about a renewal that was not
//! granted. Pure; the counters go in and come out.

use waiaas_protocol::error_code::ErrorCode;

use super::memory::{Obstacle, Retry};
use super::outlook::RETRIES_MAX;
use crate::door::{DoorError, Refusal};

/// Between two attempts, and between two rounds of the recovery loop, seconds.
pub(super) const RECOVERY_S: u64 = 60;
/// After `RENEWAL_TOO_EARLY` without `Retry-After`, seconds.
const TOO_EARLY_S: u64 = 30;
/// A `Retry-After` is believed up to here, seconds.
const RETRY_AFTER_S_MAX: u64 = 86_400;

/// What to do about the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reaction {
    /// Try again with the same key when the pause is over.
    TryAgain(Retry),
    /// Renew this token no more; it serves until its end.
    Stop(ErrorCode),
    /// This token is no longer accepted: the four steps. The flag says whether the key beside
    /// it has lost its use for good.
    Refused { key_is_spent: bool },
}

/// Looks the answer up.
pub(super) fn react(error: &DoorError, retry: &Retry, now_ms: i64) -> Reaction {
    let refusal = match error {
        DoorError::Refused(refusal) => refusal,
        DoorError::Unreachable { reason, .. } => {
            let obstacle = Obstacle::Unavailable(reason.clone());
            return Reaction::TryAgain(later(retry, obstacle, None, RECOVERY_S, now_ms));
        }
    };
    let asked_s = refusal.retry_after_s;
    let again =
        |obstacle, pause_s| Reaction::TryAgain(later(retry, obstacle, asked_s, pause_s, now_ms));
    let wait = |obstacle| again(obstacle, RECOVERY_S);
    match refusal.known() {
        Some(ErrorCode::RenewalTooEarly) => {
            let first = retry.obstacle != Some(Obstacle::TooEarly);
            let pause_s = if first { TOO_EARLY_S } else { RECOVERY_S };
            again(Obstacle::TooEarly, pause_s)
        }
        Some(
            code @ (ErrorCode::RenewalLimitReached | ErrorCode::SessionAbsoluteLifetimeExceeded),
        ) => Reaction::Stop(code),
        Some(ErrorCode::SystemLocked) => wait(Obstacle::Locked),
        Some(ErrorCode::AgentSuspended) => wait(Obstacle::Suspended),
        Some(ErrorCode::RenewalConflict | ErrorCode::SessionRevoked) => {
            Reaction::Refused { key_is_spent: true }
        }
        _ => match refusal.status {
            // The daemon may have lost its own memory for a while; the key may still be good.
            401 => Reaction::Refused {
                key_is_spent: false,
            },
            408 | 429 | 500.. => wait(Obstacle::Unavailable(words(refusal))),
            _ => wait(Obstacle::Fault(format!(
                "the daemon refused the renewal with {}",
                words(refusal)
            ))),
        },
    }
}

fn later(
    before: &Retry,
    obstacle: Obstacle,
    asked_s: Option<u64>,
    pause_s: u64,
    now_ms: i64,
) -> Retry {
    let pause_s = asked_s.unwrap_or(pause_s).min(RETRY_AFTER_S_MAX);
    let pause_ms = i64::try_from(pause_s * 1000).unwrap_or(i64::MAX);
    Retry {
        failures: before.failures.saturating_add(1),
        obstacle: Some(obstacle),
        next_at_ms: Some(now_ms.saturating_add(pause_ms)),
        asked: asked_s.is_some(),
    }
}

/// After trouble with files on this side: the same pauses as for a daemon that is away.
pub(super) fn file_trouble(before: &Retry, reason: String, now_ms: i64) -> Retry {
    later(before, Obstacle::File(reason), None, RECOVERY_S, now_ms)
}

/// After a token that was granted could not be written: soon at first, since a crash would
/// cost a round trip, then as seldom as any other attempt.
pub(super) fn lagging(before: &Retry, reason: String, now_ms: i64) -> Retry {
    let pause_s = 1_u64
        .checked_shl(before.failures)
        .unwrap_or(RECOVERY_S)
        .min(RECOVERY_S);
    later(before, Obstacle::File(reason), None, pause_s, now_ms)
}

/// Whether the log should hear of this attempt: each of the first ones, then only news.
pub(super) fn is_news(before: &Retry, after: &Retry) -> bool {
    let is_fault = matches!(after.obstacle, Some(Obstacle::Fault(_)));
    (after.failures <= RETRIES_MAX + 1 && !is_fault) || before.obstacle != after.obstacle
}

fn words(refusal: &Refusal) -> String {
    let message = refusal.message.trim_end_matches('.');
    match message.is_empty() {
        true => refusal.code.clone(),
        false => format!("{} ({message})", refusal.code),
    }
}
