//! Starts one of the clients in `bot/tests/clients` and has it do one step after the other.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::harness::PATIENCE;

/// Runs the server and writes down how it ended, which no SDK tells.
const NOTE_EXIT_CODE: &str = r#"noted="$1"; shift; "$@"; echo $? > "$noted""#;

/// Which client.
#[derive(Debug, Clone, Copy)]
pub enum Sdk {
    /// `mode` as the SDK calls it: `legacy` or `auto`.
    Python {
        mode: &'static str,
    },
    TypeScript,
}

impl Sdk {
    /// The version of the protocol that it agrees on with the server.
    pub fn version(self) -> &'static str {
        match self.has_initialize() {
            true => "2025-11-25",
            false => "2026-07-28",
        }
    }

    /// Whether that version has the handshake, ping and one level of logging for all.
    pub fn has_initialize(self) -> bool {
        !matches!(self, Self::Python { mode: "auto" })
    }

    fn command(self, folder: &Path) -> Command {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
        match self {
            Self::Python { .. } => {
                let mut command = Command::new(prepared().join("python/bin/python"));
                command.arg(sources.join("python/client.py"));
                command
            }
            Self::TypeScript => {
                // Modules are looked for beside the script, and the tree has none.
                let script = folder.join("client.mjs");
                std::fs::copy(sources.join("typescript/client.mjs"), &script).unwrap();
                let modules = prepared().join("typescript/node_modules");
                std::os::unix::fs::symlink(modules, folder.join("node_modules")).unwrap();
                let mut command = Command::new("node");
                command.arg(script);
                command
            }
        }
    }
}

/// What `bot/tests/clients/prepare` was given.
#[allow(
    clippy::disallowed_methods,
    reason = "a setting of whoever runs the test"
)]
fn prepared() -> PathBuf {
    let directory = std::env::var_os("MCP_CLIENTS");
    directory
        .expect("set MCP_CLIENTS to the folder that bot/tests/clients/prepare has filled")
        .into()
}

/// A running client.
pub struct Driver {
    sdk: Sdk,
    server: Vec<String>,
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
    /// What it and the server say on standard error.
    log: JoinHandle<String>,
    folder: TempDir,
}

impl Driver {
    /// A client whose server keeps the session in this data directory.
    pub fn start(sdk: Sdk, data_dir: &Path, base_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = sdk
            .command(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.unwrap();
            text
        });
        let data_dir = data_dir.to_str().unwrap();
        let program = env!("CARGO_BIN_EXE_waiaas");
        let server = [
            program,
            "mcp",
            "serve",
            "--data-dir",
            data_dir,
            "--base-url",
            base_url,
        ];
        Self {
            sdk,
            server: server.map(str::to_owned).to_vec(),
            stdin: child.stdin.take().unwrap(),
            stdout: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
            log,
            folder,
        }
    }

    /// Starts the server and meets it.
    pub async fn connect(&mut self) -> Value {
        let noted = self.exit_code_file().to_str().unwrap().to_owned();
        let mut arguments = ["-c", NOTE_EXIT_CODE, "sh", &noted]
            .map(str::to_owned)
            .to_vec();
        arguments.extend(self.server.clone());
        let mode = match self.sdk {
            Sdk::Python { mode } => mode,
            Sdk::TypeScript => "legacy",
        };
        let step = json!({ "command": "sh", "args": arguments, "mode": mode });
        self.ok("connect", step).await
    }

    /// Does one step; an `Err` is what the SDK has thrown.
    pub async fn step(&mut self, what: &str, mut with: Value) -> Result<Value, Value> {
        with["do"] = json!(what);
        let line = format!("{with}\n");
        self.stdin.write_all(line.as_bytes()).await.unwrap();
        let answer = tokio::time::timeout(PATIENCE, self.stdout.next_line())
            .await
            .unwrap_or_else(|_| panic!("no answer to {line}"))
            .unwrap();
        let Some(answer) = answer else {
            panic!("the client ended at {line}");
        };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        match answer.get("ok") {
            Some(ok) => Ok(ok.clone()),
            None => Err(answer["error"].clone()),
        }
    }

    /// A step that succeeds.
    pub async fn ok(&mut self, what: &str, with: Value) -> Value {
        let done = self.step(what, with).await;
        done.unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// The data or the guidance that a tool gives.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.content(tool, arguments, false).await
    }

    /// The failure that a tool gives.
    pub async fn refused(&mut self, tool: &str, arguments: Value) -> Value {
        self.content(tool, arguments, true).await
    }

    async fn content(&mut self, tool: &str, arguments: Value, is_error: bool) -> Value {
        let call = json!({ "tool": tool, "arguments": arguments });
        let result = self.ok("call", call).await;
        assert_eq!(result["isError"], is_error, "{tool}: {result}");
        let text: Value = serde_json::from_str(result["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["data"], "{tool}");
        text
    }

    /// What a resource contains.
    pub async fn read(&mut self, uri: &str) -> Value {
        self.ok("read", json!({ "uri": uri })).await
    }

    /// How the server ended by itself.
    pub fn server_exit_code(&self) -> i32 {
        let noted = std::fs::read_to_string(self.exit_code_file());
        let code = noted.expect("the server was killed instead of having ended");
        code.trim().parse().unwrap()
    }

    fn exit_code_file(&self) -> PathBuf {
        self.folder.path().join("exit-code")
    }

    /// Ends the client; gives what it and the server have said on standard error.
    pub async fn stop(mut self) -> String {
        drop(self.stdin);
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let log = self.log.await.unwrap();
        assert!(status.unwrap().unwrap().success(), "{log}");
        log
    }
}
