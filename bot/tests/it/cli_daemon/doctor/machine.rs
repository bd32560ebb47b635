//! The daemon, the agents' address and the clocks.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::super::home::Home;
use super::{Bot, examine, examine_with, healthy, wait_for_poller, without_bot};
use crate::cli::{Cli, canned_doors, http};
use crate::harness::TestDaemon;

/// Half a minute is the longest that anybody waits for a report.
const REPORT_MAX: Duration = Duration::from_secs(30);

/// A daemon's answer to `status`, with the parts that a test chooses.
fn status(version: &str, listen: &str, server_time: &str) -> String {
    let body = format!(
        r#"{{"version":"{version}","startedAt":"2026-02-08T10:26:25Z","uptimeS":1,
        "listen":"{listen}","liveSessions":0,"outboxDepth":0,"deadLetters":0,"channels":[],
        "operators":0,"killSwitch":{{"active":false}},"serverTime":"{server_time}"}}"#
    );
    http("200 OK", &body)
}

/// Somebody who takes connections at an address and says this.
fn somebody(answer: impl Into<String>) -> (SocketAddr, JoinHandle<()>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let handle = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(answer.as_bytes());
    });
    (address, handle)
}

/// A data directory whose daemon would listen there.
fn home_at(address: SocketAddr) -> Home {
    let home = Home::new();
    Home {
        cli: home.cli.env("WAIAAS_HTTP__LISTEN", &address.to_string()),
    }
}

#[test]
fn without_a_daemon_the_rest_is_still_checked() {
    let (home, daemon) = without_bot();
    assert!(daemon.stop().status.success());
    let examined = examine(&home);
    let finding = examined.only("daemon", "serious");
    assert_eq!(finding.mend, "waiaas run");
    examined.note("clock", "no running daemon");
    let is_ok = |check| examined.findings.iter().any(|one| one.is(check, "ok"));
    for check in ["files", "configuration", "database", "token_files"] {
        assert!(is_ok(check), "{check}: {:#?}", examined.findings);
    }
    drop(UnixListener::bind(home.file("admin.sock")).unwrap());
    super::files::allow(&home.file("admin.sock"), 0o600);
    examine(&home).only("daemon", "serious");
}

#[test]
fn an_answer_that_cannot_be_used_is_told_apart() {
    let refusal = r#"{"code":"STORAGE_UNAVAILABLE","message":"The database is away.",
        "requestId":"req-1","retryable":true}"#;
    for (answer, said) in [
        (
            http("503 Service Unavailable", refusal),
            "The database is away. (STORAGE_UNAVAILABLE)",
        ),
        (http("200 OK", "{}"), "could not be read"),
        (http("502 Bad", "<html>"), "could not be read"),
        ("nonsense\r\n\r\n".to_owned(), "could not be read"),
    ] {
        let home = Home::new();
        let door = canned_doors(&home.cli.data_dir(), vec![answer]);
        super::files::allow(&home.file("admin.sock"), 0o600);
        let finding = examine(&home).only("daemon", "serious");
        assert!(finding.what.contains(said), "{finding:?}");
        assert!(finding.mend.ends_with("waiaas run"), "{finding:?}");
        door.join().unwrap();
    }
}

#[test]
fn a_daemon_of_another_version_or_another_time() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let health = r#"{"status":"ok","version":"9.9.9","database":true,"telegram":"off",
        "serverTime":"2999-01-01T00:00:00Z"}"#;
    let (door, answering) = somebody(http("200 OK", health));
    let home = Home::new();
    let answer = status("9.9.9", &door.to_string(), "2999-01-01T00:00:00Z");
    let admin = canned_doors(&home.cli.data_dir(), vec![answer]);
    super::files::allow(&home.file("admin.sock"), 0o600);
    let examined = examine(&home);
    let faults = examined.faults();
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[0].is("daemon", "warning"), "{faults:?}");
    assert!(faults[0].what.contains("version 9.9.9"), "{faults:?}");
    assert!(faults[1].is("clock", "serious"), "{faults:?}");
    assert!(faults[1].what.contains("ahead of this one"), "{faults:?}");
    admin.join().unwrap();
    answering.join().unwrap();

    let home = Home::new();
    let answer = status(
        env!("CARGO_PKG_VERSION"),
        &closed.to_string(),
        "2020-01-01T00:00:00Z",
    );
    let admin = canned_doors(&home.cli.data_dir(), vec![answer]);
    super::files::allow(&home.file("admin.sock"), 0o600);
    let examined = examine(&home);
    let faults = examined.faults();
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[0].is("daemon", "serious"), "{faults:?}");
    assert!(
        faults[0].what.contains("agents cannot connect"),
        "{faults:?}"
    );
    assert!(faults[1].what.contains("behind this one"), "{faults:?}");
    admin.join().unwrap();
}

#[test]
fn somebody_else_at_the_agents_address() {
    let health = r#"{"status":"ok","version":"9.9.9","database":true,"telegram":"off",
        "serverTime":"2999-01-01T00:00:00Z"}"#;
    // More than anybody would read of a stranger.
    let endless = format!("{}{health}", " ".repeat(70 * 1024));
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".to_owned(),
        "SSH-2.0-x\r\n".to_owned(),
        String::new(),
        http("200 OK", &endless),
    ] {
        let (address, handle) = somebody(answer.as_str());
        let home = home_at(address);
        let examined = examine(&home);
        let faults = examined.faults();
        assert_eq!(faults.len(), 2, "{} {faults:#?}", answer.len());
        assert!(faults[0].mend == "waiaas run", "{faults:?}");
        assert!(
            faults[1].what.contains("something else listens"),
            "{faults:?}"
        );
        let port = address.port().to_string();
        assert!(faults[1].mend.contains(&port), "{faults:?}");
        handle.join().unwrap();
    }
}

