//! What every use case is given: database, clock, randomness, keyring and policy. Made once
//! by the composition root.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;
use waiaas_protocol::ids::{AgentId, EventId, SessionId, WalletId};
use waiaas_protocol::wire::ConstraintsRequest;

use crate::clock::SharedClock;
pub use crate::config::OnTokenReuse;
use crate::db::Db;
use crate::entropy::Entropy;
use crate::lease::DaemonId;
use crate::notify::health::HealthBoard;
use crate::token::keyring::Keyring;
use crate::token::secret::MasterKey;

/// The configured values that use cases need, checked by [`crate::config`].
#[derive(Debug, Clone)]
pub struct Policy {
    /// Seconds from creation to the absolute end, 86400 to 7776000.
    pub session_absolute_lifetime_s: i64,
    /// Live sessions per agent, 1 to 50.
    pub max_sessions_per_agent: u32,
    /// Seconds that ended sessions are kept.
    pub session_retention_s: i64,
    /// What a copied token leads to.
    pub on_token_reuse: OnTokenReuse,
    /// The configured level of constraints.
    pub constraints: ConstraintsRequest,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            session_absolute_lifetime_s: 2_592_000,
            max_sessions_per_agent: 5,
            session_retention_s: 2_592_000,
            on_token_reuse: OnTokenReuse::Alert,
            constraints: ConstraintsRequest::default(),
        }
    }
}

/// Everything a use case needs. Cheap to clone through [`Arc`].
#[derive(Clone)]
pub struct Core {
    /// The database.
    pub db: Db,
    /// The injected clock.
    pub clock: SharedClock,
    /// The injected randomness.
    pub entropy: Entropy,
    /// Configured values.
    pub policy: Arc<Policy>,
    /// Where token files and the admin socket stand.
    pub data_dir: Arc<PathBuf>,
    /// Seals signing keys.
    pub master_key: MasterKey,
    /// How the channels are doing.
    pub health: HealthBoard,
    /// Unix seconds when the process started.
    pub started_at: i64,
    /// Which daemon this is among those that share its database.
    pub daemon_id: Arc<DaemonId>,
    keyring: Arc<RwLock<Keyring>>,
    bell: watch::Sender<u64>,
}

/// The parts that [`Core::new`] joins.
#[allow(missing_docs, reason = "the fields of Core")]
pub struct CoreParts {
    pub db: Db,
    pub clock: SharedClock,
    pub entropy: Entropy,
    pub policy: Policy,
    pub data_dir: PathBuf,
    pub master_key: MasterKey,
    pub keyring: Keyring,
    pub daemon_id: DaemonId,
}

impl Core {
    /// Joins the parts.
    #[must_use]
    pub fn new(parts: CoreParts) -> Self {
        Self {
            db: parts.db,
            started_at: parts.clock.now_s(),
            clock: parts.clock,
            entropy: parts.entropy,
            policy: Arc::new(parts.policy),
            data_dir: Arc::new(parts.data_dir),
            master_key: parts.master_key,
            health: HealthBoard::default(),
            daemon_id: Arc::new(parts.daemon_id),
            keyring: Arc::new(RwLock::new(parts.keyring)),
            bell: watch::Sender::new(0),
        }
    }

    /// Says that something was put into an outbox; call it after the commit.
    pub fn ring(&self) {
        self.bell
            .send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// Hears every [`Core::ring`] from now on.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// Reads the keyring.
    pub fn keyring<T>(&self, read: impl FnOnce(&Keyring) -> T) -> T {
        read(&self.keyring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the keyring, after the database has been changed.
    pub fn change_keyring(&self, change: impl FnOnce(&mut Keyring)) {
        change(&mut self.keyring.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn id_parts(&self) -> (u64, [u8; 10]) {
        (
            u64::try_from(self.clock.now_ms()).unwrap_or_default(),
            self.entropy.bytes(),
        )
    }

    /// A new session id.
    #[must_use]
    pub fn new_session_id(&self) -> SessionId {
        let (ms, random) = self.id_parts();
        SessionId::from_parts(ms, &random)
    }

    /// A new agent id.
    #[must_use]
    pub fn new_agent_id(&self) -> AgentId {
        let (ms, random) = self.id_parts();
        AgentId::from_parts(ms, &random)
    }

    /// A new wallet id.
    #[must_use]
    pub fn new_wallet_id(&self) -> WalletId {
        let (ms, random) = self.id_parts();
        WalletId::from_parts(ms, &random)
    }

    /// A new event id.
    #[must_use]
    pub fn new_event_id(&self) -> EventId {
        let (ms, random) = self.id_parts();
        EventId::from_parts(ms, &random)
    }
}
