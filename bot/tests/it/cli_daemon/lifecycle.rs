//! How the daemon starts, refuses to start, stops and comes back.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::home::{Home, wait_for};
use super::http;
use crate::cli::Cli;

#[test]
fn both_stop_signals_end_it_cleanly() {
    for signal in [Signal::TERM, Signal::INT] {
        let (home, daemon) = Home::running();
        daemon.signal(signal);
        let stopped = daemon.wait();
        assert_eq!(
            stopped.status.code(),
            Some(0),
            "{signal:?}\n{}",
            stopped.log
        );
        assert!(stopped.log.contains("stopped"), "{}", stopped.log);
        assert!(!home.file("admin.sock").exists());
        let refused = home.refused(&["status"]);
        assert!(refused.contains("waiaas is not running"), "{refused}");
    }
}

#[test]
fn a_stop_finishes_what_is_in_flight_and_waits_for_nobody_who_is_silent() {
    let (home, daemon) = Home::running();
    let body = r#"{"name":"late","chain":"evm","network":"base","address":"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"}"#;
    let (first, rest) = body.split_at(20);
    let silent = TcpStream::connect(daemon.addr).unwrap();
    let mut stream = UnixStream::connect(home.file("admin.sock")).unwrap();
    let length = body.len();
    let head = format!(
        "POST /v1/wallets HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The handler reads the body now: the request is in flight.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).unwrap();
    let asked = Instant::now();
    daemon.signal(Signal::TERM);
    wait_for("the closed door", || {
        TcpStream::connect(daemon.addr).is_err().then_some(())
    });
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(http::parse(&answer).status, 201, "{answer}");
    let stopped = daemon.wait();
    assert_eq!(stopped.status.code(), Some(0), "{}", stopped.log);
    assert!(asked.elapsed() < Duration::from_secs(10), "{}", stopped.log);
    drop(silent);
    assert_eq!(
        home.count("SELECT count(*) FROM wallets WHERE name = 'late'"),
        1
    );
}

#[test]
fn a_second_signal_stops_at_once() {
    let (home, daemon) = Home::running();
    let mut stream = UnixStream::connect(home.file("admin.sock")).unwrap();
    let head = "POST /v1/wallets HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\
                content-type: application/json\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.read_exact(&mut [0; 25]).unwrap();
    daemon.signal(Signal::TERM);
    wait_for("the first signal", || {
        daemon.log().contains("stopping").then_some(())
    });
    let asked = Instant::now();
    daemon.signal(Signal::TERM);
    let stopped = daemon.wait();
    assert_eq!(stopped.status.code(), Some(0), "{}", stopped.log);
    assert!(stopped.log.contains("stopped at once"), "{}", stopped.log);
    assert!(asked.elapsed() < Duration::from_secs(5), "{}", stopped.log);
}

#[test]
fn a_second_daemon_is_refused_and_leaves_the_first_alone() {
    let (home, daemon) = Home::with_trader();
    let (_, token) = home.create_session(&[]);
    let address = daemon.addr.to_string();
    for flags in [&["run"][..], &["run", "--listen", &address]] {
        let said = home.refused(flags);
        assert_eq!(
            said,
            "Error: Another daemon is already running for data directory [dir]/data\n\
             Hint: Stop it first, or choose another directory with --data-dir.\n"
        );
    }
    assert_eq!(daemon.who_am_i(&token), 200);
    assert_eq!(home.json(&["status"])["liveSessions"], 1);
    // A second `init` says what is there, as without a daemon.
    let said = home.ok(&["init", "--non-interactive"]);
    assert!(said.contains("is ready already"), "{said}");
    assert_eq!(daemon.stop().status.code(), Some(0));
}

#[test]
fn many_daemons_at_once_become_one() {
    let home = Home::new();
    let spawn = |_| {
        let mut command = home.cli.command(&["run"]);
        command.stderr(std::process::Stdio::null()).spawn().unwrap()
    };
    let mut children: Vec<_> = (0..4).map(spawn).collect();
    let status = wait_for("one daemon", || {
        let ended = children
            .iter_mut()
            .filter_map(|child| child.try_wait().unwrap())
            .count();
        (ended == 3)
            .then(|| home.cli.run(&["status"]))
            .filter(|ran| ran.code == Some(0))
    });
    assert!(status.stdout.contains("AGENTS' DOOR"), "{}", status.stdout);
    for child in &mut children {
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[test]
fn a_killed_daemon_starts_again_where_it_was() {
    let (home, daemon) = Home::with_trader();
    let (_, token) = home.create_session(&[]);
    daemon.signal(Signal::KILL);
    assert_eq!(daemon.wait().status.code(), None);
    assert!(
        home.file("admin.sock").exists(),
        "nobody was left to remove it"
    );
    let said = home.refused(&["status"]);
    assert!(said.contains("waiaas is not running"), "{said}");
    let daemon = home.start(&[]);
    assert_eq!(daemon.who_am_i(&token), 200);
    assert!(home.ok(&["audit", "verify"]).contains("intact"));
    assert_eq!(home.json(&["status"]).get("frozenSince"), None);
    assert_eq!(daemon.stop().status.code(), Some(0));
    assert!(!home.file("admin.sock").exists());
}

#[test]
fn what_stands_at_the_socket_s_place_is_not_replaced_unless_it_is_a_socket() {
    let home = Home::new();
    std::fs::write(home.file("admin.sock"), "precious").unwrap();
    let said = home.refused(&["run"]);
    assert!(
        said.contains("admin.sock is not a socket; move it away"),
        "{said}"
    );
    assert_eq!(
        std::fs::read_to_string(home.file("admin.sock")).unwrap(),
        "precious"
    );
}

#[test]
fn a_port_in_use_is_named() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = home.refused(&["run", "--listen", &address]);
    assert!(
        said.contains(&format!("agents cannot be served at {address}")),
        "{said}"
    );
    assert!(
        said.contains("--listen") && said.contains("in use"),
        "{said}"
    );
    assert!(!home.file("admin.sock").exists());
}

#[test]
fn an_address_of_the_network_needs_a_word_more() {
    let home = Home::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:3100"] {
        let said = home.refused(&["run", "--listen", address]);
        assert!(
            said.contains("http.listen") && said.contains("behind_tls_proxy"),
            "{said}"
        );
    }
    let daemon = home.start(&[
        "--listen",
        "0.0.0.0:0",
        "--set",
        "http.behind_tls_proxy=true",
    ]);
    assert!(daemon.addr.ip().is_unspecified());
}

#[test]
fn a_directory_that_was_never_set_up_is_not_set_up_by_accident() {
    let cli = Cli::new();
    let ran = cli.run(&["run"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("run `waiaas init`"), "{}", ran.stderr);
    assert!(!cli.data_dir().exists());
}
