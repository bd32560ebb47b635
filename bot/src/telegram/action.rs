//! What a button stands for. Stored with its handle; never in `callback_data`.

use serde::{Deserialize, Serialize};
use waiaas_daemon_core::console::preferences::Mode;
use waiaas_daemon_core::console::roles::Permission;
use waiaas_protocol::ids::{AgentId, SessionId, WalletId};
use waiaas_protocol::wire::ConstraintsRequest;

/// What a button stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(super) enum Action {
    /// Another page of the agents to choose from.
    AgentsPage { page: usize },
    /// Show what this agent would be granted.
    PickAgent { agent_id: AgentId },
    /// Create the session that the person has seen.
    Create(Grant),
    /// The same, for an agent on another machine: with a claim code instead of a token file.
    CreateForClaim(Grant),
    /// The same choice in a message of its own: for alerts, which stay as they are.
    NewSession { agent_id: AgentId },
    /// Leave everything as it is.
    Cancel,
    /// Another page of sessions.
    SessionsPage { page: usize },
    /// The details of a session.
    OpenSession { session_id: SessionId, page: usize },
    /// Ask before a session is ended; `aside` in a message of its own, for alerts, which stay as
    /// they are.
    AskRevoke {
        session_id: SessionId,
        #[serde(default)]
        aside: bool,
    },
    /// End a session.
    Revoke { session_id: SessionId },
    /// End a session because its renewal is not wanted.
    Reject { session_id: SessionId },
    /// The same question with another renewal unit, seconds, and number of renewals.
    Change {
        agent_id: AgentId,
        expires_in: i64,
        max_renewals: i64,
    },
    /// A page of the audit trail, of one agent or of all. Without `before` it begins with what
    /// is newest then.
    AuditPage {
        agent_id: Option<AgentId>,
        before: Option<i64>,
        page: usize,
    },
    /// Turn the kill switch on.
    ActivateKillSwitch,
    /// Another page of wallets.
    WalletsPage { page: usize },
    /// The details of a wallet.
    OpenWallet { wallet_id: WalletId, page: usize },
    /// Another page of the agents to look at.
    AgentListPage { page: usize },
    /// The details of an agent.
    OpenAgent { agent_id: AgentId, page: usize },
    /// Refuse an agent's requests from now on.
    Suspend { agent_id: AgentId, page: usize },
    /// Undo the suspension that stands at this position of the audit chain.
    UndoSuspend { agent_id: AgentId, audit_seq: i64 },
    /// Let a suspended agent act again.
    Resume { agent_id: AgentId, page: usize },
    /// The second use of a token was the owner's own.
    ReuseMine {
        session_id: SessionId,
        generation: i64,
    },
    /// Write in this language from now on.
    SetLanguage { language: String },
    /// A step of `/notify`.
    Notify { step: NotifyStep },
}

/// What a person has seen before they tapped Create, and grants by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) agent_id: AgentId,
    pub(super) constraints: Box<ConstraintsRequest>,
    pub(super) wallets: Vec<WalletId>,
    pub(super) default_wallet: Option<WalletId>,
}

impl Grant {
    /// Of these limits, on the agent's own wallets.
    pub(super) fn on_own_wallets(agent_id: AgentId, constraints: ConstraintsRequest) -> Self {
        Self {
            agent_id,
            constraints: Box::new(constraints),
            wallets: Vec::new(),
            default_wallet: None,
        }
    }
}

/// A step of `/notify`; hours are those of the reader's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(super) enum NotifyStep {
    /// What arrives how.
    Overview { page: usize },
    /// An event arrives so from now on.
    SetMode {
        event: String,
        mode: Mode,
        page: usize,
    },
    /// From when is it quiet?
    AskFrom,
    /// Until when?
    AskTo { from: i32 },
    /// It is quiet between these hours.
    SetQuiet { from: i32, to: i32 },
    /// It is never quiet.
    NoQuiet,
    /// When is the daily summary to come?
    AskSummary,
    /// Every day at this hour.
    SetSummary { hour: i32 },
    /// Not at all.
    NoSummary,
    /// Which time zone?
    AskZone { page: usize },
    /// This one.
    SetZone { zone: String },
}

impl Action {
    /// What somebody must be allowed to tap it.
    pub(super) const fn permission(&self) -> Permission {
        match self {
            Self::Cancel
            | Self::SessionsPage { .. }
            | Self::OpenSession { .. }
            | Self::AuditPage { .. }
            | Self::AgentListPage { .. }
            | Self::OpenAgent { .. }
            | Self::WalletsPage { .. }
            | Self::OpenWallet { .. }
            | Self::SetLanguage { .. }
            | Self::Notify { .. } => Permission::Read,
            Self::AgentsPage { .. }
            | Self::PickAgent { .. }
            | Self::NewSession { .. }
            | Self::Create(_)
            | Self::Change { .. }
            | Self::CreateForClaim(_) => Permission::Issue,
            Self::AskRevoke { .. } | Self::Revoke { .. } | Self::Reject { .. } => {
                Permission::Revoke
            }
            Self::Suspend { .. } | Self::UndoSuspend { .. } => Permission::Suspend,
            Self::ActivateKillSwitch => Permission::KillSwitch,
            Self::Resume { .. } => Permission::Resume,
            Self::ReuseMine { .. } => Permission::Vouch,
        }
    }
}
