//! Messages that Telegram has taken and the database does not know of yet: while it cannot be
//! written, they must not be sent again and again. In memory: after a crash they come once more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::outbox::{self, Due};

use crate::telegram::console::Console;

/// By row of the outbox, the message's id, where there is one.
#[derive(Default)]
pub(super) struct Unmarked(Mutex<HashMap<i64, Option<i64>>>);

impl Unmarked {
    /// What a row was sent as, if it was.
    pub(super) fn message_of(&self, id: i64) -> Option<Option<i64>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&id).copied()
    }

    /// Marks a row as sent, or remembers to.
    ///
    /// # Errors
    /// As the database says; the mark is tried again in the next pass.
    pub(super) async fn mark(
        &self,
        console: &Console,
        due: &Due,
        message_id: Option<i64>,
    ) -> Result<(), Error> {
        let now = console.core.clock.now_s();
        let marked = outbox::mark_sent(&console.core, due, message_id, now).await;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if marked.is_ok() {
            known.remove(&due.id);
        } else {
            known.insert(due.id, message_id);
        }
        marked
    }
}
