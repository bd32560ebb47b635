//! What can be told to the owner, with its fields (PROTOCOL.md section 10). Pure.

use serde::{Deserialize, Serialize};
use waiaas_protocol::ids::{AgentId, SessionId};

use crate::session::constraints::Limits;

/// How loud an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// Good to know.
    Info,
    /// Look at it.
    Warning,
    /// Look at it now; goes to every channel.
    Critical,
}

impl Level {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
        }
    }
}

/// The session an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Which session.
    pub session_id: SessionId,
    /// Whose.
    pub agent_id: AgentId,
    /// Whose, by name.
    pub agent_name: String,
}

/// Why a session is about to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiryCause {
    /// Few renewals or little absolute life left.
    NearEnd,
    /// Its agent has stopped renewing.
    AgentStopped,
}

impl ExpiryCause {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NearEnd => "near_end",
            Self::AgentStopped => "agent_stopped",
        }
    }
}

/// What was added through the owner's door (PROTOCOL.md section 6, last paragraph).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// A new signing key.
    SigningKey,
    /// Other default limits of an agent.
    AgentLimits,
    /// An agent may act again.
    AgentResumed,
    /// A wallet for an agent's future sessions.
    AgentWallet,
    /// A wallet for a living session.
    SessionWallet,
    /// A code that makes whoever sends it to the bot an operator.
    PairingCode,
    /// A person who may look on.
    Viewer,
    /// A person who may act in the console.
    Operator,
    /// A person who may do everything that a phone may do.
    Owner,
    /// A restored database serves again.
    RestoredDatabase,
}

/// An event and its facts; times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "fields carry the names of PROTOCOL.md")]
pub enum Event {
    SessionCreated {
        #[serde(flatten)]
        subject: Subject,
        expires_in: i64,
        max_renewals: i64,
        expires_at: i64,
        absolute_expires_at: i64,
        limits: Limits,
        wallets: Vec<String>,
        source: String,
        /// The chat whose confirmation tells it already.
        told_chat_id: Option<i64>,
    },
    SessionRenewed {
        #[serde(flatten)]
        subject: Subject,
        renewal_count: i64,
        max_renewals: i64,
        expires_at: i64,
        absolute_expires_at: i64,
        reject_by: i64,
    },
    SessionRenewalRejected {
        #[serde(flatten)]
        subject: Subject,
        renewal_count: i64,
        max_renewals: i64,
        by: String,
        at: i64,
    },
    SessionRevoked {
        #[serde(flatten)]
        subject: Subject,
        by: String,
        reason: String,
        at: i64,
        /// The chat whose message says it already.
        told_chat_id: Option<i64>,
    },
    SessionExpiringSoon {
        #[serde(flatten)]
        subject: Subject,
        cause: ExpiryCause,
        expires_at: i64,
        absolute_expires_at: i64,
        renewals_left: i64,
        max_renewals: i64,
    },
    SessionExpired {
        #[serde(flatten)]
        subject: Subject,
        at: i64,
        last_used_at: Option<i64>,
    },
    SessionTokenReused {
        #[serde(flatten)]
        subject: Subject,
        generation: i64,
        from: String,
        at: i64,
        session_ended: bool,
    },
    /// A claim code was redeemed.
    SessionClaimed {
        #[serde(flatten)]
        subject: Subject,
        from: String,
        at: i64,
    },
    /// A claim code was presented a second time (PROTOCOL.md section 6).
    ClaimReused {
        #[serde(flatten)]
        subject: Subject,
        from: String,
        first_from: String,
        first_at: i64,
        at: i64,
    },
    KillSwitchActivated {
        by: String,
        revoked_sessions: u64,
        at: i64,
    },
    KillSwitchRecovered {
        by: String,
        at: i64,
    },
    DatabaseFrozen {
        at: i64,
    },
    /// Told to everybody, and to the one who was removed: whoever takes the console away must
    /// not do so unheard.
    OperatorRemoved {
        user_id: i64,
        chat_id: i64,
        language: Option<String>,
        time_zone: Option<String>,
        name: String,
        by: String,
        at: i64,
    },
    PowerAdded {
        what: Power,
        subject: String,
        by: String,
        at: i64,
    },
    /// Somebody wants to see whether a channel works. It goes to that channel and no other.
    ChannelTest {
        channel: String,
        by: String,
        at: i64,
    },
}

