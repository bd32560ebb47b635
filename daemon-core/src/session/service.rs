//! Use cases of sessions: create, show, list, revoke (PROTOCOL.md section 9). Renewal has a
//! file of its own ([`super::renew`]), and so have hand-over, wallets and expiry.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::wire::ConstraintsRequest;

use super::constraints::{self, Purpose, Resolved};
use super::repo::{self, StateFilter};
use super::view::{self, SessionView};
use super::{CurrentToken, Handover, HandoverRecord, Revocation, RevokeReason, Session, links};
use crate::actor::{Actor, Source};
use crate::agent::service::WALLETS_PER_AGENT_MAX;
use crate::agent::{self, Agent};
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::issue::Problem;
use crate::notify::event::{Event, Subject};
use crate::notify::outbox;
use crate::system;
use crate::token::claims::Claims;
use crate::token::repo as key_repo;
use crate::wallet::{Wallet, WalletStatus, service as wallets};

pub use super::links::drop_wallet;

/// The largest page of sessions.
pub const SESSION_PAGE_MAX: u64 = 100;
/// The shortest prefix of an id that may stand for it.
pub const ID_PREFIX_CHARS_MIN: usize = 4;

/// What a session is to be.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Id or name.
    pub agent: String,
    /// Ids or names; `None` = the agent's own.
    pub wallets: Option<Vec<String>>,
    /// Id or name; must be among them.
    pub default_wallet: Option<String>,
    /// The explicit level.
    pub constraints: ConstraintsRequest,
    /// The explicit level is the only one; what it leaves out has no limit.
    pub exact_constraints: bool,
    /// A session of the same agent that does not count against the limit.
    pub replaces: Option<SessionId>,
    /// Who asks through which door.
    pub source: Source,
    /// Set when the token goes into a token file.
    pub handover: Option<NewHandover>,
    /// Whether its token waits to be claimed from another machine.
    pub claim: bool,
    /// The chat whose own message will tell about it.
    pub told_chat_id: Option<i64>,
}

/// How the token is to be handed over.
#[derive(Debug, Clone)]
pub struct NewHandover {
    /// The file, as far as known before the lock is held.
    pub token_file: String,
    /// What the console needs to finish its message.
    pub note: Option<Value>,
}

/// A session that was just created, with the only copy of its token.
#[derive(Debug)]
pub struct Created {
    /// The session.
    pub view: SessionView,
    /// Its token.
    pub token: SessionToken,
    /// The session that ended with it.
    pub replaced: Option<SessionId>,
}

/// Creates a session in one transaction. A session that it replaces ends in the same one,
/// unless the token goes into a file: then it ends once the file is written.
///
/// # Errors
/// [`Error::SystemLocked`], [`Error::AgentNotFound`], [`Error::AgentSuspended`],
/// [`Error::AgentTerminated`], [`Error::SessionRequiresWallet`], [`Error::WalletNotFound`],
/// [`Error::WalletTerminated`], [`Error::RequestInvalid`], [`Error::ConstraintViolated`],
/// [`Error::SessionLimitExceeded`].
pub async fn create(core: &Core, actor: &Actor, new: &NewSession) -> Result<Created, Error> {
    let mut tx = core.db.begin_write().await?;
    let mut created = create_in(core, &mut tx, actor, new).await?;
    if let Some(id) = new.replaces.filter(|_| new.handover.is_none())
        && let Some(former) = repo::by_id(&*tx, id).await?
    {
        let (now, reason) = (core.clock.now_s(), RevokeReason::Replaced);
        let ended = revoke_in(core, &mut tx, actor, &former, reason, None, now).await?;
        created.replaced = ended.then_some(id);
    }
    tx.commit().await?;
    core.ring();
    Ok(created)
}

