//! The outbox of events: enqueue in the caller's transaction, claim in order, mark.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::event::Event;
use crate::core::Core;
use crate::db::entity::{notification, notification_log};
use crate::error::Error;

/// Status of an event that a channel has taken.
pub const ACCEPTED: &str = "accepted";
/// Status of an event for which a channel had nobody to tell.
pub const NO_RECIPIENT: &str = "no_recipient";

/// An event that waits for its channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Position in the outbox; the order of events.
    pub seq: i64,
    /// Carried by every message about it.
    pub event_id: String,
    /// What happened.
    pub event: Event,
    /// When it was enqueued, Unix seconds.
    pub created_at: i64,
    /// Failed attempts so far.
    pub attempts: i64,
    /// The order is kept within a session.
    pub session_id: Option<String>,
}

/// Puts an event into the outbox, in the caller's transaction.
///
/// # Errors
/// As the database says.
pub async fn enqueue(
    core: &Core,
    tx: &impl ConnectionTrait,
    event: &Event,
    now: i64,
) -> Result<(), Error> {
    let subject = event.subject();
    let row = notification::ActiveModel {
        event_id: Set(core.new_event_id().to_string()),
        event: Set(event.code().to_owned()),
        level: Set(event.level().as_str().to_owned()),
        session_id: Set(subject.map(|s| s.session_id.to_string())),
        agent_id: Set(subject.map(|s| s.agent_id.to_string())),
        payload: Set(serde_json::to_string(event).map_err(Error::internal)?),
        created_at: Set(now),
        attempts: Set(0),
        next_attempt_at: Set(now),
        ..Default::default()
    };
    notification::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// What the worker finds in the outbox.
#[derive(Debug)]
pub enum Found {
    /// An event that is due, and nothing before it about the same session waits.
    Due(Box<Pending>),
    /// A row that this version cannot read.
    Unreadable {
        /// Its position.
        seq: i64,
        /// Its event.
        event_id: String,
    },
}

/// Events that are due, oldest first; of each session only the first that waits, so that the
/// order within a session is kept and no session holds up another. A time far ahead is due
/// too: then the clock has been set back.
///
/// # Errors
/// As the database says.
pub async fn due(
    db: &impl ConnectionTrait,
    now: i64,
    backoff_max_s: i64,
    limit: u64,
) -> Result<Vec<Found>, Error> {
    use notification::Column;
    let first_of_session = Expr::cust(
        "(notification_outbox.session_id IS NULL OR NOT EXISTS (SELECT 1 \
         FROM notification_outbox e WHERE e.session_id = notification_outbox.session_id \
         AND e.seq < notification_outbox.seq AND e.done_at IS NULL AND e.dead_at IS NULL))",
    );
    let time = Condition::any()
        .add(Column::NextAttemptAt.lte(now))
        .add(Column::NextAttemptAt.gt(now + backoff_max_s));
    let rows = notification::Entity::find()
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(time)
        .filter(first_of_session)
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_found).collect())
}

fn to_found(row: notification::Model) -> Found {
    match serde_json::from_str(&row.payload) {
        Ok(event) => Found::Due(Box::new(Pending {
            seq: row.seq,
            event_id: row.event_id,
            event,
            created_at: row.created_at,
            attempts: row.attempts,
            session_id: row.session_id,
        })),
        Err(_) => Found::Unreadable {
            seq: row.seq,
            event_id: row.event_id,
        },
    }
}

/// Whether a channel has taken this event already. That it had nobody to tell does not count.
///
/// # Errors
/// As the database says.
pub async fn is_accepted(
    db: &impl ConnectionTrait,
    event_id: &str,
    channel: &str,
) -> Result<bool, Error> {
    let key = (event_id.to_owned(), channel.to_owned());
    let row = notification_log::Entity::find_by_id(key).one(db).await?;
    Ok(row.is_some_and(|row| row.status == ACCEPTED))
}

/// Writes what became of an event on a channel; once per channel.
///
/// # Errors
/// As the database says.
pub async fn log(
    tx: &impl ConnectionTrait,
    event_id: &str,
    channel: &str,
    status: &str,
    detail: Option<&str>,
    now: i64,
) -> Result<(), Error> {
    use notification_log::Column;
    let row = notification_log::ActiveModel {
        event_id: Set(event_id.to_owned()),
        channel: Set(channel.to_owned()),
        status: Set(status.to_owned()),
        at: Set(now),
        detail: Set(detail.map(str::to_owned)),
    };
    let on_conflict = OnConflict::columns([Column::EventId, Column::Channel])
        .update_columns([Column::Status, Column::At, Column::Detail])
        .to_owned();
    notification_log::Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Marks an event as handed to its channels.
///
/// # Errors
/// As the database says.
pub async fn mark_done(tx: &impl ConnectionTrait, seq: i64, now: i64) -> Result<(), Error> {
    update(tx, seq, &[(notification::Column::DoneAt, Expr::value(now))]).await
}

/// Puts an event off after a failed attempt.
///
/// # Errors
/// As the database says.
pub async fn mark_failed(
    tx: &impl ConnectionTrait,
    seq: i64,
    attempts: i64,
    next_attempt_at: i64,
    error: &str,
) -> Result<(), Error> {
    use notification::Column;
    let values = [
        (Column::Attempts, Expr::value(attempts)),
        (Column::NextAttemptAt, Expr::value(next_attempt_at)),
        (Column::LastError, Expr::value(error)),
    ];
    update(tx, seq, &values).await
}

/// Gives an event up.
///
/// # Errors
/// As the database says.
pub async fn mark_dead(
    tx: &impl ConnectionTrait,
    seq: i64,
    now: i64,
    error: &str,
) -> Result<(), Error> {
    use notification::Column;
    let values = [
        (Column::DeadAt, Expr::value(now)),
        (Column::LastError, Expr::value(error)),
    ];
    update(tx, seq, &values).await
}

async fn update(
    tx: &impl ConnectionTrait,
    seq: i64,
    values: &[(notification::Column, sea_orm::sea_query::SimpleExpr)],
) -> Result<(), Error> {
    let mut query = notification::Entity::update_many().filter(notification::Column::Seq.eq(seq));
    for (column, value) in values {
        query = query.col_expr(*column, value.clone());
    }
    query.exec(tx).await?;
    Ok(())
}

/// How many events wait, and how many were given up.
///
/// # Errors
/// As the database says.
pub async fn depth(db: &impl ConnectionTrait) -> Result<(u64, u64), Error> {
    use notification::Column;
    let waiting = notification::Entity::find()
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null())
        .count(db)
        .await?;
    let dead = notification::Entity::find()
        .filter(Column::DeadAt.is_not_null())
        .count(db)
        .await?;
    Ok((waiting, dead))
}
