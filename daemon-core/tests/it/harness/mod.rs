//! A daemon core for tests: the real routers of both doors over a real, migrated SQLite file
//! in a temporary data directory; only clock, randomness and channel are stand-ins.
//!
//! ```ignore
//! let app = TestApp::new().await.with_agent("trader").await;
//! let session = app.session("trader").await;
//! app.advance(43_200);
//! app.renew(&session, Some("0123456789abcdef")).await.refused("RENEWAL_TOO_EARLY");
//! ```
//!
//! Requests go through the routers without a socket; each carries the peer that a socket
//! would have told. Rate limits are out of the way unless a test sets them. What a request
//! left behind is read from the database with a second, raw connection ([`TestApp::sql`]), so
//! that no code under test judges itself.

mod answer;
mod channel;
mod request;
mod traces;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use waiaas_daemon_core::Core;
use waiaas_daemon_core::clock::{ManualClock, SharedClock};
use waiaas_daemon_core::core::Policy;
use waiaas_daemon_core::entropy::Entropy;
use waiaas_daemon_core::http::{HttpSettings, admin_router, agent_router};
use waiaas_daemon_core::setup::{self, Paths};

pub(crate) use answer::Answer;
pub(crate) use channel::RecordingChannel;
pub(crate) use request::{Call, STRANGER_UID, own_uid};

/// When every test begins: 2026-02-08T10:26:25Z.
pub(crate) const START_S: i64 = 1_770_546_385;
/// A renewal key of the right form.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";
const PLENTY: u32 = 1_000_000;

/// What a test may choose before the daemon starts.
pub(crate) struct Setup {
    pub(crate) policy: Policy,
    pub(crate) settings: HttpSettings,
    pub(crate) seed: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            settings: HttpSettings {
                listen: "127.0.0.1:3100".to_owned(),
                body_max_bytes: 65_536,
                request_timeout: Duration::from_secs(60),
                session_burst: PLENTY,
                session_per_s: PLENTY,
                address_burst: PLENTY,
                address_per_s: PLENTY,
            },
            seed: 1,
        }
    }
}

/// A session as its agent holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// One daemon and its data directory.
pub(crate) struct TestApp {
    pub(crate) core: Core,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) channel: Arc<RecordingChannel>,
    agents: Router,
    admin: Router,
    setup: Setup,
    dir: tempfile::TempDir,
}

impl TestApp {
    /// A fresh data directory with the defaults.
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// A fresh data directory with chosen settings.
    pub(crate) async fn with(setup: Setup) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START_S));
        Self::start(dir, clock, setup).await
    }

    async fn start(dir: tempfile::TempDir, clock: Arc<ManualClock>, setup: Setup) -> Self {
        let paths = paths(&dir);
        let shared: SharedClock = clock.clone();
        let entropy = Entropy::seeded(setup.seed);
        setup::initialise(&paths, &shared, &entropy).await.unwrap();
        let core = setup::open(&paths, setup.policy.clone(), shared, entropy)
            .await
            .unwrap();
        Self {
            agents: agent_router(core.clone(), setup.settings.clone()),
            admin: admin_router(core.clone(), setup.settings.clone()),
            channel: Arc::default(),
            core,
            clock,
            setup,
            dir,
        }
    }

    /// Stops the daemon, lets `meanwhile` work on the closed database file, and starts again.
    pub(crate) async fn restart(mut self, meanwhile: impl FnOnce(PathBuf)) -> Self {
        self.core.db.clone().close().await;
        meanwhile(paths(&self.dir).database);
        // Another seed: ids must not repeat after the restart.
        self.setup.seed += 1;
        Self::start(self.dir, self.clock, self.setup).await
    }

    /// The data directory.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().to_path_buf()
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        paths(&self.dir).database
    }

    /// The agents' door.
    pub(crate) fn agent_router(&self) -> Router {
        self.agents.clone()
    }

    /// The owner's door.
    pub(crate) fn admin_router(&self) -> Router {
        self.admin.clone()
    }

    /// Lets time pass.
    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance_s(seconds);
    }

    /// Adds an agent with one wallet of its own, called `<name>-wallet`.
    pub(crate) async fn with_agent(self, name: &str) -> Self {
        let wallet = format!("{name}-wallet");
        self.add_wallet(&wallet).await;
        self.add_agent(name, &[&wallet]).await;
        self
    }

    /// Adds a wallet; gives its id.
    pub(crate) async fn add_wallet(&self, name: &str) -> String {
        let body = json!({
            "name": name, "chain": "evm", "network": "base",
            "address": "0x52908400098527886e0f7030069857d2e4169ee7",
        });
        id_of(&self.admin("POST", "/v1/wallets", body).await.created())
    }

    /// Adds an agent; gives its id.
    pub(crate) async fn add_agent(&self, name: &str, wallets: &[&str]) -> String {
        let body = json!({ "name": name, "wallets": wallets });
        id_of(&self.admin("POST", "/v1/agents", body).await.created())
    }

    /// Creates a session with the defaults of a bare create: a unit of a day, 30 renewals.
    pub(crate) async fn session(&self, agent: &str) -> Issued {
        self.session_with(json!({ "agentId": agent })).await
    }

    /// Creates a session as asked.
    pub(crate) async fn session_with(&self, body: Value) -> Issued {
        issued(&self.admin("POST", "/v1/sessions", body).await.created())
    }

    /// Renews with the session's own id in the path.
    pub(crate) async fn renew(&self, session: &Issued, key: Option<&str>) -> Answer {
        self.renew_as(&session.id, &session.token, key).await
    }

    /// Renews with any text in the path and any token.
    pub(crate) async fn renew_as(&self, id: &str, token: &str, key: Option<&str>) -> Answer {
        let mut call = Call::new("PUT", &format!("/v1/sessions/{id}/renew")).bearer(token);
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        self.agent_call(call).await
    }

    /// A `GET` of an agent.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.agent_call(Call::new("GET", path).bearer(token)).await
    }

    /// Who the daemon takes the token for.
    pub(crate) async fn whoami(&self, token: &str) -> Answer {
        self.get("/v1/session", token).await
    }

    /// A request of the owner; `null` sends no body.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        self.admin_call(Call::new(method, path).json(&body)).await
    }

    /// Any request on the agents' door.
    pub(crate) async fn agent_call(&self, call: Call) -> Answer {
        call.send(self.agent_router()).await
    }

    /// Any request on the owner's door.
    pub(crate) async fn admin_call(&self, call: Call) -> Answer {
        call.send(self.admin_router()).await
    }

    /// The owner's view of a session.
    pub(crate) async fn owner_view(&self, session: &Issued) -> Value {
        self.admin("GET", &format!("/v1/sessions/{}", session.id), Value::Null)
            .await
            .ok()
    }
}

fn paths(dir: &tempfile::TempDir) -> Paths {
    let data_dir = dir.path().to_path_buf();
    Paths {
        database: data_dir.join("waiaas.db"),
        master_key: data_dir.join("master.key"),
        data_dir,
    }
}

fn id_of(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

/// The session of a create or renew answer.
pub(crate) fn issued(body: &Value) -> Issued {
    let id = body["sessionId"]
        .as_str()
        .or(body["session"]["id"].as_str())
        .unwrap();
    Issued {
        id: id.to_owned(),
        token: body["token"].as_str().unwrap().to_owned(),
    }
}
