//! The composition root: the only place that holds the real clock and the operating system's
//! randomness, and that joins core, doors, workers and console into one daemon.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::TryRng as _;
use rand::rngs::SysRng;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waiaas_daemon_core::clock::{Clock, SharedClock};
use waiaas_daemon_core::config::Config;
use waiaas_daemon_core::core::{Core, Policy};
use waiaas_daemon_core::entropy::Entropy;
use waiaas_daemon_core::http::{self, HttpSettings};
use waiaas_daemon_core::lease::Lease;
use waiaas_daemon_core::notify::channel::discord::DiscordChannel;
use waiaas_daemon_core::notify::channel::ntfy::NtfyChannel;
use waiaas_daemon_core::notify::channel::{Channel, OutletError};
use waiaas_daemon_core::notify::retention;
use waiaas_daemon_core::notify::worker::Worker;
use waiaas_daemon_core::session::expiry;
use waiaas_daemon_core::session::handover;
use waiaas_daemon_core::setup::{self, Initialised, Paths, SetupError};

use crate::telegram::{self, Console, ConsoleSettings, Pacing};

/// The file name of the owner's door in the data directory.
pub const ADMIN_SOCKET: &str = "admin.sock";
/// Of several daemons on one database the one with this lease speaks: with Telegram, and to every
/// other channel.
const SPEAKER_LEASE: &str = "speaker";
/// Old messages are purged about once an hour: that reads whole tables.
const PURGE_EVERY_SCANS: u64 = 60;
/// No hand-over takes longer, seconds: one that does has failed and is begun again.
const HANDOVER_MAX_S: i64 = 60;
/// How long a stop may take, seconds: one request, one hand-over.
const STOP_MAX_S: u64 = 20;

/// The machine's own clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place with the real clock"
    )]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A generator seeded by the operating system.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn system_entropy() -> Result<Entropy, StartError> {
    let mut seed = [0; 32];
    SysRng
        .try_fill_bytes(&mut seed)
        .map_err(|cause| StartError::Entropy(cause.to_string()))?;
    Ok(Entropy::from_seed(seed))
}

