//! A second daemon on the first one's database, with a data directory of its own: two of a
//! fleet.

use std::net::SocketAddr;

use waiaas::app::Daemon;
use waiaas_daemon_core::config::{Config, ConfigInputs};

use super::{Running, TestDaemon};

/// Randomness that no other daemon of a test has.
const SEED: u64 = 1_000_000;

/// The second daemon; it stops when dropped.
pub struct Neighbour {
    running: Option<Running>,
    dir: tempfile::TempDir,
}

impl TestDaemon {
    /// Starts a second daemon on the same database, bot and clock.
    pub async fn neighbour(&self) -> Neighbour {
        self.start_neighbour(tempfile::tempdir().unwrap(), true)
            .await
    }

    /// As [`TestDaemon::neighbour`], on a data directory that was copied from the first.
    pub async fn copied_neighbour(&self) -> Neighbour {
        let dir = tempfile::tempdir().unwrap();
        std::fs::copy(
            self.data_dir().join("daemon.id"),
            dir.path().join("daemon.id"),
        )
        .unwrap();
        self.start_neighbour(dir, true).await
    }

    /// As [`TestDaemon::neighbour`], with no channel at all.
    pub async fn neighbour_without_telegram(&self) -> Neighbour {
        self.start_neighbour(tempfile::tempdir().unwrap(), false)
            .await
    }

    async fn start_neighbour(&self, dir: tempfile::TempDir, telegram: bool) -> Neighbour {
        let own = self.data_dir().display();
        let mut inputs = ConfigInputs {
            data_dir: dir.path().to_owned(),
            ..self.inputs.clone()
        };
        if !telegram {
            let is_telegram = |key: &str| key.starts_with("telegram.bot_token");
            inputs.overrides.retain(|given| !is_telegram(&given.key));
        }
        let database = format!("sqlite://{own}/waiaas.db");
        let master_key = format!("{own}/master.key");
        let inputs = inputs
            .with_override("database.url", "--set", database)
            .with_override("security.master_key_file", "--set", master_key);
        let config = Config::load(&inputs).unwrap();
        let running = Running::start(&config, self.clock.clone(), SEED).await;
        Neighbour {
            running: Some(running),
            dir,
        }
    }
}

impl Neighbour {
    /// How its Telegram channel is doing.
    pub fn telegram(&self) -> &'static str {
        let core = &self.daemon().core;
        core.health.state("telegram").as_str()
    }

    /// Where Telegram's updates are received.
    pub fn webhook_addr(&self) -> SocketAddr {
        self.daemon().webhook_addr.unwrap()
    }

    /// The second daemon.
    pub fn daemon(&self) -> &Daemon {
        &self.running.as_ref().unwrap().daemon
    }

    /// The token files in its own data directory.
    pub fn token_files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("mcp-token")).collect()
    }

    /// Ends it as a crash does.
    pub async fn kill(mut self) {
        self.running.take().unwrap().kill().await;
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.runtime.shutdown_background();
        }
    }
}
