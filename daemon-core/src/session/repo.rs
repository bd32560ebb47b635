//! SQL of sessions. No rules; what the scanner asks is in `expiry_repo`.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::token::TokenHash;

use super::{CurrentToken, Handover, PreviousToken, Revocation, Session};
use crate::db::entity::session::{ActiveModel, Column, Entity, Model};
use crate::error::Error;

/// Which sessions to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StateFilter {
    /// Live ones.
    #[default]
    Live,
    /// Whose token ran out.
    Expired,
    /// Ended ones.
    Revoked,
    /// Every one.
    All,
}

/// What a rotation writes.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The hash the row must still carry: that of the presented token.
    pub presented: TokenHash,
    /// The new token.
    pub token_hash: TokenHash,
    /// The key that signed it.
    pub token_kid: String,
    /// The presented token's key.
    pub previous_kid: String,
    /// The renewal key's hash.
    pub renewal_key_hash: Option<TokenHash>,
    /// `now + expires_in`.
    pub expires_at: i64,
    /// The decision's `now`.
    pub now: i64,
}

/// Inserts a session.
///
/// # Errors
/// As the database says.
pub async fn insert(tx: &impl ConnectionTrait, session: &Session) -> Result<(), Error> {
    let handover = session.handover.as_ref();
    let record = handover
        .map(|h| serde_json::to_string(&h.record))
        .transpose();
    let row = ActiveModel {
        id: Set(session.id.to_string()),
        agent_id: Set(session.agent_id.to_string()),
        token_hash: Set(session.token.hash.to_hex()),
        token_kid: Set(session.token_kid.clone()),
        expires_in: Set(session.expires_in),
        expires_at: Set(session.expires_at),
        constraints: Set(serde_json::to_string(&session.limits).map_err(Error::internal)?),
        source: Set(session.source.clone()),
        created_by: Set(session.created_by.clone()),
        created_at: Set(session.created_at),
        last_used_at: Set(None),
        revoked_at: Set(None),
        revoked_by: Set(None),
        revoke_reason: Set(None),
        renewal_count: Set(session.renewal_count),
        max_renewals: Set(session.max_renewals),
        last_renewed_at: Set(None),
        absolute_expires_at: Set(session.absolute_expires_at),
        previous_token_hash: Set(None),
        previous_token_kid: Set(None),
        renewal_key_hash: Set(None),
        token_issued_at: Set(session.token.issued_at),
        token_first_used_at: Set(None),
        token_file: Set(handover.map(|h| h.token_file.clone())),
        delivered_at: Set(None),
        handover: Set(record.map_err(Error::internal)?),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// By id.
///
/// # Errors
/// As the database says.
pub async fn by_id(db: &impl ConnectionTrait, id: SessionId) -> Result<Option<Session>, Error> {
    Entity::find_by_id(id.to_string())
        .one(db)
        .await?
        .map(to_session)
        .transpose()
}

/// Sessions whose id begins with `prefix`, at most `limit`, newest first.
///
/// # Errors
/// As the database says.
pub async fn by_prefix(
    db: &impl ConnectionTrait,
    prefix: &str,
    limit: u64,
) -> Result<Vec<Session>, Error> {
    let rows = Entity::find()
        .filter(Column::Id.starts_with(prefix))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(to_session).collect()
}

pub(super) fn live(now: i64) -> Condition {
    Condition::all()
        .add(Column::RevokedAt.is_null())
        .add(Column::ExpiresAt.gt(now))
}

/// How many live sessions there are, of one agent or of all.
///
/// # Errors
/// As the database says.
pub async fn count_live(
    db: &impl ConnectionTrait,
    agent: Option<AgentId>,
    now: i64,
) -> Result<u64, Error> {
    let mut query = Entity::find().filter(live(now));
    if let Some(agent) = agent {
        query = query.filter(Column::AgentId.eq(agent.to_string()));
    }
    Ok(query.count(db).await?)
}

/// Live sessions, of one agent or of all, oldest first.
///
/// # Errors
/// As the database says.
pub async fn list_live(
    db: &impl ConnectionTrait,
    agent: Option<AgentId>,
    now: i64,
) -> Result<Vec<Session>, Error> {
    let mut query = Entity::find().filter(live(now)).order_by_asc(Column::Id);
    if let Some(agent) = agent {
        query = query.filter(Column::AgentId.eq(agent.to_string()));
    }
    query.all(db).await?.into_iter().map(to_session).collect()
}

/// The live session whose token runs out first.
///
/// # Errors
/// As the database says.
pub async fn next_expiry(db: &impl ConnectionTrait, now: i64) -> Result<Option<Session>, Error> {
    let row = Entity::find()
        .filter(live(now))
        .order_by_asc(Column::ExpiresAt)
        .one(db)
        .await?;
    row.map(to_session).transpose()
}

/// The live session whose absolute end comes first.
///
/// # Errors
/// As the database says.
pub async fn next_end(db: &impl ConnectionTrait, now: i64) -> Result<Option<Session>, Error> {
    let row = Entity::find()
        .filter(live(now))
        .order_by_asc(Column::AbsoluteExpiresAt)
        .one(db)
        .await?;
    row.map(to_session).transpose()
}

/// A page, newest first.
///
/// # Errors
/// As the database says.
pub async fn list(
    db: &impl ConnectionTrait,
    agent: Option<AgentId>,
    state: StateFilter,
    before: Option<SessionId>,
    limit: u64,
    now: i64,
) -> Result<Vec<Session>, Error> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(limit);
    query = match state {
        StateFilter::All => query,
        StateFilter::Live => query.filter(live(now)),
        StateFilter::Revoked => query.filter(Column::RevokedAt.is_not_null()),
        StateFilter::Expired => query
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.lte(now)),
    };
    if let Some(agent) = agent {
        query = query.filter(Column::AgentId.eq(agent.to_string()));
    }
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before.to_string()));
    }
    query.all(db).await?.into_iter().map(to_session).collect()
}

