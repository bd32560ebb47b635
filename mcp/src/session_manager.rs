//! The session keeper (PROTOCOL.md section 7): holds the token that calls are made with, and
//! renews it long before it ends, in the order that no crash can break (section 5).
//!
//! Here is the public face. `memory`, `schedule`, `candidate`, `outlook` and `reaction` (the
//! answer table) are rules and values; `store` is the token file, `taking_up` a look at it,
//! `renewal` one renewal, `recovery` what happens after a refusal or a pause, `run` the loop
//! that waits. Nothing is notified from here: that is the daemon's.

mod candidate;
mod memory;
mod outlook;
mod reaction;
mod recovery;
mod renewal;
mod run;
mod schedule;
mod store;
mod taking_up;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Serialize;
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::SessionToken;

use self::memory::Memory;
pub use self::schedule::planned_renewal_at;
use self::store::Store;
pub use self::store::{Step, StepHook};
use crate::clock::SharedClock;
use crate::door::Door;
use crate::guidance::Guidance;

/// How long a renewal in flight may take to end at shutdown, seconds (PROTOCOL.md section 7).
const SHUTDOWN_S_MAX: u64 = 5;

/// Draws 16 random bytes for renewal keys and jitter.
pub type Draw = Arc<dyn Fn() -> [u8; 16] + Send + Sync>;

/// What a keeper is made of.
pub struct KeeperParts {
    /// Where the token file lies (PROTOCOL.md section 6).
    pub data_dir: PathBuf,
    /// Whose file; without it that of the first token that is loaded.
    pub agent: Option<AgentId>,
    /// `WAIAAS_SESSION_TOKEN`; any token file wins over it.
    pub environment_token: Option<SecretString>,
    /// Where renewals are asked for.
    pub door: Arc<Door>,
    /// Time and waiting.
    pub clock: SharedClock,
    /// A secure random source.
    pub draw: Draw,
}

/// What a keeper can say of its session (PROTOCOL.md section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeeperState {
    /// There is a usable token.
    Active,
    /// Waiting for a new one.
    Expired,
    /// Nothing usable.
    Error,
}

/// What the keeper knows at one moment; carries no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperView {
    /// State now.
    pub state: KeeperState,
    /// Whose token; `None` without one.
    pub agent_id: Option<AgentId>,
    /// Of which session.
    pub session_id: Option<SessionId>,
    /// How often it was renewed, as its token says.
    pub generation: Option<u64>,
    /// When the token ends, by the daemon's clock.
    pub expires_at: Option<Timestamp>,
    /// When the keeper renews it next; `None` where it will not.
    pub next_renewal_at: Option<Timestamp>,
    /// Why no renewal will be granted any more; the token serves until its end.
    pub ended: Option<ErrorCode>,
    /// The code with which the daemon refused the token.
    pub refused_with: Option<String>,
    /// Renewals that failed since the last one that did not.
    pub failures: u32,
    /// Why there is trouble, in one sentence without secrets.
    pub problem: Option<String>,
}

/// Keeps one session alive. Clones share the same keeper.
#[derive(Clone)]
pub struct SessionManager(Arc<Keeper>);

