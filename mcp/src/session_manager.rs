//! The session keeper (PROTOCOL.md section 7).

use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::SessionToken;

use crate::guidance::Guidance;

/// What a keeper can say of its session (PROTOCOL.md section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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
    /// Renewals that failed since the last one that did not.
    pub failures: u32,
    /// Why there is trouble, in one sentence without secrets.
    pub problem: Option<String>,
}

/// Keeps one session alive.
#[derive(Debug, Clone)]
pub struct SessionManager {}

impl SessionManager {
    /// placeholder
    pub fn view(&self) -> KeeperView {
        unimplemented!()
    }
    /// placeholder
    pub fn guidance(&self) -> Guidance {
        unimplemented!()
    }
    /// placeholder
    pub async fn token_for_call(&self) -> Option<SessionToken> {
        unimplemented!()
    }
    /// placeholder
    pub async fn on_unauthorized(&self, _refused: &SessionToken) -> Option<SessionToken> {
        unimplemented!()
    }
    /// placeholder
    pub fn refused_again(&self, _token: &SessionToken) {
        unimplemented!()
    }
    /// placeholder
    pub fn observe_server_time(&self, _at: Timestamp) {
        unimplemented!()
    }
}
