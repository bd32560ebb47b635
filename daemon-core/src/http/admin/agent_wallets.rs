//! The wallets that an agent's future sessions get by default.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::wire::{AgentBody, LinkWalletRequest, SetDefaultWalletRequest};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::{self, Path};
use crate::agent::service as agents;
use crate::error::Error;

/// Adds a wallet; the first one is the default.
#[utoipa::path(post, path = "/v1/agents/{agent}/wallets", operation_id = "linkAgentWallet", tag = "agent",
    params(("agent" = String, Path, description = "Id or name")),
    request_body = LinkWalletRequest,
    responses((status = 200, description = "Added", body = AgentBody)))]
pub(in crate::http) async fn link(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(agent): Path<String>,
    extract::Json(request): extract::Json<LinkWalletRequest>,
) -> Result<Json<AgentBody>, Error> {
    let (wallet, make_default) = (&request.wallet, request.make_default);
    let agent =
        agents::link_wallet(&state.core, &admin.actor, &agent, wallet, make_default).await?;
    Ok(Json(agent.to_body()))
}

/// Takes a wallet away; living sessions keep it.
#[utoipa::path(delete, path = "/v1/agents/{agent}/wallets/{wallet}", operation_id = "unlinkAgentWallet", tag = "agent",
    params(
        ("agent" = String, Path, description = "Id or name"),
        ("wallet" = String, Path, description = "Id or name"),
    ),
    responses((status = 200, description = "Taken away", body = AgentBody)))]
pub(in crate::http) async fn unlink(
    Extract(state): Extract<State>,
    admin: Admin,
    Path((agent, wallet)): Path<(String, String)>,
) -> Result<Json<AgentBody>, Error> {
    let agent = agents::unlink_wallet(&state.core, &admin.actor, &agent, &wallet).await?;
    Ok(Json(agent.to_body()))
}

/// Names another default among the agent's wallets.
#[utoipa::path(put, path = "/v1/agents/{agent}/default-wallet", operation_id = "setAgentDefaultWallet", tag = "agent",
    params(("agent" = String, Path, description = "Id or name")),
    request_body = SetDefaultWalletRequest,
    responses((status = 200, description = "Changed", body = AgentBody)))]
pub(in crate::http) async fn set_default(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(agent): Path<String>,
    extract::Json(request): extract::Json<SetDefaultWalletRequest>,
) -> Result<Json<AgentBody>, Error> {
    let wallet = &request.wallet;
    let agent = agents::set_default_wallet(&state.core, &admin.actor, &agent, wallet).await?;
    Ok(Json(agent.to_body()))
}