struct Keeper {
    door: Arc<Door>,
    clock: SharedClock,
    draw: Draw,
    environment_token: Option<SecretString>,
    store: Store,
    memory: Mutex<Memory>,
    /// Held by the one renewal or recovery at work (single flight).
    flight: AsyncMutex<()>,
    /// Rung when the schedule changed.
    changed: Notify,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl SessionManager {
    /// A keeper that has loaded nothing yet; its state is `error`.
    #[must_use]
    pub fn new(parts: KeeperParts) -> Self {
        Self::with_hook(parts, Arc::new(|_| Ok(())))
    }

    /// [`SessionManager::new`] with a hook before each step of a renewal, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn with_hook(parts: KeeperParts, hook: StepHook) -> Self {
        Self(Arc::new(Keeper {
            door: parts.door,
            clock: parts.clock,
            draw: parts.draw,
            environment_token: parts.environment_token,
            store: Store::new(parts.data_dir, hook),
            memory: Mutex::new(Memory::pinned_to(parts.agent)),
            flight: AsyncMutex::new(()),
            changed: Notify::new(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// Loads the token (the file, else the environment) and keeps it alive from now on. Asks
    /// the network for nothing before it returns.
    pub async fn start(&self) {
        let keeper = Arc::clone(&self.0);
        keeper.load().await;
        self.0
            .tasks
            .spawn(async move { keeper.run_supervised().await });
    }

    /// The token that calls are made with: the old one until a renewal is safe, `None` when
    /// there is none that could work.
    #[must_use]
    pub fn get_token(&self) -> Option<SessionToken> {
        let now_ms = self.0.clock.now_ms();
        self.0.memory().usable(now_ms).cloned()
    }

    /// State now.
    #[must_use]
    pub fn state(&self) -> KeeperState {
        let now_ms = self.0.clock.now_ms();
        self.0.memory().state(now_ms)
    }

    /// What is known now; asks nobody.
    #[must_use]
    pub fn view(&self) -> KeeperView {
        let now_ms = self.0.clock.now_ms();
        self.0.memory().view(now_ms)
    }

    /// What to tell a model whose call found no usable token.
    #[must_use]
    pub fn guidance(&self) -> Guidance {
        let now_ms = self.0.clock.now_ms();
        self.0.memory().guidance(now_ms)
    }

    /// The token for a call; looks for one first where there is none that could work
    /// (PROTOCOL.md section 7, "Recovery loop").
    pub async fn token_for_call(&self) -> Option<SessionToken> {
        if let Some(token) = self.get_token() {
            return Some(token);
        }
        let keeper = Arc::clone(&self.0);
        self.0
            .to_its_end(async move { keeper.recover().await })
            .await;
        self.get_token()
    }

    /// After a 401 with this code: another token that the call may be made with once more, or
    /// `None` (PROTOCOL.md section 7, the four steps).
    pub async fn on_unauthorized(
        &self,
        refused: &SessionToken,
        code: &str,
    ) -> Option<SessionToken> {
        let (keeper, hash, code) = (Arc::clone(&self.0), refused.hash(), code.to_owned());
        self.0
            .to_its_end(async move { keeper.four_steps(hash, &code).await })
            .await;
        self.get_token().filter(|token| token.hash() != hash)
    }

    /// After a second 401: this token, too, is no longer accepted.
    pub fn refused_again(&self, token: &SessionToken, code: &str) {
        self.0.memory().refuse(token.hash(), code);
    }

    /// Every answer of the daemon that carries its time corrects the deadlines.
    pub fn observe_server_time(&self, server_time: Timestamp) {
        self.0.observe_server_time(server_time);
    }

    /// Ends the keeper. A renewal in flight may finish within 5 s and is abandoned then; both
    /// are safe (PROTOCOL.md section 5).
    pub async fn shutdown(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        let patience = self.0.clock.sleep(Duration::from_secs(SHUTDOWN_S_MAX));
        tokio::select! {
            () = self.0.tasks.wait() => {}
            () = patience => tracing::warn!("a renewal in flight was abandoned; the next start finishes it"),
        }
    }
}

impl fmt::Debug for SessionManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SessionManager").field(&self.view()).finish()
    }
}

impl Keeper {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs work that must not be given up half-way because the call that asked for it was.
    async fn to_its_end(&self, work: impl Future<Output = ()> + Send + 'static) {
        if self.tasks.spawn(work).await.is_err() {
            tracing::error!("the session keeper hit a fault of its own");
        }
    }

    fn observe_server_time(&self, server_time: Timestamp) {
        let now_ms = self.clock.now_ms();
        if self.memory().observe_server_time(server_time, now_ms) {
            self.changed.notify_one();
        }
    }
}
