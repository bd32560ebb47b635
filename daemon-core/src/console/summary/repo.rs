//! Wishes for a daily summary in the database; they go with their operator.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::Schedule;
use crate::db::entity::daily_summary::{ActiveModel, Column, Entity, Model};
use crate::error::Error;

fn to_schedule(row: Model) -> Schedule {
    Schedule {
        minute: row.minute,
        told_day: row.told_day,
    }
}

/// What somebody has asked for; nobody has at first.
///
/// # Errors
/// As the database says.
pub async fn load(db: &impl ConnectionTrait, user_id: i64) -> Result<Option<Schedule>, Error> {
    let row = Entity::find_by_id(user_id).one(db).await?;
    Ok(row.map(to_schedule))
}

/// Everybody's.
///
/// # Errors
/// As the database says.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<(i64, Schedule)>, Error> {
    let rows = Entity::find().all(db).await?;
    let row = |row: Model| (row.user_id, to_schedule(row));
    Ok(rows.into_iter().map(row).collect())
}

/// Writes a wish; none: no summary comes any more.
///
/// # Errors
/// As the database says.
pub async fn set(
    tx: &impl ConnectionTrait,
    user_id: i64,
    wish: Option<&Schedule>,
) -> Result<(), Error> {
    let Some(wish) = wish else {
        Entity::delete_by_id(user_id).exec(tx).await?;
        return Ok(());
    };
    let row = ActiveModel {
        user_id: Set(user_id),
        minute: Set(wish.minute),
        told_day: Set(wish.told_day.clone()),
    };
    let on_conflict = OnConflict::column(Column::UserId)
        .update_columns([Column::Minute, Column::ToldDay])
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Notes a day as told; says whether it was not told before.
///
/// # Errors
/// As the database says.
pub async fn mark_told(tx: &impl ConnectionTrait, user_id: i64, day: &str) -> Result<bool, Error> {
    let untold = Column::ToldDay.is_null().or(Column::ToldDay.ne(day));
    let marked = Entity::update_many()
        .col_expr(Column::ToldDay, Expr::value(day))
        .filter(Column::UserId.eq(user_id))
        .filter(untold)
        .exec(tx)
        .await?;
    Ok(marked.rows_affected == 1)
}
