//! What a failed call to Telegram means. The bot token stands in every address that the
//! client calls, so no text of an error leaves this file unscrubbed.

use std::io;

use secrecy::{ExposeSecret as _, SecretString};
use teloxide::{ApiError, RequestError};
use waiaas_daemon_core::notify::trouble::{Trouble, TroubleCode};

/// How Telegram begins the description of a failure of its own; the client passes on no status.
const SERVER_ERRORS: [&str; 4] = [
    "Internal Server Error",
    "Bad Gateway",
    "Service Unavailable",
    "Gateway Timeout",
];

/// What to make of a failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Telegram asks to wait so many seconds.
    Wait { seconds: i64 },
    /// Telegram does not answer, or not sensibly.
    Away { reason: Trouble },
    /// The bot token is refused.
    Unauthorized,
    /// Somebody else polls with the same token.
    Conflict,
    /// The text cannot be parsed.
    Unparsable,
    /// There is nothing to change.
    NotModified,
    /// The message is gone, or too old to change.
    MessageGone,
    /// The bot may write nothing into this chat until the person writes to it.
    Shut { reason: Trouble },
    /// This will never work.
    Never { reason: Trouble },
}

/// Takes the token out of a text.
pub(super) fn scrub(text: &str, token: &SecretString) -> String {
    text.replace(token.expose_secret(), "[bot token]")
}

/// Judges a failed call.
pub(super) fn judge(error: &RequestError, token: &SecretString) -> Fault {
    match error {
        RequestError::RetryAfter(seconds) => Fault::Wait {
            seconds: i64::from(seconds.seconds()),
        },
        RequestError::Api(error) => judge_api(error, token),
        RequestError::MigrateToChatId(_) => Fault::Never {
            reason: Trouble::said(error.to_string()),
        },
        // The raw text of an answer may be anything, and a proxy may echo the address.
        RequestError::InvalidJson { .. } => Fault::Away {
            reason: TroubleCode::UnreadableAnswer.into(),
        },
        RequestError::Network(cause) if cause.is_timeout() => Fault::Away {
            reason: TroubleCode::NoAnswer.into(),
        },
        RequestError::Network(cause) => Fault::Away {
            reason: network_trouble(cause, token),
        },
        RequestError::Io(cause) => Fault::Away {
            reason: Trouble::said(scrub(&cause.to_string(), token)),
        },
    }
}

/// With the innermost cause: those around it repeat it, and name the address.
fn network_trouble(cause: &(dyn std::error::Error + 'static), token: &SecretString) -> Trouble {
    let mut innermost = cause;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match innermost.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => TroubleCode::ConnectionRefused.into(),
        _ => TroubleCode::NoConnection.saying(scrub(&innermost.to_string(), token)),
    }
}

/// Refusals that have words of ours.
fn shut(error: &ApiError) -> Option<Trouble> {
    match error {
        ApiError::BotBlocked => Some(TroubleCode::Blocked.into()),
        ApiError::ChatNotFound => Some(TroubleCode::NoChat.into()),
        _ => None,
    }
}

fn judge_api(error: &ApiError, token: &SecretString) -> Fault {
    let text = match error {
        // Its own words around Telegram's would hide how Telegram's begin.
        ApiError::Unknown(raw) => scrub(raw, token),
        known => scrub(&known.to_string(), token),
    };
    match error {
        ApiError::InvalidToken => Fault::Unauthorized,
        ApiError::TerminatedByOtherGetUpdates => Fault::Conflict,
        ApiError::MessageNotModified => Fault::NotModified,
        ApiError::CantParseEntities(_) => Fault::Unparsable,
        ApiError::MessageToEditNotFound
        | ApiError::MessageIdInvalid
        | ApiError::MessageCantBeEdited => Fault::MessageGone,
        ApiError::BotBlocked
        | ApiError::ChatNotFound
        | ApiError::CantInitiateConversation
        | ApiError::BotKicked
        | ApiError::BotKickedFromSupergroup => Fault::Shut {
            reason: shut(error).unwrap_or_else(|| Trouble::said(text)),
        },
        _ if is_shut(&text) => Fault::Shut {
            reason: Trouble::said(text),
        },
        _ if text.starts_with("Conflict") => Fault::Conflict,
        _ if SERVER_ERRORS.iter().any(|words| text.starts_with(words)) => Fault::Away {
            reason: Trouble::said(text),
        },
        _ => Fault::Never {
            reason: Trouble::said(text),
        },
    }
}

/// The client knows some of these by other words than Telegram uses today.
fn is_shut(text: &str) -> bool {
    const WORDS: [&str; 2] = ["can't initiate conversation", "bot was kicked"];
    WORDS.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_carries_the_token() {
        let token = SecretString::from("12:secret");
        let error = ApiError::Unknown("see https://host/bot12:secret/GetMe".to_owned());
        let fault = judge(&RequestError::Api(error), &token);
        assert!(!format!("{fault:?}").contains("secret"), "{fault:?}");
    }

    #[test]
    fn telegram_words_are_understood() {
        let token = SecretString::from("12:secret");
        let judged = |error| judge(&RequestError::Api(error), &token);
        assert_eq!(judged(ApiError::InvalidToken), Fault::Unauthorized);
        let conflict = "Conflict: can't use getUpdates method while webhook is active";
        assert_eq!(
            judged(ApiError::Unknown(conflict.to_owned())),
            Fault::Conflict
        );
        let never = judged(ApiError::UserDeactivated);
        assert!(matches!(never, Fault::Never { .. }), "{never:?}");
        let today = "Forbidden: bot can't initiate conversation with a user";
        for shut in [
            ApiError::BotBlocked,
            ApiError::ChatNotFound,
            ApiError::Unknown(today.to_owned()),
        ] {
            let fault = judged(shut);
            assert!(matches!(fault, Fault::Shut { .. }), "{fault:?}");
        }
        for theirs in SERVER_ERRORS {
            let error = ApiError::Unknown(format!("{theirs}: try again"));
            assert!(matches!(judged(error), Fault::Away { .. }), "{theirs}");
        }
    }
}
