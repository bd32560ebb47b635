//! Agents: named programs that may be given sessions. Pure.

pub mod repo;
pub mod service;
pub mod status;

use waiaas_protocol::ids::{AgentId, WalletId};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{AgentBody, AgentStatusBody, AgentWalletBody, ConstraintsRequest};

use crate::error::Error;

/// Whether it may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentStatus {
    /// It may.
    Active,
    /// Not until it is resumed.
    Suspended,
    /// Never again.
    Terminated,
}

impl AgentStatus {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Terminated => "TERMINATED",
        }
    }

    /// Refuses unless active.
    ///
    /// # Errors
    /// [`Error::AgentSuspended`] or [`Error::AgentTerminated`].
    pub const fn require_active(self) -> Result<(), Error> {
        match self {
            Self::Active => Ok(()),
            Self::Suspended => Err(Error::AgentSuspended),
            Self::Terminated => Err(Error::AgentTerminated),
        }
    }
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "PROTOCOL.md section 1")]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub status: AgentStatus,
    pub default_constraints: Option<ConstraintsRequest>,
    pub created_at: i64,
}

/// A wallet that an agent gets by default.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "PROTOCOL.md section 1")]
pub struct AgentWallet {
    pub id: WalletId,
    pub name: String,
    pub is_default: bool,
}

/// An agent with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentView {
    /// The agent.
    pub agent: Agent,
    /// Its wallets, earliest first.
    pub wallets: Vec<AgentWallet>,
    /// Live sessions right now.
    pub live_sessions: u64,
}

impl AgentView {
    /// As shown on the wire.
    #[must_use]
    pub fn to_body(&self) -> AgentBody {
        AgentBody {
            id: self.agent.id,
            name: self.agent.name.clone(),
            status: match self.agent.status {
                AgentStatus::Active => AgentStatusBody::Active,
                AgentStatus::Suspended => AgentStatusBody::Suspended,
                AgentStatus::Terminated => AgentStatusBody::Terminated,
            },
            default_constraints: self.agent.default_constraints.clone(),
            wallets: self
                .wallets
                .iter()
                .map(|wallet| AgentWalletBody {
                    id: wallet.id,
                    name: wallet.name.clone(),
                    is_default: wallet.is_default,
                })
                .collect(),
            live_sessions: self.live_sessions,
            created_at: Timestamp(self.agent.created_at),
        }
    }
}