/// The code of every event there is.
pub const CODES: [&str; 15] = [
    "SESSION_CREATED",
    "SESSION_RENEWED",
    "SESSION_RENEWAL_REJECTED",
    "SESSION_REVOKED",
    "SESSION_EXPIRING_SOON",
    "SESSION_EXPIRED",
    "SESSION_TOKEN_REUSED",
    "SESSION_CLAIMED",
    "CLAIM_REUSED",
    "KILL_SWITCH_ACTIVATED",
    "KILL_SWITCH_RECOVERED",
    "DATABASE_FROZEN",
    "OPERATOR_REMOVED",
    "POWER_ADDED",
    "CHANNEL_TEST",
];

impl Event {
    /// The event's code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SessionCreated { .. } => "SESSION_CREATED",
            Self::SessionRenewed { .. } => "SESSION_RENEWED",
            Self::SessionRenewalRejected { .. } => "SESSION_RENEWAL_REJECTED",
            Self::SessionRevoked { .. } => "SESSION_REVOKED",
            Self::SessionExpiringSoon { .. } => "SESSION_EXPIRING_SOON",
            Self::SessionExpired { .. } => "SESSION_EXPIRED",
            Self::SessionTokenReused { .. } => "SESSION_TOKEN_REUSED",
            Self::SessionClaimed { .. } => "SESSION_CLAIMED",
            Self::ClaimReused { .. } => "CLAIM_REUSED",
            Self::KillSwitchActivated { .. } => "KILL_SWITCH_ACTIVATED",
            Self::KillSwitchRecovered { .. } => "KILL_SWITCH_RECOVERED",
            Self::DatabaseFrozen { .. } => "DATABASE_FROZEN",
            Self::OperatorRemoved { .. } => "OPERATOR_REMOVED",
            Self::PowerAdded { .. } => "POWER_ADDED",
            Self::ChannelTest { .. } => "CHANNEL_TEST",
        }
    }

    /// How loud it is.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::SessionCreated { .. }
            | Self::SessionRenewed { .. }
            | Self::SessionRevoked { .. }
            | Self::SessionExpired { .. }
            | Self::SessionClaimed { .. }
            | Self::ChannelTest { .. } => Level::Info,
            Self::SessionRenewalRejected { .. }
            | Self::SessionExpiringSoon { .. }
            | Self::KillSwitchRecovered { .. }
            | Self::OperatorRemoved { .. }
            | Self::PowerAdded { .. } => Level::Warning,
            Self::SessionTokenReused { .. }
            | Self::ClaimReused { .. }
            | Self::KillSwitchActivated { .. }
            | Self::DatabaseFrozen { .. } => Level::Critical,
        }
    }

    /// The session it is about, if any.
    #[must_use]
    pub const fn subject(&self) -> Option<&Subject> {
        match self {
            Self::SessionCreated { subject, .. }
            | Self::SessionRenewed { subject, .. }
            | Self::SessionRenewalRejected { subject, .. }
            | Self::SessionRevoked { subject, .. }
            | Self::SessionExpiringSoon { subject, .. }
            | Self::SessionExpired { subject, .. }
            | Self::SessionTokenReused { subject, .. }
            | Self::SessionClaimed { subject, .. }
            | Self::ClaimReused { subject, .. } => Some(subject),
            Self::KillSwitchActivated { .. }
            | Self::KillSwitchRecovered { .. }
            | Self::DatabaseFrozen { .. }
            | Self::OperatorRemoved { .. }
            | Self::PowerAdded { .. }
            | Self::ChannelTest { .. } => None,
        }
    }

    /// The chat that has been told already by the answer to its own tap.
    #[must_use]
    pub const fn told_chat_id(&self) -> Option<i64> {
        match self {
            Self::SessionCreated { told_chat_id, .. }
            | Self::SessionRevoked { told_chat_id, .. } => *told_chat_id,
            _ => None,
        }
    }

    /// The one channel it is meant for; `None` when any may tell it.
    #[must_use]
    pub fn only_channel(&self) -> Option<&str> {
        match self {
            Self::ChannelTest { channel, .. } => Some(channel),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_codes_is_whole() {
        let unknown = serde_json::from_str::<Event>(r#"{ "event": "NONE" }"#);
        let known = unknown.expect_err("no such event").to_string();
        let quoted: Vec<&str> = known.split('`').skip(3).step_by(2).collect();
        assert_eq!(quoted, CODES, "{known}");
    }
}
