//! Databases as earlier versions left them: real rows, written with plain SQL.

use std::path::PathBuf;

use rusqlite::{Connection, params};
use tempfile::TempDir;
use waiaas_migration::migrate_to;

pub(crate) const WALLETS: usize = 10;
pub(crate) const SESSIONS: usize = 100;
pub(crate) const WITHOUT_WALLET: usize = 7;
pub(crate) const CREATED_AT: i64 = 1_770_000_000;
pub(crate) const EXPIRES_IN: i64 = 86_400;

/// A database in a folder of its own, which goes away with it.
pub(crate) struct Database {
    folder: TempDir,
}

impl Database {
    pub(crate) fn absent() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    /// Step 1 with data, then the steps up to `steps`.
    pub(crate) async fn old(steps: usize) -> Self {
        let database = Self::absent();
        migrate_to(&database.path(), 1).await.unwrap();
        fill(&database.open());
        migrate_to(&database.path(), steps).await.unwrap();
        database
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("waiaas.db")
    }

    /// A connection as the program opens them: foreign keys on.
    pub(crate) fn open(&self) -> Connection {
        let db = Connection::open(self.path()).unwrap();
        db.pragma_update(None, "foreign_keys", true).unwrap();
        db
    }
}

/// One number out of the database.
pub(crate) fn number(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

pub(crate) fn session_id(number: usize) -> String {
    format!("session-{number:028}")
}

pub(crate) fn wallet_id(number: usize) -> String {
    format!("wallet-{number:029}")
}

fn fill(db: &Connection) {
    for n in 0..3 {
        let sql = "INSERT INTO agents VALUES (?1, ?2, 'ACTIVE', NULL, ?3, ?3)";
        db.execute(
            sql,
            params![format!("agent-{n}"), format!("agent <{n}>"), CREATED_AT],
        )
        .unwrap();
    }
    for n in 0..WALLETS {
        let sql = "INSERT INTO wallets VALUES (?1, ?2, 'evm', 'mainnet', '0x00', 'ACTIVE', ?3, ?3)";
        db.execute(
            sql,
            params![wallet_id(n), format!("wallet {n}"), CREATED_AT],
        )
        .unwrap();
    }
    db.execute_batch(
        "INSERT INTO agent_wallets SELECT 'agent-0', id, name = 'wallet 0', created_at FROM wallets;
         INSERT INTO audit_log VALUES (1, 5, 'SESSION_CREATED', 'owner', NULL, NULL, '{}', '', 'a');
         INSERT INTO notification_outbox (event_id, event, level, payload, created_at,
             next_attempt_at) VALUES ('e1', 'SESSION_CREATED', 'INFO', '{}', 5, 5);
         INSERT INTO signing_keys VALUES ('k1', 'sealed', 'CURRENT', 5, NULL);
         INSERT INTO system_state VALUES ('kill_switch', 'off', 5);",
    )
    .unwrap();
    for n in 0..SESSIONS + WITHOUT_WALLET {
        session(db, n, (n < SESSIONS).then(|| wallet_id(n % WALLETS)));
    }
}

/// A session, a transaction of it, and one that followed from that; every fifth is revoked.
fn session(db: &Connection, n: usize, wallet: Option<String>) {
    let (id, created_at) = (session_id(n), CREATED_AT + i64::try_from(n).unwrap());
    let revoked = n.is_multiple_of(5).then_some(created_at + 10);
    db.execute(
        "INSERT INTO sessions VALUES
         (?1, ?2, ?3, ?4, 'k1', ?5, ?6, '{\"max_transactions\":3}', 'console', 'owner', ?7, NULL,
          ?8, ?9, NULL)",
        params![
            id,
            format!("agent-{}", n % 3),
            wallet,
            format!("hash-of-{n}"),
            EXPIRES_IN,
            created_at + EXPIRES_IN,
            created_at,
            revoked,
            revoked.map(|_| "owner"),
        ],
    )
    .unwrap();
    let sql = "INSERT INTO transactions VALUES (?1, ?2, ?3, ?4, 'transfer', NULL, '12', 'DONE', 9)";
    let (first, second, paid_by) = (
        format!("tx-{n}-a"),
        format!("tx-{n}-b"),
        wallet_id(n % WALLETS),
    );
    db.execute(sql, params![first, id, paid_by, None::<String>])
        .unwrap();
    db.execute(sql, params![second, id, paid_by, first])
        .unwrap();
}
