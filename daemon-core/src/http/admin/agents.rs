//! The owner's agents: add, list, suspend, resume, remove, default constraints.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use waiaas_protocol::wire::{AgentBody, AgentList, ConstraintsRequest, CreateAgentRequest};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::{self, Path};
use super::super::query::Query;
use crate::agent::{AgentView, service as agents};
use crate::error::Error;

/// Every agent, by name.
#[utoipa::path(get, path = "/v1/agents", operation_id = "listAgents", tag = "agent",
    params(("include" = Option<String>, Query, description = "`terminated`: the removed ones too")),
    responses((status = 200, description = "Agents", body = AgentList)))]
pub(in crate::http) async fn list(
    Extract(state): Extract<State>,
    mut query: Query,
) -> Result<Json<AgentList>, Error> {
    let terminated = query
        .choice("include", &[("terminated", true)])
        .unwrap_or(false);
    query.finish()?;
    let agents = agents::list(&state.core, terminated).await?;
    Ok(Json(AgentList {
        agents: agents.iter().map(AgentView::to_body).collect(),
    }))
}

/// Adds an agent, with the wallets and limits its sessions get by default.
#[utoipa::path(post, path = "/v1/agents", operation_id = "createAgent", tag = "agent",
    request_body = CreateAgentRequest,
    responses((status = 201, description = "Added", body = AgentBody)))]
pub(in crate::http) async fn create(
    Extract(state): Extract<State>,
    admin: Admin,
    extract::Json(request): extract::Json<CreateAgentRequest>,
) -> Result<(StatusCode, Json<AgentBody>), Error> {
    let agent = agents::create(&state.core, &admin.actor, &request).await?;
    Ok((StatusCode::CREATED, Json(agent.to_body())))
}

/// One agent.
#[utoipa::path(get, path = "/v1/agents/{agent}", operation_id = "showAgent", tag = "agent",
    params(("agent" = String, Path, description = "Id or name")),
    responses((status = 200, description = "The agent", body = AgentBody)))]
pub(in crate::http) async fn show(
    Extract(state): Extract<State>,
    Path(agent): Path<String>,
) -> Result<Json<AgentBody>, Error> {
    Ok(Json(agents::show(&state.core, &agent).await?.to_body()))
}

/// Removes an agent and ends its sessions.
#[utoipa::path(delete, path = "/v1/agents/{agent}", operation_id = "removeAgent", tag = "agent",
    params(("agent" = String, Path, description = "Id or name")),
    responses((status = 200, description = "Removed, also when it was before", body = AgentBody)))]
pub(in crate::http) async fn remove(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(agent): Path<String>,
) -> Result<Json<AgentBody>, Error> {
    Ok(Json(
        agents::terminate(&state.core, &admin.actor, &agent)
            .await?
            .to_body(),
    ))
}

/// Refuses the agent's requests until it is resumed.
#[utoipa::path(post, path = "/v1/agents/{agent}/suspend", operation_id = "suspendAgent", tag = "agent",
    params(("agent" = String, Path, description = "Id or name")),
    responses((status = 200, description = "Suspended, also when it was before", body = AgentBody)))]
pub(in crate::http) async fn suspend(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(agent): Path<String>,
) -> Result<Json<AgentBody>, Error> {
    Ok(Json(
        agents::suspend(&state.core, &admin.actor, &agent)
            .await?
            .to_body(),
    ))
}

/// Lets a suspended agent act again.
#[utoipa::path(post, path = "/v1/agents/{agent}/resume", operation_id = "resumeAgent", tag = "agent",
    params(("agent" = String, Path, description = "Id or name")),
    responses((status = 200, description = "Active, also when it was before", body = AgentBody)))]
pub(in crate::http) async fn resume(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(agent): Path<String>,
) -> Result<Json<AgentBody>, Error> {
    Ok(Json(
        agents::resume(&state.core, &admin.actor, &agent)
            .await?
            .to_body(),
    ))
}

/// Replaces the limits that the agent's future sessions get; `{}` clears them.
#[utoipa::path(put, path = "/v1/agents/{agent}/defaults", operation_id = "setAgentDefaults", tag = "agent",
    params(("agent" = String, Path, description = "Id or name")),
    request_body = ConstraintsRequest,
    responses((status = 200, description = "Replaced", body = AgentBody)))]
pub(in crate::http) async fn set_defaults(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(agent): Path<String>,
    extract::Json(request): extract::Json<ConstraintsRequest>,
) -> Result<Json<AgentBody>, Error> {
    let agent = agents::set_defaults(&state.core, &admin.actor, &agent, &request).await?;
    Ok(Json(agent.to_body()))
}
