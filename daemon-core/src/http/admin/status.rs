//! `waiaas status`.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::wire::StatusBody;

use super::super::State;
use crate::error::Error;
use crate::system::status;

/// How the daemon is doing.
#[utoipa::path(get, path = "/v1/status", operation_id = "status", tag = "daemon",
    responses((status = 200, description = "The daemon right now", body = StatusBody)))]
pub(in crate::http) async fn status(
    Extract(state): Extract<State>,
) -> Result<Json<StatusBody>, Error> {
    status::status(&state.core, &state.settings.listen)
        .await
        .map(Json)
}
