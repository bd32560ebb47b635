//! Refusals on the wire: the only place that turns an [`Error`] into a status, headers and
//! the flat body of PROTOCOL.md section 8.
//!
//! A handler does not know the request id or the caller's language. So an error becomes an
//! answer in two steps: [`IntoResponse`] gives it status and headers and carries it along, and
//! the outermost layer fills in the body.

use std::error::Error as _;
use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use waiaas_protocol::wire::{ErrorBody, Issue};

use super::request_id::RequestId;
use crate::error::Error;
use crate::i18n::Locale;

/// Causes of causes that are logged.
const SOURCES_MAX: usize = 8;

/// The error that an answer waits to show.
#[derive(Debug, Clone)]
struct Refused(Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code().http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after_s() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response.extensions_mut().insert(Refused(Arc::new(self)));
        response
    }
}

/// Gives a refusal its body, and logs the cause of a failure of ours: here and nowhere else.
/// Any other answer passes unchanged.
pub(super) fn render(mut response: Response, id: &RequestId, locale: Locale) -> Response {
    let Some(Refused(error)) = response.extensions_mut().remove::<Refused>() else {
        return response;
    };
    log_cause(&error, id);
    let body = ErrorBody {
        code: error.code().as_str().to_owned(),
        message: locale.message(&error),
        hint: locale.hint(&error),
        details: worded(&error, locale).or_else(|| error.details()),
        request_id: id.as_str().to_owned(),
        retryable: error.code().retryable(),
    };
    let (mut parts, _) = response.into_parts();
    // The empty body's length would be wrong for the one that comes now.
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts.status, parts.headers, Json(body)).into_response()
}

/// Details that are themselves words for people.
fn worded(error: &Error, locale: Locale) -> Option<Value> {
    match error {
        Error::RequestInvalid(issues) => {
            let issues: Vec<Issue> = issues
                .iter()
                .map(|issue| Issue {
                    path: issue.path.clone(),
                    message: locale.problem(&issue.problem),
                })
                .collect();
            Some(json!({ "issues": issues }))
        }
        Error::TokenFileUnwritable(cause) => {
            Some(json!({ "reason": locale.token_file(cause), "rule": cause.rule().code() }))
        }
        _ => None,
    }
}

fn log_cause(error: &Error, id: &RequestId) {
    if !matches!(error, Error::Storage(_) | Error::Internal(_)) {
        return;
    }
    let mut causes = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source.filter(|_| causes.len() < SOURCES_MAX) {
        causes.push(cause.to_string());
        source = cause.source();
    }
    tracing::error!(code = %error.code(), request_id = id.as_str(), cause = causes.join(": "));
}
