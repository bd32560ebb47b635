//! The door that Telegram brings updates to, through a proxy (CONSOLE.md, "Living with
//! Telegram"). One method on one path; who does not show the secret is not listened to. An
//! update is answered once it is stored, and nothing is answered but a status: Telegram
//! repeats what it got no 2xx for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Extract};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::Notify;

use super::layers::in_own_task;
use crate::console::{inbox, intake};
use crate::core::Core;

/// The longest update, bytes; a message has at most 4096 characters.
pub const UPDATE_BYTES_MAX: usize = 1 << 20;
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// Callers without the secret are counted, and told about so often, seconds.
const TELL_EVERY_S: i64 = 60;

/// What the door needs.
#[derive(Clone)]
pub struct WebhookDoor {
    /// Where updates are stored.
    pub core: Core,
    /// The one path.
    pub path: String,
    /// What Telegram shows.
    pub secret: SecretString,
    /// Rung when an update was stored.
    pub bell: Arc<Notify>,
    /// Longest time for one request.
    pub request_timeout: Duration,
}

struct State {
    door: WebhookDoor,
    strangers: Strangers,
}

/// The door as a router. Serve it with [`super::serve::serve_tcp`].
pub fn router(door: WebhookDoor) -> Router {
    let limit = door.request_timeout;
    let strangers = Strangers::default();
    Router::new()
        .fallback(on_request)
        .layer(from_fn_with_state(limit, in_own_task))
        .layer(axum::middleware::map_response(without_body))
        .with_state(Arc::new(State { door, strangers }))
}

/// Not even a refusal of ours says more than its status.
async fn without_body(response: Response) -> Response {
    response.status().into_response()
}

async fn on_request(Extract(state): Extract<Arc<State>>, request: Request) -> StatusCode {
    let door = &state.door;
    if request.method() != Method::POST || request.uri().path() != door.path {
        return StatusCode::NOT_FOUND;
    }
    if !shows_secret(request.headers(), &door.secret) {
        state.strangers.note(door.core.clock.now_s());
        return StatusCode::UNAUTHORIZED;
    }
    match read(request.into_body()).await {
        Ok(update) => take_in(door, update).await,
        Err(status) => status,
    }
}

fn shows_secret(headers: &HeaderMap, secret: &SecretString) -> bool {
    let shown = headers.get(SECRET_HEADER).map(|value| value.as_bytes());
    let secret = secret.expose_secret().as_bytes();
    shown.is_some_and(|shown| verify_slices_are_equal(shown, secret).is_ok())
}

async fn read(body: Body) -> Result<Value, StatusCode> {
    let bytes = to_bytes(body, UPDATE_BYTES_MAX).await;
    let bytes = bytes.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    serde_json::from_slice(&bytes).map_err(|_| StatusCode::BAD_REQUEST)
}

/// Whatever has an id is stored, understood or not: what cannot be handled is set aside there,
/// and Telegram need not bring it for a day.
async fn take_in(door: &WebhookDoor, update: Value) -> StatusCode {
    let Some(id) = intake::update_id(&update) else {
        return StatusCode::BAD_REQUEST;
    };
    match inbox::store(&door.core, &[(id, intake::payload(update))]).await {
        Ok(_) => {
            door.bell.notify_one();
            StatusCode::OK
        }
        Err(cause) => {
            tracing::warn!(%cause, update_id = id, "update not stored; Telegram repeats it");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Callers without the secret, so that a flood of them does not fill the log.
#[derive(Default)]
struct Strangers(Mutex<Count>);

#[derive(Default)]
struct Count {
    untold: u64,
    told_at: Option<i64>,
}

impl Strangers {
    fn note(&self, now: i64) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.untold += 1;
        if count.told_at.is_some_and(|at| now - at < TELL_EVERY_S) {
            return;
        }
        let requests = std::mem::take(&mut count.untold);
        count.told_at = Some(now);
        tracing::warn!(
            requests,
            "somebody calls the webhook without its secret; if it is Telegram, another daemon \
             with another master.key has set it"
        );
    }
}
