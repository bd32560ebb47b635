//! The Bot API client.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use teloxide::Bot;
use waiaas_daemon_core::config::TelegramConfig;

/// How long a poll may hold, seconds.
pub(super) const POLL_HOLD_S: u32 = 25;
/// A call may take so long, seconds; longer than a poll holds.
const CALL_TIMEOUT_S: u64 = 40;
const CONNECT_TIMEOUT_S: u64 = 10;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is none.
    #[error("telegram.api_url is not an address: {0}")]
    Address(String),
    /// The TLS or HTTP library failed.
    #[error("the HTTP client could not be made")]
    Client,
}

/// Makes the client of a configured bot.
pub(super) fn new(config: &TelegramConfig) -> Result<Bot, ClientError> {
    // The library's errors may name the address, and the address carries the token later:
    // they are not passed on.
    let client = teloxide::net::default_reqwest_settings()
        .timeout(Duration::from_secs(CALL_TIMEOUT_S))
        .connect_timeout(Duration::from_secs(CONNECT_TIMEOUT_S))
        .build()
        .map_err(|_| ClientError::Client)?;
    let address = reqwest::Url::parse(&config.api_url)
        .map_err(|_| ClientError::Address(config.api_url.clone()))?;
    Ok(Bot::with_client(config.bot_token.expose_secret(), client).set_api_url(address))
}
