//! What the daemon leaves behind: rows, read with a connection that no code under test made,
//! and its log.

use std::io;
use std::sync::{LazyLock, Mutex, PoisonError};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{PATIENCE, TestDaemon};

static LOG: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(Mutex::default);

struct Recorder;

impl io::Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Records the log of every daemon in this process, in more detail than `waiaas run` writes.
pub(super) fn listen() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let filter = "debug,hyper=warn,hyper_util=warn,reqwest=warn,teloxide=warn,\
                      teloxide_core=warn,sqlx=warn,rustls=warn,waiaas_sandbox=off";
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(|| Recorder);
        tracing_subscriber::registry()
            .with(EnvFilter::new(filter))
            .with(layer)
            .init();
    });
}

/// Everything that was logged so far, by every test.
pub fn logs() -> String {
    let bytes = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&bytes).into_owned()
}

impl TestDaemon {
    /// The rows of a query, each column as text; `NULL` is empty.
    pub async fn sql(&self, query: &str) -> Vec<Vec<String>> {
        let statement = Statement::from_string(DbBackend::Sqlite, query);
        let rows = self
            .core()
            .db
            .read()
            .query_all_raw(statement)
            .await
            .unwrap();
        rows.iter()
            .map(|row| {
                let columns = row.column_names();
                let text = |name: &String| {
                    row.try_get::<Option<String>>("", name)
                        .or_else(|_| {
                            row.try_get::<Option<i64>>("", name)
                                .map(|n| n.map(|n| n.to_string()))
                        })
                        .unwrap()
                        .unwrap_or_default()
                };
                columns.iter().map(text).collect()
            })
            .collect()
    }

    /// Changes the database behind the daemon's back.
    pub async fn tamper(&self, sql: &str) {
        let (path, sql) = (self.data_dir().join("waiaas.db"), sql.to_owned());
        let tampered = tokio::task::spawn_blocking(move || {
            let database = rusqlite::Connection::open(path).unwrap();
            database.busy_timeout(PATIENCE).unwrap();
            database.execute_batch(&sql).unwrap();
        });
        tampered.await.unwrap();
    }

    /// The number that a query gives.
    pub async fn count(&self, query: &str) -> i64 {
        self.sql(query).await[0][0].parse().unwrap()
    }

    /// The details of the audit entries of one kind, oldest first.
    pub async fn audit(&self, event: &str) -> Vec<String> {
        let query = format!("SELECT details FROM audit_log WHERE event = '{event}' ORDER BY seq");
        self.sql(&query).await.into_iter().flatten().collect()
    }

    /// Every column of every row of every table, with the place it stands at.
    pub async fn every_value(&self) -> Vec<(String, String)> {
        let mut values = Vec::new();
        for table in self
            .sql("SELECT name FROM sqlite_master WHERE type = 'table'")
            .await
        {
            let table = &table[0];
            for column in self
                .sql(&format!("SELECT name FROM pragma_table_info('{table}')"))
                .await
            {
                let column = &column[0];
                let query = format!("SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\"");
                let rows = self.sql(&query).await.into_iter().flatten();
                values.extend(rows.map(|value| (format!("{table}.{column}"), value)));
            }
        }
        values
    }
}
