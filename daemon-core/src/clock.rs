//! The clock as a value that is passed in. The real one stands in the binary's composition
//! root; here is only what tests and rules need.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Tells the time. Every decision takes one reading per request.
pub trait Clock: Send + Sync + 'static {
    /// Unix milliseconds (UTC).
    fn now_ms(&self) -> i64;

    /// Unix seconds (UTC).
    fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// How long `span` of this clock lasts for a real timer. An accelerated clock answers
    /// less.
    fn timer(&self, span: Duration) -> Duration {
        span
    }
}

/// A clock shared by every part of the daemon.
pub type SharedClock = Arc<dyn Clock>;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at the given Unix second.
    #[must_use]
    pub fn at(unix_s: i64) -> Self {
        Self(AtomicI64::new(unix_s * 1000))
    }

    /// Moves forward by whole seconds; negative moves backward.
    pub fn advance_s(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Jumps to a Unix second.
    pub fn set_s(&self, unix_s: i64) {
        self.0.store(unix_s * 1000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}
