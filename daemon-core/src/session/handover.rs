//! Puts a session's token into its agent's token file (PROTOCOL.md section 6).
//!
//! Three steps, each safe to die after: create the session with `delivered_at` null; write
//! the file under its lock, outside any transaction; mark it delivered and revoke what the
//! file held before. At start the daemon finishes what was begun, by minting again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
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
use crate::system;
use crate::token::claims::Claims;

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
        /// Which rule was broken.
        cause: Arc<TokenFileError>,
    },
    /// Somebody ended the session meanwhile.
    Ended,
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
        let held = token_file::read(&path)?;
        Ok::<_, TokenFileError>((path, held))
    });
    let (path, held) = looked.await.map_err(Error::internal)?.map_err(unwritable)?;
    let replaces = match held.and_then(|token| held_by(core, &token, agent)) {
        Some(claims) => repo::by_id(core.db.read(), claims.sid)
            .await?
            .map(|session| session.id),
        None => None,
    };
    Ok(Plan {
        token_file: path.display().to_string(),
        replaces,
    })
}

/// The claims of a token in the agent's file, if they are ours: anybody who can write the file
/// could name any session there.
fn held_by(core: &Core, token: &SessionToken, agent: AgentId) -> Option<Claims> {
    let claims = core.keyring(|keyring| keyring.verify(token)).ok()?;
    (claims.aid == agent).then_some(claims)
}

fn unwritable(cause: TokenFileError) -> Error {
    Error::TokenFileUnwritable(Arc::new(cause))
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
    new.handover = Some(NewHandover {
        token_file: plan.token_file,
        note: None,
    });
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
    let waiting = live_row(core, id).await?;
    let written = match &waiting {
        Ok(session) => write_file(core, session).await?,
        Err(_) => Err(Stopped::Ended),
    };
    match written {
        Ok(written) => delivered(core, actor, id, written, finish).await,
        Err(Stopped::Refused(cause)) => failed(core, actor, id, Arc::new(cause), finish).await,
        Err(Stopped::Ended) => {
            let tx = core.db.begin_write().await?;
            ended(core, tx, id, finish).await
        }
    }
}

/// The row, or that it was ended.
async fn live_row(core: &Core, id: SessionId) -> Result<Result<Session, Stopped>, Error> {
    let session = repo::by_id(core.db.read(), id)
        .await?
        .ok_or(Error::SessionNotFound)?;
    let ended = session.revocation.is_some();
    Ok(if ended {
        Err(Stopped::Ended)
    } else {
        Ok(session)
    })
}

/// Why the file was not written.
enum Stopped {
    /// A rule of section 6, or the file system.
    Refused(TokenFileError),
    /// The session was ended while its hand-over waited.
    Ended,
}

/// What stands in the file now.
struct Written {
    path: PathBuf,
    held: Option<SessionId>,
}

/// Takes the lock first and looks at row and file only then: whoever held the lock before may
/// have renewed this very session, and a newer token must not be overwritten by an older one.
async fn write_file(core: &Core, waiting: &Session) -> Result<Result<Written, Stopped>, Error> {
    let (agent, id) = (waiting.agent_id, waiting.id);
    let data_dir = core.data_dir.as_ref().clone();
    let wait = Duration::from_secs(LOCK_WAIT_DAEMON_MAX_S);
    let locked = blocking(move || {
        let lock = TokenFileLock::acquire_for_agent(&data_dir, agent, wait)?;
        token_file::sweep_temporaries(&lock)?;
        let held = token_file::read(lock.token_path())?;
        Ok((lock, held))
    });
    let (lock, held) = match locked.await {
        Ok(locked) => locked,
        Err(cause) => return Ok(Err(Stopped::Refused(cause))),
    };
    let session = match live_row(core, id).await? {
        Ok(session) => session,
        Err(stopped) => return Ok(Err(stopped)),
    };
    let held = held.and_then(|token| held_by(core, &token, agent));
    let path = lock.token_path().to_path_buf();
    let up_to_date = held
        .as_ref()
        .is_some_and(|held| held.sid == id && held.generation >= session.renewal_count);
    if !up_to_date {
        let token = mint_again(core, &session)?;
        let target = path.clone();
        // The lock goes along, so that it is held until the file is written.
        let written = blocking(move || {
            let _lock = lock;
            token_file::write(&target, &token)
        });
        if let Err(cause) = written.await {
            return Ok(Err(Stopped::Refused(cause)));
        }
    }
    Ok(Ok(Written {
        path,
        held: held.map(|claims| claims.sid),
    }))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TokenFileError> + Send + 'static,
) -> Result<T, TokenFileError> {
    let done = tokio::task::spawn_blocking(work).await;
    // A panic in there is a fault of ours and must not look like a file problem.
    done.unwrap_or_else(|cause| std::panic::resume_unwind(cause.into_panic()))
}

