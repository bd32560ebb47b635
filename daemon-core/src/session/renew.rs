//! Renews a session: joins the pure rule of [`super::renewal`] with the compare-and-swap, the
//! audit entry and the alerts in one transaction (PROTOCOL.md sections 4 and 5).

use sea_orm::ConnectionTrait;
use serde_json::json;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::{SessionToken, TokenHash};
use waiaas_protocol::wire::{RenewResponse, TokenField};

use super::authority::{VerifiedToken, note_use};
use super::renewal::{self, Grant, Presented, Refusal, Surroundings};
use super::repo::{self, Rotation};
use super::service::subject;
use super::{RevokeReason, Session, expiry, expiry_repo, service};
use crate::actor::Actor;
use crate::agent::{self, Agent, AgentStatus};
use crate::audit::{self, AuditEvent, Record};
use crate::core::{Core, OnTokenReuse};
use crate::db::WriteTx;
use crate::error::Error;
use crate::notify::event::Event;
use crate::notify::outbox;
use crate::system;
use crate::token::claims::Claims;
use crate::token::repo as key_repo;

const REUSE_ALERT: &str = "token_reused";

/// A renewal request after check 0.
#[derive(Debug)]
pub struct RenewRequest<'a> {
    /// The id in the path, as text.
    pub path_id: &'a str,
    /// The token.
    pub verified: &'a VerifiedToken,
    /// The hash of the renewal key, if one was sent.
    pub key_hash: Option<TokenHash>,
    /// The address of the connection, for the alert about a copied token.
    pub from: &'a str,
}

/// The answer, and whether it repeats an earlier one.
#[derive(Debug)]
pub struct Renewed {
    /// The body.
    pub response: RenewResponse,
    /// For the header `Idempotent-Replayed`.
    pub replayed: bool,
}

struct Loaded {
    session: Option<(Session, Agent)>,
    lock: Option<crate::error::LockReason>,
}

impl Loaded {
    fn decide(&self, presented: &Presented, now: i64) -> Result<Grant, Refusal> {
        let around = |status: AgentStatus| Surroundings {
            lock: self.lock,
            agent: status,
        };
        let session = self
            .session
            .as_ref()
            .map(|(s, agent)| (s, around(agent.status)));
        renewal::decide(session, presented, now)
    }

    fn parts(&self) -> Result<(&Session, &Agent), Error> {
        self.session
            .as_ref()
            .map(|(s, a)| (s, a))
            .ok_or(Error::SessionNotFound)
    }
}

async fn load(db: &impl ConnectionTrait, id: SessionId) -> Result<Loaded, Error> {
    let lock = system::repo::load(db).await?.lock();
    let Some(session) = repo::by_id(db, id).await? else {
        return Ok(Loaded {
            session: None,
            lock,
        });
    };
    let agent = agent::repo::by_id(db, session.agent_id).await?;
    let agent = agent.ok_or_else(|| Error::internal("a session names an unknown agent"))?;
    Ok(Loaded {
        session: Some((session, agent)),
        lock,
    })
}

/// Renews, replays or refuses.
///
/// # Errors
/// The rows of section 4.
pub async fn renew(core: &Core, request: &RenewRequest<'_>) -> Result<Renewed, Error> {
    let now = core.clock.now_s();
    let claims = &request.verified.claims;
    let presented = Presented {
        session_id: claims.sid,
        expires_at: claims.exp,
        token_hash: request.verified.token.hash(),
        key_hash: request.key_hash,
        path_id: request.path_id.parse().ok(),
    };
    // A look without the write lock first: most refusals and every replay end here.
    let seen = load(core.db.read(), claims.sid).await?;
    match seen.decide(&presented, now) {
        Ok(Grant::Replay) => return replay(core, seen.parts()?.0, now),
        Err(refusal) if !has_effects(refusal) => {
            if let (Refusal::TooEarly { .. }, Ok((session, _))) = (refusal, seen.parts()) {
                // Refused, and yet the current token was used: section 5 counts that.
                note_use(core, session, now).await?;
            }
            return Err(to_error(refusal, &seen));
        }
        Ok(Grant::Rotate { .. }) | Err(_) => {}
    }
    let mut tx = core.db.begin_write().await?;
    let fresh = load(&*tx, claims.sid).await?;
    match fresh.decide(&presented, now) {
        Ok(Grant::Replay) => replay(core, fresh.parts()?.0, now),
        Ok(Grant::Rotate { expires_at }) => {
            rotate(core, tx, &fresh, &presented, expires_at, now).await
        }
        Err(refusal) => {
            let (session, agent) = match fresh.parts() {
                Ok(parts) if has_effects(refusal) => parts,
                _ => return Err(to_error(refusal, &fresh)),
            };
            note_refusal(core, &mut tx, session, agent, refusal, request.from, now).await?;
            tx.commit().await?;
            core.ring();
            Err(to_error(refusal, &fresh))
        }
    }
}

