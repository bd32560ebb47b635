//! Messages that stand in a chat: which keyboard each carries, and which session it is about.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::db::entity::telegram_message::{ActiveModel, Column, Entity};
use crate::error::Error;

/// Notes a message as it stands now.
///
/// # Errors
/// As the database says.
pub async fn put(
    tx: &impl ConnectionTrait,
    chat_id: i64,
    message_id: i64,
    keyboard_outbox_id: Option<i64>,
    session_id: Option<&str>,
    now: i64,
) -> Result<(), Error> {
    let row = ActiveModel {
        chat_id: Set(chat_id),
        message_id: Set(message_id),
        keyboard_outbox_id: Set(keyboard_outbox_id),
        session_id: Set(session_id.map(str::to_owned)),
        updated_at: Set(now),
    };
    let mut columns = vec![Column::KeyboardOutboxId, Column::UpdatedAt];
    if session_id.is_some() {
        columns.push(Column::SessionId);
    }
    let on_conflict = OnConflict::columns([Column::ChatId, Column::MessageId])
        .update_columns(columns)
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The message that carries the keyboard of an outbox row right now.
///
/// # Errors
/// As the database says.
pub async fn carrying(
    db: &impl ConnectionTrait,
    outbox_id: i64,
) -> Result<Option<(i64, i64)>, Error> {
    let row = Entity::find()
        .filter(Column::KeyboardOutboxId.eq(outbox_id))
        .one(db)
        .await?;
    Ok(row.map(|row| (row.chat_id, row.message_id)))
}

/// The newest message about a session in a chat.
///
/// # Errors
/// As the database says.
pub async fn newest_about(
    db: &impl ConnectionTrait,
    chat_id: i64,
    session_id: &str,
) -> Result<Option<i64>, Error> {
    let row = Entity::find()
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::SessionId.eq(session_id))
        .order_by_desc(Column::MessageId)
        .one(db)
        .await?;
    Ok(row.map(|row| row.message_id))
}
