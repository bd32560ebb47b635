//! What can be wrong with a request, as a value: `details.issues` of `REQUEST_INVALID`
//! (PROTOCOL.md section 8). Pure; the words are in `locales/`, one `issue-…` per problem.

use std::fmt;

use crate::i18n::Locale;
use crate::name::NameError;
use crate::wallet::address::AddressError;

/// One thing wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Where: a JSON field in dotted camelCase, a path or query parameter, or `body`.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

impl Issue {
    /// A problem at a place.
    #[must_use]
    pub fn new(path: impl Into<String>, problem: impl Into<Problem>) -> Self {
        Self {
            path: path.into(),
            problem: problem.into(),
        }
    }
}

/// What a field should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what its text says")]
pub enum Wanted {
    Text,
    Flag,
    List,
    Integer,
    Natural,
    Object,
    Id,
}

/// What is wrong; each has a text that also says what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what its text says")]
pub enum Problem {
    Missing,
    GivenTwice,
    NotJson {
        line: usize,
        column: usize,
    },
    NotSentAsJson,
    CutShort,
    WrongForm,
    WrongParameterForm,
    WrongQueryForm,
    Wanted(Wanted),
    UnknownField {
        nearest: Option<String>,
        known: Vec<String>,
    },
    UnknownParameter {
        nearest: Option<String>,
        known: Vec<String>,
    },
    TooManyParameters {
        max: usize,
    },
    NotInRange {
        value: i64,
        min: i64,
        max: i64,
    },
    /// As [`Problem::NotInRange`]; the upper end is the session's absolute lifetime.
    PastLifetime {
        value: i64,
        min: i64,
        max: i64,
    },
    NotANumberIn {
        min: u64,
        max: u64,
    },
    NotOneOf {
        words: Vec<String>,
    },
    /// As [`Problem::NotOneOf`], where one of many words is near.
    NotKnown {
        nearest: String,
    },
    NotAnAmount {
        shown: String,
        digits_max: usize,
    },
    EmptySet,
    TooManyEntries {
        count: usize,
        max: usize,
    },
    BadEntry {
        bytes_max: usize,
    },
    EntryTwice,
    Name(NameError),
    AgentNameTaken,
    WalletNameTaken,
    BadNetwork,
    UnknownChain,
    Address(AddressError),
    AtMost {
        max: usize,
    },
    AtMostWallets {
        max: usize,
    },
    WalletTwice,
    NamedTwice {
        name: String,
    },
    NotTogetherWith {
        other: &'static str,
    },
    NeedsActive,
    NotAmongWallets,
    OfAnotherAgent,
    SessionExpired,
    SeveralSessions,
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        Self::Name(error)
    }
}

impl From<AddressError> for Problem {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

impl From<Wanted> for Problem {
    fn from(wanted: Wanted) -> Self {
        Self::Wanted(wanted)
    }
}

/// English, for logs.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Locale::En.problem(self))
    }
}
