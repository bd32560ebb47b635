//! What time does to sessions: warnings before the end, the end, and the purge (PROTOCOL.md
//! sections 9 and 10). The scanner's passes are idempotent: a unique row guards each alert.

use serde_json::json;

use super::service::subject;
use super::{Session, expiry_repo, repo};
use crate::actor::Actor;
use crate::agent;
use crate::audit::{self, AuditEvent, Record};
use crate::claim;
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::notify::event::{Event, ExpiryCause};
use crate::notify::outbox;

/// Seconds between two passes of the scanner.
pub const SCAN_INTERVAL_S: u64 = 60;
/// Sessions handled in one transaction.
const BATCH_ROWS: u64 = 100;

/// Raises `SESSION_EXPIRING_SOON` because the session is near its end; once per session.
///
/// # Errors
/// As the database says.
pub async fn warn_near_end(
    core: &Core,
    tx: &mut WriteTx,
    session: &Session,
    agent_name: &str,
    renewals_left: i64,
    now: i64,
) -> Result<(), Error> {
    let cause = ExpiryCause::NearEnd;
    if !expiry_repo::guard_alert(&**tx, session.id, cause.as_str(), 0, now).await? {
        return Ok(());
    }
    let event = expiring_soon(session, agent_name, cause, renewals_left);
    outbox::enqueue(core, &**tx, &event, now).await
}

fn expiring_soon(session: &Session, agent_name: &str, cause: ExpiryCause, left: i64) -> Event {
    Event::SessionExpiringSoon {
        subject: subject(session, agent_name),
        cause,
        expires_at: session.expires_at,
        absolute_expires_at: session.absolute_expires_at,
        renewals_left: left,
        max_renewals: session.max_renewals,
    }
}

/// One pass: ends what nobody claimed, warns about agents that stopped renewing, tells what
/// ran out, purges what is old. Says whether anything was done.
///
/// # Errors
/// As the database says; what was committed before stays.
pub async fn scan(core: &Core) -> Result<bool, Error> {
    let now = core.clock.now_s();
    // Before the rest: what nobody claimed neither stops renewing nor runs out.
    let unclaimed = claim::service::end_unclaimed(core, now).await?;
    let warned = warn_running_out(core, now).await?;
    let ended = tell_ran_out(core, now).await?;
    let purged = purge(core, now).await?;
    if unclaimed || warned || ended {
        core.ring();
    }
    Ok(unclaimed || warned || ended || purged > 0)
}

async fn agent_name(tx: &WriteTx, session: &Session) -> Result<String, Error> {
    let agent = agent::repo::by_id(&**tx, session.agent_id).await?;
    Ok(agent.map(|agent| agent.name).unwrap_or_default())
}

async fn warn_running_out(core: &Core, now: i64) -> Result<bool, Error> {
    let found = expiry_repo::running_out(core.db.read(), now, BATCH_ROWS).await?;
    if found.is_empty() {
        return Ok(false);
    }
    let mut tx = core.db.begin_write().await?;
    for seen in &found {
        // Read again under the write lock: it may have been renewed since.
        let Some(session) = repo::by_id(&*tx, seen.id).await? else {
            continue;
        };
        if session.renewal_count != seen.renewal_count || !session.is_live(now) {
            continue;
        }
        let name = agent_name(&tx, &session).await?;
        if can_renew_once_more(&session, now) {
            let cause = ExpiryCause::AgentStopped;
            let generation = session.renewal_count;
            if expiry_repo::guard_alert(&*tx, session.id, cause.as_str(), generation, now).await? {
                let event = expiring_soon(&session, &name, cause, session.renewals_left());
                outbox::enqueue(core, &*tx, &event, now).await?;
            }
        } else {
            let left = session.renewals_left();
            warn_near_end(core, &mut tx, &session, &name, left, now).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// A session that cannot be renewed any more ends by itself; its agent has done nothing
/// wrong.
const fn can_renew_once_more(session: &Session, now: i64) -> bool {
    session.renewals_left() > 0 && now + session.expires_in <= session.absolute_expires_at
}

async fn tell_ran_out(core: &Core, now: i64) -> Result<bool, Error> {
    let found = expiry_repo::ran_out(core.db.read(), now, BATCH_ROWS).await?;
    if found.is_empty() {
        return Ok(false);
    }
    let mut tx = core.db.begin_write().await?;
    for seen in &found {
        let Some(session) = repo::by_id(&*tx, seen.id).await? else {
            continue;
        };
        let over = session.revocation.is_none() && session.expires_at <= now;
        if !over || !expiry_repo::guard_alert(&*tx, session.id, "expired", 0, now).await? {
            continue;
        }
        let details = json!({ "expires_at": session.expires_at });
        let record = Record::new(AuditEvent::SessionExpired, &Actor::Daemon, details)
            .agent(session.agent_id)
            .session(session.id);
        audit::repo::append(&mut tx, &record, now).await?;
        let event = Event::SessionExpired {
            subject: subject(&session, &agent_name(&tx, &session).await?),
            at: session.expires_at,
            last_used_at: session.last_used_at,
        };
        outbox::enqueue(core, &*tx, &event, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Deletes sessions that ended longer than `session_retention` ago, in batches, each with an
/// audit entry. Says how many.
///
/// # Errors
/// As the database says.
pub async fn purge(core: &Core, now: i64) -> Result<u64, Error> {
    let before = now - core.policy.session_retention_s;
    let mut total = 0;
    loop {
        let mut tx = core.db.begin_write().await?;
        let purged = expiry_repo::purge(&*tx, before, BATCH_ROWS).await?;
        if purged == 0 {
            return Ok(total);
        }
        let details = json!({ "sessions": purged, "ended_before": before });
        let record = Record::new(AuditEvent::SessionsPurged, &Actor::Daemon, details);
        audit::repo::append(&mut tx, &record, now).await?;
        tx.commit().await?;
        total += purged;
    }
}
