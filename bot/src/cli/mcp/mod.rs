//! `waiaas mcp`: the agent's side on this machine.

mod serve;
mod status;

use clap::Subcommand;

use super::context::Context;
use crate::report::Outcome;

/// The agent's side.
#[derive(Debug, Subcommand)]
pub(super) enum Mcp {
    /// Serve an MCP client over standard input and output; the client starts this
    Serve(serve::Serve),
    /// Show what the keeper on this machine sees: token files, expiry, next renewal, lock
    Status(status::Status),
}

impl Mcp {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Serve(command) => command.run(context).await,
            Self::Status(command) => command.run(context).await,
        }
    }
}
