//! `waiaas session`: issue, look at, end.

use std::os::unix::fs::PermissionsExt as _;

use super::home::{EVM, EVM_OTHER, Home, Transcript};

#[test]
fn a_session_s_life() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::with_trader();
        home.add_wallet("spare", EVM_OTHER);
        let mut transcript = Transcript::new(&home, form);
        transcript.run(&["session", "list"]);
        transcript.run(&["session", "create", "--agent", "trader"]);
        let wallets = [
            "--wallet",
            "spare",
            "--wallet",
            "hot",
            "--default-wallet",
            "hot",
        ];
        let times = [
            "--expires-in",
            "1h",
            "--max-renewals",
            "3",
            "--renewal-reject-window",
            "10m",
        ];
        let amounts = ["--max-amount-per-tx", "5", "--max-total-amount", "50"];
        let sets = [
            "--allowed-op",
            "swap",
            "--allowed-destination",
            EVM,
            "--max-transactions",
            "9",
        ];
        let create = ["session", "create", "--agent", "trader"];
        transcript.run(&[&create[..], &wallets, &times, &amounts, &sets].concat());
        let listed = home.json(&["session", "list"]);
        let newest = listed["sessions"][0]["id"].as_str().unwrap().to_owned();
        let oldest = listed["sessions"][1]["id"].as_str().unwrap().to_owned();
        for arguments in [
            &["session", "list"][..],
            &["session", "list", "--limit", "1"],
            &["session", "list", "--limit", "1", "--before", &newest],
            &["session", "list", "--agent", "tradr"],
            &["session", "show", &newest],
            &["session", "revoke", &oldest],
            &["session", "show", &oldest],
            &["session", "list", "--agent", "trader", "--state", "revoked"],
            &["session", "list", "--state", "expired"],
            &["session", "list", "--state", "all"],
        ] {
            transcript.run(arguments);
        }
        transcript.matches("session");
    }
}

#[test]
fn what_is_no_session_is_refused() {
    let (home, _daemon) = Home::with_trader();
    home.add_wallet("gone", EVM_OTHER);
    home.ok(&["wallet", "remove", "gone"]);
    home.add_wallet("spare", EVM_OTHER);
    home.ok(&["agent", "add", "poor"]);
    home.ok(&["agent", "add", "stopped", "--wallet", "hot"]);
    home.ok(&["agent", "suspend", "stopped"]);
    home.ok(&["agent", "add", "removed", "--wallet", "hot"]);
    home.ok(&["agent", "remove", "removed"]);
    let mut transcript = Transcript::new(&home, "table");
    let nobody = "01900000-0000-7000-8000-000000000000";
    for arguments in [
        &["--agent", "tradr"][..],
        &["--agent", "poor"],
        &["--agent", "stopped"],
        &["--agent", "removed"],
        &["--agent", "trader", "--wallet", "gone"],
        &["--agent", "trader", "--wallet", "hott"],
        &["--agent", "trader", "--wallet", "hot", "--wallet", "hot"],
        &["--agent", "trader", "--default-wallet", "spare"],
        &[
            "--agent",
            "trader",
            "--expires-in",
            "299s",
            "--max-renewals",
            "101",
        ],
        &[
            "--agent",
            "trader",
            "--expires-in",
            "8d",
            "--max-renewals",
            "-1",
        ],
        &[
            "--agent",
            "trader",
            "--renewal-reject-window",
            "2d",
            "--max-transactions",
            "0",
        ],
        &[
            "--agent",
            "trader",
            "--max-amount-per-tx",
            "1.5",
            "--max-total-amount",
            "-1",
        ],
        &[
            "--agent",
            "trader",
            "--allowed-op",
            "",
            "--allowed-destination",
            "two words",
        ],
        &["--agent", "trader", "--replaces", nobody],
    ] {
        let ran = transcript.run(&[&["session", "create"], arguments].concat());
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(1), ""),
            "{arguments:?}"
        );
    }
    let (first, _) = home.create_session(&[]);
    home.create_session(&[]);
    for arguments in [
        &["session", "show", nobody][..],
        &["session", "show", "zzzz"],
        &["session", "revoke", "nonsense"],
        &["session", "list", "--limit", "0"],
        &["session", "list", "--limit", "101"],
    ] {
        let ran = transcript.run(arguments);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(1), ""),
            "{arguments:?}"
        );
    }
    transcript.matches("session_refused");
    let short = home.refused(&["session", "show", &first[..3]]);
    assert!(short.contains("SESSION_NOT_FOUND"), "{short}");
    let several = home.refused(&["session", "show", &first[..6]]);
    assert!(several.contains("give more characters"), "{several}");
    assert_eq!(home.count("SELECT count(*) FROM sessions"), 2);
}

