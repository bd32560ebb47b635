//! Every call of a tool: the current token, one more try after a 401, and what came of it
//! (PROTOCOL.md section 7, "Tool and resource results"). It knows paths and bodies; how a
//! token is kept alive is the session manager's.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::wire::{Health, SessionSelf, SessionWalletBody, SessionWalletList};

use crate::door::{Door, DoorError, Refusal};
use crate::guidance::Guidance;
use crate::session_manager::{KeeperView, SessionManager};

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// The data.
    Success(T),
    /// Nothing to do but wait: the session is over, the daemon away, or every agent stopped.
    /// Not an error of the tool.
    Waiting(Guidance),
    /// The daemon refused this very call: a tool error with code and message.
    Refused(Refusal),
}

/// The daemon as the tools see it.
#[derive(Debug, Clone)]
pub struct ApiClient {
    door: Arc<Door>,
    manager: SessionManager,
}

impl ApiClient {
    /// Calls through this door with the tokens of this keeper.
    #[must_use]
    pub const fn new(door: Arc<Door>, manager: SessionManager) -> Self {
        Self { door, manager }
    }

    /// `GET /v1/session`.
    pub async fn session(&self) -> Outcome<SessionSelf> {
        let outcome = self.call::<SessionSelf>("/v1/session").await;
        if let Outcome::Success(session) = &outcome {
            self.manager.observe_server_time(session.server_time);
        }
        outcome
    }

    /// `GET /v1/wallets`.
    pub async fn wallets(&self) -> Outcome<SessionWalletList> {
        self.call("/v1/wallets").await
    }

    /// `GET /v1/wallets/{id}`; any text is one segment of the path.
    pub async fn wallet(&self, id: &str) -> Outcome<SessionWalletBody> {
        self.call(&format!("/v1/wallets/{}", path_segment(id)))
            .await
    }

    /// `GET /health`, without a token.
    ///
    /// # Errors
    /// [`DoorError`].
    pub async fn health(&self) -> Result<Health, DoorError> {
        let health: Health = self.door.get("/health", None).await?;
        self.manager.observe_server_time(health.server_time);
        Ok(health)
    }

    /// What the keeper knows; asks nobody.
    #[must_use]
    pub fn keeper(&self) -> KeeperView {
        self.manager.view()
    }

    async fn call<T: DeserializeOwned>(&self, path: &str) -> Outcome<T> {
        let Some(token) = self.manager.token_for_call().await else {
            return Outcome::Waiting(self.manager.guidance());
        };
        match self.door.get(path, Some(&token)).await {
            Err(DoorError::Refused(refusal)) if refusal.status == 401 => {
                self.call_again(path, &token, &refusal.code).await
            }
            answered => self.outcome(answered),
        }
    }

    /// The one more try: with another token, if there is one by now.
    async fn call_again<T: DeserializeOwned>(
        &self,
        path: &str,
        refused: &SessionToken,
        code: &str,
    ) -> Outcome<T> {
        let Some(token) = self.manager.on_unauthorized(refused, code).await else {
            return Outcome::Waiting(self.manager.guidance());
        };
        match self.door.get(path, Some(&token)).await {
            Err(DoorError::Refused(refusal)) if refusal.status == 401 => {
                self.manager.refused_again(&token, &refusal.code);
                Outcome::Waiting(self.manager.guidance())
            }
            answered => self.outcome(answered),
        }
    }

    fn outcome<T>(&self, answered: Result<T, DoorError>) -> Outcome<T> {
        match answered {
            Ok(data) => Outcome::Success(data),
            Err(DoorError::Unreachable { reason, .. }) => {
                let reason = match self.door.base_url() {
                    Some(at) => format!("{at}: {reason}"),
                    None => reason,
                };
                Outcome::Waiting(Guidance::daemon_unavailable(&reason))
            }
            Err(DoorError::Refused(refusal)) => match waiting(&refusal) {
                Some(guidance) => Outcome::Waiting(guidance),
                None => Outcome::Refused(refusal),
            },
        }
    }
}

/// Which refusals only ask for patience.
fn waiting(refusal: &Refusal) -> Option<Guidance> {
    match refusal.known() {
        Some(ErrorCode::SystemLocked) => Some(Guidance::kill_switch_active()),
        Some(ErrorCode::AgentSuspended) => Some(Guidance::agent_suspended()),
        _ if matches!(refusal.status, 408 | 429 | 500..) => {
            let reason = match refusal.message.trim().trim_end_matches('.') {
                "" => &refusal.code,
                message => message,
            };
            Some(Guidance::daemon_unavailable(reason))
        }
        _ => None,
    }
}

fn path_segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