/// Keys that live sessions name for their current or previous token, with the number of
/// sessions that name each. `slack_s` takes in sessions that ran out so many seconds ago.
///
/// # Errors
/// As the database says.
pub async fn live_kids(
    db: &impl ConnectionTrait,
    now: i64,
    slack_s: i64,
) -> Result<BTreeMap<String, u64>, Error> {
    let rows: Vec<(String, Option<String>)> = Entity::find()
        .select_only()
        .column(Column::TokenKid)
        .column(Column::PreviousTokenKid)
        .filter(live(now - slack_s))
        .into_tuple()
        .all(db)
        .await?;
    let mut kids = BTreeMap::new();
    for (current, previous) in rows {
        let other = previous.filter(|kid| *kid != current);
        for kid in std::iter::once(current).chain(other) {
            *kids.entry(kid).or_insert(0) += 1;
        }
    }
    Ok(kids)
}

/// The compare-and-swap of PROTOCOL.md section 4, in one statement; says whether it changed
/// the row. The count is raised in SQL.
///
/// # Errors
/// As the database says.
pub async fn rotate(
    tx: &impl ConnectionTrait,
    id: SessionId,
    rotation: &Rotation,
) -> Result<bool, Error> {
    let key_hash = rotation.renewal_key_hash.map(TokenHash::to_hex);
    let done = Entity::update_many()
        .col_expr(Column::TokenHash, Expr::value(rotation.token_hash.to_hex()))
        .col_expr(Column::TokenKid, Expr::value(rotation.token_kid.clone()))
        .col_expr(
            Column::PreviousTokenHash,
            Expr::value(rotation.presented.to_hex()),
        )
        .col_expr(
            Column::PreviousTokenKid,
            Expr::value(rotation.previous_kid.clone()),
        )
        .col_expr(Column::RenewalKeyHash, Expr::value(key_hash))
        .col_expr(Column::TokenIssuedAt, Expr::value(rotation.now))
        .col_expr(Column::TokenFirstUsedAt, Expr::value(Option::<i64>::None))
        .col_expr(Column::ExpiresAt, Expr::value(rotation.expires_at))
        .col_expr(Column::RenewalCount, Expr::col(Column::RenewalCount).add(1))
        .col_expr(Column::LastRenewedAt, Expr::value(rotation.now))
        .col_expr(Column::LastUsedAt, Expr::value(rotation.now))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::TokenHash.eq(rotation.presented.to_hex()))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes that the current token was used: the first time exactly, the last time as given.
