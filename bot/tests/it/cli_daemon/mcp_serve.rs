//! `waiaas mcp serve` as a client starts it: what it answers whatever is missing, what goes to
//! which stream, and how it ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::home::{Home, skipped, wait_for};
use crate::cli::Cli;

/// A client that speaks JSON-RPC by hand.
pub(super) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    next_id: u64,
}

impl Client {
    fn start(cli: &Cli, flags: &[&str]) -> Self {
        Self::of(&mut cli.command(&[&["mcp", "serve"], flags].concat()))
    }

    /// Starts the server by any command, and greets it.
    pub(super) fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut client = Self {
            child,
            stdin,
            stdout,
            next_id: 1,
        };
        let hello = client.ask(
            "initialize",
            &json!({
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            }),
        );
        assert_eq!(hello["serverInfo"]["name"], "waiaas");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    /// The result of a request; every line before it must be JSON-RPC, too.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "it ended");
            let message: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(message["jsonrpc"], "2.0");
            if message["id"] == id {
                return message["result"].clone();
            }
        }
    }

    pub(super) fn call(&mut self, tool: &str) -> Value {
        self.ask("tools/call", &json!({ "name": tool, "arguments": {} }))
    }

    /// Closes standard input; gives the exit code and what went to standard error.
    pub(super) fn close(mut self) -> (Option<i32>, String) {
        drop(self.stdin.take());
        self.ended()
    }

    fn ended(mut self) -> (Option<i32>, String) {
        let code = wait_for("the end of the server", || self.child.try_wait().unwrap()).code();
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        std::io::Read::read_to_string(&mut stderr, &mut log).unwrap();
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.stdout, &mut rest).unwrap();
        for line in rest.lines() {
            let message: Value = serde_json::from_str(line).unwrap();
            assert_eq!(message["jsonrpc"], "2.0", "{line}");
        }
        (code, log)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_the_session_of_the_token_file_and_ends_with_standard_input() {
    let (home, daemon) = Home::with_trader();
    home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
    let url = format!("http://{}", daemon.addr);
    let mut client = Client::start(&home.cli, &["--base-url", &url]);
    let status = client.call("session_status");
    assert!(!status["isError"].as_bool().unwrap_or_default(), "{status}");
    let wallets = client.call("list_wallets");
    assert_eq!(wallets["structuredContent"]["wallets"][0]["name"], "hot");
    let token = std::fs::read_to_string(home.file("mcp-token")).unwrap();
    let (code, log) = client.close();
    assert_eq!(code, Some(0));
    assert!(!log.contains(&token), "no token in the log");
}

#[test]
fn without_daemon_session_or_directory_it_comes_up_and_guides() {
    let empty = Cli::new();
    let mut client = Client::start(&empty, &["--base-url", "http://127.0.0.1:9"]);
    let status = client.call("session_status");
    assert_eq!(status["structuredContent"]["status"], "session_expired");
    assert_eq!(client.close().0, Some(0));

    let (home, daemon) = Home::with_trader();
    home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
    drop(daemon);
    let mut client = Client::start(&home.cli, &["--base-url", "http://127.0.0.1:9"]);
    let status = client.call("session_status");
    assert_eq!(status["structuredContent"]["status"], "daemon_unavailable");
    assert_eq!(client.close().0, Some(0));
}

#[test]
fn a_configuration_that_cannot_be_read_keeps_no_agent_from_starting() {
    let (home, daemon) = Home::with_trader();
    home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
    drop(daemon);
    // Somebody else's program at the address that a guess would name.
    let Ok(squatter) = std::net::TcpListener::bind("127.0.0.1:3100") else {
        skipped("port 3100 is taken here");
        return;
    };
    squatter.set_nonblocking(true).unwrap();
    std::fs::write(home.file("config.toml"), "http = nonsense").unwrap();
    let mut client = Client::start(&home.cli, &[]);
    let status = client.call("session_status");
    let content = &status["structuredContent"];
    assert_eq!(content["status"], "daemon_unavailable");
    assert!(
        content["message"].as_str().unwrap().contains("config.toml"),
        "{content}"
    );
    let (code, log) = client.close();
    assert_eq!(code, Some(0));
    assert!(log.contains("config.toml"), "{log}");
    assert!(
        squatter.accept().is_err(),
        "no token goes to a guessed address"
    );
}

#[test]
fn a_request_right_before_the_end_of_input_is_still_answered() {
    let cli = Cli::new();
    let mut child = cli
        .command(&["mcp", "serve", "--base-url", "http://127.0.0.1:9"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" } } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call",
            "params": { "name": "session_status", "arguments": {} } }),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let answered = String::from_utf8(output.stdout).unwrap();
    let result = answered
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|message| message["id"] == 2)
        .unwrap();
    assert_eq!(
        result["result"]["structuredContent"]["status"],
        "session_expired"
    );
}

#[test]
fn ctrl_c_and_a_polite_kill_end_it_though_standard_input_stays_open() {
    for signal in [Signal::INT, Signal::TERM] {
        let cli = Cli::new();
        let client = Client::start(&cli, &["--base-url", "http://127.0.0.1:9"]);
        let pid = Pid::from_raw(i32::try_from(client.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        let (code, _) = client.ended();
        assert_eq!(code, Some(0), "{signal:?}");
    }
}

#[test]
fn wrong_usage_is_named_with_the_mend() {
    let home = Home::new();
    for (flags, named) in [
        (["--base-url", "http://192.168.1.4:3100"], "https://"),
        (
            ["--base-url", "http://me:secret@127.0.0.1"],
            "without a user",
        ),
        (["--agent", "trader"], "waiaas agent list"),
    ] {
        let ran = home.cli.run(&[&["mcp", "serve"][..], &flags].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(named), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn a_daemon_on_another_address_is_not_looked_for_on_loopback() {
    let home = Home::new();
    let proxied = "[http]\nlisten = \"10.0.0.5:3100\"\nbehind_tls_proxy = true\n";
    std::fs::write(home.file("config.toml"), proxied).unwrap();
    let ran = home.cli.run(&["mcp", "serve"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("10.0.0.5:3100"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--base-url"), "{}", ran.stderr);
}
