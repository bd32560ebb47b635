//! `waiaas audit`: pages of the trail, and the walk that notices any change.

use super::home::{EVM_OTHER, Home, Transcript};

#[test]
fn the_trail() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::with_trader();
        let (id, _) = home.create_session(&[]);
        home.add_wallet("spare", EVM_OTHER);
        let mut transcript = Transcript::new(&home, form);
        for arguments in [
            &["list"][..],
            &["list", "--limit", "2"],
            &["list", "--limit", "2", "--before", "3"],
            &["list", "--before", "1"],
            &["list", "--agent", "trader"],
            &["list", "--agent", "tradr"],
            &["list", "--session", &id[..18]],
            &["list", "--session", "nonsense"],
            &["list", "--limit", "0"],
            &["list", "--limit", "201"],
            &["list", "--before", "0"],
            &["verify"],
        ] {
            transcript.run(&[&["audit"], arguments].concat());
        }
        transcript.matches("audit");
    }
}

/// Lets the database be changed as somebody with a file editor could.
fn without_triggers(home: &Home) -> rusqlite::Connection {
    let database = home.database();
    for trigger in [
        "audit_log_no_update",
        "audit_log_no_delete",
        "audit_log_no_replace",
    ] {
        database
            .execute_batch(&format!("DROP TRIGGER {trigger}"))
            .unwrap();
    }
    database
}

#[test]
fn any_change_of_the_trail_is_found() {
    let changes = [
        (
            "content",
            "UPDATE audit_log SET details = '{}' WHERE seq = 2",
            2,
        ),
        (
            "actor",
            "UPDATE audit_log SET actor = 'daemon' WHERE seq = 1",
            1,
        ),
        (
            "hash",
            "UPDATE audit_log SET hash = prev_hash WHERE seq = 2",
            2,
        ),
        ("gap", "DELETE FROM audit_log WHERE seq = 2", 3),
        ("beginning", "DELETE FROM audit_log WHERE seq = 1", 2),
        ("tail", "DELETE FROM audit_log WHERE seq = 3", 3),
        ("all", "DELETE FROM audit_log", 1),
    ];
    let (home, _daemon) = Home::with_trader();
    home.create_session(&[]);
    let whole = home.ok(&["audit", "verify"]);
    assert_eq!(whole, "The audit trail is intact: 3 entries.\n");
    let database = without_triggers(&home);
    database
        .execute_batch("CREATE TABLE kept AS SELECT * FROM audit_log")
        .unwrap();
    for (what, change, first_bad) in changes {
        database.execute_batch(change).unwrap();
        for form in ["table", "json"] {
            let ran = home.cli.run(&["audit", "verify", "--output", form]);
            assert_eq!(ran.code, Some(1), "{what}");
            let sentence = format!("NOT intact; the first bad position is {first_bad}\n");
            assert!(ran.stderr.contains(&sentence), "{what}: {}", ran.stderr);
            let data = format!("\"firstBadSeq\": {first_bad}");
            assert_eq!(
                ran.stdout.contains(&data),
                form == "json",
                "{what}: {}",
                ran.stdout
            );
        }
        let mend = "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept";
        database.execute_batch(mend).unwrap();
        assert_eq!(home.ok(&["audit", "verify"]), whole, "{what}");
    }
}

#[test]
fn the_trail_cannot_be_changed_by_accident() {
    let (home, _daemon) = Home::with_trader();
    for change in ["UPDATE audit_log SET details = ''", "DELETE FROM audit_log"] {
        assert!(home.database().execute_batch(change).is_err(), "{change}");
    }
}
