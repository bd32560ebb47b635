//! The token file: where it lies, how it is read, written and locked, and the pending
//! renewal beside it (PROTOCOL.md sections 5 and 6).
//!
//! Everything here is synchronous and uses only the file system; asynchronous callers wrap
//! it in a blocking task. No clock decides anything, and no signature is checked: whether a
//! token is still good is for the daemon to say. What may be done with a file is judged on
//! the opened descriptor, never on a name that could be exchanged in between.

mod atomic_write;
mod claim_key;
mod error;
mod lock;
mod pending;
mod private_file;
mod select;

use std::path::Path;

pub use self::atomic_write::WriteStep;
use self::atomic_write::{StepHook, replace};
pub use self::claim_key::{
    claim_key_path, read_claim_key, remove_claim_key, require_writable, write_claim_key,
};
pub use self::error::{Rule, TokenFileError};
pub use self::lock::{LOCK_WAIT_DAEMON_MAX_S, TokenFileLock, is_locked, sweep_temporaries};
pub use self::pending::{
    Pending, RenewalKey, pending_path, read_pending, remove_pending, write_pending,
    write_pending_with,
};
pub use self::select::{
    AGENT_TOKEN_FOLDER, TOKEN_FILE_NAME, agent_path, existing_paths, select_path, shared_path,
};
use crate::token::{SessionToken, TOKEN_BYTES_MAX};

/// Reads the token; `None` where there is no file. White space around it is trimmed
/// (PROTOCOL.md section 6).
///
/// # Errors
/// Refuses a symbolic link, anything but a regular file, another user's file, a mode that
/// lets others in, more than 4 KiB, and a text that is no token; says which rule and how to
/// mend it.
pub fn read(path: &Path) -> Result<Option<SessionToken>, TokenFileError> {
    let Some(text) = private_file::read_text(path, TOKEN_BYTES_MAX)? else {
        return Ok(None);
    };
    SessionToken::parse(text.trim())
        .map(Some)
        .map_err(|reason| TokenFileError::NotAToken {
            path: path.to_owned(),
            reason,
        })
}

/// Replaces the token in one step, mode 0600; makes the directory where it is missing
/// (PROTOCOL.md section 6). Call it while holding the file's [`TokenFileLock`].
///
/// # Errors
/// Refuses a target or directory that is a symbolic link or not ours, and reports what the
/// system refused. After an error the old token stands, or, where only the last step
/// failed, the new one; never a part, and no temporary file remains.
pub fn write(path: &Path, token: &SessionToken) -> Result<(), TokenFileError> {
    write_with(path, token, &mut |_| Ok(()))
}

/// [`write`] with a hook that is asked before each step, so that tests can fail or kill it
/// there.
#[doc(hidden)]
pub fn write_with(
    path: &Path,
    token: &SessionToken,
    hook: &mut StepHook<'_>,
) -> Result<(), TokenFileError> {
    replace(path, token.expose().as_bytes(), hook)
}

/// What a caller has to log once at start where the system offers less than the rules ask
/// for: on Windows the checks of mode and owner are skipped (PROTOCOL.md section 6).
#[must_use]
pub const fn platform_warning() -> Option<&'static str> {
    if cfg!(unix) {
        None
    } else {
        Some("the mode and owner of the token file are not checked on this system")
    }
}
