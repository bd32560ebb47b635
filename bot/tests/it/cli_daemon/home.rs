//! A data directory that has been set up, the daemon that serves it, and the record of what a
//! person types and reads.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::http;
use crate::cli::{Cli, Ran};

/// Longer than anything here ever takes, a stop that drains included.
const WAIT_MAX: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

pub(super) const EVM: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
pub(super) const EVM_OTHER: &str = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";
pub(super) const EVM_THIRD: &str = "0x52908400098527886E0F7030069857D2E4169EE7";
pub(super) const SOLANA: &str = "So11111111111111111111111111111111111111112";

/// Waits until `found` gives something.
pub(super) fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + WAIT_MAX;
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < end, "{what} did not happen");
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// Notes that this machine cannot show a case.
#[allow(clippy::print_stderr, reason = "whoever runs the tests must know")]
pub(super) fn skipped(why: &str) {
    eprintln!("skipped, at least in part: {why}");
}

/// A data directory after `init`.
pub(super) struct Home {
    pub(super) cli: Cli,
}

impl Home {
    pub(super) fn new() -> Self {
        Self::with(Cli::new())
    }

    pub(super) fn with(cli: Cli) -> Self {
        let ran = cli.run(&["init", "--non-interactive", "--listen", "127.0.0.1:0"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        Self { cli }
    }

    /// With its daemon.
    pub(super) fn running() -> (Self, Daemon) {
        let home = Self::new();
        let daemon = home.start(&[]);
        (home, daemon)
    }

    /// With its daemon, a wallet `hot` and an agent `trader` that has it.
    pub(super) fn with_trader() -> (Self, Daemon) {
        let (home, daemon) = Self::running();
        home.add_wallet("hot", EVM);
        home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
        (home, daemon)
    }

    pub(super) fn start(&self, flags: &[&str]) -> Daemon {
        Daemon::spawn(self.cli.command(&[&["run"], flags].concat()))
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.cli.data_dir().join(name)
    }

    /// Opens the database beside the daemon.
    pub(super) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file("waiaas.db")).unwrap()
    }

    pub(super) fn count(&self, sql: &str) -> i64 {
        self.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    /// Runs what must succeed; returns what it printed.
    pub(super) fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.cli.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}\n{}", ran.stderr);
        ran.stdout
    }

    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.ok(&[&["--output", "json"], arguments].concat());
        serde_json::from_str(&printed).unwrap()
    }

    /// Runs what must fail with exit code 1 and print no data; returns the message.
    pub(super) fn refused(&self, arguments: &[&str]) -> String {
        let ran = self.cli.run(arguments);
        assert_eq!(
            ran.code,
            Some(1),
            "{arguments:?}\n{}{}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(ran.stdout, "", "{arguments:?}");
        ran.stderr
    }

    pub(super) fn add_wallet(&self, name: &str, address: &str) {
        let chain = ["--chain", "evm", "--network", "base", "--address", address];
        self.ok(&[&["wallet", "add", name][..], &chain].concat());
    }

    /// Adds a second agent, `watcher`, with the same wallet.
    pub(super) fn add_watcher(&self) {
        self.ok(&["agent", "add", "watcher", "--wallet", "hot"]);
    }

    /// The token in the file that the first agent gets.
    pub(super) fn token(&self) -> String {
        std::fs::read_to_string(self.file("mcp-token")).unwrap()
    }

    /// Waits until nothing is left to be sent.
    pub(super) fn wait_for_outbox(&self) {
        let depth = || self.json(&["status"])["outboxDepth"].clone();
        wait_for("the end of the outbox", || (depth() == 0).then_some(()));
    }

    /// Creates a session; returns its id and its token.
    pub(super) fn create_session(&self, flags: &[&str]) -> (String, String) {
        let created = self.json(&[&["session", "create", "--agent", "trader"], flags].concat());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&created["session"]["id"]), text(&created["token"]))
    }
}

