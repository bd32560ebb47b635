//! Which message an edit or a reply is about, right now.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::super::{callbacks, messages};
use super::Target;
use crate::db::entity::telegram_outbox::{Column, Entity, Model};
use crate::error::Error;

/// What a [`Target`] stands for right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// This message.
    Message(i64),
    /// Its row waits to be sent.
    NotYet,
    /// There is none, and will be none.
    Gone,
}

/// Finds the message a target stands for.
///
/// # Errors
/// As the database says.
pub async fn resolve(
    db: &impl ConnectionTrait,
    chat_id: i64,
    target: &Target,
) -> Result<Resolved, Error> {
    Ok(match target {
        Target::Message(id) => Resolved::Message(*id),
        Target::Session(session) => messages::newest_about(db, chat_id, session)
            .await?
            .map_or(Resolved::Gone, Resolved::Message),
        Target::Outbox(id) => match Entity::find_by_id(*id).one(db).await? {
            Some(
                row @ Model {
                    message_id: Some(message_id),
                    ..
                },
            ) => {
                if was_decided(db, &row).await? {
                    Resolved::Gone
                } else {
                    Resolved::Message(message_id)
                }
            }
            Some(Model {
                sent_at: None,
                dead_at: None,
                ..
            }) => Resolved::NotYet,
            Some(_) | None => Resolved::Gone,
        },
    })
}

/// Whether somebody has used a button of a message that is kept up to date: it says what was
/// decided, and nothing may be written over that.
async fn was_decided(db: &impl ConnectionTrait, row: &Model) -> Result<bool, Error> {
    let (Some(key), Some(session)) = (&row.living_key, &row.session_id) else {
        return Ok(false);
    };
    let versions: Vec<i64> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::SessionId.eq(session))
        .filter(Column::ChatId.eq(row.chat_id))
        .filter(Column::LivingKey.eq(key))
        .into_tuple()
        .all(db)
        .await?;
    callbacks::any_used(db, &versions).await
}
