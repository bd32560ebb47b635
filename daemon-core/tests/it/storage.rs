//! Disk full and read-only: a clear refusal, nothing half-made, and the same request succeeds
//! once there is room again.

use serde_json::{Value, json};

use crate::harness::{Answer, Call, Issued, KEY, TestApp, issued};

/// Enough for any page of any table to fill up.
const TRIES_MAX: usize = 400;

async fn pragma(app: &TestApp, statement: &str) {
    app.core.db.execute_unprepared(statement).await.unwrap();
}

/// From now on the database cannot grow by a single page.
async fn fill_disk(app: &TestApp) {
    pragma(app, "PRAGMA max_page_count = 1").await;
}

async fn make_room(app: &TestApp) {
    pragma(app, "PRAGMA max_page_count = 1000000").await;
}

#[track_caller]
fn assert_away(answer: &Answer) {
    let body = answer.refused("STORAGE_UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), Some("5"));
    for leak in ["full", "sqlite", "SQLITE", "disk I/O", "readonly"] {
        assert!(!answer.text.contains(leak), "{body}");
    }
}

/// Suspends and resumes, which writes audit entries and events, until there is no room.
async fn use_up_room(app: &TestApp) {
    for _ in 0..TRIES_MAX {
        for verb in ["suspend", "resume"] {
            let before = app.dump();
            let path = format!("/v1/agents/filler/{verb}");
            let answer = app.admin("POST", &path, Value::Null).await;
            if answer.status != 200 {
                assert_away(&answer);
                assert_eq!(app.dump(), before);
                return;
            }
        }
    }
    panic!("the disk never filled up");
}

#[tokio::test]
async fn a_full_disk_refuses_creation_and_leaves_nothing_half_made() {
    let app = TestApp::new()
        .await
        .with_agent("trader")
        .await
        .with_agent("filler")
        .await;
    fill_disk(&app).await;
    use_up_room(&app).await;
    // Rows of other sizes may still fit somewhere: each kind is asked until it does not.
    let kinds = [
        ("/v1/sessions", json!({ "agentId": "trader" }), true),
        ("/v1/agents", json!({ "name": "new" }), false),
        ("/v1/keys/rotate", json!({}), false),
        ("/v1/pairing", Value::Null, false),
    ];
    for (path, body, revoke) in kinds {
        let mut refused = None;
        for n in 0..TRIES_MAX {
            let before = app.dump();
            let mut body = body.clone();
            if body["name"].is_string() {
                body["name"] = json!(format!("new {n}"));
            }
            let answer = app.admin("POST", path, body).await;
            if answer.status >= 300 {
                assert_away(&answer);
                assert_eq!(app.dump(), before, "{path}");
                refused = Some(n);
                break;
            }
            if revoke {
                let made = issued(&answer.json());
                app.sql()
                    .execute(
                        "UPDATE sessions SET revoked_at = 1 WHERE id = ?1",
                        [made.id],
                    )
                    .unwrap();
            }
        }
        assert!(refused.is_some(), "{path} never ran out of room");
    }
    make_room(&app).await;
    app.session("trader").await;
    assert_eq!(
        app.admin("GET", "/v1/audit/verify", Value::Null).await.ok()["intact"],
        true
    );
}

#[tokio::test]
async fn a_full_disk_refuses_a_renewal_and_the_same_key_renews_once_there_is_room() {
    let app = TestApp::new()
        .await
        .with_agent("trader")
        .await
        .with_agent("filler")
        .await;
    let body =
        json!({ "agentId": "trader", "constraints": { "expiresIn": 300, "maxRenewals": 100 } });
    let mut session: Issued = app.session_with(body).await;
    fill_disk(&app).await;
    use_up_room(&app).await;
    for n in 0..100 {
        app.advance(150);
        let before = app.dump();
        let key = format!("{KEY}{n}");
        let answer = app.renew(&session, Some(&key)).await;
        if answer.status == 200 {
            session = issued(&answer.ok());
            continue;
        }
        assert_away(&answer);
        assert_eq!(app.dump(), before);
        make_room(&app).await;
        // The old token went on serving; the retry is the first renewal, no replay.
        app.whoami(&session.token).await.ok();
        let renewed = app.renew(&session, Some(&key)).await;
        assert_eq!(renewed.header("idempotent-replayed"), None);
        app.whoami(&issued(&renewed.ok()).token).await.ok();
        return;
    }
    panic!("the disk never filled up");
}

#[tokio::test]
async fn a_read_only_database_refuses_every_change_and_changes_nothing() {
    let app = TestApp::new().await.with_agent("trader").await;
    app.add_wallet("spare").await;
    let session = app.session("trader").await;
    let unused = app.session("trader").await;
    app.whoami(&session.token).await.ok();
    app.advance(43_200);
    pragma(&app, "PRAGMA query_only = ON").await;
    let before = app.dump();
    let wallet =
        json!({ "name": "w", "chain": "solana", "network": "mainnet", "address": "1".repeat(32) });
    let link = json!({ "wallet": "spare" });
    let id = &session.id;
    let changes = [
        ("POST", "/v1/wallets".to_owned(), wallet),
        ("DELETE", "/v1/wallets/spare".to_owned(), Value::Null),
        ("POST", "/v1/agents".to_owned(), json!({ "name": "new" })),
        ("DELETE", "/v1/agents/trader".to_owned(), Value::Null),
        ("POST", "/v1/agents/trader/suspend".to_owned(), Value::Null),
        (
            "PUT",
            "/v1/agents/trader/defaults".to_owned(),
            json!({ "maxRenewals": 1 }),
        ),
        ("POST", "/v1/agents/trader/wallets".to_owned(), link.clone()),
        (
            "POST",
            "/v1/sessions".to_owned(),
            json!({ "agentId": "trader" }),
        ),
        ("POST", format!("/v1/sessions/{id}/revoke"), Value::Null),
        ("POST", format!("/v1/sessions/{id}/wallets"), link),
        (
            "PUT",
            "/v1/kill-switch".to_owned(),
            json!({ "active": true }),
        ),
        ("POST", "/v1/keys/rotate".to_owned(), Value::Null),
        ("POST", "/v1/pairing".to_owned(), Value::Null),
    ];
    for (method, path, body) in changes {
        assert_away(&app.admin(method, &path, body).await);
    }
    assert_away(&app.renew(&session, Some(KEY)).await);
    // The first use of a token must be on record before it opens anything.
    assert_away(&app.whoami(&unused.token).await);
    // Later uses only move "last seen", and reading goes on.
    app.whoami(&session.token).await.ok();
    app.admin("GET", "/v1/sessions", Value::Null).await.ok();
    assert_eq!(app.dump(), before);
    pragma(&app, "PRAGMA query_only = OFF").await;
    app.renew(&session, Some(KEY)).await.ok();
}

#[tokio::test]
async fn a_closed_database_is_away_for_everybody() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.core.db.clone().close().await;
    assert_away(&app.whoami(&session.token).await);
    assert_away(&app.renew(&session, None).await);
    assert_away(&app.admin("GET", "/v1/sessions", Value::Null).await);
    let health = app.agent_call(Call::new("GET", "/health")).await;
    assert_eq!(health.ok()["status"], "degraded");
}

#[tokio::test]
async fn a_damaged_row_is_a_fault_of_ours_and_not_shown() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.sql()
        .execute("UPDATE sessions SET constraints = '{secret'", [])
        .unwrap();
    let answer = app.whoami(&session.token).await;
    let body = answer.refused("INTERNAL");
    assert_eq!(body["details"], Value::Null);
    assert!(
        !answer.text.contains("constraints") && !answer.text.contains("secret"),
        "{body}"
    );
}
