//! Chats that Telegram lets the bot write nothing into: it was blocked there, or the person has
//! never written to it. What is to be said there waits until they write.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Select,
};

use crate::core::Core;
use crate::db::entity::telegram_outbox::{Column, Entity};
use crate::error::Error;

/// How the error of a message begins that waits because its chat is shut.
pub const CHAT_SHUT: &str = "the chat is shut: ";

fn waiting_in(chat_id: i64) -> Select<Entity> {
    Entity::find()
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
}

/// Whether a chat was found shut, and nobody has written from there since.
///
/// # Errors
/// As the database says.
pub async fn is_shut(db: &impl ConnectionTrait, chat_id: i64) -> Result<bool, Error> {
    let shut = waiting_in(chat_id).filter(Column::LastError.starts_with(CHAT_SHUT));
    Ok(shut.count(db).await? > 0)
}

/// Whether an event was told in some chat, or waits for one that is not shut.
///
/// # Errors
/// As the database says.
pub async fn may_still_arrive(db: &impl ConnectionTrait, event_id: &str) -> Result<bool, Error> {
    let open = Condition::all().add(Column::DeadAt.is_null()).add(
        Condition::any()
            .add(Column::LastError.is_null())
            .add(Column::LastError.not_like(format!("{CHAT_SHUT}%"))),
    );
    let rows = Entity::find()
        .filter(Column::EventId.eq(event_id))
        .filter(Condition::any().add(Column::SentAt.is_not_null()).add(open));
    Ok(rows.count(db).await? > 0)
}

/// Somebody has written from this chat: what waits for it is sent now.
///
/// # Errors
/// As the database says.
pub async fn reopen_chat(core: &Core, chat_id: i64) -> Result<(), Error> {
    if !is_shut(core.db.read(), chat_id).await? {
        return Ok(());
    }
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(core.clock.now_s()))
        .col_expr(Column::LastError, Expr::value(Option::<String>::None))
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(Column::LastError.starts_with(CHAT_SHUT))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    core.ring();
    Ok(())
}