#[test]
fn the_daemon_of_another_data_directory() {
    let (_other, daemon) = Home::running();
    let home = home_at(daemon.addr);
    let examined = examine(&home);
    let faults = examined.faults();
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[1].is("daemon", "warning"), "{faults:?}");
    assert!(
        faults[1].what.contains("another data directory"),
        "{faults:?}"
    );
    // Not a flag of `run`, which would leave the configuration behind.
    assert!(
        faults[1]
            .mend
            .ends_with(r#"another http.listen in config.toml, such as "127.0.0.1:3101""#),
        "{faults:?}"
    );
}

#[test]
fn the_kill_switch_and_what_reaches_nobody() {
    let bot = Bot::start();
    let (home, _daemon) = healthy(&bot, Cli::new());
    home.ok(&["killswitch", "on"]);
    let finding = examine(&home).only("daemon", "warning");
    assert_eq!(finding.mend, "waiaas killswitch off");
    home.ok(&["killswitch", "off"]);

    home.wait_for_outbox();
    let owner = bot.sandbox.page_person().id().to_string();
    home.ok(&["pair", "remove", &owner]);
    let finding = examine(&home).only("daemon", "warning");
    assert_eq!(finding.mend, "waiaas pair");
    super::pair(&bot, &home);

    home.wait_for_outbox();
    let dead = "UPDATE notification_outbox SET done_at = NULL, dead_at = 1 WHERE seq = 1";
    home.database().execute(dead, []).unwrap();
    let finding = examine(&home).only("daemon", "warning");
    assert!(
        finding.what.starts_with("1 message was given up"),
        "{finding:?}"
    );
    assert_eq!(finding.mend, "waiaas audit list");
    let alive = "UPDATE notification_outbox SET done_at = 1, dead_at = NULL WHERE seq = 1";
    home.database().execute(alive, []).unwrap();
    assert!(examine(&home).faults().is_empty());
}

#[test]
fn messages_that_pile_up() {
    let bot = Bot::start();
    let (home, _daemon) = healthy(&bot, Cli::new());
    let waiting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 51) \
                   INSERT INTO telegram_outbox (chat_id, priority, method, payload, created_at, next_attempt_at) \
                   SELECT 42, 9, 'send', '{}', 4000000000, 4000000000 FROM n";
    home.wait_for_outbox();
    home.database().execute(waiting, []).unwrap();
    let finding = examine(&home).only("daemon", "warning");
    assert!(finding.what.starts_with("51 messages wait"), "{finding:?}");
}

#[test]
fn a_daemon_that_is_not_where_its_configuration_says() {
    let (home, daemon) = without_bot();
    let elsewhere = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let home = Home {
        cli: home.cli.env("WAIAAS_HTTP__LISTEN", &elsewhere.to_string()),
    };
    let finding = examine(&home).only("daemon", "warning");
    assert!(
        finding
            .what
            .contains(&format!("config.toml says {elsewhere}")),
        "{finding:?}"
    );
    let home = Home {
        cli: home
            .cli
            .env("WAIAAS_HTTP__LISTEN", &daemon.addr.to_string()),
    };
    assert!(examine(&home).faults().is_empty());
}

/// A clock that goes back is seen in what was recorded before.
#[test]
fn a_record_from_the_future() {
    const CENTURY_S: i64 = 3_155_760_000;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut bench = runtime.block_on(TestDaemon::new());
    let cli = || Cli::new().env("WAIAAS_DATA_DIR", &bench.data_dir().display().to_string());
    let says = |faults: &[&super::Finding], part: &str| {
        let found = faults
            .iter()
            .any(|one| one.is("clock", "serious") && one.what.contains(part));
        assert!(found, "{part}: {faults:#?}");
    };
    let home = Home { cli: cli() };
    says(&examine(&home).faults(), "behind this one");
    runtime.block_on(async {
        bench.clock.advance_s(CENTURY_S);
        bench.say("/newsession").await;
    });
    home.ok(&[
        "wallet",
        "add",
        "w",
        "--chain",
        "evm",
        "--network",
        "base",
        "--address",
        super::super::home::EVM,
    ]);
    says(&examine(&home).faults(), "the clock went back");
    says(&examine(&home).faults(), "ahead of this one");
    runtime.block_on(bench.stop());
    let examined = examine(&home);
    says(&examined.faults(), "the clock went back");
    examined.note("clock", "no running daemon");
}

/// However much hangs, the report comes.
#[test]
fn what_hangs_is_not_waited_for_forever() {
    let bot = Bot::start();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (home, daemon) = healthy(&bot, Cli::new());
    wait_for_poller(&home, "ok");
    assert!(daemon.stop().status.success());
    let _admin = UnixListener::bind(home.file("admin.sock")).unwrap();
    super::files::allow(&home.file("admin.sock"), 0o600);
    bot.sandbox.faults().go_silent();
    let address = silent.local_addr().unwrap().to_string();
    let home = Home {
        cli: home.cli.env("WAIAAS_HTTP__LISTEN", &address),
    };
    let started = Instant::now();
    let examined = examine(&home);
    assert!(started.elapsed() < REPORT_MAX, "{:?}", started.elapsed());
    let faults = examined.faults();
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[0].what.contains("does not answer"), "{faults:?}");
    assert!(faults[1].is("telegram", "warning"), "{faults:?}");
    let examined = examine_with(&home, &["--offline"]);
    examined.only("daemon", "serious");
    drop(silent);
}
