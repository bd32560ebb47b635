//! Questions to the daemon's doors that always end: a short timeout, no proxy, no redirect.
//! What an answer means is for the checks.

use std::io;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use serde::de::DeserializeOwned;
use waiaas_protocol::wire::ErrorBody;

use crate::app::ADMIN_SOCKET;
use crate::cli::io_kind;

/// A daemon that works answers in milliseconds.
const ANSWER_MAX_S: u64 = 3;
/// The longest body that is read: whoever answers may not be the daemon.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// The host is never looked up: the connection goes to the socket.
const ADMIN_BASE: &str = "http://localhost/v1";

/// The HTTP client of this program could not be made.
pub(crate) type DoorError = reqwest::Error;

/// One of the daemon's doors.
#[derive(Debug)]
pub(crate) struct Door {
    http: reqwest::Client,
    base: &'static str,
}

/// Why there is no answer to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nobody listens.
    Absent,
    /// This user may not connect.
    Denied,
    /// Somebody listens and does not answer in time.
    Silent,
    /// The answer is not what a daemon of this version says.
    Unreadable,
    /// The daemon refuses, in the reader's language.
    Refused { code: String, message: String },
    /// The connection failed in another way.
    Broken { cause: String },
}

impl Door {
    /// The owner's door of this data directory.
    ///
    /// # Errors
    /// When the HTTP library fails.
    pub(crate) fn admin(data_dir: &Path, language: &str) -> Result<Self, DoorError> {
        let mut headers = HeaderMap::new();
        if let Ok(language) = HeaderValue::from_str(language) {
            headers.insert(ACCEPT_LANGUAGE, language);
        }
        let http = client()
            .unix_socket(data_dir.join(ADMIN_SOCKET))
            .default_headers(headers)
            .build()?;
        Ok(Self {
            http,
            base: ADMIN_BASE,
        })
    }

    /// The agents' door, wherever it is: questions carry the whole address.
    ///
    /// # Errors
    /// When the HTTP library fails.
    pub(crate) fn agents() -> Result<Self, DoorError> {
        let http = client().build()?;
        Ok(Self { http, base: "" })
    }

    /// Asks, and reads the answer as `T`.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        let asked = self.http.get(format!("{}{path}", self.base)).send().await;
        let response = asked.map_err(|error| fault(&error))?;
        let is_answer = response.status().is_success();
        let body = bounded_body(response).await?;
        if is_answer {
            return serde_json::from_slice(&body).map_err(|_| Fault::Unreadable);
        }
        let body: ErrorBody = serde_json::from_slice(&body).map_err(|_| Fault::Unreadable)?;
        Err(Fault::Refused {
            code: body.code,
            message: body.message,
        })
    }
}

async fn bounded_body(mut response: reqwest::Response) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Fault::Unreadable);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(Duration::from_secs(ANSWER_MAX_S))
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        return Fault::Silent;
    }
    if error.is_decode() {
        return Fault::Unreadable;
    }
    match io_kind(error) {
        Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => Fault::Absent,
        Some(io::ErrorKind::PermissionDenied) => Fault::Denied,
        // Somebody took the connection and does not speak HTTP.
        _ if error.is_request() && !error.is_connect() => Fault::Unreadable,
        _ => Fault::Broken {
            cause: innermost(error),
        },
    }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
