//! A channel that remembers what it was given.

use std::sync::{Mutex, PoisonError};

use waiaas_daemon_core::notify::channel::{Channel, Delivery, DeliveryFuture};
use waiaas_daemon_core::notify::outbox::Pending;

/// Takes everything.
#[derive(Default)]
pub(crate) struct RecordingChannel(Mutex<Vec<Pending>>);

impl RecordingChannel {
    /// What it was given so far, in order.
    pub(crate) fn taken(&self) -> Vec<Pending> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Channel for RecordingChannel {
    fn name(&self) -> &'static str {
        "recording"
    }

    fn deliver<'a>(&'a self, event: &'a Pending) -> DeliveryFuture<'a> {
        Box::pin(async move {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(event.clone());
            Ok(Delivery::Accepted)
        })
    }
}
