//! What waits, in its order, and what becomes of it.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use waiaas_protocol::ids::SessionId;

use super::super::messages;
use super::{ASKED_TO_WAIT, CHAT_SHUT, Call, Payload, Priority, SentButton};
use crate::core::Core;
use crate::db::entity::telegram_outbox::{Column, Entity, Model};
use crate::error::Error;

/// A message that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The row.
    pub id: i64,
    /// To whom.
    pub chat_id: i64,
    /// Whether it is an alert that must not wait for others.
    pub critical: bool,
    /// What to ask of Telegram.
    pub call: Call,
    /// Rows of buttons.
    pub keyboard: Vec<Vec<SentButton>>,
    /// Failed attempts so far.
    pub attempts: i64,
    /// When it was enqueued, Unix seconds.
    pub created_at: i64,
    /// The event that it tells.
    pub event_id: Option<String>,
    /// The session that it is about.
    pub session_id: Option<String>,
    /// The session whose claim code stands in it.
    pub claim_of: Option<SessionId>,
    /// The topic of the chat, in a group that has topics.
    pub thread_id: Option<i64>,
}

/// Nothing in its chat goes before it.
pub(super) const FIRST_OF_CHAT: &str = "telegram_outbox.id = (SELECT f.id FROM telegram_outbox f \
     WHERE f.chat_id = telegram_outbox.chat_id AND f.sent_at IS NULL AND f.dead_at IS NULL \
     ORDER BY f.priority, f.id LIMIT 1)";

pub(super) fn unsent(query: sea_orm::Select<Entity>) -> sea_orm::Select<Entity> {
    query
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
}

/// What the sender finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A message that is due.
    Due(Box<Due>),
    /// A row that this version cannot read.
    Unreadable {
        /// The row.
        id: i64,
        /// The event that it tells.
        event_id: Option<String>,
    },
}

/// A message is put off no longer than this, seconds: one that waits for a later time was put
/// off by a clock that has been set back.
pub const AHEAD_MAX_S: i64 = 86_400;

fn is_due(now: i64) -> Condition {
    Condition::any()
        .add(Column::NextAttemptAt.lte(now))
        .add(Column::NextAttemptAt.gt(now + AHEAD_MAX_S))
}

/// The first message of each chat, where it is due: answers, then critical alerts, then other
/// alerts, then the rest, each in the order in which they were enqueued. A chat for which
/// Telegram has asked to wait gets nothing but answers, whatever has come since.
///
/// # Errors
/// As the database says.
pub async fn due(db: &impl ConnectionTrait, now: i64, limit: u64) -> Result<Vec<Found>, Error> {
    let not_held = Expr::cust_with_values(
        "(telegram_outbox.priority = ? OR NOT EXISTS (SELECT 1 FROM telegram_outbox h \
         WHERE h.chat_id = telegram_outbox.chat_id AND h.sent_at IS NULL AND h.dead_at IS NULL \
         AND h.last_error = ? AND h.next_attempt_at > ? AND h.next_attempt_at <= ?))",
        [
            Value::from(Priority::Answer as i64),
            Value::from(ASKED_TO_WAIT),
            Value::from(now),
            Value::from(now + AHEAD_MAX_S),
        ],
    );
    let rows = unsent(Entity::find())
        .filter(Expr::cust(FIRST_OF_CHAT))
        .filter(not_held)
        .filter(is_due(now))
        .order_by_asc(Column::Priority)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_found).collect())
}

fn to_found(row: Model) -> Found {
    let (id, event_id) = (row.id, row.event_id.clone());
    match to_due(row) {
        Ok(due) => Found::Due(Box::new(due)),
        Err(_) => Found::Unreadable { id, event_id },
    }
}

/// The first message of a chat that is neither an answer nor an alert, where it is due. One that
/// cannot be read is left for later.
///
/// # Errors
/// As the database says.
pub async fn first_chatter(
    db: &impl ConnectionTrait,
    chat_id: i64,
    now: i64,
) -> Result<Option<Due>, Error> {
    let row = unsent(Entity::find())
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::Priority.eq(Priority::Chatter as i64))
        .order_by_asc(Column::Id)
        .one(db)
        .await?;
    let due =
        row.filter(|row| row.next_attempt_at <= now || row.next_attempt_at > now + AHEAD_MAX_S);
    Ok(due.and_then(|row| to_due(row).ok()))
}

