//! Redeeming a claim code: the one way in without a token (PROTOCOL.md section 6).

use axum::Json;
use axum::extract::State as Extract;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use waiaas_protocol::wire::{ClaimSessionRequest, ClaimSessionResponse, TokenField};

use super::limits::Caller;
use super::session::IDEMPOTENT_REPLAYED;
use super::{State, auth, extract};
use crate::claim::service::{self as claims, Claimed, Redemption};
use crate::error::Error;

/// Redeems a claim code: the session's token, this once. Wrong, used and late codes are
/// answered alike.
#[utoipa::path(post, path = "/v1/sessions/claim", operation_id = "claimSession", tag = "session",
    params(("Idempotency-Key" = Option<String>, Header, description = "16 to 64 visible ASCII characters; the same key repeats a lost answer while the code lives and the token was not used")),
    request_body = ClaimSessionRequest,
    responses((status = 200, description = "Claimed; or repeated, then with the header Idempotent-Replayed: true", body = ClaimSessionResponse)))]
pub(super) async fn claim(
    Extract(state): Extract<State>,
    parts: Parts,
    extract::Json(request): extract::Json<ClaimSessionRequest>,
) -> Result<Response, Error> {
    let address = auth::peer_address(&parts.extensions);
    let key_hash = auth::renewal_key(&parts.headers)?;
    let caller = Caller::at(address);
    state.claim_tries.take(caller)?;
    let redemption = Redemption {
        code: &request.code,
        key_hash,
        from: &address.to_string(),
    };
    let outcome = claims::redeem(&state.core, &redemption).await;
    if !matches!(outcome, Err(Error::ClaimInvalid)) {
        state.claim_tries.give_back(caller);
    }
    Ok(answer(outcome?, state.core.clock.now_s()))
}

fn answer(claimed: Claimed, now: i64) -> Response {
    let body = ClaimSessionResponse {
        session: claimed.view.to_self(now),
        token: TokenField(claimed.token),
    };
    let mut response = Json(body).into_response();
    if claimed.replayed {
        response
            .headers_mut()
            .insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
