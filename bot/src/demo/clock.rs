//! The demo's clock: starts with the real one, then goes faster, and can be moved forward.
//! The daemon's rules are untouched; they only see another time (PROTOCOL.md, opening
//! section: every decision reads the injected clock).

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use waiaas_daemon_core::clock::{Clock, SharedClock};

/// The shortest real timer: a loop that waits for the clock must not spin.
const TIMER_MIN: Duration = Duration::from_millis(1);

/// A clock that goes `speed` times as fast as the real one.
pub(super) struct DemoClock {
    real: SharedClock,
    began_at_ms: i64,
    speed: u32,
    timer_speed: u32,
    jumped_ms: AtomicI64,
}

impl DemoClock {
    /// Goes `speed` times as fast; timers last as long as this clock needs for their span.
    pub(super) fn accelerated(real: SharedClock, speed: u32) -> Self {
        Self::directed(real, speed, speed)
    }

    /// Goes `speed` times as fast and is moved by [`DemoClock::advance_s`]; timers run
    /// `timer_speed` times as fast, so that every loop soon sees where the clock was moved.
    pub(super) fn directed(real: SharedClock, speed: u32, timer_speed: u32) -> Self {
        Self {
            began_at_ms: real.now_ms(),
            real,
            speed: speed.max(1),
            timer_speed: timer_speed.max(1),
            jumped_ms: AtomicI64::new(0),
        }
    }

    /// Moves forward at once.
    pub(super) fn advance_s(&self, seconds: u32) {
        self.jumped_ms
            .fetch_add(i64::from(seconds) * 1000, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now_ms(&self) -> i64 {
        let passed_ms = (self.real.now_ms() - self.began_at_ms).max(0);
        self.began_at_ms
            .saturating_add(passed_ms.saturating_mul(i64::from(self.speed)))
            .saturating_add(self.jumped_ms.load(Ordering::SeqCst))
    }

    fn timer(&self, span: Duration) -> Duration {
        (span / self.timer_speed).max(TIMER_MIN)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use waiaas_daemon_core::clock::ManualClock;

    use super::*;

    #[test]
    fn goes_faster_than_the_real_clock_and_shortens_timers() {
        let real = Arc::new(ManualClock::at(1_770_552_000));
        let clock = DemoClock::accelerated(real.clone(), 20);
        assert_eq!(clock.now_s(), 1_770_552_000);
        real.advance_s(3);
        assert_eq!(clock.now_s(), 1_770_552_060);
        assert_eq!(clock.timer(Duration::from_secs(60)), Duration::from_secs(3));
        assert_eq!(clock.timer(Duration::ZERO), TIMER_MIN);
    }

    #[test]
    fn never_goes_back_and_can_be_moved_forward() {
        let real = Arc::new(ManualClock::at(1_770_552_000));
        let clock = DemoClock::directed(real.clone(), 1, 100);
        real.advance_s(-60);
        clock.advance_s(180);
        assert_eq!(clock.now_s(), 1_770_552_180);
        assert_eq!(
            clock.timer(Duration::from_secs(60)),
            Duration::from_millis(600)
        );
    }
}
