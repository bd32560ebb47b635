//! `waiaas notify`: whether alerts arrive, and what became of those that were told (PROTOCOL.md
//! section 10).

mod log;
mod test;
mod words;

use clap::Subcommand;

use super::context::Context;
use crate::report::Outcome;

/// Alerts.
#[derive(Debug, Subcommand)]
pub(super) enum Notify {
    /// Send a test alert on the way of every alert; exits 1 unless every channel asked delivers it
    Test(test::Test),
    /// List what was told, newest first, and what became of it on each channel
    Log(log::Log),
}

impl Notify {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Test(command) => command.run(context).await,
            Self::Log(command) => command.run(context).await,
        }
    }
}
