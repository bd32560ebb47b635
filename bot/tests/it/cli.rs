//! The command line without a daemon: help, usage, refusals, and what it prints of answers
//! that a canned door gives.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Longer than a command waits for its daemon.
const COMMAND_MAX: Duration = Duration::from_secs(90);

/// A data directory and the program, cut off from the environment of whoever runs the tests.
pub(crate) struct Cli {
    pub(crate) dir: TempDir,
    environment: HashMap<String, String>,
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Cli {
    pub(crate) fn new() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
            environment: HashMap::new(),
        }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn data_dir(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waiaas"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.dir.path())
            .env("WAIAAS_DATA_DIR", self.data_dir())
            .envs(&self.environment)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = bounded_output(&mut self.command(arguments));
        let text = |bytes| self.neutral(String::from_utf8(bytes).unwrap());
        Ran {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Without the parts that differ from run to run.
    pub(crate) fn neutral(&self, text: String) -> String {
        let program = std::fs::canonicalize(env!("CARGO_BIN_EXE_waiaas")).unwrap();
        text.replace(&self.dir.path().display().to_string(), "[dir]")
            .replace(&program.display().to_string(), "[program]")
    }
}

/// What a command leaves behind. One that hangs is killed, and then has no exit code.
pub(crate) fn bounded_output(command: &mut Command) -> Output {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = piped.spawn().unwrap();
    let pid = Pid::from_child(&child);
    let (done, waiting) = mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        if waiting.recv_timeout(COMMAND_MAX) == Err(mpsc::RecvTimeoutError::Timeout) {
            // It may have ended this very moment.
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(done);
    watchdog.join().unwrap();
    output
}

const PAGES: &[&[&str]] = &[
    &[],
    &["init"],
    &["run"],
    &["demo"],
    &["pair"],
    &["pair", "remove"],
    &["wallet"],
    &["wallet", "add"],
    &["agent"],
    &["agent", "add"],
    &["agent", "wallet"],
    &["agent", "defaults"],
    &["session"],
    &["session", "create"],
    &["session", "list"],
    &["session", "wallet"],
    &["mcp"],
    &["mcp", "setup"],
    &["mcp", "refresh-token"],
    &["mcp", "serve"],
    &["mcp", "status"],
    &["status"],
    &["doctor"],
    &["killswitch"],
    &["killswitch", "on"],
    &["keys"],
    &["keys", "rotate"],
    &["audit"],
    &["audit", "list"],
    &["notify"],
    &["notify", "test"],
    &["notify", "log"],
    &["config"],
    &["db"],
    &["openapi"],
    &["completions"],
];

#[test]
fn help_pages() {
    let cli = Cli::new();
    let mut pages = String::new();
    for page in PAGES {
        let ran = cli.run(&[page, &["--help"][..]].concat());
        assert_eq!(ran.code, Some(0), "{page:?}");
        pages.push_str(&format!(
            "$ waiaas {} --help\n{}\n",
            page.join(" "),
            ran.stdout
        ));
    }
    insta::assert_snapshot!(pages);
}

#[test]
fn wrong_usage_exits_with_2() {
    let cli = Cli::new();
    let cases: &[&[&str]] = &[
        &[],
        &["nope"],
        &["session"],
        &["session", "create"],
        &["session", "create", "--agent", "a", "--expires-in", "1w"],
        &[
            "session",
            "create",
            "--agent",
            "a",
            "--replaces",
            "not-an-id",
        ],
        &["session", "list", "--state", "dead"],
        &["session", "list", "--colour"],
        &["agent", "defaults", "a", "--max-renewals", "many"],
        &["session", "revoke", ""],
        &["wallet", "add", "w"],
        &["agent", "show"],
        &["pair", "remove", "somebody"],
        &["status", "--output", "xml"],
        &["doctor", "--online"],
        &["config", "show", "--set", "http.listen"],
        &["demo", "--speed", "0"],
        &["completions", "cmd"],
        &["mcp", "setup", "--write"],
        &["mcp", "setup", "--write", "--client", "json"],
        &["mcp", "setup", "--client", "emacs"],
        &["mcp", "setup", "--name", "two words"],
        &["mcp", "setup", "--name", ""],
        &["mcp", "setup", "--base-url", "http://192.0.2.1:3100"],
        &["mcp", "setup", "--expires-in", "1w"],
        &["mcp", "refresh-token", "trader"],
        &["init"],
    ];
    for arguments in cases {
        let ran = cli.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}\n{}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
    assert!(!cli.data_dir().exists());
}

/// Every command that asks the daemon.
const CLIENT_COMMANDS: &[&[&str]] = &[
    &["pair"],
    &["pair", "list"],
    &["pair", "remove", "42"],
    &[
        "wallet",
        "add",
        "w",
        "--chain",
        "evm",
        "--network",
        "base",
        "--address",
        "0x0",
    ],
    &["wallet", "list", "--all"],
    &["wallet", "show", "w"],
    &["wallet", "remove", "w"],
    &["agent", "add", "a", "--wallet", "w"],
    &["agent", "list"],
    &["agent", "show", "a"],
    &["agent", "suspend", "a"],
    &["agent", "resume", "a"],
    &["agent", "remove", "a"],
    &["agent", "wallet", "add", "a", "w"],
    &["agent", "wallet", "remove", "a", "w"],
    &["agent", "wallet", "default", "a", "w"],
    &["agent", "defaults", "a"],
    &["session", "create", "--agent", "a"],
    &["session", "list"],
    &["session", "show", "0190"],
    &["session", "revoke", "0190"],
    &["session", "wallet", "add", "0190", "w"],
    &["session", "wallet", "remove", "0190", "w"],
    &["session", "wallet", "default", "0190", "w"],
    &["mcp", "setup"],
    &[
        "mcp", "setup", "--agent", "a", "--client", "cursor", "--write",
    ],
    &["mcp", "refresh-token"],
    &["mcp", "refresh-token", "--agent", "a"],
    &["status"],
    &["killswitch", "on"],
    &["killswitch", "off"],
    &["killswitch", "status"],
    &["keys", "list"],
    &["keys", "rotate", "--revoke-all"],
    &["audit", "list"],
    &["audit", "verify"],
    &["notify", "test"],
    &["notify", "log", "--failed"],
    &["db", "confirm-restore"],
];

#[test]
fn without_a_daemon_every_client_says_so_and_asks_nothing() {
    let cli = Cli::new();
    for arguments in CLIENT_COMMANDS {
        let ran = cli.run(arguments);
        assert_eq!(ran.code, Some(1), "{arguments:?}");
        assert_eq!(ran.stdout, "", "{arguments:?}");
        assert_eq!(
            ran.stderr,
            "Error: waiaas is not running for data directory [dir]/data\n\
             Hint: Start it with `waiaas run`; a new data directory is made with `waiaas init`.\n",
            "{arguments:?}"
        );
    }
    assert!(!cli.data_dir().exists());
}

#[test]
fn a_socket_that_nobody_listens_on_is_no_daemon() {
    let cli = Cli::new();
    std::fs::create_dir(cli.data_dir()).unwrap();
    drop(UnixListener::bind(cli.data_dir().join("admin.sock")).unwrap());
    let ran = cli.run(&["status"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("waiaas is not running"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_language_follows_the_locale() {
    let korean = Cli::new()
        .env("LANG", "ko_KR.UTF-8")
        .run(&["status"])
        .stderr;
    assert!(
        korean.starts_with("오류: waiaas가 실행되고 있지 않습니다"),
        "{korean}"
    );
    let english = Cli::new()
        .env("LANG", "ko_KR.UTF-8")
        .env("LC_ALL", "C")
        .run(&["status"])
        .stderr;
    assert!(english.starts_with("Error: "), "{english}");
}

#[test]
fn the_data_dir_flag_goes_over_the_environment() {
    let cli = Cli::new();
    let ran = cli.run(&["status", "--data-dir", "/nowhere/else"]);
    assert!(
        ran.stderr.contains("data directory /nowhere/else\n"),
        "{}",
        ran.stderr
    );
    let ran = cli.run(&["status", "--data-dir", ""]);
    assert_ne!(ran.code, Some(0));
}

/// Answers one request on the admin socket, and hands back what was asked.
fn canned_door(data_dir: &Path, answer: String) -> JoinHandle<String> {
    canned_doors(data_dir, vec![answer])
}

/// Answers one request after the other, and hands back all that was asked.
pub(crate) fn canned_doors(data_dir: &Path, answers: Vec<String>) -> JoinHandle<String> {
    std::fs::create_dir_all(data_dir).unwrap();
    let listener = UnixListener::bind(data_dir.join("admin.sock")).unwrap();
    std::thread::spawn(move || {
        let answer_one = |answer: String| {
            let (mut stream, _) = listener.accept().unwrap();
            let asked = read_request(&mut stream);
            stream.write_all(answer.as_bytes()).unwrap();
            asked
        };
        answers.into_iter().map(answer_one).collect()
    })
}

pub(crate) fn read_request(stream: &mut UnixStream) -> String {
    let mut asked = Vec::new();
    let mut chunk = [0; 4096];
    let whole = |asked: &[u8]| {
        let text = String::from_utf8_lossy(asked).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.parse().unwrap())
    };
    while !whole(&asked) {
        let read = stream.read(&mut chunk).unwrap();
        assert_ne!(read, 0, "the request ended early");
        asked.extend_from_slice(&chunk[..read]);
    }
    String::from_utf8(asked).unwrap()
}

pub(crate) fn http(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

#[test]
fn a_refusal_is_printed_with_code_request_issues_and_hint() {
    let cli = Cli::new()
        .env("LANG", "ko_KR.UTF-8")
        .env("LC_MESSAGES", "en_US.UTF-8");
    let body = r#"{"code":"REQUEST_INVALID","message":"The request is not right.\u001b[2J",
        "hint":"Give another name.","requestId":"req-1","retryable":false,
        "details":{"issues":[{"path":"name","message":"is empty"}]}}"#;
    let door = canned_door(&cli.data_dir(), http("400 Bad Request", body));
    let ran = cli.run(&["agent", "show", "a/b ?"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout, "");
    insta::assert_snapshot!(ran.stderr);
    let asked = door.join().unwrap();
    assert!(
        asked.starts_with("GET /v1/agents/a%2Fb%20%3F HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(asked.contains("accept-language: en\r\n"), "{asked}");
}

#[test]
fn an_answer_that_is_no_answer_is_a_clear_failure() {
    for answer in [
        "nonsense\r\n\r\n".to_owned(),
        http("200 OK", "{}"),
        http("502 Bad", "<html>"),
    ] {
        let cli = Cli::new();
        let door = canned_door(&cli.data_dir(), answer.clone());
        let ran = cli.run(&["status"]);
        assert_eq!(ran.code, Some(1), "{answer}");
        assert!(
            ran.stderr.starts_with("Error: The daemon"),
            "{answer}\n{}",
            ran.stderr
        );
        door.join().unwrap();
    }
}

pub(crate) const TOKEN: &str = "wai_sess_e30.eyJzaWQiOiIwMTkwYThmMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCJhaWQiOiIwMTkwYThmMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCJnZW4iOjAsImlhdCI6MSwiZXhwIjoyfQ.c2ln";

fn created() -> String {
    let id = "0190a8f2-0000-7000-8000-000000000000";
    format!(
        r#"{{"session":{{"id":"{id}","agentId":"{id}","agentName":"trader","state":"ACTIVE",
        "constraints":{{"expiresIn":86400,"maxRenewals":30,"renewalRejectWindow":3600}},
        "wallets":[{{"id":"{id}","name":"hot","chain":"evm","network":"base","address":"0x0","isDefault":true}}],
        "renewalCount":0,"renewalsLeft":30,"createdAt":"2026-02-08T10:26:25Z",
        "expiresAt":"2026-02-09T10:26:25Z","absoluteExpiresAt":"2026-03-10T10:26:25Z","source":"cli"}},
        "token":"{TOKEN}","serverTime":"2026-02-08T10:26:25Z"}}"#
    )
}

#[test]
fn the_token_alone_is_on_standard_output() {
    let cli = Cli::new();
    let door = canned_door(&cli.data_dir(), http("201 Created", &created()));
    let flags = [
        "session",
        "create",
        "--agent",
        "trader",
        "--expires-in",
        "12h",
        "--wallet",
        "hot",
    ];
    let ran = cli.run(&[&flags[..], &["--allowed-op", "sign", "--max-renewals", "0"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, format!("{TOKEN}\n"));
    insta::assert_snapshot!("session_created", ran.stderr);
    let asked = door.join().unwrap();
    let (_, body) = asked.split_once("\r\n\r\n").unwrap();
    insta::assert_snapshot!("session_create_request", body);
}

#[test]
fn the_json_form_is_the_response_body() {
    let cli = Cli::new();
    let door = canned_door(&cli.data_dir(), http("201 Created", &created()));
    let ran = cli.run(&["session", "create", "--agent", "trader", "--output", "json"]);
    let sent: serde_json::Value = serde_json::from_str(&created()).unwrap();
    let printed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed, sent);
    assert_eq!(ran.stderr, "");
    door.join().unwrap();
}

#[test]
fn a_broken_audit_trail_exits_with_1_in_both_forms() {
    for form in ["table", "json"] {
        let cli = Cli::new();
        let body =
            r#"{"intact":false,"entries":9,"firstBadSeq":4,"problem":"the hash does not fit"}"#;
        let door = canned_door(&cli.data_dir(), http("200 OK", body));
        let ran = cli.run(&["audit", "verify", "--output", form]);
        assert_eq!(ran.code, Some(1));
        assert!(
            ran.stderr
                .contains("first bad position is 4\n  the hash does not fit\n")
        );
        assert_eq!(ran.stdout.contains("\"firstBadSeq\": 4"), form == "json");
        door.join().unwrap();
    }
}

#[test]
fn a_pairing_code_is_shown_as_link_and_picture() {
    let cli = Cli::new();
    let body = r#"{"code":"c0de","link":"https://t.me/some_bot?start=c0de",
        "expiresAt":"2026-02-08T10:36:25Z","createdAt":"2026-02-08T10:26:25Z",
        "role":"owner","operators":0}"#;
    let answers = vec![status("ok"), http("201 Created", body)];
    let door = canned_doors(&cli.data_dir(), answers);
    let ran = cli.run(&["pair", "--no-wait"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!("pairing", format!("{}---\n{}", ran.stdout, ran.stderr));
    let asked = door.join().unwrap();
    assert!(asked.starts_with("GET /v1/status HTTP/1.1\r\n"));
    assert!(asked.contains("POST /v1/pairing HTTP/1.1\r\n"));
}

/// A daemon with a bot in this state.
fn status(bot: &str) -> String {
    let at = "2026-02-08T10:26:25Z";
    let body = format!(
        r#"{{"version":"0.1.0","startedAt":"{at}","uptimeS":0,"listen":"127.0.0.1:3100",
        "liveSessions":0,"outboxDepth":0,"deadLetters":0,"operators":0,
        "channels":[{{"channel":"telegram","state":"{bot}"}}],
        "killSwitch":{{"active":false}},"serverTime":"{at}"}}"#
    );
    http("200 OK", &body)
}

#[test]
fn pairing_waits_until_somebody_used_the_code_or_it_is_late() {
    let pairing = |expires_at: &str| {
        let body = format!(
            r#"{{"code":"c0de","expiresAt":"{expires_at}","createdAt":"2026-02-08T10:26:25Z","role":"viewer","operators":0}}"#
        );
        http("201 Created", &body)
    };
    let operator = r#"{"userId":42,"chatId":42,"role":"owner","username":"kim",
        "source":"pairing_code","pairedAt":"2026-02-08T10:26:25Z"}"#;
    let nobody = http("200 OK", r#"{"operators":[]}"#);
    let somebody = http("200 OK", &format!(r#"{{"operators":[{operator}]}}"#));

    let cli = Cli::new();
    let late = pairing("2020-01-01T00:00:00Z");
    let answers = vec![
        status("starting"),
        pairing("2999-01-01T00:00:00Z"),
        nobody,
        somebody,
    ];
    let door = canned_doors(&cli.data_dir(), answers);
    let ran = cli.run(&["pair"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("/start c0de"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("not reached Telegram yet"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.ends_with("Paired with @kim.\n"),
        "{}",
        ran.stderr
    );
    door.join().unwrap();

    let cli = Cli::new();
    let door = canned_doors(&cli.data_dir(), vec![status("ok"), late]);
    let ran = cli.run(&["pair"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("Nobody used the code in time"),
        "{}",
        ran.stderr
    );
    door.join().unwrap();
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let cli = Cli::new();
    let mut child = cli
        .command(&["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn completions_are_there_for_every_shell() {
    let cli = Cli::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = cli.run(&["completions", shell]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.stdout.contains("killswitch"), "{shell}");
    }
}

#[test]
fn each_door_has_its_description() {
    let cli = Cli::new();
    let description = |door: &str| {
        let ran = cli.run(&["openapi", "--door", door]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()
    };
    let (agent, admin) = (description("agent"), description("admin"));
    for door in [&agent, &admin] {
        assert!(door["openapi"].as_str().unwrap().starts_with("3.1"));
    }
    assert_ne!(agent, admin);
}

#[test]
fn the_version_is_the_crate_s() {
    assert_eq!(
        Cli::new().run(&["--version"]).stdout,
        concat!("waiaas ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
