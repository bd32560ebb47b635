//! `/agents`: who may act, and the buttons that suspend and resume. Suspending is one tap,
//! which can be undone for a while (CONSOLE.md, "Buttons").

use sea_orm::ConnectionTrait;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::agent::status::{self, StatusChange};
use waiaas_daemon_core::agent::{Agent, AgentStatus, repo, service};
use waiaas_daemon_core::db::WriteTx;
use waiaas_protocol::ids::AgentId;

use super::new_session;
use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::{Page, View, agent};

/// `/agents`.
pub(in crate::telegram) async fn on_command(turn: Turn) -> Handled {
    let view = list(&turn, turn.console.core.db.read(), 0).await?;
    turn.finish_with(turn.say(view)).await
}

/// A page of agents.
pub(super) async fn list(
    turn: &Turn,
    db: &impl ConnectionTrait,
    page: usize,
) -> Result<View, Error> {
    let all = repo::list(db, false).await?;
    let page = Page::of(&all, page);
    let mut views = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        views.push(service::view(db, row.clone(), turn.now).await?);
    }
    Ok(agent::list(&turn.reader, &views, &page, all.len()))
}

/// The details of an agent.
pub(super) async fn open(
    turn: &Turn,
    tx: &WriteTx,
    id: AgentId,
    page: usize,
) -> Result<View, Error> {
    match repo::by_id(&**tx, id).await? {
        Some(found) => details(turn, tx, found, page).await,
        None => list(turn, &**tx, page).await,
    }
}

async fn details(turn: &Turn, tx: &WriteTx, found: Agent, page: usize) -> Result<View, Error> {
    // Limits that are no limits any more are told where a session is asked for.
    let granted = new_session::ceiling(turn, &found).ok();
    let found = service::view(&**tx, found, turn.now).await?;
    Ok(agent::details(&turn.reader, &found, granted.as_ref(), page))
}

/// Suspends or resumes an agent; one that is so already, or was removed, is shown as it is.
pub(super) async fn set_status(
    turn: &Turn,
    tx: &mut WriteTx,
    id: AgentId,
    wanted: AgentStatus,
    page: usize,
) -> Result<View, Error> {
    let Some(found) = repo::by_id(&**tx, id).await? else {
        return list(turn, &**tx, page).await;
    };
    if found.status == wanted || found.status == AgentStatus::Terminated {
        return details(turn, tx, found, page).await;
    }
    let (core, actor) = (&turn.console.core, turn.actor()?);
    let change = status::set_status_in(core, tx, &actor, found, wanted, turn.now).await?;
    let StatusChange { view, audit_seq } = change;
    let by = actor.label();
    Ok(match (wanted, audit_seq) {
        (AgentStatus::Suspended, Some(seq)) => agent::suspended(&turn.reader, &view, &by, seq),
        _ => agent::resumed(&turn.reader, &view, &by),
    })
}

/// Undoes exactly the suspension that offered it.
pub(super) async fn undo_suspend(
    turn: &Turn,
    tx: &mut WriteTx,
    id: AgentId,
    audit_seq: i64,
) -> Result<View, Error> {
    let (core, actor) = (&turn.console.core, turn.actor()?);
    match status::undo_suspend_in(core, tx, &actor, id, audit_seq, turn.now).await? {
        Some(change) => Ok(agent::suspension_undone(
            &turn.reader,
            &change.view,
            &actor.label(),
        )),
        None => open(turn, tx, id, 0).await,
    }
}