/// Why the daemon does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No randomness.
    #[error("the operating system gives no randomness: {0}")]
    Entropy(String),
    /// The data directory cannot be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The agents' address cannot be bound.
    #[error("agents cannot be served at {address}; choose another with http.listen or --listen")]
    Listen {
        /// The configured address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The webhook's address cannot be bound.
    #[error("updates cannot be received at {address}; choose another with telegram.webhook_listen")]
    WebhookListen {
        /// The configured address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The admin socket cannot be bound.
    #[error("the admin socket {} cannot be opened", .path.display())]
    AdminSocket {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The Telegram client cannot be made.
    #[error("the Telegram console cannot be started")]
    Telegram(#[from] crate::telegram::ClientError),
    /// A channel cannot be made.
    #[error("the channels of alerts cannot be started")]
    Channel(#[from] OutletError),
    /// The database refuses.
    #[error("the daemon cannot be started")]
    Core(#[from] waiaas_daemon_core::Error),
}

/// A running daemon.
pub struct Daemon {
    /// What every use case is given.
    pub core: Core,
    /// Where agents are served.
    pub agents_addr: SocketAddr,
    /// Where Telegram's updates are received, if they are.
    pub webhook_addr: Option<SocketAddr>,
    /// Where the owner's machine is served.
    pub admin_socket: PathBuf,
    console: Option<Console>,
    lease: Lease,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Daemon {
    /// Opens the data directory, binds both doors and starts every worker. Telegram need not
    /// be reachable.
    ///
    /// # Errors
    /// [`StartError`]; nothing is left running.
    pub async fn start(
        config: &Config,
        clock: SharedClock,
        entropy: Entropy,
    ) -> Result<Self, StartError> {
        Self::start_paced(config, clock, entropy, Pacing::default()).await
    }

    /// As [`Daemon::start`], with another pace of messages.
    ///
    /// # Errors
    /// As [`Daemon::start`].
    pub async fn start_paced(
        config: &Config,
        clock: SharedClock,
        entropy: Entropy,
        pacing: Pacing,
    ) -> Result<Self, StartError> {
        let core = setup::open(&paths(config), policy(config), clock, entropy).await?;
        let address = config.http.listen;
        let (listener, agents_addr) = bind(address)
            .await
            .map_err(|source| StartError::Listen { address, source })?;
        let admin_socket = config.data_dir.join(ADMIN_SOCKET);
        let admin =
            http::serve::bind_admin(&admin_socket).map_err(|source| StartError::AdminSocket {
                path: admin_socket.clone(),
                source,
            })?;
        let webhook = bind_webhook(config).await?;
        let stop = CancellationToken::new();
        // A start that fails halfway stops what it has begun.
        let stop_on_failure = stop.clone().drop_guard();
        let tracker = TaskTracker::new();
        // Unfinished hand-overs first: no agent may renew while its file is behind.
        let lease = Lease::new(&core, SPEAKER_LEASE);
        let console = start_console(config, &core, &lease, pacing, &tracker, &stop).await?;
        let webhook_addr = webhook.as_ref().map(|(_, address)| *address);
        receive(config, console.as_ref(), webhook, &tracker, &stop);
        // Before the doors open: the owner's asks which channels there are.
        let worker = Worker::new(core.clone(), channels(config, &core, console.as_ref())?);
        let settings = http_settings(config, agents_addr);
        let agents = http::agent_router(core.clone(), settings.clone());
        tracker.spawn(http::serve::serve_tcp(listener, agents, stop.clone()));
        let owner = http::admin_router(core.clone(), settings);
        tracker.spawn(http::serve::serve_admin(admin, owner, stop.clone()));
        tracker.spawn(worker.run(lease.clone(), stop.clone()));
        tracker.spawn(scan(core.clone(), console.clone(), stop.clone()));
        stop_on_failure.disarm();
        Ok(Self {
            core,
            agents_addr,
            webhook_addr,
            admin_socket,
            console,
            lease,
            stop,
            tracker,
        })
    }

    /// Stops: no new requests, what is in flight is finished, then the database is closed.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tracker.close();
        let finish = async {
            self.tracker.wait().await;
            if let Some(console) = &self.console {
                console.finish_tasks().await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(STOP_MAX_S), finish)
            .await
            .is_err()
        {
            tracing::warn!("not everything ended within {STOP_MAX_S} s; stopping all the same");
        }
        // Only now: what was under way was under the lease.
        if let Err(cause) = self.lease.give_back().await {
            tracing::debug!(%cause, "the lease is not given back; it ends by itself");
        }
        self.core.db.close().await;
        if let Err(cause) = std::fs::remove_file(&self.admin_socket) {
            tracing::debug!(%cause, "admin socket not removed");
        }
    }
}

async fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

async fn bind_webhook(config: &Config) -> Result<Option<(TcpListener, SocketAddr)>, StartError> {
    let webhook = config.telegram.as_ref().and_then(|it| it.webhook.as_ref());
    let Some(address) = webhook.map(|webhook| webhook.listen) else {
        return Ok(None);
    };
    let bound = bind(address).await;
    bound
        .map(Some)
        .map_err(|source| StartError::WebhookListen { address, source })
}

/// Serves the door that Telegram brings updates to, where one is configured.
fn receive(
    config: &Config,
    console: Option<&Console>,
    bound: Option<(TcpListener, SocketAddr)>,
    tracker: &TaskTracker,
    stop: &CancellationToken,
) {
    let timeout = Duration::from_secs(config.http.request_timeout_s);
    let door = console.and_then(|console| console.webhook_door(timeout));
    if let (Some((listener, address)), Some(door)) = (bound, door) {
        tracing::info!(%address, path = door.path, "receiving what Telegram brings");
        let router = http::webhook::router(door);
        tracker.spawn(http::serve::serve_tcp(listener, router, stop.clone()));
    }
}

/// The configured channels of alerts, the first choice first.
fn channels(
    config: &Config,
    core: &Core,
    console: Option<&Console>,
) -> Result<Vec<Arc<dyn Channel>>, OutletError> {
    let notify = &config.notify;
    let words = || telegram::alert_words(notify.language, notify.time_zone.clone());
    let mut channels: Vec<Arc<dyn Channel>> = console.map(Console::channel).into_iter().collect();
    if let Some(webhook) = &notify.discord_webhook_url {
        let discord = DiscordChannel::new(core, webhook.clone(), words())?;
        channels.push(Arc::new(discord));
    }
    if let Some(topic) = &notify.ntfy_url {
        let ntfy = NtfyChannel::new(core, topic, notify.ntfy_token.clone(), words())?;
        channels.push(Arc::new(ntfy));
    }
    let place = |channel: &Arc<dyn Channel>| {
        let name = channel.name();
        notify.order.iter().position(|chosen| *chosen == name)
    };
    channels.sort_by_key(place);
    Ok(channels)
}

async fn start_console(
    config: &Config,
    core: &Core,
    lease: &Lease,
    pacing: Pacing,
    tracker: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Option<Console>, StartError> {
    let Some(telegram) = config.telegram.clone() else {
        resume_handovers(core, None, 0).await;
        return Ok(None);
    };
    let settings = ConsoleSettings { telegram, pacing };
    let console = Console::new(core.clone(), lease.clone(), settings)?;
    resume_handovers(core, Some(&console), 0).await;
    console.start(tracker, stop).await?;
    Ok(Some(console))
}

/// A hand-over that cannot be finished must not keep the daemon from serving: it is tried
/// again by the next pass.
async fn resume_handovers(core: &Core, console: Option<&Console>, min_age_s: i64) {
    let resumed = match console {
        Some(console) => console.resume_handovers(min_age_s).await,
        None => handover::resume_all(core, &handover::silently, min_age_s)
            .await
            .map(|_| ()),
    };
    if let Err(cause) = resumed {
        tracing::error!(%cause, "unfinished hand-overs not resumed; trying again");
    }
}

/// What time does: alerts before the end, the end, old rows, and hand-overs that failed.
async fn scan(core: Core, console: Option<Console>, stop: CancellationToken) {
    let interval = core
        .clock
        .timer(Duration::from_secs(expiry::SCAN_INTERVAL_S));
    for pass in 0_u64.. {
        resume_handovers(&core, console.as_ref(), HANDOVER_MAX_S).await;
        if let Err(cause) = expiry::scan(&core).await {
            tracing::warn!(%cause, "sessions not scanned; trying again");
        }
        if pass.is_multiple_of(PURGE_EVERY_SCANS)
            && let Err(cause) = retention::purge(&core).await
        {
            tracing::warn!(%cause, "old messages not purged; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// Makes what a data directory needs beside its configuration: master key, anchor, database
/// and first signing key.
///
/// # Errors
/// [`StartError`].
pub async fn initialise(config: &Config, _data_dir: &Path) -> Result<Initialised, StartError> {
    let clock: SharedClock = Arc::new(SystemClock);
    Ok(setup::initialise(&paths(config), &clock, &system_entropy()?).await?)
}

fn paths(config: &Config) -> Paths {
    Paths {
        data_dir: config.data_dir.clone(),
        database: config.database.path.clone(),
        master_key: config.security.master_key_file.clone(),
    }
}

fn policy(config: &Config) -> Policy {
    Policy {
        session_absolute_lifetime_s: config.security.session_absolute_lifetime_s,
        max_sessions_per_agent: config.security.max_sessions_per_agent,
        session_retention_s: config.security.session_retention_s,
        on_token_reuse: config.security.on_token_reuse,
        constraints: config.security.constraints.clone(),
    }
}

fn http_settings(config: &Config, agents_addr: SocketAddr) -> HttpSettings {
    HttpSettings {
        listen: agents_addr.to_string(),
        ..HttpSettings::from(&config.http)
    }
}
