//! The built program beside the daemon of a test: what a person on its machine types and reads.

use super::{PATIENCE, TestDaemon};
use crate::cli::{Cli, Ran, bounded_output};

/// So far the clock goes while a command waits, seconds.
const STEP_S: i64 = 5;

impl TestDaemon {
    /// Runs a command in the daemon's language.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.started(arguments).await.unwrap()
    }

    /// Runs a command, for a snapshot of what was typed and read.
    pub async fn transcript(&self, typed: &str) -> String {
        let ran = self.run(&typed.split(' ').collect::<Vec<_>>()).await;
        let lines = ran.stderr.lines().map(|line| match line.rsplit_once(' ') {
            Some((said, id)) if is_request_id(id) => format!("! {said} [request]\n"),
            _ => format!("! {line}\n"),
        });
        let said: String = lines.collect();
        let code = ran.code.unwrap();
        format!("$ waiaas {typed}\n{}{said}exit {code}", ran.stdout)
    }

    /// Runs a command while time passes, fast.
    pub async fn run_while_time_passes(&self, arguments: &[&str]) -> Ran {
        let mut running = self.started(arguments);
        let mut tick = tokio::time::interval(PATIENCE / 1_000);
        loop {
            tokio::select! {
                ran = &mut running => return ran.unwrap(),
                _ = tick.tick() => {
                    self.clock.advance_s(STEP_S);
                    self.core().ring();
                }
            }
        }
    }

    fn started(&self, arguments: &[&str]) -> tokio::task::JoinHandle<Ran> {
        let locale = match self.language {
            "ko" => "ko_KR.UTF-8",
            _ => "en_US.UTF-8",
        };
        let cli = Cli::new().env("LANG", locale);
        let mut command = cli.command(arguments);
        command.env("WAIAAS_DATA_DIR", self.data_dir());
        tokio::task::spawn_blocking(move || {
            let output = bounded_output(&mut command);
            let text = |bytes| cli.neutral(String::from_utf8(bytes).unwrap());
            Ran {
                code: output.status.code(),
                stdout: text(output.stdout),
                stderr: text(output.stderr),
            }
        })
    }
}

fn is_request_id(word: &str) -> bool {
    word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}
