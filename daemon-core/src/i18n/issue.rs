//! Which text says what is wrong with a request, and with which facts.

use fluent_bundle::FluentArgs;

use super::Locale;
use crate::issue::{Issue, Problem, Wanted};
use crate::name::{NAME_BYTES_MAX, NAME_GRAPHEMES_MAX, NameError};
use crate::wallet::address::AddressError;

impl Locale {
    /// What is wrong and what would be right, to be read behind the name of the place.
    #[must_use]
    pub fn problem(self, problem: &Problem) -> String {
        self.text(key(problem), &facts(problem))
    }

    /// Place and problem in one line.
    #[must_use]
    pub fn issue(self, issue: &Issue) -> String {
        format!("{}: {}", issue.path, self.problem(&issue.problem))
    }
}

const fn key(problem: &Problem) -> &'static str {
    match problem {
        Problem::Missing => "issue-missing",
        Problem::GivenTwice => "issue-given-twice",
        Problem::NotJson { .. } => "issue-not-json",
        Problem::NotSentAsJson => "issue-not-sent-as-json",
        Problem::CutShort => "issue-cut-short",
        Problem::WrongForm => "issue-wrong-form",
        Problem::WrongParameterForm => "issue-wrong-parameter-form",
        Problem::WrongQueryForm => "issue-wrong-query-form",
        Problem::Wanted(wanted) => wanted_key(*wanted),
        Problem::UnknownField {
            nearest: Some(_), ..
        } => "issue-unknown-field-near",
        Problem::UnknownField { known, .. } if known.is_empty() => "issue-unknown-field-none",
        Problem::UnknownField { .. } => "issue-unknown-field",
        Problem::UnknownParameter {
            nearest: Some(_), ..
        } => "issue-unknown-parameter-near",
        Problem::UnknownParameter { known, .. } if known.is_empty() => {
            "issue-unknown-parameter-none"
        }
        Problem::UnknownParameter { .. } => "issue-unknown-parameter",
        Problem::TooManyParameters { .. } => "issue-too-many-parameters",
        Problem::NotInRange { .. } => "issue-not-in-range",
        Problem::PastLifetime { .. } => "issue-past-lifetime",
        Problem::NotANumberIn { .. } => "issue-not-a-number-in",
        Problem::NotOneOf { .. } => "issue-not-one-of",
        Problem::NotKnown { .. } => "issue-not-known",
        Problem::NotAnAmount { .. } => "issue-not-an-amount",
        Problem::EmptySet => "issue-empty-set",
        Problem::TooManyEntries { .. } => "issue-too-many-entries",
        Problem::BadEntry { .. } => "issue-bad-entry",
        Problem::EntryTwice => "issue-entry-twice",
        Problem::Name(NameError::Empty) => "issue-name-empty",
        Problem::Name(NameError::Padded) => "issue-name-padded",
        Problem::Name(NameError::TooLong) => "issue-name-too-long",
        Problem::Name(NameError::Forbidden(_)) => "issue-name-forbidden",
        Problem::AgentNameTaken => "issue-agent-name-taken",
        Problem::WalletNameTaken => "issue-wallet-name-taken",
        Problem::BadNetwork => "issue-bad-network",
        Problem::UnknownChain => "issue-unknown-chain",
        Problem::Address(AddressError::EvmForm) => "issue-evm-form",
        Problem::Address(AddressError::EvmChecksum) => "issue-evm-checksum",
        Problem::Address(AddressError::SolanaForm) => "issue-solana-form",
        Problem::AtMost { .. } => "issue-at-most",
        Problem::AtMostWallets { .. } => "issue-at-most-wallets",
        Problem::WalletTwice => "issue-wallet-twice",
        Problem::NamedTwice { .. } => "issue-named-twice",
        Problem::NotTogetherWith { .. } => "issue-not-together-with",
        Problem::NeedsActive => "issue-needs-active",
        Problem::NotAmongWallets => "issue-not-among-wallets",
        Problem::OfAnotherAgent => "issue-of-another-agent",
        Problem::SessionExpired => "issue-session-expired",
        Problem::SeveralSessions => "issue-several-sessions",
    }
}

const fn wanted_key(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Text => "issue-wanted-text",
        Wanted::Flag => "issue-wanted-flag",
        Wanted::List => "issue-wanted-list",
        Wanted::Integer => "issue-wanted-integer",
        Wanted::Natural => "issue-wanted-natural",
        Wanted::Object => "issue-wanted-object",
        Wanted::Id => "issue-wanted-id",
    }
}

