//! `GET /health`: for probes. Needs no token, is not limited, and says nothing about sessions.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::Health;

use super::State;
use crate::notify::health::ChannelState;
use crate::system;

/// The channel that `/health` names.
const TELEGRAM: &str = "telegram";

/// Whether the daemon, its database and its Telegram poller work.
#[utoipa::path(get, path = "/health", operation_id = "health", tag = "daemon",
    responses((status = 200, description = "Also while degraded: the daemon itself answers", body = Health)))]
pub(super) async fn health(Extract(state): Extract<State>) -> Json<Health> {
    let core = &state.core;
    let database = system::service::kill_switch(core).await.is_ok();
    let telegram = core.health.state(TELEGRAM);
    let status = if database && !is_failing(telegram) {
        "ok"
    } else {
        "degraded"
    };
    Json(Health {
        status: status.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database,
        telegram: telegram.as_str().to_owned(),
        server_time: Timestamp(core.clock.now_s()),
    })
}

const fn is_failing(state: ChannelState) -> bool {
    match state {
        ChannelState::Off | ChannelState::Starting | ChannelState::Ok | ChannelState::Standby => {
            false
        }
        ChannelState::Conflict
        | ChannelState::Undelivered
        | ChannelState::Unauthorized
        | ChannelState::Unreachable => true,
    }
}
