//! The embedded database: how it is opened and the only opener of write transactions.
//!
//! Two pools on one SQLite file: a single writer connection and a few readers. A write
//! transaction is always `BEGIN IMMEDIATE`. While a [`WriteTx`] is open nothing may use the
//! writer pool: it has one connection and would wait for itself.

pub mod entity;

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::audit::anchor::{Anchor, Head};
use crate::error::Error;

/// Connections that read.
const READERS_MAX: u32 = 4;
/// How long a request waits for a connection or a lock, milliseconds.
const BUSY_TIMEOUT_MS: u64 = 5_000;

/// Both pools, and the anchor that every audited commit moves forward.
#[derive(Debug, Clone)]
pub struct Db {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
    anchor: Arc<Anchor>,
}

impl Db {
    /// Opens a database file that has been migrated.
    ///
    /// # Errors
    /// [`DbErr`] when the file cannot be opened.
    pub async fn open(path: &Path, anchor: Anchor) -> Result<Self, DbErr> {
        let writer = connect(path, 1).await?;
        let readers = connect(path, READERS_MAX).await?;
        Ok(Self {
            writer,
            readers,
            anchor: Arc::new(anchor),
        })
    }

    /// For reading only.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// What the daemon remembers of the audit chain outside the database.
    #[must_use]
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// Begins a write transaction (`BEGIN IMMEDIATE`).
    ///
    /// # Errors
    /// [`Error::Storage`] when the database stays busy or is away.
    pub async fn begin_write(&self) -> Result<WriteTx, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.writer.begin_with_options(options).await?;
        Ok(WriteTx {
            tx,
            head: None,
            anchor: Arc::clone(&self.anchor),
        })
    }

    /// Begins a read transaction: all that is read in it belongs to one moment.
    ///
    /// # Errors
    /// [`Error::Storage`] when the database is away.
    pub async fn begin_read(&self) -> Result<DatabaseTransaction, Error> {
        Ok(self.readers.begin().await?)
    }

    /// Runs one statement outside a transaction on the writer, such as a pragma.
    ///
    /// # Errors
    /// [`DbErr`] as the database says.
    pub async fn execute_unprepared(&self, sql: &str) -> Result<(), DbErr> {
        self.writer.execute_unprepared(sql).await.map(|_| ())
    }

    /// Closes both pools; waits for what runs.
    pub async fn close(self) {
        for pool in [self.readers, self.writer] {
            if let Err(cause) = pool.close().await {
                tracing::warn!(%cause, "closing the database");
            }
        }
    }
}

/// A write transaction. Dropped without [`WriteTx::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct WriteTx {
    tx: DatabaseTransaction,
    head: Option<Head>,
    anchor: Arc<Anchor>,
}

impl WriteTx {
    /// Notes the newest audit entry of this transaction.
    pub(crate) fn set_head(&mut self, mut head: Head) {
        head.sync |= self.head.as_ref().is_some_and(|earlier| earlier.sync);
        self.head = Some(head);
    }

    /// Commits; then moves the anchor to the newest audit entry, so that an older copy of
    /// the database can be told (PROTOCOL.md section 9).
    ///
    /// # Errors
    /// [`Error::Storage`] when nothing was committed.
    pub async fn commit(self) -> Result<(), Error> {
        self.tx.commit().await?;
        if let Some(head) = self.head {
            self.anchor.advance(head).await;
        }
        Ok(())
    }
}

impl Deref for WriteTx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &Self::Target {
        &self.tx
    }
}

async fn connect(path: &Path, connections: u32) -> Result<DatabaseConnection, DbErr> {
    // The name in the address is replaced below: a path may hold what an address cannot.
    let mut options = ConnectOptions::new("sqlite:waiaas.db");
    let file = path.to_path_buf();
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
        .sqlx_logging(false)
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(is_outside_transactions(connection)))
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&file)
                .create_if_missing(false)
                .foreign_keys(true)
                .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
        });
    Database::connect(options).await
}

/// Whether a connection may serve again after its transaction has ended.
///
/// When a write runs out of disk, SQLite may end the transaction by itself. The driver does
/// not notice: its rollback fails, and every later transaction of that connection would be a
/// savepoint inside one that nobody ever commits, its success never on the disk. Such a
/// connection is closed, and the pool opens another.
async fn is_outside_transactions(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // The rollback of a dropped transaction may still wait in the driver's queue.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Whether a failure means that the storage is busy, full or away, as opposed to a fault of
/// ours.
#[must_use]
pub fn is_storage_away(cause: &DbErr) -> bool {
    const WORDS: [&str; 9] = [
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "readonly database",
        "unable to open database",
        "database disk image is malformed",
        "file is not a database",
        "pool timed out",
    ];
    if matches!(cause, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    let text = cause.to_string();
    WORDS.iter().any(|word| text.contains(word))
}
