//! Asks Telegram for updates and stores them before the next batch is asked for. Supervised:
//! whatever Telegram answers, the loop says so and goes on, slowly.

use std::time::Duration;

use serde_json::Value;
use teloxide::payloads::GetUpdatesSetters as _;
use teloxide::prelude::Requester as _;
use teloxide::types::{AllowedUpdate, Update};
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::{inbox, outbox};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::trouble::TroubleCode;
use waiaas_protocol::token::TOKEN_PREFIX;

use super::client::POLL_HOLD_S;
use super::console::Console;
use super::fault::{Fault, judge};

/// The largest batch; also Telegram's own limit.
const BATCH_MAX: u8 = 100;
const PAUSE_FIRST_MS: u64 = 500;
const PAUSE_MAX_MS: u64 = 60_000;
/// After a conflict or a refused token a person has to act: no need to hurry.
const PAUSE_REFUSED_MS: u64 = 30_000;

/// Polls until cancelled.
pub(super) async fn run(console: Console, stop: CancellationToken) {
    let mut failures = 0;
    // Messages may have been put off by an outage that another process has seen.
    let mut was_away = true;
    while my_turn(&console, &stop).await {
        let pause = tokio::select! {
            () = stop.cancelled() => return,
            outcome = poll(&console) => match outcome {
                Ok(()) => {
                    failures = 0;
                    if std::mem::take(&mut was_away) {
                        send_what_waits(&console).await;
                    }
                    continue;
                }
                Err(pause) => pause,
            },
        };
        failures += 1;
        was_away = true;
        let pause = pause.unwrap_or_else(|| pause_after(failures));
        let pause = console.core.clock.timer(pause);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Of several daemons on one database exactly one polls.
async fn my_turn(console: &Console, stop: &CancellationToken) -> bool {
    if console.lease.hold().await.is_ok_and(|ours| !ours) {
        console.report(ChannelState::Standby, None);
    }
    console.lease.wait(stop).await
}

/// One poll; an error says how long to pause, where that is not the usual backoff.
async fn poll(console: &Console) -> Result<(), Option<Duration>> {
    if console.core.health.bot_username().is_none() {
        introduce(console).await?;
    }
    let now = console.core.clock.now_s();
    let newest = inbox::newest(console.core.db.read(), now).await;
    let newest = newest.map_err(|cause| storage(&cause))?;
    let offset = newest.map_or(0, |id| id + 1);
    let asked = console
        .bot
        .get_updates()
        .offset(i32::try_from(offset).unwrap_or(i32::MAX))
        .limit(BATCH_MAX)
        .timeout(POLL_HOLD_S)
        .allowed_updates(vec![AllowedUpdate::Message, AllowedUpdate::CallbackQuery])
        .await;
    let updates = asked.map_err(|error| refused(console, judge(&error, &console.token)))?;
    console.report(ChannelState::Ok, None);
    if updates.is_empty() {
        return Ok(());
    }
    let stored = inbox::store(&console.core, &to_rows(&updates)).await;
    stored.map_err(|cause| storage(&cause))?;
    console.inbox_bell.notify_one();
    Ok(())
}

/// Telegram is back: messages that were put off meanwhile need not wait for their backoff.
async fn send_what_waits(console: &Console) {
    match outbox::hurry(&console.core).await {
        Ok(0) => {}
        Ok(messages) => tracing::info!(messages, "sending what Telegram could not take before"),
        Err(cause) => tracing::warn!(%cause, "waiting messages not hurried; they come later"),
    }
}

/// The bot's own name, for pairing links and for commands that name a bot.
async fn introduce(console: &Console) -> Result<(), Option<Duration>> {
    let asked = console.bot.get_me().await;
    let me = asked.map_err(|error| refused(console, judge(&error, &console.token)))?;
    console
        .core
        .health
        .set_bot_username(Some(me.username().to_owned()));
    console.introduce_commands().await;
    Ok(())
}

fn to_rows(updates: &[Update]) -> Vec<(i64, String)> {
    updates
        .iter()
        .map(|update| {
            let payload = serde_json::to_value(update).unwrap_or_default();
            (
                i64::from(update.id.0),
                without_tokens(&readable_again(payload).to_string()),
            )
        })
        .collect()
}

/// A message that is gone is told by the date 0, which the client drops when it writes an
/// update and asks for when it reads one.
fn readable_again(mut payload: Value) -> Value {
    if let Some(Value::Object(message)) = payload.pointer_mut("/callback_query/message") {
        message.entry("date").or_insert_with(|| 0.into());
    }
    payload
}

/// What people write may carry a session token by mistake: it must not reach the database.
fn without_tokens(payload: &str) -> String {
    let in_token = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut parts = payload.split(TOKEN_PREFIX);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str("[session token]");
        clean.push_str(part.trim_start_matches(in_token));
    }
    clean
}

fn storage(cause: &Error) -> Option<Duration> {
    tracing::warn!(%cause, "updates not stored; asking for them again");
    None
}

fn refused(console: &Console, fault: Fault) -> Option<Duration> {
    let refused = Some(Duration::from_millis(PAUSE_REFUSED_MS));
    match fault {
        Fault::Wait { seconds } => Some(Duration::from_secs(seconds.unsigned_abs())),
        Fault::Conflict => {
            console.report(ChannelState::Conflict, Some(TroubleCode::Conflict.into()));
            refused
        }
        Fault::Unauthorized => {
            let trouble = TroubleCode::BotTokenRefused.into();
            console.report(ChannelState::Unauthorized, Some(trouble));
            refused
        }
        Fault::Away { reason } | Fault::Never { reason } => {
            console.report(ChannelState::Unreachable, Some(reason));
            None
        }
        Fault::Unparsable | Fault::NotModified | Fault::MessageGone => None,
    }
}

fn pause_after(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(10);
    Duration::from_millis((PAUSE_FIRST_MS << doublings).min(PAUSE_MAX_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_session_token_is_stored() {
        let written = r#"{"text":"/revoke wai_sess_ab.c-d_e.f and wai_sess_"}"#;
        let stored = r#"{"text":"/revoke [session token] and [session token]"}"#;
        assert_eq!(without_tokens(written), stored);
        assert_eq!(without_tokens("{}"), "{}");
    }

    #[test]
    fn the_pause_grows_and_is_capped() {
        assert_eq!(pause_after(1), Duration::from_millis(500));
        assert_eq!(pause_after(3), Duration::from_secs(2));
        assert_eq!(pause_after(1_000), Duration::from_secs(60));
    }
}
