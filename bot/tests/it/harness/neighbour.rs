//! A second daemon on the first one's database, with a data directory of its own: two of a
//! fleet.

use waiaas::app::Daemon;
use waiaas_daemon_core::clock::SharedClock;
use waiaas_daemon_core::config::{Config, ConfigInputs};
use waiaas_daemon_core::entropy::Entropy;

use super::{Running, TestDaemon};

/// The second daemon; it stops when dropped.
pub struct Neighbour {
    running: Option<Running>,
    _dir: tempfile::TempDir,
}

impl TestDaemon {
    /// Starts a second daemon on the same database, bot and clock.
    pub async fn neighbour(&self) -> Neighbour {
        let dir = tempfile::tempdir().unwrap();
        let own = self.data_dir();
        let database = format!("sqlite://{}", own.join("waiaas.db").display());
        let master_key = own.join("master.key").display().to_string();
        let mut inputs = ConfigInputs::new(dir.path())
            .with_override("http.listen", "--listen", "127.0.0.1:0")
            .with_override("telegram.bot_token", "--set", self.sandbox.bot_token())
            .with_override("telegram.api_url", "--set", self.sandbox.url());
        for (key, value) in &self.settings {
            inputs = inputs.with_override(key, "--set", value);
        }
        let inputs = inputs
            .with_override("database.url", "--set", &database)
            .with_override("security.master_key_file", "--set", &master_key);
        let config = Config::load(&inputs).unwrap();
        let clock = self.clock.clone() as SharedClock;
        let running = Running::start(config, clock, Entropy::seeded(977)).await;
        Neighbour {
            running: Some(running),
            _dir: dir,
        }
    }
}

impl Neighbour {
    /// How its Telegram channel is doing.
    pub fn telegram(&self) -> &'static str {
        let core = &self.daemon().core;
        core.health.state("telegram").as_str()
    }

    /// The second daemon.
    pub fn daemon(&self) -> &Daemon {
        &self.running.as_ref().unwrap().daemon
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
