//! The flat error body of PROTOCOL.md section 8.

use serde::{Deserialize, Serialize};

/// What every refusal looks like, on both doors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// A code of the registry, such as `RENEWAL_TOO_EARLY`.
    pub code: String,
    /// For people, in the caller's `Accept-Language`, else English.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hint: Option<String>,
    /// Facts that belong to the code, such as `retryAfterS` or `issues`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub details: Option<serde_json::Value>,
    /// The same text as the `X-Request-ID` header.
    pub request_id: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

/// One thing wrong with a request: `details.issues` of `REQUEST_INVALID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Issue {
    /// Where: a JSON field in dotted camelCase, a path or query parameter, or `body`.
    pub path: String,
    /// What is wrong and what would be right, in the caller's language.
    pub message: String,
}
