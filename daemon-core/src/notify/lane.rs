//! A channel as the worker sees it: how fast it may be given events, and until when it is left
//! alone after a failure. In memory: it describes this process. Pure.

use super::channel::Pace;
use super::trouble::{Trouble, TroubleCode};

const BACKOFF_FIRST_S: i64 = 2;
/// The longest pause after a failure.
pub(super) const BACKOFF_MAX_S: i64 = 300;
/// The longest pause that a channel may ask for.
pub(super) const RETRY_AFTER_MAX_S: i64 = 3_600;

/// The state of one channel.
#[derive(Debug, Default)]
pub(super) struct Lane {
    held_until: i64,
    /// The other side has asked for the pause.
    asked: bool,
    reason: Option<Trouble>,
    failures: i64,
    bucket: Option<(f64, i64)>,
}

impl Lane {
    /// Whether it is left alone at `now`. A time far ahead does not count: then the clock has
    /// been set back.
    pub(super) fn is_held(&self, now: i64) -> bool {
        self.held_until > now && self.held_until <= now + RETRY_AFTER_MAX_S
    }

    /// Whether it is left alone because the other side has asked for it.
    pub(super) fn is_asked_to_wait(&self, now: i64) -> bool {
        self.asked && self.is_held(now)
    }

    /// Until when it is left alone, Unix seconds.
    pub(super) const fn held_until(&self) -> i64 {
        self.held_until
    }

    /// Why it was left alone last.
    pub(super) fn reason(&self) -> Trouble {
        self.reason
            .clone()
            .unwrap_or_else(|| TroubleCode::NoAnswer.into())
    }

    /// It works.
    pub(super) fn worked(&mut self) {
        self.failures = 0;
        self.held_until = 0;
        self.asked = false;
    }

    /// It failed, and is left alone for a while.
    pub(super) fn failed(&mut self, reason: Trouble, retry_after_s: Option<i64>, now: i64) {
        self.failures += 1;
        let pause = pause_s(self.failures, retry_after_s);
        self.held_until = now + pause;
        self.asked = retry_after_s.is_some();
        self.reason = Some(reason);
    }

    /// Takes a place in the channel's bucket, if there is one.
    pub(super) fn take(&mut self, pace: Pace, now_ms: i64) -> bool {
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let (full, interval) = (pace.burst as f64, pace.interval_ms.max(1) as f64);
        let (tokens, at) = self.bucket.unwrap_or((full, now_ms));
        #[allow(clippy::cast_precision_loss, reason = "a pause, not a date")]
        let refilled = (now_ms - at).max(0) as f64 / interval;
        let tokens = (tokens + refilled).min(full);
        let taken = tokens >= 1.0;
        self.bucket = Some((if taken { tokens - 1.0 } else { tokens }, now_ms));
        taken
    }
}

/// The pause that the other side asked for, else capped exponential backoff, seconds.
pub(super) fn pause_s(failures: i64, retry_after_s: Option<i64>) -> i64 {
    if let Some(asked) = retry_after_s {
        return asked.clamp(1, RETRY_AFTER_MAX_S);
    }
    let doublings = u32::try_from(failures.clamp(1, 20) - 1).unwrap_or(0);
    BACKOFF_FIRST_S
        .saturating_mul(1 << doublings)
        .min(BACKOFF_MAX_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_are_capped() {
        assert_eq!(pause_s(1, None), 2);
        assert_eq!(pause_s(4, None), 16);
        assert_eq!(pause_s(1_000, None), 300);
        assert_eq!(pause_s(1, Some(0)), 1);
        assert_eq!(pause_s(1, Some(90)), 90);
        assert_eq!(pause_s(1, Some(86_400)), 3_600);
    }

    #[test]
    fn a_held_lane_is_freed_by_time_by_success_and_by_a_clock_set_back() {
        let mut lane = Lane::default();
        lane.failed(Trouble::said("away"), Some(60), 1_000_000);
        assert!(lane.is_held(1_000_059));
        assert!(lane.is_asked_to_wait(1_000_059));
        assert!(!lane.is_asked_to_wait(1_000_060));
        assert!(!lane.is_held(1_000_060));
        assert!(!lane.is_held(1_000), "the clock was set back");
        lane.worked();
        assert!(!lane.is_held(1_000_001));
        lane.failed(Trouble::said("away"), None, 1_000_000);
        assert!(!lane.is_asked_to_wait(1_000_001), "its own pause");
    }

    #[test]
    fn a_bucket_has_a_burst_and_then_a_pace() {
        let pace = Pace {
            burst: 2,
            interval_ms: 500,
        };
        let mut lane = Lane::default();
        let taken: Vec<bool> = [0, 0, 0, 499, 500, 500, 1_000]
            .into_iter()
            .map(|at| lane.take(pace, at))
            .collect();
        assert_eq!(taken, [true, true, false, false, true, false, true]);
    }
}
