//! The whole daemon for tests: real doors, real SQLite in a temporary data directory, and the
//! sandbox in Telegram's place; only clock, randomness and the pace of messages are chosen.
//!
//! ```ignore
//! let bench = TestDaemon::new().await.with_agent("trader").await;
//! let asked = bench.say("/newsession").await;
//! bench.tap(&asked, "Create").await;
//! ```
//!
//! The daemon runs in a runtime of its own, so that [`TestDaemon::kill`] ends it as a crash
//! does: every task is dropped where it stands, nothing is finished. Nothing here sleeps for a
//! time to pass; waiting is for a condition and bounded.

mod chat;
mod clock;
mod doors;
mod front;
mod korean;
mod neighbour;
mod program;
mod receiver;
mod traces;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use tokio::runtime::Runtime;
use waiaas::app::{self, Daemon};
use waiaas::telegram::Pacing;
use waiaas_daemon_core::Core;
use waiaas_daemon_core::clock::SharedClock;
use waiaas_daemon_core::config::{Config, ConfigInputs};
use waiaas_daemon_core::console::outbox;
use waiaas_daemon_core::entropy::Entropy;
use waiaas_daemon_core::session::expiry;
use waiaas_sandbox::{Person, PersonSpec, Sandbox, SandboxConfig};

pub use chat::{Story, shown};
pub use clock::TestClock;
pub use doors::Issued;
pub use front::Front;
pub use korean::english_in;
pub use neighbour::Neighbour;
pub use receiver::{Received, Receiver, Reply};
pub use traces::logs;

/// How long a condition may take to come true.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// The owner's user id, which is also their private chat's.
pub const OWNER_ID: i64 = 1001;
const STRANGER_ID: i64 = 6666;
/// Messages go out as fast as the sandbox takes them.
const PACING: Pacing = Pacing {
    burst: 1_000,
    interval_ms: 1,
};

/// What a test may choose before the daemon starts.
pub struct Setup {
    /// The language of the owner's app.
    pub language: &'static str,
    /// Whether the owner is paired, by a code, before the test begins.
    pub paired: bool,
    /// Configuration keys and their values.
    pub settings: Vec<(&'static str, String)>,
    /// Where the randomness of this daemon's first start begins.
    pub seed: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            language: "en",
            paired: true,
            settings: Vec::new(),
            seed: 1,
        }
    }
}

struct Running {
    runtime: Runtime,
    daemon: Daemon,
}

impl Running {
    async fn start(config: &Config, clock: SharedClock, seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (config, entropy) = (config.clone(), Entropy::seeded(seed));
        let started = runtime
            .spawn(async move { Daemon::start_paced(&config, clock, entropy, PACING).await });
        let daemon = started.await.unwrap().unwrap();
        Self { runtime, daemon }
    }

    async fn kill(self) {
        drop(self.daemon);
        tokio::task::spawn_blocking(move || self.runtime.shutdown_timeout(PATIENCE))
            .await
            .unwrap();
    }
}

/// One daemon, its data directory, its Telegram and the people around it.
pub struct TestDaemon {
    pub sandbox: Sandbox,
    pub owner: Person,
    pub stranger: Person,
    pub clock: Arc<TestClock>,
    pub language: &'static str,
    inputs: ConfigInputs,
    config: Config,
    running: Option<Running>,
    /// The newest message that a test has looked at.
    seen: AtomicI64,
    seed: u64,
    dir: tempfile::TempDir,
}

impl TestDaemon {
    /// An English owner, paired.
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// An owner who reads this language, paired.
    pub async fn speaking(language: &'static str) -> Self {
        Self::with(Setup {
            language,
            ..Setup::default()
        })
        .await
    }

    /// Nobody is paired.
    pub async fn unpaired(language: &'static str) -> Self {
        Self::with(Setup {
            language,
            paired: false,
            ..Setup::default()
        })
        .await
    }

