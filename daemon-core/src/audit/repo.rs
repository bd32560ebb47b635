//! SQL of the audit chain: append, read. No update, no delete.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, Set,
};
use waiaas_protocol::ids::AgentId;

use super::anchor::Head;
use super::{AuditEvent, Entry, GENESIS_HASH, Record};
use crate::db::WriteTx;
use crate::db::entity::audit_entry::{ActiveModel, Column, Entity, Model};
use crate::error::Error;

/// Entries that [`count_recent`] looks at.
const RECENT_ROWS_MAX: u64 = 1_000;

/// Entries that [`counts_since`] looks at.
const DAY_ROWS_MAX: i64 = 100_000;

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// About this agent.
    pub agent_id: Option<String>,
    /// About this session.
    pub session_id: Option<String>,
    /// Only positions smaller than this.
    pub before: Option<i64>,
}

/// Appends one entry in the caller's transaction.
///
/// # Errors
/// [`Error::Storage`] or [`Error::Internal`] as the database says.
pub async fn append(tx: &mut WriteTx, record: &Record, now: i64) -> Result<(), Error> {
    let previous = head(&**tx).await?;
    let mut entry = Entry {
        seq: previous.seq + 1,
        at: now,
        event: record.event.as_str().to_owned(),
        actor: record.actor.to_string(),
        agent_id: record.agent_id.map(|id| id.to_string()),
        session_id: record.session_id.map(|id| id.to_string()),
        details: record.details.to_string(),
        prev_hash: previous.hash,
        hash: String::new(),
    };
    entry.hash = entry.expected_hash();
    let head = Head {
        seq: entry.seq,
        hash: entry.hash.clone(),
        sync: record.event.takes_power_away(),
    };
    Entity::insert(to_active(entry))
        .exec_without_returning(&**tx)
        .await?;
    tx.set_head(head);
    Ok(())
}

/// The newest entry's position and hash.
///
/// # Errors
/// As the database says.
pub async fn head(db: &impl ConnectionTrait) -> Result<Head, Error> {
    let newest = Entity::find()
        .order_by_desc(Column::Seq)
        .limit(1)
        .one(db)
        .await?;
    Ok(newest.map_or_else(
        || Head {
            seq: 0,
            hash: GENESIS_HASH.to_owned(),
            sync: false,
        },
        |row| Head {
            seq: row.seq,
            hash: row.hash,
            sync: false,
        },
    ))
}

/// The hash at a position.
///
/// # Errors
/// As the database says.
pub async fn hash_at(db: &impl ConnectionTrait, seq: i64) -> Result<Option<String>, Error> {
    Ok(Entity::find_by_id(seq).one(db).await?.map(|row| row.hash))
}

/// Newest first.
///
/// # Errors
/// As the database says.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    limit: u64,
) -> Result<Vec<Entry>, Error> {
    page(db, filter, 0, limit).await
}

/// Newest first, without the first `offset`. Together with [`Filter::before`] a page stays what
/// it is while entries are appended.
///
/// # Errors
/// As the database says.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: &Filter,
    offset: u64,
    limit: u64,
) -> Result<Vec<Entry>, Error> {
    let rows = filtered(filter)
        .order_by_desc(Column::Seq)
        .offset(offset)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_entry).collect())
}

/// How many entries there are.
///
/// # Errors
/// As the database says.
pub async fn count(db: &impl ConnectionTrait, filter: &Filter) -> Result<u64, Error> {
    Ok(filtered(filter).count(db).await?)
}

fn filtered(filter: &Filter) -> Select<Entity> {
    let mut query = Entity::find();
    if let Some(agent_id) = &filter.agent_id {
        query = query.filter(Column::AgentId.eq(agent_id));
    }
    if let Some(session_id) = &filter.session_id {
        query = query.filter(Column::SessionId.eq(session_id));
    }
    if let Some(before) = filter.before {
        query = query.filter(Column::Seq.lt(before));
    }
    query
}

/// The newest entry about an agent that is one of these.
///
/// # Errors
/// As the database says.
pub async fn newest_of(
    db: &impl ConnectionTrait,
    agent: AgentId,
    events: &[AuditEvent],
) -> Result<Option<Entry>, Error> {
    let row = Entity::find()
        .filter(Column::AgentId.eq(agent.to_string()))
        .filter(Column::Event.is_in(events.iter().map(|event| event.as_str())))
        .order_by_desc(Column::Seq)
        .limit(1)
        .one(db)
        .await?;
    Ok(row.map(to_entry))
}

/// How many of the newest `RECENT_ROWS_MAX` entries are of this kind and later than `since`.
///
/// # Errors
/// As the database says.
pub async fn count_recent(
    db: &impl ConnectionTrait,
    event: AuditEvent,
    since: i64,
) -> Result<usize, Error> {
    let newest: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::Event)
        .column(Column::At)
        .order_by_desc(Column::Seq)
        .limit(RECENT_ROWS_MAX)
        .into_tuple()
        .all(db)
        .await?;
    let recent = newest
        .iter()
        .filter(|(name, at)| name == event.as_str() && *at > since);
    Ok(recent.count())
}

/// How many entries of each kind the newest `DAY_ROWS_MAX` have that are later than `since`.
///
/// # Errors
/// As the database says.
pub async fn counts_since(
    db: &impl ConnectionTrait,
    since: i64,
) -> Result<HashMap<String, u64>, Error> {
    let newest = head(db).await?.seq;
    let counts: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::Event)
        .column_as(Column::Seq.count(), "count")
        .filter(Column::Seq.gt(newest - DAY_ROWS_MAX))
        .filter(Column::At.gt(since))
        .group_by(Column::Event)
        .into_tuple()
        .all(db)
        .await?;
    let counted = |(event, count): (String, i64)| (event, count.unsigned_abs());
    Ok(counts.into_iter().map(counted).collect())
}

/// Oldest first, from a position on.
///
/// # Errors
/// As the database says.
pub async fn walk(db: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<Entry>, Error> {
    let rows = Entity::find()
        .filter(Column::Seq.gt(after))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_entry).collect())
}

fn to_entry(row: Model) -> Entry {
    Entry {
        seq: row.seq,
        at: row.at,
        event: row.event,
        actor: row.actor,
        agent_id: row.agent_id,
        session_id: row.session_id,
        details: row.details,
        prev_hash: row.prev_hash,
        hash: row.hash,
    }
}

fn to_active(entry: Entry) -> ActiveModel {
    ActiveModel {
        seq: Set(entry.seq),
        at: Set(entry.at),
        event: Set(entry.event),
        actor: Set(entry.actor),
        agent_id: Set(entry.agent_id),
        session_id: Set(entry.session_id),
        details: Set(entry.details),
        prev_hash: Set(entry.prev_hash),
        hash: Set(entry.hash),
    }
}
