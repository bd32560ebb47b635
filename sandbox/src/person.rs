//! A person with a phone: writes, taps, blocks the bot, looks at the chat.
//!
//! Everything a person does becomes an update, as Telegram would make it. Forged taps are
//! here too: what a modified app can send, the bot has to expect.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::chat::{Author, Chat, ChatKind, StoredMessage};
use crate::entity::{self, TEXT_UTF16_MAX, utf16_len};
use crate::error::{PersonError, WaitTimeout};
use crate::state::{Shared, State};
use crate::view::{ChatView, MessageView, Toast};

/// Plays one person; a copy plays the same person.
#[derive(Clone)]
pub struct Person {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: i64,
}

/// Where and what a person writes.
struct Writing<'a> {
    chat_id: i64,
    thread_id: Option<i64>,
    reply_to: Option<i64>,
    text: &'a str,
}

impl Person {
    /// The user id, which is also the id of the private chat with the bot.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The address of this person's chat page, with the key that opens it.
    #[must_use]
    pub fn page_url(&self) -> String {
        self.shared.page_url(self.id)
    }

    /// Writes to the bot in the private chat; returns the message id.
    pub fn send_text(&self, text: &str) -> Result<i64, PersonError> {
        self.write(Writing {
            chat_id: self.id,
            thread_id: None,
            reply_to: None,
            text,
        })
    }

    /// Replies to a message in the private chat; returns the message id.
    pub fn reply_text(&self, message_id: i64, text: &str) -> Result<i64, PersonError> {
        self.write(Writing {
            chat_id: self.id,
            thread_id: None,
            reply_to: Some(message_id),
            text,
        })
    }

    /// Writes in a group, in one of its topics if `thread_id` names one; returns the message
    /// id. What the bot may not read there never becomes an update.
    pub fn send_in_group(
        &self,
        group_id: i64,
        thread_id: Option<i64>,
        text: &str,
    ) -> Result<i64, PersonError> {
        self.write(Writing {
            chat_id: group_id,
            thread_id,
            reply_to: None,
            text,
        })
    }

    /// Replies to a message in a group, where a topic is kept; returns the message id.
    pub fn reply_in_group(
        &self,
        group_id: i64,
        message_id: i64,
        text: &str,
    ) -> Result<i64, PersonError> {
        let thread_id = self.shared.read(|state, _| {
            let replied = state.chats.get(&group_id)?.message(message_id)?;
            replied.thread_id
        });
        self.write(Writing {
            chat_id: group_id,
            thread_id,
            reply_to: Some(message_id),
            text,
        })
    }

    fn write(&self, writing: Writing<'_>) -> Result<i64, PersonError> {
        if writing.text.trim().is_empty() {
            return Err(PersonError::TextEmpty);
        }
        if utf16_len(writing.text.trim()) > TEXT_UTF16_MAX {
            return Err(PersonError::TextTooLong);
        }
        self.shared.write(|state, now| {
            let chat_id = writing.chat_id;
            let chat = state
                .chats
                .get_mut(&chat_id)
                .ok_or(PersonError::ChatMissing(chat_id))?;
            if chat.blocked {
                return Err(PersonError::BotBlocked);
            }
            if let Some(replied) = writing.reply_to
                && chat.message(replied).is_none()
            {
                return Err(PersonError::MessageMissing(replied));
            }
            // What is written outside all topics has no topic; the number 1 stands for it.
            if writing
                .thread_id
                .is_some_and(|id| id <= 1 || !chat.is_forum())
            {
                return Err(PersonError::TopicMissing(chat_id));
            }
            chat.known = true;
            chat.threads.extend(writing.thread_id);
            let message = written(self.id, &writing, now);
            let id = state
                .post(chat_id, message)
                .ok_or(PersonError::ChatMissing(chat_id))?;
            announce(state, chat_id, id, now);
            Ok(id)
        })
    }

    /// Taps the button with this text, or else with this callback data, under a message of
    /// the private chat; returns the id of the callback query.
    pub fn tap(&self, message_id: i64, text_or_data: &str) -> Result<String, PersonError> {
        self.tap_in(self.id, message_id, text_or_data)
    }

    /// Taps a button under a message of any chat the person is in, such as a group.
    pub fn tap_in(
        &self,
        chat_id: i64,
        message_id: i64,
        text_or_data: &str,
    ) -> Result<String, PersonError> {
        self.shared.write(|state, now| {
            let chat = state
                .chats
                .get(&chat_id)
                .ok_or(PersonError::ChatMissing(chat_id))?;
            if chat.blocked {
                return Err(PersonError::BotBlocked);
            }
            let message = ChatView::of(state, chat, now)
                .visible()
                .find(|message| message.id == message_id)
                .cloned()
                .ok_or(PersonError::MessageMissing(message_id))?;
            let data = tapped_data(&message, text_or_data)?;
            Ok(self.query(state, (chat_id, message_id), &data, now))
        })
    }

    /// Sends a callback query that no honest app would: any data, any message id, in any
    /// chat, also another person's; returns the id of the callback query.
    pub fn forge_tap(
        &self,
        chat_id: i64,
        message_id: i64,
        data: &str,
    ) -> Result<String, PersonError> {
        self.shared.write(|state, now| {
            if !state.chats.contains_key(&chat_id) {
                return Err(PersonError::ChatMissing(chat_id));
            }
            Ok(self.query(state, (chat_id, message_id), data, now))
        })
    }

