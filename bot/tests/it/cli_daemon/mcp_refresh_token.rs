//! `waiaas mcp refresh-token`: the session that goes on from another one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::home::{EVM, EVM_OTHER, EVM_THIRD, Home, Transcript};
use crate::cli::Cli;

const REFRESH: [&str; 2] = ["mcp", "refresh-token"];

/// A session for `trader` in its file.
fn set_up(home: &Home, flags: &[&str]) -> Value {
    let setup = ["mcp", "setup", "--agent", "trader", "--new-session"];
    let body = home.json(&[&setup[..], flags].concat());
    body["session"].clone()
}

fn refresh(home: &Home) -> Value {
    let body = home.json(&REFRESH);
    assert!(!body.to_string().contains("wai_sess_"), "{body}");
    body
}

fn show(home: &Home, session: &Value) -> Value {
    home.json(&["session", "show", session["id"].as_str().unwrap()])
}

/// Lets every session seem to have run out.
fn expire(home: &Home) {
    let sql = "UPDATE sessions SET expires_at = created_at - 1";
    home.database().execute(sql, []).unwrap();
}

/// The audit entries about sessions: what happened to which, oldest first.
fn trail(home: &Home) -> Vec<(String, Value)> {
    let listed = home.json(&["audit", "list", "--limit", "200"]);
    let entries = listed["entries"].as_array().unwrap().iter().rev();
    let about = entries.filter(|entry| !entry["sessionId"].is_null());
    about
        .map(|entry| {
            let event = entry["event"].as_str().unwrap().to_owned();
            (event, entry["sessionId"].clone())
        })
        .collect()
}

/// Lets the database refuse to revoke a session.
const NO_REVOKE: &str = "CREATE TRIGGER no_revoke BEFORE UPDATE OF revoked_at ON sessions
     BEGIN SELECT RAISE(ABORT, 'not now'); END";

#[test]
fn t_10_mcp_refresh_token_creates_writes_and_then_revokes() {
    let (home, daemon) = Home::with_trader();
    let old = set_up(&home, &[]);
    let old_token = home.token();
    let body = refresh(&home);
    let new = &body["newSession"];
    assert_eq!(body["oldSessionId"], old["id"]);
    assert_eq!(body["oldRevoked"], true);
    assert_eq!(body["tokenFile"], "[dir]/data/mcp-token");
    assert_eq!(body["skippedWallets"], json!([]));
    assert_eq!(body["warnings"], json!([]));
    assert_eq!(daemon.who_am_i(&old_token), 401);
    assert_eq!(daemon.who_am_i(&home.token()), 200);
    assert_eq!(show(&home, &old)["revokeReason"], "replaced");
    let event = |name: &str, session: &Value| (name.to_owned(), session["id"].clone());
    assert_eq!(
        trail(&home)[2..],
        [
            event("SESSION_CREATED", new),
            event("SESSION_REVOKED", &old),
            event("SESSION_DELIVERED", new),
        ]
    );
}

/// A write that fails comes before the revocation: the old session goes on.
#[test]
fn t_10_mcp_refresh_token_without_a_written_file_leaves_the_old_session() {
    let (home, daemon) = Home::with_trader();
    let old = set_up(&home, &[]);
    let token = home.token();
    fs::remove_file(home.file("mcp-token.lock")).unwrap();
    fs::create_dir(home.file("mcp-token.lock")).unwrap();
    let said = home.refused(&REFRESH);
    assert!(said.contains("TOKEN_FILE_UNWRITABLE"), "{said}");
    assert_eq!(home.token(), token);
    assert_eq!(daemon.who_am_i(&token), 200);
    assert_eq!(show(&home, &old)["state"], "ACTIVE");
    let all = home.json(&["session", "list", "--state", "all"]);
    assert_eq!(all["sessions"][0]["revokeReason"], "handover_failed");
    assert_eq!(all["sessions"].as_array().unwrap().len(), 2);
}

