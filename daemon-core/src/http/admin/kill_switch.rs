//! The kill switch. Lifting it needs this door: the phone cannot.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::wire::{KillSwitchBody, KillSwitchRequest};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract;
use crate::error::Error;
use crate::issue::Problem;
use crate::system::service as system;

/// Whether it is on.
#[utoipa::path(get, path = "/v1/kill-switch", operation_id = "showKillSwitch", tag = "system",
    responses((status = 200, description = "The kill switch", body = KillSwitchBody)))]
pub(in crate::http) async fn show(
    Extract(state): Extract<State>,
) -> Result<Json<KillSwitchBody>, Error> {
    Ok(Json(system::kill_switch(&state.core).await?))
}

/// Turns it on or off; on, every agent request is refused from the next one on.
#[utoipa::path(put, path = "/v1/kill-switch", operation_id = "setKillSwitch", tag = "system",
    request_body = KillSwitchRequest,
    responses((status = 200, description = "As asked, also when it was before", body = KillSwitchBody)))]
pub(in crate::http) async fn set(
    Extract(state): Extract<State>,
    admin: Admin,
    extract::Json(request): extract::Json<KillSwitchRequest>,
) -> Result<Json<KillSwitchBody>, Error> {
    let body = match (request.active, request.revoke_all) {
        (true, revoke_all) => system::activate(&state.core, &admin.actor, revoke_all).await?,
        (false, false) => system::recover(&state.core, &admin.actor).await?,
        (false, true) => return Err(Error::invalid("revokeAll", Problem::NeedsActive)),
    };
    Ok(Json(body))
}
