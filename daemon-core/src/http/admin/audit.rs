//! The audit chain: read and verify. Nothing changes it but what it records.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::wire::{AuditPage, AuditVerification};

use super::super::State;
use super::super::query::Query;
use super::agent_reference;
use crate::audit::repo::Filter;
use crate::audit::service::{self as audit, AUDIT_PAGE_MAX};
use crate::core::Core;
use crate::error::Error;
use crate::session::service as sessions;

const PAGE_DEFAULT: u64 = 50;
const SEQ_MAX: u64 = i64::MAX.unsigned_abs();

/// A page of entries, newest first.
#[utoipa::path(get, path = "/v1/audit", operation_id = "listAudit", tag = "audit",
    params(
        ("agent" = Option<String>, Query, description = "Id or name of an agent"),
        ("session" = Option<String>, Query, description = "Id of a session, or a unique beginning of one"),
        ("limit" = Option<u64>, Query, description = "1 to 200, 50 by default"),
        ("before" = Option<i64>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "Entries", body = AuditPage)))]
pub(in crate::http) async fn list(
    Extract(state): Extract<State>,
    mut query: Query,
) -> Result<Json<AuditPage>, Error> {
    let (agent, session) = (query.text("agent"), query.text("session"));
    let limit = query
        .number("limit", &(1..=AUDIT_PAGE_MAX))
        .unwrap_or(PAGE_DEFAULT);
    let before = query
        .number("before", &(1..=SEQ_MAX))
        .and_then(|seq| i64::try_from(seq).ok());
    query.finish()?;
    let agent_id = agent_reference(&state.core, agent).await?;
    let session_id = session_id(&state.core, session).await?;
    Ok(Json(
        audit::list(
            &state.core,
            &Filter {
                agent_id,
                session_id,
                before,
            },
            limit,
        )
        .await?,
    ))
}

/// Entries outlive their session, so a whole id is taken as it is.
async fn session_id(core: &Core, reference: Option<String>) -> Result<Option<String>, Error> {
    let Some(reference) = reference else {
        return Ok(None);
    };
    if let Ok(id) = reference.parse::<SessionId>() {
        return Ok(Some(id.to_string()));
    }
    let session = sessions::resolve(core.db.read(), &reference).await?;
    Ok(Some(session.id.to_string()))
}

/// Walks the whole chain and names the first bad entry, or a missing end.
#[utoipa::path(get, path = "/v1/audit/verify", operation_id = "verifyAudit", tag = "audit",
    responses((status = 200, description = "Also for a broken chain: see `intact`", body = AuditVerification)))]
pub(in crate::http) async fn verify(
    Extract(state): Extract<State>,
) -> Result<Json<AuditVerification>, Error> {
    Ok(Json(audit::verify(&state.core).await?))
}
