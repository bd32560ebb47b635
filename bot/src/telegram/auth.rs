//! Who may act: the one function that every update passes first (CONSOLE.md, "Who may act").
//! Default deny: user id **and** chat id must be an operator's, or the chat must be the
//! configured group and topic, and the role must allow it. A tap is judged by who taps, not by
//! the chat that the button hangs in.

use teloxide::types::{CallbackQuery, Message, Update, UpdateKind, User};
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::callbacks;
use waiaas_daemon_core::console::operators::{self, Operator};
use waiaas_daemon_core::console::outbox;
use waiaas_daemon_core::console::roles::{self, Permission};

use super::action::Action;
use super::command::{self, Command, Request};
use super::console::Console;

/// What came in, whoever sent it.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    /// Who.
    pub(super) user_id: i64,
    /// In which chat; for a tap without a message, the one who taps.
    pub(super) chat_id: i64,
    /// In which topic, where the group has topics.
    pub(super) thread_id: Option<i32>,
    /// `@name` without the sign.
    pub(super) username: Option<String>,
    /// As Telegram shows them.
    pub(super) display_name: String,
    /// Telegram's `language_code`.
    pub(super) language_code: Option<String>,
    /// What.
    pub(super) what: What,
}

impl Incoming {
    /// Whether nobody else reads the answer.
    pub(super) const fn is_private(&self) -> bool {
        self.chat_id == self.user_id
    }

    fn is_tap(&self) -> bool {
        matches!(self.what, What::Tap { .. })
    }
}

/// What came in.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// A message; without text it is empty.
    Message { text: String },
    /// A tap.
    Tap {
        query_id: String,
        data: String,
        message_id: Option<i64>,
    },
}

/// Who that is to us.
#[derive(Debug, Clone)]
pub(super) enum Gate {
    /// Somebody who may do this.
    Operator(Box<Operator>),
    /// Somebody who may act, but whose role is too small for this.
    TooSmall {
        operator: Box<Operator>,
        permission: Permission,
    },
    /// Somebody else, in their own private chat or in the configured group.
    Stranger,
    /// A message in another group, or one that is not for us.
    Ignored,
}

/// Reads an update; `None` for kinds that are not asked for.
pub(super) fn read(update: Update) -> Option<Incoming> {
    match update.kind {
        UpdateKind::Message(message) => from_message(&message),
        UpdateKind::CallbackQuery(query) => Some(from_tap(query)),
        _ => None,
    }
}

fn from_message(message: &Message) -> Option<Incoming> {
    let user = message.from.as_ref()?;
    let text = message.text().unwrap_or_default().to_owned();
    Some(incoming(
        user,
        message.chat.id.0,
        topic_of(message),
        What::Message { text },
    ))
}

fn from_tap(query: CallbackQuery) -> Incoming {
    let message = query.message.as_ref();
    let chat_id = message.map(|message| message.chat().id.0);
    let what = What::Tap {
        query_id: query.id.0,
        data: query.data.unwrap_or_default(),
        message_id: message.map(|message| i64::from(message.id().0)),
    };
    let topic = message.and_then(|message| topic_of(message.regular_message()?));
    let own_chat = user_id(&query.from);
    incoming(&query.from, chat_id.unwrap_or(own_chat), topic, what)
}

/// A thread of replies has a number like a topic's, and is none.
fn topic_of(message: &Message) -> Option<i32> {
    let thread = message.thread_id.filter(|_| message.is_topic_message);
    thread.map(|thread| thread.0.0)
}

fn user_id(user: &User) -> i64 {
    user.id.0.cast_signed()
}

fn incoming(user: &User, chat_id: i64, thread_id: Option<i32>, what: What) -> Incoming {
    Incoming {
        user_id: user_id(user),
        chat_id,
        thread_id,
        username: user.username.clone(),
        display_name: user.full_name(),
        language_code: user.language_code.clone(),
        what,
    }
}

/// Says who that is to us.
///
/// # Errors
/// As the database says; then nothing is allowed.
pub(super) async fn judge(console: &Console, incoming: &Incoming) -> Result<Gate, Error> {
    let operator = operators::by_user(console.core.db.read(), incoming.user_id).await?;
    let in_group = is_in_group(console, incoming);
    let known = |operator: &Operator| {
        operator.chat_id == incoming.chat_id || in_group || asks_for_ids(console, incoming)
    };
    let tap = incoming.is_tap();
    if !incoming.is_private() && !tap && !is_for_us(console, incoming) {
        return Ok(Gate::Ignored);
    }
    if let Some(operator) = operator.filter(known) {
        let operator = remember(console, incoming, operator).await?;
        outbox::reopen_chat(&console.core, incoming.chat_id).await?;
        let operator = Box::new(operator);
        let permission = permission(console, incoming).await?;
        return Ok(if roles::may(operator.role, permission) {
            Gate::Operator(operator)
        } else {
            Gate::TooSmall {
                operator,
                permission,
            }
        });
    }
    Ok(if incoming.is_private() || in_group || tap {
        Gate::Stranger
    } else {
        Gate::Ignored
    })
}

/// Whether it comes from the configured group and topic.
fn is_in_group(console: &Console, incoming: &Incoming) -> bool {
    let topic = incoming.thread_id.map(i64::from);
    let group = console.group;
    group.is_some_and(|group| group.includes(incoming.chat_id, topic))
}

/// A paired person must be able to learn the ids of a group before it is configured.
fn asks_for_ids(console: &Console, incoming: &Incoming) -> bool {
    match &incoming.what {
        What::Message { text } => {
            command::read(text, &console.bot_name()) == Request::Command(Command::WhoAmI)
        }
        What::Tap { .. } => false,
    }
}

/// In a group people talk with each other, and with other bots.
fn is_for_us(console: &Console, incoming: &Incoming) -> bool {
    match &incoming.what {
        What::Message { text } => command::is_for(text, &console.bot_name()),
        What::Tap { .. } => true,
    }
}

/// What the sender must be allowed. A button that is not theirs asks for nothing here: it is
/// refused when it is to be used.
async fn permission(console: &Console, incoming: &Incoming) -> Result<Permission, Error> {
    let data = match &incoming.what {
        What::Message { text } => {
            return Ok(command::permission_of(text, &console.bot_name()));
        }
        What::Tap { data, .. } => data,
    };
    let known = callbacks::find(console.core.db.read(), data).await?;
    let theirs = known
        .filter(|button| button.user_id == incoming.user_id && button.chat_id == incoming.chat_id);
    let action = theirs.and_then(|button| serde_json::from_value::<Action>(button.action).ok());
    Ok(action.map_or(Permission::Read, |action| action.permission()))
}

/// Keeps an operator's name as Telegram tells it, and the first language that it tells: an
/// owner whom the configuration names is a number until they first write.
async fn remember(
    console: &Console,
    incoming: &Incoming,
    mut operator: Operator,
) -> Result<Operator, Error> {
    let known = operator.clone();
    operator.username.clone_from(&incoming.username);
    operator.display_name = Some(incoming.display_name.clone());
    if operator.language.is_none() {
        operator.language = console.first_language(incoming.language_code.as_deref());
    }
    if operator == known {
        return Ok(operator);
    }
    let tx = console.core.db.begin_write().await?;
    operators::refresh(&*tx, &operator).await?;
    tx.commit().await?;
    if known.display_name.is_none() {
        // Until now there was no chat to give a menu to.
        console.introduce_commands_to(operator.user_id);
    }
    Ok(operator)
}
