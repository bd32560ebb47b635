//! A second daemon beside the first: a data directory of its own, the same database, the same
//! `master.key`, the same bot.

use std::net::SocketAddr;
use std::sync::Arc;

use waiaas_daemon_core::config::{Config, ConfigInputs};

use super::{Running, TestClock, TestDaemon};

/// Randomness that no other daemon of a test has.
const SEED: u64 = 1_000_000;

/// The second daemon; a crash ends it when it is dropped.
pub struct Peer {
    running: Option<Running>,
    _dir: tempfile::TempDir,
}

impl TestDaemon {
    /// Starts another daemon on this one's database, with this one's settings.
    pub async fn peer(&self) -> Peer {
        let dir = tempfile::tempdir().unwrap();
        let first = self.data_dir().display();
        let inputs = ConfigInputs {
            data_dir: dir.path().to_owned(),
            ..self.inputs.clone()
        }
        .with_override(
            "database.url",
            "--set",
            format!("sqlite://{first}/waiaas.db"),
        )
        .with_override(
            "security.master_key_file",
            "--set",
            format!("{first}/master.key"),
        );
        let config = Config::load(&inputs).unwrap();
        let clock: Arc<TestClock> = self.clock.clone();
        Peer {
            running: Some(Running::start(&config, clock, SEED).await),
            _dir: dir,
        }
    }
}

impl Peer {
    /// Where Telegram's updates are received.
    pub fn webhook_addr(&self) -> SocketAddr {
        let running = self.running.as_ref().unwrap();
        running.daemon.webhook_addr.unwrap()
    }

    /// What it says of its Telegram channel.
    pub fn telegram(&self) -> &'static str {
        let running = self.running.as_ref().unwrap();
        running.daemon.core.health.state("telegram").as_str()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.runtime.shutdown_background();
        }
    }
}
