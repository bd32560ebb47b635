//! A backup made while the daemon runs, and what happens when it comes back: nothing that was
//! revoked may live again unless the owner says so on the machine (PROTOCOL.md section 9).

use std::fs;

use super::home::{Home, Transcript};
use super::http;

/// Puts a backup in the place of the database, as a person would.
fn restore(home: &Home, backup: &std::path::Path) {
    for name in ["waiaas.db-wal", "waiaas.db-shm"] {
        // A clean stop has removed them already.
        let _ = fs::remove_file(home.file(name));
    }
    fs::copy(backup, home.file("waiaas.db")).unwrap();
}

#[test]
fn an_older_database_freezes_every_session_until_the_owner_confirms() {
    for form in ["table", "json"] {
        let (home, daemon) = Home::with_trader();
        let (id, token) = home.create_session(&[]);
        let backup = home.cli.dir.path().join("backup.db");
        home.ok(&["db", "backup", backup.to_str().unwrap()]);
        home.ok(&["session", "revoke", &id]);
        assert!(daemon.stop().status.success());
        restore(&home, &backup);

        let daemon = home.start(&[]);
        assert!(
            daemon.log().contains("every session is frozen"),
            "{}",
            daemon.log()
        );
        let answer = http::get(daemon.addr, "/v1/session", Some(&token));
        assert_eq!(answer.status, 503);
        assert_eq!(answer.body["code"], "SYSTEM_LOCKED");
        assert_eq!(answer.body["details"]["reason"], "restored_database");
        home.wait_for_outbox();
        let mut transcript = Transcript::new(&home, form);
        transcript.run(&["status"]);
        transcript.run(&["session", "create", "--agent", "trader"]);
        transcript.run(&["killswitch", "off"]);
        assert_eq!(
            daemon.who_am_i(&token),
            503,
            "the kill switch is another thing"
        );
        assert!(daemon.stop().status.success());
        let daemon = home.start(&[]);
        assert_eq!(daemon.who_am_i(&token), 503, "a restart thaws nothing");

        transcript.run(&["db", "confirm-restore"]);
        assert_eq!(daemon.who_am_i(&token), 200, "the owner has said so");
        transcript.run(&["db", "confirm-restore"]);
        transcript.run(&["audit", "verify"]);
        transcript.matches("restore");
        assert!(daemon.stop().status.success());
        let daemon = home.start(&[]);
        assert_eq!(daemon.who_am_i(&token), 200, "confirmed once and for all");
    }
}

#[test]
fn the_newest_backup_needs_no_confirmation() {
    let (home, daemon) = Home::with_trader();
    let (_, token) = home.create_session(&[]);
    let backup = home.cli.dir.path().join("backup.db");
    home.ok(&["db", "backup", backup.to_str().unwrap()]);
    assert!(daemon.stop().status.success());
    restore(&home, &backup);
    let daemon = home.start(&[]);
    assert_eq!(daemon.who_am_i(&token), 200);
    assert_eq!(home.json(&["status"]).get("frozenSince"), None);
}

#[test]
fn the_database_commands_work_beside_a_daemon() {
    for form in ["table", "json"] {
        let (home, daemon) = Home::with_trader();
        let backup = home.cli.dir.path().join("backup.db");
        let mut transcript = Transcript::new(&home, form);
        transcript.run(&["db", "status"]);
        transcript.run(&["db", "migrate"]);
        let made = home.ok(&["db", "backup", backup.to_str().unwrap()]);
        assert!(made.contains("backup.db"), "{made}");
        assert_eq!(
            home.cli
                .run(&["db", "backup", backup.to_str().unwrap()])
                .code,
            Some(1)
        );
        transcript.matches("db");
        assert!(daemon.stop().status.success());
    }
}
