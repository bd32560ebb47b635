//! `waiaas status`.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::StatusBody;

use super::super::State;
use crate::core::Core;
use crate::error::Error;
use crate::session::repo as sessions;
use crate::{console, notify, system};

/// How the daemon is doing.
#[utoipa::path(get, path = "/v1/status", operation_id = "status", tag = "daemon",
    responses((status = 200, description = "The daemon right now", body = StatusBody)))]
pub(in crate::http) async fn status(
    Extract(state): Extract<State>,
) -> Result<Json<StatusBody>, Error> {
    overview(&state.core, state.settings.listen.clone())
        .await
        .map(Json)
}

async fn overview(core: &Core, listen: String) -> Result<StatusBody, Error> {
    let now = core.clock.now_s();
    let db = core.db.read();
    let next = sessions::next_expiry(db, now).await?;
    let (events, dead_events) = notify::outbox::depth(db).await?;
    let (messages, dead_messages) = console::outbox::depth(db).await?;
    Ok(StatusBody {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: Timestamp(core.started_at),
        uptime_s: now - core.started_at,
        listen,
        live_sessions: sessions::count_live(db, None, now).await?,
        next_expiry_at: next.as_ref().map(|session| Timestamp(session.expires_at)),
        next_expiry_session_id: next.map(|session| session.id),
        outbox_depth: events + messages,
        dead_letters: dead_events + dead_messages,
        channels: core.health.list(),
        operators: console::operators::count(db).await?,
        kill_switch: system::service::kill_switch(core).await?,
        frozen_since: system::repo::load(db)
            .await?
            .frozen
            .map(|freeze| Timestamp(freeze.since)),
        server_time: Timestamp(now),
    })
}
