//! The clock as a value that is handed in. Unlike the daemon's it also sleeps: a keeper is
//! mostly a sleeper, and its tests decide when it wakes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _};
use tokio::sync::{oneshot, watch};

/// Tells the time and waits.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock, Unix milliseconds (UTC). It may jump in both directions.
    fn now_ms(&self) -> i64;

    /// Ends after `span` of running time; a suspended machine does not count, a jump of the
    /// wall clock does not shorten it.
    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()>;
}

/// A clock shared by the parts of the agent's side.
pub type SharedClock = Arc<dyn Clock>;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    inner: Mutex<Inner>,
    asleep: watch::Sender<usize>,
}

#[derive(Debug)]
struct Inner {
    wall_ms: i64,
    running: Duration,
    sleepers: Vec<Sleeper>,
}

#[derive(Debug)]
struct Sleeper {
    wakes_at: Duration,
    wake: oneshot::Sender<()>,
}

impl ManualClock {
    /// Starts at the given Unix second.
    #[must_use]
    pub fn at(unix_s: i64) -> Self {
        Self {
            inner: Mutex::new(Inner {
                wall_ms: unix_s * 1000,
                running: Duration::ZERO,
                sleepers: Vec::new(),
            }),
            asleep: watch::Sender::new(0),
        }
    }

    /// Lets time pass: the wall clock moves, and whoever has slept long enough wakes.
    pub fn advance(&self, span: Duration) {
        let mut inner = self.lock();
        inner.wall_ms += i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        inner.running += span;
        let running = inner.running;
        let (due, waiting) = std::mem::take(&mut inner.sleepers)
            .into_iter()
            .partition(|sleeper| sleeper.wakes_at <= running);
        inner.sleepers = waiting;
        self.count(&mut inner);
        drop(inner);
        let due: Vec<Sleeper> = due;
        for sleeper in due {
            // A sleeper that was cancelled has nobody to wake.
            let _ = sleeper.wake.send(());
        }
    }

    /// Moves the wall clock alone, as a suspended laptop or a corrected clock does.
    pub fn jump_s(&self, seconds: i64) {
        self.lock().wall_ms += seconds * 1000;
    }

    /// Waits until at least `count` sleepers sleep: whatever was woken has done its work.
    pub async fn until_asleep(&self, count: usize) {
        let mut asleep = self.asleep.subscribe();
        loop {
            self.count(&mut self.lock());
            if *asleep.borrow_and_update() >= count {
                return;
            }
            // The sender lives as long as we do.
            let _ = asleep.changed().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, inner: &mut Inner) {
        inner.sleepers.retain(|sleeper| !sleeper.wake.is_closed());
        self.asleep.send_replace(inner.sleepers.len());
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.lock().wall_ms
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        let (wake, woken) = oneshot::channel();
        let mut inner = self.lock();
        let wakes_at = inner.running + span;
        inner.sleepers.push(Sleeper { wakes_at, wake });
        self.count(&mut inner);
        async move {
            // Without its clock nothing ever wakes a sleeper.
            if woken.await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        .boxed()
    }
}
