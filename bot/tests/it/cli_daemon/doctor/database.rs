//! The database: its schema, its keys, its file and its record.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};

use super::super::home::Home;
use super::{Examined, Finding, examine, files, without_bot};

/// Where an SQLite file says how many of its pages are free.
const FREE_PAGES_OFFSET: u64 = 36;

/// What is wrong besides that no daemon runs.
fn besides_the_daemon(examined: &Examined) -> Finding {
    let mut faults = examined.faults();
    faults.retain(|one| one.check != "daemon");
    assert_eq!(faults.len(), 1, "{:#?}", examined.findings);
    assert_eq!(faults[0].check, "database");
    faults[0].clone()
}

/// Changes the database of a daemon that does not run.
fn after(change: &str) -> Finding {
    let home = Home::new();
    home.database().execute_batch(change).unwrap();
    besides_the_daemon(&examine(&home))
}

#[test]
fn the_schema_is_this_program_s() {
    let newest = waiaas_migration::STEPS.last().unwrap();
    let pending = after(&format!(
        "DELETE FROM seaql_migrations WHERE version = '{newest}'"
    ));
    assert!(pending.is("database", "warning"), "{pending:?}");
    assert_eq!(pending.mend, "waiaas db migrate");
    let newer = after("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m3', 1)");
    assert!(newer.is("database", "serious"), "{newer:?}");
    assert!(newer.what.contains("does not know m3"), "{newer:?}");
    let earlier = waiaas_migration::STEPS[1];
    let gap = after(&format!(
        "DELETE FROM seaql_migrations WHERE version = '{earlier}'"
    ));
    assert!(gap.is("database", "serious"), "{gap:?}");
    assert!(gap.what.contains(earlier), "{gap:?}");
}

#[test]
fn an_older_daemon_is_to_be_restarted_and_not_migrated_under() {
    let (home, _daemon) = without_bot();
    let newest = waiaas_migration::STEPS.last().unwrap();
    let change = format!("DELETE FROM seaql_migrations WHERE version = '{newest}'");
    home.database().execute_batch(&change).unwrap();
    let finding = examine(&home).only("database", "warning");
    assert!(finding.mend.contains("stop the daemon"), "{finding:?}");
}

#[test]
fn the_signing_keys_open() {
    let none = after("DELETE FROM signing_keys");
    assert!(none.is("database", "serious"), "{none:?}");
    assert_eq!(none.mend, "waiaas init");
    let home = Home::new();
    fs::write(home.file("master.key"), "ab".repeat(32)).unwrap();
    let other = besides_the_daemon(&examine(&home));
    assert!(other.what.contains("another master key"), "{other:?}");
    assert!(other.mend.contains("master.key"), "{other:?}");
}

#[test]
fn a_file_that_is_gone_or_no_database_or_damaged() {
    let home = Home::new();
    fs::remove_file(home.file("waiaas.db")).unwrap();
    let gone = besides_the_daemon(&examine(&home));
    assert!(gone.is("database", "serious"), "{gone:?}");
    assert!(gone.mend.contains("newest backup"), "{gone:?}");

    fs::write(home.file("waiaas.db"), "not a database ".repeat(100)).unwrap();
    files::allow(&home.file("waiaas.db"), 0o600);
    let garbage = besides_the_daemon(&examine(&home));
    assert!(
        garbage.what.contains("file is not a database"),
        "{garbage:?}"
    );
    assert!(
        garbage.mend.ends_with("waiaas db confirm-restore"),
        "{garbage:?}"
    );

    let home = Home::new();
    let connection = home.database();
    let page: i64 = connection
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'telegram_updates'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(connection);
    let place = u64::try_from(page - 1).unwrap() * 4096;
    overwrite(&home, place, &[0xAB; 4096]);
    let damaged = besides_the_daemon(&examine(&home));
    assert!(damaged.is("database", "serious"), "{damaged:?}");
    assert!(damaged.what.contains("is damaged in"), "{damaged:?}");

    // Readable in every row, and yet not as SQLite has left it.
    let home = Home::new();
    overwrite(&home, FREE_PAGES_OFFSET, &5_u32.to_be_bytes());
    let damaged = besides_the_daemon(&examine(&home));
    assert!(
        damaged.what.contains("is damaged in 1 place: "),
        "{damaged:?}"
    );
    assert!(damaged.what.contains("should be 5"), "{damaged:?}");
}

fn overwrite(home: &Home, place: u64, bytes: &[u8]) {
    let database = home.file("waiaas.db");
    let mut file = fs::OpenOptions::new().write(true).open(database).unwrap();
    file.seek(SeekFrom::Start(place)).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn a_changed_record_is_found_with_and_without_a_daemon() {
    let (home, daemon) = without_bot();
    let change = "DROP TRIGGER audit_log_no_update; \
                  UPDATE audit_log SET details = '{}' WHERE seq = 2";
    home.database().execute_batch(change).unwrap();
    let finding = examine(&home).only("database", "serious");
    assert!(
        finding.what.contains("NOT intact, from position 2"),
        "{finding:?}"
    );
    assert!(
        finding.mend.contains("waiaas db backup FILE"),
        "{finding:?}"
    );
    assert!(daemon.stop().status.success());
    assert_eq!(besides_the_daemon(&examine(&home)), finding);
}

#[test]
fn a_restored_database_waits_for_the_owner() {
    let (home, daemon) = without_bot();
    let backup = home.cli.dir.path().join("backup.db");
    home.ok(&["db", "backup", backup.to_str().unwrap()]);
    home.add_wallet("spare", super::super::home::EVM_OTHER);
    assert!(daemon.stop().status.success());
    for name in ["waiaas.db-wal", "waiaas.db-shm"] {
        // A clean stop has removed them already.
        let _ = fs::remove_file(home.file(name));
    }
    fs::copy(&backup, home.file("waiaas.db")).unwrap();
    let before = besides_the_daemon(&examine(&home));
    assert!(
        before.what.contains("entries at the end are missing"),
        "{before:?}"
    );

    let daemon = home.start(&[]);
    let examined = examine(&home);
    let finding = examined.only("database", "serious");
    assert!(
        finding.what.contains("every session is frozen"),
        "{finding:?}"
    );
    assert_eq!(finding.mend, "waiaas db confirm-restore");
    examined.note("database", "proves nothing until it is confirmed");
    assert!(daemon.stop().status.success());
    assert_eq!(besides_the_daemon(&examine(&home)), finding);

    let _daemon = home.start(&[]);
    home.ok(&["db", "confirm-restore"]);
    assert!(examine(&home).faults().is_empty());
}

#[test]
fn the_examination_leaves_the_database_as_it_is() {
    let home = Home::new();
    let before = fs::read(home.file("waiaas.db")).unwrap();
    examine(&home);
    assert!(fs::read(home.file("waiaas.db")).unwrap() == before);
    assert!(home.ok(&["db", "status"]).contains("m20260301"));
}
