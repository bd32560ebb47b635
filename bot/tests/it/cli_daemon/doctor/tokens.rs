//! Token files, what stands beside them, and what the daemon knows of them.

use std::fs;
use std::os::unix::fs::symlink;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{Pending, RenewalKey, write_pending};

use super::super::home::{EVM, Home};
use super::files::allow;
use super::{examine, examine_with, without_bot};
use crate::cli::Cli;

/// The file of the first agent.
fn file(home: &Home) -> std::path::PathBuf {
    home.file("mcp-token")
}

fn token(home: &Home) -> SessionToken {
    SessionToken::parse(&fs::read_to_string(file(home)).unwrap()).unwrap()
}

/// Lets the daemon believe that the session was renewed once more than the file knows.
pub(super) fn lag_behind(home: &Home) {
    let change = "UPDATE sessions SET renewal_count = renewal_count + 1";
    home.database().execute(change, []).unwrap();
}

#[test]
fn a_live_token_is_told_with_agent_session_and_end() {
    let (home, daemon) = without_bot();
    let session = token(&home)
        .unverified_claims()
        .unwrap()
        .session_id
        .to_string();
    let line = |home: &Home| {
        let examined = examine(home);
        let ok = examined
            .findings
            .iter()
            .find(|one| one.is("token_files", "ok"));
        ok.unwrap_or_else(|| panic!("{:#?}", examined.findings))
            .what
            .clone()
    };
    let said = line(&home);
    assert!(
        said.starts_with(&format!("mcp-token: trader, session {session}, ")),
        "{said}"
    );
    assert!(said.ends_with("renewed 0/30"), "{said}");
    home.ok(&["agent", "add", "watcher", "--wallet", "hot"]);
    home.ok(&["session", "create", "--agent", "watcher", "--to-token-file"]);
    let examined = examine(&home);
    let own = |one: &&super::Finding| one.what.starts_with("mcp-tokens/");
    assert!(
        examined
            .findings
            .iter()
            .find(own)
            .unwrap()
            .what
            .contains("watcher")
    );
    assert!(daemon.stop().status.success());
    assert!(line(&home).contains("the daemon was not asked"));
}

#[test]
fn nobody_would_use_such_a_file() {
    let (home, _daemon) = without_bot();
    let text = fs::read(file(&home)).unwrap();
    allow(&file(&home), 0o640);
    let open = examine(&home).only("token_files", "serious");
    assert_eq!(open.mend, "chmod 600 [dir]/data/mcp-token");
    allow(&file(&home), 0o600);
    for broken in [
        &b"nonsense"[..],
        &text[..text.len() / 2],
        &[0xFF; 9],
        &[b'x'; 5000],
    ] {
        fs::write(file(&home), broken).unwrap();
        let form = examine(&home).only("token_files", "serious");
        assert_eq!(form.mend, "rm [dir]/data/mcp-token && waiaas mcp setup");
    }
    fs::remove_file(file(&home)).unwrap();
    fs::create_dir(file(&home)).unwrap();
    let folder = examine(&home).only("token_files", "serious");
    assert!(folder.what.contains("not a regular file"), "{folder:?}");
    fs::remove_dir(file(&home)).unwrap();
    let elsewhere = home.cli.dir.path().join("elsewhere");
    fs::write(&elsewhere, &text).unwrap();
    symlink(&elsewhere, file(&home)).unwrap();
    let link = examine(&home).only("token_files", "serious");
    assert!(link.what.contains("symbolic link"), "{link:?}");
    fs::remove_file(file(&home)).unwrap();
    let examined = examine(&home);
    assert!(examined.faults().is_empty());
    assert_eq!(
        examined.note("token_files", "no agent").mend,
        "waiaas mcp setup"
    );
}

