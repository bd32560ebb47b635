//! Revoking: idempotent, final, by id or by its beginning.

use serde_json::{Value, json};

use crate::harness::{Call, TestApp};

#[tokio::test]
async fn revoking_twice_keeps_the_first_moment_and_is_told_once() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let path = format!("/v1/sessions/{}/revoke", session.id);
    let first = app.admin("POST", &path, Value::Null).await.ok();
    assert_eq!(first["alreadyRevoked"], false);
    app.advance(100);
    let second = app.admin("POST", &path, json!({})).await.ok();
    assert_eq!(second["alreadyRevoked"], true);
    assert_eq!(second["revokedAt"], first["revokedAt"]);
    assert_eq!(app.audit_called("SESSION_REVOKED").len(), 1);
    let told = app.events_called("SESSION_REVOKED");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].payload["reason"], "manual_revoke");
    assert!(app.events_called("SESSION_RENEWAL_REJECTED").is_empty());
    let view = app.owner_view(&session).await;
    assert_eq!(
        (&view["state"], &view["revokeReason"]),
        (&json!("REVOKED"), &json!("manual_revoke"))
    );
}

#[tokio::test]
async fn an_expired_session_can_be_revoked_too() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(86_400);
    assert_eq!(app.owner_view(&session).await["state"], "EXPIRED");
    let path = format!("/v1/sessions/{}/revoke", session.id);
    app.admin("POST", &path, Value::Null).await.ok();
    assert_eq!(app.owner_view(&session).await["state"], "REVOKED");
}

#[tokio::test]
async fn a_unique_beginning_of_an_id_is_enough() {
    let app = TestApp::new().await.with_agent("trader").await;
    let first = app.session("trader").await;
    // Ids begin with their time: sessions far apart differ early.
    app.advance(80_000);
    let second = app.session("trader").await;
    let show = async |text: &str| {
        app.admin("GET", &format!("/v1/sessions/{text}"), Value::Null)
            .await
    };
    assert_eq!(show(&second.id[..12]).await.ok()["id"], json!(second.id));
    assert_eq!(
        show(&first.id[..12].to_uppercase()).await.ok()["id"],
        json!(first.id)
    );
    let shared = show(&first.id[..4]).await.issues();
    assert_eq!(
        shared,
        ["session: several sessions begin so; give more characters"]
    );
    let long = "0".repeat(5_000);
    for unknown in ["019", "ffffffff", "trader", "%25", "0195_000", &long] {
        show(unknown).await.refused("SESSION_NOT_FOUND");
        let path = format!("/v1/sessions/{unknown}/revoke");
        app.admin("POST", &path, Value::Null)
            .await
            .refused("SESSION_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_body_with_anything_in_it_is_refused() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let path = format!("/v1/sessions/{}/revoke", session.id);
    let answer = app.admin("POST", &path, json!({ "force": true })).await;
    assert_eq!(
        answer.issues(),
        ["force: is not a known field; no field is known here"]
    );
    let call = Call::new("POST", &path).text("text/plain", "now");
    app.admin_call(call).await.refused("REQUEST_INVALID");
    app.whoami(&session.token).await.ok();
}