/// Creates a session in the caller's transaction.
///
/// # Errors
/// As [`create`].
pub async fn create_in(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    new: &NewSession,
) -> Result<Created, Error> {
    let now = core.clock.now_s();
    system::repo::load(&**tx).await?.require_unlocked()?;
    let agent = agent::service::resolve(&**tx, &new.agent).await?;
    agent.status.require_active()?;
    let resolved = resolve_constraints(core, &agent, new)?;
    let (chosen, default) = choose_wallets(&**tx, &agent, new).await?;
    require_room(core, &**tx, &agent, new.replaces, now).await?;

    let id = core.new_session_id();
    let expires_at = now + resolved.expires_in;
    let token_kid = key_repo::current_kid(&**tx).await?;
    let claims = Claims::new(id, agent.id, 0, now, expires_at);
    let token = core
        .keyring(|k| k.mint(&token_kid, &claims))
        .map_err(Error::internal)?;
    let session = Session {
        id,
        agent_id: agent.id,
        token: CurrentToken {
            hash: token.hash(),
            issued_at: now,
            first_used_at: None,
        },
        token_kid,
        previous: None,
        expires_in: resolved.expires_in,
        expires_at,
        max_renewals: resolved.max_renewals,
        renewal_count: 0,
        limits: resolved.limits,
        source: new.source.as_str().to_owned(),
        created_by: actor.to_string(),
        created_at: now,
        last_renewed_at: None,
        last_used_at: None,
        absolute_expires_at: now + core.policy.session_absolute_lifetime_s,
        revocation: None,
        handover: new.handover.as_ref().map(|handover| Handover {
            token_file: handover.token_file.clone(),
            delivered_at: None,
            record: HandoverRecord {
                replaces: new.replaces,
                note: handover.note.clone(),
            },
        }),
    };
    repo::insert(&**tx, &session).await?;
    for wallet in &chosen {
        links::insert(&**tx, id, wallet.id, wallet.id == default.id, now).await?;
    }
    let view = view::load(&**tx, session).await?;
    tell_created(core, tx, actor, &view, new.told_chat_id, now).await?;
    Ok(Created {
        view,
        token,
        replaced: None,
    })
}

/// The levels of section 3, or the explicit one alone; from the console the resolved defaults
/// are ceilings.
///
/// # Errors
/// [`Error::RequestInvalid`], [`Error::ConstraintViolated`].
pub fn resolve_constraints(
    core: &Core,
    agent: &Agent,
    new: &NewSession,
) -> Result<Resolved, Error> {
    let purpose = if new.handover.is_some() || new.claim {
        Purpose::Handover
    } else {
        Purpose::Bare
    };
    let none = ConstraintsRequest::default();
    let (defaults, configuration) = match new.exact_constraints {
        true => (None, &none),
        false => (agent.default_constraints.as_ref(), &core.policy.constraints),
    };
    let lifetime_s = core.policy.session_absolute_lifetime_s;
    let resolve = |request: &ConstraintsRequest| {
        constraints::resolve(request, defaults, configuration, purpose, lifetime_s)
    };
    let resolved = resolve(&new.constraints)?;
    if new.source == Source::Telegram {
        constraints::require_within(&resolved, &resolve(&ConstraintsRequest::default())?)?;
    }
    Ok(resolved)
}

async fn choose_wallets(
    db: &impl ConnectionTrait,
    agent: &Agent,
    new: &NewSession,
) -> Result<(Vec<Wallet>, Wallet), Error> {
    let no_wallet = || Error::SessionRequiresWallet {
        agent_name: Some(agent.name.clone()),
    };
    let (references, own_default) = match &new.wallets {
        Some(references) => (references.clone(), None),
        None => {
            let own = agent::repo::wallets(db, agent.id).await?;
            let default = own.iter().find(|w| w.is_default).map(|w| w.id.to_string());
            (own.into_iter().map(|w| w.id.to_string()).collect(), default)
        }
    };
    if references.len() > WALLETS_PER_AGENT_MAX {
        return Err(Error::invalid(
            "walletIds",
            Problem::AtMost {
                max: WALLETS_PER_AGENT_MAX,
            },
        ));
    }
    let mut chosen: Vec<Wallet> = Vec::with_capacity(references.len());
    for reference in &references {
        let wallet = wallets::resolve(db, reference).await?;
        if wallet.status == WalletStatus::Terminated {
            return Err(Error::WalletTerminated);
        }
        if chosen.iter().any(|other| other.id == wallet.id) {
            return Err(Error::invalid("walletIds", Problem::WalletTwice));
        }
        chosen.push(wallet);
    }
    let default = match new.default_wallet.as_ref().or(own_default.as_ref()) {
        None => chosen.first().cloned().ok_or_else(no_wallet)?,
        Some(reference) => {
            let named = wallets::resolve(db, reference).await?;
            if chosen.is_empty() {
                return Err(no_wallet());
            }
            let among = chosen.iter().find(|wallet| wallet.id == named.id).cloned();
            among.ok_or_else(|| Error::invalid("defaultWalletId", Problem::NotAmongWallets))?
        }
    };
    Ok((chosen, default))
}

