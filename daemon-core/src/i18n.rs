//! What an error says to a person: one message per code of the registry and, where there is a
//! way to mend it, a hint, in every locale (PROTOCOL.md section 8). The texts stand in
//! `locales/*/waiaas-daemon-core.ftl`; this file only picks them and fills in the facts. The
//! files below do the same for what is wrong with a request, a token file or a channel.

mod issue;
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
        Error::AgentNotFound { nearest: Some(_) } | Error::WalletNotFound { nearest: Some(_) } => {
            "nearest"
        }
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use i18n_embed::I18nAssets as _;
    use waiaas_protocol::error_code::ErrorCode;
    use waiaas_protocol::token_file::TokenFileError;

    use super::*;
    use crate::error::LockReason;
    use crate::notify::trouble::TroubleCode;

    /// Key to the variables that its text names.
    fn variables(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
        let path = format!("{}/waiaas-daemon-core.ftl", locale.tag());
        let file = Texts.get_files(&path).concat();
        let text = String::from_utf8(file).expect("texts are UTF-8");
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                key = name.to_owned();
                assert!(
                    found.insert(key.clone(), BTreeSet::new()).is_none(),
                    "{key} twice"
                );
            }
            for rest in line.split('$').skip(1) {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                let name = &rest[..end.unwrap_or(rest.len())];
                found.get_mut(&key).expect("a key").insert(name.to_owned());
            }
        }
        found
    }

    #[test]
    fn every_locale_has_the_same_keys_with_the_same_variables() {
        assert_eq!(variables(Locale::En), variables(Locale::Ko));
    }

    #[test]
    fn every_key_belongs_to_a_code_and_every_code_has_its_key() {
        let mut keys: BTreeSet<String> = variables(Locale::En).into_keys().collect();
        for code in ErrorCode::ALL {
            assert!(keys.contains(code.message_key()), "{code}");
        }
        for key in issue::keys() {
            assert!(keys.remove(key), "{key}");
        }
        for code in TroubleCode::ALL {
            let key = format!("trouble-{}", code.as_str());
            assert!(keys.remove(&key), "{key}");
            keys.remove(&format!("{key}-said"));
        }
        // What is said of files is tried with every refusal below.
        let of_files = ["token-file-", "token-form-", "data-dir-"];
        keys.retain(|key| of_files.iter().all(|stem| !key.starts_with(stem)));
        for key in &keys {
            let stem = ["-hint", "-nearest", "-named"]
                .iter()
                .find_map(|suffix| key.strip_suffix(suffix))
                .unwrap_or(key);
            assert!(
                ErrorCode::ALL.iter().any(|code| code.message_key() == stem),
                "{key}"
            );
        }
    }

    /// Every variant that has facts, with and without what is optional.
    fn samples() -> Vec<Error> {
        let name = || Some("O'Brien <b>".to_owned());
        vec![
            Error::AgentNotFound { nearest: name() },
            Error::AgentNotFound { nearest: None },
            Error::WalletNotFound { nearest: name() },
            Error::WalletNotFound { nearest: None },
            Error::RenewalLimitReached { max_renewals: 0 },
            Error::RenewalLimitReached { max_renewals: 1 },
            Error::RenewalLimitReached { max_renewals: 30 },
            Error::SessionAbsoluteLifetimeExceeded {
                absolute_expires_at: 1_770_546_385,
            },
            Error::RenewalTooEarly { retry_after_s: 1 },
            Error::RateLimited { retry_after_s: 2 },
            Error::SessionLimitExceeded { limit: 5 },
            Error::ConstraintViolated {
                constraint: "max_renewals",
                value: "9".to_owned(),
                ceiling: "3".to_owned(),
            },
            Error::SessionRequiresWallet { agent_name: name() },
            Error::SessionRequiresWallet { agent_name: None },
            Error::TokenFileUnwritable(Arc::new(TokenFileError::SymbolicLink {
                path: "/data/mcp-token".into(),
            })),
            Error::BodyTooLarge { max_bytes: 65_536 },
            Error::SystemLocked {
                reason: LockReason::KillSwitch,
            },
            Error::SystemLocked {
                reason: LockReason::RestoredDatabase,
            },
        ]
    }

    fn every_text(locale: Locale) -> Vec<String> {
        let mut texts = Vec::new();
        for error in samples() {
            texts.push(locale.message(&error));
            texts.extend(locale.hint(&error));
        }
        texts.extend(issue::samples().iter().map(|it| locale.problem(it)));
        let refusals = token_file::samples();
        texts.extend(refusals.iter().map(|it| locale.token_file(it)));
        for code in TroubleCode::ALL {
            texts.push(locale.trouble(&code.saying("502")));
            let needs = ["address-refused", "server-answered", "said"];
            if !needs.contains(&code.as_str()) {
                texts.push(locale.trouble(&code.into()));
            }
        }
        texts
    }

    #[test]
    fn no_text_leaves_a_variable_or_an_isolation_mark() {
        for locale in Locale::ALL {
            for text in every_text(locale) {
                let bad = |c: char| matches!(c, '{' | '}' | '$' | '\u{2066}'..='\u{2069}');
                assert!(!text.contains(bad), "{text}");
                assert!(!text.contains("No localization"), "{text}");
            }
        }
    }

    #[test]
    fn every_korean_text_is_korean() {
        let korean = |c: char| ('가'..='힣').contains(&c);
        for (text, english) in every_text(Locale::Ko).iter().zip(every_text(Locale::En)) {
            assert_ne!(*text, english);
            let quoted = text.starts_with('“');
            assert!(quoted || text.contains(korean), "{text}");
        }
    }

    #[test]
    fn the_text_for_people_names_the_file_and_the_mend_as_the_log_does() {
        for error in token_file::samples() {
            let (log, text) = (error.to_string(), Locale::En.token_file(&error));
            for fact in ["/data/mcp-token", "0644", "0777", "4096", "1000"] {
                assert_eq!(log.contains(fact), text.contains(fact), "{log}\n{text}");
            }
        }
    }

    #[test]
    fn hints_say_how_to_mend() {
        let hint = |error: Error| Locale::En.hint(&error).expect("a hint");
        let lacking = Error::SessionRequiresWallet {
            agent_name: Some("my bot".to_owned()),
        };
        let lacking = hint(lacking);
        assert!(lacking.contains("`waiaas wallet add "), "{lacking}");
        assert!(
            lacking.contains("`waiaas agent wallet add 'my bot' WALLET`"),
            "{lacking}"
        );
        let locked = |reason| hint(Error::SystemLocked { reason });
        assert!(locked(LockReason::KillSwitch).contains("`waiaas killswitch off`"));
        assert!(locked(LockReason::RestoredDatabase).contains("`waiaas db confirm-restore`"));
        let misspelt = Error::AgentNotFound {
            nearest: Some("trader".to_owned()),
        };
        assert_eq!(hint(misspelt), "Did you mean \"trader\"?");
    }

    #[test]
    fn numbers_choose_their_form() {
        let message = |seconds| {
            Locale::En.message(&Error::RateLimited {
                retry_after_s: seconds,
            })
        };
        assert_eq!(message(1), "Too many requests; wait 1 second.");
        assert_eq!(message(90), "Too many requests; wait 90 seconds.");
        let message = Locale::Ko.message(&Error::RateLimited { retry_after_s: 90 });
        assert_eq!(message, "요청이 너무 많습니다. 90초 뒤에 다시 시도하세요.");
    }

    #[test]
    fn languages_are_negotiated() {
        let cases = [
            (None, Locale::En),
            (Some(""), Locale::En),
            (Some("ko"), Locale::Ko),
            (Some("ko-KR"), Locale::Ko),
            (Some("ko-Kore-KR, en;q=0.5"), Locale::Ko),
            (Some("en-GB, ko;q=0.9"), Locale::En),
            (Some("en;q=0.1, ko;q=0.2"), Locale::Ko),
            (Some("fr, de;q=0.9, ko;q=0.8"), Locale::Ko),
            (Some("fr"), Locale::En),
            (Some("*"), Locale::En),
            (Some("ko;q=0"), Locale::En),
            (Some("ko;q=nonsense"), Locale::En),
            (Some("ko;q=7"), Locale::En),
            (Some("\u{0}\u{FFFD};;;,,,"), Locale::En),
        ];
        for (header, expected) in cases {
            assert_eq!(Locale::negotiate(header), expected, "{header:?}");
        }
    }
}
