//! `waiaas demo`: the real daemon on a data directory that goes away again, the sandbox in
//! Telegram's place, and three agents at work. No account, no network, nothing to install.
//!
//! The daemon is composed as `waiaas run` composes it and knows of no demo; only its clock is
//! another one. What is acted here, people and agents, acts through public doors.

mod agent;
mod board;
mod browser;
mod cast;
mod clock;
mod door;
mod elsewhere;
mod note;
mod show;
mod stage;
mod transcript;
mod visit;

use std::io::{self, Write as _};

use tokio::signal::unix::{SignalKind, signal};
use waiaas_daemon_core::config::{ConfigErrors, Language};
use waiaas_mcp::door::{BaseUrlError, DoorError};
use waiaas_protocol::data_dir::DataDirError;
use waiaas_protocol::token_file::TokenFileError;
use waiaas_sandbox::{PersonError, SandboxError};

use crate::app::StartError;
use crate::cli::Texts;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub(crate) struct DemoOptions {
    /// Play a visit and print it, instead of a page.
    pub(crate) script: bool,
    /// How many times as fast as the real clock the daemon's goes; no effect on a script.
    pub(crate) speed: Option<u32>,
    /// Open no browser, even where there is one.
    pub(crate) no_browser: bool,
    /// Leave the data directory where it is.
    pub(crate) keep: bool,
    /// Whether there is a display that a browser could open on.
    pub(crate) has_display: bool,
    /// Of the chat and of what is printed.
    pub(crate) language: Language,
    /// What starts this program, for commands to copy.
    pub(crate) program: String,
}

/// Why a demo ended before its time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The temporary directory.
    #[error("the demo's temporary data directory could not be made or removed")]
    DataDir(#[source] io::Error),
    /// The stand-in for Telegram.
    #[error("the demo's chat could not be started")]
    Sandbox(#[from] SandboxError),
    /// What the daemon is told.
    #[error("the demo's configuration was refused")]
    Config(#[from] ConfigErrors),
    /// The daemon.
    #[error("the demo's daemon could not be started")]
    Daemon(#[from] StartError),
    /// The daemon listens where agents do not speak plain HTTP.
    #[error("the demo's agents cannot reach its daemon")]
    Address(#[from] BaseUrlError),
    /// A client of one of the doors.
    #[error("the demo's HTTP client could not be made")]
    Client(#[from] reqwest::Error),
    /// An answer of the owner's door.
    #[error("the demo could not be prepared")]
    Door(#[from] door::Refusal),
    /// An answer of the agents' door.
    #[error("the demo's token does not open the agents' door")]
    AgentDoor(#[from] DoorError),
    /// The data directory of the other machine.
    #[error("the data directory of the demo's other machine could not be made")]
    Elsewhere(#[from] DataDirError),
    /// The agent's own work on files.
    #[error("the demo's token file could not be written")]
    TokenFile(#[from] TokenFileError),
    /// A created session came without its token.
    #[error("the daemon created a session and gave no token")]
    TokenMissing,
    /// The person of the chat.
    #[error("the person of the demo could not act")]
    Person(#[from] PersonError),
    /// Something that should have happened did not.
    #[error("the visit stopped here: {missing}")]
    Missing {
        /// What.
        missing: String,
    },
    /// The system's signals.
    #[error("Ctrl-C cannot be heard")]
    Signals(#[source] io::Error),
    /// Ctrl-C in the middle of a script.
    #[error("the visit was interrupted")]
    Interrupted,
}

/// Runs a demo until it is over.
///
/// # Errors
/// [`DemoError`]; the data directory is gone then, too.
pub(crate) async fn run(options: DemoOptions, texts: &Texts) -> Result<(), DemoError> {
    log_warnings();
    let mut interrupted = std::pin::pin!(interruption());
    if options.script {
        return tokio::select! {
            outcome = visit::play(options, texts) => outcome,
            heard = &mut interrupted => heard.and(Err(DemoError::Interrupted)),
        };
    }
    let show = tokio::select! {
        show = show::Show::open(options, texts) => show?,
        heard = &mut interrupted => return heard,
    };
    let heard = show.run_until(interrupted).await;
    show.close(texts).await.and(heard)
}

/// Ends with Ctrl-C, with a polite kill, or with the terminal.
async fn interruption() -> Result<(), DemoError> {
    let listen = |kind| signal(kind).map_err(DemoError::Signals);
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}

/// Only what goes wrong: the daemon's usual log would bury what is shown.
fn log_warnings() {
    let layer = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(false);
    // Somebody else may have set a log up before; then that one is right.
    let _ = layer.with_max_level(tracing::Level::WARN).try_init();
}

/// Prints for the visitor.
fn say(text: &str) {
    // A visitor who has closed the output reads no complaint about it either.
    let _ = writeln!(io::stdout().lock(), "{text}");
}
