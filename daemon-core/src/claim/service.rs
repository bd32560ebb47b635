//! Use cases of claim codes: issue, redeem, and end what nobody claimed.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use waiaas_protocol::claim_code::ClaimCode;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::{SessionToken, TokenHash};

use super::{Claim, Grant, Refusal, Used, code_expires_at, decide, repo};
use crate::actor::Actor;
use crate::agent::repo as agents;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::notify::event::Event;
use crate::notify::outbox;
use crate::session::renew::mint_again;
use crate::session::service::{self as sessions, NewSession, subject};
use crate::session::view::{self, SessionView};
use crate::session::{RevokeReason, Session, expiry_repo, repo as session_repo};
use crate::system;

/// Wrong tries that are audited in an hour, so that a flood does not fill the trail.
pub const WRONG_TRIES_AUDITED_PER_HOUR_MAX: usize = 10;
const HOUR_S: i64 = 3_600;
/// The guard of the alert about a second redemption.
const REUSE_ALERT: &str = "claim_reused";
/// Sessions ended in one transaction.
const BATCH_ROWS: u64 = 100;

/// A session that waits to be claimed, with the only copy of its code.
#[derive(Debug)]
pub struct Issued {
    /// The session.
    pub view: SessionView,
    /// Opens it once.
    pub code: ClaimCode,
    /// When the code stops to work, Unix seconds.
    pub expires_at: i64,
}

/// A redemption as it comes in.
#[derive(Debug)]
pub struct Redemption<'a> {
    /// What was sent as the code, whatever it is.
    pub code: &'a str,
    /// The hash of the idempotency key, if one was sent.
    pub key_hash: Option<TokenHash>,
    /// The address of the connection.
    pub from: &'a str,
}

/// A session in the hands of its agent.
#[derive(Debug)]
pub struct Claimed {
    /// The session.
    pub view: SessionView,
    /// Its token.
    pub token: SessionToken,
    /// Whether this repeats an earlier answer.
    pub replayed: bool,
}

/// Makes a session and the code that opens it, in one transaction.
///
/// # Errors
/// As [`sessions::create`].
pub async fn issue(core: &Core, actor: &Actor, new: &NewSession) -> Result<Issued, Error> {
    let mut tx = core.db.begin_write().await?;
    let issued = issue_in(core, &mut tx, actor, new, None).await?;
    tx.commit().await?;
    core.ring();
    Ok(issued)
}

/// As [`issue`], in the caller's transaction; `note` is what the console needs to find its
/// message again. A session that it replaces ends once the code is used.
///
/// # Errors
/// As [`sessions::create`].
pub async fn issue_in(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    new: &NewSession,
    note: Option<Value>,
) -> Result<Issued, Error> {
    let now = core.clock.now_s();
    let view = sessions::create_in(core, tx, actor, new).await?.view;
    let session = &view.session;
    let code = derive(core, session.id);
    let expires_at = code_expires_at(session.expires_at, now);
    let claim = Claim {
        code_hash: code.hash(),
        session_id: session.id,
        replaces: new.replaces,
        note,
        created_at: now,
        expires_at,
        used: None,
    };
    repo::insert(&**tx, &claim).await?;
    let record = about(
        AuditEvent::ClaimCodeIssued,
        actor,
        session,
        json!({ "expires_at": expires_at }),
    );
    audit::repo::append(tx, &record, now).await?;
    Ok(Issued {
        view,
        code,
        expires_at,
    })
}

fn derive(core: &Core, session: SessionId) -> ClaimCode {
    ClaimCode::from_bytes(core.master_key.claim_code(&session.to_string()))
}

/// The code of a session once more, for a message that is about to be sent: a code is kept
/// nowhere. `None` where there is none, or the master key is another one now.
///
/// # Errors
/// As the database says.
pub async fn code_of(core: &Core, session: SessionId) -> Result<Option<ClaimCode>, Error> {
    let claim = repo::of_session(core.db.read(), session).await?;
    let code = derive(core, session);
    Ok(claim
        .filter(|claim| claim.code_hash == code.hash())
        .map(|_| code))
}

