//! SQL of agents and of the wallets they get by default.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use waiaas_protocol::ids::{AgentId, WalletId};
use waiaas_protocol::wire::ConstraintsRequest;

use super::{Agent, AgentStatus, AgentWallet};
use crate::db::entity::agent::{ActiveModel, Column, Entity, Model};
use crate::db::entity::{agent_wallet, wallet};
use crate::error::Error;

/// Inserts an agent.
///
/// # Errors
/// As the database says.
pub async fn insert(tx: &impl ConnectionTrait, agent: &Agent) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(agent.id.to_string()),
        name: Set(agent.name.clone()),
        status: Set(agent.status.as_str().to_owned()),
        default_constraints: Set(to_json(agent.default_constraints.as_ref())?),
        created_at: Set(agent.created_at),
        updated_at: Set(agent.created_at),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// By id.
///
/// # Errors
/// As the database says.
pub async fn by_id(db: &impl ConnectionTrait, id: AgentId) -> Result<Option<Agent>, Error> {
    Entity::find_by_id(id.to_string())
        .one(db)
        .await?
        .map(to_agent)
        .transpose()
}

/// By exact name.
///
/// # Errors
/// As the database says.
pub async fn by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Agent>, Error> {
    let row = Entity::find().filter(Column::Name.eq(name)).one(db).await?;
    row.map(to_agent).transpose()
}

/// By name.
///
/// # Errors
/// As the database says.
pub async fn list(db: &impl ConnectionTrait, terminated: bool) -> Result<Vec<Agent>, Error> {
    let mut query = Entity::find().order_by_asc(Column::Name);
    if !terminated {
        query = query.filter(Column::Status.ne(AgentStatus::Terminated.as_str()));
    }
    query.all(db).await?.into_iter().map(to_agent).collect()
}

/// How many agents may act right now.
///
/// # Errors
/// As the database says.
pub async fn count_active(db: &impl ConnectionTrait) -> Result<u64, Error> {
    let active = Column::Status.eq(AgentStatus::Active.as_str());
    Ok(Entity::find().filter(active).count(db).await?)
}

/// The agents that get a wallet by default, by name.
///
/// # Errors
/// As the database says.
pub async fn using_wallet(
    db: &impl ConnectionTrait,
    wallet: WalletId,
) -> Result<Vec<Agent>, Error> {
    let links = agent_wallet::Entity::find()
        .filter(agent_wallet::Column::WalletId.eq(wallet.to_string()))
        .all(db)
        .await?;
    let mut agents = Vec::with_capacity(links.len());
    for link in links {
        let id = link.agent_id.parse().map_err(Error::internal)?;
        agents.extend(by_id(db, id).await?);
    }
    agents.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(agents)
}

/// Sets the status.
///
/// # Errors
/// As the database says.
pub async fn set_status(
    tx: &impl ConnectionTrait,
    id: AgentId,
    status: AgentStatus,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Sets or clears the default constraints.
///
/// # Errors
/// As the database says.
pub async fn set_defaults(
    tx: &impl ConnectionTrait,
    id: AgentId,
    defaults: Option<&ConstraintsRequest>,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::DefaultConstraints, Expr::value(to_json(defaults)?))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// The wallets an agent gets by default, earliest first.
///
/// # Errors
/// As the database says.
pub async fn wallets(db: &impl ConnectionTrait, id: AgentId) -> Result<Vec<AgentWallet>, Error> {
    use agent_wallet::Column as Link;
    let links = agent_wallet::Entity::find()
        .filter(Link::AgentId.eq(id.to_string()))
        .order_by_asc(Link::CreatedAt)
        .order_by_asc(Link::WalletId)
        .all(db)
        .await?;
    let mut wallets = Vec::with_capacity(links.len());
    for link in links {
        let row = wallet::Entity::find_by_id(&link.wallet_id).one(db).await?;
        let row = row.ok_or_else(|| Error::internal("agent_wallets names an unknown wallet"))?;
        wallets.push(AgentWallet {
            id: row.id.parse().map_err(Error::internal)?,
            name: row.name,
            is_default: link.is_default,
        });
    }
    Ok(wallets)
}

/// Links a wallet.
///
/// # Errors
/// As the database says.
pub async fn link(
    tx: &impl ConnectionTrait,
    agent: AgentId,
    wallet: WalletId,
    is_default: bool,
    now: i64,
) -> Result<(), Error> {
    let row = agent_wallet::ActiveModel {
        agent_id: Set(agent.to_string()),
        wallet_id: Set(wallet.to_string()),
        is_default: Set(is_default),
        created_at: Set(now),
    };
    agent_wallet::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Unlinks a wallet.
///
/// # Errors
/// As the database says.
pub async fn unlink(
    tx: &impl ConnectionTrait,
    agent: AgentId,
    wallet: WalletId,
) -> Result<(), Error> {
    agent_wallet::Entity::delete_by_id((agent.to_string(), wallet.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Makes one of the linked wallets the default.
///
/// # Errors
/// As the database says.
pub async fn set_default(
    tx: &impl ConnectionTrait,
    agent: AgentId,
    wallet: WalletId,
) -> Result<(), Error> {
    use agent_wallet::Column as Link;
    for (is_default, condition) in [
        (false, Link::WalletId.ne(wallet.to_string())),
        (true, Link::WalletId.eq(wallet.to_string())),
    ] {
        agent_wallet::Entity::update_many()
            .col_expr(Link::IsDefault, Expr::value(is_default))
            .filter(Link::AgentId.eq(agent.to_string()))
            .filter(condition)
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Unlinks a removed wallet from every agent; where it was the default, the earliest other
/// becomes it.
///
/// # Errors
/// As the database says.
pub async fn unlink_everywhere(tx: &impl ConnectionTrait, wallet: WalletId) -> Result<(), Error> {
    use agent_wallet::Column as Link;
    let links = agent_wallet::Entity::find()
        .filter(Link::WalletId.eq(wallet.to_string()))
        .all(tx)
        .await?;
    for row in links {
        let agent: AgentId = row.agent_id.parse().map_err(Error::internal)?;
        unlink(tx, agent, wallet).await?;
        if row.is_default
            && let Some(next) = wallets(tx, agent).await?.first()
        {
            set_default(tx, agent, next.id).await?;
        }
    }
    Ok(())
}

fn to_json(constraints: Option<&ConstraintsRequest>) -> Result<Option<String>, Error> {
    constraints
        .map(serde_json::to_string)
        .transpose()
        .map_err(Error::internal)
}

fn to_agent(row: Model) -> Result<Agent, Error> {
    let bad = |what: &str| Error::internal(format!("agent {} has a bad {what}", row.id));
    Ok(Agent {
        id: row.id.parse().map_err(|_| bad("id"))?,
        status: match row.status.as_str() {
            "ACTIVE" => AgentStatus::Active,
            "SUSPENDED" => AgentStatus::Suspended,
            "TERMINATED" => AgentStatus::Terminated,
            _ => return Err(bad("status")),
        },
        default_constraints: row
            .default_constraints
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(|_| bad("default_constraints"))?,
        name: row.name,
        created_at: row.created_at,
    })
}