async fn require_room(
    core: &Core,
    db: &impl ConnectionTrait,
    agent: &Agent,
    replaces: Option<SessionId>,
    now: i64,
) -> Result<(), Error> {
    let mut live = repo::count_live(db, Some(agent.id), now).await?;
    if let Some(id) = replaces {
        let replaced = repo::by_id(db, id).await?.ok_or(Error::SessionNotFound)?;
        if replaced.agent_id != agent.id {
            return Err(Error::invalid("replacesSessionId", Problem::OfAnotherAgent));
        }
        if replaced.is_live(now) {
            live = live.saturating_sub(1);
        }
    }
    let limit = core.policy.max_sessions_per_agent;
    if live >= u64::from(limit) {
        return Err(Error::SessionLimitExceeded { limit });
    }
    Ok(())
}

async fn tell_created(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    view: &SessionView,
    told_chat_id: Option<i64>,
    now: i64,
) -> Result<(), Error> {
    let session = &view.session;
    let wallets: Vec<String> = view.wallets.iter().map(|w| w.name.clone()).collect();
    let details = json!({
        "agent": view.agent_name, "wallets": wallets, "source": session.source,
        "constraints": session.constraints().to_body(), "expires_at": session.expires_at,
        "absolute_expires_at": session.absolute_expires_at,
    });
    let record = Record::new(AuditEvent::SessionCreated, actor, details)
        .agent(session.agent_id)
        .session(session.id);
    audit::repo::append(tx, &record, now).await?;
    let event = Event::SessionCreated {
        subject: subject(session, &view.agent_name),
        expires_in: session.expires_in,
        max_renewals: session.max_renewals,
        expires_at: session.expires_at,
        absolute_expires_at: session.absolute_expires_at,
        limits: session.limits.clone(),
        wallets,
        source: session.source.clone(),
        told_chat_id,
    };
    outbox::enqueue(core, &**tx, &event, now).await
}

/// Names a session in an event.
#[must_use]
pub fn subject(session: &Session, agent_name: &str) -> Subject {
    Subject {
        session_id: session.id,
        agent_id: session.agent_id,
        agent_name: agent_name.to_owned(),
    }
}

/// Finds a session by id or by a unique prefix of at least [`ID_PREFIX_CHARS_MIN`]
/// characters.
///
/// # Errors
/// [`Error::SessionNotFound`]; [`Error::RequestInvalid`] when several match.
pub async fn resolve(db: &impl ConnectionTrait, reference: &str) -> Result<Session, Error> {
    if let Ok(id) = reference.parse() {
        return repo::by_id(db, id).await?.ok_or(Error::SessionNotFound);
    }
    let reference = reference.to_ascii_lowercase();
    let plausible = reference.len() >= ID_PREFIX_CHARS_MIN
        && reference.len() < 36
        && reference
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || b == b'-');
    if !plausible {
        return Err(Error::SessionNotFound);
    }
    let mut found = repo::by_prefix(db, &reference, 2).await?;
    match (found.pop(), found.pop()) {
        (Some(session), None) => Ok(session),
        (None, _) => Err(Error::SessionNotFound),
        (Some(_), Some(_)) => Err(Error::invalid("session", Problem::SeveralSessions)),
    }
}

/// One session.
///
/// # Errors
/// [`Error::SessionNotFound`].
pub async fn show(core: &Core, reference: &str) -> Result<SessionView, Error> {
    let session = resolve(core.db.read(), reference).await?;
    view::load(core.db.read(), session).await
}

