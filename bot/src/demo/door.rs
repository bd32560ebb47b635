//! Both doors of the demo's daemon, as plain HTTP clients: the agents' door with a token, and
//! the owner's with the admin socket. No rule lives here; what to do about a refusal is for
//! the caller.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::RenewalKey;
use waiaas_protocol::wire::{ErrorBody, RenewResponse, SessionSelf};

/// The longest wait for one answer (PROTOCOL.md section 6, "Writers").
const REQUEST_TIMEOUT_S: u64 = 10;
/// The header of PROTOCOL.md section 5.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Why a door gave no body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The daemon said no (PROTOCOL.md section 8).
    #[error("the daemon refused with {code} ({status})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The code of the registry.
        code: String,
        /// Whether the same request may succeed later.
        retryable: bool,
        /// When to ask again, in seconds of the daemon's clock.
        retry_after_s: Option<u64>,
    },
    /// No answer, or one that is not the daemon's.
    #[error("the daemon did not answer: {0}")]
    Unreachable(String),
}

impl Refusal {
    /// Whether nothing will change by asking again.
    pub(super) const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                retryable: false,
                ..
            }
        )
    }
}

/// The agents' door.
#[derive(Clone)]
pub(super) struct AgentDoor {
    http: reqwest::Client,
    base: String,
}

impl AgentDoor {
    pub(super) fn new(address: SocketAddr) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(REQUEST_TIMEOUT_S))
            .build()?;
        Ok(Self {
            http,
            base: format!("http://{address}"),
        })
    }

    /// The address as an agent is told it.
    pub(super) fn url(&self) -> &str {
        &self.base
    }

    /// `GET /v1/session`.
    pub(super) async fn who_am_i(&self, token: &SessionToken) -> Result<SessionSelf, Refusal> {
        let url = format!("{}/v1/session", self.base);
        ask(self.http.get(url).bearer_auth(token.expose())).await
    }

    /// `PUT /v1/sessions/{id}/renew` with the renewal key (PROTOCOL.md sections 4 and 5).
    pub(super) async fn renew(
        &self,
        session_id: SessionId,
        token: &SessionToken,
        key: &RenewalKey,
    ) -> Result<RenewResponse, Refusal> {
        let url = format!("{}/v1/sessions/{session_id}/renew", self.base);
        let request = self.http.put(url).bearer_auth(token.expose());
        ask(request.header(IDEMPOTENCY_KEY, key.expose())).await
    }
}

/// The owner's door.
pub(super) struct OwnerDoor {
    http: reqwest::Client,
}

impl OwnerDoor {
    pub(super) fn new(socket: &Path) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .unix_socket(socket)
            .timeout(Duration::from_secs(REQUEST_TIMEOUT_S))
            .build()?;
        Ok(Self { http })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        ask(self.http.get(format!("http://localhost{path}"))).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Refusal> {
        ask(self.http.post(format!("http://localhost{path}")).json(body)).await
    }
}

async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Refusal> {
    let response = request.send().await.map_err(unreachable)?;
    if response.status().is_success() {
        return response.json().await.map_err(unreachable);
    }
    Err(refusal(response).await)
}

/// An error of reqwest may name the address, and here that is wanted; it never names headers.
fn unreachable(error: reqwest::Error) -> Refusal {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(&error);
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    Refusal::Unreachable(text)
}

async fn refusal(response: Response) -> Refusal {
    let status = response.status().as_u16();
    let retry_after_s = retry_after_s(response.headers());
    match response.json::<ErrorBody>().await {
        Ok(ErrorBody {
            code, retryable, ..
        }) => Refusal::Refused {
            status,
            code,
            retryable,
            retry_after_s,
        },
        Err(error) => unreachable(error),
    }
}

fn retry_after_s(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
}
