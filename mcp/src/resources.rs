//! The same facts as the tools', for clients that read instead of asking, and the state of the
//! whole, which can always be read. A waiting state is contents, not an error.

use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents};
use serde::Serialize;
use serde_json::json;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::time::Timestamp;

use crate::api_client::{ApiClient, Outcome};
use crate::door::DoorError;
use crate::session_manager::{KeeperState, KeeperView};
use crate::tools::{Failure, session, value, wallets};

const SESSION: &str = "waiaas://session";
const WALLETS: &str = "waiaas://wallets";
const SYSTEM_STATUS: &str = "waiaas://system/status";
const MIME_TYPE: &str = "application/json";

/// Every resource, as a client is told of it.
pub(crate) fn list() -> Vec<Resource> {
    let resource = |uri, name, title, description| {
        Resource::new(uri, name)
            .with_title(title)
            .with_description(description)
            .with_mime_type(MIME_TYPE)
    };
    vec![
        resource(
            SESSION,
            "session",
            "Wallet session",
            "How long the wallet session lasts, its limits and wallets, and what to do when it ends.",
        ),
        resource(
            WALLETS,
            "wallets",
            "Wallets",
            "Every wallet that the session reaches, with chain, network and public address.",
        ),
        resource(
            SYSTEM_STATUS,
            "system-status",
            "System status",
            "Whether the waiaas daemon answers, and what the keeper of the session is doing. Can \
             be read at any time, also without a session.",
        ),
    ]
}

/// The contents of one resource.
///
/// # Errors
/// An unknown address, and what the daemon refuses.
pub(crate) async fn read(client: &ApiClient, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    match uri {
        SESSION => contents_of(uri, session::load(client).await),
        WALLETS => contents_of(uri, wallets::load(client).await),
        SYSTEM_STATUS => Ok(contents(uri, &SystemStatus::look(client).await)),
        _ => Err(unknown(uri)),
    }
}

fn contents_of<T: Serialize>(
    uri: &str,
    outcome: Outcome<T>,
) -> Result<ReadResourceResult, ErrorData> {
    match outcome {
        Outcome::Success(data) => Ok(contents(uri, &data)),
        Outcome::Waiting(guidance) => Ok(contents(uri, &guidance)),
        Outcome::Refused(refusal) => Err(ErrorData::internal_error(
            refusal.message.clone(),
            Some(value(&Failure::from(refusal))),
        )),
    }
}

fn contents(uri: &str, data: &impl Serialize) -> ReadResourceResult {
    let text = value(data).to_string();
    ReadResourceResult::new(vec![
        ResourceContents::text(text, uri).with_mime_type(MIME_TYPE),
    ])
}

fn unknown(uri: &str) -> ErrorData {
    let known: Vec<String> = list().into_iter().map(|resource| resource.uri).collect();
    ErrorData::resource_not_found(
        "There is no such resource.",
        Some(json!({ "uri": uri, "known": known })),
    )
}

/// Whether everything between this server and the daemon works.
#[derive(Serialize)]
struct SystemStatus {
    daemon: DaemonStatus,
    keeper: KeeperStatus,
    server: ServerStatus,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct DaemonStatus {
    reachable: bool,
    /// `ok` or `degraded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeeperStatus {
    state: KeeperState,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// How often the session was renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_renewal_at: Option<Timestamp>,
    /// The code after which the daemon renews it no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<&'static str>,
    /// The code with which the daemon refused the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_with: Option<String>,
    /// Renewals that failed since the last one that did not.
    failures: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(Serialize)]
struct ServerStatus {
    version: &'static str,
}

impl SystemStatus {
    async fn look(client: &ApiClient) -> Self {
        let daemon = match client.health().await {
            Ok(health) => DaemonStatus {
                reachable: true,
                health: Some(health.status),
                version: Some(health.version),
                server_time: Some(health.server_time),
                problem: None,
            },
            Err(error) => DaemonStatus {
                reachable: matches!(error, DoorError::Refused(_)),
                problem: Some(error.to_string()),
                ..DaemonStatus::default()
            },
        };
        Self {
            daemon,
            keeper: client.keeper().into(),
            server: ServerStatus {
                version: env!("CARGO_PKG_VERSION"),
            },
        }
    }
}

impl From<KeeperView> for KeeperStatus {
    fn from(view: KeeperView) -> Self {
        Self {
            state: view.state,
            session_id: view.session_id.map(|id| id.to_string()),
            generation: view.generation,
            expires_at: view.expires_at,
            next_renewal_at: view.next_renewal_at,
            ended: view.ended.map(ErrorCode::as_str),
            refused_with: view.refused_with,
            failures: view.failures,
            problem: view.problem,
        }
    }
}
