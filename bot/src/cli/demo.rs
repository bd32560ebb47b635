//! `waiaas demo`: the whole on a temporary data directory and a local chat, without an
//! account.

use super::context::Context;
use crate::demo::{self, DemoError, DemoOptions};
use crate::report::{Exit, Failure, Outcome};

/// Show everything at once.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Play a visit without a browser and print what was said
    #[arg(long)]
    script: bool,
    /// How many times faster than real time the daemon's clock goes [default: 20]
    #[arg(
        long,
        value_name = "FACTOR",
        conflicts_with = "script",
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    speed: Option<u32>,
    /// Print the page's address and open no browser
    #[arg(long)]
    no_browser: bool,
    /// Leave the data directory where it is at the end
    #[arg(long)]
    keep: bool,
}

impl Demo {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let options = DemoOptions {
            script: self.script,
            speed: self.speed,
            no_browser: self.no_browser,
            keep: self.keep,
            has_display: context.has_display(),
            language: context.language,
            program: context.program_word(),
        };
        demo::run(options, &context.texts)
            .await
            .map_err(|error| match error {
                DemoError::Interrupted => Failure::without_words(Exit::Interrupted),
                error => Failure::from_error(&error),
            })
    }
}
