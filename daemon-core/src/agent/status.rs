//! Whether an agent may act: suspend, resume, remove, and the undoing of a suspension. The other
//! use cases of agents are in `service.rs`.

use serde_json::json;
use waiaas_protocol::ids::AgentId;

use super::service::{record, resolve, tell, view};
use super::{Agent, AgentStatus, AgentView, repo};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::notify::event::Power;
use crate::session::{RevokeReason, service as sessions};

/// How long a suspension can be undone, seconds (CONSOLE.md, "Buttons").
pub const SUSPEND_UNDO_S: i64 = 300;
/// What changes an agent's status; the newest of these entries says why it is as it is.
const STATUS_EVENTS: [AuditEvent; 3] = [
    AuditEvent::AgentSuspended,
    AuditEvent::AgentResumed,
    AuditEvent::AgentTerminated,
];

/// An agent after its status was asked to be another.
#[derive(Debug, Clone)]
pub struct StatusChange {
    /// The agent as it is now.
    pub view: AgentView,
    /// Position of the audit entry of the change; `None` when it was so before.
    pub audit_seq: Option<i64>,
}

/// Refuses the agent's requests until it is resumed. Idempotent.
///
/// # Errors
/// [`Error::AgentNotFound`], [`Error::AgentTerminated`].
pub async fn suspend(core: &Core, actor: &Actor, reference: &str) -> Result<AgentView, Error> {
    set_status(core, actor, reference, AgentStatus::Suspended).await
}

/// Lets a suspended agent act again. Idempotent.
///
/// # Errors
/// [`Error::AgentNotFound`], [`Error::AgentTerminated`].
pub async fn resume(core: &Core, actor: &Actor, reference: &str) -> Result<AgentView, Error> {
    set_status(core, actor, reference, AgentStatus::Active).await
}

/// Removes an agent and ends its sessions. Idempotent.
///
/// # Errors
/// [`Error::AgentNotFound`].
pub async fn terminate(core: &Core, actor: &Actor, reference: &str) -> Result<AgentView, Error> {
    set_status(core, actor, reference, AgentStatus::Terminated).await
}

async fn set_status(
    core: &Core,
    actor: &Actor,
    reference: &str,
    status: AgentStatus,
) -> Result<AgentView, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let agent = resolve(&*tx, reference).await?;
    let change = set_status_in(core, &mut tx, actor, agent, status, now).await?;
    if change.audit_seq.is_some() {
        tx.commit().await?;
        core.ring();
    }
    Ok(change.view)
}

/// Sets the status in the caller's transaction, with its audit entry and, where it gives power
/// back, its alert.
///
/// # Errors
/// [`Error::AgentTerminated`]: that one is for good.
pub async fn set_status_in(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    mut agent: Agent,
    status: AgentStatus,
    now: i64,
) -> Result<StatusChange, Error> {
    if agent.status == status {
        let view = view(&**tx, agent, now).await?;
        let audit_seq = None;
        return Ok(StatusChange { view, audit_seq });
    }
    if agent.status == AgentStatus::Terminated {
        return Err(Error::AgentTerminated);
    }
    repo::set_status(&**tx, agent.id, status, now).await?;
    agent.status = status;
    let (event, revoked) = match status {
        AgentStatus::Active => (AuditEvent::AgentResumed, 0),
        AgentStatus::Suspended => (AuditEvent::AgentSuspended, 0),
        AgentStatus::Terminated => {
            let reason = RevokeReason::AgentTerminated;
            let revoked = sessions::revoke_agent(core, tx, actor, agent.id, reason, now).await?;
            (AuditEvent::AgentTerminated, revoked)
        }
    };
    let details = json!({ "name": agent.name, "revoked_sessions": revoked });
    record(tx, event, actor, &agent, details, now).await?;
    let audit_seq = Some(audit::repo::head(&**tx).await?.seq);
    if status == AgentStatus::Active {
        tell(core, &**tx, Power::AgentResumed, &agent.name, actor, now).await?;
    }
    let view = view(&**tx, agent, now).await?;
    Ok(StatusChange { view, audit_seq })
}

/// Undoes the suspension that the audit entry `audit_seq` records, in the caller's transaction:
/// only while nothing has changed the status since, and at most [`SUSPEND_UNDO_S`] after it.
/// `None` when it is too late for one of these reasons.
///
/// # Errors
/// As the database says.
pub async fn undo_suspend_in(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    agent_id: AgentId,
    audit_seq: i64,
    now: i64,
) -> Result<Option<StatusChange>, Error> {
    let newest = audit::repo::newest_of(&**tx, agent_id, &STATUS_EVENTS).await?;
    let undoable = newest.is_some_and(|entry| {
        entry.seq == audit_seq
            && entry.event == AuditEvent::AgentSuspended.as_str()
            && now < entry.at + SUSPEND_UNDO_S
    });
    let Some(agent) = repo::by_id(&**tx, agent_id).await?.filter(|_| undoable) else {
        return Ok(None);
    };
    let change = set_status_in(core, tx, actor, agent, AgentStatus::Active, now).await?;
    Ok(Some(change))
}
