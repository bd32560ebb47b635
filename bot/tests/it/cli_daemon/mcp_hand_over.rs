//! A hand-over whose answer is a refusal although the token file has changed: whether it is
//! this run's session that stands there, and only then, decides.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::cli::{Cli, Ran, TOKEN, http, read_request};

/// The id of everything in the token of the canned door.
const ID: &str = "0190a8f2-0000-7000-8000-000000000000";

fn session() -> Value {
    json!({
        "id": ID, "agentId": ID, "agentName": "trader", "state": "ACTIVE", "source": "cli",
        "constraints": { "expiresIn": 86400, "maxRenewals": 30, "renewalRejectWindow": 3600 },
        "wallets": [], "renewalCount": 0, "renewalsLeft": 30,
        "createdAt": "2999-01-01T00:00:00Z", "expiresAt": "2999-01-02T00:00:00Z",
        "absoluteExpiresAt": "2999-01-31T00:00:00Z",
    })
}

/// A daemon that writes the token file, if told so, and then refuses to have made a session;
/// that session it shows to whoever asks. Says what it was asked.
fn door(data_dir: &Path, writes: bool, session: &Value) -> JoinHandle<Vec<String>> {
    let listener = UnixListener::bind(data_dir.join("admin.sock")).unwrap();
    let agent = json!({
        "id": ID, "name": "trader", "status": "ACTIVE", "wallets": [], "liveSessions": 0,
        "createdAt": "2026-02-08T10:26:25Z",
    });
    let status = json!({
        "version": "0.0.0", "startedAt": "2026-02-08T10:26:25Z", "uptimeS": 1,
        "listen": "127.0.0.1:3100", "liveSessions": 0, "outboxDepth": 0, "deadLetters": 0,
        "channels": [], "operators": 0, "killSwitch": { "active": false },
        "serverTime": "2026-02-08T10:26:25Z",
    });
    let refusal = json!({
        "code": "INTERNAL", "message": "Something broke.", "requestId": "req-1",
        "retryable": false,
    });
    let session = session.to_string();
    let file = data_dir.join("mcp-token");
    std::thread::spawn(move || {
        let mut all = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().unwrap();
            let asked = read_request(&mut stream);
            let asked = asked.lines().next().unwrap().to_owned();
            let answer = match asked.split(' ').nth(1).unwrap() {
                "/v1/status" => http("200 OK", &status.to_string()),
                "/v1/agents/trader" => http("200 OK", &agent.to_string()),
                "/v1/sessions" => {
                    if writes {
                        fs::write(&file, TOKEN).unwrap();
                        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
                    }
                    http("500 Internal Server Error", &refusal.to_string())
                }
                "/end" => return all,
                _ => http("200 OK", &session),
            };
            std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            all.push(asked);
        }
    })
}

fn set_up(writes: bool, before: Option<&str>, session: &Value) -> Ran {
    let cli = Cli::new();
    fs::create_dir(cli.data_dir()).unwrap();
    fs::set_permissions(cli.data_dir(), Permissions::from_mode(0o700)).unwrap();
    if let Some(before) = before {
        let file = cli.data_dir().join("mcp-token");
        fs::write(&file, before).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    }
    let door = door(&cli.data_dir(), writes, session);
    let ran = cli.run(&["mcp", "setup", "--agent", "trader", "--client", "json"]);
    let mut end = UnixStream::connect(cli.data_dir().join("admin.sock")).unwrap();
    std::io::Write::write_all(&mut end, b"GET /end HTTP/1.1\r\n\r\n").unwrap();
    let asked = door.join().unwrap();
    assert_eq!(asked[2], "POST /v1/sessions HTTP/1.1");
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("wai_sess_"));
    ran
}

#[test]
fn a_refused_request_whose_session_stands_in_the_file_is_done() {
    let ran = set_up(true, None, &session());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("\"mcpServers\""), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("It finishes by itself"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_refused_request_stays_refused_where_the_session_is_somebody_else_s() {
    let mut others = vec![(false, None, session())];
    // The file says what it said before.
    others.push((false, Some(TOKEN), session()));
    for (field, value) in [
        ("source", json!("telegram")),
        ("state", json!("REVOKED")),
        ("state", json!("EXPIRED")),
        ("createdAt", json!("2026-02-08T10:26:25Z")),
        ("agentId", json!("0190a8f2-0000-7000-8000-000000000001")),
    ] {
        let mut session = session();
        session[field] = value;
        others.push((true, None, session));
    }
    for (writes, before, session) in others {
        let ran = set_up(writes, before, &session);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{session}");
        assert!(ran.stderr.contains("Something broke."), "{}", ran.stderr);
    }
}
