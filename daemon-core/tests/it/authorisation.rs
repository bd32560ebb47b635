//! Every route and the proof it asks for. A route that is not in these lists fails here, so
//! that none can be added without saying who may call it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use waiaas_daemon_core::http::{Door, routes};

use crate::harness::{Call, Issued, STRANGER_UID, TestApp};

/// Agents' routes that anybody who reaches the address may ask.
const OPEN: [(&str, &str); 2] = [("GET", "/health"), ("GET", "/openapi.json")];
/// Agents' routes that need a claim code.
const WITH_CODE: [(&str, &str); 1] = [("POST", "/v1/sessions/claim")];
/// Agents' routes that need the session's current token.
const WITH_TOKEN: [(&str, &str); 4] = [
    ("GET", "/v1/session"),
    ("PUT", "/v1/sessions/{id}/renew"),
    ("GET", "/v1/wallets"),
    ("GET", "/v1/wallets/{id}"),
];
/// The owner's routes; each needs the daemon's user or root.
const OWNER: [(&str, &str); 36] = [
    ("GET", "/openapi.json"),
    ("GET", "/v1/status"),
    ("POST", "/v1/wallets"),
    ("GET", "/v1/wallets"),
    ("GET", "/v1/wallets/{wallet}"),
    ("DELETE", "/v1/wallets/{wallet}"),
    ("POST", "/v1/agents"),
    ("GET", "/v1/agents"),
    ("GET", "/v1/agents/{agent}"),
    ("DELETE", "/v1/agents/{agent}"),
    ("POST", "/v1/agents/{agent}/suspend"),
    ("POST", "/v1/agents/{agent}/resume"),
    ("PUT", "/v1/agents/{agent}/defaults"),
    ("POST", "/v1/agents/{agent}/wallets"),
    ("DELETE", "/v1/agents/{agent}/wallets/{wallet}"),
    ("PUT", "/v1/agents/{agent}/default-wallet"),
    ("POST", "/v1/sessions"),
    ("GET", "/v1/sessions"),
    ("GET", "/v1/sessions/{session}"),
    ("POST", "/v1/sessions/{session}/revoke"),
    ("POST", "/v1/sessions/{session}/wallets"),
    ("DELETE", "/v1/sessions/{session}/wallets/{wallet}"),
    ("PUT", "/v1/sessions/{session}/default-wallet"),
    ("GET", "/v1/kill-switch"),
    ("PUT", "/v1/kill-switch"),
    ("GET", "/v1/keys"),
    ("POST", "/v1/keys/rotate"),
    ("GET", "/v1/audit"),
    ("GET", "/v1/audit/verify"),
    ("POST", "/v1/notifications/test"),
    ("GET", "/v1/notifications"),
    ("GET", "/v1/notifications/{event_id}"),
    ("POST", "/v1/pairing"),
    ("GET", "/v1/operators"),
    ("DELETE", "/v1/operators/{user_id}"),
    ("POST", "/v1/restore/confirm"),
];

fn listed(routes: &[(&str, &str)]) -> BTreeSet<String> {
    routes
        .iter()
        .map(|(method, path)| format!("{method} {path}"))
        .collect()
}

fn served(door: Door) -> BTreeSet<String> {
    routes(door)
        .into_iter()
        .map(|(method, path)| format!("{method} {path}"))
        .collect()
}

/// Every agents' endpoint that needs a token, with the ids of this session filled in.
pub(crate) async fn agent_endpoints(app: &TestApp, session: &Issued) -> Vec<(String, String)> {
    let wallet = app.owner_view(session).await["wallets"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let fill = |path: &str| {
        let id = if path.starts_with("/v1/sessions/") {
            &session.id
        } else {
            &wallet
        };
        path.replace("{id}", id)
    };
    WITH_TOKEN
        .iter()
        .map(|(method, path)| ((*method).to_owned(), fill(path)))
        .collect()
}

#[test]
fn every_route_is_covered_by_an_authorisation_test() {
    let mut agents = listed(&OPEN);
    agents.extend(listed(&WITH_CODE));
    agents.extend(listed(&WITH_TOKEN));
    assert_eq!(served(Door::Agent), agents);
    assert_eq!(served(Door::Admin), listed(&OWNER));
}

#[tokio::test]
async fn open_routes_answer_anybody() {
    let app = TestApp::new().await;
    for (method, path) in OPEN {
        app.agent_call(Call::new(method, path).from("203.0.113.7"))
            .await
            .ok();
    }
}

#[tokio::test]
async fn code_routes_answer_a_code_and_nothing_else() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let waiting = json!({ "agentId": "trader", "claim": true });
    let waiting = app.admin("POST", "/v1/sessions", waiting).await.created();
    for (method, path) in WITH_CODE {
        let call = || Call::new(method, path);
        let empty = call().json(&json!({ "code": "" }));
        app.agent_call(empty).await.refused("CLAIM_INVALID");
        let token = call().json(&json!({ "code": session.token }));
        let token = token.bearer(&session.token);
        app.agent_call(token).await.refused("CLAIM_INVALID");
        let code = call().json(&json!({ "code": waiting["claimCode"] }));
        app.agent_call(code).await.ok();
    }
}

