//! Warnings before the end, the end, and the purge: PROTOCOL.md sections 9 and 10.

use serde_json::{Value, json};
use waiaas_daemon_core::core::Policy;
use waiaas_daemon_core::session::expiry;

use crate::harness::{Issued, Setup, TestApp, issued};

const HALF_S: i64 = 43_200;

async fn limited(app: &TestApp, max_renewals: i64) -> Issued {
    let constraints = json!({ "maxRenewals": max_renewals });
    app.session_with(json!({ "agentId": "trader", "constraints": constraints }))
        .await
}

async fn renew(app: &TestApp, session: &Issued) -> Issued {
    app.advance(HALF_S);
    issued(&app.renew(session, None).await.ok())
}

#[tokio::test]
async fn t_14_three_renewals_left_warn_once() {
    let app = TestApp::new().await.with_agent("trader").await;
    let mut session = limited(&app, 5).await;
    session = renew(&app, &session).await;
    assert!(app.events_called("SESSION_EXPIRING_SOON").is_empty());
    for _ in 0..4 {
        session = renew(&app, &session).await;
        let told = app.events_called("SESSION_EXPIRING_SOON");
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].level.as_str(), &told[0].payload["renewals_left"]),
            ("WARNING", &json!(3))
        );
        assert_eq!(told[0].payload["cause"], "near_end");
    }
    app.advance(HALF_S);
    app.renew(&session, None)
        .await
        .refused("RENEWAL_LIMIT_REACHED");
    assert_eq!(app.events_called("SESSION_EXPIRING_SOON").len(), 1);
}

#[tokio::test]
async fn t_14_a_day_of_absolute_life_left_warns_once() {
    let policy = Policy {
        session_absolute_lifetime_s: 3 * 86_400,
        ..Policy::default()
    };
    let app = TestApp::with(Setup {
        policy,
        ..Setup::default()
    })
    .await
    .with_agent("trader")
    .await;
    let mut session = app.session("trader").await;
    for _ in 0..3 {
        session = renew(&app, &session).await;
        assert!(app.events_called("SESSION_EXPIRING_SOON").is_empty());
    }
    session = renew(&app, &session).await;
    assert_eq!(app.events_called("SESSION_EXPIRING_SOON").len(), 1);
    app.advance(HALF_S);
    app.renew(&session, None)
        .await
        .refused("SESSION_ABSOLUTE_LIFETIME_EXCEEDED");
    assert_eq!(app.events_called("SESSION_EXPIRING_SOON").len(), 1);
}

#[tokio::test]
async fn a_refused_renewal_warns_whatever_the_rule_says() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = limited(&app, 0).await;
    for _ in 0..3 {
        app.renew(&session, None)
            .await
            .refused("RENEWAL_LIMIT_REACHED");
    }
    let told = app.events_called("SESSION_EXPIRING_SOON");
    assert_eq!(
        (told.len(), &told[0].payload["renewals_left"]),
        (1, &json!(0))
    );
}

#[tokio::test]
async fn an_agent_that_stopped_is_noticed_once_per_generation() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    // A fifth of the unit before the end.
    app.advance(86_400 - 17_281);
    expiry::scan(&app.core).await.unwrap();
    assert!(app.events_called("SESSION_EXPIRING_SOON").is_empty());
    app.advance(1);
    for _ in 0..3 {
        expiry::scan(&app.core).await.unwrap();
    }
    let told = app.events_called("SESSION_EXPIRING_SOON");
    assert_eq!(
        (told.len(), &told[0].payload["cause"]),
        (1, &json!("agent_stopped"))
    );
    let next = issued(&app.renew(&session, None).await.ok());
    app.advance(86_400 - 17_280);
    expiry::scan(&app.core).await.unwrap();
    assert_eq!(app.events_called("SESSION_EXPIRING_SOON").len(), 2);
    app.whoami(&next.token).await.ok();
}

#[tokio::test]
async fn a_session_that_ran_out_is_told_once_and_a_revoked_one_never() {
    let app = TestApp::new().await.with_agent("trader").await;
    let lost = app.session("trader").await;
    let revoked = app.session("trader").await;
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", revoked.id),
        Value::Null,
    )
    .await
    .ok();
    app.advance(86_400);
    for _ in 0..3 {
        expiry::scan(&app.core).await.unwrap();
    }
    let told = app.events_called("SESSION_EXPIRED");
    assert_eq!(
        (told.len(), told[0].session_id.as_ref()),
        (1, Some(&lost.id))
    );
    assert_eq!(app.audit_called("SESSION_EXPIRED").len(), 1);
}

#[tokio::test]
async fn ended_sessions_are_kept_for_their_retention_then_purged_with_an_entry() {
    let app = TestApp::new().await.with_agent("trader").await;
    let expired = app.session("trader").await;
    let revoked = app.session("trader").await;
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", revoked.id),
        Value::Null,
    )
    .await
    .ok();
    let count = async || {
        let page = app
            .admin("GET", "/v1/sessions?state=all", Value::Null)
            .await
            .ok();
        page["sessions"].as_array().unwrap().len()
    };
    app.advance(2_592_000);
    expiry::scan(&app.core).await.unwrap();
    assert_eq!(count().await, 2);
    app.advance(86_400 + 1);
    expiry::scan(&app.core).await.unwrap();
    assert_eq!(count().await, 0);
    app.admin("GET", &format!("/v1/sessions/{}", expired.id), Value::Null)
        .await
        .refused("SESSION_NOT_FOUND");
    let purged: i64 = app
        .audit_called("SESSIONS_PURGED")
        .iter()
        .map(|row| row.details["sessions"].as_i64().unwrap())
        .sum();
    assert_eq!(purged, 2);
    assert_eq!(
        app.admin("GET", "/v1/audit/verify", Value::Null).await.ok()["intact"],
        true
    );
}

#[tokio::test]
async fn events_reach_a_channel_once_and_in_order() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let session = renew(&app, &session).await;
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", session.id),
        Value::Null,
    )
    .await
    .ok();
    let expected = ["SESSION_CREATED", "SESSION_RENEWED", "SESSION_REVOKED"];
    assert_eq!(app.deliver().await, expected);
    assert_eq!(app.deliver().await, expected);
    let status = app.admin("GET", "/v1/status", Value::Null).await.ok();
    assert_eq!(
        (&status["outboxDepth"], &status["deadLetters"]),
        (&json!(0), &json!(0))
    );
}
