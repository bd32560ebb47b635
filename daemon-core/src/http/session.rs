//! A session as its agent meets it: who am I, and renew (PROTOCOL.md sections 4 and 5).

use axum::Json;
use axum::extract::{RawPathParams, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use waiaas_protocol::token::TokenHash;
use waiaas_protocol::wire::{RenewResponse, SessionSelf};

use super::State;
use super::auth::{self, AgentSession, Bearer};
use super::extract::IgnoredBody;
use crate::error::Error;
use crate::session::authority::VerifiedToken;
use crate::session::renew::{self, RenewRequest};

pub(super) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Who am I: agent, wallets, constraints, expiry, renewals left, absolute end.
#[utoipa::path(get, path = "/v1/session", operation_id = "showSession", tag = "session",
    responses((status = 200, description = "The session of the token", body = SessionSelf)))]
pub(super) async fn show(session: AgentSession) -> Json<SessionSelf> {
    Json(session.view.to_self(session.now))
}

/// Renews the session: a new token for one more unit of time, from now. A body is ignored.
#[utoipa::path(put, path = "/v1/sessions/{id}/renew", operation_id = "renewSession", tag = "session",
    params(
        ("id" = String, Path, description = "The session of the token"),
        ("Idempotency-Key" = Option<String>, Header, description = "16 to 64 visible ASCII characters; the same key repeats a lost answer"),
    ),
    responses((status = 200, description = "Renewed; or repeated, then with the header Idempotent-Replayed: true", body = RenewResponse)))]
pub(super) async fn renew(
    Extract(state): Extract<State>,
    Bearer(verified): Bearer,
    path: PathId,
    parts: Parts,
    _: IgnoredBody,
) -> Result<Response, Error> {
    let key_hash = renewal_key(&parts, &verified, state.core.clock.now_s())?;
    let from = auth::peer_address(&parts.extensions).to_string();
    let request = RenewRequest {
        path_id: &path.0,
        verified: &verified,
        key_hash,
        from: &from,
    };
    let renewed = renew::renew(&state.core, &request).await?;
    let mut response = Json(renewed.response).into_response();
    if renewed.replayed {
        response
            .headers_mut()
            .insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Without a good key there is no replay, so a token whose time is over is expired, whatever
/// else is wrong with the request (check 0 comes first).
fn renewal_key(
    parts: &Parts,
    verified: &VerifiedToken,
    now: i64,
) -> Result<Option<TokenHash>, Error> {
    auth::renewal_key(&parts.headers).map_err(|refusal| {
        if now >= verified.claims.exp {
            Error::AuthTokenExpired
        } else {
            refusal
        }
    })
}

/// The text in the path, whatever it is: one that is no session id fails check 1 like any
/// other session's id, and is not worth an error of its own.
pub(super) struct PathId(String);

impl axum::extract::FromRequestParts<State> for PathId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let id = params.ok().and_then(|params| {
            params
                .iter()
                .find(|(name, _)| *name == "id")
                .map(|(_, text)| text.to_owned())
        });
        Ok(Self(id.unwrap_or_default()))
    }
}
