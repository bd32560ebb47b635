//! One message that is kept up to date, where that reads better than many (CONSOLE.md,
//! "Messages"): what is told again edits the message that told it before, as long as that is
//! still the newest alert about its session in the chat.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Call, Draft, Target};
use crate::db::entity::telegram_outbox::{Column, Entity};
use crate::error::Error;

/// Turns a draft with a living key into an edit of the message before it, if there is one.
pub(super) async fn join_former(tx: &impl ConnectionTrait, draft: &mut Draft) -> Result<(), Error> {
    let (Some(key), Some(session)) = (&draft.living_key, &draft.session_id) else {
        return Ok(());
    };
    let newest = Entity::find()
        .filter(Column::SessionId.eq(session))
        .filter(Column::ChatId.eq(draft.chat_id))
        .filter(Column::EventId.is_not_null())
        .order_by_desc(Column::Id)
        .one(tx)
        .await?;
    let former = newest.filter(|row| row.living_key.as_ref() == Some(key));
    if let (Some(row), Call::Send { html, silent, .. }) = (former, &mut draft.call) {
        draft.call = Call::Edit {
            target: Target::Outbox(row.id),
            html: std::mem::take(html),
            silent: *silent,
        };
    }
    Ok(())
}
