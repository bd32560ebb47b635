//! What an error says to a person: one message per code of the registry and, where there is a
//! way to mend it, a hint, in every locale (PROTOCOL.md section 8). The texts stand in
//! `locales/*/waiaas-daemon-core.ftl`; this file only picks them and fills in the facts. The
//! files below do the same for what is wrong with a request, a token file or a channel.

mod issue;
#[cfg(test)]
mod tests;
mod token_file;
mod trouble;

use std::sync::OnceLock;

use fluent_bundle::{FluentArgs, FluentValue};
use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::FluentLanguageLoader;
use unic_langid::LanguageIdentifier;
use waiaas_protocol::time::Timestamp;

use crate::error::Error;

/// Entries of an `Accept-Language` header that are looked at.
const ACCEPTED_LANGUAGES_MAX: usize = 16;

#[derive(rust_embed::RustEmbed)]
#[folder = "../locales"]
struct Texts;

/// A language that every text exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// English; also for everybody whose language is not here.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Locale {
    /// Every locale.
    pub const ALL: [Self; 2] = [Self::En, Self::Ko];

    /// Picks the caller's favourite among ours by the header's weights; `ko-KR` is Korean,
    /// anything unknown or malformed is English.
    #[must_use]
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let mut best = (0.0, Self::En);
        let entries = accept_language.unwrap_or_default().split(',');
        for entry in entries.take(ACCEPTED_LANGUAGES_MAX) {
            let (tag, weight) = weighted(entry);
            if let Some(locale) = Self::of_tag(tag).filter(|_| weight > best.0) {
                best = (weight, locale);
            }
        }
        best.1
    }

    /// The locale of a language tag such as `ko-KR`, if it is one of ours.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let wanted: LanguageIdentifier = tag.trim().parse().ok()?;
        Self::ALL
            .into_iter()
            .find(|locale| locale.id().language == wanted.language)
    }

    /// Its language tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }

    fn id(self) -> LanguageIdentifier {
        self.tag().parse().unwrap_or_default()
    }

    fn loader(self) -> &'static FluentLanguageLoader {
        static LOADERS: [OnceLock<FluentLanguageLoader>; 2] = [OnceLock::new(), OnceLock::new()];
        LOADERS[self as usize].get_or_init(|| load(self))
    }

    fn has(self, key: &str) -> bool {
        self.loader().has(key)
    }

    fn text(self, key: &str, facts: &FluentArgs<'_>) -> String {
        self.loader().get_args_fluent(key, Some(facts))
    }

    /// Says what went wrong in one sentence.
    #[must_use]
    pub fn message(self, error: &Error) -> String {
        let mut facts = facts(error);
        if let Error::TokenFileUnwritable(cause) = error {
            facts.set("reason", self.token_file(cause));
        }
        self.text(error.code().message_key(), &facts)
    }

    /// Says how to mend it, where there is a way.
    #[must_use]
    pub fn hint(self, error: &Error) -> Option<String> {
        let key = hint_key(error);
        self.has(&key).then(|| self.text(&key, &facts(error)))
    }
}

/// `ko-KR;q=0.8` as tag and weight; a weight that is no number counts as none.
fn weighted(entry: &str) -> (&str, f32) {
    let Some((tag, parameter)) = entry.split_once(';') else {
        return (entry.trim(), 1.0);
    };
    let weight = parameter
        .trim()
        .strip_prefix("q=")
        .and_then(|text| text.trim().parse().ok());
    (
        tag.trim(),
        weight
            .filter(|weight: &f32| (0.0..=1.0).contains(weight))
            .unwrap_or(0.0),
    )
}

fn load(locale: Locale) -> FluentLanguageLoader {
    let loader = FluentLanguageLoader::new("waiaas-daemon-core", Locale::En.id());
    // A missing file falls back to English, and a test proves that none is missing.
    if let Err(cause) = loader.load_languages(&Texts, &[locale.id()]) {
        tracing::error!(%cause, locale = locale.tag(), "texts not loaded");
    }
    // The marks around names would end up in JSON and in commands to copy.
    loader.set_use_isolating(false);
    loader
}