#[tokio::test]
async fn token_routes_answer_their_session_and_nobody_else() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(43_200);
    for (method, path) in agent_endpoints(&app, &session).await {
        app.agent_call(Call::new(&method, &path))
            .await
            .refused("AUTH_TOKEN_MISSING");
    }
    // Reading first: the renewal, which comes second in the list, ends this token.
    let mut endpoints = agent_endpoints(&app, &session).await;
    endpoints.sort();
    for (method, path) in endpoints {
        app.agent_call(Call::new(&method, &path).bearer(&session.token))
            .await
            .ok();
    }
}

/// Fills every parameter with something that exists.
fn filled(path: &str, session: &Issued) -> String {
    path.replace("{agent}", "trader")
        .replace("{wallet}", "trader-wallet")
        .replace("{session}", &session.id)
        .replace("{event_id}", &session.id)
        .replace("{user_id}", "42")
}

fn body_of(method: &str, path: &str) -> Value {
    match (method, path) {
        ("POST", "/v1/wallets") => json!({
            "name": "w", "chain": "evm", "network": "base",
            "address": "0x52908400098527886e0f7030069857d2e4169ee7",
        }),
        ("POST", "/v1/agents") => json!({ "name": "a" }),
        ("POST", "/v1/sessions") => json!({ "agentId": "trader" }),
        ("PUT", "/v1/kill-switch") => json!({ "active": true }),
        ("PUT" | "POST", path) if path.ends_with("wallets") || path.ends_with("wallet") => {
            json!({ "wallet": "trader-wallet" })
        }
        ("PUT", _) => json!({}),
        _ => Value::Null,
    }
}

#[tokio::test]
async fn the_owners_door_refuses_every_other_user_on_every_route() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let before = app.dump();
    for (method, path) in OWNER {
        for uid in [Some(STRANGER_UID), Some(u32::MAX), None] {
            let call = Call::new(method, &filled(path, &session)).json(&body_of(method, path));
            app.admin_call(call.user(uid))
                .await
                .refused("ADMIN_ACCESS_DENIED");
        }
    }
    for (method, path) in [("GET", "/"), ("GET", "/nothing"), ("PATCH", "/v1/status")] {
        let call = Call::new(method, path).user(Some(STRANGER_UID));
        app.admin_call(call).await.refused("ADMIN_ACCESS_DENIED");
    }
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn a_session_token_opens_nothing_on_the_owners_door() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    for (method, path) in OWNER {
        let call = Call::new(method, &filled(path, &session)).bearer(&session.token);
        let call = call.json(&body_of(method, path)).user(Some(STRANGER_UID));
        app.admin_call(call).await.refused("ADMIN_ACCESS_DENIED");
    }
}

#[tokio::test]
async fn root_may_do_what_the_daemons_user_may() {
    let app = TestApp::new().await;
    app.admin_call(Call::new("GET", "/v1/status").user(Some(0)))
        .await
        .ok();
}

#[tokio::test]
async fn the_agents_door_has_none_of_the_owners_routes() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let before = app.dump();
    let agents = served(Door::Agent);
    for (method, path) in OWNER {
        if agents.contains(&format!("{method} {path}")) || path == "/v1/wallets/{wallet}" {
            continue;
        }
        let call = Call::new(method, &filled(path, &session)).bearer(&session.token);
        let answer = app.agent_call(call.json(&body_of(method, path))).await;
        assert!(
            matches!(answer.status, 404 | 405),
            "{method} {path}: {}",
            answer.text
        );
    }
    let wallet = filled("/v1/wallets/{wallet}", &session);
    let removal = Call::new("DELETE", &wallet).bearer(&session.token);
    app.agent_call(removal).await.refused("METHOD_NOT_ALLOWED");
    assert_eq!(app.dump(), before);
}
