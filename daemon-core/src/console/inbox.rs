//! Updates as they came: stored before the next batch is asked for, each id once, so that a
//! crash in a handler loses nothing and repeats nothing (CONSOLE.md, "Living with Telegram").

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::core::Core;
use crate::db::entity::telegram_update::{ActiveModel, Column, Entity};
use crate::error::Error;

/// Tries before an update is set aside: it makes the handler fail each time.
pub const ATTEMPTS_MAX: i64 = 5;
/// Handled updates are kept so long, seconds: Telegram repeats none after a day.
const KEEP_S: i64 = 172_800;

/// For how long Telegram surely goes on counting, seconds.
const NUMBERING_S: i64 = 86_400;

/// A stored update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Telegram's id; unique.
    pub update_id: i64,
    /// As JSON.
    pub payload: String,
    /// Failed tries so far.
    pub attempts: i64,
}

/// Stores a batch in one transaction; those that are known are left alone. Says how many are
/// new.
///
/// # Errors
/// As the database says; then nothing of the batch is stored.
pub async fn store(core: &Core, updates: &[(i64, String)]) -> Result<u64, Error> {
    let now = core.clock.now_s();
    let tx = core.db.begin_write().await?;
    let mut new = 0;
    for (update_id, payload) in updates {
        let row = ActiveModel {
            update_id: Set(*update_id),
            payload: Set(payload.clone()),
            received_at: Set(now),
            attempts: Set(0),
            handled_at: Set(None),
            failed_at: Set(None),
            error: Set(None),
        };
        let on_conflict = OnConflict::column(Column::UpdateId).do_nothing().to_owned();
        new += Entity::insert(row)
            .on_conflict(on_conflict)
            .exec_without_returning(&*tx)
            .await?;
    }
    Entity::delete_many()
        .filter(Column::HandledAt.lt(now - KEEP_S))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(new)
}

/// Updates that wait, oldest first.
///
/// # Errors
/// As the database says.
pub async fn waiting(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Stored>, Error> {
    let rows = Entity::find()
        .filter(Column::HandledAt.is_null())
        .filter(Column::FailedAt.is_null())
        .order_by_asc(Column::UpdateId)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Stored {
            update_id: row.update_id,
            payload: row.payload,
            attempts: row.attempts,
        })
        .collect())
}

/// The newest id that came within `NUMBERING_S`; the next poll asks for what comes after it.
/// Older ids say nothing: after a week without updates Telegram begins to count somewhere
/// else, and asking for "after the last one" would then wait for ever.
///
/// # Errors
/// As the database says.
pub async fn newest(db: &impl ConnectionTrait, now: i64) -> Result<Option<i64>, Error> {
    let row = Entity::find()
        .filter(Column::ReceivedAt.gt(now - NUMBERING_S))
        .order_by_desc(Column::UpdateId)
        .limit(1)
        .one(db)
        .await?;
    Ok(row.map(|row| row.update_id))
}

/// When the newest update came, Unix seconds.
///
/// # Errors
/// As the database says.
pub async fn last_received_at(db: &impl ConnectionTrait) -> Result<Option<i64>, Error> {
    let row = Entity::find()
        .order_by_desc(Column::ReceivedAt)
        .limit(1)
        .one(db)
        .await?;
    Ok(row.map(|row| row.received_at))
}

/// Marks an update as handled, in the transaction of what it did; says whether it was not
/// handled before.
///
/// # Errors
/// As the database says.
pub async fn mark_handled(
    tx: &impl ConnectionTrait,
    update_id: i64,
    now: i64,
) -> Result<bool, Error> {
    let done = Entity::update_many()
        .col_expr(Column::HandledAt, Expr::value(now))
        .filter(Column::UpdateId.eq(update_id))
        .filter(Column::HandledAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Counts a failed try; after [`ATTEMPTS_MAX`] the update is set aside.
///
/// # Errors
/// As the database says.
pub async fn mark_failed(core: &Core, update: &Stored, error: &str) -> Result<(), Error> {
    let now = core.clock.now_s();
    let attempts = update.attempts + 1;
    let failed_at = (attempts >= ATTEMPTS_MAX).then_some(now);
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::Attempts, Expr::value(attempts))
        .col_expr(Column::Error, Expr::value(error))
        .col_expr(Column::FailedAt, Expr::value(failed_at))
        .filter(Column::UpdateId.eq(update.update_id))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
