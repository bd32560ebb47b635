//! The parts of the program `waiaas`. The binary is a thin call of [`main`]; the rest is a
//! library so that tests can start a daemon with a clock of their own.

pub mod agent_clock;
pub mod app;
mod cli;
pub mod demo;
mod doctor;
pub mod lifecycle;
mod mcp_clients;
mod report;
pub mod telegram;
mod words;

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser as _;

/// How long threads may take to end after the work is done.
const THREADS_STOP_MAX: Duration = Duration::from_millis(200);

/// Reads the process's arguments and environment and runs the command.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "the program's entry, where the world is read"
)]
pub fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    let now_s = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let environment = cli::Environment::new(std::env::vars_os(), now_s.cast_signed())
        .with_program(std::env::current_exe().ok());
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return report::print_plain(&error),
    };
    let code = runtime.block_on(cli::run(arguments, environment));
    // A thread that reads standard input cannot be stopped, and must not keep us.
    runtime.shutdown_timeout(THREADS_STOP_MAX);
    code
}
