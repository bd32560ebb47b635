//! `waiaas demo` as a visitor meets it: the built program, its output, its page and what it
//! leaves behind.

mod browser;
mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use program::Demo;

/// What a visit must say, in this order.
const VISIT: [&str; 58] = [
    "> /start",
    "> /newsession",
    "[trader]",
    "[watcher]",
    "> [trader]",
    "[Create] [Cancel]",
    "> [Change]",
    "> [10 renewals]",
    "[✓ 10 renewals]",
    "> [Create]",
    "< (edited) ✅ trader has a session.",
    "Token file: <data directory>/mcp-token",
    "* <data directory>/mcp-token has mode 0600; GET /v1/session with its token: 200",
    "minutes pass",
    "< 🔄 trader renewed its session <session 1>: 1/10",
    "[Reject]",
    "* GET /v1/session with the token from before the renewal: AUTH_TOKEN_INVALID",
    "< 🆕 watcher has a new session <session 2>, created on the machine.",
    "< 🔄 watcher renewed its session <session 2>: 1/4",
    "< ⏳ The session <session 2> of watcher ends soon",
    "[New session] [Revoke]",
    "< (edited) 🔄 watcher renewed its session <session 2>: 4/4",
    "* another renewal: RENEWAL_LIMIT_REACHED",
    "< ⌛ The session <session 2> of watcher has expired",
    "> /newsession",
    "> [scout]",
    "> [For another machine]",
    "Code: <claim code>",
    "* the other machine redeems the code: scout has its token there",
    "scout has its session <session 3> on another machine",
    "* the same code a second time: CLAIM_INVALID",
    "< 🚨 A claim code of scout (session <session 3>) was tried a second time",
    "> /agents",
    "> [Suspend]",
    "[Undo]",
    "* the next request of trader is refused: suspended",
    "> [Undo]",
    "* trader works again",
    "> /notify",
    "> [🔔 New session]",
    "> [HH:MM]",
    "> [HH:MM]",
    "Quiet hours: HH:MM–HH:MM",
    "> /language",
    "> [한국어]",
    "> /language",
    "> [English]",
    "From now on I write to you in English",
    "> /killswitch",
    "* the next request of trader is refused: the kill switch is on",
    "* on the machine: waiaas killswitch off",
    "< 🟢 Kill switch off",
    "> /sessions",
    "> [Revoke]",
    "> [Yes, revoke]",
    "* the next request of trader: SESSION_REVOKED",
    "* the audit chain is intact",
    "The visit is complete.",
];

fn assert_in_order(text: &str, fragments: &[&str]) {
    let mut rest = text;
    for fragment in fragments {
        let at = rest.find(fragment);
        let at = at.unwrap_or_else(|| panic!("{fragment:?} is missing here:\n{rest}\nin:\n{text}"));
        rest = &rest[at + fragment.len()..];
    }
}

#[test]
fn a_visit_plays_to_its_end_and_leaves_nothing() {
    let ran = Demo::new().run(&["--script"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    assert_in_order(&ran.stdout, &VISIT);
    assert_eq!(ran.stderr, "");
    assert!(ran.left.is_empty(), "left behind: {:?}", ran.left);
}

#[test]
fn a_transcript_carries_no_secret() {
    let ran = Demo::new().run(&["--script"]);
    for secret in ["wai_sess_", "v1:", ":AA", "bot7700000001"] {
        assert!(!ran.stdout.contains(secret), "{secret} in\n{}", ran.stdout);
    }
}

#[test]
fn a_visit_can_be_played_in_korean() {
    let ran = Demo::new().env("LANG", "ko_KR.UTF-8").run(&["--script"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    assert_in_order(
        &ran.stdout,
        &[
            "[만들기]",
            "GET /v1/session: 200",
            "CLAIM_INVALID",
            "SESSION_REVOKED",
        ],
    );
}

#[test]
fn keep_leaves_a_private_data_directory_without_a_socket() {
    let ran = Demo::new().run(&["--script", "--keep"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let [dir] = ran.left.as_slice() else {
        panic!("left behind: {:?}", ran.left)
    };
    assert!(
        ran.stdout.contains(&dir.display().to_string()),
        "{}",
        ran.stdout
    );
    assert_eq!(
        fs::metadata(dir).unwrap().permissions().mode() & 0o7777,
        0o700
    );
    assert!(dir.join("waiaas.db").is_file());
    assert!(!dir.join("admin.sock").exists());
}

#[test]
fn a_temporary_directory_that_is_not_there_is_said_clearly() {
    let ran = Demo::new()
        .env("TMPDIR", "/nonexistent/place")
        .run(&["--script"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("temporary data directory"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("No such file"), "{}", ran.stderr);
}

#[test]
fn the_page_is_served_until_ctrl_c_and_nothing_stays() {
    let mut demo = Demo::new().start(&["--no-browser"]);
    let page = demo.page();
    assert_eq!(program::http_status(&page), 200);
    assert_eq!(program::http_status(&page.replace("key=", "key=x")), 403);
    let ran = demo.interrupt();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_in_order(
        &ran.stdout,
        &["Ctrl-C ends the demo.", "the data directory is removed"],
    );
    assert_eq!(ran.stderr, "");
    assert!(ran.left.is_empty(), "left behind: {:?}", ran.left);
}

#[test]
fn a_script_has_no_speed() {
    let ran = Demo::new().run(&["--script", "--speed", "5"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}
