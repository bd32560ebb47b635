//! PROTOCOL.md section 4: the checks of a renewal, each through the door.

use serde_json::{Value, json};

use crate::harness::{Call, KEY, START_S, TestApp, issued};

const UNIT_S: i64 = 86_400;
const HALF_S: i64 = UNIT_S / 2;

#[tokio::test]
async fn a_renewal_adds_one_unit_from_now_and_changes_nothing_but_time() {
    let app = TestApp::new().await.with_agent("trader").await;
    let first = app.session("trader").await;
    let before = app.owner_view(&first).await;
    app.advance(HALF_S + 5);
    let answer = app.renew(&first, Some(KEY)).await;
    let body = answer.ok();
    let second = issued(&body);
    assert_eq!(second.id, first.id);
    assert_ne!(second.token, first.token);
    assert_eq!(body["expiresIn"], UNIT_S);
    assert_eq!(
        (&body["renewalCount"], &body["maxRenewals"]),
        (&json!(1), &json!(30))
    );
    assert_eq!(body["serverTime"], "2026-02-08T22:26:30Z");
    assert_eq!(body["expiresAt"], "2026-02-09T22:26:30Z");
    assert_eq!(body["absoluteExpiresAt"], before["absoluteExpiresAt"]);
    assert_eq!(answer.header("idempotent-replayed"), None);

    let after = app.owner_view(&first).await;
    for unchanged in [
        "id",
        "agentId",
        "constraints",
        "wallets",
        "createdAt",
        "absoluteExpiresAt",
    ] {
        assert_eq!(after[unchanged], before[unchanged], "{unchanged}");
    }
    assert_eq!(after["lastRenewedAt"], body["serverTime"]);
    let audited = app.audit_called("SESSION_RENEWED");
    assert_eq!(
        (audited.len(), audited[0].session_id.as_ref()),
        (1, Some(&first.id))
    );
    assert_eq!(
        audited[0].actor,
        format!("agent:{}", before["agentId"].as_str().unwrap())
    );
    let told = app.events_called("SESSION_RENEWED");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].payload["reject_by"], START_S + HALF_S + 5 + 3_600);
}

#[tokio::test]
async fn from_the_commit_on_the_old_token_opens_nothing() {
    let app = TestApp::new().await.with_agent("trader").await;
    let first = app.session("trader").await;
    app.advance(HALF_S);
    let second = issued(&app.renew(&first, None).await.ok());
    app.whoami(&first.token).await.refused("AUTH_TOKEN_INVALID");
    app.whoami(&second.token).await.ok();
    app.renew(&first, None).await.refused("RENEWAL_CONFLICT");
}

#[tokio::test]
async fn too_early_says_how_long_to_wait_and_grants_on_the_second() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(HALF_S - 1);
    let answer = app.renew(&session, None).await;
    let body = answer.refused("RENEWAL_TOO_EARLY");
    assert_eq!(body["details"]["retryAfterS"], 1);
    assert_eq!(answer.header("retry-after"), Some("1"));
    app.advance(1);
    let renewed = issued(&app.renew(&session, None).await.ok());
    // The reference is the last renewal now.
    let answer = app.renew(&renewed, None).await;
    answer.refused("RENEWAL_TOO_EARLY");
    assert_eq!(answer.header("retry-after"), Some("43200"));
}

#[tokio::test]
async fn every_renewal_used_is_a_limit() {
    let app = TestApp::new().await.with_agent("trader").await;
    let limits = json!({ "maxRenewals": 1 });
    let first = app
        .session_with(json!({ "agentId": "trader", "constraints": limits }))
        .await;
    app.advance(HALF_S);
    let second = issued(&app.renew(&first, None).await.ok());
    app.advance(HALF_S);
    let body = app
        .renew(&second, None)
        .await
        .refused("RENEWAL_LIMIT_REACHED");
    assert_eq!(body["details"]["maxRenewals"], 1);
    // The token itself goes on to its end.
    app.whoami(&second.token).await.ok();
    assert_eq!(app.renewal_count(&second), 1);
}

#[tokio::test]
async fn never_renewable_sessions_are_at_their_limit_from_the_start() {
    let app = TestApp::new().await.with_agent("trader").await;
    let limits = json!({ "maxRenewals": 0 });
    let session = app
        .session_with(json!({ "agentId": "trader", "constraints": limits }))
        .await;
    app.renew(&session, None)
        .await
        .refused("RENEWAL_LIMIT_REACHED");
}

#[tokio::test]
async fn no_renewal_passes_the_absolute_end() {
    let app = TestApp::new().await.with_agent("trader").await;
    let limits = json!({ "expiresIn": 604_800, "maxRenewals": 100 });
    let mut session = app
        .session_with(json!({ "agentId": "trader", "constraints": limits }))
        .await;
    // Renewed each 604000 s: the fourth one would end after created_at + 2592000.
    for _ in 0..3 {
        app.advance(604_000);
        session = issued(&app.renew(&session, None).await.ok());
    }
    app.advance(604_000);
    let body = app
        .renew(&session, None)
        .await
        .refused("SESSION_ABSOLUTE_LIFETIME_EXCEEDED");
    assert_eq!(body["details"]["absoluteExpiresAt"], "2026-03-10T10:26:25Z");
    app.whoami(&session.token).await.ok();
}

