//! SQL of the signing keys at rest.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::db::entity::signing_key::{ActiveModel, Column, Entity};
use crate::error::Error;

/// A sealed signing key.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Its name in token headers.
    pub kid: String,
    /// Opens under the master key only.
    pub sealed: String,
    /// Whether it signs new tokens.
    pub current: bool,
    /// Unix seconds.
    pub created_at: i64,
}

const CURRENT: &str = "CURRENT";
const RETIRING: &str = "RETIRING";

/// Every key, newest first.
///
/// # Errors
/// As the database says.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<StoredKey>, Error> {
    // Two rotations may share a second: CURRENT goes before RETIRING, by name as by age.
    let rows = Entity::find()
        .order_by_asc(Column::Status)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Kid)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredKey {
            kid: row.kid,
            sealed: row.sealed,
            current: row.status == CURRENT,
            created_at: row.created_at,
        })
        .collect())
}

/// The key that signs, as the database says: read inside the transaction that uses it, so
/// that a rotation cannot delete it in between.
///
/// # Errors
/// [`Error::Internal`] when there is none.
pub async fn current_kid(db: &impl ConnectionTrait) -> Result<String, Error> {
    let row = Entity::find()
        .filter(Column::Status.eq(CURRENT))
        .one(db)
        .await?;
    row.map(|row| row.kid)
        .ok_or_else(|| Error::internal("there is no current signing key"))
}

/// Retires the current key, if any, and stores a new current one.
///
/// # Errors
/// As the database says.
pub async fn replace_current(
    tx: &impl ConnectionTrait,
    kid: &str,
    sealed: &str,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(RETIRING))
        .col_expr(Column::RetiredAt, Expr::value(now))
        .filter(Column::Status.eq(CURRENT))
        .exec(tx)
        .await?;
    let row = ActiveModel {
        kid: Set(kid.to_owned()),
        sealed: Set(sealed.to_owned()),
        status: Set(CURRENT.to_owned()),
        created_at: Set(now),
        retired_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Deletes a retiring key; the current one stays whatever is asked.
///
/// # Errors
/// As the database says.
pub async fn delete_retiring(tx: &impl ConnectionTrait, kid: &str) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::Kid.eq(kid))
        .filter(Column::Status.eq(RETIRING))
        .exec(tx)
        .await?;
    Ok(())
}
