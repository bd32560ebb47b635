//! The kill switch: PROTOCOL.md section 9.

use serde_json::{Value, json};

use crate::harness::{Call, TestApp};

async fn switch(app: &TestApp, body: Value) -> Value {
    app.admin("PUT", "/v1/kill-switch", body).await.ok()
}

#[tokio::test]
async fn on_it_stops_agents_and_creation_and_health_still_answers() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let on = switch(&app, json!({ "active": true })).await;
    assert_eq!(
        (&on["active"], &on["revokedSessions"]),
        (&json!(true), &json!(0))
    );
    let answer = app.whoami(&session.token).await;
    assert_eq!(
        answer.refused("SYSTEM_LOCKED")["details"]["reason"],
        "kill_switch"
    );
    assert_eq!(answer.header("retry-after"), Some("60"));
    app.renew(&session, None).await.refused("SYSTEM_LOCKED");
    let create = app
        .admin("POST", "/v1/sessions", json!({ "agentId": "trader" }))
        .await;
    create.refused("SYSTEM_LOCKED");
    app.agent_call(Call::new("GET", "/health")).await.ok();
    app.admin("GET", "/v1/status", Value::Null).await.ok();
    // The owner can still take power away.
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", session.id),
        Value::Null,
    )
    .await
    .ok();
}

#[tokio::test]
async fn off_gives_no_time_back() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    switch(&app, json!({ "active": true })).await;
    app.advance(86_400);
    switch(&app, json!({ "active": false })).await;
    app.whoami(&session.token)
        .await
        .refused("AUTH_TOKEN_EXPIRED");
}

#[tokio::test]
async fn both_ways_are_idempotent_told_once_and_audited() {
    let app = TestApp::new().await;
    let first = switch(&app, json!({ "active": true })).await;
    app.advance(60);
    let again = switch(&app, json!({ "active": true })).await;
    assert_eq!(again["since"], first["since"]);
    assert_eq!(
        app.admin("GET", "/v1/kill-switch", Value::Null).await.ok()["since"],
        first["since"]
    );
    for _ in 0..2 {
        let off = switch(&app, json!({ "active": false })).await;
        assert_eq!(
            (&off["active"], &off["since"]),
            (&json!(false), &Value::Null)
        );
    }
    for event in ["KILL_SWITCH_ACTIVATED", "KILL_SWITCH_RECOVERED"] {
        assert_eq!(app.events_called(event).len(), 1, "{event}");
        assert_eq!(app.audit_called(event).len(), 1, "{event}");
    }
    assert_eq!(
        app.events_called("KILL_SWITCH_ACTIVATED")[0].level,
        "CRITICAL"
    );
}

#[tokio::test]
async fn with_revoke_all_the_sessions_end_too_also_when_it_is_on_already() {
    let app = TestApp::new()
        .await
        .with_agent("trader")
        .await
        .with_agent("other")
        .await;
    let sessions = [app.session("trader").await, app.session("other").await];
    switch(&app, json!({ "active": true })).await;
    let body = switch(&app, json!({ "active": true, "revokeAll": true })).await;
    assert_eq!(body["revokedSessions"], 2);
    switch(&app, json!({ "active": false })).await;
    for session in &sessions {
        app.whoami(&session.token).await.refused("SESSION_REVOKED");
        assert_eq!(app.owner_view(session).await["revokeReason"], "kill_switch");
    }
}

#[tokio::test]
async fn half_a_request_is_refused() {
    let app = TestApp::new().await;
    let cases = [
        (json!({}), "active: is missing"),
        (json!({ "active": "yes" }), "active: must be true or false"),
        (
            json!({ "active": false, "revokeAll": true }),
            "revokeAll: needs active: true",
        ),
        (
            json!({ "active": true, "revoke_all": true }),
            "revoke_all: is not a known field; did you mean revokeAll?",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(
            app.admin("PUT", "/v1/kill-switch", body).await.issues(),
            [expected]
        );
    }
    assert_eq!(
        app.admin("GET", "/v1/kill-switch", Value::Null).await.ok()["active"],
        false
    );
}
