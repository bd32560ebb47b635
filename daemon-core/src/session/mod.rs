//! A session: a grant to one agent with limits, wallets, a token that rotates and an
//! absolute end. Pure values here; see [`renewal`] for the rule that renews one.

pub mod authority;
pub mod constraints;
pub mod expiry;
pub mod expiry_repo;
pub mod handover;
pub mod links;
pub mod renew;
pub mod renewal;
pub mod repo;
pub mod service;
pub mod view;

use serde::{Deserialize, Serialize};
use waiaas_protocol::ids::{AgentId, SessionId, WalletId};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::TokenHash;

use crate::token::claims::Claims;
use constraints::{Limits, Resolved};

/// The token that opens doors right now; only its hash is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentToken {
    /// SHA-256 of its text.
    pub hash: TokenHash,
    /// Unix seconds.
    pub issued_at: i64,
    /// Unix seconds; written on first use.
    pub first_used_at: Option<i64>,
}

/// The token before the current one; opens nothing but a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviousToken {
    /// SHA-256 of its text.
    pub hash: TokenHash,
    /// SHA-256 of the renewal key that rotated it, if there was one.
    pub renewal_key_hash: Option<TokenHash>,
}

/// Why a session was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// The owner ended it.
    ManualRevoke,
    /// The owner rejected a renewal.
    RenewalRejected,
    /// Another session took its token file.
    Replaced,
    /// Its token file could not be written.
    HandoverFailed,
    /// Nobody used its claim code in time.
    ClaimExpired,
    /// Its token was used by somebody else.
    TokenReused,
    /// Its agent was removed.
    AgentTerminated,
    /// Its last wallet was removed.
    WalletTerminated,
    /// The kill switch with `--revoke-all`.
    KillSwitch,
    /// `keys rotate --revoke-all`.
    KeysRevoked,
}

impl RevokeReason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::ManualRevoke,
        Self::RenewalRejected,
        Self::Replaced,
        Self::HandoverFailed,
        Self::ClaimExpired,
        Self::TokenReused,
        Self::AgentTerminated,
        Self::WalletTerminated,
        Self::KillSwitch,
        Self::KeysRevoked,
    ];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ManualRevoke => "manual_revoke",
            Self::RenewalRejected => "renewal_rejected",
            Self::Replaced => "replaced",
            Self::HandoverFailed => "handover_failed",
            Self::ClaimExpired => "claim_expired",
            Self::TokenReused => "token_reused",
            Self::AgentTerminated => "agent_terminated",
            Self::WalletTerminated => "wallet_terminated",
            Self::KillSwitch => "kill_switch",
            Self::KeysRevoked => "keys_revoked",
        }
    }
}

/// The end that somebody gave a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Unix seconds.
    pub at: i64,
    /// The actor's label.
    pub by: String,
    /// Trigger, as stored.
    pub reason: String,
}

/// A session that is handed over through a token file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// The file.
    pub token_file: String,
    /// Unix seconds when the file was written; `None` until then.
    pub delivered_at: Option<i64>,
    /// What must be known to finish it after a crash.
    pub record: HandoverRecord,
}

/// What must be known to finish a hand-over after a crash; stored with the session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverRecord {
    /// The session that ends once the file carries the new token. The file cannot tell any
    /// more when the process died after the write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<SessionId>,
    /// What the console needs to finish its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<serde_json::Value>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "PROTOCOL.md sections 1 to 4")]
pub struct Session {
    pub id: SessionId,
    pub agent_id: AgentId,
    pub token: CurrentToken,
    pub token_kid: String,
    pub previous: Option<PreviousToken>,
    pub expires_in: i64,
    pub expires_at: i64,
    pub max_renewals: i64,
    pub renewal_count: i64,
    pub limits: Limits,
    pub source: String,
    pub created_by: String,
    pub created_at: i64,
    pub last_renewed_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub absolute_expires_at: i64,
    pub revocation: Option<Revocation>,
    pub handover: Option<Handover>,
}

/// What a session is at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    /// Its token opens doors.
    Active {
        /// Until when.
        expires_at: i64,
    },
    /// Its token ran out.
    Expired {
        /// When.
        at: i64,
    },
    /// It was ended.
    Revoked {
        /// When.
        at: i64,
        /// By whom.
        by: String,
    },
}

/// A wallet that a session reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "PROTOCOL.md section 1")]
pub struct LinkedWallet {
    pub id: WalletId,
    pub name: String,
    pub chain: String,
    pub network: String,
    pub address: String,
    pub is_default: bool,
}

impl Session {
    /// What it is at `now`. A token is good until the second before `expires_at`.
    #[must_use]
    pub fn state(&self, now: i64) -> SessionState {
        match &self.revocation {
            Some(end) => SessionState::Revoked {
                at: end.at,
                by: end.by.clone(),
            },
            None if now >= self.expires_at => SessionState::Expired {
                at: self.expires_at,
            },
            None => SessionState::Active {
                expires_at: self.expires_at,
            },
        }
    }

    /// Whether its token opens doors at `now`.
    #[must_use]
    pub fn is_live(&self, now: i64) -> bool {
        matches!(self.state(now), SessionState::Active { .. })
    }

    /// Renewals left.
    #[must_use]
    pub const fn renewals_left(&self) -> i64 {
        let left = self.max_renewals - self.renewal_count;
        if left > 0 { left } else { 0 }
    }

    /// From when on a renewal is granted, Unix seconds.
    #[must_use]
    pub fn renewable_from(&self) -> i64 {
        self.last_renewed_at.unwrap_or(self.created_at) + self.expires_in / 2
    }

    /// The claims of the current token; what re-minting starts from.
    #[must_use]
    pub fn claims(&self) -> Claims {
        Claims::new(
            self.id,
            self.agent_id,
            self.renewal_count,
            self.token.issued_at,
            self.expires_at,
        )
    }

    /// Constraints with the columns that are authoritative.
    #[must_use]
    pub fn constraints(&self) -> Resolved {
        Resolved {
            expires_in: self.expires_in,
            max_renewals: self.max_renewals,
            limits: self.limits.clone(),
        }
    }

    /// The absolute end as shown.
    #[must_use]
    pub const fn absolute_end(&self) -> Timestamp {
        Timestamp(self.absolute_expires_at)
    }
}
