//! Puts a session's token into its agent's token file (PROTOCOL.md section 6).
//!
//! Three steps, each safe to die after: create the session with `delivered_at` null; write
//! the file under its lock, outside any transaction; mark it delivered and revoke what the
//! file held before. At start the daemon finishes what was begun, by minting again.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{self, LOCK_WAIT_DAEMON_MAX_S, TokenFileError, TokenFileLock};

use super::renew::mint_again;
use super::service::{self, NewHandover, NewSession};
use super::view::{self, SessionView};
use super::{RevokeReason, Session, repo};
use crate::actor::Actor;
use crate::agent;
use crate::audit::{self, AuditEvent, Record};
use crate::console::outbox::Draft;
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;

/// A session whose token stands in its file.
#[derive(Debug, Clone)]
pub struct HandedOver {
    /// The session.
    pub view: SessionView,
    /// The file.
    pub token_file: String,
    /// The session that the file held before, now revoked.
    pub replaced: Option<SessionId>,
}

/// How a hand-over ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The file carries the token.
    Delivered {
        /// The file.
        token_file: String,
        /// The session that the file held before.
        replaced: Option<SessionId>,
    },
    /// The file could not be written; the session was revoked again.
    Failed {
        /// Which rule was broken and how to mend it.
        reason: String,
    },
}

/// Makes the console messages that belong into the transaction that ends a hand-over.
pub type Finish<'a> = &'a (dyn Fn(&SessionView, &Outcome) -> Vec<Draft> + Send + Sync);

/// No messages.
#[must_use]
pub fn silently(_: &SessionView, _: &Outcome) -> Vec<Draft> {
    Vec::new()
}

/// What a hand-over to an agent's file looks like before the lock is held: the file, and the
/// session in it that the new one will replace.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The file.
    pub token_file: String,
    /// The session that does not count against the limit.
    pub replaces: Option<SessionId>,
}

/// Looks at an agent's token file without taking its lock.
///
/// # Errors
/// [`Error::TokenFileUnwritable`] when a rule of section 6 forbids the file.
pub async fn plan(core: &Core, agent: AgentId) -> Result<Plan, Error> {
    let data_dir = core.data_dir.as_ref().clone();
    let looked = tokio::task::spawn_blocking(move || {
        let path = token_file::select_path(&data_dir, agent)?;
        let held = token_file::read(&path)?.and_then(|token| held_session(&token, agent));
        Ok::<_, TokenFileError>((path, held))
    });
    let (path, held) = looked.await.map_err(Error::internal)?.map_err(unwritable)?;
    let replaces = match held {
        Some(id) => repo::by_id(core.db.read(), id).await?.map(|session| session.id),
        None => None,
    };
    Ok(Plan { token_file: path.display().to_string(), replaces })
}

fn held_session(token: &SessionToken, agent: AgentId) -> Option<SessionId> {
    let claims = token.unverified_claims().ok()?;
    (claims.agent_id == agent).then_some(claims.session_id)
}

fn unwritable(cause: TokenFileError) -> Error {
    Error::TokenFileUnwritable { reason: cause.to_string() }
}

/// Creates a session and writes its token into the agent's file.
///
/// # Errors
/// As [`service::create`]; [`Error::TokenFileUnwritable`] after the session was revoked
/// again.
pub async fn create_with_token_file(
    core: &Core,
    actor: &Actor,
    mut new: NewSession,
) -> Result<HandedOver, Error> {
    let agent = agent::service::resolve(core.db.read(), &new.agent).await?;
    let plan = plan(core, agent.id).await?;
    new.replaces = new.replaces.or(plan.replaces);
    new.handover = Some(NewHandover { token_file: plan.token_file, note: None });
    let created = service::create(core, actor, &new).await?;
    deliver(core, actor, created.view.session.id, &silently).await
}

/// Writes the file of a session that waits for it, then marks it delivered, revokes what
/// the file held before, and enqueues the messages of `finish`, all in one transaction.
///
/// # Errors
/// [`Error::TokenFileUnwritable`] after the session was revoked again;
/// [`Error::SessionRevoked`] when it was ended meanwhile.
pub async fn deliver(
    core: &Core,
    actor: &Actor,
    id: SessionId,
    finish: Finish<'_>,
) -> Result<HandedOver, Error> {
    let session = repo::by_id(core.db.read(), id).await?.ok_or(Error::SessionNotFound)?;
    if session.revocation.is_some() {
        return Err(Error::SessionRevoked);
    }
    let token = mint_again(core, &session)?;
    match write_file(core, session.agent_id, token).await {
        Ok((path, held)) => delivered(core, actor, session, path, held, finish).await,
        Err(cause) => failed(core, actor, session, &cause, finish).await,
    }
}

