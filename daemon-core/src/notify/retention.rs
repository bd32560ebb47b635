//! Deletes what was told long ago: events, messages, buttons, refusals and their logs. Audit
//! entries stay for ever.

use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::core::Core;
use crate::db::entity::{
    callback, notification, notification_log, pairing_attempt, telegram_message, telegram_outbox,
    telegram_refusal, telegram_update,
};
use crate::error::Error;

/// How long what was told is kept, seconds: longer than any button works.
pub const TOLD_RETENTION_S: i64 = 2_592_000;

/// Deletes what is older than [`TOLD_RETENTION_S`]; says how many rows.
///
/// # Errors
/// As the database says.
pub async fn purge(core: &Core) -> Result<u64, Error> {
    let before = core.clock.now_s() - TOLD_RETENTION_S;
    let tx = core.db.begin_write().await?;
    let mut rows = 0;
    rows += notification::Entity::delete_many()
        .filter(
            notification::Column::DoneAt
                .lt(before)
                .or(notification::Column::DeadAt.lt(before)),
        )
        .exec(&*tx)
        .await?
        .rows_affected;
    rows += notification_log::Entity::delete_many()
        .filter(notification_log::Column::At.lt(before))
        .exec(&*tx)
        .await?
        .rows_affected;
    let told = telegram_outbox::Column::SentAt.lt(before);
    rows += telegram_outbox::Entity::delete_many()
        .filter(told.or(telegram_outbox::Column::DeadAt.lt(before)))
        .exec(&*tx)
        .await?
        .rows_affected;
    rows += callback::Entity::delete_many()
        .filter(callback::Column::ExpiresAt.lt(before))
        .exec(&*tx)
        .await?
        .rows_affected;
    rows += telegram_message::Entity::delete_many()
        .filter(telegram_message::Column::UpdatedAt.lt(before))
        .exec(&*tx)
        .await?
        .rows_affected;
    rows += telegram_refusal::Entity::delete_many()
        .filter(telegram_refusal::Column::RefusedAt.lt(before))
        .exec(&*tx)
        .await?
        .rows_affected;
    rows += pairing_attempt::Entity::delete_many()
        .filter(pairing_attempt::Column::At.lt(before))
        .exec(&*tx)
        .await?
        .rows_affected;
    rows += telegram_update::Entity::delete_many()
        .filter(telegram_update::Column::FailedAt.lt(before))
        .exec(&*tx)
        .await?
        .rows_affected;
    tx.commit().await?;
    Ok(rows)
}