/// Lets the alerts of a session that wait in a chat go ahead with the CRITICAL one that comes
/// after them, so that the order within the session is kept.
pub(super) async fn hasten(
    tx: &impl ConnectionTrait,
    chat_id: i64,
    session_id: Option<&str>,
) -> Result<(), Error> {
    let Some(session_id) = session_id else {
        return Ok(());
    };
    Entity::update_many()
        .col_expr(Column::Priority, Expr::value(Priority::Critical as i64))
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::SessionId.eq(session_id))
        .filter(Column::Priority.eq(Priority::Alert as i64))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) fn to_due(row: Model) -> Result<Due, Error> {
    let payload: Payload = serde_json::from_str(&row.payload).map_err(Error::internal)?;
    Ok(Due {
        id: row.id,
        chat_id: row.chat_id,
        critical: row.priority == Priority::Critical as i64,
        call: payload.call,
        keyboard: payload.keyboard,
        attempts: row.attempts,
        created_at: row.created_at,
        event_id: row.event_id,
        session_id: row.session_id,
        claim_of: payload.claim_of,
        thread_id: row.thread_id,
    })
}

/// Marks a message as sent, and notes how it stands in the chat.
///
/// # Errors
/// As the database says.
pub async fn mark_sent(
    core: &Core,
    due: &Due,
    message_id: Option<i64>,
    now: i64,
) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::SentAt, Expr::value(now))
        .col_expr(Column::MessageId, Expr::value(message_id))
        .filter(Column::Id.eq(due.id))
        .exec(&*tx)
        .await?;
    if let Some(message_id) = message_id {
        let keyboard = (!due.keyboard.is_empty()).then_some(due.id);
        let session = due.session_id.as_deref();
        messages::put(&*tx, due.chat_id, message_id, keyboard, session, now).await?;
    }
    tx.commit().await
}

/// Telegram asks to wait: whatever waits for that chat waits, answers to taps excepted.
///
/// # Errors
/// As the database says.
pub async fn hold_chat(core: &Core, chat_id: i64, until: i64) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(Column::LastError, Expr::value(ASKED_TO_WAIT))
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::Priority.ne(Priority::Answer as i64))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(Column::NextAttemptAt.lt(until))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Puts a message off.
///
/// # Errors
/// As the database says.
pub async fn mark_later(
    core: &Core,
    due: &Due,
    next_attempt_at: i64,
    error: &str,
) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::Attempts, Expr::value(due.attempts + 1))
        .col_expr(Column::NextAttemptAt, Expr::value(next_attempt_at))
        .col_expr(Column::LastError, Expr::value(error))
        .filter(Column::Id.eq(due.id))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Makes every message due that waits for another attempt, except where Telegram itself has
/// asked to wait, or lets nothing be written: it is back. Says how many.
///
/// # Errors
/// As the database says.
pub async fn hurry(core: &Core) -> Result<u64, Error> {
    let now = core.clock.now_s();
    let tx = core.db.begin_write().await?;
    let hurried = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(now))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(Column::NextAttemptAt.gt(now))
        .filter(
            Condition::any().add(Column::LastError.is_null()).add(
                Condition::all()
                    .add(Column::LastError.ne(ASKED_TO_WAIT))
                    .add(Column::LastError.not_like(format!("{CHAT_SHUT}%"))),
            ),
        )
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if hurried.rows_affected > 0 {
        core.ring();
    }
    Ok(hurried.rows_affected)
}

/// Gives a message up, in the caller's transaction.
///
/// # Errors
/// As the database says.
pub async fn mark_dead(
    tx: &impl ConnectionTrait,
    id: i64,
    error: &str,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::DeadAt, Expr::value(now))
        .col_expr(Column::LastError, Expr::value(error))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes back what waits for a chat whose reader may no longer use the console, in the caller's
/// transaction. Answers to taps say nothing and stay.
///
/// # Errors
/// As the database says.
pub async fn withdraw(tx: &impl ConnectionTrait, chat_id: i64, now: i64) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::DeadAt, Expr::value(now))
        .col_expr(Column::LastError, Expr::value("its reader was removed"))
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::Priority.ne(Priority::Answer as i64))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// How many messages wait, and how many were given up.
///
/// # Errors
/// As the database says.
pub async fn depth(db: &impl ConnectionTrait) -> Result<(u64, u64), Error> {
    let waiting = unsent(Entity::find()).count(db).await?;
    let dead = Entity::find()
        .filter(Column::DeadAt.is_not_null())
        .count(db)
        .await?;
    Ok((waiting, dead))
}
