//! `waiaas run`: the daemon in the foreground.

use super::config::ConfigFlags;
use super::context::Context;
use crate::lifecycle;
use crate::report::{Failure, Outcome};

/// Run the daemon.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    #[command(flatten)]
    config: ConfigFlags,
}

impl Run {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let config = context.config(&self.config)?;
        lifecycle::run(config)
            .await
            .map_err(|error| Failure::from_error(&error))
    }
}
