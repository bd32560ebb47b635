//! The lock that keeps two processes from migrating one database at the same time.
//!
//! An operating system lock on `<database>.migrate.lock`. The file stays behind on purpose:
//! removing it would let a waiting process lock a file that nobody else can see any more. The
//! lock itself ends with the process that holds it, so a crash leaves nothing to clean up.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::error::MigrationError;

/// How often a held lock is asked again.
const LOCK_POLL_MS: u64 = 20;

/// The lock is held as long as this value lives.
pub(crate) struct MigrationLock {
    _file: File,
}

/// Takes the lock of `database`, waiting at most `wait`.
pub(crate) async fn acquire(
    database: &Path,
    wait: Duration,
) -> Result<MigrationLock, MigrationError> {
    let path = lock_path(database);
    let fail = |source| MigrationError::Lock {
        path: path.clone(),
        source,
    };
    let file = open(&path).map_err(fail)?;
    let deadline = tokio::time::Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(MigrationLock { _file: file }),
            Err(TryLockError::Error(source)) => return Err(fail(source)),
            Err(TryLockError::WouldBlock) => {}
        }
        if tokio::time::Instant::now() >= deadline {
            return Err(MigrationError::LockTimeout {
                path,
                waited_s: wait.as_secs(),
            });
        }
        tokio::time::sleep(Duration::from_millis(LOCK_POLL_MS)).await;
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".migrate.lock");
    PathBuf::from(name)
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, crate::database::FILE_MODE);
    options.open(path)
}
