//! The runner's edges: files, locks, status.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, thread, time::Duration};

use waiaas_migration::{MigrationError, Rehearsal, STEPS, migrate, migrate_to, rehearse, status};

use crate::{
    dump,
    old_data::{Database, number},
};

const RUNNERS: usize = 4;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn files_are_for_their_owner_only() {
    let fresh = Database::absent();
    let report = migrate(&fresh.path()).await.unwrap();
    assert!(report.created);
    assert_eq!(report.applied, STEPS);
    let db = fresh.open();
    db.execute("INSERT INTO system_state VALUES ('a', 'b', 1)", [])
        .unwrap();
    for entry in fs::read_dir(fresh.path().parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    let journal: String = db
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(journal, "wal");
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let old = Database::old(STEPS.len()).await;
    let before = (dump::schema(&old.open()), dump::data(&old.open()));
    let report = migrate(&old.path()).await.unwrap();
    assert!(!report.created && report.applied.is_empty());
    migrate_to(&old.path(), 2).await.unwrap();
    assert!((dump::schema(&old.open()), dump::data(&old.open())) == before);
}

#[test]
fn runners_at_once_apply_each_step_once() {
    let old = Database::absent();
    let reports: Vec<_> = thread::scope(|scope| {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(migrate(&old.path())).unwrap()
        };
        let threads: Vec<_> = (0..RUNNERS).map(|_| scope.spawn(run)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let applied: Vec<_> = reports.iter().flat_map(|report| &report.applied).collect();
    assert_eq!(applied, STEPS.iter().collect::<Vec<_>>());
    assert_eq!(reports.iter().filter(|report| report.created).count(), 1);
}

#[tokio::test]
async fn a_held_lock_is_waited_for_and_then_named() {
    let fresh = Database::absent();
    let lock = fresh.path().with_extension("db.migrate.lock");
    let held = fs::File::create(&lock).unwrap();
    held.lock().unwrap();
    let run = Rehearsal {
        lock_wait: Duration::from_millis(50),
        ..Rehearsal::default()
    };
    let refusal = rehearse(&fresh.path(), &run).await.unwrap_err();
    assert!(matches!(&refusal, MigrationError::LockTimeout { path, .. } if *path == lock));
    assert!(!fresh.path().exists(), "nothing is made without the lock");
    drop(held);
    rehearse(&fresh.path(), &run).await.unwrap();
}

#[tokio::test]
async fn status_tells_what_is_there_and_makes_nothing() {
    let database = Database::absent();
    assert!(
        status(&database.path())
            .await
            .unwrap()
            .iter()
            .all(|step| step.applied_at.is_none())
    );
    assert!(!database.path().exists());
    migrate_to(&database.path(), 2).await.unwrap();
    let before = fs::read(database.path()).unwrap();
    let steps = status(&database.path()).await.unwrap();
    assert_eq!(
        steps
            .iter()
            .filter(|step| step.applied_at.is_some())
            .count(),
        2
    );
    assert!(
        steps
            .iter()
            .take(2)
            .all(|step| step.applied_at.is_some_and(|at| at > 1_700_000_000))
    );
    assert!(steps.iter().all(|step| step.known));
    assert!(fs::read(database.path()).unwrap() == before);
}

#[tokio::test]
async fn status_can_be_asked_while_the_database_is_in_use() {
    let database = Database::old(2).await;
    let db = database.open();
    db.execute_batch("BEGIN IMMEDIATE; UPDATE system_state SET value = 'on'")
        .unwrap();
    assert_eq!(status(&database.path()).await.unwrap().len(), STEPS.len());
    db.execute_batch("ROLLBACK").unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let wrong = Database::absent();
    let text = "not a database, but somebody's notes ".repeat(40);
    fs::write(wrong.path(), &text).unwrap();
    let refusal = migrate(&wrong.path()).await.unwrap_err();
    assert!(
        matches!(refusal, MigrationError::Database { .. }),
        "{refusal}"
    );
    assert!(status(&wrong.path()).await.is_err());
    assert_eq!(fs::read_to_string(wrong.path()).unwrap(), text);
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let nowhere = Database::absent();
    let path = nowhere.path().join("deeper").join("waiaas.db");
    let refusal = migrate(&path).await.unwrap_err();
    assert!(refusal.to_string().contains("deeper"), "{refusal}");
}

#[tokio::test]
async fn names_with_url_characters_are_just_names() {
    let database = Database::absent();
    let path = database.path().with_file_name("a?mode=memory#%20 b.db");
    migrate(&path).await.unwrap();
    let db =
        rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .unwrap();
    assert_eq!(
        number(&db, "SELECT count(*) FROM seaql_migrations"),
        STEPS.len() as i64
    );
}
