//! What a sandbox is started with: its bot, its people, its groups. Values only, no behaviour
//! beyond building them.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::clock::{Clock, SystemClock};

/// The bot account that the sandbox hosts.
#[derive(Debug, Clone)]
pub struct BotSpec {
    /// The account's id; also the digits before the colon of a generated token.
    pub id: i64,
    /// The name shown at the top of the chat.
    pub first_name: String,
    /// The user name without `@`.
    pub username: String,
    /// Whether the bot sees every group message; `false`, as a new bot has it, delivers only
    /// commands, mentions and replies to the bot.
    pub reads_all_group_messages: bool,
}

impl Default for BotSpec {
    fn default() -> Self {
        Self {
            id: 7_700_000_001,
            first_name: "waiaas".to_owned(),
            username: "waiaas_sandbox_bot".to_owned(),
            reads_all_group_messages: false,
        }
    }
}

impl BotSpec {
    /// The bot as the API's `User` object.
    pub(crate) fn user_json(&self) -> Value {
        json!({
            "id": self.id,
            "is_bot": true,
            "first_name": self.first_name,
            "username": self.username,
        })
    }
}

/// A person who can talk to the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSpec {
    /// The user id, positive; it is also the id of the private chat.
    pub id: i64,
    /// The first name.
    pub first_name: String,
    /// The user name without `@`, if any.
    pub username: Option<String>,
    /// The IETF language tag of the person's app, if it sends one.
    pub language_code: Option<String>,
}

impl PersonSpec {
    /// A person with an id and a first name only.
    pub fn new(id: i64, first_name: impl Into<String>) -> Self {
        Self {
            id,
            first_name: first_name.into(),
            username: None,
            language_code: None,
        }
    }

    /// Gives the person a user name, without `@`.
    #[must_use]
    pub fn with_username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// Sets the language of the person's app, such as `ko`.
    #[must_use]
    pub fn with_language(mut self, language_code: impl Into<String>) -> Self {
        self.language_code = Some(language_code.into());
        self
    }

    /// The person as the API's `User` object.
    pub(crate) fn user_json(&self) -> Value {
        let mut user = json!({ "id": self.id, "is_bot": false, "first_name": self.first_name });
        if let Some(username) = &self.username {
            user["username"] = json!(username);
        }
        if let Some(language) = &self.language_code {
            user["language_code"] = json!(language);
        }
        user
    }
}

/// A group that the bot is a member of.
#[derive(Debug, Clone)]
pub struct GroupSpec {
    /// The chat id, negative; ids at or below -1000000000000 make a supergroup.
    pub id: i64,
    /// The group's title.
    pub title: String,
    /// Whether the group has topics; only a supergroup can.
    pub is_forum: bool,
}

/// How a sandbox is started.
#[derive(Clone)]
pub struct SandboxConfig {
    /// The loopback port to listen on; 0 takes a free one.
    pub port: u16,
    /// The only token that the API accepts, as `digits:text`; `None` makes a random one.
    pub bot_token: Option<String>,
    /// The bot account.
    pub bot: BotSpec,
    /// The person whose chat the address of [`crate::Sandbox::page_url`] opens.
    pub page_person: PersonSpec,
    /// The time that Telegram's side goes by.
    pub clock: Arc<dyn Clock>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            port: 0,
            bot_token: None,
            bot: BotSpec::default(),
            page_person: PersonSpec::new(1001, "You").with_language("en"),
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for SandboxConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SandboxConfig")
            .field("port", &self.port)
            .field("bot", &self.bot)
            .field("page_person", &self.page_person)
            .finish_non_exhaustive()
    }
}
