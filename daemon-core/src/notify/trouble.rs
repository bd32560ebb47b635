//! Why a channel does not work, or did not take a message: a code that has words in every
//! language, and what the other side said, which is only ever quoted. Pure.

use std::fmt;

use serde_json::{Value, json};

use crate::i18n::Locale;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleCode {
    /// Somebody else polls with the bot token, or a webhook is set.
    Conflict,
    /// Telegram refuses the bot token.
    BotTokenRefused,
    /// Another program has set a webhook for the bot, or taken ours away.
    WebhookTaken,
    /// Telegram will not call the configured webhook; says why.
    WebhookRefused,
    /// Telegram cannot deliver to the configured webhook; says why.
    Undelivered,
    /// The configured address is none.
    BadAddress,
    /// The server answered so that address or token must be wrong; says its status.
    AddressRefused,
    /// The server answered with a failure; says its status.
    ServerAnswered,
    /// The other side asks to wait.
    AskedToWait,
    /// No answer in time.
    NoAnswer,
    /// Nobody listens at the address.
    ConnectionRefused,
    /// No connection for another reason, which is said where it is known.
    NoConnection,
    /// There was an answer that cannot be read.
    UnreadableAnswer,
    /// Telegram cannot parse the message.
    Unparsable,
    /// The reader has blocked the bot.
    Blocked,
    /// There is no such chat any more.
    NoChat,
    /// The daemon's own database did not answer.
    Storage,
    /// An event that this version cannot read.
    UnknownEvent,
    /// A fault of the daemon's own; its cause is in the log.
    Internal,
    /// Nothing but the other side's words is known.
    Said,
}

impl TroubleCode {
    /// Every code.
    pub const ALL: [Self; 20] = [
        Self::Conflict,
        Self::BotTokenRefused,
        Self::WebhookTaken,
        Self::WebhookRefused,
        Self::Undelivered,
        Self::BadAddress,
        Self::AddressRefused,
        Self::ServerAnswered,
        Self::AskedToWait,
        Self::NoAnswer,
        Self::ConnectionRefused,
        Self::NoConnection,
        Self::UnreadableAnswer,
        Self::Unparsable,
        Self::Blocked,
        Self::NoChat,
        Self::Storage,
        Self::UnknownEvent,
        Self::Internal,
        Self::Said,
    ];

    /// As written in JSON, in the audit trail, and behind `trouble-` in the texts' keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::BotTokenRefused => "bot-token-refused",
            Self::WebhookTaken => "webhook-taken",
            Self::WebhookRefused => "webhook-refused",
            Self::Undelivered => "undelivered",
            Self::BadAddress => "bad-address",
            Self::AddressRefused => "address-refused",
            Self::ServerAnswered => "server-answered",
            Self::AskedToWait => "asked-to-wait",
            Self::NoAnswer => "no-answer",
            Self::ConnectionRefused => "connection-refused",
            Self::NoConnection => "no-connection",
            Self::UnreadableAnswer => "unreadable-answer",
            Self::Unparsable => "unparsable",
            Self::Blocked => "blocked",
            Self::NoChat => "no-chat",
            Self::Storage => "storage",
            Self::UnknownEvent => "unknown-event",
            Self::Internal => "internal",
            Self::Said => "said",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// What happened, and what the other side said about it; nothing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened.
    pub code: TroubleCode,
    /// The other side's words, or its HTTP status.
    pub said: Option<String>,
}

impl Trouble {
    /// Nothing but the other side's words is known.
    #[must_use]
    pub fn said(words: impl Into<String>) -> Self {
        TroubleCode::Said.saying(words)
    }

    /// As it was kept; a code of another version, or none, leaves the English words.
    #[must_use]
    pub fn restored(code: Option<&str>, said: Option<&str>, words: &str) -> Self {
        match code.and_then(TroubleCode::parse) {
            Some(code) => Self {
                code,
                said: said.map(str::to_owned),
            },
            None => Self::said(words),
        }
    }

    /// Facts for the audit entry of what was given up.
    #[must_use]
    pub fn recorded(&self, event_id: &str, channel: Option<&str>) -> Value {
        let mut details = json!({
            "event_id": event_id, "reason": self.to_string(), "code": self.code.as_str(),
        });
        for (name, value) in [("channel", channel), ("said", self.said.as_deref())] {
            if let Some(value) = value {
                details[name] = value.into();
            }
        }
        details
    }
}

impl TroubleCode {
    /// With the other side's words.
    #[must_use]
    pub fn saying(self, words: impl Into<String>) -> Trouble {
        Trouble {
            code: self,
            said: Some(words.into()),
        }
    }
}

impl From<TroubleCode> for Trouble {
    fn from(code: TroubleCode) -> Self {
        Self { code, said: None }
    }
}

/// English, for logs and JSON.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Locale::En.trouble(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back_and_what_is_unknown_keeps_its_words() {
        for code in TroubleCode::ALL {
            let trouble = code.saying("502");
            let kept = trouble.recorded("e", Some("ntfy"));
            let (code, said) = (kept["code"].as_str(), kept["said"].as_str());
            assert_eq!(Trouble::restored(code, said, "x"), trouble);
        }
        let old = Trouble::restored(None, None, "timed out");
        assert_eq!(old, Trouble::said("timed out"));
        let newer = Trouble::restored(Some("eaten-by-dog"), Some("woof"), "eaten");
        assert_eq!(newer, Trouble::said("eaten"));
    }
}
