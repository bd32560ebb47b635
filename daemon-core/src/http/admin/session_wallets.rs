//! The wallets of a living session (PROTOCOL.md section 9).

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::wire::{LinkWalletRequest, SessionBody, SetDefaultWalletRequest};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::{self, Path};
use crate::error::Error;
use crate::session::links;

/// Links a wallet to a living session.
#[utoipa::path(post, path = "/v1/sessions/{session}/wallets", operation_id = "linkSessionWallet", tag = "session",
    params(("session" = String, Path, description = "Id or a unique beginning of one")),
    request_body = LinkWalletRequest,
    responses((status = 200, description = "Linked", body = SessionBody)))]
pub(in crate::http) async fn link(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(session): Path<String>,
    extract::Json(request): extract::Json<LinkWalletRequest>,
) -> Result<Json<SessionBody>, Error> {
    let (wallet, make_default) = (&request.wallet, request.make_default);
    let view = links::link(&state.core, &admin.actor, &session, wallet, make_default).await?;
    Ok(Json(view.to_body(state.core.clock.now_s())))
}

/// Unlinks a wallet from a living session.
#[utoipa::path(delete, path = "/v1/sessions/{session}/wallets/{wallet}", operation_id = "unlinkSessionWallet", tag = "session",
    params(
        ("session" = String, Path, description = "Id or a unique beginning of one"),
        ("wallet" = String, Path, description = "Id or name"),
    ),
    responses((status = 200, description = "Unlinked", body = SessionBody)))]
pub(in crate::http) async fn unlink(
    Extract(state): Extract<State>,
    admin: Admin,
    Path((session, wallet)): Path<(String, String)>,
) -> Result<Json<SessionBody>, Error> {
    let view = links::unlink(&state.core, &admin.actor, &session, &wallet).await?;
    Ok(Json(view.to_body(state.core.clock.now_s())))
}

/// Names another default among the session's wallets.
#[utoipa::path(put, path = "/v1/sessions/{session}/default-wallet", operation_id = "setSessionDefaultWallet", tag = "session",
    params(("session" = String, Path, description = "Id or a unique beginning of one")),
    request_body = SetDefaultWalletRequest,
    responses((status = 200, description = "Changed", body = SessionBody)))]
pub(in crate::http) async fn set_default(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(session): Path<String>,
    extract::Json(request): extract::Json<SetDefaultWalletRequest>,
) -> Result<Json<SessionBody>, Error> {
    let view = links::change_default(&state.core, &admin.actor, &session, &request.wallet).await?;
    Ok(Json(view.to_body(state.core.clock.now_s())))
}
