//! Why a token file was refused, and how to mend it (PROTOCOL.md section 6).
//!
//! No variant carries any part of a token or key. Paths are printed escaped, so that a
//! hostile name cannot write to a terminal.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::data_dir::DataDirError;
use crate::token::TokenFormatError;

/// Which rule of PROTOCOL.md section 6 was broken, without the particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A symbolic link stands where a file or its directory should be.
    SymbolicLink,
    /// Not a regular file.
    RegularFile,
    /// Not a directory.
    Directory,
    /// Owned by another user.
    Owner,
    /// The group or others have access.
    Mode,
    /// Larger than allowed.
    Size,
    /// Not the text of a token.
    TokenForm,
    /// Not a pending entry.
    PendingForm,
    /// The path names no file.
    Path,
    /// Another program holds the lock.
    Lock,
    /// The operating system refused to read or write.
    System,
}

impl Rule {
    /// A stable name for logs and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SymbolicLink => "symbolic_link",
            Self::RegularFile => "regular_file",
            Self::Directory => "directory",
            Self::Owner => "owner",
            Self::Mode => "mode",
            Self::Size => "size",
            Self::TokenForm => "token_form",
            Self::PendingForm => "pending_form",
            Self::Path => "path",
            Self::Lock => "lock",
            Self::System => "system",
        }
    }
}

/// A refusal; Display says which rule was broken and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// The file is a symbolic link.
    #[error(
        "{path:?} is a symbolic link, and links are not followed; remove it (rm {path:?}), then \
         issue the session anew"
    )]
    SymbolicLink {
        /// The refused file.
        path: PathBuf,
    },
    /// A directory, pipe, socket or device.
    #[error("{path:?} is not a regular file; move it away, then issue the session anew")]
    NotRegularFile {
        /// The refused file.
        path: PathBuf,
    },
    /// The file belongs to another user.
    #[error(
        "{path:?} belongs to user {owner_uid}, and this program runs as user {our_uid}; run it \
         as the owner, or give each user a data directory of their own"
    )]
    NotOurs {
        /// The refused file.
        path: PathBuf,
        /// Who owns it.
        owner_uid: u32,
        /// Who we are.
        our_uid: u32,
    },
    /// `mode & 077` is not zero.
    #[error(
        "{path:?} has mode {mode:04o}, so other users have access to it; run: chmod 600 \
         {path:?} (and revoke the session if someone may have read it)"
    )]
    OpenToOthers {
        /// The refused file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Larger than the file may be.
    #[error("{path:?} is larger than {bytes_max} bytes; remove it, then issue the session anew")]
    TooLarge {
        /// The refused file.
        path: PathBuf,
        /// The limit.
        bytes_max: usize,
    },
    /// The bytes are not UTF-8.
    #[error("{path:?} is not UTF-8 text; remove it, then issue the session anew")]
    NotText {
        /// The refused file.
        path: PathBuf,
    },
    /// The text is not a token.
    #[error(
        "{path:?} does not hold a session token: {reason}; remove it, then issue the session anew"
    )]
    NotAToken {
        /// The refused file.
        path: PathBuf,
        /// Which part of the form is missing.
        reason: TokenFormatError,
    },
    /// The text is not a pending entry.
    #[error(
        "{path:?} is not an entry for a pending renewal; remove it, and issue the session anew \
         if the token is then refused"
    )]
    NotAPendingEntry {
        /// The refused file.
        path: PathBuf,
    },
    /// The path ends in no file name.
    #[error("{path:?} does not end in a file name; name the token file itself")]
    NoFileName {
        /// The refused path.
        path: PathBuf,
    },
    /// The lock stayed taken for the whole wait.
    #[error(
        "another program has been writing {path:?} for more than {} ms; try again when it has \
         finished",
        waited.as_millis()
    )]
    Locked {
        /// The token file whose lock is taken.
        path: PathBuf,
        /// How long was waited at most.
        waited: Duration,
    },
    /// The directory was refused.
    #[error("{0}")]
    Directory(DataDirError),
    /// The operating system refused.
    #[error("cannot {action} {path:?}: {error}; {}", mend_for(error))]
    Io {
        /// The file that was read or written.
        path: PathBuf,
        /// What was tried, as a verb.
        action: &'static str,
        /// What the system said.
        error: io::Error,
    },
}

impl TokenFileError {
    pub(super) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io {
            path: path.to_owned(),
            action,
            error,
        }
    }

    /// The rule that was broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::SymbolicLink { .. } | Self::Directory(DataDirError::SymbolicLink { .. }) => {
                Rule::SymbolicLink
            }
            Self::NotRegularFile { .. } => Rule::RegularFile,
            Self::Directory(DataDirError::NotADirectory { .. }) => Rule::Directory,
            Self::NotOurs { .. } | Self::Directory(DataDirError::NotOurs { .. }) => Rule::Owner,
            Self::OpenToOthers { .. } | Self::Directory(DataDirError::WritableByOthers { .. }) => {
                Rule::Mode
            }
            Self::TooLarge { .. } => Rule::Size,
            Self::NotText { .. } | Self::NotAToken { .. } => Rule::TokenForm,
            Self::NotAPendingEntry { .. } => Rule::PendingForm,
            Self::NoFileName { .. }
            | Self::Directory(DataDirError::Undetermined | DataDirError::EmptyFlag) => Rule::Path,
            Self::Locked { .. } => Rule::Lock,
            Self::Io { .. } | Self::Directory(DataDirError::Io { .. }) => Rule::System,
        }
    }
}

// Not derived as a source: the message of the directory is already the whole message here.
impl From<DataDirError> for TokenFileError {
    fn from(error: DataDirError) -> Self {
        Self::Directory(error)
    }
}

fn mend_for(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space",
        io::ErrorKind::ReadOnlyFilesystem => {
            "make the file system writable, or choose another data directory"
        }
        io::ErrorKind::PermissionDenied => {
            "give this user access to it, or choose another data directory"
        }
        _ => "check the disk, or choose another data directory",
    }
}