    /// As chosen.
    pub async fn with(setup: Setup) -> Self {
        let paired = setup.paired;
        let mut bench = Self::prepare(setup).await;
        bench.start().await;
        if paired {
            bench.pair().await;
        }
        bench
    }

    /// Everything is in place, but the daemon is not started.
    pub async fn prepare(setup: Setup) -> Self {
        traces::listen();
        let owner = PersonSpec::new(OWNER_ID, "Olga")
            .with_username("olga")
            .with_language(setup.language);
        let sandbox = Sandbox::start(SandboxConfig {
            page_person: owner,
            ..SandboxConfig::default()
        })
        .await
        .unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut inputs = ConfigInputs::new(dir.path())
            .with_override("http.listen", "--listen", "127.0.0.1:0")
            .with_override("telegram.bot_token", "--set", sandbox.bot_token())
            .with_override("telegram.api_url", "--set", sandbox.url());
        for (key, value) in &setup.settings {
            inputs = inputs.with_override(key, "--set", value);
        }
        let config = Config::load(&inputs).unwrap();
        app::initialise(&config, dir.path()).await.unwrap();
        let stranger = PersonSpec::new(STRANGER_ID, "Mallory").with_language(setup.language);
        Self {
            owner: sandbox.page_person(),
            stranger: sandbox.person(stranger),
            sandbox,
            clock: Arc::default(),
            language: setup.language,
            inputs,
            config,
            running: None,
            seen: AtomicI64::new(0),
            seed: setup.seed,
            dir,
        }
    }

    /// Starts the daemon on its data directory.
    pub async fn start(&mut self) {
        assert!(self.running.is_none(), "it runs already");
        let running = Running::start(&self.config, self.clock.clone(), self.seed).await;
        // Another seed for the next start: ids must not repeat.
        self.seed += 1;
        self.running = Some(running);
    }

    /// Changes the configuration for the next start; an empty value takes a setting away.
    pub fn configure(&mut self, settings: &[(&str, &str)]) {
        let chosen = |key: &str| settings.iter().any(|(other, _)| *other == key);
        self.inputs.overrides.retain(|given| !chosen(&given.key));
        for (key, value) in settings.iter().filter(|(_, value)| !value.is_empty()) {
            self.inputs = self.inputs.clone().with_override(key, "--set", *value);
        }
        self.config = Config::load(&self.inputs).unwrap();
    }

    /// Ends the daemon as a crash does.
    pub async fn kill(&mut self) {
        self.running.take().unwrap().kill().await;
    }

    /// Ends the daemon as a service manager does.
    pub async fn stop(&mut self) {
        let Running { runtime, daemon } = self.running.take().unwrap();
        runtime.spawn(daemon.stop()).await.unwrap();
        tokio::task::spawn_blocking(move || runtime.shutdown_timeout(PATIENCE))
            .await
            .unwrap();
    }

    fn daemon(&self) -> &Daemon {
        &self.running.as_ref().unwrap().daemon
    }

    /// What the daemon's use cases are given.
    pub fn core(&self) -> &Core {
        &self.daemon().core
    }

    /// Where agents are served until the daemon is started anew.
    pub fn agents_addr(&self) -> SocketAddr {
        self.daemon().agents_addr
    }

    /// Where Telegram's updates are received until the daemon is started anew.
    pub fn webhook_addr(&self) -> SocketAddr {
        self.daemon().webhook_addr.unwrap()
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    /// The token file that the first agent gets.
    pub fn token_file(&self) -> PathBuf {
        self.data_dir().join("mcp-token")
    }

    /// Lets time pass, and everything that waits for the clock look at it.
    pub async fn advance(&self, seconds: i64) {
        self.clock.advance_s(seconds);
        expiry::scan(self.core()).await.unwrap();
        outbox::sweep_keyboards(self.core()).await.unwrap();
        self.core().ring();
    }
}

impl Drop for TestDaemon {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.runtime.shutdown_background();
        }
    }
}
