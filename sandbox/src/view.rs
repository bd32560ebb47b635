//! What a person sees: a copy of a chat at one moment, for tests and for waiting.

use std::fmt::Write as _;

use crate::chat::{Author, Chat, StoredMessage};
use crate::entity::Entity;
use crate::keyboard::Button;
use crate::state::State;

/// A message as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The message id.
    pub id: i64,
    /// Whether the bot wrote it.
    pub from_bot: bool,
    /// The user who wrote it, if it was not the bot.
    pub author_id: Option<i64>,
    /// The text as it was sent, markup included.
    pub source: String,
    /// The parse mode it was sent with.
    pub parse_mode: Option<String>,
    /// The text as it is read, without markup.
    pub text: String,
    /// The formatted and recognised parts of the text.
    pub entities: Vec<Entity>,
    /// The inline keyboard in rows; empty if there is none.
    pub keyboard: Vec<Vec<Button>>,
    /// Whether it was edited.
    pub edited: bool,
    /// Whether it was deleted; it then shows what it last was.
    pub deleted: bool,
    /// Whether it was sent without a sound.
    pub silent: bool,
    /// The topic it belongs to.
    pub thread_id: Option<i64>,
    /// The message it replies to.
    pub reply_to: Option<i64>,
    /// When it was sent, in Unix seconds.
    pub date: i64,
}

impl MessageView {
    fn of(message: &StoredMessage) -> Self {
        Self {
            id: message.id,
            from_bot: message.author == Author::Bot,
            author_id: match message.author {
                Author::Bot => None,
                Author::Person(id) => Some(id),
            },
            source: message.source.clone(),
            parse_mode: message.parse_mode.clone(),
            text: message.text.clone(),
            entities: message.entities.clone(),
            keyboard: message
                .keyboard
                .as_ref()
                .map(|k| k.rows.clone())
                .unwrap_or_default(),
            edited: message.edit_date.is_some(),
            deleted: message.deleted,
            silent: message.silent,
            thread_id: message.thread_id,
            reply_to: message.reply_to,
            date: message.date,
        }
    }

    /// All buttons, row by row.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.keyboard.iter().flatten()
    }

    /// The first button with this text, or else with this callback data.
    #[must_use]
    pub fn button(&self, text_or_data: &str) -> Option<&Button> {
        self.buttons()
            .find(|button| button.text == text_or_data)
            .or_else(|| {
                self.buttons()
                    .find(|b| b.callback_data.as_deref() == Some(text_or_data))
            })
    }
}

/// The bot's answer to a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Counts the answers of this sandbox from 1.
    pub number: u64,
    /// The query it answers.
    pub query_id: String,
    /// Who tapped.
    pub person_id: i64,
    /// The chat of the tapped message.
    pub chat_id: i64,
    /// The tapped message.
    pub message_id: i64,
    /// What the tap sent.
    pub callback_data: String,
    /// The text shown, if any; without one the button only stops being busy.
    pub text: Option<String>,
    /// Whether it is a dialogue to dismiss, not a passing toast.
    pub show_alert: bool,
    /// The address the app was told to open, if any.
    pub url: Option<String>,
}

/// A chat at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatView {
    /// The chat id.
    pub chat_id: i64,
    /// The messages, oldest first, deleted ones among them.
    pub messages: Vec<MessageView>,
    /// Answers to taps: the person's own in a private chat, everybody's in a group.
    pub toasts: Vec<Toast>,
    /// Whether the bot shows that it is typing.
    pub typing: bool,
    /// Whether the person has blocked the bot.
    pub blocked: bool,
}

impl ChatView {
    pub(crate) fn of(state: &State, chat: &Chat, now: i64) -> Self {
        let belongs = |toast: &&Toast| {
            let owner = if chat.is_private() {
                toast.person_id
            } else {
                toast.chat_id
            };
            owner == chat.id
        };
        Self {
            chat_id: chat.id,
            messages: chat.messages.iter().map(MessageView::of).collect(),
            toasts: state.queries.toasts().filter(belongs).cloned().collect(),
            typing: chat.typing_until > now,
            blocked: chat.blocked,
        }
    }

    /// The messages that are still there.
    pub fn visible(&self) -> impl DoubleEndedIterator<Item = &MessageView> {
        self.messages.iter().filter(|message| !message.deleted)
    }

    /// The messages of the bot that are still there.
    pub fn from_bot(&self) -> impl DoubleEndedIterator<Item = &MessageView> {
        self.visible().filter(|message| message.from_bot)
    }

    /// The bot's newest message that is still there.
    #[must_use]
    pub fn last_from_bot(&self) -> Option<&MessageView> {
        self.from_bot().next_back()
    }

    /// The message with this id, deleted or not.
    #[must_use]
    pub fn message(&self, id: i64) -> Option<&MessageView> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// The chat as text: who said what, with buttons and marks, one entry per message.
    #[must_use]
    pub fn transcript(&self) -> String {
        let mut text = String::new();
        for message in &self.messages {
            let who = if message.from_bot { "bot" } else { "person" };
            let edited = if message.edited { " (edited)" } else { "" };
            let deleted = if message.deleted { " (deleted)" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{who} #{}{edited}{deleted}: {}",
                message.id, message.text
            );
            for row in &message.keyboard {
                let row: Vec<_> = row.iter().map(|b| format!("[{}]", b.text)).collect();
                let _ = writeln!(text, "    {}", row.join(" "));
            }
        }
        for toast in &self.toasts {
            let _ = writeln!(
                text,
                "toast: {}",
                toast.text.as_deref().unwrap_or("(silent)")
            );
        }
        text
    }
}