fn hint_key(error: &Error) -> String {
    let suffix = match error {
        Error::AgentNotFound { nearest: Some(_) }
        | Error::WalletNotFound { nearest: Some(_) }
        | Error::ChannelNotFound {
            nearest: Some(_), ..
        } => "nearest",
        Error::SessionRequiresWallet {
            agent_name: Some(_),
        } => "named",
        _ => "hint",
    };
    format!("{}-{suffix}", error.code().message_key())
}

fn fact<'a>(name: &'static str, value: impl Into<FluentValue<'a>>) -> FluentArgs<'a> {
    FluentArgs::from_iter([(name, value)])
}

/// The values that a message or hint of this error may name.
fn facts(error: &Error) -> FluentArgs<'_> {
    match error {
        Error::AgentNotFound {
            nearest: Some(name),
        }
        | Error::WalletNotFound {
            nearest: Some(name),
        } => fact("nearest", name.as_str()),
        Error::ChannelNotFound {
            channel,
            nearest,
            configured,
        } => FluentArgs::from_iter([
            ("channel", FluentValue::from(channel.as_str())),
            ("nearest", nearest.as_deref().unwrap_or_default().into()),
            ("configured", configured.join(", ").into()),
            ("count", configured.len().into()),
        ]),
        Error::ChannelNotConfigured {
            channel,
            configured,
            settings,
        } => FluentArgs::from_iter([
            ("channel", FluentValue::from(channel.unwrap_or("any"))),
            ("configured", configured.join(", ").into()),
            ("count", configured.len().into()),
            ("settings", settings.join(", ").into()),
        ]),
        Error::RenewalLimitReached { max_renewals } => fact("max", *max_renewals),
        Error::SessionAbsoluteLifetimeExceeded {
            absolute_expires_at,
        } => fact("end", Timestamp(*absolute_expires_at).to_string()),
        Error::RenewalTooEarly { retry_after_s } | Error::RateLimited { retry_after_s } => {
            fact("seconds", *retry_after_s)
        }
        Error::SessionLimitExceeded { limit } => fact("limit", *limit),
        Error::ConstraintViolated {
            constraint,
            value,
            ceiling,
        } => FluentArgs::from_iter([
            ("constraint", *constraint),
            ("value", value.as_str()),
            ("ceiling", ceiling.as_str()),
        ]),
        Error::SessionRequiresWallet {
            agent_name: Some(name),
        } => FluentArgs::from_iter([
            ("agent", name.clone()),
            ("agent-argument", shell_argument(name)),
        ]),
        Error::BodyTooLarge { max_bytes } => fact("max", *max_bytes),
        Error::SystemLocked { reason } => fact("reason", reason.as_str()),
        Error::AuthTokenMissing
        | Error::AuthTokenInvalid
        | Error::AuthTokenExpired
        | Error::SessionRevoked
        | Error::SessionNotFound
        | Error::AgentNotFound { nearest: None }
        | Error::WalletNotFound { nearest: None }
        | Error::OperatorNotFound
        | Error::NotificationNotFound
        | Error::SessionRenewalMismatch
        | Error::RenewalConflict
        | Error::WalletAccessDenied
        | Error::WalletAlreadyLinked
        | Error::CannotRemoveDefaultWallet
        | Error::SessionRequiresWallet { agent_name: None }
        | Error::AgentSuspended
        | Error::AgentTerminated
        | Error::WalletTerminated
        | Error::RequestInvalid(_)
        | Error::TokenFileUnwritable(_)
        | Error::IdempotencyKeyInvalid
        | Error::ClaimInvalid
        | Error::AdminAccessDenied
        | Error::RouteNotFound
        | Error::MethodNotAllowed
        | Error::RequestTimeout
        | Error::Storage(_)
        | Error::Internal(_) => FluentArgs::new(),
    }
}

/// A name as one argument of a command that can be copied into a shell.
fn shell_argument(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.chars().all(plain) && !name.starts_with('-') {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}
