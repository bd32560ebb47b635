//! How an outcome becomes a tool's result (PROTOCOL.md section 7): data and guidance are
//! successes, only a refusal is a tool error. Every result has the same content twice, as
//! structured content and as its text, and fits the tool's output schema: there are clients
//! that check it, errors included.

use std::sync::Arc;

use rmcp::model::{CallToolResult, JsonObject};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema, json_schema};
use serde::Serialize;
use serde_json::Value;
use waiaas_protocol::error_code::ErrorCode;

use crate::api_client::Outcome;
use crate::door::Refusal;
use crate::guidance::Guidance;

/// The content of a tool error.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Failure {
    /// What kind of refusal, such as `WALLET_NOT_FOUND`.
    code: String,
    /// What was wrong.
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code,
            message: refusal.message,
            hint: refusal.hint,
        }
    }
}

/// A refusal that is made on this side.
pub(super) fn refusal(code: ErrorCode, message: String, hint: &str) -> Refusal {
    Refusal {
        status: code.http_status(),
        code: code.as_str().to_owned(),
        message,
        hint: Some(hint.to_owned()),
        retryable: code.retryable(),
        retry_after_s: None,
    }
}

pub(super) fn of<T: Serialize>(outcome: Outcome<T>) -> CallToolResult {
    match outcome {
        Outcome::Success(data) => CallToolResult::structured(value(&data)),
        Outcome::Waiting(guidance) => CallToolResult::structured(value(&guidance)),
        Outcome::Refused(refusal) => {
            CallToolResult::structured_error(value(&Failure::from(refusal)))
        }
    }
}

/// The result of a tool that broke.
pub(crate) fn internal_failure() -> CallToolResult {
    let refusal = refusal(
        ErrorCode::Internal,
        "The waiaas MCP server made a mistake with this call; it goes on serving.".to_owned(),
        "Call again; if it happens again, tell the user to look at the log of the MCP server.",
    );
    of::<()>(Outcome::Refused(refusal))
}

/// Any JSON of ours as a value.
pub(crate) fn value(data: &impl Serialize) -> Value {
    serde_json::to_value(data).expect("shapes of texts, numbers and lists have a JSON form")
}

/// Changes the data, if there is any.
pub(super) fn map<T, U>(outcome: Outcome<T>, change: impl FnOnce(T) -> U) -> Outcome<U> {
    match outcome {
        Outcome::Success(data) => Outcome::Success(change(data)),
        Outcome::Waiting(guidance) => Outcome::Waiting(guidance),
        Outcome::Refused(refusal) => Outcome::Refused(refusal),
    }
}

/// The output schema of a tool whose data is a `T`: an object that is the data, the guidance
/// or the failure. Without references, which not every client follows.
pub(super) fn schema<T: JsonSchema>() -> Arc<JsonObject> {
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| settings.inline_subschemas = true);
    let mut generator = settings.into_generator();
    let mut schema = json_schema!({
        "type": "object",
        "anyOf": [
            generator.subschema_for::<T>(),
            generator.subschema_for::<Guidance>(),
            generator.subschema_for::<Failure>(),
        ],
    });
    RecursiveTransform(as_written).transform(&mut schema);
    Arc::new(schema.ensure_object().clone())
}

/// What has no value is left out of our JSON, never null, and a number's width is a matter of
/// the language.
fn as_written(schema: &mut Schema) {
    let nullable = schema.get("type").and_then(Value::as_array);
    if let Some([kind, Value::String(null)]) = nullable.map(Vec::as_slice)
        && null == "null"
    {
        let kind = kind.clone();
        schema.insert("type".to_owned(), kind);
    }
    if schema.get("type").is_some_and(|kind| kind == "integer") {
        schema.remove("format");
    }
}
