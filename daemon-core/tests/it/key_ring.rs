//! Rotating the signing key: PROTOCOL.md section 2.

use serde_json::{Value, json};

use crate::harness::{KEY, TestApp, issued};

async fn rotate(app: &TestApp, body: Value) -> Value {
    app.admin("POST", "/v1/keys/rotate", body).await.ok()
}

#[tokio::test]
async fn a_rotation_cuts_nobody_off() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let first = rotate(&app, Value::Null).await;
    assert_eq!(
        (&first["deletedKids"], &first["revokedSessions"]),
        (&json!([]), &json!(0))
    );
    app.whoami(&session.token).await.ok();
    rotate(&app, json!({ "revokeAll": false })).await;
    app.advance(43_200);
    let renewed = issued(&app.renew(&session, Some(KEY)).await.ok());
    app.whoami(&renewed.token).await.ok();
    assert_eq!(issued(&app.renew(&session, Some(KEY)).await.ok()), renewed);
    assert_eq!(app.events_called("POWER_ADDED").len(), 2);
}

#[tokio::test]
async fn a_key_goes_once_no_live_session_names_it() {
    let app = TestApp::new().await.with_agent("trader").await;
    let oldest = app.admin("GET", "/v1/keys", Value::Null).await.ok()["keys"][0]["kid"].clone();
    let session = app.session("trader").await;
    rotate(&app, Value::Null).await;
    let keys = app.admin("GET", "/v1/keys", Value::Null).await.ok()["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 2);
    let of_oldest = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == oldest)
        .unwrap();
    assert_eq!(
        (&of_oldest["current"], &of_oldest["liveSessions"]),
        (&json!(false), &json!(1))
    );
    // The previous token still needs it for one generation, the current one does not.
    app.advance(43_200);
    let second = issued(&app.renew(&session, None).await.ok());
    assert_eq!(rotate(&app, Value::Null).await["deletedKids"], json!([]));
    app.advance(43_200);
    app.renew(&second, None).await.ok();
    assert_eq!(
        rotate(&app, Value::Null).await["deletedKids"],
        json!([oldest])
    );
    let text = app.admin("GET", "/v1/keys", Value::Null).await.text;
    assert!(!text.contains("sealed"), "{text}");
}

#[tokio::test]
async fn revoke_all_ends_every_session() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let body = rotate(&app, json!({ "revokeAll": true })).await;
    assert_eq!(body["revokedSessions"], 1);
    assert_eq!(body["deletedKids"].as_array().unwrap().len(), 1);
    // Its key is gone, so not even the signature is known any more.
    app.whoami(&session.token)
        .await
        .refused("AUTH_TOKEN_INVALID");
    assert_eq!(
        app.owner_view(&session).await["revokeReason"],
        "keys_revoked"
    );
    let next = app.session("trader").await;
    app.whoami(&next.token).await.ok();
}

#[tokio::test]
async fn nothing_but_the_master_key_opens_the_stored_keys() {
    let app = TestApp::new().await.with_agent("trader").await;
    let master = std::fs::read(app.data_dir().join("master.key")).unwrap();
    let sealed: String = app
        .sql()
        .query_row("SELECT sealed FROM signing_keys", [], |row| row.get(0))
        .unwrap();
    assert!(!sealed.contains(std::str::from_utf8(&master).unwrap().trim()));
    let answer = app
        .admin("POST", "/v1/keys/rotate", json!({ "revokeall": true }))
        .await;
    assert_eq!(
        answer.issues(),
        ["revokeall: is not a known field; did you mean revokeAll?"]
    );
}
