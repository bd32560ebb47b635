//! Everything between a scripted daemon and an MCP client, in a data directory of its own: the
//! keeper, the calls and the server, with a clock that a test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use waiaas_mcp::api_client::ApiClient;
use waiaas_mcp::clock::{Clock, ManualClock};
use waiaas_mcp::door::Door;
use waiaas_mcp::server;
use waiaas_mcp::session_manager::{KeeperParts, SessionManager};
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{shared_path, write};

use crate::daemon::ScriptedDaemon;
use crate::mcp_client::McpClient;
use crate::token::{START_S, first_token};

/// A client's messages before it must wait for the server to read them, bytes.
const PIPE_BYTES: usize = 64 * 1024;

/// The agent's side.
pub struct AgentSide {
    pub clock: Arc<FaultyClock>,
    pub stop: CancellationToken,
    client: ApiClient,
    data_dir: TempDir,
}

impl AgentSide {
    /// With the first token of session 1 in the token file.
    pub async fn with_session(daemon: &ScriptedDaemon) -> Self {
        Self::at(&daemon.url(), Some(first_token())).await
    }

    /// With this token, or none, in the token file.
    pub async fn at(url: &str, token: Option<SessionToken>) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        if let Some(token) = token {
            store(&data_dir, &token);
        }
        let clock = Arc::new(FaultyClock::default());
        let door = Arc::new(Door::new(url.parse().unwrap()));
        let manager = SessionManager::new(KeeperParts {
            data_dir: data_dir.path().to_owned(),
            agent: None,
            environment_token: None,
            door: door.clone(),
            clock: clock.clone(),
            draw: Arc::new(|| [0; 16]),
        });
        manager.start().await;
        // Its first look is over: from now on only calls ask the daemon or read the clock.
        clock.manual.until_asleep(1).await;
        Self {
            client: ApiClient::new(door, manager),
            clock,
            stop: CancellationToken::new(),
            data_dir,
        }
    }

    /// Puts a token into the token file, as the owner's `/newsession` does.
    pub fn hand_over(&self, token: &SessionToken) {
        store(&self.data_dir, token);
    }

    /// Serves a client that has said nothing yet.
    pub fn connect(&self) -> McpClient {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let (reader, writer) = tokio::io::split(theirs);
        let (client, stop) = (self.client.clone(), self.stop.clone());
        let serving =
            tokio::spawn(async move { server::serve(client, reader, writer, &stop).await });
        McpClient::new(ours, serving)
    }

    /// Serves a client of the last version with `initialize`.
    pub async fn connect_initialized(&self) -> McpClient {
        let mut client = self.connect();
        client.initialize("2025-11-25").await;
        client
    }
}

fn store(data_dir: &TempDir, token: &SessionToken) {
    write(&shared_path(data_dir.path()), token).unwrap();
}

/// A clock that stands still until it is moved, and that breaks once on request: what nobody
/// foresaw has to come from somewhere.
pub struct FaultyClock {
    manual: ManualClock,
    breaks: AtomicBool,
}

impl Default for FaultyClock {
    fn default() -> Self {
        Self {
            manual: ManualClock::at(START_S),
            breaks: AtomicBool::new(false),
        }
    }
}

impl FaultyClock {
    /// Whoever reads it next panics.
    pub fn break_once(&self) {
        self.breaks.store(true, Ordering::SeqCst);
    }
}

impl Clock for FaultyClock {
    fn now_ms(&self) -> i64 {
        assert!(
            !self.breaks.swap(false, Ordering::SeqCst),
            "the clock breaks, as the test wants it"
        );
        self.manual.now_ms()
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        self.manual.sleep(span)
    }
}