async fn delivered(
    core: &Core,
    actor: &Actor,
    id: SessionId,
    written: Written,
    finish: Finish<'_>,
) -> Result<HandedOver, Error> {
    let now = core.clock.now_s();
    let token_file = written.path.display().to_string();
    let mut tx = core.db.begin_write().await?;
    let session = repo::by_id(&*tx, id).await?.ok_or(Error::SessionNotFound)?;
    if session.revocation.is_some() {
        // Ended in the last moment: what the file held before is left as it was.
        return ended(core, tx, id, finish).await;
    }
    repo::set_delivered(&*tx, id, &token_file, now).await?;
    let replaced = end_former(core, &mut tx, actor, &session, written.held, now).await?;
    let details = json!({ "token_file": token_file, "replaced": replaced });
    let record = Record::new(AuditEvent::SessionDelivered, actor, details)
        .agent(session.agent_id)
        .session(id);
    audit::repo::append(&mut tx, &record, now).await?;
    let fresh = repo::by_id(&*tx, id).await?.ok_or(Error::SessionNotFound)?;
    let view = view::load(&*tx, fresh).await?;
    let outcome = Outcome::Delivered {
        token_file: token_file.clone(),
        replaced,
    };
    tell(core, tx, &view, &outcome, finish).await?;
    Ok(HandedOver {
        view,
        token_file,
        replaced,
    })
}

async fn tell(
    core: &Core,
    tx: WriteTx,
    view: &SessionView,
    outcome: &Outcome,
    finish: Finish<'_>,
) -> Result<(), Error> {
    let now = core.clock.now_s();
    for draft in finish(view, outcome) {
        draft.enqueue(core, &*tx, now).await?;
    }
    tx.commit().await?;
    core.ring();
    Ok(())
}

/// Somebody ended the session before its token stood in the file.
async fn ended(
    core: &Core,
    tx: WriteTx,
    id: SessionId,
    finish: Finish<'_>,
) -> Result<HandedOver, Error> {
    let session = repo::by_id(&*tx, id).await?.ok_or(Error::SessionNotFound)?;
    let view = view::load(&*tx, session).await?;
    tell(core, tx, &view, &Outcome::Ended, finish).await?;
    Err(Error::SessionRevoked)
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
    let recorded = session
        .handover
        .as_ref()
        .and_then(|handover| handover.record.replaces);
    let mut replaced = None;
    for id in held
        .into_iter()
        .chain(recorded)
        .filter(|id| *id != session.id)
    {
        let Some(former) = repo::by_id(&**tx, id).await? else {
            continue;
        };
        if former.agent_id != session.agent_id || !former.is_live(now) {
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
    id: SessionId,
    cause: Arc<TokenFileError>,
    finish: Finish<'_>,
) -> Result<HandedOver, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let session = repo::by_id(&*tx, id).await?.ok_or(Error::SessionNotFound)?;
    let view = view::load(&*tx, session).await?;
    let outcome = Outcome::Failed {
        cause: Arc::clone(&cause),
    };
    // The chat that asked reads why in its own message; an alert would only say it again.
    let told = finish(&view, &outcome).first().map(|draft| draft.chat_id);
    let why = RevokeReason::HandoverFailed;
    service::revoke_in(core, &mut tx, actor, &view.session, why, told, now).await?;
    tell(core, tx, &view, &outcome, finish).await?;
    Err(Error::TokenFileUnwritable(cause))
}

/// Whether the token file lies in this daemon's data directory: of several daemons on one
/// database each finishes what it began itself, for no other can write there.
fn is_ours(core: &Core, session: &Session) -> bool {
    let Some(handover) = &session.handover else {
        return false;
    };
    let recorded = Path::new(&handover.token_file);
    if recorded.starts_with(core.data_dir.as_path()) {
        return true;
    }
    // The same directory may be spelt otherwise today.
    let real = |path: &Path| path.canonicalize().ok();
    match (recorded.parent().and_then(real), real(&core.data_dir)) {
        (Some(folder), Some(data_dir)) => folder.starts_with(data_dir),
        _ => false,
    }
}

/// Finishes every hand-over into this data directory that was begun at least `min_age_s` seconds
/// ago and not finished: 0 at start, when nothing else can be at it. While the system is locked nothing is handed
/// over: a restored database may hold hand-overs that were revoked since. Says how many were
/// delivered and how many were revoked.
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
    if system::repo::load(core.db.read()).await?.lock().is_some() {
        return Ok((0, 0));
    }
    for session in repo::undelivered(core.db.read(), now).await? {
        if now - session.created_at < min_age_s || !is_ours(core, &session) {
            continue;
        }
        match deliver(core, &Actor::Daemon, session.id, finish).await {
            Ok(_) => delivered += 1,
            Err(Error::TokenFileUnwritable(cause)) => {
                let reason = cause.to_string();
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
