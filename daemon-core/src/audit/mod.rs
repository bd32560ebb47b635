//! The audit chain: append and verify; there is no update and no delete (PROTOCOL.md
//! section 9). Each entry carries the SHA-256 over the previous hash and its own content.

pub mod anchor;
pub mod repo;
pub mod service;

use sha2::{Digest, Sha256};
use waiaas_protocol::ids::{AgentId, SessionId};

use crate::actor::Actor;

/// The hash before the first entry.
pub const GENESIS_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum AuditEvent {
    SessionCreated,
    SessionRenewed,
    SessionRevoked,
    SessionExpired,
    SessionsPurged,
    SessionDelivered,
    ClaimCodeIssued,
    SessionClaimed,
    ClaimReused,
    ClaimRefused,
    SessionWalletLinked,
    SessionWalletUnlinked,
    SessionDefaultWalletChanged,
    TokenReused,
    TokenReuseAcknowledged,
    AgentCreated,
    AgentSuspended,
    AgentResumed,
    AgentTerminated,
    AgentDefaultsChanged,
    AgentWalletLinked,
    AgentWalletUnlinked,
    AgentDefaultWalletChanged,
    WalletCreated,
    WalletTerminated,
    KillSwitchActivated,
    KillSwitchRecovered,
    KeysRotated,
    DatabaseRestoreFrozen,
    DatabaseRestoreConfirmed,
    PairingCodeCreated,
    OperatorPaired,
    OperatorRemoved,
    PairingRefused,
    ConsoleRefused,
    /// Somebody whose role is too small tried something in the console.
    RoleRefused,
    NotificationDeadLettered,
}

impl AuditEvent {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionCreated => "SESSION_CREATED",
            Self::SessionRenewed => "SESSION_RENEWED",
            Self::SessionRevoked => "SESSION_REVOKED",
            Self::SessionExpired => "SESSION_EXPIRED",
            Self::SessionsPurged => "SESSIONS_PURGED",
            Self::SessionDelivered => "SESSION_DELIVERED",
            Self::ClaimCodeIssued => "CLAIM_CODE_ISSUED",
            Self::SessionClaimed => "SESSION_CLAIMED",
            Self::ClaimReused => "CLAIM_REUSED",
            Self::ClaimRefused => "CLAIM_REFUSED",
            Self::SessionWalletLinked => "SESSION_WALLET_LINKED",
            Self::SessionWalletUnlinked => "SESSION_WALLET_UNLINKED",
            Self::SessionDefaultWalletChanged => "SESSION_DEFAULT_WALLET_CHANGED",
            Self::TokenReused => "TOKEN_REUSED",
            Self::TokenReuseAcknowledged => "TOKEN_REUSE_ACKNOWLEDGED",
            Self::AgentCreated => "AGENT_CREATED",
            Self::AgentSuspended => "AGENT_SUSPENDED",
            Self::AgentResumed => "AGENT_RESUMED",
            Self::AgentTerminated => "AGENT_TERMINATED",
            Self::AgentDefaultsChanged => "AGENT_DEFAULTS_CHANGED",
            Self::AgentWalletLinked => "AGENT_WALLET_LINKED",
            Self::AgentWalletUnlinked => "AGENT_WALLET_UNLINKED",
            Self::AgentDefaultWalletChanged => "AGENT_DEFAULT_WALLET_CHANGED",
            Self::WalletCreated => "WALLET_CREATED",
            Self::WalletTerminated => "WALLET_TERMINATED",
            Self::KillSwitchActivated => "KILL_SWITCH_ACTIVATED",
            Self::KillSwitchRecovered => "KILL_SWITCH_RECOVERED",
            Self::KeysRotated => "KEYS_ROTATED",
            Self::DatabaseRestoreFrozen => "DATABASE_RESTORE_FROZEN",
            Self::DatabaseRestoreConfirmed => "DATABASE_RESTORE_CONFIRMED",
            Self::PairingCodeCreated => "PAIRING_CODE_CREATED",
            Self::OperatorPaired => "OPERATOR_PAIRED",
            Self::OperatorRemoved => "OPERATOR_REMOVED",
            Self::PairingRefused => "PAIRING_REFUSED",
            Self::ConsoleRefused => "CONSOLE_REFUSED",
            Self::RoleRefused => "ROLE_REFUSED",
            Self::NotificationDeadLettered => "NOTIFICATION_DEAD_LETTERED",
        }
    }

    /// Whether losing this entry to a power cut together with a restored backup would give
    /// power back that was taken away; then the anchor is synced to the disk.
    #[must_use]
    pub const fn takes_power_away(self) -> bool {
        matches!(
            self,
            Self::SessionRevoked
                | Self::AgentSuspended
                | Self::AgentTerminated
                | Self::WalletTerminated
                | Self::SessionWalletUnlinked
                | Self::KillSwitchActivated
                | Self::KeysRotated
                | Self::OperatorRemoved
        )
    }
}

/// What a caller records.
#[derive(Debug, Clone)]
pub struct Record {
    /// What.
    pub event: AuditEvent,
    /// Who.
    pub actor: Actor,
    /// About which agent.
    pub agent_id: Option<AgentId>,
    /// About which session.
    pub session_id: Option<SessionId>,
    /// Facts; nothing secret.
    pub details: serde_json::Value,
}

impl Record {
    /// A record about neither an agent nor a session.
    #[must_use]
    pub fn new(event: AuditEvent, actor: &Actor, details: serde_json::Value) -> Self {
        Self {
            event,
            actor: actor.clone(),
            agent_id: None,
            session_id: None,
            details,
        }
    }

    /// About an agent.
    #[must_use]
    pub fn agent(mut self, id: AgentId) -> Self {
        self.agent_id = Some(id);
        self
    }

    /// About a session.
    #[must_use]
    pub fn session(mut self, id: SessionId) -> Self {
        self.session_id = Some(id);
        self
    }
}

/// An entry as the chain sees it: every field as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns of audit_log")]
pub struct Entry {
    pub seq: i64,
    pub at: i64,
    pub event: String,
    pub actor: String,
    pub agent_id: Option<String>,
    pub session_id: Option<String>,
    pub details: String,
    pub prev_hash: String,
    pub hash: String,
}

impl Entry {
    /// The hash this entry must carry: lowercase hex SHA-256 over the previous hash and the
    /// JSON array of its fields.
    #[must_use]
    pub fn expected_hash(&self) -> String {
        let content = serde_json::json!([
            self.seq,
            self.at,
            self.event,
            self.actor,
            self.agent_id,
            self.session_id,
            self.details,
        ]);
        let mut sha = Sha256::new();
        sha.update(self.prev_hash.as_bytes());
        sha.update(content.to_string().as_bytes());
        hex::encode(sha.finalize())
    }
}

/// What is wrong with an entry, given what stood before it; `None` when it fits.
#[must_use]
pub fn problem(previous: Option<&Entry>, entry: &Entry) -> Option<&'static str> {
    let (expected_seq, expected_prev) =
        previous.map_or((1, GENESIS_HASH), |p| (p.seq + 1, p.hash.as_str()));
    if entry.seq != expected_seq {
        return Some("an entry before this one is missing");
    }
    if entry.prev_hash != expected_prev {
        return Some("it does not follow the entry before it");
    }
    (entry.hash != entry.expected_hash()).then_some("its content was changed")
}
