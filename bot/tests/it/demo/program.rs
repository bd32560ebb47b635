//! The built program in a temporary directory of its own, cut off from the environment of
//! whoever runs the tests.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// How a demo is started.
pub(super) struct Demo {
    temporary: TempDir,
    environment: HashMap<&'static str, String>,
}

/// What a run left behind.
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// What is in the temporary directory afterwards.
    pub(super) left: Vec<PathBuf>,
    _temporary: TempDir,
}

impl Demo {
    pub(super) fn new() -> Self {
        let temporary = tempfile::Builder::new().prefix("t-").tempdir().unwrap();
        let path = temporary.path().display().to_string();
        Self {
            environment: HashMap::from([("TMPDIR", path), ("HOME", "/".to_owned())]),
            temporary,
        }
    }

    pub(super) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.environment.insert(name, value.to_owned());
        self
    }

    pub(super) fn start(self, arguments: &[&str]) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_waiaas"))
            .arg("demo")
            .args(arguments)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Running {
            child,
            stdout,
            read: String::new(),
            temporary: Some(self.temporary),
        }
    }

    pub(super) fn run(self, arguments: &[&str]) -> Ran {
        self.start(arguments).finish()
    }
}

/// A demo that runs.
pub(super) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    read: String,
    temporary: Option<TempDir>,
}

impl Running {
    /// Waits until the page's address is printed.
    pub(super) fn page(&mut self) -> String {
        loop {
            let mut line = String::new();
            let length = self.stdout.read_line(&mut line).unwrap();
            assert_ne!(length, 0, "the demo ended early:\n{}", self.read);
            self.read.push_str(&line);
            if let Some(at) = line.find("http://").filter(|_| line.contains("key=")) {
                return line[at..].trim().to_owned();
            }
        }
    }

    /// The directory in which the demo makes its own.
    pub(super) fn temporary(&self) -> &Path {
        self.temporary.as_ref().unwrap().path()
    }

    /// Presses Ctrl-C.
    pub(super) fn interrupt(self) -> Ran {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.finish()
    }

    fn finish(mut self) -> Ran {
        self.stdout.read_to_string(&mut self.read).unwrap();
        let mut stderr = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        let code = self.child.wait().unwrap().code();
        let temporary = self.temporary.take().unwrap();
        let left = fs::read_dir(temporary.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        Ran {
            code,
            left: left.collect(),
            stdout: std::mem::take(&mut self.read),
            stderr,
            _temporary: temporary,
        }
    }
}

impl Drop for Running {
    /// A failed test leaves no demo running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks for a page of this machine and returns the status.
pub(super) fn http_status(url: &str) -> u16 {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    // The key belongs to what the page shows, not to the static page itself.
    let path = path
        .replacen("chat/", "person/", 1)
        .replacen('?', "/state?", 1);
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
