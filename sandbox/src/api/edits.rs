//! Changing what was sent: `editMessageText`, `editMessageReplyMarkup`, `deleteMessage`.

use serde_json::json;

use super::Context;
use super::reply::{ApiError, ApiResult};
use super::send::posted;
use crate::chat::{Author, StoredMessage};
use crate::keyboard;

/// How long a message can be deleted after it was sent.
const DELETABLE_S: i64 = 48 * 60 * 60;
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply \
                            markup are exactly the same as a current content and reply markup of \
                            the message";

pub(super) fn edit_message_text(context: &mut Context<'_>) -> ApiResult {
    let (chat_id, message_id) = target(context)?;
    let content = context.content()?;
    let keyboard = keyboard::parse(context.params.structure("reply_markup")?)?;
    edit(context, (chat_id, message_id), |message| {
        let same = message.text == content.text
            && message.entities == content.entities
            && message.keyboard == keyboard;
        message.source = content.source;
        message.parse_mode = content.parse_mode;
        message.text = content.text;
        message.entities = content.entities;
        message.keyboard = keyboard;
        !same
    })
}

pub(super) fn edit_message_reply_markup(context: &mut Context<'_>) -> ApiResult {
    let target = target(context)?;
    let keyboard = keyboard::parse(context.params.structure("reply_markup")?)?;
    edit(context, target, |message| {
        let same = message.keyboard == keyboard;
        message.keyboard = keyboard;
        !same
    })
}

/// The chat and the message that an edit names.
fn target(context: &Context<'_>) -> Result<(i64, i64), ApiError> {
    if context.params.text("inline_message_id")?.is_some() {
        return Err(ApiError::bad_request("message identifier is not specified"));
    }
    let chat_id = context.writable_chat()?;
    let message_id = context
        .params
        .integer("message_id")?
        .ok_or_else(|| ApiError::bad_request("message identifier is not specified"))?;
    Ok((chat_id, message_id))
}

/// Applies `change` to one of the bot's own messages; it tells whether anything changed.
fn edit(
    context: &mut Context<'_>,
    (chat_id, message_id): (i64, i64),
    change: impl FnOnce(&mut StoredMessage) -> bool,
) -> ApiResult {
    let message = context
        .state
        .chats
        .get_mut(&chat_id)
        .and_then(|chat| chat.message_mut(message_id))
        .ok_or_else(|| ApiError::bad_request("message to edit not found"))?;
    if message.author != Author::Bot {
        return Err(ApiError::bad_request("message can't be edited"));
    }
    if !change(message) {
        return Err(ApiError::bad_request(NOT_MODIFIED));
    }
    message.edit_date = Some(context.now);
    posted(context, chat_id, Some(message_id))
}

pub(super) fn delete_message(context: &mut Context<'_>) -> ApiResult {
    let chat = context.known_chat()?;
    let (chat_id, is_private) = (chat.id, chat.is_private());
    let message_id = context
        .params
        .integer("message_id")?
        .ok_or_else(|| ApiError::bad_request("message identifier is not specified"))?;
    let now = context.now;
    let message = context
        .state
        .chats
        .get_mut(&chat_id)
        .and_then(|chat| chat.message_mut(message_id))
        .ok_or_else(|| ApiError::bad_request("message to delete not found"))?;
    let foreign_in_group = !is_private && message.author != Author::Bot;
    if foreign_in_group || now - message.date >= DELETABLE_S {
        return Err(ApiError::bad_request(
            "message can't be deleted for everyone",
        ));
    }
    message.deleted = true;
    Ok(json!(true))
}
