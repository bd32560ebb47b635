//! `waiaas demo`: the whole on a temporary data directory and a local chat, without an
//! account.

use crate::demo::{self, DemoOptions};
use crate::report::{Failure, Outcome};

/// Show everything at once.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Play a visit without a browser and print what was said
    #[arg(long)]
    script: bool,
    /// How many times faster than real time the daemon's clock goes
    #[arg(long, value_name = "FACTOR", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    speed: Option<u32>,
    /// Print the page's address and open no browser
    #[arg(long)]
    no_browser: bool,
}

impl Demo {
    pub(super) async fn run(self) -> Outcome {
        let options = DemoOptions {
            script: self.script,
            speed: self.speed,
            no_browser: self.no_browser,
        };
        demo::run(options)
            .await
            .map_err(|error| Failure::from_error(&error))
    }
}
