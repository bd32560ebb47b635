//! Creating a session into the agent's token file: PROTOCOL.md section 6, from the owner's
//! door.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use waiaas_daemon_core::session::handover;
use waiaas_protocol::token_file::TokenFileLock;

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

/// A hand-over whose file was written and whose last step never came, as after a crash.
async fn unfinished() -> (TestApp, std::path::PathBuf, String) {
    let app = TestApp::new().await.with_agent("trader").await;
    let body = json!({ "agentId": "trader", "toTokenFile": true });
    app.admin("POST", "/v1/sessions", body).await.created();
    let path = app.data_dir().join("mcp-token");
    let token = std::fs::read_to_string(&path).unwrap();
    app.sql()
        .execute("UPDATE sessions SET delivered_at = NULL", [])
        .unwrap();
    (app, path, token)
}

#[tokio::test]
async fn a_resumed_hand_over_never_puts_an_older_token_over_a_newer_one() {
    let (app, path, token) = unfinished().await;
    app.advance(400_000);
    let lock = TokenFileLock::try_acquire(&path).unwrap().unwrap();
    let core = app.core.clone();
    let resumed =
        tokio::spawn(async move { handover::resume_all(&core, &handover::silently, 0).await });
    // The hand-over waits for the lock; its holder renews and writes before it lets go.
    let id = app.whoami(&token).await.ok()["sessionId"].clone();
    let renewed = app.renew_as(id.as_str().unwrap(), &token, None).await.ok();
    let newer = renewed["token"].as_str().unwrap();
    std::fs::write(&path, newer).unwrap();
    drop(lock);
    assert_eq!(resumed.await.unwrap().unwrap(), (1, 0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    app.whoami(newer).await.ok();
}

#[tokio::test]
async fn nothing_is_handed_over_while_the_system_is_locked() {
    let (app, path, token) = unfinished().await;
    std::fs::remove_file(&path).unwrap();
    let on = json!({ "active": true });
    app.admin("PUT", "/v1/kill-switch", on).await.ok();
    let done = handover::resume_all(&app.core, &handover::silently, 0).await;
    assert_eq!(done.unwrap(), (0, 0));
    assert!(!path.exists());
    let off = json!({ "active": false });
    app.admin("PUT", "/v1/kill-switch", off).await.ok();
    let done = handover::resume_all(&app.core, &handover::silently, 0).await;
    assert_eq!(done.unwrap(), (1, 0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), token);
}
