//! Agents on the wire.

use serde::{Deserialize, Serialize};

use super::constraints::ConstraintsRequest;
use crate::ids::{AgentId, WalletId};
use crate::time::Timestamp;

/// `ACTIVE`, `SUSPENDED` or `TERMINATED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AgentStatusBody {
    /// May hold sessions.
    Active,
    /// Its requests are refused until it is resumed.
    Suspended,
    /// Removed; kept for the records.
    Terminated,
}

/// A wallet that an agent gets by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentWalletBody {
    /// Wallet id.
    pub id: WalletId,
    /// Wallet name.
    pub name: String,
    /// Exactly one of an agent's wallets is its default.
    pub is_default: bool,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentBody {
    /// Id.
    pub id: AgentId,
    /// Unique name, 1 to 64 graphemes.
    pub name: String,
    /// State.
    pub status: AgentStatusBody,
    /// Limits its sessions get where a create does not say otherwise.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub default_constraints: Option<ConstraintsRequest>,
    /// The wallets its sessions get by default.
    pub wallets: Vec<AgentWalletBody>,
    /// Live sessions right now.
    pub live_sessions: u64,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A list of agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentList {
    /// By name.
    pub agents: Vec<AgentBody>,
}

/// Adds an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateAgentRequest {
    /// 1 to 64 graphemes, unique.
    pub name: String,
    /// Names or ids of wallets; the first is the default.
    #[serde(default)]
    pub wallets: Vec<String>,
    /// Limits its sessions get by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_constraints: Option<ConstraintsRequest>,
}

/// Links a wallet to an agent or to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkWalletRequest {
    /// Name or id.
    pub wallet: String,
    /// Make it the default at once.
    #[serde(default)]
    pub make_default: bool,
}

/// Names another default wallet of an agent or of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetDefaultWalletRequest {
    /// Name or id; must be linked.
    pub wallet: String,
}
