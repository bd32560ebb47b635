//! Every text in every language, and what picks it.

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
        Error::ChannelNotFound {
            channel: "diskord".to_owned(),
            nearest: Some("discord".to_owned()),
            configured: vec!["telegram"],
        },
        Error::ChannelNotFound {
            channel: "x".to_owned(),
            nearest: None,
            configured: Vec::new(),
        },
        Error::ChannelNotConfigured {
            channel: Some("ntfy"),
            configured: vec!["telegram", "discord"],
            settings: vec!["notify.ntfy_url"],
        },
        Error::ChannelNotConfigured {
            channel: None,
            configured: Vec::new(),
            settings: vec!["telegram.bot_token_file", "notify.ntfy_url"],
        },
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
        let needs = [
            "address-refused",
            "server-answered",
            "said",
            "undelivered",
            "webhook-refused",
        ];
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
