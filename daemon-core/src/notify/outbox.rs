//! The outbox of events: enqueue in the caller's transaction, find what is due on a channel in
//! order, mark. An event is marked once per channel in `notification_log`; who is asked when is
//! decided elsewhere.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set, Value,
};
use waiaas_protocol::ids::EventId;

use super::event::Event;
use crate::core::Core;
use crate::db::entity::{notification, notification_log};
use crate::error::Error;

pub mod history;

/// Status of an event that a channel has taken.
pub const ACCEPTED: &str = "accepted";
/// Status of an event for which a channel had nobody to tell.
pub const NO_RECIPIENT: &str = "no_recipient";
/// Status of an event that a channel did not take yet.
pub const WAITING: &str = "waiting";
/// Status of an event that was given up on a channel.
pub const DEAD: &str = "dead";
/// Status of an event that everybody on a channel has switched off.
pub const SWITCHED_OFF: &str = "switched_off";

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
    /// The order is kept within a session.
    pub session_id: Option<String>,
    /// The one channel that it is meant for.
    pub only_channel: Option<String>,
}

impl Pending {
    /// The same event without what it says.
    #[must_use]
    pub fn unfinished(&self) -> Unfinished {
        Unfinished {
            seq: self.seq,
            event_id: self.event_id.clone(),
            level: self.event.level().as_str().to_owned(),
            only_channel: self.only_channel.clone(),
        }
    }
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
    enqueue_as(tx, core.new_event_id(), event, now).await
}

/// As [`enqueue`], for a caller that wants to know what becomes of the event.
///
/// # Errors
/// As the database says.
pub async fn enqueue_as(
    tx: &impl ConnectionTrait,
    event_id: EventId,
    event: &Event,
    now: i64,
) -> Result<(), Error> {
    let subject = event.subject();
    let row = notification::ActiveModel {
        event_id: Set(event_id.to_string()),
        event: Set(event.code().to_owned()),
        level: Set(event.level().as_str().to_owned()),
        session_id: Set(subject.map(|s| s.session_id.to_string())),
        agent_id: Set(subject.map(|s| s.agent_id.to_string())),
        payload: Set(serde_json::to_string(event).map_err(Error::internal)?),
        created_at: Set(now),
        attempts: Set(0),
        next_attempt_at: Set(now),
        only_channel: Set(event.only_channel().map(str::to_owned)),
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
    /// An event that is due on the channel, and nothing before it about the same session waits
    /// there.
    Due(Box<Pending>),
    /// A row that this version cannot read.
    Unreadable {
        /// Its position.
        seq: i64,
        /// Its event.
        event_id: String,
    },
}

/// Events that are due on a channel, CRITICAL first, then oldest first; none that is meant for
/// another channel alone. Of each session only
/// the first that the channel may still be given, so that the order within a session is kept
/// and no session holds up another; a CRITICAL that waits for another channel only holds up
/// nothing here. A time more than `ahead_max_s` ahead is due too: then the clock has been set
/// back.
///
/// # Errors
/// As the database says.
pub async fn due(
    db: &impl ConnectionTrait,
    channel: &str,
    now: i64,
    ahead_max_s: i64,
    limit: u64,
) -> Result<Vec<Found>, Error> {
    use notification::Column;
    let first_of_session = Expr::cust_with_values(
        "(notification_outbox.session_id IS NULL OR NOT EXISTS (SELECT 1 \
         FROM notification_outbox e WHERE e.session_id = notification_outbox.session_id \
         AND e.seq < notification_outbox.seq AND e.done_at IS NULL AND e.dead_at IS NULL \
         AND NOT (e.level = 'CRITICAL' AND EXISTS (SELECT 1 FROM notification_log l \
         WHERE l.event_id = e.event_id AND l.channel = ? AND l.status <> 'waiting'))))",
        [channel],
    );
    let not_paused = Expr::cust_with_values(
        "NOT EXISTS (SELECT 1 FROM notification_log l \
         WHERE l.event_id = notification_outbox.event_id AND l.channel = ? \
         AND (l.status <> 'waiting' OR (l.next_attempt_at > ? AND l.next_attempt_at <= ?)))",
        [
            Value::from(channel),
            Value::from(now),
            Value::from(now + ahead_max_s),
        ],
    );
    let mine = Column::OnlyChannel
        .is_null()
        .or(Column::OnlyChannel.eq(channel));
    let rows = notification::Entity::find()
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(mine)
        .filter(not_paused)
        .filter(first_of_session)
        .order_by_desc(Expr::cust("notification_outbox.level = 'CRITICAL'"))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_found).collect())
}

/// An event that waits, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Unfinished {
    /// Its position.
    pub seq: i64,
    /// Its id.
    pub event_id: String,
    /// Its level, as stored.
    pub level: String,
    /// The one channel that it is meant for.
    pub only_channel: Option<String>,
}

/// Everything that waits for a channel, in order.
///
/// # Errors
/// As the database says.
pub async fn waiting(
    db: &impl ConnectionTrait,
    after_seq: i64,
    limit: u64,
) -> Result<Vec<Unfinished>, Error> {
    use notification::Column;
    let columns = [
        Column::Seq,
        Column::EventId,
        Column::Level,
        Column::OnlyChannel,
    ];
    Ok(notification::Entity::find()
        .select_only()
        .columns(columns)
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(Column::Seq.gt(after_seq))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .into_model()
        .all(db)
        .await?)
}