#[test]
fn t_10_mcp_refresh_token_inherits_every_constraint_and_every_wallet() {
    let (home, _daemon) = Home::with_trader();
    home.add_wallet("spare", EVM_OTHER);
    home.add_wallet("third", EVM_THIRD);
    let wallets = ["--wallet", "hot", "--wallet", "spare", "--wallet", "third"];
    let default = ["--default-wallet", "spare"];
    let times = ["--expires-in", "1h", "--max-renewals", "3"];
    let window = ["--renewal-reject-window", "10m"];
    let amounts = ["--max-amount-per-tx", "5", "--max-total-amount", "50"];
    let sets = [
        "--allowed-op",
        "swap",
        "--allowed-op",
        "sign",
        "--allowed-destination",
        EVM,
    ];
    let count = ["--max-transactions", "9"];
    let flags = [
        &wallets[..],
        &default,
        &times,
        &window,
        &amounts,
        &sets,
        &count,
    ]
    .concat();
    let old = set_up(&home, &flags);
    let limits = old["constraints"].as_object().unwrap();
    assert_eq!(limits.len(), 8, "every limit is set: {limits:?}");
    // What is default now has no say.
    let other = [
        "--expires-in",
        "2h",
        "--max-renewals",
        "7",
        "--max-amount",
        "1",
    ];
    home.ok(&[&["agent", "defaults", "trader"][..], &other].concat());
    home.ok(&["agent", "wallet", "default", "trader", "hot"]);
    let new = refresh(&home)["newSession"].clone();
    assert_eq!(new["constraints"], old["constraints"]);
    assert_eq!(new["wallets"], old["wallets"]);
    assert_eq!(new["renewalCount"], 0);
}

#[test]
fn t_10_mcp_refresh_token_adds_no_limit_that_the_old_session_had_not() {
    let (home, _daemon) = Home::with_trader();
    let old = set_up(&home, &[]);
    let limits = [
        "--max-amount",
        "1",
        "--max-total-amount",
        "2",
        "--max-transactions",
        "3",
    ];
    let sets = ["--allowed-op", "swap", "--allowed-destination", EVM];
    home.ok(&[&["agent", "defaults", "trader"][..], &limits, &sets].concat());
    let body = refresh(&home);
    assert_eq!(body["newSession"]["constraints"], old["constraints"]);
    // Whereas a session from scratch has them.
    assert_eq!(set_up(&home, &[])["constraints"]["maxTransactions"], 3);
}

#[test]
fn t_10_mcp_refresh_token_goes_on_from_a_session_that_has_ended() {
    let (home, daemon) = Home::with_trader();
    let old = set_up(&home, &["--max-renewals", "3"]);
    expire(&home);
    assert_eq!(show(&home, &old)["state"], "EXPIRED");
    let body = refresh(&home);
    assert_eq!(body["oldRevoked"], Value::Null);
    assert_eq!(body["oldSessionId"], old["id"]);
    assert_eq!(body["newSession"]["constraints"], old["constraints"]);
    assert_eq!(daemon.who_am_i(&home.token()), 200);
    assert_eq!(show(&home, &old)["state"], "EXPIRED");

    let revoked = body["newSession"].clone();
    home.ok(&["session", "revoke", revoked["id"].as_str().unwrap()]);
    let body = refresh(&home);
    assert_eq!(body["oldRevoked"], Value::Null);
    assert_eq!(body["oldSessionId"], revoked["id"]);
    assert_eq!(body["newSession"]["constraints"], old["constraints"]);
    assert_eq!(daemon.who_am_i(&home.token()), 200);
    assert_eq!(show(&home, &revoked)["revokeReason"], "manual_revoke");
}

#[test]
fn t_10_mcp_refresh_token_needs_no_room_for_another_session() {
    let (home, daemon) = Home::with_trader();
    let old = set_up(&home, &[]);
    for _ in 0..4 {
        home.create_session(&[]);
    }
    let said = home.refused(&["session", "create", "--agent", "trader"]);
    assert!(said.contains("SESSION_LIMIT_EXCEEDED"), "{said}");
    let body = refresh(&home);
    assert_eq!(body["oldSessionId"], old["id"]);
    assert_eq!(body["oldRevoked"], true);
    assert_eq!(daemon.who_am_i(&home.token()), 200);
    let live = home.json(&["session", "list"]);
    assert_eq!(live["sessions"].as_array().unwrap().len(), 5);
}

