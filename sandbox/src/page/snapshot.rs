//! What the page shows, as one JSON value: chat, menu, busy buttons, toasts, note.

use serde_json::{Value, json};

use crate::config::PersonSpec;
use crate::keyboard::Button;
use crate::state::State;
use crate::view::{ChatView, MessageView};

/// How many of the last messages the page shows.
const MESSAGES_MAX: usize = 200;
/// How many of the last answers the page is told; it shows those that are new to it.
const TOASTS_MAX: usize = 20;

/// The state of a person's page, or `None` for an unknown person.
pub(super) fn of(state: &State, person_id: i64, now: i64) -> Option<Value> {
    let person = state.people.get(&person_id)?;
    let chat = ChatView::of(state, state.chats.get(&person_id)?, now);
    let messages: Vec<_> = chat.visible().collect();
    let first = messages.len().saturating_sub(MESSAGES_MAX);
    let busy: Vec<_> = state
        .queries
        .open(now)
        .filter(|query| query.person_id == person_id && query.chat_id == person_id)
        .map(|query| json!({ "message_id": query.message_id, "data": query.data }))
        .collect();
    Some(json!({
        "bot": { "name": state.bot.first_name, "username": state.bot.username },
        "person": { "id": person.id, "name": person.first_name },
        "messages": messages[first..].iter().map(|m| message(m, &chat)).collect::<Vec<_>>(),
        "busy": busy,
        "toasts": toasts(&chat),
        "commands": menu(state, person),
        "typing": chat.typing,
        "blocked": chat.blocked,
        "note": state.note.lines,
        "note_field": state.note.field.as_ref().map(|field| {
            json!({ "label": field.label, "button": field.button })
        }),
    }))
}

fn menu(state: &State, person: &PersonSpec) -> Vec<Value> {
    state.menus.seen_in_private(
        person.id,
        person.language_code.as_deref().unwrap_or_default(),
    )
}

fn message(message: &MessageView, chat: &ChatView) -> Value {
    let quoted = message
        .reply_to
        .and_then(|id| chat.message(id))
        .map(|replied| json!({ "id": replied.id, "text": replied.text }));
    json!({
        "id": message.id,
        "from": if message.from_bot { "bot" } else { "me" },
        "text": message.text,
        "entities": message.entities,
        "keyboard": message.keyboard.iter().map(|row| buttons(row)).collect::<Vec<_>>(),
        "date": message.date,
        "edited": message.edited,
        "silent": message.silent,
        "reply_to": quoted,
    })
}

fn buttons(row: &[Button]) -> Vec<Value> {
    row.iter()
        .map(|button| {
            json!({ "text": button.text, "data": button.callback_data, "url": button.url })
        })
        .collect()
}

fn toasts(chat: &ChatView) -> Vec<Value> {
    let shown: Vec<_> = chat
        .toasts
        .iter()
        .filter(|toast| toast.text.is_some())
        .collect();
    let first = shown.len().saturating_sub(TOASTS_MAX);
    shown[first..]
        .iter()
        .map(|toast| json!({ "id": toast.number, "text": toast.text, "alert": toast.show_alert }))
        .collect()
}
