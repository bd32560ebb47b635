//! The program `waiaas`: the entry, and the only place besides `app` that reads the process
//! environment and the real clock. Everything else is handed what it needs.

mod app;
mod cli;
mod demo;
mod lifecycle;
mod report;
mod telegram;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;

#[allow(clippy::disallowed_methods, reason = "this is where time and environment come in")]
fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let environment = cli::Environment::new(std::env::vars_os(), now_s.cast_signed());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report::print_plain(&error),
    };
    runtime.block_on(cli::run(arguments, environment))
}
