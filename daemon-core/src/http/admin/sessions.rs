//! The owner's sessions: create, list, show, revoke (PROTOCOL.md section 9).

use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{
    ClaimCodeField, CreateSessionRequest, CreateSessionResponse, RevokeSessionRequest,
    RevokeSessionResponse, SessionBody, SessionList, TokenField,
};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::{self, OptionalJson, Path};
use super::super::query::Query;
use crate::actor::{Actor, Source};
use crate::claim::service as claims;
use crate::core::Core;
use crate::error::Error;
use crate::issue::Problem;
use crate::session::RevokeReason;
use crate::session::handover;
use crate::session::repo::StateFilter;
use crate::session::service::{self as sessions, NewSession, SESSION_PAGE_MAX};

const PAGE_DEFAULT: u64 = 20;
const STATES: [(&str, StateFilter); 4] = [
    ("live", StateFilter::Live),
    ("expired", StateFilter::Expired),
    ("revoked", StateFilter::Revoked),
    ("all", StateFilter::All),
];

/// A page of sessions, newest first.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "listSessions", tag = "session",
    params(
        ("agent" = Option<String>, Query, description = "Id or name of the agent"),
        ("state" = Option<String>, Query, description = "`live` (default), `expired`, `revoked` or `all`"),
        ("limit" = Option<u64>, Query, description = "1 to 100, 20 by default"),
        ("before" = Option<SessionId>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "Sessions", body = SessionList)))]
pub(in crate::http) async fn list(
    Extract(state): Extract<State>,
    mut query: Query,
) -> Result<Json<SessionList>, Error> {
    let agent = query.text("agent");
    let filter = query.choice("state", &STATES).unwrap_or_default();
    let limit = query
        .number("limit", &(1..=SESSION_PAGE_MAX))
        .unwrap_or(PAGE_DEFAULT);
    let before = query.id("before");
    query.finish()?;
    let core = &state.core;
    let (views, next) = sessions::list(core, agent.as_deref(), filter, before, limit).await?;
    let now = core.clock.now_s();
    Ok(Json(SessionList {
        sessions: views.iter().map(|view| view.to_body(now)).collect(),
        next,
    }))
}

/// Creates a session. The token is in this answer and nowhere else, or in the agent's token
/// file, or waits for whoever redeems the claim code that is in this answer.
#[utoipa::path(post, path = "/v1/sessions", operation_id = "createSession", tag = "session",
    request_body = CreateSessionRequest,
    responses((status = 201, description = "Created", body = CreateSessionResponse)))]
pub(in crate::http) async fn create(
    Extract(state): Extract<State>,
    admin: Admin,
    extract::Json(request): extract::Json<CreateSessionRequest>,
) -> Result<(StatusCode, Json<CreateSessionResponse>), Error> {
    let (to_token_file, claim) = (request.to_token_file, request.claim);
    let new = wanted(request)?;
    let (core, actor) = (&state.core, &admin.actor);
    let created = match (to_token_file, claim) {
        (true, true) => {
            let other = "toTokenFile";
            return Err(Error::invalid("claim", Problem::NotTogetherWith { other }));
        }
        (true, false) => into_token_file(core, actor, new).await?,
        (false, true) => into_claim_code(core, actor, &new).await?,
        (false, false) => into_answer(core, actor, new).await?,
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// `walletId`, `walletIds` or neither, never both.
fn wanted(request: CreateSessionRequest) -> Result<NewSession, Error> {
    let wallets = match (request.wallet_id, request.wallet_ids) {
        (Some(_), Some(_)) => {
            let other = "walletId";
            let problem = Problem::NotTogetherWith { other };
            return Err(Error::invalid("walletIds", problem));
        }
        (Some(one), None) => Some(vec![one]),
        (None, several) => several,
    };
    Ok(NewSession {
        agent: request.agent_id,
        wallets,
        default_wallet: request.default_wallet_id,
        constraints: request.constraints,
        exact_constraints: request.exact_constraints,
        replaces: request.replaces_session_id,
        source: Source::Cli,
        handover: None,
        claim: request.claim,
        told_chat_id: None,
    })
}

async fn into_token_file(
    core: &Core,
    actor: &Actor,
    new: NewSession,
) -> Result<CreateSessionResponse, Error> {
    let done = handover::create_with_token_file(core, actor, new).await?;
    let now = core.clock.now_s();
    Ok(CreateSessionResponse {
        session: done.view.to_body(now),
        token: None,
        token_file: Some(done.token_file),
        claim_code: None,
        claim_expires_at: None,
        replaced_session_id: done.replaced,
        server_time: Timestamp(now),
    })
}

async fn into_answer(
    core: &Core,
    actor: &Actor,
    new: NewSession,
) -> Result<CreateSessionResponse, Error> {
    let created = sessions::create(core, actor, &new).await?;
    let now = core.clock.now_s();
    Ok(CreateSessionResponse {
        session: created.view.to_body(now),
        token: Some(TokenField(created.token)),
        token_file: None,
        claim_code: None,
        claim_expires_at: None,
        replaced_session_id: created.replaced,
        server_time: Timestamp(now),
    })
}

async fn into_claim_code(
    core: &Core,
    actor: &Actor,
    new: &NewSession,
) -> Result<CreateSessionResponse, Error> {
    let issued = claims::issue(core, actor, new).await?;
    let now = core.clock.now_s();
    Ok(CreateSessionResponse {
        session: issued.view.to_body(now),
        token: None,
        token_file: None,
        claim_code: Some(ClaimCodeField(issued.code)),
        claim_expires_at: Some(Timestamp(issued.expires_at)),
        replaced_session_id: None,
        server_time: Timestamp(now),
    })
}

/// One session.
#[utoipa::path(get, path = "/v1/sessions/{session}", operation_id = "showSession", tag = "session",
    params(("session" = String, Path, description = "Id or a unique beginning of one")),
    responses((status = 200, description = "The session", body = SessionBody)))]
pub(in crate::http) async fn show(
    Extract(state): Extract<State>,
    Path(session): Path<String>,
) -> Result<Json<SessionBody>, Error> {
    let view = sessions::show(&state.core, &session).await?;
    Ok(Json(view.to_body(state.core.clock.now_s())))
}

/// Ends a session, also when it was ended before: the first `revokedAt` stands.
#[utoipa::path(post, path = "/v1/sessions/{session}/revoke", operation_id = "revokeSession", tag = "session",
    params(("session" = String, Path, description = "Id or a unique beginning of one")),
    request_body(content = Option<RevokeSessionRequest>),
    responses((status = 200, description = "Ended", body = RevokeSessionResponse)))]
pub(in crate::http) async fn revoke(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(session): Path<String>,
    OptionalJson(RevokeSessionRequest {}): OptionalJson<RevokeSessionRequest>,
) -> Result<Json<RevokeSessionResponse>, Error> {
    let reason = RevokeReason::ManualRevoke;
    let (session, already_revoked) =
        sessions::revoke(&state.core, &admin.actor, &session, reason).await?;
    let end = session
        .revocation
        .ok_or_else(|| Error::internal("revoked without an end"))?;
    let revoked_at = Timestamp(end.at);
    Ok(Json(RevokeSessionResponse {
        session_id: session.id,
        revoked_at,
        already_revoked,
    }))
}
