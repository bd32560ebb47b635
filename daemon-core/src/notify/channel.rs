//! What a channel must be able to do. Telegram stands in the binary, Discord and ntfy in the
//! files below; which of them is asked when is decided in `routing.rs` and `worker.rs`.

pub mod discord;
pub mod ntfy;
mod outlet;

use std::future::Future;
use std::pin::Pin;

pub use outlet::OutletError;

use super::outbox::Pending;
use super::trouble::Trouble;

/// Why a channel did not take an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The channel does not work now: whatever it is given must wait, at the earliest so many
    /// seconds.
    #[error("{reason}")]
    Later {
        /// What happened.
        reason: Trouble,
        /// Seconds, where the other side said so.
        retry_after_s: Option<i64>,
    },
    /// It will never take this event.
    #[error("{reason}")]
    Never {
        /// What happened.
        reason: Trouble,
    },
}

/// What a channel did with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It reached somebody, or stands in the channel's own durable queue.
    Accepted,
    /// Nobody is reachable on this channel (such as: no owner is paired yet).
    NoRecipient,
    /// Everybody who could be reached has switched this event off: it is done.
    SwitchedOff,
}

/// The future of a delivery.
pub type DeliveryFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Delivery, ChannelError>> + Send + 'a>>;

/// How fast a channel may be given events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// So many at once,
    pub burst: i64,
    /// then one in so many milliseconds.
    pub interval_ms: i64,
}

/// A way to reach the owner.
pub trait Channel: Send + Sync + 'static {
    /// Its name in the log, such as `telegram`.
    fn name(&self) -> &'static str;

    /// Whether what it takes now would reach anybody soon. A channel that is not ready is
    /// passed over for INFO and WARNING, unless no other is left.
    fn is_ready(&self) -> bool {
        true
    }

    /// How fast it may be given events; `None` for one that paces itself.
    fn pace(&self) -> Option<Pace> {
        None
    }

    /// Takes an event. May be called again for the same event after a crash.
    fn deliver<'a>(&'a self, event: &'a Pending) -> DeliveryFuture<'a>;
}
