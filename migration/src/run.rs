//! The runner: brings a SQLite file to this version's schema, or leaves it as it was.
//!
//! Each step is one `BEGIN IMMEDIATE` transaction that holds the schema change, its row in
//! `seaql_migrations` and a foreign-key check. A failed step is rolled back whole; steps before it
//! stay, and the next run goes on from there. What a step does is not known here.

use std::{path::Path, time::Duration};

use sea_orm_migration::{
    DbErr, MigrationTrait, MigratorTraitSelf,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
        Statement, TransactionOptions, TransactionTrait,
    },
};

use crate::{
    STEPS, chain, database,
    error::MigrationError,
    lock, m20260215_000003_session_wallets,
    status::{StepStatus, applied, compare},
};

/// Longest wait for another process that is migrating the same database.
pub const LOCK_WAIT_MAX_S: u64 = 60;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// True when the file did not exist before.
    pub created: bool,
    /// Names of the steps that this run applied, in order; empty when all were there.
    pub applied: Vec<String>,
}

/// Applies every pending step to the SQLite file at `path`, which is created with mode 0600 when
/// it is absent; its folder must exist.
///
/// # Errors
/// Every [`MigrationError`]; whichever it is, no step is left half-done, and a database made by
/// a newer version is refused before anything is changed.
pub async fn migrate(path: &Path) -> Result<MigrationReport, MigrationError> {
    rehearse(path, &Rehearsal::default()).await
}

/// Like [`migrate`], but stops once the first `steps` steps stand; a database that is further
/// stays where it is.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_to(path: &Path, steps: usize) -> Result<MigrationReport, MigrationError> {
    rehearse(
        path,
        &Rehearsal {
            steps,
            ..Rehearsal::default()
        },
    )
    .await
}

/// A run with its edges exposed, for tests.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Rehearsal {
    /// How many steps shall stand afterwards.
    pub steps: usize,
    /// Makes step 3 fail before its n-th statement; its length means after the last one.
    pub fail_before: Option<usize>,
    /// How long to wait for another process.
    pub lock_wait: Duration,
}

impl Default for Rehearsal {
    fn default() -> Self {
        Self {
            steps: STEPS.len(),
            fail_before: None,
            lock_wait: Duration::from_secs(LOCK_WAIT_MAX_S),
        }
    }
}

/// Names of step 3's statements in order, for tests that fail before each of them.
#[doc(hidden)]
#[must_use]
pub fn session_wallets_statements() -> Vec<&'static str> {
    m20260215_000003_session_wallets::statements()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// [`migrate`] with its edges set by the caller, for tests.
#[doc(hidden)]
pub async fn rehearse(path: &Path, run: &Rehearsal) -> Result<MigrationReport, MigrationError> {
    let path = &database::absolute(path)?;
    let _lock = lock::acquire(path, run.lock_wait).await?;
    let created = database::create_if_absent(path)?;
    let fail = |source| MigrationError::Database {
        path: path.clone(),
        source,
    };
    let db = database::open_for_migration(path).await.map_err(fail)?;
    let applied = apply_pending(&db, path, run).await;
    let closed = db.close().await.map_err(fail);
    let applied = applied?;
    closed?;
    Ok(MigrationReport { created, applied })
}

async fn apply_pending(
    db: &DatabaseConnection,
    path: &Path,
    run: &Rehearsal,
) -> Result<Vec<String>, MigrationError> {
    let fail = |source| MigrationError::Database {
        path: path.to_owned(),
        source,
    };
    let steps = compare(&applied(db).await.map_err(fail)?);
    refuse_foreign_history(path, &steps)?;
    let migrator = Chain {
        fail_before: run.fail_before,
    };
    let mut done = Vec::new();
    for step in steps
        .into_iter()
        .take(run.steps)
        .filter(|step| step.applied_at.is_none())
    {
        apply_next(db, path, &migrator, &step.name).await?;
        done.push(step.name);
    }
    Ok(done)
}

/// Only a history that is a beginning of this version's chain can be continued.
fn refuse_foreign_history(path: &Path, steps: &[StepStatus]) -> Result<(), MigrationError> {
    let unknown = names(steps.iter().filter(|step| !step.known));
    if !unknown.is_empty() {
        return Err(MigrationError::Newer {
            path: path.to_owned(),
            unknown,
        });
    }
    let reached = steps
        .iter()
        .rposition(|step| step.applied_at.is_some())
        .unwrap_or(0);
    let missing = names(
        steps
            .iter()
            .take(reached)
            .filter(|step| step.applied_at.is_none()),
    );
    if !missing.is_empty() {
        return Err(MigrationError::Gap {
            path: path.to_owned(),
            missing,
        });
    }
    Ok(())
}

fn names<'a>(steps: impl Iterator<Item = &'a StepStatus>) -> Vec<String> {
    steps.map(|step| step.name.clone()).collect()
}

/// Applies the first pending step, `name`, in one transaction.
async fn apply_next(
    db: &DatabaseConnection,
    path: &Path,
    migrator: &Chain,
    name: &str,
) -> Result<(), MigrationError> {
    let fail = |source| MigrationError::Database {
        path: path.to_owned(),
        source,
    };
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let txn = db.begin_with_options(immediate).await.map_err(fail)?;
    match change(&txn, migrator, name).await {
        Ok(()) => txn.commit().await.map_err(fail),
        Err(error) => {
            // If even this fails, closing the connection rolls back; the first error tells more.
            txn.rollback().await.ok();
            Err(error)
        }
    }
}

/// The step, its bookkeeping row, and the check of what came out.
async fn change(
    txn: &DatabaseTransaction,
    migrator: &Chain,
    name: &str,
) -> Result<(), MigrationError> {
    let fail = |source| MigrationError::Step {
        step: name.to_owned(),
        source,
    };
    migrator.up(txn, Some(1)).await.map_err(fail)?;
    let mut tables = dangling(txn).await.map_err(fail)?;
    let rows = tables.len();
    tables.sort();
    tables.dedup();
    if tables.is_empty() {
        return Ok(());
    }
    Err(MigrationError::ForeignKeys {
        step: name.to_owned(),
        tables,
        rows,
    })
}

/// The table of each row that points at a missing row.
async fn dangling(txn: &DatabaseTransaction) -> Result<Vec<String>, DbErr> {
    let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
    let rows = txn.query_all_raw(check).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The chain with a place where it can be made to fail.
struct Chain {
    fail_before: Option<usize>,
}

impl MigratorTraitSelf for Chain {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        chain(self.fail_before)
    }
}