#[test]
fn a_file_carries_the_agent_of_its_name() {
    let (home, _daemon) = without_bot();
    let other = "01900000-0000-7000-8000-000000000000";
    let folder = home.file("mcp-tokens");
    fs::create_dir(&folder).unwrap();
    allow(&folder, 0o700);
    fs::copy(file(&home), folder.join(other)).unwrap();
    let finding = examine(&home).only("token_files", "serious");
    assert!(finding.what.contains("another agent"), "{finding:?}");
    let mend = format!("rm [dir]/data/mcp-tokens/{other} && waiaas mcp setup --agent {other}");
    assert_eq!(finding.mend, mend);
    fs::remove_file(folder.join(other)).unwrap();
    allow(&folder, 0o755);
    let readable = examine(&home).only("token_files", "warning");
    assert_eq!(readable.mend, "chmod 700 [dir]/data/mcp-tokens");
    allow(&folder, 0o777);
    examine(&home).only("token_files", "serious");
    fs::remove_dir(&folder).unwrap();
    symlink("/tmp", &folder).unwrap();
    let link = examine(&home).only("token_files", "serious");
    assert!(link.mend.starts_with("mv "), "{link:?}");
}

#[test]
fn a_session_that_has_ended() {
    let (home, daemon) = without_bot();
    let session = token(&home)
        .unverified_claims()
        .unwrap()
        .session_id
        .to_string();
    let past = "UPDATE sessions SET expires_at = 1770546385";
    let refresh = "waiaas mcp refresh-token --agent trader";
    home.database().execute(past, []).unwrap();
    let expired = examine(&home).only("token_files", "warning");
    assert!(
        expired.what.contains("ran out at 2026-02-08T10:26:25Z"),
        "{expired:?}"
    );
    assert_eq!(expired.mend, refresh);
    home.database()
        .execute("UPDATE sessions SET expires_at = 4000000000", [])
        .unwrap();
    home.ok(&["session", "revoke", &session]);
    let revoked = examine(&home).only("token_files", "warning");
    assert!(revoked.what.contains("was ended at"), "{revoked:?}");
    assert_eq!(revoked.mend, refresh);
    drop(daemon);
}

#[test]
fn a_session_that_this_daemon_does_not_know() {
    let (home, _daemon) = without_bot();
    let (strange, _other) = without_bot();
    fs::copy(file(&strange), file(&home)).unwrap();
    let finding = examine(&home).only("token_files", "serious");
    assert!(
        finding.what.contains("does not know session"),
        "{finding:?}"
    );
    let agent = token(&strange).unverified_claims().unwrap().agent_id;
    assert_eq!(finding.mend, format!("waiaas mcp setup --agent {agent}"));
}

#[test]
fn a_token_that_was_replaced_is_serious_unless_its_renewal_can_be_finished() {
    let (home, _daemon) = without_bot();
    lag_behind(&home);
    let finding = examine(&home).only("token_files", "serious");
    assert!(
        finding.what.contains("current token of trader"),
        "{finding:?}"
    );
    let token = token(&home);
    let mut pending = Pending {
        session_id: token.unverified_claims().unwrap().session_id,
        presented_token_hash: token.hash(),
        renewal_key: RenewalKey::from_bytes([7; 16]),
    };
    write_pending(&file(&home), &pending).unwrap();
    let examined = examine(&home);
    assert!(examined.faults().is_empty(), "{:#?}", examined.findings);
    examined.note("token_files", "a renewal of mcp-token is under way");
    let shown = home.cli.run(&["doctor"]);
    assert!(!shown.stdout.contains(&"07".repeat(16)), "the renewal key");

    pending.presented_token_hash = waiaas_protocol::token::TokenHash::of("another");
    write_pending(&file(&home), &pending).unwrap();
    let examined = examine(&home);
    examined.only("token_files", "serious");
    examined.note("token_files", "pending entry for another token");
    // A token of a generation that the daemon has not reached.
    home.database()
        .execute("UPDATE sessions SET renewal_count = 0", [])
        .unwrap();
    assert!(examine(&home).faults().is_empty());
}

/// Lets the token in the file be of this age, with a unit of a day.
fn age(home: &Home, age_s: i64) {
    const DAY_S: i64 = 86_400;
    let text = token(home).expose().to_owned();
    let parts: Vec<&str> = text.split('.').collect();
    let mut claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let issued_at = now_s() - age_s;
    claims["iat"] = issued_at.into();
    claims["exp"] = (issued_at + DAY_S).into();
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    fs::write(file(home), [parts[0], &claims, parts[2]].join(".")).unwrap();
}

