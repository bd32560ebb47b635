//! `waiaas mcp serve`: what an MCP client starts. Standard output carries JSON-RPC and nothing
//! else; the log goes to standard error (PROTOCOL.md section 7).

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use i18n_embed_fl::fl;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use waiaas_mcp::api_client::ApiClient;
use waiaas_mcp::door::{BaseUrl, Door};
use waiaas_mcp::server;
use waiaas_mcp::session_manager::{KeeperParts, SessionManager};
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token_file::platform_warning;

use super::daemon_address;
use crate::agent_clock::AgentClock;
use crate::app::{self, SystemClock};
use crate::cli::context::Context;
use crate::report::{Failure, Outcome};

/// Serve an MCP client.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Serve {
    /// Id of the agent whose session is kept; without it the agent of the file mcp-token
    #[arg(long, value_name = "ID", value_parser = agent_id)]
    agent: Option<AgentId>,
    /// Where the daemon is: https://…, or http://… on this machine; without it as config.toml says
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
}

fn agent_id(text: &str) -> Result<AgentId, String> {
    text.parse().map_err(|_| {
        "not an agent's id; `waiaas agent list` shows the ids, and `waiaas mcp setup` prints this \
         command with the right one"
            .to_owned()
    })
}

impl Serve {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        log_to_stderr();
        if io::stdin().is_terminal() {
            context
                .output
                .remark(&fl!(context.texts, "cli-mcp-serve-terminal"));
        }
        if let Some(warning) = platform_warning() {
            tracing::warn!("{warning}");
        }
        let door = match self.base_url {
            Some(given) => Door::new(given),
            None => daemon_address::configured(context)?,
        };
        let door = Arc::new(door);
        let entropy = app::system_entropy().map_err(|error| Failure::from_error(&error))?;
        let keeper = SessionManager::new(KeeperParts {
            data_dir: context.data_dir()?,
            agent: self.agent,
            environment_token: context.session_token(),
            door: Arc::clone(&door),
            clock: Arc::new(AgentClock(Arc::new(SystemClock))),
            draw: Arc::new(move || entropy.bytes()),
        });
        keeper.start().await;
        let stop = stop_on_signals()?;
        let client = ApiClient::new(door, keeper.clone());
        let served = server::serve(client, tokio::io::stdin(), tokio::io::stdout(), &stop).await;
        keeper.shutdown().await;
        served.map_err(|error| Failure::from_error(&error))
    }
}

fn log_to_stderr() {
    let quiet = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("waiaas_mcp", LevelFilter::INFO);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false);
    // Only a test that runs this in its own process has one already.
    let _ = tracing_subscriber::registry()
        .with(quiet)
        .with(layer)
        .try_init();
}

/// Cancelled by Ctrl-C or a polite kill; the end of standard input ends the serving by itself.
fn stop_on_signals() -> Result<CancellationToken, Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::from_error(&error));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let heard = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        heard.cancel();
    });
    Ok(stop)
}
