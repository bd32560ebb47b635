//! `waiaas run`: the daemon in the foreground.

use std::path::Path;

use i18n_embed_fl::fl;

use super::config::ConfigFlags;
use super::context::Context;
use crate::lifecycle::{self, RunError};
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
        lifecycle::run(config).await.map_err(|error| match error {
            RunError::AlreadyRunning(dir) => already_running(context, &dir),
            RunError::DataDir(error) => context.unusable_dir(&error),
            error => Failure::from_error(&error),
        })
    }
}

/// Somebody else holds the data directory.
pub(super) fn already_running(context: &Context, data_dir: &Path) -> Failure {
    let dir = data_dir.display().to_string();
    let failure = Failure::new(fl!(context.texts, "cli-already-running", dir = dir));
    failure.with_hint(fl!(context.texts, "cli-already-running-hint"))
}
