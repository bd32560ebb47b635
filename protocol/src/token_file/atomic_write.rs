//! Replacing a small private file so that a crash at any point leaves the old contents or
//! the new ones (PROTOCOL.md section 6). The token file and the pending entry are both
//! written this way; nothing else is.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::error::TokenFileError;
use super::private_file::refuse_foreign_target;
use crate::data_dir::{PrivateDir, parent_of};

/// How many random letters and digits a temporary name carries.
const TEMPORARY_RANDOM_CHARS: usize = 16;
const TEMPORARY_SUFFIX: &str = ".tmp";

/// The steps of a write in their order; tests stop before one of them.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteStep {
    /// Make the directory, or judge it.
    MakeDirectory,
    /// Judge what stands at the target.
    CheckTarget,
    /// Exclusively create the temporary file.
    CreateTemporary,
    /// Write all bytes.
    WriteTemporary,
    /// Bring them to the disk.
    SyncTemporary,
    /// Put the temporary file in the target's place.
    Rename,
    /// Bring the directory to the disk; the new contents stand from here on.
    SyncDirectory,
}

impl WriteStep {
    /// Every step, in order.
    pub const ALL: [Self; 7] = [
        Self::MakeDirectory,
        Self::CheckTarget,
        Self::CreateTemporary,
        Self::WriteTemporary,
        Self::SyncTemporary,
        Self::Rename,
        Self::SyncDirectory,
    ];

    pub(super) const fn action(self) -> &'static str {
        match self {
            Self::MakeDirectory => "make the directory of",
            Self::CheckTarget => "look at",
            Self::CreateTemporary => "create a temporary file beside",
            Self::WriteTemporary => "write the temporary file for",
            Self::SyncTemporary => "store the temporary file for",
            Self::Rename => "put the new contents in place of",
            Self::SyncDirectory => "store the directory of",
        }
    }
}

/// Asked before each step; an error fails that step.
pub(super) type StepHook<'a> = dyn FnMut(WriteStep) -> io::Result<()> + 'a;

/// Replaces the file; the temporary file removes itself on every way out but the rename.
pub(super) fn replace(
    path: &Path,
    contents: &[u8],
    hook: &mut StepHook<'_>,
) -> Result<(), TokenFileError> {
    let name = file_name(path)?;
    let mut before = |step: WriteStep| hook(step).map_err(TokenFileError::io(path, step.action()));

    before(WriteStep::MakeDirectory)?;
    let dir = PrivateDir::ensure(parent_of(path))?;
    before(WriteStep::CheckTarget)?;
    refuse_foreign_target(path)?;

    before(WriteStep::CreateTemporary)?;
    let mut temporary =
        create_temporary(path, name).map_err(failed(path, WriteStep::CreateTemporary))?;
    before(WriteStep::WriteTemporary)?;
    temporary
        .write_all(contents)
        .map_err(failed(path, WriteStep::WriteTemporary))?;
    before(WriteStep::SyncTemporary)?;
    temporary
        .as_file()
        .sync_all()
        .map_err(failed(path, WriteStep::SyncTemporary))?;
    before(WriteStep::Rename)?;
    temporary
        .persist(path)
        .map_err(|error| failed(path, WriteStep::Rename)(error.error))?;

    before(WriteStep::SyncDirectory)?;
    dir.sync().map_err(failed(path, WriteStep::SyncDirectory))
}

fn failed(path: &Path, step: WriteStep) -> impl FnOnce(io::Error) -> TokenFileError {
    TokenFileError::io(path, step.action())
}

fn create_temporary(path: &Path, name: &OsStr) -> io::Result<NamedTempFile> {
    let prefix = temporary_prefix(name);
    let mut builder = Builder::new();
    builder
        .prefix(&prefix)
        .suffix(TEMPORARY_SUFFIX)
        .rand_bytes(TEMPORARY_RANDOM_CHARS);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o600));
    }
    builder.tempfile_in(parent_of(path))
}

/// Whether a file could be put beside `path`: makes one and takes it away again.
pub(super) fn probe(path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default();
    let mut temporary = create_temporary(path, name)?;
    // A full disk shows only with a byte to store.
    temporary.write_all(&[0])?;
    temporary.as_file().sync_all()?;
    temporary.close()
}

pub(super) fn file_name(path: &Path) -> Result<&OsStr, TokenFileError> {
    path.file_name().ok_or_else(|| TokenFileError::NoFileName {
        path: path.to_owned(),
    })
}

fn temporary_prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

/// Whether `candidate` is a name that [`replace`] would give to a temporary file for `name`.
pub(super) fn is_temporary_of(candidate: &OsStr, name: &OsStr) -> bool {
    candidate
        .as_encoded_bytes()
        .strip_prefix(temporary_prefix(name).as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(TEMPORARY_SUFFIX.as_bytes()))
        .is_some_and(|random| {
            random.len() == TEMPORARY_RANDOM_CHARS && random.iter().all(u8::is_ascii_alphanumeric)
        })
}
