//! Requests that are cancelled, overlap or break, and streams that say strange things or end.

use serde_json::{Value, json};
use waiaas_protocol::error_code::ErrorCode;

use crate::agent_side::AgentSide;
use crate::daemon::{self, Answer, Release, Route, ScriptedDaemon};
use crate::mcp_client::{McpClient, result};

/// A call of `list_wallets` whose answer the daemon keeps back.
async fn held_call(daemon: &ScriptedDaemon, client: &mut McpClient) -> (i64, Release) {
    let already = daemon.requests_to(Route::Wallets).len();
    let (answer, release) = Answer::ok(&json!({ "wallets": daemon::wallets() })).held();
    daemon.answer(Route::Wallets, answer);
    let id = client
        .begin("tools/call", json!({ "name": "list_wallets" }))
        .await;
    daemon.until_asked(Route::Wallets, already + 1).await;
    (id, release)
}

async fn is_alive(client: &mut McpClient) {
    assert_eq!(result(client.request("ping", json!({})).await), json!({}));
}

#[tokio::test]
async fn a_cancelled_call_ends_and_is_not_answered() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let (id, release) = held_call(&daemon, &mut client).await;
    let params = json!({ "requestId": id, "reason": "the user pressed stop" });
    client.notify("notifications/cancelled", params).await;
    release.until_hung_up().await;
    // An answer to it would come before this one.
    client.call("list_wallets", json!({})).await;
    let (rest, ended) = client.close().await;
    assert_eq!(rest, Vec::<Value>::new());
    assert!(ended.is_ok());
}

#[tokio::test]
async fn a_ping_and_another_call_do_not_wait_for_a_slow_one() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let (slow, release) = held_call(&daemon, &mut client).await;
    is_alive(&mut client).await;
    let quick = client
        .call("get_address", json!({ "wallet": "cold" }))
        .await;
    assert_eq!(quick["structuredContent"]["name"], "cold");
    drop(release);
    let answer = result(client.answer_to(slow).await);
    let wallets = answer["structuredContent"]["wallets"].as_array().unwrap();
    assert_eq!(wallets.len(), 2);
}

#[tokio::test]
async fn two_calls_at_once_get_their_own_answers() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let (first, first_release) = held_call(&daemon, &mut client).await;
    let (second, second_release) = held_call(&daemon, &mut client).await;
    drop(second_release);
    result(client.answer_to(second).await);
    drop(first_release);
    result(client.answer_to(first).await);
}

#[tokio::test]
async fn a_tool_that_breaks_is_a_tool_error_and_nothing_more() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    side.clock.break_once();
    let broken = client.call("session_status", json!({})).await;
    assert_eq!(broken["isError"], true, "{broken}");
    assert_eq!(broken["structuredContent"]["code"], "INTERNAL");
    let whole = client.call("session_status", json!({})).await;
    assert_eq!(whole["isError"], false, "{whole}");
    side.clock.break_once();
    let params = json!({ "uri": "waiaas://session" });
    let broken = client.request("resources/read", params.clone()).await;
    assert_eq!(broken["error"]["code"], -32603, "{broken}");
    result(client.request("resources/read", params).await);
}

#[tokio::test]
async fn strange_lines_are_survived_before_and_after_the_handshake() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect();
    let long = "x".repeat(2 * 1024 * 1024);
    for round in 0..2 {
        for line in ["", "not JSON", "{\"jsonrpc\":", "\u{0}\u{1}", &long] {
            client.send_line(line).await;
        }
        if round == 0 {
            client.initialize("2025-11-25").await;
        }
    }
    // JSON that is no request has no id to be answered under.
    client.send_line("{\"jsonrpc\":\"2.0\",\"id\":7}").await;
    let complaint = client.next_message().await.unwrap();
    assert_eq!(complaint["error"]["code"], -32600, "{complaint}");
    is_alive(&mut client).await;
    let called = client.call("get_address", json!({})).await;
    assert_eq!(called["isError"], false);
}

#[tokio::test]
async fn a_message_without_measure_is_dropped() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let padding = "x".repeat(2 * 1024 * 1024);
    client.begin("ping", json!({ "padding": padding })).await;
    is_alive(&mut client).await;
    let (rest, _) = client.close().await;
    assert_eq!(rest, Vec::<Value>::new());
}

#[tokio::test]
async fn the_server_ends_with_its_stream_and_answers_what_was_asked() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let (id, release) = held_call(&daemon, &mut client).await;
    let closing = tokio::spawn(client.close());
    drop(release);
    let (rest, ended) = closing.await.unwrap();
    assert!(ended.is_ok(), "{ended:?}");
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!(rest[0]["id"], id);
}

#[tokio::test]
async fn a_client_that_leaves_without_a_word_is_no_error() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let (rest, ended) = side.connect().close().await;
    assert_eq!(rest, Vec::<Value>::new());
    assert!(ended.is_ok(), "{ended:?}");
}

#[tokio::test]
async fn a_client_of_another_protocol_is_told_and_left() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect();
    client.notify("textDocument/didOpen", json!({})).await;
    let error = client.ended().await.unwrap_err();
    assert!(
        error.to_string().contains("Model Context Protocol"),
        "{error}"
    );
}

#[tokio::test]
async fn told_to_stop_it_ends_at_once_whatever_is_under_way() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut idle = side.connect_initialized().await;
    is_alive(&mut idle).await;
    let mut busy = side.connect_initialized().await;
    let (_, _release) = held_call(&daemon, &mut busy).await;
    let fresh = side.connect();
    side.stop.cancel();
    for client in [idle, busy, fresh] {
        assert!(client.ended().await.is_ok());
    }
}

#[tokio::test]
async fn the_end_of_one_client_does_not_stop_what_it_was_given() {
    let daemon = ScriptedDaemon::start().await;
    daemon.answer(Route::Session, Answer::refusal(ErrorCode::SystemLocked));
    let side = AgentSide::with_session(&daemon).await;
    side.connect_initialized().await.close().await.1.unwrap();
    assert!(!side.stop.is_cancelled());
    let mut next = side.connect_initialized().await;
    let said = next.call("session_status", json!({})).await;
    assert_eq!(said["structuredContent"]["status"], "kill_switch_active");
}
