//! What the resources contain.

use serde_json::json;
use waiaas_protocol::error_code::ErrorCode;

use crate::agent_side::AgentSide;
use crate::daemon::{Answer, Route, ScriptedDaemon};
use crate::token::first_token;

const SESSION: &str = "waiaas://session";
const WALLETS: &str = "waiaas://wallets";
const STATUS: &str = "waiaas://system/status";
const NOWHERE: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn session_and_wallets_say_what_the_tools_say() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    for (uri, tool) in [(SESSION, "session_status"), (WALLETS, "list_wallets")] {
        let read = client.read(uri).await;
        let called = client.call(tool, json!({})).await;
        assert_eq!(read, called["structuredContent"], "{uri}");
    }
}

#[tokio::test]
async fn a_waiting_state_is_contents() {
    let side = AgentSide::at(NOWHERE, None).await;
    let mut client = side.connect_initialized().await;
    for uri in [SESSION, WALLETS] {
        let read = client.read(uri).await;
        assert_eq!(read["status"], "session_expired", "{uri}");
    }
}

#[tokio::test]
async fn what_the_daemon_refuses_for_good_is_an_error() {
    let daemon = ScriptedDaemon::start().await;
    daemon.answer(Route::Session, Answer::refusal(ErrorCode::AgentTerminated));
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let answer = client
        .request("resources/read", json!({ "uri": SESSION }))
        .await;
    assert_eq!(
        answer["error"]["data"]["code"], "AGENT_TERMINATED",
        "{answer}"
    );
}

#[tokio::test]
async fn the_system_status_can_always_be_read() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"Connection refused \(os error \d+\)", "[refused]");
    settings.add_filter(r#""version": "[^"]+""#, r#""version": "[version]""#);
    let _bound = settings.bind_to_scope();
    insta::assert_json_snapshot!("status", client.read(STATUS).await);

    let side = AgentSide::at(NOWHERE, Some(first_token())).await;
    let mut client = side.connect_initialized().await;
    insta::assert_json_snapshot!("status_daemon_away", client.read(STATUS).await);

    let side = AgentSide::at(NOWHERE, None).await;
    let mut client = side.connect_initialized().await;
    insta::assert_json_snapshot!("status_no_session", client.read(STATUS).await);
}

#[tokio::test]
async fn a_daemon_that_refuses_is_still_reachable() {
    let daemon = ScriptedDaemon::start().await;
    daemon.answer_always(Route::Health, |_| {
        Answer::refusal(ErrorCode::StorageUnavailable)
    });
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let read = client.read(STATUS).await;
    assert_eq!(read["daemon"]["reachable"], true, "{read}");
    assert!(
        read["daemon"]["problem"]
            .as_str()
            .unwrap()
            .contains("STORAGE_UNAVAILABLE")
    );
}
