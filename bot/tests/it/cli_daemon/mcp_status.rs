//! `waiaas mcp status`: what the keeper on this machine sees.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use waiaas_protocol::token_file::{
    Pending, RenewalKey, TokenFileLock, pending_path, read, write_pending,
};

use super::home::{Home, Transcript};
use crate::cli::Cli;

fn begin_a_renewal(path: &Path) {
    let token = read(path).unwrap().unwrap();
    let pending = Pending {
        session_id: token.unverified_claims().unwrap().session_id,
        presented_token_hash: token.hash(),
        renewal_key: RenewalKey::from_bytes([7; 16]),
    };
    write_pending(path, &pending).unwrap();
}

fn issue(home: &Home) {
    home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
}

#[test]
fn the_file_the_session_the_key_and_the_lock_are_shown() {
    for form in ["table", "json"] {
        let (home, daemon) = Home::with_trader();
        let mut transcript = Transcript::new(&home, form);
        let status = ["mcp", "status"];
        transcript.run(&status);
        issue(&home);
        transcript.run(&status);

        let path = home.file("mcp-token");
        begin_a_renewal(&path);
        let lock = TokenFileLock::try_acquire(&path).unwrap().unwrap();
        transcript.run(&status);
        drop(lock);

        // The key stays behind when another session comes.
        issue(&home);
        transcript.run(&status);
        fs::set_permissions(pending_path(&path), fs::Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        transcript.run(&status);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::remove_file(pending_path(&path)).unwrap();
        drop(daemon);
        transcript.run(&status);
        transcript.matches("mcp_status");
    }
}

#[test]
fn a_session_without_renewals_left_says_so_and_an_agent_can_be_picked() {
    let (home, _daemon) = Home::with_trader();
    home.ok(&["agent", "add", "watcher", "--wallet", "hot"]);
    for agent in ["trader", "watcher"] {
        let create = ["session", "create", "--agent", agent, "--to-token-file"];
        home.ok(&[&create[..], &["--max-renewals", "0"]].concat());
    }
    let all = home.json(&["mcp", "status"]);
    let files = all["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    for file in files {
        assert!(file["nextRenewalAt"].is_null(), "{file}");
        let agent = file["agentId"].as_str().unwrap();
        let one = home.json(&["mcp", "status", "--agent", agent]);
        assert_eq!(one["files"].as_array().unwrap().len(), 1);
        assert_eq!(one["files"][0]["path"], file["path"]);
    }
}

#[test]
fn a_session_whose_absolute_end_is_nearer_than_a_unit_is_renewed_no_more() {
    let home = Home::new();
    let _daemon = home.start(&["--set", "security.session_absolute_lifetime=86400"]);
    home.add_wallet("hot", super::home::EVM);
    home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
    for (unit, renewed) in [("20h", false), ("4h", true)] {
        let create = ["session", "create", "--agent", "trader", "--to-token-file"];
        home.ok(&[&create[..], &["--expires-in", unit]].concat());
        let seen = home.json(&["mcp", "status"]);
        assert_eq!(
            seen["files"][0]["nextRenewalAt"].is_string(),
            renewed,
            "{seen}"
        );
    }
}

#[test]
fn it_is_said_in_korean() {
    let home = Home::with(Cli::new().env("LANG", "ko_KR.UTF-8"));
    let _daemon = home.start(&[]);
    let mut transcript = Transcript::new(&home, "table");
    transcript.run(&["mcp", "status"]);
    home.add_wallet("hot", super::home::EVM);
    home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
    issue(&home);
    transcript.run(&["mcp", "status"]);
    begin_a_renewal(&home.file("mcp-token"));
    transcript.run(&["mcp", "status"]);
    transcript.matches("mcp_status_korean");
}
