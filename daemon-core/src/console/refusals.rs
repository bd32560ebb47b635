//! A stranger gets one short refusal per hour and an audit entry, then silence.

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};
use serde_json::json;

use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::db::WriteTx;
use crate::db::entity::telegram_refusal::{ActiveModel, Column, Entity};
use crate::error::Error;

/// One refusal in this time, seconds.
pub const REFUSAL_INTERVAL_S: i64 = 3_600;

/// Notes that a stranger was refused; says whether they are to be told. The audit entry is
/// written as often as they are told, so that a flood does not fill the log.
///
/// # Errors
/// As the database says.
pub async fn note_in(
    tx: &mut WriteTx,
    user_id: i64,
    chat_id: i64,
    what: &str,
    now: i64,
) -> Result<bool, Error> {
    let last = Entity::find_by_id(user_id).one(&**tx).await?;
    if last.is_some_and(|row| now - row.refused_at < REFUSAL_INTERVAL_S) {
        return Ok(false);
    }
    let row = ActiveModel {
        user_id: Set(user_id),
        refused_at: Set(now),
    };
    let on_conflict = OnConflict::column(Column::UserId)
        .update_column(Column::RefusedAt)
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(&**tx)
        .await?;
    let details = json!({ "user_id": user_id, "chat_id": chat_id, "what": what });
    let record = Record::new(AuditEvent::ConsoleRefused, &Actor::Daemon, details);
    audit::repo::append(tx, &record, now).await?;
    Ok(true)
}
