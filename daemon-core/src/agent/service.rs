//! Use cases of agents.

use sea_orm::ConnectionTrait;
use serde_json::json;
use waiaas_protocol::wire::{ConstraintsRequest, CreateAgentRequest};

use super::{Agent, AgentStatus, AgentView, repo};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::issue::Problem;
use crate::name;
use crate::notify::event::{Event, Power};
use crate::notify::outbox;
use crate::session::constraints::Level;
use crate::session::{constraints, repo as session_repo};
use crate::wallet::{Wallet, WalletStatus, service as wallets};

pub use super::status::{resume, suspend, terminate};

/// The most wallets of one agent or session.
pub const WALLETS_PER_AGENT_MAX: usize = 100;

/// Adds an agent.
///
/// # Errors
/// [`Error::RequestInvalid`], [`Error::WalletNotFound`], [`Error::WalletTerminated`].
pub async fn create(
    core: &Core,
    actor: &Actor,
    request: &CreateAgentRequest,
) -> Result<AgentView, Error> {
    let now = core.clock.now_s();
    name::check(&request.name).map_err(|cause| Error::invalid("name", cause))?;
    if let Some(defaults) = &request.default_constraints {
        constraints::check_level(Level::Agent, defaults)?;
    }
    if request.wallets.len() > WALLETS_PER_AGENT_MAX {
        return Err(Error::invalid(
            "wallets",
            Problem::AtMost {
                max: WALLETS_PER_AGENT_MAX,
            },
        ));
    }
    let agent = Agent {
        id: core.new_agent_id(),
        name: request.name.clone(),
        status: AgentStatus::Active,
        default_constraints: request.default_constraints.clone(),
        created_at: now,
    };
    let mut tx = core.db.begin_write().await?;
    if repo::by_name(&*tx, &agent.name).await?.is_some() {
        return Err(Error::invalid("name", Problem::AgentNameTaken));
    }
    repo::insert(&*tx, &agent).await?;
    let mut linked: Vec<Wallet> = Vec::new();
    for reference in &request.wallets {
        let wallet = require_active_wallet(&*tx, reference).await?;
        if linked.iter().any(|other| other.id == wallet.id) {
            let name = reference.clone();
            return Err(Error::invalid("wallets", Problem::NamedTwice { name }));
        }
        repo::link(&*tx, agent.id, wallet.id, linked.is_empty(), now).await?;
        linked.push(wallet);
    }
    let names: Vec<_> = linked.iter().map(|wallet| wallet.name.as_str()).collect();
    let details = json!({ "name": agent.name, "wallets": names });
    record(
        &mut tx,
        AuditEvent::AgentCreated,
        actor,
        &agent,
        details,
        now,
    )
    .await?;
    let view = view(&*tx, agent, now).await?;
    tx.commit().await?;
    Ok(view)
}

async fn require_active_wallet(
    db: &impl ConnectionTrait,
    reference: &str,
) -> Result<Wallet, Error> {
    let wallet = wallets::resolve(db, reference).await?;
    if wallet.status == WalletStatus::Terminated {
        return Err(Error::WalletTerminated);
    }
    Ok(wallet)
}

pub(super) async fn record(
    tx: &mut WriteTx,
    event: AuditEvent,
    actor: &Actor,
    agent: &Agent,
    details: serde_json::Value,
    now: i64,
) -> Result<(), Error> {
    let record = Record::new(event, actor, details).agent(agent.id);
    audit::repo::append(tx, &record, now).await
}

/// Finds an agent by id or exact name.
///
/// # Errors
/// [`Error::AgentNotFound`] with the nearest name.
pub async fn resolve(db: &impl ConnectionTrait, reference: &str) -> Result<Agent, Error> {
    let found = match reference.parse() {
        Ok(id) => repo::by_id(db, id).await?,
        Err(_) => repo::by_name(db, reference).await?,
    };
    if let Some(agent) = found {
        return Ok(agent);
    }
    let names = repo::list(db, false)
        .await?
        .into_iter()
        .map(|agent| agent.name);
    Err(Error::AgentNotFound {
        nearest: name::nearest(reference, names),
    })
}

/// Loads what belongs to an agent.
///
/// # Errors
/// As the database says.
pub async fn view(db: &impl ConnectionTrait, agent: Agent, now: i64) -> Result<AgentView, Error> {
    Ok(AgentView {
        wallets: repo::wallets(db, agent.id).await?,
        live_sessions: session_repo::count_live(db, Some(agent.id), now).await?,
        agent,
    })
}

/// One agent with its wallets.
///
/// # Errors
/// [`Error::AgentNotFound`].
pub async fn show(core: &Core, reference: &str) -> Result<AgentView, Error> {
    let agent = resolve(core.db.read(), reference).await?;
    view(core.db.read(), agent, core.clock.now_s()).await
}

/// Every agent, by name.
///
/// # Errors
/// As the database says.
pub async fn list(core: &Core, terminated: bool) -> Result<Vec<AgentView>, Error> {
    let now = core.clock.now_s();
    let mut views = Vec::new();
    for agent in repo::list(core.db.read(), terminated).await? {
        views.push(view(core.db.read(), agent, now).await?);
    }
    Ok(views)
}

pub(super) async fn tell(
    core: &Core,
    tx: &impl ConnectionTrait,
    what: Power,
    subject: &str,
    actor: &Actor,
    now: i64,
) -> Result<(), Error> {
    let event = Event::PowerAdded {
        what,
        subject: subject.to_owned(),
        by: actor.label(),
        at: now,
    };
    outbox::enqueue(core, tx, &event, now).await
}

