//! The file and the connection that migrations run on; nothing else may use this connection.
//!
//! It is a pool of exactly one with foreign keys off, because step 3 rebuilds tables: SQLite
//! ignores `PRAGMA foreign_keys` inside a transaction, and with foreign keys on, dropping the old
//! table would delete every row that refers to it. The connection is closed after the run, so the
//! program's own connections, which open with foreign keys on, never inherit this.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm_migration::{
    DbErr,
    sea_orm::{
        ConnectOptions, Database, DatabaseConnection,
        sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};

use crate::error::MigrationError;

/// Mode of the database file and of its lock file: only the owner reads and writes.
#[cfg(unix)]
pub(crate) const FILE_MODE: u32 = 0o600;

/// How long a statement waits for another process's write to end.
const BUSY_TIMEOUT_MS: u64 = 10_000;

/// The path from the root, so that SQLite cannot take a relative name for a URI.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, MigrationError> {
    std::path::absolute(path).map_err(|source| MigrationError::Create {
        path: path.to_owned(),
        source,
    })
}

/// Creates the file empty and private unless it exists; says whether it did.
pub(crate) fn create_if_absent(path: &Path) -> Result<bool, MigrationError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, FILE_MODE);
    match options.open(path).and_then(|_| sync_folder(path)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(MigrationError::Create {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Makes the new directory entry survive a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        #[cfg(unix)]
        Some(folder) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Opens the one connection for a run; foreign keys are off on it.
pub(crate) async fn open_for_migration(path: &Path) -> Result<DatabaseConnection, DbErr> {
    connect(path, |options| {
        options
            .foreign_keys(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
    })
    .await
}

/// Opens a connection that cannot change the database.
pub(crate) async fn open_read_only(path: &Path) -> Result<DatabaseConnection, DbErr> {
    connect(path, |options| options.read_only(true)).await
}

async fn connect(
    path: &Path,
    choose: fn(SqliteConnectOptions) -> SqliteConnectOptions,
) -> Result<DatabaseConnection, DbErr> {
    let file = path.to_owned();
    // The real path is set below: a URL would need escaping for names with `?`, `#` or `%`.
    let mut options = ConnectOptions::new("sqlite:waiaas.db");
    options
        .max_connections(1)
        .min_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            choose(sqlite)
                .filename(&file)
                .create_if_missing(false)
                .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
        });
    Database::connect(options).await
}
