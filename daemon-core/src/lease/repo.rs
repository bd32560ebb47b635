//! SQL of leases. The predicate of one statement decides a race.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::{AHEAD_MAX_S, LEASE_S};
use crate::db::entity::lease::{ActiveModel, Column, Entity};
use crate::error::Error;

/// Takes a lease that is free, has ended, or is the holder's own or its former self's; says
/// whether it is theirs now.
pub(super) async fn take(
    tx: &impl ConnectionTrait,
    name: &str,
    holder: &str,
    former: Option<&str>,
    now: i64,
) -> Result<bool, Error> {
    let row = ActiveModel {
        name: Set(name.to_owned()),
        holder: Set(holder.to_owned()),
        expires_at: Set(now + LEASE_S),
    };
    let column = |column: Column| Expr::col((Entity, column));
    let ours = column(Column::Holder).is_in([holder].into_iter().chain(former));
    let ended = column(Column::ExpiresAt).lte(now);
    let set_back = column(Column::ExpiresAt).gt(now + AHEAD_MAX_S);
    let on_conflict = OnConflict::column(Column::Name)
        .update_columns([Column::Holder, Column::ExpiresAt])
        .action_and_where(ours.or(ended).or(set_back))
        .to_owned();
    let written = Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(written > 0)
}

/// Passes a lease on from a holder's former self, without taking it.
pub(super) async fn inherit(
    tx: &impl ConnectionTrait,
    name: &str,
    holder: &str,
    former: &str,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Holder, Expr::value(holder))
        .col_expr(Column::ExpiresAt, Expr::value(0))
        .filter(Column::Name.eq(name))
        .filter(Column::Holder.eq(former))
        .exec(tx)
        .await?;
    Ok(())
}

/// Who took it last.
pub(super) async fn holder(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>, Error> {
    let row = Entity::find_by_id(name).one(db).await?;
    Ok(row.map(|row| row.holder))
}

/// Ends a lease of this holder now.
pub(super) async fn give_back(
    tx: &impl ConnectionTrait,
    name: &str,
    holder: &str,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(0))
        .filter(Column::Name.eq(name))
        .filter(Column::Holder.eq(holder))
        .exec(tx)
        .await?;
    Ok(())
}
