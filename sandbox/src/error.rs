//! The errors of the library side: starting the sandbox, playing a person, waiting.
//!
//! What the Bot API answers a client is not an error of this crate; see `api::reply`.

use std::time::Duration;

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The loopback port could not be bound.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Bind {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The configured bot token is not `digits:text`.
    #[error("the bot token must look like `digits:text`")]
    BotToken,
    /// The system gave no randomness for the token and the page key.
    #[error("the system has no randomness to give: {0}")]
    Randomness(String),
    /// The HTTP client that delivers webhooks could not be built.
    #[error("cannot prepare webhook delivery")]
    WebhookClient(#[source] reqwest::Error),
}

/// Why a person cannot do what a test asked of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// A message needs a text.
    #[error("a message needs a text")]
    TextEmpty,
    /// A message holds at most 4096 UTF-16 units.
    #[error("a message holds at most 4096 UTF-16 units")]
    TextTooLong,
    /// The person has blocked the bot and would have to unblock it first.
    #[error("the person has blocked the bot")]
    BotBlocked,
    /// The chat does not exist.
    #[error("there is no chat {0}")]
    ChatMissing(i64),
    /// The chat has no topics, or a topic was named that none can be.
    #[error("chat {0} has no such topic")]
    TopicMissing(i64),
    /// The message is not in the chat, or was deleted.
    #[error("there is no message {0} in the chat")]
    MessageMissing(i64),
    /// The message has no such button to tap.
    #[error("message {message_id} has no button {wanted:?}; it has {present:?}")]
    ButtonMissing {
        /// The message that was looked at.
        message_id: i64,
        /// The text or the callback data that was asked for.
        wanted: String,
        /// The texts of the buttons that are there.
        present: Vec<String>,
    },
    /// The button opens something on the phone and sends nothing to the bot.
    #[error("the button {0:?} sends nothing to the bot")]
    ButtonSilent(String),
}

/// A condition did not come true in time; carries what the chat looked like then.
#[derive(Debug, Clone, thiserror::Error)]
#[error("waited {waited:?} in vain; this is how it stood:\n{transcript}")]
pub struct WaitTimeout {
    /// How long was waited.
    pub waited: Duration,
    /// The chat or the calls as text, for the test's report.
    pub transcript: String,
}
