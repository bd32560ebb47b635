//! What a model passes to a tool. Unknown fields are refused, because a misspelt wallet must
//! not become the default wallet.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use waiaas_protocol::error_code::ErrorCode;

use super::result::refusal;
use crate::door::Refusal;

/// The tool takes nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("properties" = {}))]
pub(super) struct NoArguments {}

/// Which wallet.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WalletArgument {
    /// Name or id of a wallet that this session reaches; leave it out for the default wallet.
    // A null is understood too, but not advertised: some clients know no lists of types.
    #[schemars(extend("type" = "string"))]
    pub(super) wallet: Option<String>,
}

/// Reads them, or says which field is wrong and what would be right.
pub(super) fn read<A: DeserializeOwned>(arguments: JsonObject) -> Result<A, Refusal> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        let message = match path.as_str() {
            "." => format!("The arguments cannot be used: {cause}."),
            field => format!("The argument `{field}` cannot be used: {cause}."),
        };
        refusal(
            ErrorCode::RequestInvalid,
            message,
            "Correct the arguments and call again; the tool's input schema says what it takes.",
        )
    })
}