#[test]
fn t_10_mcp_refresh_token_leaves_out_removed_wallets_and_names_them() {
    for (cli, name) in [
        (Cli::new(), "mcp_refresh_wallets"),
        (
            Cli::new().env("LANG", "ko_KR.UTF-8"),
            "mcp_refresh_wallets_korean",
        ),
    ] {
        let home = Home::with(cli);
        let _daemon = home.start(&[]);
        for (wallet, address) in [("hot", EVM), ("spare", EVM_OTHER), ("third", EVM_THIRD)] {
            home.add_wallet(wallet, address);
        }
        home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
        let wallets = ["--wallet", "hot", "--wallet", "spare", "--wallet", "third"];
        set_up(&home, &wallets);
        // A live session loses a removed wallet at once; one that has ended keeps the link.
        expire(&home);
        home.ok(&["wallet", "remove", "hot"]);
        let mut transcript = Transcript::new(&home, "table");
        let ran = transcript.run(&REFRESH);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let new = home.json(&["session", "list"])["sessions"][0].clone();
        let wallets = new["wallets"].as_array().unwrap();
        let names: Vec<_> = wallets.iter().map(|wallet| &wallet["name"]).collect();
        assert_eq!(names, ["spare", "third"]);
        assert_eq!(
            wallets[0]["isDefault"], true,
            "the default moves to the first left"
        );

        expire(&home);
        home.ok(&["wallet", "remove", "third"]);
        let body = refresh(&home);
        let skipped = &body["skippedWallets"];
        assert_eq!(skipped[0]["name"], "third");
        assert_eq!(skipped.as_array().unwrap().len(), 1);

        expire(&home);
        home.ok(&["wallet", "remove", "spare"]);
        let token = home.token();
        let sessions = home.count("SELECT count(*) FROM sessions");
        let ran = transcript.run(&REFRESH);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
        assert_eq!(home.count("SELECT count(*) FROM sessions"), sessions);
        assert_eq!(home.token(), token);
        transcript.matches(name);
    }
}

#[test]
fn t_10_mcp_refresh_token_calls_a_failed_revoke_a_warning() {
    for (cli, name) in [
        (Cli::new(), "mcp_refresh_unfinished"),
        (
            Cli::new().env("LANG", "ko_KR.UTF-8"),
            "mcp_refresh_unfinished_korean",
        ),
    ] {
        let home = Home::with(cli);
        let daemon = home.start(&[]);
        home.add_wallet("hot", EVM);
        home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
        let old = set_up(&home, &[]);
        let old_token = home.token();
        home.database().execute_batch(NO_REVOKE).unwrap();
        let mut transcript = Transcript::new(&home, "table");
        let ran = transcript.run(&REFRESH);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(
            ran.stderr.contains(old["id"].as_str().unwrap()),
            "{}",
            ran.stderr
        );
        transcript.matches(name);
        // The file is written, and both work.
        let token = home.token();
        assert_ne!(token, old_token);
        assert_eq!(daemon.who_am_i(&token), 200);
        assert_eq!(daemon.who_am_i(&old_token), 200);

        // The daemon finishes what it began, here by its next start.
        home.database()
            .execute_batch("DROP TRIGGER no_revoke")
            .unwrap();
        assert_eq!(daemon.stop().status.code(), Some(0));
        let daemon = home.start(&[]);
        assert_eq!(daemon.who_am_i(&token), 200);
        assert_eq!(daemon.who_am_i(&old_token), 401);
        assert_eq!(show(&home, &old)["revokeReason"], "replaced");
        assert!(home.json(&["audit", "verify"])["intact"] == true);
    }
}

