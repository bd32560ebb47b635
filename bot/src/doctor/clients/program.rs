//! The program that an entry starts: whether it could be started at all.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Any permission to execute.
const EXECUTABLE_MODE: u32 = 0o111;

/// What stands where an entry says the program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Runs,
    Missing,
    /// A file that nobody may execute.
    NotExecutable,
    /// A directory, or whatever else is no file.
    NotAFile,
    /// In a folder that this user may not enter.
    Closed,
    /// No absolute path: the client looks for it in its own way.
    LookedUp,
}

impl Program {
    pub(super) fn at(command: &str) -> Self {
        let path = Path::new(command);
        if !path.is_absolute() {
            return Self::LookedUp;
        }
        match fs::metadata(path) {
            Ok(found) if !found.is_file() => Self::NotAFile,
            Ok(found) => match found.permissions().mode() & EXECUTABLE_MODE {
                0 => Self::NotExecutable,
                _ => Self::Runs,
            },
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Self::Closed,
            Err(_) => Self::Missing,
        }
    }
}
