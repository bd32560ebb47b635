//! The owner's word that a restored database may serve again (PROTOCOL.md section 9).

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::wire::RestoreConfirmation;

use super::super::State;
use super::super::auth::Admin;
use crate::error::Error;
use crate::system::service as system;

/// Lifts the freeze of a restored database.
#[utoipa::path(post, path = "/v1/restore/confirm", operation_id = "confirmRestore", tag = "system",
    responses((status = 200, description = "Serving again, also when it was before", body = RestoreConfirmation)))]
pub(in crate::http) async fn confirm(
    Extract(state): Extract<State>,
    admin: Admin,
) -> Result<Json<RestoreConfirmation>, Error> {
    Ok(Json(
        system::confirm_restore(&state.core, &admin.actor).await?,
    ))
}
