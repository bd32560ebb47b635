//! The MCP server answers at once, whatever stands around it: clients give up on servers that
//! are slow to come up. How long the start takes is measured by the ignored test:
//!
//! ```sh
//! cargo test --release --package waiaas --test it -- --ignored --nocapture mcp_start::measured
//! ```

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waiaas_mcp::door::REQUEST_TIMEOUT_S;

use crate::harness::TestDaemon;

/// No request to the daemon ends sooner when it says nothing: an answer before that has waited
/// for none.
const UNASKED: Duration = Duration::from_secs(REQUEST_TIMEOUT_S);
/// How often the start is measured.
const RUNS: usize = 31;
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Starts the server, meets it, and ends it; gives how long the meeting took.
fn meet(data_dir: &Path, base_url: &str) -> Duration {
    let began = Instant::now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_waiaas"))
        .args(["mcp", "serve", "--base-url", base_url, "--data-dir"])
        .arg(data_dir)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "a test", "version": "1" },
    }});
    let mut stdin = server.stdin.take().unwrap();
    writeln!(stdin, "{hello}").unwrap();
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let took = began.elapsed();
    let answer: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(answer["result"]["serverInfo"]["name"], "waiaas");
    server.kill().unwrap();
    server.wait().unwrap();
    took
}

/// Each state of the world, with the data directory and the address that belong to it.
async fn everywhere(mut visit: impl FnMut(&str, &Path, &str)) {
    let empty = tempfile::tempdir().unwrap();
    visit("no token", empty.path(), NOWHERE);

    let mut daemon = TestDaemon::new().await.with_agent("trader").await;
    daemon.hand_over("trader", json!({})).await;
    let url = format!("http://{}", daemon.agents_addr());
    visit("all well", daemon.data_dir(), &url);
    daemon.kill().await;
    // By this machine's clock the token has long ended.
    visit("an ended token, no daemon", daemon.data_dir(), &url);

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    visit("a daemon that says nothing", daemon.data_dir(), &url);

    let open_to_others = Permissions::from_mode(0o644);
    std::fs::set_permissions(daemon.token_file(), open_to_others).unwrap();
    visit("a token file that is refused", daemon.data_dir(), NOWHERE);
}

#[tokio::test]
async fn the_server_answers_without_having_waited_for_anything() {
    everywhere(|around, data_dir, url| {
        let took = meet(data_dir, url);
        assert!(took < UNASKED, "{around}: {took:?}");
    })
    .await;
}

#[tokio::test]
#[ignore = "a measurement"]
#[allow(clippy::print_stderr, reason = "whoever measures reads it")]
async fn measured() {
    everywhere(|around, data_dir, url| {
        let mut runs: Vec<Duration> = (0..RUNS).map(|_| meet(data_dir, url)).collect();
        runs.sort();
        let (fastest, median, slowest) = (runs[0], runs[RUNS / 2], runs[RUNS - 1]);
        eprintln!("{around}: min {fastest:.1?}, median {median:.1?}, max {slowest:.1?}");
    })
    .await;
}