#[tokio::test]
async fn a_renewal_may_end_exactly_at_the_absolute_end_and_not_a_second_later() {
    let app = TestApp::new().await.with_agent("trader").await;
    let body = json!({ "agentId": "trader", "constraints": { "expiresIn": 604_800 } });
    let mut sessions = [
        app.session_with(body.clone()).await,
        app.session_with(body).await,
    ];
    for wait_s in [600_000, 600_000, 400_000] {
        app.advance(wait_s);
        for session in &mut sessions {
            *session = issued(&app.renew(session, None).await.ok());
        }
    }
    // 2592000 - 604800 seconds after the creation.
    app.advance(387_200);
    let last = app.renew(&sessions[0], None).await.ok();
    assert_eq!(last["expiresAt"], last["absoluteExpiresAt"]);
    app.advance(1);
    app.renew(&sessions[1], None)
        .await
        .refused("SESSION_ABSOLUTE_LIFETIME_EXCEEDED");
}

#[tokio::test]
async fn an_expired_token_is_expired_whatever_else_is_wrong() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(UNIT_S - 1);
    app.whoami(&session.token).await.ok();
    app.advance(1);
    app.whoami(&session.token)
        .await
        .refused("AUTH_TOKEN_EXPIRED");
    app.renew(&session, None)
        .await
        .refused("AUTH_TOKEN_EXPIRED");
    app.renew(&session, Some(KEY))
        .await
        .refused("AUTH_TOKEN_EXPIRED");
    app.renew(&session, Some("short"))
        .await
        .refused("AUTH_TOKEN_EXPIRED");
    app.renew_as("nonsense", &session.token, None)
        .await
        .refused("AUTH_TOKEN_EXPIRED");
}

#[tokio::test]
async fn any_other_text_in_the_path_is_a_mismatch() {
    let app = TestApp::new()
        .await
        .with_agent("trader")
        .await
        .with_agent("other")
        .await;
    let session = app.session("trader").await;
    let foreign = app.session("other").await;
    app.advance(HALF_S);
    let unknown = "01950000-0000-7000-8000-000000000000";
    let long = "x".repeat(4_000);
    let odd = [
        "",
        foreign.id.as_str(),
        unknown,
        "1",
        "%20",
        "%2F..%2F",
        "%ff%fe",
        "%zz",
        "..%2fsession",
        "%00",
        "null",
        &session.id[..8],
        &session.id.replace('-', ""),
        &long,
        "%F0%9F%A6%80",
    ];
    for text in odd {
        app.renew_as(text, &session.token, Some(KEY))
            .await
            .refused("SESSION_RENEWAL_MISMATCH");
    }
    app.renew(&session, Some(KEY)).await.ok();
}

#[tokio::test]
async fn a_purged_session_is_not_found() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.sql()
        .execute("DELETE FROM sessions WHERE id = ?1", [&session.id])
        .unwrap();
    app.advance(HALF_S);
    app.renew(&session, None).await.refused("SESSION_NOT_FOUND");
    app.whoami(&session.token)
        .await
        .refused("SESSION_NOT_FOUND");
}

#[tokio::test]
async fn a_revoked_session_is_revoked_before_anything_about_its_agent_is_said() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(HALF_S);
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", session.id),
        Value::Null,
    )
    .await
    .ok();
    app.admin("POST", "/v1/agents/trader/suspend", Value::Null)
        .await
        .ok();
    app.admin("PUT", "/v1/kill-switch", json!({ "active": true }))
        .await
        .ok();
    app.renew(&session, None).await.refused("SESSION_REVOKED");
    app.renew_as("nonsense", &session.token, None)
        .await
        .refused("SESSION_RENEWAL_MISMATCH");
}

#[tokio::test]
async fn a_body_is_ignored_whatever_it_is() {
    let app = TestApp::new().await.with_agent("trader").await;
    let mut session = app.session("trader").await;
    let path = format!("/v1/sessions/{}/renew", session.id);
    let bodies = [
        (
            "application/json",
            "{\"expiresIn\":604800,\"maxRenewals\":100}",
        ),
        ("application/json", "{broken"),
        ("text/plain", "hello"),
        ("application/x-www-form-urlencoded", "expires_in=1"),
    ];
    for (content_type, body) in bodies {
        app.advance(HALF_S);
        let call = Call::new("PUT", &path)
            .bearer(&session.token)
            .text(content_type, body);
        let renewed = app.agent_call(call).await.ok();
        assert_eq!(
            (&renewed["expiresIn"], &renewed["maxRenewals"]),
            (&json!(UNIT_S), &json!(30))
        );
        session = issued(&renewed);
    }
}

#[tokio::test]
async fn a_suspended_or_removed_agent_renews_nothing() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(HALF_S);
    app.admin("POST", "/v1/agents/trader/suspend", Value::Null)
        .await
        .ok();
    app.renew(&session, None).await.refused("AGENT_SUSPENDED");
    app.whoami(&session.token).await.refused("AGENT_SUSPENDED");
    app.admin("POST", "/v1/agents/trader/resume", Value::Null)
        .await
        .ok();
    app.whoami(&session.token).await.ok();
    // Nothing but the status, so that the agent's own check is seen and not the revocation.
    app.sql()
        .execute("UPDATE agents SET status = 'TERMINATED'", [])
        .unwrap();
    app.renew(&session, None).await.refused("AGENT_TERMINATED");
    app.whoami(&session.token).await.refused("AGENT_TERMINATED");
}
