//! `waiaas mcp`: the agent's side on this machine. `setup` connects the client, and where
//! the agent's file holds no live session makes one whose token the daemon puts there; `refresh-token` makes the session
//! that goes on from the one in the file. `serve` is what the client starts, and `status` shows
//! what its keeper sees. `claim` is `setup` for a machine where no daemon runs.
//!
//! Only `serve` presents a token, and only it and `claim` write one; the others read a token file
//! to see which session it holds.

mod agent_choice;
mod claim;
mod client_config;
mod daemon_address;
mod hand_over;
mod held;
mod occupant;
mod refresh_token;
mod serve;
mod setup;
mod status;

use clap::Subcommand;

use super::context::Context;
use crate::report::Outcome;

/// The agent's side.
#[derive(Debug, Subcommand)]
pub(super) enum Mcp {
    /// Connect an agent's client, with the live session in its token file or else a new one
    Setup(Box<setup::Setup>),
    /// Put a new session with the same limits and wallets into an agent's token file
    RefreshToken(refresh_token::RefreshToken),
    /// Serve an MCP client over standard input and output; the client starts this
    Serve(serve::Serve),
    /// Redeem a claim code: an agent's first session on a machine without a daemon
    Claim(claim::Claim),
    /// Show what the keeper on this machine sees: token files, expiry, next renewal, lock
    Status(status::Status),
}

impl Mcp {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Setup(command) => command.run(context).await,
            Self::RefreshToken(command) => command.run(context).await,
            Self::Serve(command) => command.run(context).await,
            Self::Claim(command) => command.run(context).await,
            Self::Status(command) => command.run(context).await,
        }
    }
}
