//! An online backup: SQLite writes one consistent copy while others read and write. The copy
//! is private from its first byte, and appears under its name only when it is whole.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use i18n_embed_fl::fl;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DbBackend, DbErr, Statement};

use super::Context;
use crate::report::{Failure, Outcome};

const BACKUP_MODE: u32 = 0o600;
const BUSY_TIMEOUT_S: u64 = 10;

/// Copies the database to a file that must not exist.
pub(super) async fn run(context: &Context, database: &Path, target: &Path) -> Outcome {
    let texts = &context.texts;
    let target = std::path::absolute(target).map_err(|error| Failure::from_error(&error))?;
    let shown = target.display().to_string();
    if fs::symlink_metadata(&target).is_ok() {
        let failure = Failure::new(fl!(texts, "cli-db-backup-exists", file = shown));
        return Err(failure.with_hint(fl!(texts, "cli-db-backup-exists-hint")));
    }
    if !database.is_file() {
        let database = database.display().to_string();
        let failure = Failure::new(fl!(texts, "cli-db-missing", file = database));
        return Err(failure.with_hint(fl!(texts, "cli-init-hint")));
    }
    let failed = |error: &(dyn std::error::Error + 'static)| {
        Failure::new(fl!(texts, "cli-db-backup-failed", file = shown.clone())).caused_by(error)
    };
    let (folder, copy) = private_copy(&target).map_err(|error| failed(&error))?;
    // SQLite is told the name as text; another name than this one must never be filled.
    let name = copy.path().to_str().map(str::to_owned);
    let name = name.ok_or_else(|| Failure::new(fl!(texts, "cli-path-not-text")))?;
    vacuum_into(database, name)
        .await
        .map_err(|error| failed(&error))?;
    let size = finish(&folder, copy, &target).map_err(|error| failed(&error))?;
    let body = serde_json::json!({ "file": shown, "bytes": size });
    context.output.say(&body, || {
        fl!(texts, "cli-db-backed-up", file = shown, bytes = size)
    })
}

/// An empty private file beside the target: SQLite fills an empty file and keeps its mode.
fn private_copy(target: &Path) -> io::Result<(PathBuf, tempfile::NamedTempFile)> {
    let folder = target.parent().unwrap_or(Path::new("/")).to_owned();
    let copy = tempfile::Builder::new()
        .prefix(".waiaas-backup-")
        .permissions(Permissions::from_mode(BACKUP_MODE))
        .tempfile_in(&folder)?;
    Ok((folder, copy))
}

async fn vacuum_into(database: &Path, copy: String) -> Result<(), DbErr> {
    let database = database.to_owned();
    let mut options = ConnectOptions::new("sqlite://");
    options
        .max_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&database)
                .create_if_missing(false)
                .busy_timeout(Duration::from_secs(BUSY_TIMEOUT_S))
        });
    let connection = Database::connect(options).await?;
    let statement =
        Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [copy.into()]);
    let done = connection.execute_raw(statement).await;
    connection.close().await?;
    done.map(|_| ())
}

/// Puts the copy under its name, and makes it survive a power cut. Another file that has
/// appeared there meanwhile is left alone.
fn finish(folder: &Path, copy: tempfile::NamedTempFile, target: &Path) -> io::Result<u64> {
    copy.as_file().sync_all()?;
    let size = fs::metadata(copy.path())?.len();
    copy.persist_noclobber(target)
        .map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    Ok(size)
}
