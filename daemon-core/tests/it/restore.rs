//! A database restored from a backup must not revive what was revoked: PROTOCOL.md section 9.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Call, Issued, TestApp};

/// The backup that an owner would take: a consistent copy while the daemon runs.
fn back_up(app: &TestApp) -> std::path::PathBuf {
    let copy = app.data_dir().join("backup.db");
    app.sql()
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    copy
}

fn put_back(copy: &Path, database: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        std::fs::remove_file(&name).ok();
    }
    std::fs::copy(copy, database).unwrap();
}

async fn restored() -> (TestApp, Issued) {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let copy = back_up(&app);
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", session.id),
        Value::Null,
    )
    .await
    .ok();
    let app = app.restart(|database| put_back(&copy, &database)).await;
    (app, session)
}

#[tokio::test]
async fn an_older_database_freezes_every_session_until_the_owner_confirms() {
    let (app, session) = restored().await;
    let refusal = app.whoami(&session.token).await.refused("SYSTEM_LOCKED");
    assert_eq!(refusal["details"]["reason"], "restored_database");
    assert!(
        refusal["hint"]
            .as_str()
            .unwrap()
            .contains("waiaas db confirm-restore")
    );
    app.admin("POST", "/v1/sessions", json!({ "agentId": "trader" }))
        .await
        .refused("SYSTEM_LOCKED");
    app.agent_call(Call::new("GET", "/health")).await.ok();
    let status = app.admin("GET", "/v1/status", Value::Null).await.ok();
    assert_eq!(status["frozenSince"], "2026-02-08T10:26:25Z");
    assert_eq!(app.events_called("DATABASE_FROZEN")[0].level, "CRITICAL");

    // The owner ends what had been ended, then confirms.
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", session.id),
        Value::Null,
    )
    .await
    .ok();
    let confirm = || app.admin("POST", "/v1/restore/confirm", Value::Null);
    assert_eq!(confirm().await.ok(), json!({ "wasFrozen": true }));
    assert_eq!(confirm().await.ok(), json!({ "wasFrozen": false }));
    app.whoami(&session.token).await.refused("SESSION_REVOKED");
    let fresh = app.session("trader").await;
    app.whoami(&fresh.token).await.ok();
    assert_eq!(
        app.admin("GET", "/v1/status", Value::Null).await.ok()["frozenSince"],
        Value::Null
    );
}

#[tokio::test]
async fn the_freeze_outlives_restarts_and_is_told_once() {
    let (app, session) = restored().await;
    let app = app.restart(|_| {}).await;
    app.whoami(&session.token).await.refused("SYSTEM_LOCKED");
    assert_eq!(app.events_called("DATABASE_FROZEN").len(), 1);
    app.admin("POST", "/v1/restore/confirm", Value::Null)
        .await
        .ok();
    let app = app.restart(|_| {}).await;
    let fresh = app.session("trader").await;
    app.whoami(&fresh.token).await.ok();
}

#[tokio::test]
async fn lifting_the_kill_switch_does_not_lift_the_freeze() {
    let (app, session) = restored().await;
    app.admin("PUT", "/v1/kill-switch", json!({ "active": true }))
        .await
        .ok();
    let refusal = app.whoami(&session.token).await.refused("SYSTEM_LOCKED");
    assert_eq!(refusal["details"]["reason"], "kill_switch");
    app.admin("PUT", "/v1/kill-switch", json!({ "active": false }))
        .await
        .ok();
    let refusal = app.whoami(&session.token).await.refused("SYSTEM_LOCKED");
    assert_eq!(refusal["details"]["reason"], "restored_database");
}

#[tokio::test]
async fn an_ordinary_restart_freezes_nothing() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let app = app.restart(|_| {}).await;
    app.whoami(&session.token).await.ok();
    assert_eq!(
        app.admin("GET", "/v1/audit/verify", Value::Null).await.ok()["intact"],
        true
    );
}
