//! A chat and its messages as Telegram's servers keep them, and the API's JSON of both.
//!
//! Holds no rules about who may do what; those are in `api` and `person`.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Value, json};

use crate::config::{GroupSpec, PersonSpec};
use crate::entity::Entity;
use crate::keyboard::Keyboard;

/// How many messages a chat keeps; the oldest are forgotten as if they had never been.
const MESSAGES_MAX: usize = 2_000;
/// Group ids at or below this are supergroups, which count their messages by themselves.
const SUPERGROUP_ID_MAX: i64 = -1_000_000_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChatKind {
    Private(PersonSpec),
    Group { title: String },
    Supergroup { title: String, is_forum: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    Bot,
    Person(i64),
}

#[derive(Debug, Clone)]
pub(crate) struct StoredMessage {
    pub(crate) id: i64,
    pub(crate) author: Author,
    pub(crate) date: i64,
    /// The text as it was sent, markup included.
    pub(crate) source: String,
    pub(crate) parse_mode: Option<String>,
    pub(crate) text: String,
    pub(crate) entities: Vec<Entity>,
    pub(crate) keyboard: Option<Keyboard>,
    pub(crate) edit_date: Option<i64>,
    pub(crate) deleted: bool,
    pub(crate) thread_id: Option<i64>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) silent: bool,
    pub(crate) protected: bool,
}

pub(crate) struct Chat {
    pub(crate) id: i64,
    pub(crate) kind: ChatKind,
    pub(crate) messages: VecDeque<StoredMessage>,
    /// Whether the bot knows the chat: a person wrote first, or it is a member.
    pub(crate) known: bool,
    pub(crate) blocked: bool,
    pub(crate) threads: BTreeSet<i64>,
    pub(crate) typing_until: i64,
    /// When the bot's last messages went out, for the flood limit.
    pub(crate) sent_at: VecDeque<i64>,
    last_own_message_id: i64,
}

impl Chat {
    pub(crate) fn private(person: PersonSpec) -> Self {
        Self::new(person.id, ChatKind::Private(person), false)
    }

    pub(crate) fn group(spec: GroupSpec) -> Self {
        let kind = if spec.id <= SUPERGROUP_ID_MAX {
            ChatKind::Supergroup {
                title: spec.title,
                is_forum: spec.is_forum,
            }
        } else {
            ChatKind::Group { title: spec.title }
        };
        Self::new(spec.id, kind, true)
    }

    fn new(id: i64, kind: ChatKind, known: bool) -> Self {
        Self {
            id,
            kind,
            messages: VecDeque::new(),
            known,
            blocked: false,
            threads: BTreeSet::new(),
            typing_until: 0,
            sent_at: VecDeque::new(),
            last_own_message_id: 0,
        }
    }

    /// Whether the group has topics.
    pub(crate) fn is_forum(&self) -> bool {
        matches!(self.kind, ChatKind::Supergroup { is_forum: true, .. })
    }

    fn threads_replies(&self) -> bool {
        matches!(
            self.kind,
            ChatKind::Supergroup {
                is_forum: false,
                ..
            }
        )
    }

    pub(crate) fn is_private(&self) -> bool {
        matches!(self.kind, ChatKind::Private(_))
    }

    /// The next id of a supergroup's own count; other chats share the account's count.
    pub(crate) fn own_message_id(&mut self) -> Option<i64> {
        if !matches!(self.kind, ChatKind::Supergroup { .. }) {
            return None;
        }
        self.last_own_message_id += 1;
        Some(self.last_own_message_id)
    }

    pub(crate) fn push(&mut self, message: StoredMessage) {
        self.messages.push_back(message);
        if self.messages.len() > MESSAGES_MAX {
            self.messages.pop_front();
        }
    }

    /// A message that is still there.
    pub(crate) fn message(&self, id: i64) -> Option<&StoredMessage> {
        self.messages
            .iter()
            .find(|message| message.id == id && !message.deleted)
    }

    pub(crate) fn message_mut(&mut self, id: i64) -> Option<&mut StoredMessage> {
        self.messages
            .iter_mut()
            .find(|message| message.id == id && !message.deleted)
    }

    /// The chat as the API's `Chat` object.
    pub(crate) fn to_json(&self) -> Value {
        match &self.kind {
            ChatKind::Private(person) => {
                let mut chat =
                    json!({ "id": self.id, "type": "private", "first_name": person.first_name });
                if let Some(username) = &person.username {
                    chat["username"] = json!(username);
                }
                chat
            }
            ChatKind::Group { title } => {
                json!({
                    "id": self.id,
                    "type": "group",
                    "title": title,
                    "all_members_are_administrators": false,
                })
            }
            ChatKind::Supergroup { title, is_forum } => {
                let mut chat = json!({ "id": self.id, "type": "supergroup", "title": title });
                if *is_forum {
                    chat["is_forum"] = json!(true);
                }
                chat
            }
        }
    }

    /// The opaque name of this chat in callback queries; stable and not the chat id.
    pub(crate) fn instance(&self) -> String {
        const SCRAMBLE: i64 = 0x5DEE_CE66_D1CE_4E5B;
        self.id.wrapping_mul(SCRAMBLE).to_string()
    }
}

impl StoredMessage {
    /// The message as the API's full `Message`; `people` gives a person's `User`.
    pub(crate) fn to_json(
        &self,
        chat: &Chat,
        bot: &Value,
        people: &impl Fn(i64) -> Value,
    ) -> Value {
        let mut message = self.without_reply(chat, bot, people);
        if let Some(replied) = self.reply_to.and_then(|id| chat.message(id)) {
            message["reply_to_message"] = replied.without_reply(chat, bot, people);
        }
        message
    }

    fn without_reply(&self, chat: &Chat, bot: &Value, people: &impl Fn(i64) -> Value) -> Value {
        let from = match self.author {
            Author::Bot => bot.clone(),
            Author::Person(id) => people(id),
        };
        let mut message = json!({
            "message_id": self.id,
            "from": from,
            "chat": chat.to_json(),
            "date": self.date,
            "text": self.text,
        });
        if let Some(thread_id) = self.thread_id {
            message["message_thread_id"] = json!(thread_id);
            message["is_topic_message"] = json!(true);
        } else if let (Some(replied), true) = (self.reply_to, chat.threads_replies()) {
            // A thread of replies is no topic, and looks like one.
            message["message_thread_id"] = json!(replied);
        }
        if let Some(edit_date) = self.edit_date {
            message["edit_date"] = json!(edit_date);
        }
        if !self.entities.is_empty() {
            message["entities"] = json!(self.entities);
        }
        if let Some(keyboard) = &self.keyboard {
            message["reply_markup"] = keyboard.to_json();
        }
        if self.protected {
            message["has_protected_content"] = json!(true);
        }
        message
    }
}