async fn write_file(
    core: &Core,
    agent: AgentId,
    token: SessionToken,
) -> Result<(PathBuf, Option<SessionId>), TokenFileError> {
    let data_dir = core.data_dir.as_ref().clone();
    let wait = Duration::from_secs(LOCK_WAIT_DAEMON_MAX_S);
    let written = tokio::task::spawn_blocking(move || {
        let lock = TokenFileLock::acquire_for_agent(&data_dir, agent, wait)?;
        token_file::sweep_temporaries(&lock)?;
        let path = lock.token_path().to_path_buf();
        let held = token_file::read(&path)?.and_then(|token| held_session(&token, agent));
        token_file::write(&path, &token)?;
        Ok((path, held))
    });
    // A panic in there is a fault of ours and must not look like a file problem.
    written.await.unwrap_or_else(|cause| std::panic::resume_unwind(cause.into_panic()))
}

async fn delivered(
    core: &Core,
    actor: &Actor,
    session: Session,
    path: PathBuf,
    held: Option<SessionId>,
    finish: Finish<'_>,
) -> Result<HandedOver, Error> {
    let now = core.clock.now_s();
    let token_file = path.display().to_string();
    let mut tx = core.db.begin_write().await?;
    repo::set_delivered(&*tx, session.id, &token_file, now).await?;
    let replaced = end_former(core, &mut tx, actor, &session, held, now).await?;
    let details = json!({ "token_file": token_file, "replaced": replaced });
    let record = Record::new(AuditEvent::SessionDelivered, actor, details)
        .agent(session.agent_id)
        .session(session.id);
    audit::repo::append(&mut tx, &record, now).await?;
    let fresh = repo::by_id(&*tx, session.id).await?.ok_or(Error::SessionNotFound)?;
    let view = view::load(&*tx, fresh).await?;
    let outcome = Outcome::Delivered { token_file: token_file.clone(), replaced };
    for draft in finish(&view, &outcome) {
        draft.enqueue(core, &*tx, now).await?;
    }
    tx.commit().await?;
    core.ring();
    Ok(HandedOver { view, token_file, replaced })
}

/// Ends the session that the file held before, and the one that the new session was made to
/// replace: mostly the same. Says which was live until now.
async fn end_former(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    session: &Session,
    held: Option<SessionId>,
    now: i64,
) -> Result<Option<SessionId>, Error> {
    let recorded = session.handover.as_ref().and_then(|handover| handover.record.replaces);
    let mut replaced = None;
    for id in held.into_iter().chain(recorded).filter(|id| *id != session.id) {
        let Some(former) = repo::by_id(&**tx, id).await? else { continue };
        if former.agent_id != session.agent_id {
            continue;
        }
        let reason = RevokeReason::Replaced;
        if service::revoke_in(core, tx, actor, &former, reason, None, now).await? {
            replaced = replaced.or(Some(former.id));
        }
    }
    Ok(replaced)
}

async fn failed(
    core: &Core,
    actor: &Actor,
    session: Session,
    cause: &TokenFileError,
    finish: Finish<'_>,
) -> Result<HandedOver, Error> {
    let now = core.clock.now_s();
    let reason = cause.to_string();
    let mut tx = core.db.begin_write().await?;
    let why = RevokeReason::HandoverFailed;
    service::revoke_in(core, &mut tx, actor, &session, why, None, now).await?;
    let view = view::load(&*tx, session).await?;
    for draft in finish(&view, &Outcome::Failed { reason: reason.clone() }) {
        draft.enqueue(core, &*tx, now).await?;
    }
    tx.commit().await?;
    core.ring();
    Err(Error::TokenFileUnwritable { reason })
}

/// Finishes every hand-over that was begun at least `min_age_s` seconds ago and not finished:
/// 0 at start, when nothing else can be at it. Says how many were delivered and how many were
/// revoked.
///
/// # Errors
/// As the database says.
pub async fn resume_all(
    core: &Core,
    finish: Finish<'_>,
    min_age_s: i64,
) -> Result<(usize, usize), Error> {
    let now = core.clock.now_s();
    let (mut delivered, mut revoked) = (0, 0);
    for session in repo::undelivered(core.db.read(), now).await? {
        if now - session.created_at < min_age_s {
            continue;
        }
        match deliver(core, &Actor::Daemon, session.id, finish).await {
            Ok(_) => delivered += 1,
            Err(Error::TokenFileUnwritable { reason }) => {
                tracing::warn!(session_id = %session.id, reason, "unfinished hand-over revoked");
                revoked += 1;
            }
            Err(cause) => {
                tracing::error!(session_id = %session.id, %cause, "hand-over not finished");
            }
        }
    }
    Ok((delivered, revoked))
}
