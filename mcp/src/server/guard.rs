//! How the work of one request may end. The SDK runs every request in a task of its own and
//! does nothing about one that panics: its client would wait for ever.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended<T> {
    /// With an answer.
    Answered(T),
    /// The client has cancelled the request, or the server stops.
    Cancelled,
    /// By a fault of ours; the panic hook has reported it.
    Panicked,
}

/// Runs the work until it is done or cancelled, whatever it does.
pub(super) async fn guarded<T>(
    cancelled: &CancellationToken,
    work: impl Future<Output = T>,
) -> Ended<T> {
    // What a panic leaves behind is dropped with the request; what outlives it is behind locks
    // that are taken also when poisoned.
    let work = AssertUnwindSafe(work).catch_unwind();
    tokio::select! {
        biased;
        () = cancelled.cancelled() => Ended::Cancelled,
        ended = work => ended.map_or(Ended::Panicked, Ended::Answered),
    }
}