#[test]
fn what_really_happened_is_in_the_json() {
    let (home, _daemon) = Home::with_trader();
    let old = set_up(&home, &[]);
    home.database().execute_batch(NO_REVOKE).unwrap();
    let body = refresh(&home);
    assert_eq!(body["oldRevoked"], false);
    assert_eq!(body["oldSessionId"], old["id"]);
    let warnings = body["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 2, "{body}");
    let command = format!("waiaas session revoke {}", old["id"].as_str().unwrap());
    assert!(warnings[1].as_str().unwrap().contains(&command), "{body}");
    // `setup` is told of in the same way.
    let body = home.json(&["mcp", "setup", "--new-session"]);
    assert_eq!(body["warnings"].as_array().unwrap().len(), 1, "{body}");
    assert_eq!(body["session"]["state"], "ACTIVE");
    // A refusal that left the file as it was stays a refusal.
    home.ok(&["killswitch", "on"]);
    let said = home.refused(&REFRESH);
    assert!(said.contains("SYSTEM_LOCKED"), "{said}");
}

#[test]
fn each_refusal_says_what_to_do() {
    for (cli, name) in [
        (Cli::new(), "mcp_refresh_refused"),
        (
            Cli::new().env("LANG", "ko_KR.UTF-8"),
            "mcp_refresh_refused_korean",
        ),
    ] {
        let home = Home::with(cli);
        let daemon = home.start(&[]);
        home.add_wallet("hot", EVM);
        home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
        let mut transcript = Transcript::new(&home, "table");
        let mut refused = |flags: &[&str], code: i32| {
            let ran = transcript.run(&[&REFRESH[..], flags].concat());
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (Some(code), ""),
                "{flags:?}"
            );
        };
        refused(&[], 1);
        refused(&["--agent", "trader"], 1);
        refused(&["--agent", "tradr"], 1);

        set_up(&home, &[]);
        let file = home.file("mcp-token");
        let token = home.token();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        refused(&[], 1);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();

        home.add_watcher();
        home.ok(&["mcp", "setup", "--agent", "watcher"]);
        refused(&[], 2);
        let watcher = home.json(&["agent", "show", "watcher"]);
        let own = home
            .file("mcp-tokens")
            .join(watcher["id"].as_str().unwrap());
        fs::write(&own, &token).unwrap();
        refused(&["--agent", "watcher"], 1);
        fs::remove_file(&own).unwrap();

        assert_eq!(home.token(), token);
        assert_eq!(daemon.who_am_i(&token), 200);
        home.database().execute("DELETE FROM sessions", []).unwrap();
        refused(&[], 1);
        assert_eq!(home.token(), token);
        transcript.matches(name);
    }
}

/// Two files of one agent, and what lies beside them, are one choice.
#[test]
fn the_only_agent_need_not_be_named() {
    let (home, daemon) = Home::with_trader();
    let session = set_up(&home, &[]);
    let own = home.file("mcp-tokens");
    fs::create_dir(&own).unwrap();
    fs::set_permissions(&own, fs::Permissions::from_mode(0o700)).unwrap();
    let own = own.join(session["agentId"].as_str().unwrap());
    fs::rename(home.file("mcp-token"), &own).unwrap();
    fs::rename(home.file("mcp-token.lock"), own.with_extension("lock")).unwrap();
    let body = refresh(&home);
    assert_eq!(body["oldSessionId"], session["id"]);
    let name = format!("/data/mcp-tokens/{}", session["agentId"].as_str().unwrap());
    assert!(
        body["tokenFile"].as_str().unwrap().ends_with(&name),
        "{body}"
    );
    let token = fs::read_to_string(&own).unwrap();
    assert_eq!(daemon.who_am_i(&token), 200);
    assert!(!home.file("mcp-token").exists());
    // The same agent's old file beside it makes no second choice.
    let shared = home.file("mcp-token");
    fs::copy(&own, &shared).unwrap();
    assert_eq!(refresh(&home)["oldRevoked"], true);
}