    fn query(&self, state: &mut State, place: (i64, i64), data: &str, now: i64) -> String {
        let query_id = state.queries.ask(self.id, place, data, now);
        let mut query = json!({
            "id": query_id,
            "from": state.person_json(self.id),
            "data": data,
        });
        if let Some(chat) = state.chats.get(&place.0) {
            query["chat_instance"] = json!(chat.instance());
            query["message"] = match chat.message(place.1) {
                Some(message) => state.message_json(chat, message),
                None => json!({ "chat": chat.to_json(), "message_id": place.1, "date": 0 }),
            };
        }
        state.updates.push("callback_query", query, now);
        query_id
    }

    /// Blocks the bot: its messages are refused with 403 until [`Person::unblock_bot`].
    pub fn block_bot(&self) {
        self.set_blocked(true);
    }

    /// Takes the bot's messages again.
    pub fn unblock_bot(&self) {
        self.set_blocked(false);
    }

    fn set_blocked(&self, blocked: bool) {
        self.shared.write(|state, now| {
            let Some(chat) = state.chats.get_mut(&self.id) else {
                return;
            };
            if std::mem::replace(&mut chat.blocked, blocked) == blocked || !chat.known {
                return;
            }
            let chat = chat.to_json();
            let member = json!({ "user": state.bot.user_json(), "status": "member" });
            let kicked = json!({
                "user": state.bot.user_json(),
                "status": "kicked",
                "until_date": 0,
            });
            let (old, new) = if blocked {
                (member, kicked)
            } else {
                (kicked, member)
            };
            let change = json!({
                "chat": chat,
                "from": state.person_json(self.id),
                "date": now,
                "old_chat_member": old,
                "new_chat_member": new,
            });
            state.updates.push("my_chat_member", change, now);
        });
    }

    /// The private chat as it stands now.
    #[must_use]
    pub fn chat(&self) -> ChatView {
        self.shared
            .read(|state, now| match state.chats.get(&self.id) {
                Some(chat) => ChatView::of(state, chat, now),
                None => ChatView {
                    chat_id: self.id,
                    messages: Vec::new(),
                    toasts: Vec::new(),
                    typing: false,
                    blocked: false,
                },
            })
    }

    /// The messages of the private chat, oldest first, deleted ones among them.
    #[must_use]
    pub fn messages(&self) -> Vec<MessageView> {
        self.chat().messages
    }

    /// The bot's answers to this person's taps, oldest first.
    #[must_use]
    pub fn toasts(&self) -> Vec<Toast> {
        self.chat().toasts
    }

    /// Waits until the private chat satisfies `condition`, at most `max_wait`, and returns
    /// the chat as it then was.
    pub async fn wait_for(
        &self,
        mut condition: impl FnMut(&ChatView) -> bool,
        max_wait: Duration,
    ) -> Result<ChatView, WaitTimeout> {
        let look = || {
            let chat = self.chat();
            condition(&chat).then_some(chat)
        };
        self.shared
            .wait(look, max_wait)
            .await
            .ok_or_else(|| WaitTimeout {
                waited: max_wait,
                transcript: self.chat().transcript(),
            })
    }

    /// Waits for the bot's answer to a tap, by the id that the tap returned.
    pub async fn wait_for_answer(
        &self,
        query_id: &str,
        max_wait: Duration,
    ) -> Result<Toast, WaitTimeout> {
        let look = || {
            self.toasts()
                .into_iter()
                .find(|toast| toast.query_id == query_id)
        };
        self.shared
            .wait(look, max_wait)
            .await
            .ok_or_else(|| WaitTimeout {
                waited: max_wait,
                transcript: self.chat().transcript(),
            })
    }
}

fn written(person_id: i64, writing: &Writing<'_>, now: i64) -> StoredMessage {
    let text = writing.text.trim().to_owned();
    StoredMessage {
        id: 0,
        author: Author::Person(person_id),
        date: now,
        source: writing.text.to_owned(),
        parse_mode: None,
        entities: entity::with_recognised(&text, Vec::new()),
        text,
        keyboard: None,
        edit_date: None,
        deleted: false,
        thread_id: writing.thread_id,
        reply_to: writing.reply_to,
        silent: false,
        protected: false,
    }
}

/// Queues the update of a person's message, if the bot may read it.
fn announce(state: &mut State, chat_id: i64, message_id: i64, now: i64) {
    let Some(chat) = state.chats.get(&chat_id) else {
        return;
    };
    let Some(message) = chat.message(message_id) else {
        return;
    };
    if may_read(state, chat, message) {
        let update = state.message_json(chat, message);
        state.updates.push("message", update, now);
    }
}

/// In groups a bot reads commands, mentions and replies, unless it may read all.
fn may_read(state: &State, chat: &Chat, message: &StoredMessage) -> bool {
    let replied = message.reply_to.and_then(|id| chat.message(id));
    matches!(chat.kind, ChatKind::Private(_))
        || state.bot.reads_all_group_messages
        || message.text.starts_with('/')
        || message.text.contains(&format!("@{}", state.bot.username))
        || replied.is_some_and(|replied| replied.author == Author::Bot)
}

fn tapped_data(message: &MessageView, text_or_data: &str) -> Result<String, PersonError> {
    let button = message
        .button(text_or_data)
        .ok_or_else(|| PersonError::ButtonMissing {
            message_id: message.id,
            wanted: text_or_data.to_owned(),
            present: message
                .buttons()
                .map(|button| button.text.clone())
                .collect(),
        })?;
    button
        .callback_data
        .clone()
        .ok_or_else(|| PersonError::ButtonSilent(button.text.clone()))
}
