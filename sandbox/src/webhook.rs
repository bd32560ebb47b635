//! Delivering updates to a webhook: one at a time, in order, to loopback only.
//!
//! Telegram delivers in parallel and repeats for a day; here an update is repeated until it
//! is taken, the webhook is removed or the sandbox ends. A method in the webhook's response
//! body is not carried out.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::Value;

use crate::error::SandboxError;
use crate::faults::Presence;
use crate::state::{Shared, State};

const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
const REQUEST_TIMEOUT_S: u64 = 10;
const RETRY_FIRST_MS: u64 = 100;
const RETRY_MS_MAX: u64 = 5_000;

pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    pub(crate) connections_max: i64,
    /// When a delivery failed last, and why.
    pub(crate) last_error: Option<(i64, String)>,
}

/// Whether an address is HTTP on this machine: the sandbox delivers nowhere else.
pub(crate) fn is_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    matches!(url.scheme(), "http" | "https")
        && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

pub(crate) fn client() -> Result<Client, SandboxError> {
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(REQUEST_TIMEOUT_S))
        .build()
        .map_err(SandboxError::WebhookClient)
}

struct Delivery {
    url: String,
    secret: Option<String>,
    update_id: i64,
    body: Value,
}

/// Delivers until the sandbox closes.
pub(crate) async fn deliver(shared: Arc<Shared>, client: Client) {
    let mut changes = shared.subscribe();
    let mut retry_ms = RETRY_FIRST_MS;
    loop {
        let step = async {
            match shared.read(next) {
                Some(delivery) => {
                    if attempt(&shared, &client, delivery).await {
                        retry_ms = RETRY_FIRST_MS;
                    } else {
                        tokio::time::sleep(Duration::from_millis(retry_ms)).await;
                        retry_ms = (retry_ms * 2).min(RETRY_MS_MAX);
                    }
                }
                None => {
                    // The sender lives in `shared`, so this only fails after everything ended.
                    let _ = changes.changed().await;
                }
            }
        };
        tokio::select! {
            () = shared.closing.cancelled() => return,
            () = step => {}
        }
    }
}

fn next(state: &State, now: i64) -> Option<Delivery> {
    if state.faults.presence != Presence::Here {
        return None;
    }
    let webhook = state.webhook.as_ref()?;
    let body = state.updates.batch(1, now).pop()?;
    Some(Delivery {
        url: webhook.url.clone(),
        secret: webhook.secret.clone(),
        update_id: body["update_id"].as_i64()?,
        body,
    })
}

async fn attempt(shared: &Shared, client: &Client, delivery: Delivery) -> bool {
    let mut request = client.post(&delivery.url).json(&delivery.body);
    if let Some(secret) = &delivery.secret {
        request = request.header(SECRET_HEADER, secret);
    }
    let failure = match request.send().await {
        Ok(response) if response.status().is_success() => None,
        Ok(response) => Some(format!(
            "Wrong response from the webhook: {}",
            response.status()
        )),
        Err(error) if error.is_timeout() => Some("Read timeout expired".to_owned()),
        Err(_) => Some("Connection refused".to_owned()),
    };
    let delivered = failure.is_none();
    shared.write(|state, now| match failure {
        None => state.updates.confirm(delivery.update_id + 1),
        Some(message) => {
            if let Some(webhook) = &mut state.webhook {
                webhook.last_error = Some((now, message));
            }
        }
    });
    delivered
}
