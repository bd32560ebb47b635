//! How updates come in: fetched by `poller`, or brought by Telegram to a door that `webhook`
//! looks after. What both have in common: whose turn it is, how a failure is told, and how
//! long to wait after it. Supervised: whatever Telegram answers, the loop says so and goes
//! on, slowly.

use std::time::Duration;

use teloxide::RequestError;
use teloxide::prelude::Requester as _;
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::outbox;
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::trouble::TroubleCode;

use super::console::Console;
use super::fault::{Fault, judge};
use super::poller::Poller;
use super::webhook::Webhook;

const PAUSE_FIRST_MS: u64 = 500;
const PAUSE_MAX_MS: u64 = 60_000;
/// After a conflict or a refused token a person has to act: no need to hurry.
pub(super) const PAUSE_REFUSED: Duration = Duration::from_secs(30);

/// How long until the next step. A failure says it where that is not the usual backoff.
pub(super) type Step = Result<Duration, Option<Duration>>;

/// The way that the configuration has chosen.
pub(super) enum Way {
    /// The daemon asks.
    Poll(Poller),
    /// Telegram brings.
    Webhook(Webhook),
}

impl Way {
    fn of(console: &Console) -> Self {
        match &console.webhook {
            Some(webhook) => Self::Webhook(Webhook::new(webhook.clone())),
            None => Self::Poll(Poller::default()),
        }
    }

    async fn step(&mut self, console: &Console) -> Step {
        if console.core.health.bot_username().is_none() {
            introduce(console).await?;
        }
        match self {
            Self::Poll(poller) => poller.step(console).await,
            Self::Webhook(webhook) => webhook.step(console).await,
        }
    }
}

/// Receives until cancelled.
pub(super) async fn run(console: Console, stop: CancellationToken) {
    let mut way = Way::of(&console);
    let mut failures = 0;
    // Messages may have been put off by an outage that another process has seen.
    let mut was_away = true;
    loop {
        match my_turn(&console, &stop).await {
            Turn::Stop => return,
            Turn::Still => {}
            // Whoever had it before may have arranged things otherwise.
            Turn::Anew => way = Way::of(&console),
        }
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = way.step(&console) => outcome,
        };
        let pause = match outcome {
            Ok(pause) => {
                failures = 0;
                if std::mem::take(&mut was_away) {
                    send_what_waits(&console).await;
                }
                pause
            }
            Err(pause) => {
                failures += 1;
                was_away = true;
                pause.unwrap_or_else(|| pause_after(failures))
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(console.core.clock.timer(pause)) => {}
        }
    }
}

enum Turn {
    /// It has been ours since the last look.
    Still,
    /// It was somebody else's.
    Anew,
    Stop,
}

/// Of several daemons on one database exactly one asks Telegram.
async fn my_turn(console: &Console, stop: &CancellationToken) -> Turn {
    let standby = console.lease.hold().await.is_ok_and(|ours| !ours);
    if standby {
        console.report(ChannelState::Standby, None);
        // `waiaas pair` asks this daemon too for the link that names the bot.
        if console.core.health.bot_username().is_none() {
            let _ = learn_name(console).await;
        }
    }
    match console.lease.wait(stop).await {
        true if standby => {
            console.report(ChannelState::Starting, None);
            Turn::Anew
        }
        true => Turn::Still,
        false => Turn::Stop,
    }
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
    let asked = learn_name(console).await;
    asked.map_err(|fault| refused(console, fault))?;
    console.inbox_bell.notify_one();
    console.introduce_commands().await;
    Ok(())
}

async fn learn_name(console: &Console) -> Result<(), Fault> {
    let asked = console.bot.get_me().await;
    let me = asked.map_err(|error| judge(&error, &console.token))?;
    let name = me.username().to_owned();
    console.core.health.set_bot_username(Some(name));
    Ok(())
}

/// What Telegram answered; a refusal is told and says how long to pause.
pub(super) fn heard<T>(
    console: &Console,
    asked: Result<T, RequestError>,
) -> Result<T, Option<Duration>> {
    asked.map_err(|error| refused(console, judge(&error, &console.token)))
}

/// The database does not take or tell something.
pub(super) fn storage(cause: &Error) -> Option<Duration> {
    tracing::warn!(%cause, "what Telegram tells is not stored; trying again");
    None
}

/// Tells what a failure means, and how long to pause.
pub(super) fn refused(console: &Console, fault: Fault) -> Option<Duration> {
    match fault {
        Fault::Wait { seconds } => Some(Duration::from_secs(seconds.unsigned_abs())),
        Fault::Conflict => {
            console.report(ChannelState::Conflict, Some(TroubleCode::Conflict.into()));
            Some(PAUSE_REFUSED)
        }
        Fault::Unauthorized => {
            let trouble = TroubleCode::BotTokenRefused.into();
            console.report(ChannelState::Unauthorized, Some(trouble));
            Some(PAUSE_REFUSED)
        }
        Fault::Away { reason } | Fault::Never { reason } => {
            console.report(ChannelState::Unreachable, Some(reason));
            None
        }
        Fault::Unparsable | Fault::NotModified | Fault::MessageGone | Fault::Shut { .. } => None,
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
    fn the_pause_grows_and_is_capped() {
        assert_eq!(pause_after(1), Duration::from_millis(500));
        assert_eq!(pause_after(3), Duration::from_secs(2));
        assert_eq!(pause_after(1_000), Duration::from_secs(60));
    }
}
