//! Which message an edit or a reply is about, right now.

use sea_orm::{ConnectionTrait, EntityTrait};

use super::super::messages;
use super::Target;
use crate::db::entity::telegram_outbox::{Entity, Model};
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
            Some(Model {
                message_id: Some(message_id),
                ..
            }) => Resolved::Message(message_id),
            Some(Model {
                sent_at: None,
                dead_at: None,
                ..
            }) => Resolved::NotYet,
            Some(_) | None => Resolved::Gone,
        },
    })
}
