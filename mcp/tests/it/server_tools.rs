//! What the tools answer: data, guidance and refusals.

use serde_json::{Value, json};
use waiaas_protocol::error_code::ErrorCode;

use crate::agent_side::AgentSide;
use crate::daemon::{self, Answer, Route, ScriptedDaemon};
use crate::mcp_client::McpClient;
use crate::token::{START_S, UNIT_S, first_token, token};

const TOOLS: [&str; 4] = [
    "session_status",
    "list_wallets",
    "get_wallet",
    "get_address",
];
const NOWHERE: &str = "http://127.0.0.1:9";

/// The structured content, after a look at what every result must be.
#[track_caller]
fn content(result: &Value, is_error: bool) -> Value {
    assert_eq!(result["isError"], is_error, "{result}");
    let text = result["content"][0]["text"].as_str().unwrap();
    let same: Value = serde_json::from_str(text).unwrap();
    assert_eq!(result["structuredContent"], same);
    assert!(!text.contains("wai_sess_"), "{text}");
    same
}

/// What every tool says, each with its name.
async fn all(client: &mut McpClient, is_error: bool) -> Value {
    let mut said = serde_json::Map::new();
    for tool in TOOLS {
        let result = client.call(tool, json!({})).await;
        said.insert(tool.to_owned(), content(&result, is_error));
    }
    Value::Object(said)
}

/// The same of every tool.
async fn alike(client: &mut McpClient, is_error: bool) -> Value {
    let said = all(client, is_error).await;
    let mut said = said.as_object().unwrap().values();
    let first = said.next().unwrap().clone();
    assert!(said.all(|other| *other == first));
    first
}

#[tokio::test]
async fn each_tool_answers() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    insta::assert_json_snapshot!("answers", all(&mut client, false).await);
    for request in daemon.requests() {
        let expected = (request.route != Route::Health).then(|| first_token().hash());
        assert_eq!(request.bearer, expected, "{request:?}");
    }
}

#[tokio::test]
async fn a_session_near_its_end_says_so() {
    let daemon = ScriptedDaemon::start().await;
    let mut session = daemon::session();
    session["renewalsLeft"] = json!(0);
    session["renewalCount"] = json!(30);
    session["serverTime"] = json!("2026-02-09T10:25:25Z");
    daemon.answer(Route::Session, Answer::ok(&session));
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let said = content(&client.call("session_status", json!({})).await, false);
    assert_eq!(said["timeLeftS"], 60);
    assert_eq!(said["timeLeft"], "1 minute");
    assert_eq!(said["renewalsLeft"], 0);
    assert_eq!(said.get("nextRenewalAt"), None);
    let then = said["whatThen"].as_str().unwrap();
    assert!(then.contains("is not renewed any more"), "{then}");
}

#[tokio::test]
async fn without_a_session_every_tool_guides() {
    let side = AgentSide::at(NOWHERE, None).await;
    let mut client = side.connect_initialized().await;
    insta::assert_json_snapshot!("no_session", alike(&mut client, false).await);
}

#[tokio::test]
async fn an_ended_session_is_guidance_until_a_new_token_is_there() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::at(&daemon.url(), Some(token(1, 0, START_S - UNIT_S))).await;
    let mut client = side.connect_initialized().await;
    insta::assert_json_snapshot!("expired", alike(&mut client, false).await);
    side.hand_over(&first_token());
    let result = client.call("get_address", json!({})).await;
    assert_eq!(content(&result, false)["name"], "treasury");
}

#[tokio::test]
async fn a_revoked_session_is_guidance() {
    let daemon = ScriptedDaemon::start().await;
    for route in [Route::Session, Route::Wallets] {
        daemon.answer_always(route, |_| Answer::refusal(ErrorCode::SessionRevoked));
    }
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    insta::assert_json_snapshot!("revoked", alike(&mut client, false).await);
    let status = client.read("waiaas://system/status").await;
    assert_eq!(status["keeper"]["refusedWith"], "SESSION_REVOKED");
}

#[tokio::test]
async fn an_absent_daemon_is_guidance() {
    let side = AgentSide::at(NOWHERE, Some(first_token())).await;
    let mut client = side.connect_initialized().await;
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"Connection refused \(os error \d+\)", "[refused]");
    let said = alike(&mut client, false).await;
    settings.bind(|| insta::assert_json_snapshot!("daemon_away", said));
}

