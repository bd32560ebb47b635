//! One message that is kept up to date, where that reads better than many (CONSOLE.md,
//! "Messages"): what is told again edits the message that told it before, as long as that is
//! still the newest alert about its session in the chat.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Call, Draft, Payload, Target};
use crate::db::entity::telegram_outbox::{Column, Entity, Model};
use crate::error::Error;

/// Turns a draft with a living key into an edit of the message before it, if there is one.
pub(super) async fn join_former(
    tx: &impl ConnectionTrait,
    draft: &mut Draft,
    now: i64,
) -> Result<(), Error> {
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
    let Some(former) = newest.filter(|row| row.living_key.as_ref() == Some(key)) else {
        return Ok(());
    };
    let Call::Send { html, silent, .. } = &mut draft.call else {
        return Ok(());
    };
    let (html, silent) = (std::mem::take(html), *silent);
    let target = match waiting_edit(&former)? {
        Some(target) => {
            supersede(tx, former.id, now).await?;
            target
        }
        None => Target::Outbox(former.id),
    };
    draft.call = Call::Edit {
        target,
        html,
        silent,
    };
    Ok(())
}

/// What an edit is about that has not been made yet.
fn waiting_edit(row: &Model) -> Result<Option<Target>, Error> {
    if row.sent_at.is_some() || row.dead_at.is_some() {
        return Ok(None);
    }
    let payload: Payload = serde_json::from_str(&row.payload).map_err(Error::internal)?;
    Ok(match payload.call {
        Call::Edit { target, .. } => Some(target),
        Call::Send { .. }
        | Call::SetKeyboard { .. }
        | Call::DropKeyboard { .. }
        | Call::Answer { .. } => None,
    })
}

/// An edit that the next one would write over need not be made.
async fn supersede(tx: &impl ConnectionTrait, id: i64, now: i64) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::SentAt, Expr::value(now))
        .col_expr(Column::LastError, Expr::value("a newer message says more"))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
