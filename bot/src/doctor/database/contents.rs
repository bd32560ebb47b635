//! What is read from a database whose schema is this program's. The connection cannot
//! write to the database, although SQLite makes the files that its log needs where there are
//! none. Every part ends in time, so that a running daemon is not held up.

use std::error::Error as StdError;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement,
};
use waiaas_daemon_core::Error;
use waiaas_daemon_core::audit::anchor::Anchor;
use waiaas_daemon_core::audit::repo::Filter;
use waiaas_daemon_core::audit::{repo as audit_repo, service as audit};
use waiaas_daemon_core::setup::read_master_key;
use waiaas_daemon_core::system::repo as system_repo;
use waiaas_daemon_core::token::repo as key_repo;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::AuditVerification;

use super::Places;

/// How long one part of the reading may take.
const PART_MAX_S: u64 = 4;
/// How long a statement waits for somebody else's.
const BUSY_TIMEOUT_S: u64 = 2;
/// How many faults SQLite lists before it stops.
const FAULTS_MAX: u32 = 100;
/// What is said when a part did not end.
pub(super) const TOO_SLOW: &str = "it does not answer in time";

/// A database of this schema.
#[derive(Debug)]
pub(in crate::doctor) struct Contents {
    pub(super) wholeness: Wholeness,
    /// What the tables say, or why they could not be read.
    pub(super) record: Result<Record, String>,
}

/// What SQLite says of its own file.
#[derive(Debug)]
pub(super) enum Wholeness {
    Whole,
    Damaged {
        first: String,
        count: usize,
    },
    /// The file is too large for the time there is.
    Unfinished,
}

/// What the tables say.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) keys: KeyState,
    pub(super) frozen_since: Option<Timestamp>,
    pub(super) newest_at: Option<Timestamp>,
    /// `None` when the chain is too long for the time there is.
    pub(super) audit: Option<AuditVerification>,
}

/// Whether the signing keys can be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeyState {
    Open,
    /// None signs.
    NoCurrent,
    /// Another master key has sealed them.
    Sealed,
    /// There is no readable master key; the check of the files says so.
    NotTried,
}

/// The result, or `None` when there was no time for it.
pub(super) async fn within<T>(part: impl Future<Output = T>) -> Option<T> {
    let max = Duration::from_secs(PART_MAX_S);
    tokio::time::timeout(max, part).await.ok()
}

/// Reads everything.
///
/// # Errors
/// Why the file cannot be opened.
pub(super) async fn read(places: &Places) -> Result<Contents, String> {
    let opened = within(open(&places.database)).await;
    let db = opened
        .ok_or_else(|| TOO_SLOW.to_owned())?
        .map_err(|error| error.to_string())?;
    let record = record(&db, places).await;
    // Last, and on a connection that is left alone when it does not end: SQLite cannot be
    // told to stop.
    let wholeness = match within(wholeness(&db)).await {
        Some(wholeness) => {
            // A connection that only read has nothing to lose.
            let _ = db.close().await;
            wholeness
        }
        None => Wholeness::Unfinished,
    };
    Ok(Contents { wholeness, record })
}

async fn open(path: &Path) -> Result<DatabaseConnection, DbErr> {
    let path = path.to_owned();
    // The name in the address is replaced below: a path may hold what an address cannot.
    let mut options = ConnectOptions::new("sqlite:waiaas.db");
    options
        .max_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .read_only(true)
                .create_if_missing(false)
                .busy_timeout(Duration::from_secs(BUSY_TIMEOUT_S))
        });
    Database::connect(options).await
}

async fn record(db: &DatabaseConnection, places: &Places) -> Result<Record, String> {
    let tables = async {
        let keys = key_state(db, &places.master_key).await?;
        let system = system_repo::load(db).await?;
        let newest = audit_repo::list(db, &Filter::default(), 1).await?;
        Ok::<_, Error>((keys, system.frozen, newest.first().map(|entry| entry.at)))
    };
    let tables = within(tables).await.ok_or_else(|| TOO_SLOW.to_owned())?;
    let (keys, frozen, newest_at) = tables.map_err(|error| root_cause(&error))?;
    let anchor = Anchor::new(places.anchor.clone());
    let audit = within(audit::verify_chain(db, &anchor)).await;
    Ok(Record {
        keys,
        frozen_since: frozen.map(|switch| Timestamp(switch.since)),
        newest_at: newest_at.map(Timestamp),
        audit: audit.transpose().map_err(|error| root_cause(&error))?,
    })
}

async fn key_state(db: &DatabaseConnection, master_key: &Path) -> Result<KeyState, Error> {
    let stored = key_repo::list(db).await?;
    if !stored.iter().any(|key| key.current) {
        return Ok(KeyState::NoCurrent);
    }
    let Ok(master) = read_master_key(master_key) else {
        return Ok(KeyState::NotTried);
    };
    let opens = |key: &key_repo::StoredKey| master.open(&key.kid, &key.sealed).is_ok();
    Ok(match stored.iter().all(opens) {
        true => KeyState::Open,
        false => KeyState::Sealed,
    })
}

async fn wholeness(db: &DatabaseConnection) -> Wholeness {
    let sql = format!("PRAGMA quick_check({FAULTS_MAX})");
    let check = Statement::from_string(DbBackend::Sqlite, sql);
    let rows = match db.query_all_raw(check).await {
        Ok(rows) => rows,
        Err(error) => return damaged(vec![error.to_string()]),
    };
    let said: Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    match said {
        Ok(lines) if lines == ["ok"] => Wholeness::Whole,
        Ok(lines) => damaged(lines),
        Err(error) => damaged(vec![error.to_string()]),
    }
}

fn damaged(lines: Vec<String>) -> Wholeness {
    Wholeness::Damaged {
        count: lines.len(),
        first: lines.into_iter().next().unwrap_or_default(),
    }
}

/// What the outer errors only point at.
fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
