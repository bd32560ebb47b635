//! One daemon per data directory: a lock of the operating system on the directory itself. It
//! ends with the process that holds it, so a crash leaves nothing to clean up, and no file
//! has to be made for it.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Holds a data directory until it is dropped.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _directory: File,
}

impl DirectoryLock {
    /// Takes the lock; `None` while another process holds it.
    ///
    /// # Errors
    /// When the directory cannot be opened.
    pub(crate) fn take(directory: &Path) -> io::Result<Option<Self>> {
        let directory = File::open(directory)?;
        match directory.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            // Some file systems know no locks: there the admin socket alone keeps a second
            // daemon out.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Self {
                _directory: directory,
            })),
        }
    }
}
