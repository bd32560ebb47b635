//! An agent of the demo: the session keeper and the client that the MCP server uses, without
//! the MCP client that would ask it. It calls the daemon now and then, as a model would, and
//! says what it is doing.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::clock::SharedClock;
use waiaas_daemon_core::entropy::Entropy;
use waiaas_mcp::api_client::{ApiClient, Outcome};
use waiaas_mcp::door::Door;
use waiaas_mcp::guidance::Guidance;
use waiaas_mcp::session_manager::{KeeperParts, SessionManager};
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token_file;
use waiaas_protocol::wire::SessionSelf;

use super::board::{Board, Doing, Work};
use crate::agent_clock::AgentClock;

/// Between two calls, seconds of the clock.
const STEP_S: u64 = 10;
/// The same in real time, at least: an accelerated clock must not make a busy client.
const STEP_MS_MIN: u64 = 200;

/// What an agent is made of.
pub(super) struct AgentParts {
    pub(super) name: String,
    pub(super) id: AgentId,
    pub(super) data_dir: PathBuf,
    pub(super) door: Arc<Door>,
    pub(super) clock: SharedClock,
    pub(super) entropy: Entropy,
    pub(super) board: Board,
}

/// One agent.
pub(super) struct Agent {
    name: String,
    id: AgentId,
    data_dir: PathBuf,
    clock: SharedClock,
    board: Board,
    keeper: SessionManager,
    client: ApiClient,
}

impl Agent {
    pub(super) fn new(parts: AgentParts) -> Self {
        let (door, entropy) = (parts.door, parts.entropy);
        let keeper = SessionManager::new(KeeperParts {
            data_dir: parts.data_dir.clone(),
            agent: Some(parts.id),
            environment_token: None,
            door: Arc::clone(&door),
            clock: Arc::new(AgentClock(parts.clock.clone())),
            draw: Arc::new(move || entropy.bytes()),
        });
        Self {
            name: parts.name,
            id: parts.id,
            data_dir: parts.data_dir,
            clock: parts.clock,
            board: parts.board,
            client: ApiClient::new(door, keeper.clone()),
            keeper,
        }
    }

    /// Works until stopped; a renewal under way is finished first.
    pub(super) async fn run(self, stop: CancellationToken) {
        self.keeper.start().await;
        let pause = self.clock.timer(Duration::from_secs(STEP_S));
        let pause = pause.max(Duration::from_millis(STEP_MS_MIN));
        while !stop.is_cancelled() {
            let doing = self.step().await;
            self.board.write(&self.name, doing);
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.keeper.shutdown().await;
    }

    /// One call.
    async fn step(&self) -> Doing {
        match self.client.session().await {
            Outcome::Success(session) => Doing::Working(self.work(&session)),
            Outcome::Waiting(guidance) => self.waiting(guidance),
            Outcome::Refused(refusal) => Doing::Troubled(refusal.code),
        }
    }

    fn waiting(&self, guidance: Guidance) -> Doing {
        if guidance == Guidance::kill_switch_active() {
            return Doing::Stopped;
        }
        if guidance == Guidance::agent_suspended() {
            return Doing::Suspended;
        }
        let view = self.client.keeper();
        match (view.session_id, view.refused_with) {
            (None, _) => Doing::Waiting,
            (Some(_), Some(code)) => Doing::Ended { code },
            (Some(_), None) => Doing::Troubled(guidance.message),
        }
    }

    fn work(&self, session: &SessionSelf) -> Work {
        let ended = self.client.keeper().ended;
        Work {
            token_file: token_file_of(&self.data_dir, self.id),
            session_id: session.session_id,
            renewal_count: session.renewal_count,
            max_renewals: session.constraints.max_renewals,
            expires_at: session.expires_at,
            last_unit: ended.map(|code| code.to_string()),
        }
    }
}

/// Where the agent's token stands; only shown.
fn token_file_of(data_dir: &Path, id: AgentId) -> PathBuf {
    token_file::select_path(data_dir, id).unwrap_or_else(|_| token_file::shared_path(data_dir))
}