/// Replaces the agent's default constraints; an empty object clears them. Living sessions
/// keep what they were created with.
///
/// # Errors
/// [`Error::AgentNotFound`], [`Error::AgentTerminated`], [`Error::RequestInvalid`].
pub async fn set_defaults(
    core: &Core,
    actor: &Actor,
    reference: &str,
    defaults: &ConstraintsRequest,
) -> Result<AgentView, Error> {
    let now = core.clock.now_s();
    constraints::check_level(Level::Agent, defaults)?;
    let cleared = *defaults == ConstraintsRequest::default();
    let mut tx = core.db.begin_write().await?;
    let mut agent = require_not_terminated(&*tx, reference).await?;
    agent.default_constraints = (!cleared).then(|| defaults.clone());
    repo::set_defaults(&*tx, agent.id, agent.default_constraints.as_ref(), now).await?;
    let details = json!({ "name": agent.name, "default_constraints": agent.default_constraints });
    record(
        &mut tx,
        AuditEvent::AgentDefaultsChanged,
        actor,
        &agent,
        details,
        now,
    )
    .await?;
    tell(core, &*tx, Power::AgentLimits, &agent.name, actor, now).await?;
    let view = view(&*tx, agent, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(view)
}

async fn require_not_terminated(
    db: &impl ConnectionTrait,
    reference: &str,
) -> Result<Agent, Error> {
    let agent = resolve(db, reference).await?;
    if agent.status == AgentStatus::Terminated {
        return Err(Error::AgentTerminated);
    }
    Ok(agent)
}

/// Adds a wallet to what the agent's future sessions get; the first becomes the default.
///
/// # Errors
/// [`Error::WalletAlreadyLinked`], [`Error::WalletTerminated`] and the not-found ones.
pub async fn link_wallet(
    core: &Core,
    actor: &Actor,
    reference: &str,
    wallet: &str,
    make_default: bool,
) -> Result<AgentView, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let agent = require_not_terminated(&*tx, reference).await?;
    let wallet = require_active_wallet(&*tx, wallet).await?;
    let linked = repo::wallets(&*tx, agent.id).await?;
    if linked.iter().any(|other| other.id == wallet.id) {
        return Err(Error::WalletAlreadyLinked);
    }
    if linked.len() >= WALLETS_PER_AGENT_MAX {
        return Err(Error::invalid(
            "wallet",
            Problem::AtMostWallets {
                max: WALLETS_PER_AGENT_MAX,
            },
        ));
    }
    repo::link(&*tx, agent.id, wallet.id, linked.is_empty(), now).await?;
    if make_default {
        repo::set_default(&*tx, agent.id, wallet.id).await?;
    }
    let details = json!({ "agent": agent.name, "wallet_id": wallet.id, "wallet": wallet.name });
    record(
        &mut tx,
        AuditEvent::AgentWalletLinked,
        actor,
        &agent,
        details,
        now,
    )
    .await?;
    let subject = format!("{} → {}", wallet.name, agent.name);
    tell(core, &*tx, Power::AgentWallet, &subject, actor, now).await?;
    let view = view(&*tx, agent, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(view)
}

/// Takes a wallet from what the agent's future sessions get. Living sessions keep it.
///
/// # Errors
/// [`Error::WalletNotFound`] when it is not linked; [`Error::CannotRemoveDefaultWallet`]
/// while others remain.
pub async fn unlink_wallet(
    core: &Core,
    actor: &Actor,
    reference: &str,
    wallet: &str,
) -> Result<AgentView, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let agent = require_not_terminated(&*tx, reference).await?;
    let wallet = wallets::resolve(&*tx, wallet).await?;
    let linked = repo::wallets(&*tx, agent.id).await?;
    let link = linked
        .iter()
        .find(|other| other.id == wallet.id)
        .ok_or(Error::WalletNotFound { nearest: None })?;
    if link.is_default && linked.len() > 1 {
        return Err(Error::CannotRemoveDefaultWallet);
    }
    repo::unlink(&*tx, agent.id, wallet.id).await?;
    let details = json!({ "agent": agent.name, "wallet_id": wallet.id, "wallet": wallet.name });
    record(
        &mut tx,
        AuditEvent::AgentWalletUnlinked,
        actor,
        &agent,
        details,
        now,
    )
    .await?;
    let view = view(&*tx, agent, now).await?;
    tx.commit().await?;
    Ok(view)
}

/// Names another default among the agent's wallets.
///
/// # Errors
/// [`Error::WalletNotFound`] when it is not linked.
pub async fn set_default_wallet(
    core: &Core,
    actor: &Actor,
    reference: &str,
    wallet: &str,
) -> Result<AgentView, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let agent = require_not_terminated(&*tx, reference).await?;
    let wallet = wallets::resolve(&*tx, wallet).await?;
    if !repo::wallets(&*tx, agent.id)
        .await?
        .iter()
        .any(|other| other.id == wallet.id)
    {
        return Err(Error::WalletNotFound { nearest: None });
    }
    repo::set_default(&*tx, agent.id, wallet.id).await?;
    let details = json!({ "agent": agent.name, "wallet_id": wallet.id, "wallet": wallet.name });
    record(
        &mut tx,
        AuditEvent::AgentDefaultWalletChanged,
        actor,
        &agent,
        details,
        now,
    )
    .await?;
    let view = view(&*tx, agent, now).await?;
    tx.commit().await?;
    Ok(view)
}
