//! Has Telegram bring updates to the daemon's own door, and looks after that: somebody may
//! set another webhook, and the way to the door may break. The door itself is
//! `daemon_core::http::webhook`; every daemon of a fleet has one, and one of them does this.

use std::time::Duration;

use reqwest::Url;
use secrecy::ExposeSecret as _;
use teloxide::payloads::SetWebhookSetters as _;
use teloxide::prelude::Requester as _;
use teloxide::types::WebhookInfo;
use waiaas_daemon_core::config::WebhookConfig;
use waiaas_daemon_core::console::{inbox, webhook};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::trouble::{Trouble, TroubleCode};

use super::console::Console;
use super::fault::{Fault, judge, scrub};
use super::poller::KINDS;
use super::receiving::{PAUSE_REFUSED, Step, heard, refused, storage};

/// How often the webhook is looked after, seconds.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Telegram calls with one update at a time, so that they come in their order.
const CONNECTIONS_MAX: u8 = 1;
/// Characters of what Telegram says about a delivery that failed.
const REASON_CHARS_MAX: usize = 200;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Set the webhook; it counts as working until a look says otherwise.
    Set,
    /// Set it once more: Telegram could not deliver, and may have been told another secret.
    Mend,
    Look,
}

/// Looks after the webhook, one call or two a step.
pub(super) struct Webhook {
    config: WebhookConfig,
    next: Next,
}

impl Webhook {
    /// Has set nothing yet.
    pub(super) const fn new(config: WebhookConfig) -> Self {
        Self {
            config,
            next: Next::Set,
        }
    }

    /// Sets the webhook, or looks at it.
    pub(super) async fn step(&mut self, console: &Console) -> Step {
        match self.next {
            Next::Set | Next::Mend => self.set(console).await?,
            Next::Look => return self.look(console).await,
        }
        if self.next == Next::Set {
            console.report(ChannelState::Ok, None);
        }
        self.next = Next::Look;
        Ok(LOOK_EVERY)
    }

    async fn set(&self, console: &Console) -> Result<(), Option<Duration>> {
        let url = &self.config.url;
        let parsed =
            Url::parse(url).map_err(|_| refusal(console, &TroubleCode::BadAddress.into()))?;
        let noted = webhook::about_to_set(&console.core, url).await;
        noted.map_err(|cause| storage(&cause))?;
        let secret = console.core.master_key.webhook_secret(&console.token);
        let asked = console
            .bot
            .set_webhook(parsed)
            .secret_token(secret.expose_secret())
            .max_connections(CONNECTIONS_MAX)
            .allowed_updates(KINDS)
            .await;
        match asked {
            Ok(_) => {}
            Err(error) => match judge(&error, &console.token) {
                Fault::Never { reason } => return Err(refusal(console, &reason)),
                other => return Err(refused(console, other)),
            },
        }
        let noted = webhook::is_set(&console.core, url).await;
        noted.map_err(|cause| storage(&cause))
    }

    async fn look(&mut self, console: &Console) -> Step {
        let info = heard(console, console.bot.get_webhook_info().await)?;
        let ours = |set: &Url| is_same(set, &self.config.url);
        if !info.url.as_ref().is_some_and(ours) {
            let taken = TroubleCode::WebhookTaken.into();
            console.report(ChannelState::Conflict, Some(taken));
            self.next = Next::Set;
            return Ok(PAUSE_REFUSED);
        }
        let received = inbox::last_received_at(console.core.db.read()).await;
        let received = received.map_err(|cause| storage(&cause))?;
        match undelivered(&info, received) {
            Some(reason) => {
                let reason = short(&scrub(reason, &console.token));
                let trouble = TroubleCode::Undelivered.saying(reason);
                console.report(ChannelState::Undelivered, Some(trouble));
                self.next = Next::Mend;
            }
            None => console.report(ChannelState::Ok, None),
        }
        Ok(LOOK_EVERY)
    }
}

/// Telegram will not call this address, however often it is asked.
fn refusal(console: &Console, reason: &Trouble) -> Option<Duration> {
    let said = short(&reason.to_string());
    let trouble = TroubleCode::WebhookRefused.saying(said);
    console.report(ChannelState::Undelivered, Some(trouble));
    Some(PAUSE_REFUSED)
}

/// Why updates wait at Telegram, if they do: one was refused, and none has come since.
fn undelivered(info: &WebhookInfo, received_at: Option<i64>) -> Option<&str> {
    let failed_at = info.last_error_date?.timestamp();
    let since = received_at.is_none_or(|received| failed_at > received);
    let reason = info
        .last_error_message
        .as_deref()
        .unwrap_or("no reason told");
    (since && info.pending_update_count > 0).then_some(reason)
}

/// Whether Telegram's address is the configured one.
pub(super) fn is_same(set: &Url, configured: &str) -> bool {
    Url::parse(configured).is_ok_and(|ours| ours == *set)
}

fn short(reason: &str) -> String {
    let visible = reason.chars().filter(|c| !c.is_control());
    visible.take(REASON_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failure_counts_while_something_waits_and_nothing_came_since() {
        let info = |waiting: u32, failed_at: Option<i64>| -> WebhookInfo {
            serde_json::from_value(json!({
                "url": "https://host/", "has_custom_certificate": false,
                "pending_update_count": waiting, "last_error_date": failed_at,
                "last_error_message": failed_at.map(|_| "502"),
            }))
            .expect("what Telegram tells")
        };
        assert_eq!(undelivered(&info(1, Some(100)), None), Some("502"));
        assert_eq!(undelivered(&info(1, Some(100)), Some(99)), Some("502"));
        assert_eq!(undelivered(&info(1, Some(100)), Some(100)), None);
        assert_eq!(undelivered(&info(0, Some(100)), None), None);
        assert_eq!(undelivered(&info(1, None), None), None);
    }

    #[test]
    fn an_address_without_a_path_is_the_one_with_a_slash() {
        let set = Url::parse("https://host/").expect("an address");
        assert!(is_same(&set, "https://host") && is_same(&set, "https://host:443/"));
        assert!(!is_same(&set, "https://host/x") && !is_same(&set, "https://other"));
    }
}
