//! The daemon's clock for the agent's side: the same time, and waiting at the same pace.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use waiaas_daemon_core::clock::SharedClock;
use waiaas_mcp::clock::Clock;

/// Tells the time of a daemon's clock and waits as long as that clock needs.
pub struct AgentClock(
    /// The clock that is followed.
    pub SharedClock,
);

impl Clock for AgentClock {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(self.0.timer(span)).boxed()
    }
}
