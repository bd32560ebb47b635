//! `waiaas run`: logging, start, and a stop that finishes what is in flight.

mod directory_lock;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};
use waiaas_daemon_core::config::{Config, LogConfig, LogFormat};
use waiaas_protocol::data_dir::{DataDirError, ensure_private_dir};

use crate::app::{Daemon, StartError, SystemClock, system_entropy};
pub(crate) use directory_lock::DirectoryLock;

/// Crates whose finer logs would carry addresses with the bot token, or SQL with hashes. No
/// setting lets them say more than warnings.
const QUIETED: [&str; 13] = [
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "rustls",
    "sea_orm",
    "sea_orm_migration",
    "sqlx",
    "sqlx_core",
    "sqlx_sqlite",
    "teloxide",
    "teloxide_core",
    "tower_http",
];

/// Why the daemon ended with a failure.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The data directory is not private enough, or not ours.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The data directory cannot be opened.
    #[error("{} cannot be opened", .path.display())]
    Directory {
        /// The data directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another process serves this data directory.
    #[error("another daemon is already running for data directory {}", .0.display())]
    AlreadyRunning(PathBuf),
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
    let _lock = hold(&config.data_dir)?;
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

/// Keeps other daemons out. A directory that is not there is left to the start, which says
/// how to make it.
fn hold(data_dir: &Path) -> Result<Option<DirectoryLock>, RunError> {
    if !data_dir.exists() {
        return Ok(None);
    }
    if let Some(warning) = ensure_private_dir(data_dir)?.warning(data_dir) {
        tracing::warn!("{warning}");
    }
    let path = data_dir.to_path_buf();
    match DirectoryLock::take(data_dir) {
        Ok(Some(lock)) => Ok(Some(lock)),
        Ok(None) => Err(RunError::AlreadyRunning(path)),
        Err(source) => Err(RunError::Directory { path, source }),
    }
}

fn notify_service_manager(state: &str) {
    // Without a service manager there is nobody to tell.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Custom(state)]);
}

/// Logs go to standard error; standard output belongs to the commands.
fn init_logging(config: &LogConfig) -> Result<(), RunError> {
    let filter = EnvFilter::try_new(&config.level)
        .map_err(|cause| RunError::LogFilter(cause.to_string()))?;
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let done = match config.format {
        LogFormat::Text => {
            use std::io::IsTerminal as _;
            let layer = layer.with_ansi(std::io::stderr().is_terminal());
            registry
                .with(layer.with_filter(filter_fn(is_sayable)))
                .try_init()
        }
        LogFormat::Json => registry
            .with(layer.json().with_filter(filter_fn(is_sayable)))
            .try_init(),
    };
    done.map_err(|cause| RunError::LogFilter(cause.to_string()))
}

/// Whether a line may be written, whatever the filter says.
fn is_sayable(metadata: &Metadata<'_>) -> bool {
    let name = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::WARN || !QUIETED.contains(&name)
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
