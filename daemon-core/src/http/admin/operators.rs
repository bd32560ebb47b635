//! Who may use the console: pairing codes and paired people (CONSOLE.md).

use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{OperatorBody, OperatorList, PairingRequest, PairingResponse};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::{OptionalJson, Path};
use crate::console::operators::{self, Operator};
use crate::console::pairing;
use crate::error::Error;
use crate::issue::Wanted;

/// Makes a one-time code to send to the bot.
#[utoipa::path(post, path = "/v1/pairing", operation_id = "pair", tag = "operator",
    request_body(content = Option<PairingRequest>),
    responses((status = 201, description = "The code, shown this once", body = PairingResponse)))]
pub(in crate::http) async fn pair(
    Extract(state): Extract<State>,
    admin: Admin,
    OptionalJson(request): OptionalJson<PairingRequest>,
) -> Result<(StatusCode, Json<PairingResponse>), Error> {
    let core = &state.core;
    let operators = operators::count(core.db.read()).await?;
    let code = pairing::create_code(core, &admin.actor, request.role).await?;
    let bot = core.health.bot_username();
    let body = PairingResponse {
        link: bot.map(|bot| format!("https://t.me/{bot}?start={}", code.code)),
        expires_at: Timestamp(code.expires_at),
        code: code.code,
        role: code.role,
        created_at: Timestamp(code.created_at),
        operators,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Everyone who is paired, by time of pairing.
#[utoipa::path(get, path = "/v1/operators", operation_id = "listOperators", tag = "operator",
    responses((status = 200, description = "Operators", body = OperatorList)))]
pub(in crate::http) async fn list(
    Extract(state): Extract<State>,
) -> Result<Json<OperatorList>, Error> {
    let operators = operators::list(&state.core).await?;
    Ok(Json(OperatorList {
        operators: operators.iter().map(Operator::to_body).collect(),
    }))
}

/// Takes the console away from somebody.
#[utoipa::path(delete, path = "/v1/operators/{user_id}", operation_id = "removeOperator", tag = "operator",
    params(("user_id" = i64, Path, description = "Telegram user id")),
    responses((status = 200, description = "Taken away", body = OperatorBody)))]
pub(in crate::http) async fn remove(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(user_id): Path<String>,
) -> Result<Json<OperatorBody>, Error> {
    let user_id = user_id
        .parse()
        .map_err(|_| Error::invalid("user_id", Wanted::Integer))?;
    let operator = operators::remove(&state.core, &admin.actor, user_id).await?;
    Ok(Json(operator.to_body()))
}