fn now_s() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[test]
fn a_renewal_that_nobody_asks_for() {
    const HOUR_S: i64 = 3600;
    let (home, _daemon) = without_bot();
    let is_overdue = |home: &Home| {
        let examined = examine(home);
        assert!(examined.faults().is_empty(), "{:#?}", examined.findings);
        let says = |one: &super::Finding| one.what.contains("no MCP server runs");
        examined.findings.iter().any(says)
    };
    assert!(!is_overdue(&home));
    age(&home, 14 * HOUR_S + 1440);
    assert!(!is_overdue(&home), "it is planned for now");
    age(&home, 15 * HOUR_S);
    let examined = examine(&home);
    let note = examined.note("token_files", "the renewal for trader is overdue");
    assert!(note.what.starts_with("mcp-token: "), "{note:?}");
    let none_left = "UPDATE sessions SET renewal_count = max_renewals";
    home.database().execute(none_left, []).unwrap();
    let examined = examine(&home);
    assert!(
        !examined
            .findings
            .iter()
            .any(|one| one.what.contains("overdue"))
    );
}

#[test]
fn what_stands_beside_a_token() {
    let (home, _daemon) = without_bot();
    let pending = home.file("mcp-token.pending");
    fs::write(&pending, "{}").unwrap();
    allow(&pending, 0o600);
    let form = examine(&home).only("token_files", "serious");
    assert_eq!(form.mend, "rm [dir]/data/mcp-token.pending");
    allow(&pending, 0o644);
    let open = examine(&home).only("token_files", "serious");
    assert_eq!(open.mend, "chmod 600 [dir]/data/mcp-token.pending");
    fs::remove_file(&pending).unwrap();

    let lock = home.file("mcp-token.lock");
    assert!(
        lock.exists(),
        "a lock that nobody holds stays and is no fault"
    );
    allow(&lock, 0o666);
    let open = examine(&home).only("token_files", "serious");
    assert_eq!(open.mend, "chmod 600 [dir]/data/mcp-token.lock");
    fs::remove_file(&lock).unwrap();
    symlink(file(&home), &lock).unwrap();
    let link = examine(&home).only("token_files", "serious");
    assert_eq!(link.mend, "rm [dir]/data/mcp-token.lock");
    fs::remove_file(&lock).unwrap();

    fs::write(home.file(".mcp-token.aaaaBBBB11112222.tmp"), "").unwrap();
    allow(&home.file(".mcp-token.aaaaBBBB11112222.tmp"), 0o600);
    let examined = examine(&home);
    assert!(examined.faults().is_empty());
    examined.note("token_files", "1 temporary file;");
}

#[test]
fn a_suspended_agent_and_a_token_in_the_environment() {
    let cli = Cli::new().env("WAIAAS_SESSION_TOKEN", "wai_sess_e30.e30.e30");
    let home = Home::with(cli);
    let _daemon = home.start(&[]);
    home.add_wallet("hot", EVM);
    home.ok(&["agent", "add", "day trader", "--wallet", "hot"]);
    home.ok(&[
        "session",
        "create",
        "--agent",
        "day trader",
        "--to-token-file",
    ]);
    let examined = examine(&home);
    assert!(examined.faults().is_empty());
    let note = examined.note("token_files", "WAIAAS_SESSION_TOKEN is set");
    assert_eq!(note.mend, "unset WAIAAS_SESSION_TOKEN");
    home.ok(&["agent", "suspend", "day trader"]);
    let finding = examine_with(&home, &["--offline"]).only("token_files", "warning");
    assert_eq!(finding.mend, "waiaas agent resume 'day trader'");
    let name = "UPDATE agents SET name = '-x'";
    home.database().execute(name, []).unwrap();
    let finding = examine_with(&home, &["--offline"]).only("token_files", "warning");
    assert_eq!(finding.mend, "waiaas agent resume -- -x");
    home.ok(&["agent", "resume", "--", "-x"]);
    lag_behind(&home);
    let finding = examine_with(&home, &["--offline"]).only("token_files", "serious");
    assert_eq!(finding.mend, "waiaas mcp refresh-token --agent=-x");
}
