//! The bot itself and its chats: `getMe`, `getChat`, `sendChatAction`, `logOut`, `close`.

use serde_json::{Value, json};

use super::Context;
use super::reply::{ApiError, ApiResult};
use crate::chat::ChatKind;

/// How long the phone shows that the bot is typing.
const TYPING_S: i64 = 5;
const CHAT_ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn get_me(context: &mut Context<'_>) -> ApiResult {
    let mut me = context.state.bot.user_json();
    me["can_join_groups"] = json!(true);
    me["can_read_all_group_messages"] = json!(context.state.bot.reads_all_group_messages);
    me["supports_inline_queries"] = json!(false);
    me["can_connect_to_business"] = json!(false);
    me["has_main_web_app"] = json!(false);
    Ok(me)
}

pub(super) fn get_chat(context: &mut Context<'_>) -> ApiResult {
    let chat = context.known_chat()?;
    let mut full: Value = chat.to_json();
    full["accent_color_id"] = json!(0);
    full["max_reaction_count"] = json!(11);
    full["accepted_gift_types"] = json!({
        "unlimited_gifts": false,
        "limited_gifts": false,
        "unique_gifts": false,
        "premium_subscription": false,
        "gifts_from_channels": false,
    });
    if let ChatKind::Private(person) = &chat.kind
        && let Some(username) = &person.username
    {
        full["active_usernames"] = json!([username]);
    }
    Ok(full)
}

pub(super) fn send_chat_action(context: &mut Context<'_>) -> ApiResult {
    let chat_id = context.writable_chat()?;
    let action = context.params.text("action")?.unwrap_or_default();
    if !CHAT_ACTIONS.contains(&action.as_str()) {
        return Err(ApiError::bad_request("wrong parameter action in request"));
    }
    let now = context.now;
    if let Some(chat) = context.state.chats.get_mut(&chat_id) {
        chat.typing_until = now + TYPING_S;
    }
    Ok(json!(true))
}

pub(super) fn log_out(_: &mut Context<'_>) -> ApiResult {
    Ok(json!(true))
}

pub(super) fn close(_: &mut Context<'_>) -> ApiResult {
    Ok(json!(true))
}
