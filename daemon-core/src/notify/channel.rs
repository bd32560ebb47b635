//! What a channel must be able to do. Real ones: Telegram in the binary, and the recording
//! one of the tests.

use std::future::Future;
use std::pin::Pin;

use super::outbox::Pending;

/// Why a channel did not take an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Try again, at the earliest after so many seconds.
    #[error("{reason}")]
    Later {
        /// What happened; nothing secret.
        reason: String,
        /// Seconds, where the other side said so.
        retry_after_s: Option<i64>,
    },
    /// It will never work.
    #[error("{reason}")]
    Never {
        /// What happened; nothing secret.
        reason: String,
    },
}

/// What a channel did with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It reached somebody, or stands in the channel's own durable queue.
    Accepted,
    /// Nobody is reachable on this channel (such as: no owner is paired yet).
    NoRecipient,
}

/// The future of a delivery.
pub type DeliveryFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Delivery, ChannelError>> + Send + 'a>>;

/// A way to reach the owner.
pub trait Channel: Send + Sync + 'static {
    /// Its name in the log, such as `telegram`.
    fn name(&self) -> &'static str;

    /// Takes an event. May be called again for the same event after a crash.
    fn deliver<'a>(&'a self, event: &'a Pending) -> DeliveryFuture<'a>;
}