/// Whether an event still waits for a channel.
///
/// # Errors
/// As the database says.
pub async fn is_waiting(db: &impl ConnectionTrait, seq: i64) -> Result<bool, Error> {
    use notification::Column;
    let rows = notification::Entity::find()
        .filter(Column::Seq.eq(seq))
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null())
        .count(db)
        .await?;
    Ok(rows > 0)
}

fn to_found(row: notification::Model) -> Found {
    match serde_json::from_str(&row.payload) {
        Ok(event) => Found::Due(Box::new(Pending {
            seq: row.seq,
            event_id: row.event_id,
            event,
            created_at: row.created_at,
            session_id: row.session_id,
            only_channel: row.only_channel,
        })),
        Err(_) => Found::Unreadable {
            seq: row.seq,
            event_id: row.event_id,
        },
    }
}

/// What became of an event on a channel so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Which channel.
    pub channel: String,
    /// [`ACCEPTED`], [`NO_RECIPIENT`], [`SWITCHED_OFF`], [`WAITING`] or [`DEAD`].
    pub status: String,
    /// When, Unix seconds.
    pub at: i64,
    /// Attempts so far.
    pub attempts: i64,
    /// When it may be tried again, Unix seconds.
    pub next_attempt_at: Option<i64>,
    /// Why it was not taken, nothing secret.
    pub detail: Option<String>,
}

/// What became of an event on each channel that was asked.
///
/// # Errors
/// As the database says.
pub async fn logged(db: &impl ConnectionTrait, event_id: &str) -> Result<Vec<Logged>, Error> {
    let rows = notification_log::Entity::find()
        .filter(notification_log::Column::EventId.eq(event_id))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_logged).collect())
}

fn to_logged(row: notification_log::Model) -> Logged {
    Logged {
        channel: row.channel,
        status: row.status,
        at: row.at,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at,
        detail: row.detail,
    }
}

/// Writes what became of an event on a channel; one row per channel.
///
/// # Errors
/// As the database says.
pub async fn log(tx: &impl ConnectionTrait, event_id: &str, entry: Logged) -> Result<(), Error> {
    use notification_log::Column;
    let row = notification_log::ActiveModel {
        event_id: Set(event_id.to_owned()),
        channel: Set(entry.channel),
        status: Set(entry.status),
        at: Set(entry.at),
        detail: Set(entry.detail),
        attempts: Set(entry.attempts),
        next_attempt_at: Set(entry.next_attempt_at),
    };
    let on_conflict = OnConflict::columns([Column::EventId, Column::Channel])
        .update_columns([
            Column::Status,
            Column::At,
            Column::Detail,
            Column::Attempts,
            Column::NextAttemptAt,
        ])
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
    update(tx, seq, &[(notification::Column::DoneAt, Expr::value(now))]).await?;
    Ok(())
}

/// Ends every event that was enqueued before a moment and still waits.
///
/// # Errors
/// As the database says.
pub async fn end_older_than(tx: &impl ConnectionTrait, before: i64, now: i64) -> Result<(), Error> {
    use notification::Column;
    notification::Entity::update_many()
        .col_expr(Column::DoneAt, Expr::value(now))
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(Column::CreatedAt.lt(before))
        .exec(tx)
        .await?;
    Ok(())
}

/// An event that was thought to be told on a channel was not: other channels may be asked.
///
/// # Errors
/// As the database says.
pub async fn reopen(tx: &impl ConnectionTrait, event_id: &str, channel: &str) -> Result<(), Error> {
    notification_log::Entity::update_many()
        .col_expr(notification_log::Column::Status, Expr::value(NO_RECIPIENT))
        .filter(notification_log::Column::EventId.eq(event_id))
        .filter(notification_log::Column::Channel.eq(channel))
        .filter(notification_log::Column::Status.eq(ACCEPTED))
        .exec(tx)
        .await?;
    use notification::Column;
    notification::Entity::update_many()
        .col_expr(Column::DoneAt, Expr::value(Option::<i64>::None))
        .filter(Column::EventId.eq(event_id))
        .filter(Column::Level.ne("CRITICAL"))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives an event up; says whether it was still waiting.
///
/// # Errors
/// As the database says.
pub async fn mark_dead(
    tx: &impl ConnectionTrait,
    seq: i64,
    now: i64,
    error: &str,
) -> Result<bool, Error> {
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
) -> Result<bool, Error> {
    use notification::Column;
    let mut query = notification::Entity::update_many()
        .filter(Column::Seq.eq(seq))
        .filter(Column::DoneAt.is_null())
        .filter(Column::DeadAt.is_null());
    for (column, value) in values {
        query = query.col_expr(*column, value.clone());
    }
    Ok(query.exec(tx).await?.rows_affected > 0)
}

/// How many events wait, and how many times a channel was given up for one.
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
    let given_up = notification_log::Entity::find()
        .filter(notification_log::Column::Status.eq(DEAD))
        .count(db)
        .await?;
    let unreadable = notification::Entity::find()
        .filter(Column::DeadAt.is_not_null())
        .filter(Expr::cust(
            "NOT EXISTS (SELECT 1 FROM notification_log l \
             WHERE l.event_id = notification_outbox.event_id AND l.status = 'dead')",
        ))
        .count(db)
        .await?;
    Ok((waiting, given_up + unreadable))
}
