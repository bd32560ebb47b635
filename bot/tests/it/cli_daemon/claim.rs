//! `waiaas session create --claim` and `waiaas mcp claim`: from the owner's machine to another.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Stdio;
use std::sync::mpsc;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::home::{Daemon, Home, Transcript};
use super::http;
use crate::cli::Cli;

/// A machine where no daemon runs and nothing was set up.
fn elsewhere() -> Home {
    Home { cli: Cli::new() }
}

fn url(daemon: &Daemon) -> String {
    format!("http://{}", daemon.addr)
}

/// A code for the trader, with its session.
fn issue(home: &Home) -> (String, String) {
    let created = home.json(&["session", "create", "--agent", "trader", "--claim"]);
    assert_eq!(created["token"], Value::Null);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&created["claimCode"]), text(&created["session"]["id"]))
}

fn token(machine: &Home) -> String {
    fs::read_to_string(machine.file("mcp-token")).unwrap()
}

/// Files in the data directory, without the lock.
fn files(machine: &Home) -> Vec<String> {
    let names = fs::read_dir(machine.cli.data_dir()).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    names.sort();
    names
}

fn alarms(home: &Home) -> i64 {
    home.count("SELECT count(*) FROM notification_outbox WHERE event = 'CLAIM_REUSED'")
}

#[test]
fn a_session_goes_to_another_machine() {
    for form in ["table", "json"] {
        let (home, daemon) = Home::with_trader();
        let mut owner = Transcript::new(&home, form);
        let create = ["session", "create", "--agent", "trader", "--claim"];
        let printed = owner.run(&create);
        owner.matches("claim_create");
        let code = match form {
            "json" => serde_json::from_str::<Value>(&printed.stdout).unwrap()["claimCode"]
                .as_str()
                .unwrap()
                .to_owned(),
            _ => printed.stdout.trim().to_owned(),
        };
        assert!(!printed.stderr.contains(&code), "the code alone is data");

        let machine = elsewhere();
        let mut agent = Transcript::new(&machine, form);
        agent.run(&["mcp", "claim", &code, "--base-url", &url(&daemon)]);
        agent.run(&["mcp", "status"]);
        agent.matches("claim_elsewhere");
        assert_eq!(files(&machine), ["mcp-token"]);
        let mode = |name| {
            fs::metadata(machine.file(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!((mode("mcp-token"), mode("")), (0o600, 0o700));
        assert_eq!(daemon.who_am_i(&token(&machine)), 200);
        let log = daemon.stop().log;
        assert!(!log.contains(&code) && !log.contains("wai_sess_"), "{log}");
    }
}

#[test]
fn a_code_from_standard_input_is_in_no_process_list_and_it_is_said_in_korean() {
    let (home, daemon) = Home::with_trader();
    let (code, _) = issue(&home);
    let machine = Home {
        cli: Cli::new().env("LANG", "ko_KR.UTF-8"),
    };
    let mut child = machine
        .cli
        .command(&["mcp", "claim", "-", "--base-url", &url(&daemon)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", code.to_lowercase()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("에이전트의 MCP 클라이언트"), "{said}");
    assert_eq!(daemon.who_am_i(&token(&machine)), 200);

    let mut again = Transcript::new(&machine, "table");
    again.run(&["mcp", "claim", &code, "--base-url", &url(&daemon)]);
    again.run(&["mcp", "claim", "ABCD", "--base-url", &url(&daemon)]);
    again.matches("claim_refused_korean");
}

#[test]
fn the_printed_command_serves_the_session() {
    let (home, daemon) = Home::with_trader();
    let (code, session) = issue(&home);
    let machine = elsewhere();
    let done = machine.json(&["mcp", "claim", &code, "--base-url", &url(&daemon)]);
    assert_eq!(done["sessionId"], session.as_str());
    // What is printed here has a placeholder for the directory.
    let dir = machine.cli.dir.path().display().to_string();
    let words: Vec<String> = done["serve"].as_array().unwrap()[1..]
        .iter()
        .map(|word| word.as_str().unwrap().replace("[dir]", &dir))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let data_dir = machine.cli.data_dir().display().to_string();
    assert_eq!(words.last(), Some(&data_dir.as_str()));
    let ran = machine.cli.run(&words);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("ERROR"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_claimed_is_said_and_nothing_is_left() {
    let (home, daemon) = Home::with_trader();
    let (code, _) = issue(&home);
    let machine = elsewhere();
    let mut transcript = Transcript::new(&machine, "table");
    let base = url(&daemon);
    let mut slip = code.clone();
    slip.replace_range(..1, if code.starts_with('A') { "B" } else { "A" });
    let ran = transcript.run(&["mcp", "claim", &slip, "--base-url", &base]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stderr.contains(&code[1..]), "{}", ran.stderr);
    transcript.run(&["mcp", "claim", &code, "--base-url", "http://192.0.2.1:3100"]);
    transcript.run(&["mcp", "claim", &code]);
    let nowhere = "http://127.0.0.1:9";
    let away = machine.refused(&["mcp", "claim", &code, "--base-url", nowhere]);
    assert!(away.contains("Run the same command again"), "{away}");
    home.ok(&["killswitch", "on", "--yes"]);
    transcript.run(&["mcp", "claim", &code, "--base-url", &base]);
    home.ok(&["killswitch", "off"]);
    // Its key was kept through all of this, and goes with the code.
    transcript.run(&["mcp", "claim", &code, "--base-url", &base]);
    transcript.run(&["mcp", "claim", &code, "--base-url", &base]);
    transcript.matches("claim_refused");
    assert_eq!(files(&machine), ["mcp-token"]);
    assert_eq!(alarms(&home), 1, "the second try alarms");
}

#[test]
fn where_no_token_could_be_kept_nothing_is_sent() {
    let (home, daemon) = Home::with_trader();
    let (code, _) = issue(&home);
    let base = url(&daemon);
    let machine = elsewhere();
    fs::create_dir(machine.cli.data_dir()).unwrap();
    let mode = |bits| {
        let dir = machine.cli.data_dir();
        fs::set_permissions(dir, fs::Permissions::from_mode(bits)).unwrap();
    };
    let path = machine.file("mcp-token");
    let refused = || {
        let said = machine.refused(&["mcp", "claim", &code, "--base-url", &base]);
        assert!(said.contains("still good"), "{said}");
    };
    mode(0o777);
    refused();
    mode(0o700);
    symlink("/dev/null", &path).unwrap();
    refused();
    fs::remove_file(&path).unwrap();
    fs::write(&path, "no token").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    refused();
    fs::remove_file(&path).unwrap();
    fs::write(machine.file("mcp-tokens"), "").unwrap();
    refused();
    fs::remove_file(machine.file("mcp-tokens")).unwrap();
    let used = "SELECT count(*) FROM claim_codes WHERE used_at IS NOT NULL";
    assert_eq!(home.count(used), 0);
    machine.ok(&["mcp", "claim", &code, "--base-url", &base]);
    assert_eq!(home.count(used), 1);
}

/// Carries one request to the daemon, waits for the whole answer, and does something before
/// the answer goes on, if it does.
fn wire(to: SocketAddr, meanwhile: impl FnOnce() -> bool + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut inner, _) = listener.accept().unwrap();
        let mut outer = TcpStream::connect(to).unwrap();
        outer.write_all(&message(&mut inner)).unwrap();
        let answer = message(&mut outer);
        let text = String::from_utf8(answer.clone()).unwrap();
        assert_eq!(http::parse(&text).status, 200, "{text}");
        if meanwhile() {
            inner.write_all(&answer).unwrap();
        }
    });
    url
}

/// Head and body of one HTTP message.
fn message(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                return bytes;
            }
        }
        let read = stream.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "cut short");
        bytes.extend_from_slice(&buffer[..read]);
    }
}

