//! What became of an event in each chat: a channel's "accepted" only says that it stands in
//! this outbox.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::queue::unsent;
use crate::db::entity::telegram_outbox::{Column, Entity, Model};
use crate::error::Error;

/// A message that tells an event, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns of telegram_outbox")]
pub struct Told {
    pub chat_id: i64,
    pub attempts: i64,
    pub next_attempt_at: i64,
    pub sent_at: Option<i64>,
    pub dead_at: Option<i64>,
    /// Why it was not sent; nothing secret.
    pub last_error: Option<String>,
}

/// The messages of each of these events, by event, in their order.
///
/// # Errors
/// As the database says.
pub async fn told(
    db: &impl ConnectionTrait,
    event_ids: &[String],
) -> Result<BTreeMap<String, Vec<Told>>, Error> {
    let rows = Entity::find()
        .filter(Column::EventId.is_in(event_ids))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let mut found: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for row in rows {
        if let Some(event_id) = row.event_id.clone() {
            found.entry(event_id).or_default().push(to_told(row));
        }
    }
    Ok(found)
}

/// The message that every other one in its chat waits for, by chat.
///
/// # Errors
/// As the database says.
pub async fn first_waiting(
    db: &impl ConnectionTrait,
    chats: &[i64],
) -> Result<BTreeMap<i64, Told>, Error> {
    let rows = unsent(Entity::find())
        .filter(Column::ChatId.is_in(chats.iter().copied()))
        .filter(Expr::cust(super::queue::FIRST_OF_CHAT))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.chat_id, to_told(row)))
        .collect())
}

fn to_told(row: Model) -> Told {
    Told {
        chat_id: row.chat_id,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at,
        sent_at: row.sent_at,
        dead_at: row.dead_at,
        last_error: row.last_error,
    }
}