/// A page, newest first, and where the next one begins.
///
/// # Errors
/// [`Error::AgentNotFound`].
pub async fn list(
    core: &Core,
    agent: Option<&str>,
    state: StateFilter,
    before: Option<SessionId>,
    limit: u64,
) -> Result<(Vec<SessionView>, Option<SessionId>), Error> {
    let db = core.db.read();
    let now = core.clock.now_s();
    let limit = limit.clamp(1, SESSION_PAGE_MAX);
    let agent = match agent {
        Some(reference) => Some(agent::service::resolve(db, reference).await?.id),
        None => None,
    };
    let mut sessions = repo::list(db, agent, state, before, limit + 1, now).await?;
    let more = sessions.len() as u64 > limit;
    sessions.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = more
        .then(|| sessions.last().map(|session| session.id))
        .flatten();
    let mut views = Vec::with_capacity(sessions.len());
    for session in sessions {
        views.push(view::load(db, session).await?);
    }
    Ok((views, next))
}

/// Ends a session; idempotent. Says whether it had been ended before.
///
/// # Errors
/// [`Error::SessionNotFound`].
pub async fn revoke(
    core: &Core,
    actor: &Actor,
    reference: &str,
    reason: RevokeReason,
) -> Result<(Session, bool), Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let session = resolve(&*tx, reference).await?;
    let first = revoke_in(core, &mut tx, actor, &session, reason, None, now).await?;
    let id = session.id;
    let session = repo::by_id(&*tx, id).await?.ok_or(Error::SessionNotFound)?;
    if first {
        tx.commit().await?;
        core.ring();
    }
    Ok((session, !first))
}

/// Ends a session in the caller's transaction; says whether it was not ended before. Audit
/// and notification belong to the same transaction.
///
/// # Errors
/// As the database says.
pub async fn revoke_in(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    session: &Session,
    reason: RevokeReason,
    told_chat_id: Option<i64>,
    now: i64,
) -> Result<bool, Error> {
    let end = Revocation {
        at: now,
        by: actor.label(),
        reason: reason.as_str().to_owned(),
    };
    if !repo::revoke(&**tx, session.id, &end).await? {
        return Ok(false);
    }
    let agent = agent::repo::by_id(&**tx, session.agent_id).await?;
    let agent_name = agent.map(|agent| agent.name).unwrap_or_default();
    let details = json!({ "trigger": reason.as_str(), "generation": session.renewal_count });
    let record = Record::new(AuditEvent::SessionRevoked, actor, details)
        .agent(session.agent_id)
        .session(session.id);
    audit::repo::append(tx, &record, now).await?;
    let subject = subject(session, &agent_name);
    let event = if reason == RevokeReason::RenewalRejected {
        Event::SessionRenewalRejected {
            subject,
            renewal_count: session.renewal_count,
            max_renewals: session.max_renewals,
            by: actor.label(),
            at: now,
        }
    } else {
        Event::SessionRevoked {
            subject,
            by: actor.label(),
            reason: end.reason,
            at: now,
            told_chat_id,
        }
    };
    outbox::enqueue(core, &**tx, &event, now).await?;
    Ok(true)
}

/// Ends every live session of an agent; says how many.
///
/// # Errors
/// As the database says.
pub async fn revoke_agent(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    agent: AgentId,
    reason: RevokeReason,
    now: i64,
) -> Result<u64, Error> {
    let live = repo::list_live(&**tx, Some(agent), now).await?;
    let end = Revocation {
        at: now,
        by: actor.label(),
        reason: reason.as_str().to_owned(),
    };
    repo::revoke_run_out(&**tx, Some(agent), &end).await?;
    revoke_each(core, tx, actor, &live, reason, now).await
}

/// Ends every live session; says how many.
///
/// # Errors
/// As the database says.
pub async fn revoke_all_live(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    reason: RevokeReason,
    now: i64,
) -> Result<u64, Error> {
    let live = repo::list_live(&**tx, None, now).await?;
    let end = Revocation {
        at: now,
        by: actor.label(),
        reason: reason.as_str().to_owned(),
    };
    repo::revoke_run_out(&**tx, None, &end).await?;
    revoke_each(core, tx, actor, &live, reason, now).await
}

async fn revoke_each(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    sessions: &[Session],
    reason: RevokeReason,
    now: i64,
) -> Result<u64, Error> {
    let mut revoked = 0;
    for session in sessions {
        if revoke_in(core, tx, actor, session, reason, None, now).await? {
            revoked += 1;
        }
    }
    Ok(revoked)
}
