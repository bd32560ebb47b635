//! The owner's door of the demo's daemon, as a plain HTTP client of the admin socket. No rule
//! lives here; what to do about a refusal is for the caller.

use std::path::Path;
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use waiaas_protocol::wire::ErrorBody;

/// The longest wait for one answer (PROTOCOL.md section 6, "Writers").
const REQUEST_TIMEOUT_S: u64 = 10;

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
    },
    /// No answer, or one that is not the daemon's.
    #[error("the daemon did not answer: {0}")]
    Unreachable(String),
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

    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Refusal> {
        ask(self.http.put(format!("http://localhost{path}")).json(body)).await
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
    match response.json::<ErrorBody>().await {
        Ok(ErrorBody { code, .. }) => Refusal::Refused { status, code },
        Err(error) => unreachable(error),
    }
}
