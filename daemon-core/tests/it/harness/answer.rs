//! What came back, with assertions that say what came instead.

use axum::body::to_bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;
use waiaas_protocol::error_code::ErrorCode;

const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Status, headers and body of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// The body as JSON; `null` when it is empty.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// One header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body of a 200.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The body of a 201.
    #[track_caller]
    pub(crate) fn created(&self) -> Value {
        assert_eq!(self.status, 201, "{}", self.text);
        self.json()
    }

    /// The `code` of a refusal, or what came instead.
    pub(crate) fn outcome(&self) -> String {
        if self.status < 300 {
            return self.status.to_string();
        }
        self.json()["code"]
            .as_str()
            .map_or_else(|| self.status.to_string(), str::to_owned)
    }

    /// The body of a refusal with this code, whole and in the form of section 8.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) -> Value {
        let row: ErrorCode = code.parse().unwrap();
        assert_eq!(
            (self.outcome(), self.status),
            (code.to_owned(), row.http_status()),
            "{}",
            self.text
        );
        let body = self.json();
        assert_eq!(body["retryable"], row.retryable(), "{body}");
        assert_eq!(
            body["requestId"].as_str(),
            self.header("x-request-id"),
            "{body}"
        );
        assert!(
            body["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{body}"
        );
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let known = [
            "code",
            "message",
            "hint",
            "details",
            "requestId",
            "retryable",
        ];
        let unknown = body
            .as_object()
            .unwrap()
            .keys()
            .find(|key| !known.contains(&key.as_str()));
        assert_eq!(unknown, None);
        body
    }

    /// The issues of a `REQUEST_INVALID` as `path: message`.
    #[track_caller]
    pub(crate) fn issues(&self) -> Vec<String> {
        let body = self.refused("REQUEST_INVALID");
        let issues = body["details"]["issues"].as_array().unwrap();
        let text = |issue: &Value, field: &str| issue[field].as_str().unwrap().to_owned();
        issues
            .iter()
            .map(|i| format!("{}: {}", text(i, "path"), text(i, "message")))
            .collect()
    }
}
