//! Which lane is about an event, so that no other takes it too. In memory: the lanes of one
//! daemon.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// An event that one lane is about; given back when dropped.
pub(super) struct Claim<'a> {
    taken: &'a Mutex<BTreeSet<i64>>,
    seq: Option<i64>,
}

impl<'a> Claim<'a> {
    /// `None` while another lane is about it. What goes to every channel needs no claim.
    pub(super) fn of(taken: &'a Mutex<BTreeSet<i64>>, seq: i64, exclusive: bool) -> Option<Self> {
        let seq = exclusive.then_some(seq);
        let free = seq.is_none_or(|seq| {
            taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(seq)
        });
        free.then_some(Self { taken, seq })
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(seq) = self.seq {
            self.taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&seq);
        }
    }
}
