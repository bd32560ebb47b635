//! What a client is told without having asked, at the level it has set.

use serde_json::{Value, json};
use waiaas_protocol::error_code::ErrorCode;

use crate::agent_side::AgentSide;
use crate::daemon::{self, Answer, Route, ScriptedDaemon};
use crate::mcp_client::{McpClient, result};
use crate::token::{START_S, UNIT_S, first_token, token};

async fn call(client: &mut McpClient) -> String {
    let said = client.call("session_status", json!({})).await;
    let content = &said["structuredContent"];
    content["status"].as_str().unwrap_or("data").to_owned()
}

/// Level and message of each, after which they are forgotten.
fn heard(client: &mut McpClient) -> Vec<(String, String)> {
    let messages = std::mem::take(&mut client.notifications);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    messages
        .iter()
        .map(|message| {
            assert_eq!(message["method"], "notifications/message");
            assert_eq!(message["params"]["logger"], "waiaas.session");
            let params = &message["params"];
            (text(&params["level"]), text(&params["data"]["message"]))
        })
        .collect()
}

/// The end of a session and the next one, as one client hears them.
async fn story(client: &mut McpClient, side: &AgentSide, daemon: &ScriptedDaemon) -> Vec<String> {
    assert_eq!(call(client).await, "data");
    daemon.answer_always(Route::Session, |request| {
        match request.bearer == Some(first_token().hash()) {
            true => Answer::refusal(ErrorCode::SessionRevoked),
            false => Answer::ok(&daemon::session()),
        }
    });
    assert_eq!(call(client).await, "session_expired");
    side.hand_over(&token(2, 0, START_S));
    assert_eq!(call(client).await, "data");
    heard(client).into_iter().map(|(level, _)| level).collect()
}

#[tokio::test]
async fn the_end_of_a_session_and_the_next_one_are_told() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    assert_eq!(
        story(&mut client, &side, &daemon).await,
        ["warning", "notice"]
    );
}

#[tokio::test]
async fn a_client_hears_nothing_below_its_level() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    let set = client
        .request("logging/setLevel", json!({ "level": "warning" }))
        .await;
    assert_eq!(result(set), json!({}));
    assert_eq!(story(&mut client, &side, &daemon).await, ["warning"]);
    let wrong = client
        .request("logging/setLevel", json!({ "level": "loud" }))
        .await;
    assert!(wrong["error"]["code"].is_i64(), "{wrong}");
}

#[tokio::test]
async fn a_renewal_is_told_to_who_listens_to_it() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect_initialized().await;
    client
        .request("logging/setLevel", json!({ "level": "info" }))
        .await;
    assert_eq!(call(&mut client).await, "data");
    // Another process of the same agent was faster.
    side.hand_over(&token(1, 1, START_S));
    daemon.answer(Route::Session, Answer::refusal(ErrorCode::AuthTokenInvalid));
    assert_eq!(call(&mut client).await, "data");
    let heard = heard(&mut client);
    let renewed = "The session was renewed and lasts until 2026-02-09T10:26:25Z.";
    assert_eq!(heard, [("info".to_owned(), renewed.to_owned())]);
}

#[tokio::test]
async fn a_request_of_the_latest_version_names_its_own_level() {
    let daemon = ScriptedDaemon::start().await;
    let modern = |level: Option<&str>| {
        let mut params = json!({ "name": "session_status", "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        }});
        if let Some(level) = level {
            params["_meta"]["io.modelcontextprotocol/logLevel"] = json!(level);
        }
        params
    };
    for (level, expected) in [(None, 0), (Some("critical"), 0), (Some("warning"), 1)] {
        let ended = token(1, 0, START_S - UNIT_S);
        let side = AgentSide::at(&daemon.url(), Some(ended)).await;
        let mut client = side.connect();
        result(client.request("tools/call", modern(level)).await);
        assert_eq!(heard(&mut client).len(), expected, "{level:?}");
    }
}
