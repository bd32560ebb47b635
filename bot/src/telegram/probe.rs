//! One look at the bot from outside the daemon, for `waiaas doctor`: does Telegram know the
//! token, and does anything else take the bot's updates. As everywhere, no text leaves here
//! with the token in it, and another webhook's address is not passed on: people put tokens
//! there.

use std::time::Duration;

use reqwest::Url;
use teloxide::prelude::Requester as _;
use waiaas_daemon_core::config::TelegramConfig;
use waiaas_daemon_core::notify::trouble::{Trouble, TroubleCode};

use super::client;
use super::fault::{Fault, judge};
use super::webhook::is_same;

/// How long the whole look may take.
const LOOK_MAX_S: u64 = 6;

/// What Telegram says of the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenBot {
    /// Without the sign.
    pub(crate) username: String,
    pub(crate) webhook: SeenWebhook,
}

/// Whom Telegram brings the bot's updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeenWebhook {
    /// Nobody: they are to be fetched.
    None,
    /// The configured address.
    Ours,
    /// Another one.
    Other,
}

/// Why it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProbeFault {
    /// The token is refused.
    Unauthorized,
    /// No answer in time.
    Silent,
    /// No sensible answer.
    Away { reason: Trouble },
}

/// Asks `getMe` and `getWebhookInfo`; changes nothing.
///
/// # Errors
/// [`ProbeFault`].
pub(crate) async fn look(config: &TelegramConfig) -> Result<SeenBot, ProbeFault> {
    let max = Duration::from_secs(LOOK_MAX_S);
    let asked = tokio::time::timeout(max, ask(config)).await;
    asked.unwrap_or(Err(ProbeFault::Silent))
}

async fn ask(config: &TelegramConfig) -> Result<SeenBot, ProbeFault> {
    let bot = client::new(config).map_err(|error| ProbeFault::Away {
        reason: Trouble::said(error.to_string()),
    })?;
    let refused = |error| match judge(&error, &config.bot_token) {
        Fault::Unauthorized => ProbeFault::Unauthorized,
        Fault::Away { reason } | Fault::Never { reason } => ProbeFault::Away {
            reason: Trouble {
                said: reason.said.as_deref().map(without_addresses),
                ..reason
            },
        },
        Fault::Wait { .. } => ProbeFault::Away {
            reason: TroubleCode::AskedToWait.into(),
        },
        Fault::Conflict
        | Fault::Unparsable
        | Fault::NotModified
        | Fault::MessageGone
        | Fault::Shut { .. } => ProbeFault::Away {
            reason: TroubleCode::UnreadableAnswer.into(),
        },
    };
    let me = bot.get_me().await.map_err(refused)?;
    let webhook = bot.get_webhook_info().await.map_err(refused)?;
    Ok(SeenBot {
        username: me.username().to_owned(),
        webhook: seen(webhook.url.as_ref(), config),
    })
}

fn seen(set: Option<&Url>, config: &TelegramConfig) -> SeenWebhook {
    match (set, &config.webhook) {
        (None, _) => SeenWebhook::None,
        (Some(set), Some(ours)) if is_same(set, &ours.url) => SeenWebhook::Ours,
        (Some(_), _) => SeenWebhook::Other,
    }
}

/// The text without the addresses that the HTTP library puts into it: who reads it knows where
/// Telegram is, and the token stood in them.
fn without_addresses(reason: &str) -> String {
    const BEFORE: &str = " for url (";
    let mut parts = reason.split(BEFORE);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_passed_on() {
        let reason = "error sending request for url (https://host/token:redacted/GetMe): away";
        assert_eq!(without_addresses(reason), "error sending request: away");
        assert_eq!(without_addresses("a for url (b"), "a");
        assert_eq!(without_addresses("nothing to hide"), "nothing to hide");
    }
}
