//! What a client is told of the server before it uses it.

use serde_json::{Value, json};

use crate::agent_side::AgentSide;
use crate::daemon::ScriptedDaemon;
use crate::mcp_client::{McpClient, result};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

async fn client() -> McpClient {
    AgentSide::at(NOWHERE, None).await.connect()
}

fn snapshot(name: &str, value: &Value) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(
        &format!(
            "\"version\": \"{}\"",
            env!("CARGO_PKG_VERSION").replace('.', r"\.")
        ),
        r#""version": "[version]""#,
    );
    settings.bind(|| insta::assert_json_snapshot!(name, value));
}

#[tokio::test]
async fn initialize_is_answered_without_a_session_or_a_daemon() {
    let mut client = client().await;
    let told = client.initialize("2025-11-25").await;
    snapshot("initialize", &told);
}

#[tokio::test]
async fn the_instructions_are_five_sentences() {
    let told = client().await.initialize("2025-11-25").await;
    let text = told["instructions"].as_str().unwrap();
    assert_eq!(text.split_inclusive(". ").count(), 5, "{text}");
    assert_eq!(text.matches('.').count(), 5, "{text}");
    assert!(text.ends_with('.'), "{text}");
    assert!(!text.contains("  "), "{text}");
}

#[tokio::test]
async fn versions_are_negotiated() {
    for (asked, answered) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        // Without initialize, and unknown: the newest that has it.
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let told = client().await.initialize(asked).await;
        assert_eq!(told["protocolVersion"], answered, "{asked}");
    }
}

/// A request of the version that has no `initialize`.
fn modern(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "a test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

#[tokio::test]
async fn a_client_of_the_version_without_initialize_is_served() {
    let daemon = ScriptedDaemon::start().await;
    let side = AgentSide::with_session(&daemon).await;
    let mut client = side.connect();
    let discovered = result(client.request("server/discover", modern(json!({}))).await);
    assert_eq!(discovered["capabilities"]["tools"], json!({}));
    let call = modern(json!({ "name": "get_address", "arguments": {} }));
    let called = result(client.request("tools/call", call).await);
    assert_eq!(called["structuredContent"]["name"], "treasury");
    let read = modern(json!({ "uri": "waiaas://session" }));
    let read = result(client.request("resources/read", read).await);
    // What a session still lasts must not be cached.
    assert_eq!(read["ttlMs"], 0);
    let unknown = modern(json!({ "uri": "waiaas://nothing" }));
    let unknown = client.request("resources/read", unknown).await;
    assert_eq!(unknown["error"]["code"], -32602);
}

#[tokio::test]
async fn tools_and_resources_are_listed() {
    let mut client = client().await;
    client.initialize("2025-11-25").await;
    let tools = result(client.request("tools/list", json!({})).await);
    snapshot("tools", &tools);
    let resources = result(client.request("resources/list", json!({})).await);
    snapshot("resources", &resources);
    let templates = client.request("resources/templates/list", json!({})).await;
    assert_eq!(result(templates)["resourceTemplates"], json!([]));
}

#[tokio::test]
async fn every_tool_is_read_only_and_has_closed_arguments() {
    let mut client = client().await;
    client.initialize("2025-11-25").await;
    let listed = result(client.request("tools/list", json!({})).await);
    for tool in listed["tools"].as_array().unwrap() {
        let annotations = &tool["annotations"];
        assert_eq!(annotations["readOnlyHint"], true, "{tool}");
        assert_eq!(annotations["destructiveHint"], false, "{tool}");
        assert_eq!(annotations["idempotentHint"], true, "{tool}");
        assert_eq!(annotations["openWorldHint"], false, "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
        assert!(!tool.to_string().contains("$ref"), "{tool}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_refused() {
    let mut client = client().await;
    client.initialize("2025-11-25").await;
    for (method, params, code) in [
        ("tools/call", json!({ "name": "send_everything" }), -32602),
        ("tools/list", json!({ "cursor": "2" }), -32602),
        ("resources/list", json!({ "cursor": "2" }), -32602),
        (
            "resources/read",
            json!({ "uri": "waiaas://nothing" }),
            -32002,
        ),
        (
            "resources/subscribe",
            json!({ "uri": "waiaas://session" }),
            -32601,
        ),
        ("wallets/empty", json!({}), -32601),
    ] {
        let answer = client.request(method, params).await;
        assert_eq!(answer["error"]["code"], code, "{method}: {answer}");
    }
    let answer = client.request("ping", json!({})).await;
    assert_eq!(result(answer), json!({}));
}