#[test]
fn a_death_between_answer_and_file_is_made_good_by_the_same_command() {
    let (home, daemon) = Home::with_trader();
    let (code, session) = issue(&home);
    let machine = elsewhere();
    let (tell, told) = mpsc::channel::<Pid>();
    let through = wire(daemon.addr, move || {
        kill_process(told.recv().unwrap(), Signal::KILL).unwrap();
        false
    });
    let mut child = machine
        .cli
        .command(&["mcp", "claim", &code, "--base-url", &through])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tell.send(Pid::from_child(&child)).unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "killed");
    let left = files(&machine);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with("mcp-claim-") && left[0].ends_with(".pending"));
    let kept = fs::read_to_string(machine.file(&left[0])).unwrap();
    assert!(
        !kept.contains(&code) && !kept.contains("wai_sess_"),
        "{kept}"
    );

    let done = machine.json(&["mcp", "claim", &code, "--base-url", &url(&daemon)]);
    assert_eq!(done["sessionId"], session.as_str());
    assert_eq!(files(&machine), ["mcp-token"]);
    assert_eq!(daemon.who_am_i(&token(&machine)), 200);
    assert_eq!(alarms(&home), 0, "the same holder");
}

#[test]
fn a_token_that_cannot_be_written_after_all_is_got_again() {
    let (home, daemon) = Home::with_trader();
    let (code, _) = issue(&home);
    let machine = elsewhere();
    let path = machine.file("mcp-token");
    let in_the_way = path.clone();
    let through = wire(daemon.addr, move || {
        fs::create_dir(in_the_way).unwrap();
        true
    });
    let said = machine.refused(&["mcp", "claim", &code, "--base-url", &through]);
    assert!(said.contains("could not be written"), "{said}");
    assert!(said.contains("Run the same command again"), "{said}");
    fs::remove_dir(&path).unwrap();
    machine.ok(&["mcp", "claim", &code, "--base-url", &url(&daemon)]);
    assert_eq!(daemon.who_am_i(&token(&machine)), 200);
    assert_eq!((files(&machine).len(), alarms(&home)), (1, 0));
}

#[test]
fn agents_of_one_machine_have_files_of_their_own_and_a_former_session_is_named() {
    let (home, daemon) = Home::with_trader();
    home.ok(&["agent", "add", "watcher", "--wallet", "hot"]);
    let base = url(&daemon);
    let machine = elsewhere();
    let (code, first) = issue(&home);
    machine.ok(&["mcp", "claim", &code, "--base-url", &base]);
    let other = home.json(&["session", "create", "--agent", "watcher", "--claim"]);
    let code = other["claimCode"].as_str().unwrap();
    let done = machine.json(&["mcp", "claim", code, "--base-url", &base]);
    let file = done["tokenFile"].as_str().unwrap();
    assert!(file.ends_with(done["agentId"].as_str().unwrap()), "{file}");
    let (code, _) = issue(&home);
    let done = machine.json(&["mcp", "claim", &code, "--base-url", &base]);
    assert_eq!(done["formerSessionId"], first.as_str());
    assert_eq!(files(&machine), ["mcp-token", "mcp-tokens"]);
}