#[test]
fn revoking_twice_changes_nothing_and_asks_nothing() {
    let (home, daemon) = Home::with_trader();
    let (id, token) = home.create_session(&[]);
    assert_eq!(daemon.who_am_i(&token), 200);
    let first = home.json(&["session", "revoke", &id[..18]]);
    assert_eq!(daemon.who_am_i(&token), 401);
    assert_eq!(first["alreadyRevoked"], false);
    let entries = home.count("SELECT count(*) FROM audit_log");
    let again = home.json(&["session", "revoke", &id]);
    assert_eq!(again["alreadyRevoked"], true);
    assert_eq!(again["revokedAt"], first["revokedAt"]);
    let said = home.ok(&["session", "revoke", &id]);
    assert!(said.contains("had ended before"), "{said}");
    assert_eq!(home.count("SELECT count(*) FROM audit_log"), entries);
}

#[test]
fn the_limit_of_sessions_and_what_replaces_one() {
    let (home, daemon) = Home::with_trader();
    let sessions: Vec<_> = (0..5).map(|_| home.create_session(&[])).collect();
    let said = home.refused(&["session", "create", "--agent", "trader"]);
    assert!(said.contains("SESSION_LIMIT_EXCEEDED"), "{said}");
    let (old, old_token) = &sessions[0];
    let created = home.json(&["session", "create", "--agent", "trader", "--replaces", old]);
    assert_eq!(created["replacedSessionId"], **old);
    assert_eq!(daemon.who_am_i(old_token), 401);
    assert_eq!(daemon.who_am_i(created["token"].as_str().unwrap()), 200);
    assert_eq!(
        home.json(&["session", "show", old])["revokeReason"],
        "replaced"
    );

    // What has ended before makes no room, and another agent's session is none of ours.
    let said = home.refused(&["session", "create", "--agent", "trader", "--replaces", old]);
    assert!(said.contains("SESSION_LIMIT_EXCEEDED"), "{said}");
    home.ok(&["agent", "add", "other", "--wallet", "hot"]);
    let foreign = &sessions[1].0;
    let said = home.refused(&[
        "session",
        "create",
        "--agent",
        "other",
        "--replaces",
        foreign,
    ]);
    assert!(said.contains("belongs to another agent"), "{said}");
    assert_eq!(daemon.who_am_i(&sessions[1].1), 200);
}

#[test]
fn a_token_goes_into_its_file_and_nowhere_else() {
    let (home, daemon) = Home::with_trader();
    let create = ["session", "create", "--agent", "trader", "--to-token-file"];
    let ran = home.cli.run(&create);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "[dir]/data/mcp-token\n");
    assert!(!ran.stderr.contains("wai_sess_"), "{}", ran.stderr);
    let file = home.file("mcp-token");
    let first = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(daemon.who_am_i(&first), 200);

    let second = home.json(&create);
    assert_eq!(second.get("token"), None);
    assert!(second["replacedSessionId"].is_string(), "{second}");
    assert_eq!(daemon.who_am_i(&first), 401);
    assert_eq!(
        daemon.who_am_i(&std::fs::read_to_string(&file).unwrap()),
        200
    );
    assert_eq!(second["session"]["constraints"]["expiresIn"], 604_800);

    // Another agent gets a file of its own.
    home.ok(&["agent", "add", "other", "--wallet", "hot"]);
    let third = home.json(&["session", "create", "--agent", "other", "--to-token-file"]);
    let own = format!(
        "mcp-tokens/{}",
        third["session"]["agentId"].as_str().unwrap()
    );
    assert!(
        third["tokenFile"].as_str().unwrap().ends_with(&own),
        "{third}"
    );
    assert_eq!(
        home.json(&["session", "list"])["sessions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_token_file_that_breaks_a_rule_ends_the_new_session_and_stays() {
    let (home, daemon) = Home::with_trader();
    let create = ["session", "create", "--agent", "trader", "--to-token-file"];
    home.ok(&create);
    let file = home.file("mcp-token");
    let token = std::fs::read_to_string(&file).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = home.refused(&create);
    assert!(
        said.contains("TOKEN_FILE_UNWRITABLE") && said.contains("chmod 600"),
        "{said}"
    );
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("elsewhere", &file).unwrap();
    let said = home.refused(&create);
    assert!(
        said.contains("TOKEN_FILE_UNWRITABLE") && said.contains("symbolic link"),
        "{said}"
    );
    assert!(!home.file("elsewhere").exists());
    assert_eq!(daemon.who_am_i(&token), 200, "the session before goes on");
    assert_eq!(
        home.json(&["session", "list"])["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
