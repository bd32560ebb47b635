//! `waiaas run`: logging, start, and a stop that finishes what is in flight.

use std::sync::Arc;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use waiaas_daemon_core::config::{Config, LogConfig, LogFormat};

use crate::app::{Daemon, StartError, SystemClock, system_entropy};

/// Crates whose finer logs would carry addresses with the bot token, or SQL with hashes.
const QUIETED: [&str; 7] = [
    "hyper=warn",
    "hyper_util=warn",
    "reqwest=warn",
    "teloxide=warn",
    "teloxide_core=warn",
    "sqlx=warn",
    "rustls=warn",
];

/// Why the daemon ended with a failure.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Signals cannot be heard.
    #[error("signals cannot be heard")]
    Signals(#[source] std::io::Error),
    /// The log filter is not one.
    #[error("log.level is not a log filter: {0}")]
    LogFilter(String),
}

/// Runs the daemon until SIGTERM or Ctrl-C. A second signal stops at once.
///
/// # Errors
/// [`RunError`].
pub async fn run(config: Config) -> Result<(), RunError> {
    init_logging(&config.log)?;
    let mut signals = Signals::listen().map_err(RunError::Signals)?;
    let daemon = Daemon::start(&config, Arc::new(SystemClock), system_entropy()?).await?;
    tracing::info!(
        agents = %daemon.agents_addr,
        admin = %daemon.admin_socket.display(),
        telegram = config.telegram.is_some(),
        "waiaas {} is running; Ctrl-C stops it",
        env!("CARGO_PKG_VERSION"),
    );
    notify_service_manager("READY=1");
    signals.next().await;
    tracing::info!("stopping; a second signal stops at once");
    notify_service_manager("STOPPING=1");
    tokio::select! {
        () = daemon.stop() => tracing::info!("stopped"),
        () = signals.next() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

fn notify_service_manager(state: &str) {
    // Without a service manager there is nobody to tell.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Custom(state)]);
}

/// Logs go to standard error; standard output belongs to the commands.
fn init_logging(config: &LogConfig) -> Result<(), RunError> {
    let mut filter = EnvFilter::try_new(&config.level)
        .map_err(|cause| RunError::LogFilter(cause.to_string()))?;
    for directive in QUIETED {
        if let Ok(directive) = directive.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let done = match config.format {
        LogFormat::Text => {
            use std::io::IsTerminal as _;
            registry.with(layer.with_ansi(std::io::stderr().is_terminal())).try_init()
        }
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
    done.map_err(|cause| RunError::LogFilter(cause.to_string()))
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
