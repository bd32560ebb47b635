//! `/sessions`, `/revoke`, and the buttons that list, open and end sessions.

use sea_orm::ConnectionTrait;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::outbox::Draft;
use waiaas_daemon_core::db::WriteTx;
use waiaas_daemon_core::session::view::{self as session_view, SessionView};
use waiaas_daemon_core::session::{RevokeReason, renew, repo, service};
use waiaas_protocol::ids::SessionId;

use super::audit;
use crate::telegram::schema::{Argument, Handled};
use crate::telegram::turn::Turn;
use crate::telegram::view::{View, session};

/// `/sessions`.
pub(in crate::telegram) async fn on_command(turn: Turn) -> Handled {
    let view = list(&turn, turn.console.core.db.read(), 0).await?;
    turn.finish_with(turn.say(view)).await
}

/// `/revoke [id]`.
pub(in crate::telegram) async fn on_revoke(turn: Turn, id: Argument) -> Handled {
    if id.0.is_empty() {
        return on_command(turn).await;
    }
    let view = match service::show(&turn.console.core, &id.0).await {
        Ok(view) if view.session.is_live(turn.now) => session::ask_revoke(&turn.reader, &view),
        Ok(view) => details(&turn, turn.console.core.db.read(), &view, 0).await?,
        Err(Error::SessionNotFound) => session::unknown(&turn.reader, &id.0),
        Err(Error::RequestInvalid(_)) => session::ambiguous(&turn.reader, &id.0),
        Err(cause) => return Err(cause),
    };
    turn.finish_with(turn.say(view)).await
}

/// A page of live sessions.
pub(super) async fn list(
    turn: &Turn,
    db: &impl ConnectionTrait,
    page: usize,
) -> Result<View, Error> {
    let mut views = Vec::new();
    let mut sessions = repo::list_live(db, None, turn.now).await?;
    sessions.sort_by_key(|session| session.expires_at);
    for session in sessions {
        views.push(session_view::load(db, session).await?);
    }
    Ok(session::list(&turn.reader, &views, page))
}

async fn load(tx: &WriteTx, id: SessionId) -> Result<Option<SessionView>, Error> {
    match repo::by_id(&**tx, id).await? {
        Some(session) => Ok(Some(session_view::load(&**tx, session).await?)),
        None => Ok(None),
    }
}

async fn details(
    turn: &Turn,
    db: &impl ConnectionTrait,
    view: &SessionView,
    page: usize,
) -> Result<View, Error> {
    let recent = audit::recent(db, view.session.id).await?;
    Ok(session::details(&turn.reader, view, &recent, page))
}

/// The details of a session.
pub(super) async fn open(
    turn: &Turn,
    tx: &WriteTx,
    id: SessionId,
    page: usize,
) -> Result<View, Error> {
    Ok(match load(tx, id).await? {
        Some(view) => details(turn, &**tx, &view, page).await?,
        None => session::unknown(&turn.reader, &id.to_string()),
    })
}

/// Asks before a session is ended; says so where it has ended already.
pub(super) async fn ask_revoke(turn: &Turn, tx: &WriteTx, id: SessionId) -> Result<View, Error> {
    Ok(match load(tx, id).await? {
        Some(view) if view.session.is_live(turn.now) => session::ask_revoke(&turn.reader, &view),
        Some(view) if view.session.revocation.is_some() => {
            session::ended(&turn.reader, &view, false)
        }
        Some(view) => details(turn, &**tx, &view, 0).await?,
        None => session::unknown(&turn.reader, &id.to_string()),
    })
}

/// Ends a session and says so in place.
pub(super) async fn end(
    turn: &Turn,
    tx: &mut WriteTx,
    id: SessionId,
    reason: RevokeReason,
) -> Result<Vec<Draft>, Error> {
    let core = &turn.console.core;
    let Some(found) = repo::by_id(&**tx, id).await? else {
        return Ok(turn.replace(session::unknown(&turn.reader, &id.to_string())));
    };
    let told = Some(turn.incoming.chat_id);
    service::revoke_in(core, tx, &turn.actor()?, &found, reason, told, turn.now).await?;
    let Some(view) = load(tx, id).await? else {
        return Ok(Vec::new());
    };
    // Whoever was faster, the first end counts.
    let first = view
        .session
        .revocation
        .as_ref()
        .map(|end| end.reason.as_str());
    let rejected = first == Some(RevokeReason::RenewalRejected.as_str());
    let mut drafts = turn.replace(session::ended(&turn.reader, &view, rejected));
    for draft in &mut drafts {
        draft.session_id = Some(id.to_string());
    }
    Ok(drafts)
}

/// "It was me".
pub(super) async fn reuse_was_mine(
    turn: &Turn,
    tx: &mut WriteTx,
    id: SessionId,
    generation: i64,
) -> Result<View, Error> {
    let Some(found) = repo::by_id(&**tx, id).await? else {
        return Ok(session::unknown(&turn.reader, &id.to_string()));
    };
    let actor = turn.actor()?;
    renew::acknowledge_reuse(tx, &actor, &found, generation, turn.now).await?;
    let view = session_view::load(&**tx, found).await?;
    Ok(session::reuse_acknowledged(
        &turn.reader,
        &view,
        &actor.label(),
    ))
}
