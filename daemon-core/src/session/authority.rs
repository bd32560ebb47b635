//! Who is this agent? Every agent request passes here (PROTOCOL.md sections 2, 4 and 5): the
//! signature is checked without the database, then the stored hash decides, so that a
//! rotated or revoked token fails on the very next request.

use waiaas_protocol::token::SessionToken;

use super::view::{self, SessionView};
use super::{Session, repo};
use crate::agent;
use crate::core::Core;
use crate::error::Error;
use crate::system;
use crate::token::claims::Claims;

/// `last_used_at` is refreshed at most this often, seconds.
const LAST_USED_STEP_S: i64 = 60;

/// A token whose signature and form are ours; its time and its row are not judged yet.
#[derive(Debug, Clone)]
pub struct VerifiedToken {
    /// The claims.
    pub claims: Claims,
    /// The token.
    pub token: SessionToken,
}

/// Check 0 without `exp`: form, algorithm, key, signature and issuer. No I/O.
///
/// # Errors
/// [`Error::AuthTokenInvalid`].
pub fn verify(core: &Core, text: &str) -> Result<VerifiedToken, Error> {
    let token = SessionToken::parse(text).map_err(|_| Error::AuthTokenInvalid)?;
    let claims = core
        .keyring(|keyring| keyring.verify(&token))
        .map_err(|_| Error::AuthTokenInvalid)?;
    Ok(VerifiedToken { claims, token })
}

/// Proves that the token opens its session at `now`, and notes its use.
///
/// # Errors
/// The checks of section 4 in their order: expired, unknown session, revoked, locked, agent
/// not active, not the current token.
pub async fn authenticate(
    core: &Core,
    verified: &VerifiedToken,
    now: i64,
) -> Result<SessionView, Error> {
    if now >= verified.claims.exp {
        return Err(Error::AuthTokenExpired);
    }
    let db = core.db.read();
    let session = repo::by_id(db, verified.claims.sid)
        .await?
        .ok_or(Error::SessionNotFound)?;
    if session.revocation.is_some() {
        return Err(Error::SessionRevoked);
    }
    system::repo::load(db).await?.require_unlocked()?;
    let agent = agent::repo::by_id(db, session.agent_id)
        .await?
        .ok_or(Error::AgentTerminated)?;
    agent.status.require_active()?;
    // Equality of hashes takes the same time for every pair.
    if verified.token.hash() != session.token.hash {
        return Err(Error::AuthTokenInvalid);
    }
    note_use(core, &session, now).await?;
    view::load(db, session).await
}

/// The first use must be on record before the answer: it tells a copied token from a race
/// (section 5). Later ones only move "last seen", and may fail without harm.
pub(super) async fn note_use(core: &Core, session: &Session, now: i64) -> Result<(), Error> {
    let first = session.token.first_used_at.is_none();
    let stale = session
        .last_used_at
        .is_none_or(|at| now - at >= LAST_USED_STEP_S);
    if !first && !stale {
        return Ok(());
    }
    let noted = async {
        let tx = core.db.begin_write().await?;
        repo::mark_used(&*tx, session.id, session.token.hash, now).await?;
        tx.commit().await
    };
    match noted.await {
        Err(cause) if first => Err(cause),
        Err(cause) => {
            tracing::warn!(%cause, session_id = %session.id, "last use not noted");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
