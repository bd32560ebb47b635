//! The agents' door of the daemon as a plain HTTP client: what was sent, what came back. What
//! to do about an answer is for the callers.

mod answer;
mod base_url;

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, redirect};
use serde::de::DeserializeOwned;
use waiaas_protocol::claim_code::ClaimCode;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::RenewalKey;
use waiaas_protocol::wire::{ClaimSessionRequest, ClaimSessionResponse, RenewResponse};

pub use self::answer::{DoorError, Refusal};
pub use self::base_url::{BaseUrl, BaseUrlError};

/// The longest wait for one answer, seconds (PROTOCOL.md section 6).
pub const REQUEST_TIMEOUT_S: u64 = 10;
const CONNECT_TIMEOUT_S: u64 = 5;
/// The header of PROTOCOL.md section 5.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
const USER_AGENT: &str = concat!("waiaas-mcp/", env!("CARGO_PKG_VERSION"));

/// The agents' door of one daemon.
#[derive(Debug)]
pub struct Door {
    /// Or why nobody knows where the daemon is.
    base: Result<BaseUrl, String>,
    /// Made with the first request: reading the system's certificates would delay the start.
    client: OnceLock<Client>,
}

impl Door {
    /// A client of the daemon at this address; connects to nothing yet.
    #[must_use]
    pub const fn new(base: BaseUrl) -> Self {
        Self {
            base: Ok(base),
            client: OnceLock::new(),
        }
    }

    /// A door that nobody knows the way to: every request fails with this reason, and no token
    /// is sent to a guessed address.
    #[must_use]
    pub const fn closed(reason: String) -> Self {
        Self {
            base: Err(reason),
            client: OnceLock::new(),
        }
    }

    /// Where the daemon is, where that is known.
    #[must_use]
    pub fn base_url(&self) -> Option<&BaseUrl> {
        self.base.as_ref().ok()
    }

    /// Reads `path`, asking once more when the connection broke: the daemon may have been
    /// restarted since the last request.
    ///
    /// # Errors
    /// [`DoorError`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&SessionToken>,
    ) -> Result<T, DoorError> {
        match self.get_once(path, token).await {
            Err(DoorError::Unreachable { again: true, .. }) => self.get_once(path, token).await,
            answered => answered,
        }
    }

    async fn get_once<T: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&SessionToken>,
    ) -> Result<T, DoorError> {
        let mut request = self.request(Method::GET, path)?;
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        answer::read(request).await
    }

    /// `PUT /v1/sessions/{id}/renew` with the renewal key (PROTOCOL.md sections 4 and 5).
    ///
    /// # Errors
    /// [`DoorError`]; a lost answer is got again with the same key.
    pub async fn renew(
        &self,
        session_id: SessionId,
        token: &SessionToken,
        key: &RenewalKey,
    ) -> Result<RenewResponse, DoorError> {
        let request = self
            .request(Method::PUT, &format!("/v1/sessions/{session_id}/renew"))?
            .bearer_auth(token.expose())
            .header(IDEMPOTENCY_KEY, key.expose());
        answer::read(request).await
    }

    /// `POST /v1/sessions/claim` with the idempotency key (PROTOCOL.md section 6).
    ///
    /// # Errors
    /// [`DoorError`]; a lost answer is got again with the same key.
    pub async fn claim(
        &self,
        code: &ClaimCode,
        key: &RenewalKey,
    ) -> Result<ClaimSessionResponse, DoorError> {
        let body = ClaimSessionRequest {
            code: code.expose().to_owned(),
        };
        let request = self
            .request(Method::POST, "/v1/sessions/claim")?
            .header(IDEMPOTENCY_KEY, key.expose())
            .json(&body);
        answer::read(request).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, DoorError> {
        let base = self
            .base
            .as_ref()
            .map_err(|reason| DoorError::Unreachable {
                reason: reason.clone(),
                again: false,
            })?;
        let client = match self.client.get() {
            Some(client) => client,
            None => {
                let made = connectable(base).map_err(|cause| answer::unsent(&cause))?;
                self.client.get_or_init(|| made)
            }
        };
        Ok(client.request(method, base.join(path)))
    }
}

fn connectable(base: &BaseUrl) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(Duration::from_secs(CONNECT_TIMEOUT_S))
        .timeout(Duration::from_secs(REQUEST_TIMEOUT_S))
        // A redirect would carry the token to somebody else.
        .redirect(redirect::Policy::none());
    if base.is_loopback() {
        builder = builder.no_proxy();
    }
    builder.build()
}
