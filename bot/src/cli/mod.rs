//! The command line: one file per subcommand, clap and calls, no rules. Whatever a command
//! decides, the daemon decides; the commands only ask and print.
//!
//! All but `init`, `run`, `demo`, `mcp serve`, `mcp status`, `doctor`, `db`, `config`, `openapi`
//! and `completions` are clients of the daemon's admin socket and of nothing else.

mod agent;
mod ask;
mod audit;
mod client;
mod completions;
mod config;
mod constraints;
mod context;
mod db;
mod demo;
mod doctor;
mod duration;
mod init;
mod keys;
mod killswitch;
mod mcp;
mod notify;
mod openapi;
mod output;
mod pair;
mod run;
mod session;
pub(crate) mod shell;
mod status;
mod texts;
mod wallet;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use client::io_kind;
pub(crate) use context::Environment;
pub(crate) use duration::{moment, spell};
pub(crate) use output::terminal_safe;
pub(crate) use texts::Texts;
#[cfg(test)]
pub(crate) use texts::in_english as texts_in_english;

use crate::report::{self, Outcome};
use context::Context;
use output::Format;

/// A daemon that gives AI agents sessions on wallets, and a command line for its owner.
#[derive(Debug, Parser)]
#[command(name = "waiaas", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Keeps a command's own flags together on its help page.
const GLOBAL_HEADING: &str = "Global options";

#[derive(Debug, clap::Args)]
struct Global {
    /// Data directory [env: WAIAAS_DATA_DIR] [default: $XDG_DATA_HOME/waiaas, else ~/.waiaas]
    #[arg(long, global = true, value_name = "DIR", help_heading = GLOBAL_HEADING)]
    data_dir: Option<PathBuf>,
    /// Form of printed data
    #[arg(long, global = true, value_enum, default_value_t = Format::Table, help_heading = GLOBAL_HEADING)]
    output: Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the data directory, configuration, database and first key
    Init(init::Init),
    /// Run the daemon in the foreground
    Run(run::Run),
    /// Show everything at once on a temporary data directory, without an account
    Demo(demo::Demo),
    /// Pair a phone with the console, or list and remove paired ones
    Pair(pair::Pair),
    /// Wallets
    #[command(subcommand)]
    Wallet(wallet::Wallet),
    /// Agents
    #[command(subcommand)]
    Agent(agent::Agent),
    /// Sessions
    #[command(subcommand)]
    Session(session::Session),
    /// The agent's side: connect a program that speaks the Model Context Protocol
    #[command(subcommand)]
    Mcp(mcp::Mcp),
    /// What the daemon is doing
    Status(status::Status),
    /// Look at the whole set-up and say how to mend what is wrong; exits 1 on serious faults
    Doctor(doctor::Doctor),
    /// Refuse every agent at once, or stop doing so
    #[command(subcommand)]
    Killswitch(killswitch::KillSwitch),
    /// Signing keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The audit trail
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Alerts: whether they arrive, and what became of them
    #[command(subcommand)]
    Notify(notify::Notify),
    /// The configuration
    #[command(subcommand)]
    Config(config::Config),
    /// The database file
    #[command(subcommand)]
    Db(db::Db),
    /// Print the OpenAPI description of a door
    Openapi(openapi::OpenApi),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

/// Runs one command and says how the program ends.
pub(crate) async fn run(arguments: Cli, environment: Environment) -> ExitCode {
    let Cli { global, command } = arguments;
    let context = match Context::new(environment, global.data_dir, global.output) {
        Ok(context) => context,
        Err(error) => return report::print_plain(error.as_ref()),
    };
    let outcome = dispatch(command, &context).await;
    report::finish(outcome, &context.texts, context.output.stderr_colour)
}

async fn dispatch(command: Command, context: &Context) -> Outcome {
    match command {
        Command::Init(command) => command.run(context).await,
        Command::Run(command) => command.run(context).await,
        Command::Demo(command) => command.run(context).await,
        Command::Pair(command) => command.run(context).await,
        Command::Wallet(command) => command.run(context).await,
        Command::Agent(command) => command.run(context).await,
        Command::Session(command) => command.run(context).await,
        Command::Status(command) => command.run(context).await,
        Command::Doctor(command) => command.run(context).await,
        Command::Killswitch(command) => command.run(context).await,
        Command::Keys(command) => command.run(context).await,
        Command::Mcp(command) => command.run(context).await,
        Command::Audit(command) => command.run(context).await,
        Command::Notify(command) => command.run(context).await,
        Command::Config(command) => command.run(context),
        Command::Db(command) => command.run(context).await,
        Command::Openapi(command) => command.run(context),
        Command::Completions(command) => command.run(context),
    }
}
