//! Sends the daily summary to whoever has asked for one in `/notify`.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::operators;
use waiaas_daemon_core::console::outbox::Call;
use waiaas_daemon_core::console::summary::Facts;
use waiaas_daemon_core::console::{preferences, summary};
use waiaas_daemon_core::db::WriteTx;

use super::console::Console;
use super::view;

/// How often it is looked whether one is due, seconds of the daemon's clock.
const LOOK_EVERY_S: u64 = 60;

/// Tells until cancelled.
pub(super) async fn run(console: Console, stop: CancellationToken) {
    let interval = console.core.clock.timer(Duration::from_secs(LOOK_EVERY_S));
    while console.lease.wait(&stop).await {
        if let Err(cause) = tell_who_is_due(&console).await {
            tracing::warn!(%cause, "daily summaries not told; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
    }
}

async fn tell_who_is_due(console: &Console) -> Result<(), Error> {
    let core = &console.core;
    let wishes = summary::repo::all(core.db.read()).await?;
    for (user_id, wish) in wishes {
        let Some(operator) = operators::by_user(core.db.read(), user_id).await? else {
            continue;
        };
        let now = core.clock.now_s();
        let reader = console.reader_of(&operator, now);
        let Some(day) = wish.due(&reader.zone, now) else {
            continue;
        };
        let facts = summary::service::gather(core.db.read(), now).await?;
        let tx = core.db.begin_write().await?;
        if summary::repo::mark_told(&*tx, user_id, &day).await? {
            tell(console, &tx, &operator, &reader, &facts).await?;
            tx.commit().await?;
            core.ring();
        }
    }
    Ok(())
}

async fn tell(
    console: &Console,
    tx: &WriteTx,
    operator: &operators::Operator,
    reader: &view::Reader,
    facts: &Facts,
) -> Result<(), Error> {
    let wants = preferences::repo::load(&**tx, operator.user_id).await?;
    let quiet = wants
        .quiet
        .is_some_and(|quiet| quiet.contains(reader.now, &reader.zone));
    let view = view::summary::view(reader, facts);
    for mut draft in view.into_sends(operator.user_id, operator.chat_id, reader.now) {
        if let Call::Send { silent, .. } = &mut draft.call {
            *silent = quiet;
        }
        draft.enqueue(&console.core, &**tx, reader.now).await?;
    }
    Ok(())
}
