//! Creating a session into the agent's token file: PROTOCOL.md section 6, from the owner's
//! door.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::harness::TestApp;

async fn hand_over(app: &TestApp) -> crate::harness::Answer {
    let body = json!({ "agentId": "trader", "toTokenFile": true });
    app.admin("POST", "/v1/sessions", body).await
}

#[tokio::test]
async fn the_token_is_in_the_file_and_not_in_the_answer() {
    let app = TestApp::new().await.with_agent("trader").await;
    let answer = hand_over(&app).await;
    let body = answer.created();
    let path = app.data_dir().join("mcp-token");
    assert_eq!(body["tokenFile"].as_str(), path.to_str());
    assert_eq!(body["token"], Value::Null);
    assert!(!answer.text.contains("wai_sess_"), "{}", answer.text);
    // The default unit of a hand-over is a week.
    assert_eq!(body["session"]["constraints"]["expiresIn"], 604_800);
    let token = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        app.whoami(&token).await.ok()["sessionId"],
        body["session"]["id"]
    );
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[tokio::test]
async fn the_next_hand_over_replaces_what_the_file_held() {
    let app = TestApp::new().await.with_agent("trader").await;
    let first = hand_over(&app).await.created();
    let path = app.data_dir().join("mcp-token");
    let old = std::fs::read_to_string(&path).unwrap();
    let second = hand_over(&app).await.created();
    assert_eq!(second["replacedSessionId"], first["session"]["id"]);
    app.whoami(&old).await.refused("SESSION_REVOKED");
    let new = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        app.whoami(&new).await.ok()["sessionId"],
        second["session"]["id"]
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_written_leaves_no_live_session() {
    let app = TestApp::new().await.with_agent("trader").await;
    let path = app.data_dir().join("mcp-token");
    std::os::unix::fs::symlink("/nowhere", &path).unwrap();
    let body = hand_over(&app).await.refused("TOKEN_FILE_UNWRITABLE");
    assert!(
        body["details"]["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    let live = app.admin("GET", "/v1/sessions", Value::Null).await.ok();
    assert_eq!(live["sessions"], json!([]));
    std::fs::remove_file(&path).unwrap();
    hand_over(&app).await.created();
}
