//! Pairing codes and operators through the owner's door.

use serde_json::{Value, json};

use crate::harness::TestApp;

#[tokio::test]
async fn a_pairing_code_is_shown_once_and_stored_as_a_hash() {
    let app = TestApp::new().await;
    let body = app
        .admin("POST", "/v1/pairing", Value::Null)
        .await
        .created();
    let code = body["code"].as_str().unwrap();
    assert_eq!(
        (code.len(), &body["operators"], &body["link"]),
        (32, &json!(0), &Value::Null)
    );
    assert!(!app.dump().iter().any(|row| row.contains(code)));
    app.core
        .health
        .set_bot_username(Some("waiaas_bot".to_owned()));
    let body = app
        .admin("POST", "/v1/pairing", Value::Null)
        .await
        .created();
    let link = format!(
        "https://t.me/waiaas_bot?start={}",
        body["code"].as_str().unwrap()
    );
    assert_eq!(body["link"], json!(link));
}

#[tokio::test]
async fn operators_are_listed_and_removed() {
    let app = TestApp::new().await;
    app.sql()
        .execute_batch(
            "INSERT INTO operators (user_id, chat_id, role, username, source, paired_at)
             VALUES (42, 42, 'owner', 'ann', 'pairing_code', 1770546385)",
        )
        .unwrap();
    let listed = app.admin("GET", "/v1/operators", Value::Null).await.ok();
    assert_eq!(listed["operators"][0]["username"], "ann");
    assert_eq!(
        app.admin("GET", "/v1/status", Value::Null).await.ok()["operators"],
        1
    );
    let removed = app
        .admin("DELETE", "/v1/operators/42", Value::Null)
        .await
        .ok();
    assert_eq!(removed["userId"], 42);
    assert_eq!(app.audit_called("OPERATOR_REMOVED").len(), 1);
    for id in ["42", "0", "-1", "9223372036854775807"] {
        let path = format!("/v1/operators/{id}");
        app.admin("DELETE", &path, Value::Null)
            .await
            .refused("OPERATOR_NOT_FOUND");
    }
}
