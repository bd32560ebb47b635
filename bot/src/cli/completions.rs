//! `waiaas completions`: a script for the shell's own completion.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Cli;
use super::context::Context;
use crate::report::{Failure, Outcome};

/// Print a completion script.
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let mut command = Cli::command();
        let name = command.get_name().to_owned();
        // Into memory first: the generator panics when its output goes away.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        let script = String::from_utf8(script).map_err(|error| Failure::from_error(&error))?;
        context.output.raw(&script)
    }
}
