//! What a demo stands on: a data directory that goes away again, the sandbox in Telegram's
//! place, and the real daemon between them, told nothing that a configuration could not tell
//! it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waiaas_daemon_core::clock::SharedClock;
use waiaas_daemon_core::config::{Config, ConfigInputs, Language};
use waiaas_daemon_core::entropy::Entropy;
use waiaas_mcp::door::Door;
use waiaas_sandbox::{PersonSpec, Sandbox, SandboxConfig};

use super::agent::{Agent, AgentParts};
use super::board::Board;
use super::clock::DemoClock;
use super::door::OwnerDoor;
use super::elsewhere::Elsewhere;
use super::{DemoError, cast};
use crate::app::{self, Daemon};
use crate::telegram::Pacing;

/// The person who owns the demo's daemon; their private chat has the same id.
const OWNER_ID: i64 = 1001;
const DATA_DIR_PREFIX: &str = "waiaas-demo-";
const DATA_DIR_MODE: u32 = 0o700;
/// What the person has written before the daemon starts.
pub(super) const FIRST_WORDS: &str = "/start";
/// How long agents may finish a renewal at the end.
const AGENTS_STOP_S_MAX: u64 = 5;

/// How a stage is set up.
pub(super) struct StagePlan {
    pub(super) clock: Arc<DemoClock>,
    pub(super) language: Language,
    /// What the chat calls its owner.
    pub(super) owner_name: String,
    /// How fast the console may send.
    pub(super) pacing: Pacing,
}

/// A running demo.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) clock: Arc<DemoClock>,
    /// The agents' door, as an agent sees it.
    pub(super) agent_door: Arc<Door>,
    pub(super) owner_door: OwnerDoor,
    pub(super) elsewhere: Elsewhere,
    pub(super) board: Board,
    daemon: Daemon,
    data_dir: TempDir,
    entropy: Entropy,
    agents: TaskTracker,
    stop_agents: CancellationToken,
}

impl Stage {
    /// Starts sandbox and daemon on a new data directory.
    pub(super) async fn set_up(plan: StagePlan) -> Result<Self, DemoError> {
        let data_dir = make_data_dir()?;
        let owner = PersonSpec::new(OWNER_ID, plan.owner_name)
            .with_username("you")
            .with_language(plan.language.code());
        let sandbox = Sandbox::start(SandboxConfig {
            page_person: owner,
            ..SandboxConfig::default()
        })
        .await?;
        // The person opens the chat first: a bot may write only to those who wrote to it.
        sandbox.page_person().send_text(FIRST_WORDS)?;
        let config = configuration(data_dir.path(), &sandbox, plan.language)?;
        let clock: SharedClock = plan.clock.clone();
        let entropy = app::system_entropy()?;
        app::initialise(&config, data_dir.path()).await?;
        let daemon = Daemon::start_paced(&config, clock, entropy.clone(), plan.pacing).await?;
        let base_url = format!("http://{}", daemon.agents_addr).parse()?;
        let door = Arc::new(Door::new(base_url));
        Ok(Self {
            elsewhere: Elsewhere::set_up(data_dir.path(), Arc::clone(&door), entropy.clone())?,
            agent_door: door,
            owner_door: OwnerDoor::new(&daemon.admin_socket)?,
            board: Board::default(),
            stop_agents: CancellationToken::new(),
            agents: TaskTracker::new(),
            clock: plan.clock,
            sandbox,
            daemon,
            data_dir,
            entropy,
        })
    }

    /// Where tokens, database and socket are.
    pub(super) fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// The agents' door as a person types it.
    pub(super) fn agent_door_url(&self) -> String {
        format!("http://{}", self.daemon.agents_addr)
    }

    /// Lets an agent look for its token and work with it.
    pub(super) fn start_agent(&self, member: &cast::Member) {
        self.start(member, self.data_dir());
    }

    /// The same on the other machine.
    pub(super) fn start_agent_elsewhere(&self, member: &cast::Member) {
        self.start(member, self.elsewhere.data_dir());
    }

    fn start(&self, member: &cast::Member, data_dir: &Path) {
        let agent = Agent::new(AgentParts {
            name: member.name.to_owned(),
            id: member.id,
            data_dir: data_dir.to_owned(),
            door: Arc::clone(&self.agent_door),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            board: self.board.clone(),
        });
        self.agents.spawn(agent.run(self.stop_agents.clone()));
    }

    /// Ends everything, the agents first; returns the data directory if it is to be kept.
    pub(super) async fn tear_down(self, keep: bool) -> Result<Option<PathBuf>, DemoError> {
        self.stop_agents.cancel();
        self.agents.close();
        let patience = Duration::from_secs(AGENTS_STOP_S_MAX);
        if tokio::time::timeout(patience, self.agents.wait())
            .await
            .is_err()
        {
            tracing::warn!("an agent of the demo did not end in time");
        }
        self.daemon.stop().await;
        self.sandbox.shutdown().await;
        if keep {
            return Ok(Some(self.data_dir.keep()));
        }
        self.data_dir.close().map_err(DemoError::DataDir)?;
        Ok(None)
    }
}

fn make_data_dir() -> Result<TempDir, DemoError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(DATA_DIR_PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(DATA_DIR_MODE));
    }
    builder.tempdir().map_err(DemoError::DataDir)
}

/// As `waiaas run` would be told it by flags; free ports, so that a demo runs beside anything.
fn configuration(
    data_dir: &Path,
    sandbox: &Sandbox,
    language: Language,
) -> Result<Config, DemoError> {
    let settings = [
        ("http.listen", "127.0.0.1:0".to_owned()),
        ("telegram.api_url", sandbox.url()),
        ("telegram.bot_token", sandbox.bot_token().to_owned()),
        ("telegram.owner_chat_id", OWNER_ID.to_string()),
        ("telegram.language", language.code().to_owned()),
    ];
    let inputs = settings
        .into_iter()
        .fold(ConfigInputs::new(data_dir), |inputs, (key, value)| {
            inputs.with_override(key, "demo", value)
        });
    Ok(Config::load(&inputs)?)
}
