//! What the API answers: a result, a refusal in Telegram's words, or nothing at all.

use serde_json::{Value, json};

/// A refusal as Telegram words it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) code: u16,
    pub(crate) description: String,
    pub(crate) parameters: Option<Value>,
}

pub(crate) type ApiResult = Result<Value, ApiError>;

impl ApiError {
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
            parameters: None,
        }
    }

    /// A 400 with `Bad Request: ` before `why`.
    pub(crate) fn bad_request(why: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", why.as_ref()))
    }

    /// The body of the refusal.
    pub(crate) fn to_json(&self) -> Value {
        let mut body = json!({
            "ok": false,
            "error_code": self.code,
            "description": self.description,
        });
        if let Some(parameters) = &self.parameters {
            body["parameters"] = parameters.clone();
        }
        body
    }
}

/// What becomes of a request.
pub(crate) enum Reply {
    /// An answer of the API.
    Api(ApiResult),
    /// A page with this status, as a proxy in between sends it.
    NotJson(u16),
    /// No answer: the connection is cut.
    Cut,
}
