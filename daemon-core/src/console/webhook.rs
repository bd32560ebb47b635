//! Which webhooks of this bot are ours: written before Telegram is asked to call them, so
//! that none of them outlives the setting that asked for it. Whatever else calls itself the
//! bot's webhook belongs to somebody else and is left alone.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, Set};

use crate::core::Core;
use crate::db::entity::system_state::{ActiveModel, Column, Entity};
use crate::error::Error;

const KEY: &str = "telegram_webhook";
/// Addresses remembered at once: the one that is set, and those that may still be.
const REMEMBERED_MAX: usize = 8;

/// The addresses that may be set because of us, the newest last.
///
/// # Errors
/// As the database says.
pub async fn ours(db: &impl ConnectionTrait) -> Result<Vec<String>, Error> {
    match Entity::find_by_id(KEY).one(db).await? {
        Some(row) => serde_json::from_str(&row.value).map_err(Error::internal),
        None => Ok(Vec::new()),
    }
}

/// Remembers an address that Telegram is about to be asked to call.
///
/// # Errors
/// As the database says; then Telegram must not be asked.
pub async fn about_to_set(core: &Core, url: &str) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    let mut urls = ours(&*tx).await?;
    urls.retain(|known| known != url);
    urls.push(url.to_owned());
    let surplus = urls.len().saturating_sub(REMEMBERED_MAX);
    write(&*tx, &urls[surplus..], core.clock.now_s()).await?;
    tx.commit().await
}

/// Telegram calls this address and no other.
///
/// # Errors
/// As the database says.
pub async fn is_set(core: &Core, url: &str) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    write(&*tx, &[url.to_owned()], core.clock.now_s()).await?;
    tx.commit().await
}

/// No webhook of ours is set any more, and nothing waits that it has not brought.
///
/// # Errors
/// As the database says.
pub async fn none_is_set(core: &Core) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    Entity::delete_by_id(KEY).exec(&*tx).await?;
    tx.commit().await
}

async fn write(tx: &impl ConnectionTrait, urls: &[String], now: i64) -> Result<(), Error> {
    let row = ActiveModel {
        key: Set(KEY.to_owned()),
        value: Set(serde_json::to_string(urls).map_err(Error::internal)?),
        updated_at: Set(now),
    };
    let on_conflict = OnConflict::column(Column::Key)
        .update_columns([Column::Value, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
