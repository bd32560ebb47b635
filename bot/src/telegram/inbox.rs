//! Takes stored updates in their order and sends each down the tree. An update that fails is
//! tried again, and set aside after some tries, so that one bad update cannot stop the rest.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use serde_json::Value;
use teloxide::types::Update;
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::inbox::{self, Stored};

use super::console::Console;
use super::schema::{self, Tree};

const BATCH_ROWS: u64 = 50;
const IDLE_MS: u64 = 5_000;
/// Another daemon may have stored an update, and its bell is not heard here.
const IDLE_WEBHOOK_MS: u64 = 1_000;
const PAUSE_AFTER_FAILURE_MS: u64 = 500;

/// Handles updates until cancelled. What is being handled when the stop comes is finished.
pub(super) async fn run(console: Console, stop: CancellationToken) {
    let tree = schema::tree();
    let idle_ms = console
        .webhook
        .as_ref()
        .map_or(IDLE_MS, |_| IDLE_WEBHOOK_MS);
    while console.lease.wait(&stop).await {
        let pause = match pass(&console, &tree, &stop).await {
            Ok(true) => continue,
            Ok(false) => Duration::from_millis(idle_ms),
            Err(cause) => {
                tracing::warn!(%cause, "stored updates not readable; trying again");
                Duration::from_millis(PAUSE_AFTER_FAILURE_MS)
            }
        };
        let pause = console.core.clock.timer(pause);
        tokio::select! {
            () = stop.cancelled() => return,
            () = console.inbox_bell.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn pass(console: &Console, tree: &Tree, stop: &CancellationToken) -> Result<bool, Error> {
    let waiting = inbox::waiting(console.core.db.read(), BATCH_ROWS).await?;
    let any = !waiting.is_empty();
    for stored in waiting {
        if stop.is_cancelled() {
            return Ok(false);
        }
        if waits_for_name(console, &stored) {
            return Ok(false);
        }
        match handle(console, tree, &stored).await {
            Ok(()) => {}
            // A passing failure is no fault of the update: it waits until the database is back.
            Err(cause @ Error::Storage(_)) => return Err(cause),
            Err(cause) => {
                tracing::error!(%cause, update_id = stored.update_id, "update not handled");
                inbox::mark_failed(&console.core, &stored, &cause.to_string()).await?;
            }
        }
    }
    Ok(any)
}

/// Whether it names a bot, and it is not known yet whether that is this one: then it waits for
/// Telegram to tell, and what comes after it waits too.
fn waits_for_name(console: &Console, stored: &Stored) -> bool {
    console.bot_name().is_empty() && names_a_bot(&stored.payload)
}

fn names_a_bot(payload: &str) -> bool {
    let update = serde_json::from_str::<Value>(payload).unwrap_or_default();
    let text = update.pointer("/message/text").and_then(Value::as_str);
    let first = text.and_then(|text| text.split_whitespace().next());
    first.is_some_and(|word| word.starts_with('/') && word.contains('@'))
}

async fn handle(console: &Console, tree: &Tree, stored: &Stored) -> Result<(), Error> {
    let update: Update = serde_json::from_str(&stored.payload).map_err(Error::internal)?;
    // A panic must not end the inbox, nor come back for ever: it counts as a failed try.
    let handled = AssertUnwindSafe(schema::dispatch(tree, console, stored.update_id, update));
    handled
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Error::internal("a handler panicked")))
}