/// The code's row of a session, for whoever shows what became of it.
///
/// # Errors
/// As the database says.
pub async fn of_session(core: &Core, session: SessionId) -> Result<Option<Claim>, Error> {
    repo::of_session(core.db.read(), session).await
}

/// Hands the token over for a code: once, and again for the same idempotency key while the
/// code lives and the token was not used.
///
/// # Errors
/// [`Error::SystemLocked`]; [`Error::ClaimInvalid`] for a code that is wrong, used or late;
/// [`Error::AgentSuspended`], which leaves the code as it was.
pub async fn redeem(core: &Core, redemption: &Redemption<'_>) -> Result<Claimed, Error> {
    let now = core.clock.now_s();
    system::repo::load(core.db.read())
        .await?
        .require_unlocked()?;
    let Ok(code) = ClaimCode::parse(redemption.code) else {
        return note_wrong(core, redemption.from, now).await;
    };
    // A look without the write lock first: wrong codes and replays end here.
    let seen = find(core.db.read(), code.hash()).await?;
    match judge(&seen, redemption, now) {
        Ok(Grant::Replay) => return replay(core, seen).await,
        Err(Refusal::Invalid) => return note_wrong(core, redemption.from, now).await,
        Ok(Grant::HandOver) | Err(Refusal::Reused) => {}
    }
    let mut tx = core.db.begin_write().await?;
    system::repo::load(&*tx).await?.require_unlocked()?;
    let fresh = find(&*tx, code.hash()).await?;
    let verdict = judge(&fresh, redemption, now);
    let Some((claim, session)) = fresh else {
        return Err(Error::ClaimInvalid);
    };
    match verdict {
        Ok(Grant::HandOver) => hand_over(core, tx, &claim, session, redemption, now).await,
        Ok(Grant::Replay) => {
            drop(tx);
            replay(core, Some((claim, session))).await
        }
        Err(Refusal::Reused) => {
            note_reuse(core, &mut tx, &claim, &session, redemption.from, now).await?;
            tx.commit().await?;
            core.ring();
            Err(Error::ClaimInvalid)
        }
        Err(Refusal::Invalid) => Err(Error::ClaimInvalid),
    }
}

type Found = Option<(Claim, Session)>;

async fn find(db: &impl ConnectionTrait, hash: TokenHash) -> Result<Found, Error> {
    // Equality of hashes takes the same time for every pair.
    let Some(claim) = repo::by_hash(db, hash)
        .await?
        .filter(|claim| claim.code_hash == hash)
    else {
        return Ok(None);
    };
    let session = session_repo::by_id(db, claim.session_id).await?;
    Ok(session.map(|session| (claim, session)))
}

fn judge(found: &Found, redemption: &Redemption<'_>, now: i64) -> Result<Grant, Refusal> {
    let found = found.as_ref().map(|(claim, session)| (claim, session));
    decide(found, redemption.key_hash, now)
}

