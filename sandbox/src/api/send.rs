//! `sendMessage`.

use serde_json::Value;

use super::Context;
use super::reply::{ApiError, ApiResult};
use crate::chat::{Author, StoredMessage};
use crate::faults::too_many_requests;
use crate::keyboard;

pub(super) fn send_message(context: &mut Context<'_>) -> ApiResult {
    let chat_id = context.writable_chat()?;
    let content = context.content()?;
    let keyboard = keyboard::parse(context.params.structure("reply_markup")?)?;
    let thread_id = thread(context, chat_id)?;
    let reply_to = replied_message(context, chat_id)?;
    pace(context, chat_id)?;
    let message = StoredMessage {
        id: 0,
        author: Author::Bot,
        date: context.now,
        source: content.source,
        parse_mode: content.parse_mode,
        text: content.text,
        entities: content.entities,
        keyboard,
        edit_date: None,
        deleted: false,
        thread_id,
        reply_to,
        silent: context.params.truth("disable_notification")?,
        protected: context.params.truth("protect_content")?,
    };
    let id = context.state.post(chat_id, message);
    posted(context, chat_id, id)
}

/// The full message as the result of a call that wrote it.
pub(super) fn posted(context: &Context<'_>, chat_id: i64, id: Option<i64>) -> ApiResult {
    let chat = context.state.chats.get(&chat_id);
    let found = chat
        .zip(id)
        .and_then(|(chat, id)| Some((chat, chat.message(id)?)));
    let (chat, message) = found.ok_or_else(|| ApiError::bad_request("chat not found"))?;
    Ok(context.state.message_json(chat, message))
}

fn thread(context: &Context<'_>, chat_id: i64) -> Result<Option<i64>, ApiError> {
    let Some(thread_id) = context.params.integer("message_thread_id")? else {
        return Ok(None);
    };
    let chat = context.state.chats.get(&chat_id);
    let exists = chat.is_some_and(|chat| chat.is_forum() && chat.threads.contains(&thread_id));
    if !exists {
        return Err(ApiError::bad_request("message thread not found"));
    }
    Ok(Some(thread_id))
}

fn replied_message(context: &Context<'_>, chat_id: i64) -> Result<Option<i64>, ApiError> {
    let Some(reply) = context.params.structure("reply_parameters")? else {
        return Ok(None);
    };
    let wanted = reply
        .get("message_id")
        .and_then(Value::as_i64)
        .ok_or_else(|| ApiError::bad_request("message identifier is not specified"))?;
    let chat = context.state.chats.get(&chat_id);
    if chat.is_some_and(|chat| chat.message(wanted).is_some()) {
        return Ok(Some(wanted));
    }
    let optional = reply
        .get("allow_sending_without_reply")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    if optional {
        return Ok(None);
    }
    Err(ApiError::bad_request("message to be replied not found"))
}

/// Applies the flood limit of this sandbox, if one is set.
fn pace(context: &mut Context<'_>, chat_id: i64) -> Result<(), ApiError> {
    let Some(limit) = context.state.faults.flood else {
        return Ok(());
    };
    let now = context.now;
    let window_s = i64::from(limit.window_s);
    let Some(chat) = context.state.chats.get_mut(&chat_id) else {
        return Ok(());
    };
    while chat
        .sent_at
        .front()
        .is_some_and(|sent| now - sent >= window_s)
    {
        chat.sent_at.pop_front();
    }
    if chat.sent_at.len() >= limit.messages_max {
        let oldest = chat.sent_at.front().copied().unwrap_or(now);
        let wait_s = u32::try_from((oldest + window_s - now).max(1)).unwrap_or(limit.window_s);
        return Err(too_many_requests(wait_s));
    }
    chat.sent_at.push_back(now);
    Ok(())
}
