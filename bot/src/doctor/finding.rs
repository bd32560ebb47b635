//! What a check has found, in words, and how bad it is.

use i18n_embed_fl::fl;
use serde::Serialize;

use crate::cli::Texts;

/// What is looked at, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Check {
    DataDirectory,
    Files,
    Configuration,
    Database,
    Daemon,
    Clock,
    TokenFiles,
    Clients,
    Telegram,
}

impl Check {
    pub(super) const ALL: [Self; 9] = [
        Self::DataDirectory,
        Self::Files,
        Self::Configuration,
        Self::Database,
        Self::Daemon,
        Self::Clock,
        Self::TokenFiles,
        Self::Clients,
        Self::Telegram,
    ];

    /// Its name for people.
    pub(crate) fn label(self, texts: &Texts) -> String {
        match self {
            Self::DataDirectory => fl!(texts, "cli-doctor-check-data-dir"),
            Self::Files => fl!(texts, "cli-doctor-check-files"),
            Self::Configuration => fl!(texts, "cli-doctor-check-config"),
            Self::Database => fl!(texts, "cli-doctor-check-database"),
            Self::Daemon => fl!(texts, "cli-doctor-check-daemon"),
            Self::Clock => fl!(texts, "cli-doctor-check-clock"),
            Self::TokenFiles => fl!(texts, "cli-doctor-check-tokens"),
            Self::Clients => fl!(texts, "cli-doctor-check-clients"),
            Self::Telegram => fl!(texts, "cli-doctor-check-telegram"),
        }
    }
}

/// How bad it is; later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing need be done.
    Note,
    /// Something is lost or at risk, and the agents can still work.
    Warning,
    /// Agents or the owner are cut off, or a secret lies open.
    Serious,
}

impl Severity {
    /// Its name for people.
    pub(crate) fn label(self, texts: &Texts) -> String {
        match self {
            Self::Ok => fl!(texts, "cli-doctor-ok"),
            Self::Note => fl!(texts, "cli-doctor-note"),
            Self::Warning => fl!(texts, "cli-doctor-warning"),
            Self::Serious => fl!(texts, "cli-doctor-serious"),
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) severity: Severity,
    /// One sentence, one line.
    pub(crate) what: String,
    /// The command that mends it, or what to do where no single command does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mend: Option<String>,
}

/// Everything that was found.
#[derive(Debug, Serialize)]
pub(crate) struct Examination {
    pub(crate) findings: Vec<Finding>,
    pub(crate) serious: usize,
    pub(crate) warnings: usize,
}

impl Examination {
    pub(super) fn of(findings: Vec<Finding>) -> Self {
        let count = |severity| {
            let of_it = findings.iter().filter(|one| one.severity == severity);
            of_it.count()
        };
        Self {
            serious: count(Severity::Serious),
            warnings: count(Severity::Warning),
            findings,
        }
    }
}

/// The findings of one check while it is being judged.
#[derive(Debug)]
pub(super) struct Findings {
    check: Check,
    list: Vec<Finding>,
}

impl Findings {
    pub(super) fn of(check: Check) -> Self {
        Self {
            check,
            list: Vec::new(),
        }
    }

    pub(super) fn ok(&mut self, what: String) {
        self.add(Severity::Ok, what, None);
    }

    pub(super) fn note(&mut self, what: String, mend: Option<String>) {
        self.add(Severity::Note, what, mend);
    }

    pub(super) fn warning(&mut self, what: String, mend: String) {
        self.add(Severity::Warning, what, Some(mend));
    }

    pub(super) fn serious(&mut self, what: String, mend: String) {
        self.add(Severity::Serious, what, Some(mend));
    }

    /// Says that the check was left out, and why.
    pub(super) fn not_checked(&mut self, texts: &Texts, why: &str) {
        self.note(
            fl!(texts, "cli-doctor-not-checked", why = why.to_owned()),
            None,
        );
    }

    pub(super) fn add(&mut self, severity: Severity, what: String, mend: Option<String>) {
        // Causes from elsewhere may run over several lines, and a finding is one.
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        self.list.push(Finding {
            check: self.check,
            severity,
            what,
            mend,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    #[cfg(test)]
    pub(super) fn severities(&self) -> Vec<Severity> {
        self.list.iter().map(|one| one.severity).collect()
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