async fn hand_over(
    core: &Core,
    mut tx: WriteTx,
    claim: &Claim,
    session: Session,
    redemption: &Redemption<'_>,
    now: i64,
) -> Result<Claimed, Error> {
    require_active_agent(&*tx, &session).await?;
    let used = Used {
        at: now,
        from: redemption.from.to_owned(),
        key_hash: redemption.key_hash,
    };
    if !repo::mark_used(&*tx, claim.code_hash, &used).await? {
        return Err(Error::ClaimInvalid);
    }
    let token = mint_again(core, &session)?;
    let view = view::load(&*tx, session).await?;
    let session = &view.session;
    let actor = Actor::Agent {
        id: session.agent_id,
    };
    let details = json!({ "from": used.from });
    let record = about(AuditEvent::SessionClaimed, &actor, session, details);
    audit::repo::append(&mut tx, &record, now).await?;
    let event = Event::SessionClaimed {
        subject: subject(session, &view.agent_name),
        from: used.from,
        at: now,
    };
    outbox::enqueue(core, &*tx, &event, now).await?;
    end_former(core, &mut tx, claim, session, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(Claimed {
        view,
        token,
        replayed: false,
    })
}

async fn require_active_agent(db: &impl ConnectionTrait, session: &Session) -> Result<(), Error> {
    let agent = agents::by_id(db, session.agent_id).await?;
    let agent = agent.ok_or_else(|| Error::internal("a session names an unknown agent"))?;
    agent.status.require_active()
}

/// The agent has its new token now, so the session that the new one was made for ends.
async fn end_former(
    core: &Core,
    tx: &mut WriteTx,
    claim: &Claim,
    session: &Session,
    now: i64,
) -> Result<(), Error> {
    let Some(former) = claim.replaces else {
        return Ok(());
    };
    let Some(former) = session_repo::by_id(&**tx, former).await? else {
        return Ok(());
    };
    if former.agent_id == session.agent_id && former.is_live(now) {
        let (actor, reason) = (Actor::Daemon, RevokeReason::Replaced);
        sessions::revoke_in(core, tx, &actor, &former, reason, None, now).await?;
    }
    Ok(())
}

/// The same token, byte for byte.
async fn replay(core: &Core, found: Found) -> Result<Claimed, Error> {
    let (_, session) = found.ok_or(Error::ClaimInvalid)?;
    require_active_agent(core.db.read(), &session).await?;
    let token = mint_again(core, &session)?;
    let view = view::load(core.db.read(), session).await?;
    Ok(Claimed {
        view,
        token,
        replayed: true,
    })
}

/// Once per code: audit and alert.
async fn note_reuse(
    core: &Core,
    tx: &mut WriteTx,
    claim: &Claim,
    session: &Session,
    from: &str,
    now: i64,
) -> Result<(), Error> {
    if !expiry_repo::guard_alert(&**tx, session.id, REUSE_ALERT, 0, now).await? {
        return Ok(());
    }
    let first = claim.used.as_ref();
    let first_from = first.map(|used| used.from.clone()).unwrap_or_default();
    let first_at = first.map_or(now, |used| used.at);
    let details = json!({ "from": from, "first_from": first_from, "first_at": first_at });
    let record = about(AuditEvent::ClaimReused, &Actor::Daemon, session, details);
    audit::repo::append(tx, &record, now).await?;
    let agent = agents::by_id(&**tx, session.agent_id).await?;
    let agent_name = agent.map(|agent| agent.name).unwrap_or_default();
    let event = Event::ClaimReused {
        subject: subject(session, &agent_name),
        from: from.to_owned(),
        first_from,
        first_at,
        at: now,
    };
    outbox::enqueue(core, &**tx, &event, now).await
}

/// A wrong try is audited as long as there were not too many.
async fn note_wrong(core: &Core, from: &str, now: i64) -> Result<Claimed, Error> {
    let event = AuditEvent::ClaimRefused;
    let recent = audit::repo::count_recent(core.db.read(), event, now - HOUR_S).await?;
    if recent < WRONG_TRIES_AUDITED_PER_HOUR_MAX {
        let mut tx = core.db.begin_write().await?;
        let record = Record::new(event, &Actor::Daemon, json!({ "from": from }));
        audit::repo::append(&mut tx, &record, now).await?;
        tx.commit().await?;
    }
    Err(Error::ClaimInvalid)
}

/// Ends the sessions whose code ran out unused: no session lives without a holder. Says
/// whether there were any.
///
/// # Errors
/// As the database says.
pub async fn end_unclaimed(core: &Core, now: i64) -> Result<bool, Error> {
    let found = repo::ran_out_unused(core.db.read(), now, BATCH_ROWS).await?;
    if found.is_empty() {
        return Ok(false);
    }
    let mut tx = core.db.begin_write().await?;
    for id in found {
        let unused = repo::of_session(&*tx, id)
            .await?
            .is_some_and(|claim| claim.used.is_none());
        let Some(session) = session_repo::by_id(&*tx, id).await?.filter(|_| unused) else {
            continue;
        };
        let (actor, reason) = (Actor::Daemon, RevokeReason::ClaimExpired);
        sessions::revoke_in(core, &mut tx, &actor, &session, reason, None, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

fn about(event: AuditEvent, actor: &Actor, session: &Session, details: Value) -> Record {
    Record::new(event, actor, details)
        .agent(session.agent_id)
        .session(session.id)
}
