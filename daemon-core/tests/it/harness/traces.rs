//! What requests left behind in the database, read with a raw connection of its own.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::Value;
use waiaas_daemon_core::notify::worker::Worker;

use super::{Issued, TestApp};

/// A row of `notification_outbox`.
#[derive(Debug, Clone)]
pub(crate) struct EventRow {
    pub(crate) event: String,
    pub(crate) level: String,
    pub(crate) session_id: Option<String>,
    pub(crate) payload: Value,
}

/// A row of `audit_log`.
#[derive(Debug, Clone)]
pub(crate) struct AuditRow {
    pub(crate) event: String,
    pub(crate) actor: String,
    pub(crate) session_id: Option<String>,
    pub(crate) details: Value,
}

impl TestApp {
    /// A second connection, past every rule of the program.
    pub(crate) fn sql(&self) -> Connection {
        let connection = Connection::open(self.database()).unwrap();
        connection
            .busy_timeout(std::time::Duration::from_secs(5))
            .unwrap();
        connection
    }

    /// Every event so far, in order.
    pub(crate) fn events(&self) -> Vec<EventRow> {
        let sql = self.sql();
        let mut query = sql
            .prepare(
                "SELECT event, level, session_id, payload FROM notification_outbox ORDER BY seq",
            )
            .unwrap();
        let rows = query.query_map([], |row| {
            Ok(EventRow {
                event: row.get(0)?,
                level: row.get(1)?,
                session_id: row.get(2)?,
                payload: serde_json::from_str(&row.get::<_, String>(3)?).unwrap(),
            })
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// The events of one kind.
    pub(crate) fn events_called(&self, event: &str) -> Vec<EventRow> {
        self.events()
            .into_iter()
            .filter(|row| row.event == event)
            .collect()
    }

    /// Every audit entry so far, in order.
    pub(crate) fn audit(&self) -> Vec<AuditRow> {
        let sql = self.sql();
        let mut query = sql
            .prepare("SELECT event, actor, session_id, details FROM audit_log ORDER BY seq")
            .unwrap();
        let rows = query.query_map([], |row| {
            Ok(AuditRow {
                event: row.get(0)?,
                actor: row.get(1)?,
                session_id: row.get(2)?,
                details: serde_json::from_str(&row.get::<_, String>(3)?).unwrap(),
            })
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// The audit entries of one kind.
    pub(crate) fn audit_called(&self, event: &str) -> Vec<AuditRow> {
        self.audit()
            .into_iter()
            .filter(|row| row.event == event)
            .collect()
    }

    /// `renewal_count` as stored.
    pub(crate) fn renewal_count(&self, session: &Issued) -> i64 {
        let query = "SELECT renewal_count FROM sessions WHERE id = ?1";
        self.sql()
            .query_row(query, [&session.id], |row| row.get(0))
            .unwrap()
    }

    /// Every row of every table as text, to prove that something left nothing behind.
    pub(crate) fn dump(&self) -> Vec<String> {
        let sql = self.sql();
        let mut tables = sql
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .unwrap();
        let names: Vec<String> = tables
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let mut rows = Vec::new();
        for name in names {
            let mut all = sql.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
            let columns = all.column_count();
            let lines = all.query_map([], |row| {
                let values: Vec<String> = (0..columns)
                    .map(|index| format!("{:?}", row.get_ref(index).unwrap()))
                    .collect();
                Ok(format!("{name}: {}", values.join(", ")))
            });
            rows.extend(lines.unwrap().map(Result::unwrap));
        }
        rows
    }

    /// Hands everything that waits to the recording channel; gives the events' codes.
    pub(crate) async fn deliver(&self) -> Vec<String> {
        let worker = Worker::new(self.core.clone(), vec![Arc::clone(&self.channel) as _]);
        while worker.pass().await.unwrap() {}
        self.channel
            .taken()
            .iter()
            .map(|taken| taken.event.code().to_owned())
            .collect()
    }
}