/// As texts: Fluent would count in floats, and an amount may be larger than those are exact.
fn facts(problem: &Problem) -> FluentArgs<'static> {
    let mut facts = FluentArgs::new();
    let mut fact = |name: &'static str, value: &dyn ToString| facts.set(name, value.to_string());
    match problem {
        Problem::NotJson { line, column } => {
            fact("line", line);
            fact("column", column);
        }
        Problem::UnknownField { nearest, known } | Problem::UnknownParameter { nearest, known } => {
            fact("nearest", &nearest.clone().unwrap_or_default());
            fact("known", &known.join(", "));
        }
        Problem::NotInRange { value, min, max } | Problem::PastLifetime { value, min, max } => {
            fact("value", value);
            fact("min", min);
            fact("max", max);
        }
        Problem::NotANumberIn { min, max } => {
            fact("min", min);
            fact("max", max);
        }
        Problem::NotOneOf { words } => fact("words", &words.join(", ")),
        Problem::NotKnown { nearest } => fact("nearest", nearest),
        Problem::NotAnAmount { shown, digits_max } => {
            fact("shown", shown);
            fact("max", digits_max);
        }
        Problem::TooManyEntries { count, max } => {
            fact("count", count);
            fact("max", max);
        }
        Problem::TooManyParameters { max }
        | Problem::BadEntry { bytes_max: max }
        | Problem::AtMost { max }
        | Problem::AtMostWallets { max } => fact("max", max),
        Problem::Name(NameError::TooLong) => {
            fact("characters", &NAME_GRAPHEMES_MAX);
            fact("bytes", &NAME_BYTES_MAX);
        }
        Problem::Name(NameError::Forbidden(found)) => fact("found", &format!("U+{found:04X}")),
        Problem::NamedTwice { name } => fact("name", name),
        Problem::NotTogetherWith { other } => fact("other", other),
        Problem::Missing
        | Problem::GivenTwice
        | Problem::NotSentAsJson
        | Problem::CutShort
        | Problem::WrongForm
        | Problem::WrongParameterForm
        | Problem::WrongQueryForm
        | Problem::Wanted(_)
        | Problem::EmptySet
        | Problem::EntryTwice
        | Problem::Name(NameError::Empty | NameError::Padded)
        | Problem::AgentNameTaken
        | Problem::WalletNameTaken
        | Problem::BadNetwork
        | Problem::UnknownChain
        | Problem::Address(_)
        | Problem::WalletTwice
        | Problem::NeedsActive
        | Problem::NotAmongWallets
        | Problem::OfAnotherAgent
        | Problem::SessionExpired
        | Problem::SeveralSessions => {}
    }
    facts
}

/// Every problem once, each with its facts.
#[cfg(test)]
pub(super) fn samples() -> Vec<Problem> {
    let known = || vec!["agentId".to_owned(), "walletIds".to_owned()];
    let (nearest, none) = (|| Some("agentId".to_owned()), Vec::new);
    let (value, min, max) = (299, 300, 604_800);
    let mut all = vec![
        Problem::Missing,
        Problem::GivenTwice,
        Problem::NotJson { line: 1, column: 7 },
        Problem::NotSentAsJson,
        Problem::CutShort,
        Problem::WrongForm,
        Problem::WrongParameterForm,
        Problem::WrongQueryForm,
        Problem::TooManyParameters { max: 32 },
        Problem::NotInRange { value, min, max },
        Problem::PastLifetime { value, min, max },
        Problem::NotANumberIn { min: 1, max: 100 },
        Problem::NotOneOf { words: known() },
        Problem::NotKnown {
            nearest: "SESSION_RENEWED".to_owned(),
        },
        Problem::NotAnAmount {
            shown: "1.5".to_owned(),
            digits_max: 78,
        },
        Problem::EmptySet,
        Problem::TooManyEntries { count: 99, max: 64 },
        Problem::BadEntry { bytes_max: 128 },
        Problem::EntryTwice,
        Problem::AgentNameTaken,
        Problem::WalletNameTaken,
        Problem::BadNetwork,
        Problem::UnknownChain,
        Problem::AtMost { max: 16 },
        Problem::AtMostWallets { max: 16 },
        Problem::WalletTwice,
        Problem::NamedTwice {
            name: "main".to_owned(),
        },
        Problem::NotTogetherWith { other: "walletId" },
        Problem::NeedsActive,
        Problem::NotAmongWallets,
        Problem::OfAnotherAgent,
        Problem::SessionExpired,
        Problem::SeveralSessions,
    ];
    for (nearest, known) in [(nearest(), known()), (None, known()), (None, none())] {
        let (field, parameter) = ((nearest.clone(), known.clone()), (nearest, known));
        all.push(Problem::UnknownField {
            nearest: field.0,
            known: field.1,
        });
        all.push(Problem::UnknownParameter {
            nearest: parameter.0,
            known: parameter.1,
        });
    }
    let wanted = [
        Wanted::Text,
        Wanted::Flag,
        Wanted::List,
        Wanted::Integer,
        Wanted::Natural,
        Wanted::Object,
        Wanted::Id,
    ];
    all.extend(wanted.map(Problem::Wanted));
    let names = [
        NameError::Empty,
        NameError::Padded,
        NameError::TooLong,
        NameError::Forbidden(0x202E),
    ];
    all.extend(names.map(Problem::Name));
    let addresses = [
        AddressError::EvmForm,
        AddressError::EvmChecksum,
        AddressError::SolanaForm,
    ];
    all.extend(addresses.map(Problem::Address));
    all
}

/// The keys of these texts.
#[cfg(test)]
pub(super) fn keys() -> Vec<&'static str> {
    samples().iter().map(key).collect()
}
