//! A clock that stands still until a test moves it, with timers that run fast: no test waits
//! for a minute to pass.

use std::time::Duration;

use waiaas_daemon_core::clock::{Clock, ManualClock};

/// When every test begins: 2026-02-08T10:26:25Z.
const START_S: i64 = 1_770_546_385;
/// So much faster than the daemon means it.
const TIMERS_FASTER: u32 = 40;

/// The clock.
pub struct TestClock(ManualClock);

impl Default for TestClock {
    fn default() -> Self {
        Self(ManualClock::at(START_S))
    }
}

impl TestClock {
    /// Moves forward.
    pub fn advance_s(&self, seconds: i64) {
        self.0.advance_s(seconds);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    fn timer(&self, span: Duration) -> Duration {
        span / TIMERS_FASTER
    }
}
