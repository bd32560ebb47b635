//! One POST to a channel, and what its answer means. The address may be a secret: no text of
//! an error leaves this file with it.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};

use super::{ChannelError, Delivery};
use crate::clock::SharedClock;
use crate::core::Core;
use crate::notify::health::{ChannelState, HealthBoard};
use crate::notify::trouble::{Trouble, TroubleCode};

/// One attempt, seconds; the worker's own limit is the same.
const SEND_TIMEOUT_S: u64 = 10;
const CONNECT_TIMEOUT_S: u64 = 5;
/// Asked to wait without a word for how long, seconds.
const RETRY_AFTER_DEFAULT_S: i64 = 30;

/// Why a channel cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum OutletError {
    /// The configured address is none. It is not repeated.
    #[error("the address of the channel {channel} cannot be read")]
    Address {
        /// Which channel.
        channel: &'static str,
    },
    /// The TLS or HTTP library failed.
    #[error("the HTTP client of the channel {channel} cannot be made")]
    Client {
        /// Which channel.
        channel: &'static str,
    },
}

/// The way to one address, and the report of how it is doing.
pub(super) struct Outlet {
    channel: &'static str,
    client: Client,
    health: HealthBoard,
    clock: SharedClock,
}

impl Outlet {
    /// Makes the client; asks nothing yet.
    pub(super) fn new(core: &Core, channel: &'static str) -> Result<Self, OutletError> {
        // A redirect would carry the alert, and perhaps a token, to somewhere else.
        let client = Client::builder()
            .timeout(Duration::from_secs(SEND_TIMEOUT_S))
            .connect_timeout(Duration::from_secs(CONNECT_TIMEOUT_S))
            .redirect(Policy::none())
            .build()
            .map_err(|_| OutletError::Client { channel })?;
        let outlet = Self {
            channel,
            client,
            health: core.health.clone(),
            clock: core.clock.clone(),
        };
        outlet.report(ChannelState::Starting, None);
        Ok(outlet)
    }

    /// A request to fill in.
    pub(super) fn post(&self, url: &Url) -> RequestBuilder {
        self.client.post(url.clone())
    }

    /// The current time, Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.clock.now_s()
    }

    /// Sends, judges the answer and reports how the channel is doing.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Delivery, ChannelError> {
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let trouble = network_trouble(&error.without_url());
                return Err(self.trouble(ChannelState::Unreachable, trouble));
            }
        };
        let status = answer.status().as_u16();
        let answered = |code: TroubleCode| code.saying(status.to_string());
        match status {
            200..=299 => {
                self.report(ChannelState::Ok, None);
                Ok(Delivery::Accepted)
            }
            429 => {
                let pause = retry_after_s(answer.headers()).unwrap_or(RETRY_AFTER_DEFAULT_S);
                Err(later(TroubleCode::AskedToWait.into(), Some(pause)))
            }
            // The address or the token is wrong: whatever is sent would be refused.
            300..=399 | 401 | 403 | 404 | 405 | 410 => {
                let trouble = answered(TroubleCode::AddressRefused);
                Err(self.trouble(ChannelState::Unauthorized, trouble))
            }
            408 | 425 | 500.. => {
                let trouble = answered(TroubleCode::ServerAnswered);
                Err(self.trouble(ChannelState::Unreachable, trouble))
            }
            _ => Err(ChannelError::Never {
                reason: answered(TroubleCode::ServerAnswered),
            }),
        }
    }

    /// Reports it, and lets what was to be sent wait.
    fn trouble(&self, state: ChannelState, trouble: Trouble) -> ChannelError {
        self.report(state, Some(trouble.clone()));
        later(trouble, None)
    }

    /// Says how the channel is doing; logs only what changes.
    fn report(&self, state: ChannelState, problem: Option<Trouble>) {
        let channel = self.channel;
        if self.health.state(channel) != state {
            let state = state.as_str();
            match problem.as_ref().map(Trouble::to_string) {
                Some(problem) => tracing::warn!(channel, state, problem, "channel"),
                None => tracing::info!(channel, state, "channel"),
            }
        }
        self.health.set(channel, state, problem, self.now());
    }
}

fn later(reason: Trouble, retry_after_s: Option<i64>) -> ChannelError {
    ChannelError::Later {
        reason,
        retry_after_s,
    }
}

/// A failed request as a trouble: with the innermost cause, which names no address of ours.
fn network_trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return TroubleCode::NoAnswer.into();
    }
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    match cause.and_then(|cause| cause.downcast_ref::<std::io::Error>()) {
        Some(io) if io.kind() == ErrorKind::ConnectionRefused => {
            TroubleCode::ConnectionRefused.into()
        }
        Some(io) => TroubleCode::NoConnection.saying(io.kind().to_string()),
        None if error.is_connect() => TroubleCode::NoConnection.into(),
        None => TroubleCode::UnreadableAnswer.into(),
    }
}

/// Whole seconds, rounded up: Discord also sends fractions.
fn retry_after_s(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds: f64 = text.trim().parse().ok()?;
    #[allow(clippy::cast_possible_truncation, reason = "clamped")]
    seconds
        .is_finite()
        .then(|| seconds.ceil().clamp(1.0, 86_400.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_rounded_up_and_nonsense_is_none() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a header"));
            retry_after_s(&headers)
        };
        assert_eq!(asked("7"), Some(7));
        assert_eq!(asked("0.65"), Some(1));
        assert_eq!(asked("-3"), Some(1));
        assert_eq!(asked("1e99"), Some(86_400));
        assert_eq!(asked("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(asked("NaN"), None);
    }
}
