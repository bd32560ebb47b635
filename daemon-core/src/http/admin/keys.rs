//! The signing keys: names and dates, never their bytes.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::wire::{KeyList, RotateKeysRequest, RotateKeysResponse};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::OptionalJson;
use crate::error::Error;
use crate::token::service as keys;

/// The keyring, newest first.
#[utoipa::path(get, path = "/v1/keys", operation_id = "listKeys", tag = "system",
    responses((status = 200, description = "Keys", body = KeyList)))]
pub(in crate::http) async fn list(Extract(state): Extract<State>) -> Result<Json<KeyList>, Error> {
    Ok(Json(keys::list(&state.core).await?))
}

/// Signs with a new key from now on; living sessions go on unless `revokeAll` is set.
#[utoipa::path(post, path = "/v1/keys/rotate", operation_id = "rotateKeys", tag = "system",
    request_body(content = Option<RotateKeysRequest>),
    responses((status = 200, description = "Rotated", body = RotateKeysResponse)))]
pub(in crate::http) async fn rotate(
    Extract(state): Extract<State>,
    admin: Admin,
    OptionalJson(request): OptionalJson<RotateKeysRequest>,
) -> Result<Json<RotateKeysResponse>, Error> {
    Ok(Json(
        keys::rotate(&state.core, &admin.actor, request.revoke_all).await?,
    ))
}
