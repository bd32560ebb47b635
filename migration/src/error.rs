//! What can stop a migration, worded for the person who starts the program.
//!
//! Every variant keeps its cause as `source`. Nothing here decides what to do next.

use std::{io, path::PathBuf};

use sea_orm_migration::DbErr;

/// Why the database could not be brought to this version's schema; the database is then as it
/// was before the step that failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database file is absent and could not be created.
    #[error("cannot create the database file {}", path.display())]
    Create {
        /// The file that was to be created.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The lock file beside the database could not be opened or locked.
    #[error("cannot use the migration lock {}", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process held the lock for longer than the longest wait.
    #[error(
        "another process is migrating this database: {} was still locked after {waited_s} s",
        path.display()
    )]
    LockTimeout {
        /// The lock file.
        path: PathBuf,
        /// How long was waited, in seconds.
        waited_s: u64,
    },
    /// The database carries steps that this version does not know.
    #[error(
        "the database {} was made by a newer version: this one does not know {}; \
         start the newer version, or restore a backup from before it",
        path.display(),
        unknown.join(", ")
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Names of the applied steps that are unknown here.
        unknown: Vec<String>,
    },
    /// A later step is recorded as applied while an earlier one is not.
    #[error(
        "the database {} has lost the record of {}, although later steps are applied; \
         restore a backup",
        path.display(),
        missing.join(", ")
    )]
    Gap {
        /// The database file.
        path: PathBuf,
        /// Names of the steps that should have been applied before.
        missing: Vec<String>,
    },
    /// Rows would point at rows that do not exist; the step was rolled back.
    #[error(
        "step {step} was rolled back: {rows} rows point at missing rows, in {}",
        tables.join(", ")
    )]
    ForeignKeys {
        /// The step that was rolled back.
        step: String,
        /// Tables that hold the dangling rows, sorted, each once.
        tables: Vec<String>,
        /// How many dangling references there are.
        rows: usize,
    },
    /// A statement of a step failed; the step was rolled back.
    #[error("step {step} failed and was rolled back")]
    Step {
        /// The step that was rolled back.
        step: String,
        /// What the database said.
        source: DbErr,
    },
    /// The database could not be opened, read, or committed to.
    #[error("cannot use the database {}", path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        source: DbErr,
    },
}
