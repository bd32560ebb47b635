//! Which text says why a token file or its directory is refused, and how to mend it
//! (PROTOCOL.md section 6). `Display` of the errors is for logs; this is for people.

use std::io;
use std::path::Path;

use fluent_bundle::FluentArgs;
use waiaas_protocol::data_dir::DataDirError;
use waiaas_protocol::token::{TOKEN_BYTES_MAX, TOKEN_PREFIX, TokenFormatError};
use waiaas_protocol::token_file::TokenFileError;

use super::Locale;

impl Locale {
    /// Why a token file is refused, and how to mend it.
    #[must_use]
    pub fn token_file(self, error: &TokenFileError) -> String {
        let (key, path) = match error {
            TokenFileError::SymbolicLink { path } => ("token-file-link", path),
            TokenFileError::NotRegularFile { path } => ("token-file-irregular", path),
            TokenFileError::NotOurs { path, .. } => ("token-file-foreign", path),
            TokenFileError::OpenToOthers { path, .. } => ("token-file-open", path),
            TokenFileError::TooLarge { path, .. } => ("token-file-large", path),
            TokenFileError::NotText { path } => ("token-file-no-text", path),
            TokenFileError::NotAToken { path, .. } => ("token-file-no-token", path),
            TokenFileError::NotAPendingEntry { path } => ("token-file-no-entry", path),
            TokenFileError::NoFileName { path } => ("token-file-no-name", path),
            TokenFileError::Locked { path, .. } => ("token-file-locked", path),
            TokenFileError::Directory(error) => return self.data_dir(error),
            TokenFileError::Io { path, error, .. } => return self.system(path, error),
        };
        let mut facts = of_path(path);
        match error {
            TokenFileError::NotOurs {
                owner_uid, our_uid, ..
            } => owners(&mut facts, *owner_uid, *our_uid),
            TokenFileError::OpenToOthers { mode, .. } => facts.set("mode", format!("{mode:04o}")),
            TokenFileError::TooLarge { bytes_max, .. } => facts.set("max", bytes_max.to_string()),
            TokenFileError::NotAToken { reason, .. } => facts.set("reason", self.form(*reason)),
            TokenFileError::Locked { waited, .. } => {
                facts.set("seconds", waited.as_secs().max(1));
            }
            _ => {}
        }
        self.text(key, &facts)
    }

    /// Why a data directory is refused, and how to mend it.
    #[must_use]
    pub fn data_dir(self, error: &DataDirError) -> String {
        let (key, path) = match error {
            DataDirError::Undetermined => {
                return self.text("data-dir-undetermined", &FluentArgs::new());
            }
            DataDirError::EmptyFlag => return self.text("data-dir-empty-flag", &FluentArgs::new()),
            DataDirError::SymbolicLink { path } => ("data-dir-link", path),
            DataDirError::NotADirectory { path } => ("data-dir-no-directory", path),
            DataDirError::NotOurs { path, .. } => ("data-dir-foreign", path),
            DataDirError::WritableByOthers { path, .. } => ("data-dir-writable", path),
            DataDirError::Io { path, error, .. } => return self.system(path, error),
        };
        let mut facts = of_path(path);
        match error {
            DataDirError::NotOurs {
                owner_uid, our_uid, ..
            } => owners(&mut facts, *owner_uid, *our_uid),
            DataDirError::WritableByOthers { mode, .. } => {
                facts.set("mode", format!("{mode:04o}"));
            }
            _ => {}
        }
        self.text(key, &facts)
    }

    /// That others can look into the data directory, and how to close it.
    #[must_use]
    pub fn readable_dir(self, path: &Path, mode: u32) -> String {
        let mut facts = of_path(path);
        facts.set("mode", format!("{mode:04o}"));
        self.text("data-dir-readable", &facts)
    }

    /// The operating system refused: the usual causes in words, others as the system says.
    fn system(self, path: &Path, error: &io::Error) -> String {
        let mut facts = of_path(path);
        let key = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "token-file-full",
            io::ErrorKind::ReadOnlyFilesystem => "token-file-read-only",
            io::ErrorKind::PermissionDenied => "token-file-denied",
            _ => {
                facts.set("said", error.to_string());
                "token-file-system"
            }
        };
        self.text(key, &facts)
    }

    fn form(self, error: TokenFormatError) -> String {
        let (key, facts) = match error {
            TokenFormatError::Prefix => {
                ("token-form-prefix", vec![("prefix", TOKEN_PREFIX.into())])
            }
            TokenFormatError::TooLong => (
                "token-form-long",
                vec![("max", TOKEN_BYTES_MAX.to_string())],
            ),
            TokenFormatError::Parts => ("token-form-parts", Vec::new()),
            TokenFormatError::Payload => ("token-form-payload", Vec::new()),
        };
        self.text(key, &FluentArgs::from_iter(facts))
    }
}

/// Escaped, so that a hostile name cannot write to a terminal.
fn of_path(path: &Path) -> FluentArgs<'static> {
    FluentArgs::from_iter([("path", format!("{path:?}"))])
}

fn owners(facts: &mut FluentArgs<'_>, owner: u32, ours: u32) {
    facts.set("owner", owner.to_string());
    facts.set("uid", ours.to_string());
}

/// Every refusal once.
#[cfg(test)]
pub(super) fn samples() -> Vec<TokenFileError> {
    use std::path::PathBuf;
    use std::time::Duration;

    let path = || PathBuf::from("/data/mcp-token");
    let (owner_uid, our_uid) = (0, 1_000);
    let mut all = vec![
        TokenFileError::SymbolicLink { path: path() },
        TokenFileError::NotRegularFile { path: path() },
        TokenFileError::NotOurs {
            path: path(),
            owner_uid,
            our_uid,
        },
        TokenFileError::OpenToOthers {
            path: path(),
            mode: 0o644,
        },
        TokenFileError::TooLarge {
            path: path(),
            bytes_max: 4_096,
        },
        TokenFileError::NotText { path: path() },
        TokenFileError::NotAPendingEntry { path: path() },
        TokenFileError::NoFileName { path: path() },
        TokenFileError::Locked {
            path: path(),
            waited: Duration::from_secs(60),
        },
    ];
    let forms = [
        TokenFormatError::Prefix,
        TokenFormatError::TooLong,
        TokenFormatError::Parts,
        TokenFormatError::Payload,
    ];
    let path_of = |reason| TokenFileError::NotAToken {
        path: path(),
        reason,
    };
    all.extend(forms.map(path_of));
    let kinds = [
        io::ErrorKind::StorageFull,
        io::ErrorKind::ReadOnlyFilesystem,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::NotFound,
    ];
    all.extend(kinds.map(|kind| TokenFileError::Io {
        path: path(),
        action: "write",
        error: kind.into(),
    }));
    let directories = [
        DataDirError::Undetermined,
        DataDirError::EmptyFlag,
        DataDirError::SymbolicLink { path: path() },
        DataDirError::NotADirectory { path: path() },
        DataDirError::NotOurs {
            path: path(),
            owner_uid,
            our_uid,
        },
        DataDirError::WritableByOthers {
            path: path(),
            mode: 0o777,
        },
    ];
    all.extend(directories.map(TokenFileError::Directory));
    all
}
