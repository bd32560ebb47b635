//! The advisory lock `<token file>.lock` that writers hold around read-decide-write
//! (PROTOCOL.md section 6), and the sweep that only its holder may do.
//!
//! The lock file is never removed: a process could then lock a file that no longer has the
//! name, beside another that locked its successor.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::atomic_write::{file_name, is_temporary_of};
use super::error::TokenFileError;
use super::pending::pending_path;
use super::private_file::{open_or_create, refuse_foreign_target};
use super::select::select_path;
use crate::data_dir::{PrivateDir, parent_of};
use crate::ids::AgentId;

/// The daemon's longest wait for the lock, in seconds, before a hand-over fails
/// (PROTOCOL.md section 6).
pub const LOCK_WAIT_DAEMON_MAX_S: u64 = 15;

const LOCK_SUFFIX: &str = ".lock";
const POLL_FIRST_MS: u64 = 2;
const POLL_PAUSE_MAX_MS: u64 = 100;
/// How often a lock file that was exchanged under us is opened again.
const REOPEN_MAX: usize = 8;
/// How often the choice of the path is repeated because another agent took it meanwhile.
const SELECT_ATTEMPTS_MAX: usize = 4;
/// How many leftovers one sweep removes.
const SWEEP_FILES_MAX: usize = 256;

/// The exclusive lock of one token file; released on drop and by the death of the process.
#[derive(Debug)]
#[must_use = "the lock is released when this value is dropped"]
pub struct TokenFileLock {
    token_path: PathBuf,
    _file: File,
}

impl TokenFileLock {
    /// Takes the lock, asking again with growing pauses (at most 100 ms) for `max_wait`.
    /// Makes the directory where it is missing. Blocks the thread.
    ///
    /// # Errors
    /// [`TokenFileError::Locked`] when it stays taken; the refusals of
    /// [`read`](super::read) for the lock file, and those of the directory.
    pub fn acquire(path: &Path, max_wait: Duration) -> Result<Self, TokenFileError> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(POLL_FIRST_MS);
        loop {
            if let Some(lock) = Self::try_acquire(path)? {
                return Ok(lock);
            }
            let left = max_wait.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(TokenFileError::Locked {
                    path: path.to_owned(),
                    waited: max_wait,
                });
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(POLL_PAUSE_MAX_MS));
        }
    }

    /// Takes the lock if nobody holds it, without waiting; `None` if somebody does.
    ///
    /// # Errors
    /// As for [`TokenFileLock::acquire`], without [`TokenFileError::Locked`].
    pub fn try_acquire(path: &Path) -> Result<Option<Self>, TokenFileError> {
        file_name(path)?;
        PrivateDir::ensure(parent_of(path))?;
        let lock_path = lock_path(path);
        for _ in 0..REOPEN_MAX {
            match attempt(open_or_create(&lock_path)?, &lock_path)? {
                Attempt::Locked(file) => {
                    return Ok(Some(Self {
                        token_path: path.to_owned(),
                        _file: file,
                    }));
                }
                Attempt::Taken => return Ok(None),
                Attempt::Exchanged => {}
            }
        }
        Ok(None)
    }

    /// Selects this agent's file by [`select_path`] and locks it, so that two agents that
    /// both find `mcp-token` free do not both take it: the choice is made again under the
    /// lock.
    ///
    /// # Errors
    /// Those of [`select_path`] and [`TokenFileLock::acquire`]; `max_wait` is for all attempts
    /// together, of which there are rarely more than two.
    pub fn acquire_for_agent(
        data_dir: &Path,
        agent_id: AgentId,
        max_wait: Duration,
    ) -> Result<Self, TokenFileError> {
        let started = Instant::now();
        let mut path = select_path(data_dir, agent_id)?;
        for _ in 0..SELECT_ATTEMPTS_MAX {
            let lock = Self::acquire(&path, max_wait.saturating_sub(started.elapsed()))?;
            let selected_again = select_path(data_dir, agent_id)?;
            if selected_again == path {
                return Ok(lock);
            }
            path = selected_again;
        }
        Err(TokenFileError::Locked {
            path,
            waited: max_wait,
        })
    }

    /// The token file, not the lock file.
    #[must_use]
    pub fn token_path(&self) -> &Path {
        &self.token_path
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(LOCK_SUFFIX);
    PathBuf::from(name)
}

enum Attempt {
    Locked(File),
    Taken,
    /// Locked, but a file that no longer has the name; another process may hold the one that
    /// has.
    Exchanged,
}

fn attempt(file: File, lock_path: &Path) -> Result<Attempt, TokenFileError> {
    match file.try_lock() {
        Ok(()) if still_has_the_name(&file, lock_path) => Ok(Attempt::Locked(file)),
        Ok(()) => Ok(Attempt::Exchanged),
        Err(TryLockError::WouldBlock) => Ok(Attempt::Taken),
        Err(TryLockError::Error(error)) => Err(TokenFileError::io(lock_path, "lock")(error)),
    }
}

/// False when somebody removed or exchanged the lock file between our opening and locking.
fn still_has_the_name(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let (Ok(opened), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else {
            return false;
        };
        identity(opened) == identity(named)
    }
    // Windows does not let an open file be replaced.
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

/// Whether a writer holds the lock right now; makes no file.
///
/// # Errors
/// As for [`TokenFileLock::try_acquire`].
pub fn is_locked(path: &Path) -> Result<bool, TokenFileError> {
    if fs::symlink_metadata(lock_path(path)).is_err() {
        return Ok(false);
    }
    Ok(TokenFileLock::try_acquire(path)?.is_none())
}

/// Removes the temporary files that a crash left beside the token file, and returns their
/// number, 256 at most. The lock proves that no writer is at work, so that no age is needed.
///
/// # Errors
/// Reports a directory that cannot be listed and a file that cannot be removed. Names that
/// look alike but are links, foreign or no files are left alone.
pub fn sweep_temporaries(lock: &TokenFileLock) -> Result<usize, TokenFileError> {
    let token_path = lock.token_path();
    let pending = pending_path(token_path);
    let (token_name, pending_name) = (file_name(token_path)?, file_name(&pending)?);
    let ours =
        |name: &OsStr| is_temporary_of(name, token_name) || is_temporary_of(name, pending_name);
    let dir = parent_of(token_path);
    let mut removed = 0;
    for entry in fs::read_dir(dir).map_err(TokenFileError::io(dir, "list"))? {
        let path = entry.map_err(TokenFileError::io(dir, "list"))?.path();
        let is_leftover = path.file_name().is_some_and(ours);
        if !is_leftover || refuse_foreign_target(&path).is_err() {
            continue;
        }
        fs::remove_file(&path).map_err(TokenFileError::io(&path, "remove"))?;
        removed += 1;
        if removed == SWEEP_FILES_MAX {
            break;
        }
    }
    Ok(removed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_on_a_file_that_lost_its_name_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mcp-token.lock");
        let named = open_or_create(&path).unwrap();
        assert!(matches!(attempt(named, &path).unwrap(), Attempt::Locked(_)));

        let removed = open_or_create(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let exchanged = removed.try_clone().unwrap();
        assert!(matches!(
            attempt(removed, &path).unwrap(),
            Attempt::Exchanged
        ));
        let _successor = open_or_create(&path).unwrap();
        assert!(matches!(
            attempt(exchanged, &path).unwrap(),
            Attempt::Exchanged
        ));
    }
}
