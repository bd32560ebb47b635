//! SQL of wallets.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use waiaas_protocol::ids::WalletId;

use super::{Chain, Wallet, WalletStatus};
use crate::db::entity::wallet::{ActiveModel, Column, Entity, Model};
use crate::error::Error;

/// Inserts a wallet.
///
/// # Errors
/// [`Error::RequestInvalid`] when the name is taken.
pub async fn insert(tx: &impl ConnectionTrait, wallet: &Wallet) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(wallet.id.to_string()),
        name: Set(wallet.name.clone()),
        chain: Set(wallet.chain.as_str().to_owned()),
        network: Set(wallet.network.clone()),
        address: Set(wallet.address.clone()),
        status: Set(wallet.status.as_str().to_owned()),
        created_at: Set(wallet.created_at),
        updated_at: Set(wallet.created_at),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// By id.
///
/// # Errors
/// As the database says.
pub async fn by_id(db: &impl ConnectionTrait, id: WalletId) -> Result<Option<Wallet>, Error> {
    Entity::find_by_id(id.to_string())
        .one(db)
        .await?
        .map(to_wallet)
        .transpose()
}

/// By exact name.
///
/// # Errors
/// As the database says.
pub async fn by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Wallet>, Error> {
    let row = Entity::find().filter(Column::Name.eq(name)).one(db).await?;
    row.map(to_wallet).transpose()
}

/// By name.
///
/// # Errors
/// As the database says.
pub async fn list(db: &impl ConnectionTrait, terminated: bool) -> Result<Vec<Wallet>, Error> {
    let mut query = Entity::find().order_by_asc(Column::Name);
    if !terminated {
        query = query.filter(Column::Status.eq(WalletStatus::Active.as_str()));
    }
    query.all(db).await?.into_iter().map(to_wallet).collect()
}

/// Sets the status.
///
/// # Errors
/// As the database says.
pub async fn set_status(
    tx: &impl ConnectionTrait,
    id: WalletId,
    status: WalletStatus,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

fn to_wallet(row: Model) -> Result<Wallet, Error> {
    let bad = |what: &str| Error::internal(format!("wallet {} has a bad {what}", row.id));
    Ok(Wallet {
        id: row.id.parse().map_err(|_| bad("id"))?,
        chain: Chain::parse(&row.chain).ok_or_else(|| bad("chain"))?,
        status: match row.status.as_str() {
            "ACTIVE" => WalletStatus::Active,
            "TERMINATED" => WalletStatus::Terminated,
            _ => return Err(bad("status")),
        },
        name: row.name,
        network: row.network,
        address: row.address,
        created_at: row.created_at,
    })
}
