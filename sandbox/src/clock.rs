//! The time that the sandbox goes by: message dates, callback expiry, flood windows.
//!
//! This is the one place of the crate that reads the real clock. Holding a poll open is not
//! decided here: that is waiting, and waiting uses the runtime's timer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the sandbox what time it is, in Unix seconds.
pub trait Clock: Send + Sync + 'static {
    /// Returns the present moment in Unix seconds (UTC).
    fn now_unix(&self) -> i64;
}

impl<F> Clock for F
where
    F: Fn() -> i64 + Send + Sync + 'static,
{
    fn now_unix(&self) -> i64 {
        self()
    }
}

/// The machine's own clock, the default.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the default clock of a stand-alone server"
    )]
    fn now_unix(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
            })
    }
}

/// A clock with a lead that only grows, so that a test can let time pass.
pub(crate) struct AdvancingClock {
    base: Arc<dyn Clock>,
    lead_s: AtomicI64,
}

impl AdvancingClock {
    pub(crate) fn new(base: Arc<dyn Clock>) -> Self {
        Self {
            base,
            lead_s: AtomicI64::new(0),
        }
    }

    pub(crate) fn now_unix(&self) -> i64 {
        self.base
            .now_unix()
            .saturating_add(self.lead_s.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, seconds: u32) {
        self.lead_s.fetch_add(i64::from(seconds), Ordering::SeqCst);
    }
}
