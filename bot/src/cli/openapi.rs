//! `waiaas openapi`: the description of a door, made from the code; needs no daemon.

use clap::ValueEnum;
use waiaas_daemon_core::http;

use super::context::Context;
use crate::report::Outcome;

/// Print an OpenAPI description.
#[derive(Debug, clap::Args)]
pub(super) struct OpenApi {
    /// The agents' TCP listener or the owner's Unix socket
    #[arg(long, value_enum, default_value_t = Door::Agent)]
    door: Door,
}

/// The two doors.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Door {
    Agent,
    Admin,
}

impl OpenApi {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let door = match self.door {
            Door::Agent => http::Door::Agent,
            Door::Admin => http::Door::Admin,
        };
        context.output.line(http::openapi(door).trim_end())
    }
}