/// A running `waiaas run`, killed when the test ends.
pub(super) struct Daemon {
    child: Child,
    /// Where agents are served.
    pub(super) addr: SocketAddr,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// How a daemon ended.
pub(super) struct Stopped {
    pub(super) status: ExitStatus,
    pub(super) log: String,
}

impl Daemon {
    /// Starts it and waits until it answers.
    pub(super) fn spawn(mut command: Command) -> Self {
        let spawned = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap();
        let log = Arc::<Mutex<String>>::default();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in lines {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line.unwrap());
                kept.push('\n');
            }
        });
        let addr = wait_for("the daemon's start", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!(
                    "the daemon did not start: {status}\n{}",
                    log.lock().unwrap()
                );
            }
            announced(&log.lock().unwrap())
        });
        wait_for("the daemon's health", || {
            (http::get(addr, "/health", None).status == 200).then_some(())
        });
        Self {
            child,
            addr,
            log,
            reader: Some(reader),
        }
    }

    pub(super) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(super) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Who the token says the caller is; the status code of the answer.
    pub(super) fn who_am_i(&self, token: &str) -> u16 {
        http::get(self.addr, "/v1/session", Some(token)).status
    }

    /// Asks it to stop, and waits until it has.
    pub(super) fn stop(self) -> Stopped {
        self.signal(Signal::TERM);
        self.wait()
    }

    pub(super) fn wait(mut self) -> Stopped {
        let status = wait_for("the daemon's end", || self.child.try_wait().unwrap());
        self.reader.take().unwrap().join().unwrap();
        Stopped {
            status,
            log: self.log(),
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The agents' address in the line that announces the start.
fn announced(log: &str) -> Option<SocketAddr> {
    let line = log.lines().find(|line| line.contains("is running"))?;
    let rest = ["agents=", "\"agents\":\""]
        .iter()
        .find_map(|mark| line.split_once(mark))?
        .1;
    let end = rest.find(|c: char| c != ':' && c != '.' && !c.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

/// What a person types and reads, for a snapshot.
pub(super) struct Transcript<'a> {
    home: &'a Home,
    form: &'static str,
    text: String,
}

impl<'a> Transcript<'a> {
    pub(super) fn new(home: &'a Home, form: &'static str) -> Self {
        Self {
            home,
            form,
            text: String::new(),
        }
    }

    pub(super) fn run(&mut self, arguments: &[&str]) -> Ran {
        let ran = self
            .home
            .cli
            .run(&[&["--output", self.form], arguments].concat());
        let typed: Vec<String> = arguments.iter().map(|argument| quoted(argument)).collect();
        self.text
            .push_str(&format!("$ waiaas {}\n{}", typed.join(" "), ran.stdout));
        for line in ran.stderr.lines() {
            self.text.push_str(&format!("! {line}\n"));
        }
        if let Some(code) = ran.code.filter(|code| *code != 0) {
            self.text.push_str(&format!("exit {code}\n"));
        }
        self.text.push('\n');
        ran
    }

    /// Compares with the accepted text; ids, times and addresses do not count.
    pub(super) fn matches(self, name: &str) {
        settings().bind(|| insta::assert_snapshot!(format!("{name}_{}", self.form), self.text));
    }
}

fn quoted(argument: &str) -> String {
    const SHOWN_MAX: usize = 100;
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,".contains(c);
    if argument.len() > SHOWN_MAX {
        format!("({} bytes)", argument.len())
    } else if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("{argument:?}")
    }
}

/// Replaces what differs from run to run.
pub(super) fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    for (pattern, shown) in [
        (r"wai_sess_[\w.-]+", "[token]"),
        (
            r"\b([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}\b",
            "[code]",
        ),
        (
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "[id]",
        ),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}\b", "[beginning]"),
        (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "[time]"),
        (r"\d{8}T\d{6}Z", "[stamp]"),
        (r"\.json\.\w{6}\.(tmp|backup)", ".json.[random].$1"),
        (r"127\.0\.0\.1:\d+", "[address]"),
        (r"\b[0-9a-f]{64}\b", "[hash]"),
        (r"\b[0-9a-f]{32}\b", "[random]"),
        (r"\b[0-9a-f]{16}\b", "[key]"),
        (r"\b\d+[dhms]( \d+[dhms])?\b", "[span]"),
        (r"uid=\d+", "uid=[uid]"),
        (r#"_at":( ?)\d+"#, "_at\":$1[seconds]"),
        (r#""uptimeS": \d+"#, r#""uptimeS": [seconds]"#),
        // The width of a column follows what stands in it.
        (r"(\S)  +", "$1  "),
    ] {
        settings.add_filter(pattern, shown);
    }
    settings
}
