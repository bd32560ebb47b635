//! Who may play the person: only the page itself, opened on this machine.
//!
//! The listener is on loopback, which a web page elsewhere can still reach through the
//! visitor's browser: by a name that resolves to 127.0.0.1 (refused by the Host header), by a
//! cross-site request (refused by the Origin header) or blindly (refused for want of the key).

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::state::Shared;

#[derive(Deserialize)]
struct Keyed {
    #[serde(default)]
    key: String,
}

/// Refuses a request that was not addressed to this machine by this machine's name, or that
/// another site's page makes.
pub(super) async fn origin(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let hosts = [
        format!("127.0.0.1:{}", shared.port),
        format!("localhost:{}", shared.port),
    ];
    let own_host = text(request.headers(), header::HOST)
        .is_some_and(|host| hosts.iter().any(|known| known == host));
    let own_origin = match text(request.headers(), header::ORIGIN) {
        Some(origin) => hosts
            .iter()
            .any(|known| origin == format!("http://{known}")),
        None => !request.headers().contains_key(header::ORIGIN),
    };
    if own_host && own_origin {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

/// Refuses a request without the key of the page's address.
pub(super) async fn key(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let given = Query::<Keyed>::try_from_uri(request.uri()).map(|Query(keyed)| keyed.key);
    let fits = given.is_ok_and(|key| bool::from(key.as_bytes().ct_eq(shared.page_key.as_bytes())));
    if fits {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
