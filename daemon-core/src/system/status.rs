//! What `waiaas status` and `/status` show.

use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{KillSwitchBody, StatusBody};

use super::repo;
use crate::console::{operators, outbox as chat_outbox};
use crate::core::Core;
use crate::error::Error;
use crate::notify::outbox;
use crate::session::repo as session_repo;

/// The version of the binary.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How the system is doing. `listen` is the address of the agents' door.
///
/// # Errors
/// As the database says.
pub async fn status(core: &Core, listen: &str) -> Result<StatusBody, Error> {
    let db = core.db.read();
    let now = core.clock.now_s();
    let next = session_repo::next_expiry(db, now).await?;
    let state = repo::load(db).await?;
    let (events, dead_events) = outbox::depth(db).await?;
    let (messages, dead_messages) = chat_outbox::depth(db).await?;
    Ok(StatusBody {
        version: VERSION.to_owned(),
        started_at: Timestamp(core.started_at),
        uptime_s: now - core.started_at,
        listen: listen.to_owned(),
        live_sessions: session_repo::count_live(db, None, now).await?,
        next_expiry_at: next.as_ref().map(|session| Timestamp(session.expires_at)),
        next_expiry_session_id: next.map(|session| session.id),
        outbox_depth: events + messages,
        dead_letters: dead_events + dead_messages,
        channels: core.health.list(),
        operators: operators::count(db).await?,
        kill_switch: KillSwitchBody {
            active: state.kill_switch.is_some(),
            since: state
                .kill_switch
                .as_ref()
                .map(|switch| Timestamp(switch.since)),
            by: state.kill_switch.map(|switch| switch.by),
            revoked_sessions: 0,
        },
        frozen_since: state.frozen.map(|switch| Timestamp(switch.since)),
        server_time: Timestamp(now),
    })
}
