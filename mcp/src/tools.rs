//! What a model may ask for: the list of tools, and how a name finds its own. The questions
//! and the shapes of their answers are in one file per noun, which the resources share; how an
//! outcome becomes a result is in `result`. No tool changes anything.

mod arguments;
mod result;
pub(crate) mod session;
pub(crate) mod wallets;

use rmcp::model::{CallToolResult, JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::arguments::{NoArguments, WalletArgument};
pub(crate) use self::result::{Failure, internal_failure, value};
use crate::api_client::{ApiClient, Outcome};

const SESSION_STATUS: &str = "session_status";
const LIST_WALLETS: &str = "list_wallets";
const GET_WALLET: &str = "get_wallet";
const GET_ADDRESS: &str = "get_address";

/// Every tool, as a client is told of it.
pub(crate) fn list() -> Vec<Tool> {
    vec![
        tool::<NoArguments, session::SessionStatus>(
            SESSION_STATUS,
            "Session status",
            "Tells how long the wallet session lasts, how many renewals are left, which limits \
             apply, which wallets it reaches, and what to do when it ends. Call it when the user \
             asks about the session or its limits, or before work that takes long. Takes no \
             arguments.",
        ),
        tool::<NoArguments, wallets::WalletList>(
            LIST_WALLETS,
            "List wallets",
            "Lists every wallet that this session reaches, with id, name, chain, network and \
             public address, and says which one is the default. Takes no arguments.",
        ),
        tool::<WalletArgument, wallets::Wallet>(
            GET_WALLET,
            "Get wallet",
            "Tells id, name, chain, network and public address of one wallet that this session \
             reaches: the named one, or the default wallet when no wallet is given.",
        ),
        tool::<WalletArgument, wallets::Address>(
            GET_ADDRESS,
            "Get address",
            "Tells the public address of one wallet, with the chain and the network on which it \
             is valid: of the named one, or of the default wallet when no wallet is given. Use \
             it when somebody is to pay into the wallet or look it up.",
        ),
    ]
}

/// Runs the tool of this name; `None` when there is none.
pub(crate) async fn call(
    client: &ApiClient,
    name: &str,
    arguments: Option<JsonObject>,
) -> Option<CallToolResult> {
    let arguments = arguments.unwrap_or_default();
    let result = match name {
        SESSION_STATUS => answer(arguments, |NoArguments {}| session::load(client)).await,
        LIST_WALLETS => answer(arguments, |NoArguments {}| wallets::load(client)).await,
        GET_WALLET => {
            answer(arguments, |WalletArgument { wallet }| {
                wallets::find(client, wallet)
            })
            .await
        }
        GET_ADDRESS => {
            answer(arguments, |WalletArgument { wallet }| {
                wallets::find_address(client, wallet)
            })
            .await
        }
        _ => return None,
    };
    Some(result)
}

async fn answer<A, T, F>(arguments: JsonObject, ask: impl FnOnce(A) -> F) -> CallToolResult
where
    A: DeserializeOwned,
    T: Serialize,
    F: Future<Output = Outcome<T>>,
{
    let outcome = match arguments::read(arguments) {
        Ok(arguments) => ask(arguments).await,
        Err(refusal) => Outcome::Refused(refusal),
    };
    result::of(outcome)
}

fn tool<A: JsonSchema + 'static, T: JsonSchema>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
) -> Tool {
    let annotations = ToolAnnotations::with_title(title)
        .read_only(true)
        .destructive(false)
        .idempotent(true)
        .open_world(false);
    Tool::new(name, description, JsonObject::new())
        .with_title(title)
        .with_input_schema::<A>()
        .with_raw_output_schema(result::schema::<T>())
        .with_annotations(annotations)
}
