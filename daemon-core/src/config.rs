//! The daemon's configuration: one typed value, checked as a whole before anything starts.
//!
//! Sources, lowest first: built-in defaults, `config.toml` in the data directory,
//! `WAIAAS_<SECTION>__<KEY>` in the environment, flags. All of them are handed in as
//! [`ConfigInputs`]; nothing here looks at the process environment by itself, so a test can
//! give any combination. Every problem is reported at once, with its place.
//!
//! No rule about sessions lives here: the `[security]` limits are only one level of the
//! resolver of PROTOCOL.md section 3.

mod database_url;
mod describe;
mod file;
mod inputs;
mod notify;
mod problem;
mod reader;
mod schema;
mod secret_file;
mod source;
mod starter;
mod telegram;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use waiaas_protocol::wire::ConstraintsRequest;

pub use describe::Setting;
pub use inputs::{ConfigFile, ConfigInputs, Override};
pub use notify::{CHANNELS, NotifyConfig, setting_of};
pub use problem::{ConfigErrors, ConfigProblem};
pub use source::Source;
pub use starter::{starter_text, write_private};
pub use telegram::{GENERAL_TOPIC_ID, GroupConfig, Language, TelegramConfig, WebhookConfig};

use reader::Reader;

/// The name of the configuration file in the data directory.
pub const CONFIG_FILE_NAME: &str = "config.toml";
/// The name of the database file in the data directory, unless `database.url` says otherwise.
pub const DATABASE_FILE_NAME: &str = "waiaas.db";
/// The name of the key file in the data directory, unless `security.master_key_file` says
/// otherwise.
pub const MASTER_KEY_FILE_NAME: &str = "master.key";

/// Everything the daemon is told from outside.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything lives that has no path of its own.
    pub data_dir: PathBuf,
    /// The agents' door.
    pub http: HttpConfig,
    /// The console; absent while no bot token is given.
    pub telegram: Option<TelegramConfig>,
    /// Channels of alerts besides the console, and their order.
    pub notify: NotifyConfig,
    /// Storage.
    pub database: DatabaseConfig,
    /// Sessions and keys.
    pub security: SecurityConfig,
    /// Logging.
    pub log: LogConfig,
    settings: Vec<Setting>,
}

/// `[http]`: the agents' door and its limits (PROTOCOL.md section 8, `RATE_LIMITED`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// Address of the agents' door; loopback unless [`HttpConfig::behind_tls_proxy`].
    pub listen: SocketAddr,
    /// The owner says that something in front ends TLS.
    pub behind_tls_proxy: bool,
    /// Longest request body, bytes.
    pub body_max_bytes: usize,
    /// Longest time for one request, seconds.
    pub request_timeout_s: u64,
    /// Requests of one session at once.
    pub session_burst: u32,
    /// Requests of one session, per second, after the burst.
    pub session_per_s: u32,
    /// Requests of one address at once.
    pub address_burst: u32,
    /// Requests of one address, per second, after the burst.
    pub address_per_s: u32,
}

/// `[database]`: where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// The SQLite file; absolute when the data directory is.
    pub path: PathBuf,
}

/// What a sign of a copied token does (PROTOCOL.md section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTokenReuse {
    /// Tell the owner.
    Alert,
    /// Tell the owner and end the session at once.
    Revoke,
}

/// `[security]`: lifetimes, keys and the configured level of constraints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityConfig {
    /// From creation to the absolute end of a session, seconds (PROTOCOL.md section 3).
    pub session_absolute_lifetime_s: i64,
    /// Live sessions that one agent may have (PROTOCOL.md section 3).
    pub max_sessions_per_agent: u32,
    /// How long ended sessions are kept, seconds (PROTOCOL.md section 9).
    pub session_retention_s: i64,
    /// What a sign of a copied token does.
    pub on_token_reuse: OnTokenReuse,
    /// The key that seals signing keys (PROTOCOL.md section 2).
    pub master_key_file: PathBuf,
    /// The `config.toml` level of the resolver (PROTOCOL.md section 3).
    pub constraints: ConstraintsRequest,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// `[log]`: what is logged and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// Filter text such as `info` or `info,waiaas_daemon_core=debug`.
    pub level: String,
    /// Form of the lines.
    pub format: LogFormat,
}

