//! `setWebhook`, `deleteWebhook`, `getWebhookInfo`. Delivery is in `crate::webhook`.

use serde_json::{Value, json};

use super::Context;
use super::reply::{ApiError, ApiResult};
use crate::updates::PollEnd;
use crate::webhook::{Webhook, is_loopback};

const SECRET_CHARS_MAX: usize = 256;
const CONNECTIONS_MAX: i64 = 100;
const CONNECTIONS_DEFAULT: i64 = 40;

pub(super) fn set_webhook(context: &mut Context<'_>) -> ApiResult {
    let url = context.params.text("url")?.unwrap_or_default();
    if url.is_empty() {
        return delete_webhook(context);
    }
    if !is_loopback(&url) {
        let why = if url.starts_with("https://") {
            "bad webhook: Failed to resolve host: Name or service not known"
        } else {
            "bad webhook: An HTTPS URL must be provided for webhook"
        };
        return Err(ApiError::bad_request(why));
    }
    let secret = context
        .params
        .text("secret_token")?
        .filter(|secret| !secret.is_empty());
    check_secret(secret.as_deref())?;
    let connections = context
        .params
        .integer("max_connections")?
        .unwrap_or(CONNECTIONS_DEFAULT);
    if let Some(allowed) = context.params.text_list("allowed_updates")? {
        context.state.updates.allow(allowed);
    }
    if context.params.truth("drop_pending_updates")? {
        context.state.updates.clear();
    }
    context.state.webhook = Some(Webhook {
        url,
        secret,
        connections_max: connections.clamp(1, CONNECTIONS_MAX),
        last_error: None,
    });
    context.state.updates.end_poll(PollEnd::SetWebhook);
    Ok(json!(true))
}

fn check_secret(secret: Option<&str>) -> Result<(), ApiError> {
    let Some(secret) = secret else { return Ok(()) };
    if secret.len() > SECRET_CHARS_MAX {
        return Err(ApiError::bad_request("secret token is too long"));
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !secret.bytes().all(allowed) {
        return Err(ApiError::bad_request(
            "secret token contains unallowed characters",
        ));
    }
    Ok(())
}

pub(super) fn delete_webhook(context: &mut Context<'_>) -> ApiResult {
    if context.params.truth("drop_pending_updates")? {
        context.state.updates.clear();
    }
    context.state.webhook = None;
    Ok(json!(true))
}

pub(super) fn get_webhook_info(context: &mut Context<'_>) -> ApiResult {
    let mut info = json!({
        "url": "",
        "has_custom_certificate": false,
        "pending_update_count": context.state.updates.len(),
    });
    if let Some(webhook) = &context.state.webhook {
        info["url"] = json!(webhook.url);
        info["max_connections"] = json!(webhook.connections_max);
        info["ip_address"] = json!("127.0.0.1");
        if let Some((at, message)) = &webhook.last_error {
            info["last_error_date"] = json!(at);
            info["last_error_message"] = json!(message);
        }
    }
    let allowed = context.state.updates.allowed();
    if !allowed.is_empty() {
        info["allowed_updates"] = allowed
            .iter()
            .map(|kind| Value::from(kind.as_str()))
            .collect();
    }
    Ok(info)
}
