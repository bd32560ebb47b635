//! Reading an answer: a body of the expected shape, a refusal of PROTOCOL.md section 8, or
//! nothing usable. Bodies are bounded; nothing of a request is ever repeated in an error.

use std::error::Error as _;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use waiaas_protocol::error_code::ErrorCode;

/// The longest body that is read.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// How much of a refusal's code and texts is taken.
const CODE_CHARS_MAX: usize = 64;
const TEXT_CHARS_MAX: usize = 500;

/// Why there is no body of the expected shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoorError {
    /// The daemon said no.
    #[error("the daemon refused with {}", .0.code)]
    Refused(Refusal),
    /// No answer, or one that is not the daemon's.
    #[error("{reason}")]
    Unreachable {
        /// For people; carries no secret.
        reason: String,
        /// Whether the connection broke in a way that a new one may mend at once.
        again: bool,
    },
}

/// A refusal of PROTOCOL.md section 8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The code as written.
    pub code: String,
    /// For people.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// When to ask again, seconds.
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    /// The code, where this version knows it.
    #[must_use]
    pub fn known(&self) -> Option<ErrorCode> {
        self.code.parse().ok()
    }
}

/// What is read of an error body: less than is written, so that any version is understood.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    hint: Option<String>,
    #[serde(default)]
    retryable: bool,
}

/// The flat body, or the same under `error`.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyBody {
    Flat(Body),
    Nested { error: Body },
}

pub(super) async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, DoorError> {
    let response = request.send().await.map_err(|cause| unsent(&cause))?;
    let status = response.status();
    let retry_after_s = retry_after_s(response.headers());
    let body = bounded_body(response).await?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|_| foreign(status.as_u16()));
    }
    let status = status.as_u16();
    match serde_json::from_slice(&body) {
        Ok(AnyBody::Flat(body) | AnyBody::Nested { error: body }) => {
            Err(DoorError::Refused(Refusal {
                status,
                code: harmless(&body.code, CODE_CHARS_MAX),
                message: harmless(&body.message, TEXT_CHARS_MAX),
                hint: body.hint.map(|hint| harmless(&hint, TEXT_CHARS_MAX)),
                retryable: body.retryable,
                retry_after_s,
            }))
        }
        // Something between us and the daemon.
        Err(_) => Err(foreign(status)),
    }
}

/// A text that goes on to logs and models: whoever answered may not be the daemon.
fn harmless(text: &str, chars_max: usize) -> String {
    let printable = text.chars().filter(|c| !c.is_control());
    printable.take(chars_max).collect()
}

fn foreign(status: u16) -> DoorError {
    DoorError::Unreachable {
        reason: format!("what answered (HTTP {status}) is not a waiaas daemon of this version"),
        again: false,
    }
}

async fn bounded_body(mut response: Response) -> Result<Vec<u8>, DoorError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|cause| unsent(&cause))? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(DoorError::Unreachable {
                reason: "the answer is too long to be the daemon's".to_owned(),
                again: false,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The reason without the address, which the callers know, in the words of its deepest cause.
pub(super) fn unsent(error: &reqwest::Error) -> DoorError {
    let mut reason = if error.is_timeout() {
        "it did not answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "the connection broke".to_owned()
    };
    let mut deepest = None;
    let mut next = error.source();
    while let Some(source) = next {
        deepest = Some(source.to_string());
        next = source.source();
    }
    if let Some(deepest) = deepest.filter(|_| !error.is_timeout()) {
        reason = format!("{reason} ({deepest})");
    }
    DoorError::Unreachable {
        reason,
        again: !error.is_timeout() && !error.is_connect() && !error.is_builder(),
    }
}

fn retry_after_s(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