#[tokio::test]
async fn a_daemon_that_goes_and_comes_back_is_used_again() {
    let mut daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let address = daemon::wallets()[0]["address"].clone();
    for _ in 0..2 {
        let result = client.call("get_address", json!({})).await;
        assert_eq!(content(&result, false)["address"], address);
        daemon.away().await;
        let result = client.call("get_address", json!({})).await;
        assert_eq!(content(&result, false)["status"], "daemon_unavailable");
        daemon.resume().await;
    }
    // An answer that breaks off is asked for once more.
    daemon.answer(Route::Wallets, Answer::lost());
    let result = client.call("get_address", json!({})).await;
    assert_eq!(content(&result, false)["address"], address);
}

#[tokio::test]
async fn the_kill_switch_is_told_apart_from_other_refusals_for_now() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    for (code, status) in [
        (ErrorCode::SystemLocked, "kill_switch_active"),
        (ErrorCode::AgentSuspended, "kill_switch_active"),
        (ErrorCode::StorageUnavailable, "daemon_unavailable"),
        (ErrorCode::RateLimited, "daemon_unavailable"),
        (ErrorCode::Internal, "daemon_unavailable"),
    ] {
        for route in [Route::Session, Route::Wallets] {
            daemon.answer_always(route, move |_| Answer::refusal(code).retry_after(30));
        }
        let said = alike(&mut client, false).await;
        assert_eq!(said["status"], status, "{code}");
        assert_eq!(said["retryable"], true);
        insta::assert_json_snapshot!(format!("waiting_{code}"), said);
    }
}

#[tokio::test]
async fn what_the_daemon_refuses_for_good_is_a_tool_error() {
    let daemon = ScriptedDaemon::start().await;
    for route in [Route::Session, Route::Wallets] {
        daemon.answer_always(route, |_| Answer::refusal(ErrorCode::AgentTerminated));
    }
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let said = alike(&mut client, true).await;
    let expected =
        json!({ "code": "AGENT_TERMINATED", "message": "Refused with AGENT_TERMINATED." });
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_wallet_is_found_by_name_and_by_id() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let cold = daemon::wallets().remove(1);
    for wanted in [cold["name"].clone(), cold["id"].clone()] {
        let arguments = json!({ "wallet": wanted });
        let wallet = content(&client.call("get_wallet", arguments.clone()).await, false);
        assert_eq!(wallet, cold);
        let address = content(&client.call("get_address", arguments).await, false);
        assert_eq!(address["address"], cold["address"]);
        assert_eq!(address.get("id"), None);
    }
    // Nothing given is the default wallet, however it is written.
    for arguments in [json!({}), json!({ "wallet": null })] {
        let wallet = content(&client.call("get_wallet", arguments).await, false);
        assert_eq!(wallet["name"], "treasury");
    }
    let params = json!({ "name": "get_wallet" });
    let answer = client.request("tools/call", params).await;
    assert_eq!(content(&answer["result"], false)["name"], "treasury");
}

#[tokio::test]
async fn an_unknown_wallet_is_named_with_its_neighbours() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    for tool in ["get_wallet", "get_address"] {
        let result = client.call(tool, json!({ "wallet": "tresury" })).await;
        insta::assert_json_snapshot!("unknown_wallet", content(&result, true));
    }
    let unknown_id = "0190a8f2-0000-7000-8000-000000000000";
    let result = client
        .call("get_wallet", json!({ "wallet": unknown_id }))
        .await;
    let said = content(&result, true);
    assert_eq!(said["code"], "WALLET_NOT_FOUND");
    assert!(said["message"].as_str().unwrap().contains(unknown_id));
    daemon.answer(
        Route::Wallet,
        Answer::refusal(ErrorCode::WalletAccessDenied),
    );
    let result = client
        .call("get_wallet", json!({ "wallet": unknown_id }))
        .await;
    assert_eq!(content(&result, true)["code"], "WALLET_ACCESS_DENIED");
}

#[tokio::test]
async fn wrong_arguments_are_named() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let mut said = Vec::new();
    for (tool, arguments) in [
        ("get_wallet", json!({ "wallet": 5 })),
        ("get_address", json!({ "walet": "cold" })),
        ("session_status", json!({ "verbose": true })),
    ] {
        said.push(content(&client.call(tool, arguments).await, true));
    }
    insta::assert_json_snapshot!("wrong_arguments", said);
    let asked = daemon.requests();
    assert!(
        asked.iter().all(|request| request.route == Route::Health),
        "{asked:?}"
    );
}