///
/// # Errors
/// As the database says.
pub async fn mark_used(
    tx: &impl ConnectionTrait,
    id: SessionId,
    token: TokenHash,
    now: i64,
) -> Result<(), Error> {
    let same_token = || {
        Condition::all()
            .add(Column::Id.eq(id.to_string()))
            .add(Column::TokenHash.eq(token.to_hex()))
    };
    Entity::update_many()
        .col_expr(Column::TokenFirstUsedAt, Expr::value(now))
        .filter(same_token())
        .filter(Column::TokenFirstUsedAt.is_null())
        .exec(tx)
        .await?;
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(same_token())
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends a session; says whether it was not ended before.
///
/// # Errors
/// As the database says.
pub async fn revoke(
    tx: &impl ConnectionTrait,
    id: SessionId,
    end: &Revocation,
) -> Result<bool, Error> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(end.at))
        .col_expr(Column::RevokedBy, Expr::value(end.by.clone()))
        .col_expr(Column::RevokeReason, Expr::value(end.reason.clone()))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends the sessions whose token ran out, of one agent or of all: should the clock be set
/// back, they must not come to life again.
///
/// # Errors
/// As the database says.
pub async fn revoke_run_out(
    tx: &impl ConnectionTrait,
    agent: Option<AgentId>,
    end: &Revocation,
) -> Result<(), Error> {
    let mut query = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(end.at))
        .col_expr(Column::RevokedBy, Expr::value(end.by.clone()))
        .col_expr(Column::RevokeReason, Expr::value(end.reason.clone()))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.lte(end.at));
    if let Some(agent) = agent {
        query = query.filter(Column::AgentId.eq(agent.to_string()));
    }
    query.exec(tx).await?;
    Ok(())
}

/// Marks a hand-over as finished.
///
/// # Errors
/// As the database says.
pub async fn set_delivered(
    tx: &impl ConnectionTrait,
    id: SessionId,
    token_file: &str,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::TokenFile, Expr::value(token_file))
        .col_expr(Column::DeliveredAt, Expr::value(now))
        .filter(Column::Id.eq(id.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Hand-overs of live sessions that were begun and not finished, oldest first.
///
/// # Errors
/// As the database says.
pub async fn undelivered(db: &impl ConnectionTrait, now: i64) -> Result<Vec<Session>, Error> {
    let rows = Entity::find()
        .filter(Column::TokenFile.is_not_null())
        .filter(Column::DeliveredAt.is_null())
        .filter(live(now))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(to_session).collect()
}

pub(super) fn to_session(row: Model) -> Result<Session, Error> {
    let bad = |what: &str| Error::internal(format!("session {} has a bad {what}", row.id));
    let hash = |text: &str, what: &str| TokenHash::from_hex(text).ok_or_else(|| bad(what));
    let previous = row
        .previous_token_hash
        .as_deref()
        .map(|text| {
            let key = row.renewal_key_hash.as_deref();
            Ok::<_, Error>(PreviousToken {
                hash: hash(text, "previous_token_hash")?,
                renewal_key_hash: key.map(|k| hash(k, "renewal_key_hash")).transpose()?,
            })
        })
        .transpose()?;
    let revocation = row.revoked_at.map(|at| Revocation {
        at,
        by: row.revoked_by.clone().unwrap_or_default(),
        reason: row.revoke_reason.clone().unwrap_or_default(),
    });
    let handover = row.token_file.clone().map(|token_file| Handover {
        token_file,
        delivered_at: row.delivered_at,
        record: row
            .handover
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default(),
    });
    Ok(Session {
        id: row.id.parse().map_err(|_| bad("id"))?,
        agent_id: row.agent_id.parse().map_err(|_| bad("agent_id"))?,
        token: CurrentToken {
            hash: hash(&row.token_hash, "token_hash")?,
            issued_at: row.token_issued_at,
            first_used_at: row.token_first_used_at,
        },
        previous,
        expires_in: row.expires_in,
        expires_at: row.expires_at,
        max_renewals: row.max_renewals,
        renewal_count: row.renewal_count,
        limits: serde_json::from_str(&row.constraints).map_err(|_| bad("constraints"))?,
        created_at: row.created_at,
        last_renewed_at: row.last_renewed_at,
        last_used_at: row.last_used_at,
        absolute_expires_at: row.absolute_expires_at,
        revocation,
        handover,
        token_kid: row.token_kid,
        source: row.source,
        created_by: row.created_by,
    })
}
