//! Gathers what a daily summary says.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::{DAY_S, Facts, Upcoming};
use crate::agent::repo as agents;
use crate::audit::AuditEvent;
use crate::audit::repo as audit;
use crate::error::Error;
use crate::session::Session;
use crate::session::repo as sessions;
use crate::system::repo as system;

/// The facts of the last day.
///
/// # Errors
/// As the database says.
pub async fn gather(db: &impl ConnectionTrait, now: i64) -> Result<Facts, Error> {
    let counts = audit::counts_since(db, now - DAY_S).await?;
    let of = |events: &[AuditEvent]| count(&counts, events);
    use AuditEvent as A;
    let next_expiry = sessions::next_expiry(db, now).await?;
    let next_end = sessions::next_end(db, now).await?;
    Ok(Facts {
        live_sessions: sessions::count_live(db, None, now).await?,
        created: of(&[A::SessionCreated]),
        renewed: of(&[A::SessionRenewed]),
        revoked: of(&[A::SessionRevoked]),
        expired: of(&[A::SessionExpired]),
        reused: of(&[A::TokenReused, A::ClaimReused]),
        refused: of(&[
            A::ConsoleRefused,
            A::RoleRefused,
            A::PairingRefused,
            A::ClaimRefused,
        ]),
        given_up: of(&[A::NotificationDeadLettered]),
        kill_switch: system::load(db).await?.kill_switch.is_some(),
        next_expiry: upcoming(db, next_expiry, |session| session.expires_at).await?,
        next_end: upcoming(db, next_end, |session| session.absolute_expires_at).await?,
    })
}

fn count(counts: &HashMap<String, u64>, events: &[AuditEvent]) -> u64 {
    let of = |event: &AuditEvent| counts.get(event.as_str()).copied().unwrap_or_default();
    events.iter().map(of).sum()
}

async fn upcoming(
    db: &impl ConnectionTrait,
    session: Option<Session>,
    at: impl Fn(&Session) -> i64,
) -> Result<Option<Upcoming>, Error> {
    let Some(session) = session else {
        return Ok(None);
    };
    let agent = agents::by_id(db, session.agent_id).await?;
    Ok(agent.map(|agent| Upcoming {
        agent_name: agent.name,
        at: at(&session),
    }))
}