/// Whether a refusal leaves something behind: an alert, or the end of the session.
const fn has_effects(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::LimitReached | Refusal::AbsoluteLifetime | Refusal::Conflict { copied: true }
    )
}

async fn rotate(
    core: &Core,
    mut tx: WriteTx,
    fresh: &Loaded,
    presented: &Presented,
    expires_at: i64,
    now: i64,
) -> Result<Renewed, Error> {
    let (session, agent) = fresh.parts()?;
    let token_kid = key_repo::current_kid(&*tx).await?;
    let generation = session.renewal_count + 1;
    let claims = Claims::new(session.id, session.agent_id, generation, now, expires_at);
    let token = core
        .keyring(|k| k.mint(&token_kid, &claims))
        .map_err(Error::internal)?;
    let rotation = Rotation {
        presented: presented.token_hash,
        token_hash: token.hash(),
        token_kid,
        previous_kid: session.token_kid.clone(),
        renewal_key_hash: presented.key_hash,
        expires_at,
        now,
    };
    if !repo::rotate(&*tx, session.id, &rotation).await? {
        return lost_race(core, &tx, presented, now).await;
    }
    let renewed = repo::by_id(&*tx, session.id)
        .await?
        .ok_or(Error::SessionNotFound)?;
    tell_renewed(core, &mut tx, &renewed, agent, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(Renewed {
        response: to_response(&renewed, token, now),
        replayed: false,
    })
}

/// Check 9: the swap changed nothing. Reads again once.
async fn lost_race(
    core: &Core,
    tx: &WriteTx,
    presented: &Presented,
    now: i64,
) -> Result<Renewed, Error> {
    let again = load(&**tx, presented.session_id).await?;
    match again.decide(presented, now) {
        Ok(Grant::Replay) => replay(core, again.parts()?.0, now),
        Ok(Grant::Rotate { .. }) => Err(Error::RenewalConflict),
        Err(refusal) => Err(to_error(refusal, &again)),
    }
}

async fn tell_renewed(
    core: &Core,
    tx: &mut WriteTx,
    session: &Session,
    agent: &Agent,
    now: i64,
) -> Result<(), Error> {
    let actor = Actor::Agent {
        id: session.agent_id,
    };
    let details = json!({ "generation": session.renewal_count, "expires_at": session.expires_at });
    let record = Record::new(AuditEvent::SessionRenewed, &actor, details)
        .agent(session.agent_id)
        .session(session.id);
    audit::repo::append(tx, &record, now).await?;
    let event = Event::SessionRenewed {
        subject: subject(session, &agent.name),
        renewal_count: session.renewal_count,
        max_renewals: session.max_renewals,
        expires_at: session.expires_at,
        absolute_expires_at: session.absolute_expires_at,
        reject_by: now + session.limits.renewal_reject_window,
    };
    outbox::enqueue(core, &**tx, &event, now).await?;
    if renewal::is_expiring_soon(session.renewals_left(), session.absolute_expires_at, now) {
        expiry::warn_near_end(core, tx, session, &agent.name, session.renewals_left(), now).await?;
    }
    Ok(())
}

/// The alert of a refusal by check 6 or 7, and what a copied token leads to.
async fn note_refusal(
    core: &Core,
    tx: &mut WriteTx,
    session: &Session,
    agent: &Agent,
    refusal: Refusal,
    from: &str,
    now: i64,
) -> Result<(), Error> {
    let current = matches!(refusal, Refusal::LimitReached | Refusal::AbsoluteLifetime);
    if current {
        repo::mark_used(&**tx, session.id, session.token.hash, now).await?;
    }
    match refusal {
        Refusal::LimitReached => {
            expiry::warn_near_end(core, tx, session, &agent.name, 0, now).await
        }
        Refusal::AbsoluteLifetime => {
            let left = session.renewals_left();
            expiry::warn_near_end(core, tx, session, &agent.name, left, now).await
        }
        Refusal::Conflict { copied: true } => note_reuse(core, tx, session, agent, from, now).await,
        _ => Ok(()),
    }
}

/// Once per generation: audit, alert, and the end of the session where so configured.
async fn note_reuse(
    core: &Core,
    tx: &mut WriteTx,
    session: &Session,
    agent: &Agent,
    from: &str,
    now: i64,
) -> Result<(), Error> {
    let generation = session.renewal_count;
    if !expiry_repo::guard_alert(&**tx, session.id, REUSE_ALERT, generation, now).await? {
        return Ok(());
    }
    let ends = core.policy.on_token_reuse == OnTokenReuse::Revoke;
    let actor = Actor::Agent {
        id: session.agent_id,
    };
    let details = json!({ "generation": generation, "from": from, "session_ended": ends });
    let record = Record::new(AuditEvent::TokenReused, &actor, details)
        .agent(session.agent_id)
        .session(session.id);
    audit::repo::append(tx, &record, now).await?;
    let event = Event::SessionTokenReused {
        subject: subject(session, &agent.name),
        generation,
        from: from.to_owned(),
        at: now,
        session_ended: ends,
    };
    outbox::enqueue(core, &**tx, &event, now).await?;
    if ends {
        let reason = RevokeReason::TokenReused;
        service::revoke_in(core, tx, &Actor::Daemon, session, reason, None, now).await?;
    }
    Ok(())
}

/// The owner says that the second use was their own; silences that generation.
///
/// # Errors
/// As the database says.
pub async fn acknowledge_reuse(
    tx: &mut WriteTx,
    actor: &Actor,
    session: &Session,
    generation: i64,
    now: i64,
) -> Result<(), Error> {
    expiry_repo::guard_alert(&**tx, session.id, REUSE_ALERT, generation, now).await?;
    let details = json!({ "generation": generation });
    let record = Record::new(AuditEvent::TokenReuseAcknowledged, actor, details)
        .agent(session.agent_id)
        .session(session.id);
    audit::repo::append(tx, &record, now).await
}

/// The same successor, byte for byte: minted again from the row, and returned only if it is
/// what the row says.
fn replay(core: &Core, session: &Session, now: i64) -> Result<Renewed, Error> {
    let token = mint_again(core, session)?;
    Ok(Renewed {
        response: to_response(session, token, now),
        replayed: true,
    })
}

/// Mints the current token of a session again.
///
/// # Errors
/// [`Error::Internal`] when the result is not what the row says: then the row or the key was
/// changed.
pub fn mint_again(core: &Core, session: &Session) -> Result<SessionToken, Error> {
    let token = core
        .keyring(|k| k.mint(&session.token_kid, &session.claims()))
        .map_err(Error::internal)?;
    if token.hash() != session.token.hash {
        let text = format!("session {} does not mint its own token", session.id);
        return Err(Error::internal(text));
    }
    Ok(token)
}

fn to_response(session: &Session, token: SessionToken, now: i64) -> RenewResponse {
    RenewResponse {
        session_id: session.id,
        token: TokenField(token),
        expires_at: Timestamp(session.expires_at),
        expires_in: session.expires_in,
        renewal_count: session.renewal_count,
        max_renewals: session.max_renewals,
        absolute_expires_at: session.absolute_end(),
        server_time: Timestamp(now),
    }
}

fn to_error(refusal: Refusal, loaded: &Loaded) -> Error {
    let session = loaded.session.as_ref().map(|(session, _)| session);
    match refusal {
        Refusal::Expired => Error::AuthTokenExpired,
        Refusal::Mismatch => Error::SessionRenewalMismatch,
        Refusal::NotFound => Error::SessionNotFound,
        Refusal::Revoked => Error::SessionRevoked,
        Refusal::Locked(reason) => Error::SystemLocked { reason },
        Refusal::AgentSuspended => Error::AgentSuspended,
        Refusal::AgentTerminated => Error::AgentTerminated,
        Refusal::Unknown => Error::AuthTokenInvalid,
        Refusal::Conflict { .. } => Error::RenewalConflict,
        Refusal::LimitReached => Error::RenewalLimitReached {
            max_renewals: session.map_or(0, |session| session.max_renewals),
        },
        Refusal::AbsoluteLifetime => Error::SessionAbsoluteLifetimeExceeded {
            absolute_expires_at: session.map_or(0, |session| session.absolute_expires_at),
        },
        Refusal::TooEarly { retry_after_s } => Error::RenewalTooEarly { retry_after_s },
    }
}
