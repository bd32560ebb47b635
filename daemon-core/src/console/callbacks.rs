//! Buttons: an opaque handle in `callback_data`, and here what it stands for (CONSOLE.md,
//! "Buttons"). Used once, in the transaction of what it does; survives a restart.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use serde_json::Value;

use crate::db::entity::callback::{ActiveModel, Column, Entity};
use crate::error::Error;

/// What `callback_data` begins with.
pub const DATA_PREFIX: &str = "v1:";

/// Who taps what.
#[derive(Debug, Clone, Copy)]
pub struct Tap<'a> {
    /// The text of the button's `callback_data`.
    pub data: &'a str,
    /// Who taps.
    pub user_id: i64,
    /// In which chat.
    pub chat_id: i64,
    /// The update that brought the tap.
    pub update_id: i64,
}

/// A button that was tapped by the one it was made for, for the first time and in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// What it stands for.
    pub action: Value,
    /// The outbox row of the message that carries it.
    pub outbox_id: i64,
}

/// Why a tap does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// Forged, or made for somebody else: not told apart.
    Foreign,
    /// Used before, or its message has moved on.
    Used {
        /// The outbox row whose keyboard carried it.
        outbox_id: i64,
    },
    /// Too late.
    Expired {
        /// The outbox row whose keyboard carried it.
        outbox_id: i64,
    },
}

/// A button before it has a handle.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCallback {
    /// What it stands for.
    pub action: Value,
    /// For whom.
    pub user_id: i64,
    /// In which chat.
    pub chat_id: i64,
    /// Unix seconds.
    pub expires_at: i64,
}

/// Whether a button of one of these messages was tapped, and did something.
///
/// # Errors
/// As the database says.
pub async fn any_used(db: &impl ConnectionTrait, outbox_ids: &[i64]) -> Result<bool, Error> {
    let used = Entity::find()
        .filter(Column::OutboxId.is_in(outbox_ids.iter().copied()))
        .filter(Column::UsedByUpdate.is_not_null());
    Ok(used.count(db).await? > 0)
}

/// Stores a button under a handle.
///
/// # Errors
/// As the database says.
pub async fn insert(
    tx: &impl ConnectionTrait,
    handle: &str,
    outbox_id: i64,
    callback: &NewCallback,
    now: i64,
) -> Result<(), Error> {
    let row = ActiveModel {
        handle: Set(handle.to_owned()),
        action: Set(callback.action.to_string()),
        user_id: Set(callback.user_id),
        chat_id: Set(callback.chat_id),
        outbox_id: Set(outbox_id),
        created_at: Set(now),
        expires_at: Set(callback.expires_at),
        used_at: Set(None),
        used_by_update: Set(None),
        swept_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Uses a button up, in the caller's transaction. The same update may take it again: then
/// the process died before the update was marked as handled, and nothing was done.
///
/// # Errors
/// As the database says; an unusable tap is an answer, not an error.
pub async fn take(
    tx: &impl ConnectionTrait,
    tap: Tap<'_>,
    now: i64,
) -> Result<Result<Taken, Unusable>, Error> {
    let Some(handle) = tap.data.strip_prefix(DATA_PREFIX) else {
        return Ok(Err(Unusable::Foreign));
    };
    let Some(row) = Entity::find_by_id(handle).one(tx).await? else {
        return Ok(Err(Unusable::Foreign));
    };
    if row.user_id != tap.user_id || row.chat_id != tap.chat_id {
        return Ok(Err(Unusable::Foreign));
    }
    let outbox_id = row.outbox_id;
    if row.used_at.is_some() {
        return Ok(Err(Unusable::Used { outbox_id }));
    }
    if now >= row.expires_at {
        return Ok(Err(Unusable::Expired { outbox_id }));
    }
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .col_expr(Column::UsedByUpdate, Expr::value(tap.update_id))
        .filter(Column::Handle.eq(handle))
        .filter(Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    let action = serde_json::from_str(&row.action).map_err(Error::internal)?;
    Ok(Ok(Taken { action, outbox_id }))
}

/// What a button stands for, whether it was used or not.
///
/// # Errors
/// As the database says.
pub async fn find(db: &impl ConnectionTrait, data: &str) -> Result<Option<NewCallback>, Error> {
    let handle = data.strip_prefix(DATA_PREFIX).unwrap_or_default();
    let Some(row) = Entity::find_by_id(handle).one(db).await? else {
        return Ok(None);
    };
    Ok(Some(NewCallback {
        action: serde_json::from_str(&row.action).map_err(Error::internal)?,
        user_id: row.user_id,
        chat_id: row.chat_id,
        expires_at: row.expires_at,
    }))
}

/// Uses up every other button of the same message: its choice is made.
///
/// # Errors
/// As the database says.
pub async fn close_keyboard(
    tx: &impl ConnectionTrait,
    outbox_id: i64,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::OutboxId.eq(outbox_id))
        .filter(Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether a button of the message can still be used.
///
/// # Errors
/// As the database says.
pub async fn any_open(db: &impl ConnectionTrait, outbox_id: i64, now: i64) -> Result<bool, Error> {
    let open = Entity::find()
        .filter(Column::OutboxId.eq(outbox_id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(open.is_some())
}

/// Outbox rows whose keyboards have run out and were not swept yet.
///
/// # Errors
/// As the database says.
pub async fn ran_out(db: &impl ConnectionTrait, now: i64, limit: u64) -> Result<Vec<i64>, Error> {
    let ids = Entity::find()
        .select_only()
        .column(Column::OutboxId)
        .distinct()
        .filter(Column::ExpiresAt.lte(now))
        .filter(Column::SweptAt.is_null())
        .order_by_asc(Column::OutboxId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids)
}

/// Marks the buttons of a message as swept.
///
/// # Errors
/// As the database says.
pub async fn mark_swept(tx: &impl ConnectionTrait, outbox_id: i64, now: i64) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::SweptAt, Expr::value(now))
        .filter(Column::OutboxId.eq(outbox_id))
        .filter(Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}