impl Config {
    /// Joins and checks all sources.
    ///
    /// # Errors
    /// [`ConfigErrors`] with every problem there is: unknown keys, values of a wrong type or
    /// out of range, and values that do not go together.
    pub fn load(inputs: &ConfigInputs) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::collect(inputs);
        let http = http(&mut reader);
        let telegram = telegram::read(&mut reader, inputs, &http);
        let config = Self {
            data_dir: inputs.data_dir.clone(),
            http,
            notify: notify::read(&mut reader, inputs, telegram.is_some()),
            telegram,
            database: DatabaseConfig {
                path: database_path(&reader, &inputs.data_dir),
            },
            security: security(&reader, &inputs.data_dir),
            log: log(&reader),
            settings: describe::settings(&reader, &inputs.data_dir),
        };
        reader.finish().map(|()| config)
    }

    /// Every setting with its value and where it came from; secrets as `[set]`.
    #[must_use]
    pub fn describe(&self) -> &[Setting] {
        &self.settings
    }
}

fn http(reader: &mut Reader) -> HttpConfig {
    let http = HttpConfig {
        listen: reader.address(&schema::LISTEN),
        behind_tls_proxy: reader.flag(&schema::BEHIND_TLS_PROXY),
        body_max_bytes: reader.number(&schema::BODY_MAX_BYTES),
        request_timeout_s: reader.number(&schema::REQUEST_TIMEOUT_S),
        session_burst: reader.number(&schema::SESSION_BURST),
        session_per_s: reader.number(&schema::SESSION_PER_S),
        address_burst: reader.number(&schema::ADDRESS_BURST),
        address_per_s: reader.number(&schema::ADDRESS_PER_S),
    };
    require_tls(reader, &schema::LISTEN, &http, "tokens");
    http
}

/// Refuses an address beyond this machine, unless the owner says that something in front
/// ends TLS; `what` would travel without it.
fn require_tls(reader: &mut Reader, key: &schema::Key, http: &HttpConfig, what: &str) {
    let address = reader.address(key);
    if !address.ip().to_canonical().is_loopback() && !http.behind_tls_proxy {
        reader.refuse(
            key,
            &format!("is not a loopback address, and {what} would travel without TLS"),
            "127.0.0.1 or [::1]; or put a TLS proxy in front and set http.behind_tls_proxy = true",
        );
    }
}

fn database_path(reader: &Reader, data_dir: &Path) -> PathBuf {
    match reader.text(&schema::DATABASE_URL) {
        Some(url) => data_dir.join(database_url::path_of(&url)),
        None => data_dir.join(DATABASE_FILE_NAME),
    }
}

fn security(reader: &Reader, data_dir: &Path) -> SecurityConfig {
    let key_file = reader.text(&schema::MASTER_KEY_FILE);
    SecurityConfig {
        session_absolute_lifetime_s: reader.number(&schema::SESSION_ABSOLUTE_LIFETIME),
        max_sessions_per_agent: reader.number(&schema::MAX_SESSIONS_PER_AGENT),
        session_retention_s: reader.number(&schema::SESSION_RETENTION),
        on_token_reuse: match reader.text(&schema::ON_TOKEN_REUSE).as_deref() {
            Some("revoke") => OnTokenReuse::Revoke,
            _ => OnTokenReuse::Alert,
        },
        master_key_file: data_dir.join(key_file.as_deref().unwrap_or(MASTER_KEY_FILE_NAME)),
        constraints: ConstraintsRequest {
            expires_in: reader.integer(&schema::EXPIRES_IN),
            max_renewals: reader.integer(&schema::MAX_RENEWALS),
            renewal_reject_window: reader.integer(&schema::RENEWAL_REJECT_WINDOW),
            max_amount_per_tx: reader.text(&schema::MAX_AMOUNT_PER_TX),
            max_total_amount: reader.text(&schema::MAX_TOTAL_AMOUNT),
            max_transactions: reader.integer(&schema::MAX_TRANSACTIONS),
            allowed_operations: reader.list(&schema::ALLOWED_OPERATIONS),
            allowed_destinations: reader.list(&schema::ALLOWED_DESTINATIONS),
        },
    }
}

fn log(reader: &Reader) -> LogConfig {
    LogConfig {
        level: reader.text(&schema::LOG_LEVEL).unwrap_or_default(),
        format: match reader.text(&schema::LOG_FORMAT).as_deref() {
            Some("json") => LogFormat::Json,
            _ => LogFormat::Text,
        },
    }
}

#[cfg(test)]
mod tests;
