//! Asks Telegram for updates and stores them before the next batch is asked for.

use std::time::Duration;

use teloxide::payloads::{DeleteWebhookSetters as _, GetUpdatesSetters as _};
use teloxide::prelude::Requester as _;
use teloxide::types::{AllowedUpdate, Update};
use waiaas_daemon_core::console::{inbox, intake, webhook};
use waiaas_daemon_core::notify::health::ChannelState;

use super::client::POLL_HOLD_S;
use super::console::{CHANNEL, Console};
use super::receiving::{Step, heard, storage};

/// The largest batch; also Telegram's own limit.
const BATCH_MAX: u8 = 100;
/// What people can send to this console.
pub(super) const KINDS: [AllowedUpdate; 2] = [AllowedUpdate::Message, AllowedUpdate::CallbackQuery];

/// Which updates are asked for.
#[derive(Default)]
enum From {
    /// It is not known yet whether a webhook of ours was set before.
    #[default]
    Unknown,
    /// One was: everything from this id on that Telegram still has. It need not have brought
    /// its updates in their order, so that one which is older than the newest may be missing.
    CatchUp(i64),
    /// What comes after the newest one.
    Newest,
}

/// Polls, one batch a step.
#[derive(Default)]
pub(super) struct Poller {
    from: From,
}

impl Poller {
    /// One poll.
    pub(super) async fn step(&mut self, console: &Console) -> Step {
        let from = match std::mem::take(&mut self.from) {
            From::Unknown => first(console).await?,
            known => known,
        };
        self.from = poll(console, from).await?;
        Ok(Duration::ZERO)
    }
}

/// Takes our own webhook away, which would keep every poll from its updates.
async fn first(console: &Console) -> Result<From, Option<Duration>> {
    let ours = webhook::ours(console.core.db.read()).await;
    let ours = ours.map_err(|cause| storage(&cause))?;
    if ours.is_empty() {
        return Ok(From::Newest);
    }
    let info = heard(console, console.bot.get_webhook_info().await)?;
    if info
        .url
        .is_some_and(|set| ours.iter().any(|one| super::webhook::is_same(&set, one)))
    {
        let delete = console.bot.delete_webhook().drop_pending_updates(false);
        heard(console, delete.await)?;
        tracing::info!("the webhook is taken away: updates are fetched from now on");
    }
    Ok(From::CatchUp(0))
}

async fn poll(console: &Console, from: From) -> Result<From, Option<Duration>> {
    let (offset, hold_s) = match from {
        From::CatchUp(offset) => (offset, 0),
        From::Unknown | From::Newest => (after_newest(console).await?, hold_s(console)),
    };
    let asked = console
        .bot
        .get_updates()
        .offset(i32::try_from(offset).unwrap_or(i32::MAX))
        .limit(BATCH_MAX)
        .timeout(hold_s)
        .allowed_updates(KINDS)
        .await;
    let updates = heard(console, asked)?;
    console.report(ChannelState::Ok, None);
    if !updates.is_empty() {
        let stored = inbox::store(&console.core, &to_rows(&updates)).await;
        stored.map_err(|cause| storage(&cause))?;
        console.inbox_bell.notify_one();
    }
    match (from, updates.last()) {
        (From::CatchUp(_), Some(last)) => Ok(From::CatchUp(i64::from(last.id.0) + 1)),
        (From::CatchUp(_), None) => {
            let forgotten = webhook::none_is_set(&console.core).await;
            forgotten.map_err(|cause| storage(&cause))?;
            Ok(From::Newest)
        }
        (From::Unknown | From::Newest, _) => Ok(From::Newest),
    }
}

/// Whether Telegram is there is to be known at once, not when a held poll ends.
fn hold_s(console: &Console) -> u32 {
    match console.core.health.state(CHANNEL) {
        ChannelState::Ok => POLL_HOLD_S,
        _ => 0,
    }
}

async fn after_newest(console: &Console) -> Result<i64, Option<Duration>> {
    let now = console.core.clock.now_s();
    let newest = inbox::newest(console.core.db.read(), now).await;
    let newest = newest.map_err(|cause| storage(&cause))?;
    Ok(newest.map_or(0, |id| id + 1))
}

fn to_rows(updates: &[Update]) -> Vec<(i64, String)> {
    updates
        .iter()
        .map(|update| {
            let update_id = i64::from(update.id.0);
            let update = serde_json::to_value(update).unwrap_or_default();
            (update_id, intake::payload(update))
        })
        .collect()
}
