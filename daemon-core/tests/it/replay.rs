//! PROTOCOL.md section 5: rotation that cannot strand an agent, and copied tokens.

use serde_json::{Value, json};
use waiaas_daemon_core::core::{OnTokenReuse, Policy};

use crate::harness::{Call, Issued, KEY, Setup, TestApp, issued};

const HALF_S: i64 = 43_200;
const OTHER_KEY: &str = "another-key-of-16-characters";

/// A session that was just renewed with [`KEY`]: before and after.
async fn rotated(app: &TestApp) -> (Issued, Issued) {
    let old = app.session("trader").await;
    app.advance(HALF_S);
    let new = issued(&app.renew(&old, Some(KEY)).await.ok());
    (old, new)
}

#[tokio::test]
async fn the_same_key_gets_the_same_successor_byte_for_byte() {
    let app = TestApp::new().await.with_agent("trader").await;
    let old = app.session("trader").await;
    app.advance(HALF_S);
    let first = app.renew(&old, Some(KEY)).await;
    let (events, audit) = (app.events().len(), app.audit().len());
    let again = app.renew(&old, Some(KEY)).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.text, first.text);
    app.advance(30);
    let later = app.renew(&old, Some(KEY)).await.ok();
    assert_eq!(later["serverTime"], "2026-02-08T22:26:55Z");
    for same in [
        "token",
        "expiresAt",
        "renewalCount",
        "sessionId",
        "expiresIn",
    ] {
        assert_eq!(later[same], first.json()[same], "{same}");
    }
    assert_eq!(app.renewal_count(&old), 1);
    assert_eq!((app.events().len(), app.audit().len()), (events, audit));
}

#[tokio::test]
async fn quotes_around_a_key_make_no_difference() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, new) = rotated(&app).await;
    let again = app.renew(&old, Some(&format!("\"{KEY}\""))).await;
    assert_eq!(issued(&again.ok()), new);
}

#[tokio::test]
async fn a_replay_works_after_the_old_tokens_own_end_while_the_successor_lives() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, new) = rotated(&app).await;
    app.advance(HALF_S);
    app.whoami(&old.token).await.refused("AUTH_TOKEN_EXPIRED");
    assert_eq!(issued(&app.renew(&old, Some(KEY)).await.ok()), new);
    app.renew(&old, Some(OTHER_KEY))
        .await
        .refused("AUTH_TOKEN_EXPIRED");
    app.advance(HALF_S - 1);
    assert_eq!(issued(&app.renew(&old, Some(KEY)).await.ok()), new);
    app.advance(1);
    app.renew(&old, Some(KEY))
        .await
        .refused("AUTH_TOKEN_EXPIRED");
}

#[tokio::test]
async fn a_replay_works_after_a_restart_and_a_rotation_of_the_keys() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, new) = rotated(&app).await;
    app.admin("POST", "/v1/keys/rotate", Value::Null).await.ok();
    let app = app.restart(|_| {}).await;
    app.admin("POST", "/v1/keys/rotate", Value::Null).await.ok();
    assert_eq!(issued(&app.renew(&old, Some(KEY)).await.ok()), new);
}

#[tokio::test]
async fn only_the_last_rotation_can_be_replayed() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (oldest, old) = rotated(&app).await;
    app.advance(HALF_S);
    let new = issued(&app.renew(&old, Some(OTHER_KEY)).await.ok());
    app.renew(&oldest, Some(KEY))
        .await
        .refused("AUTH_TOKEN_EXPIRED");
    assert_eq!(issued(&app.renew(&old, Some(OTHER_KEY)).await.ok()), new);
}

#[tokio::test]
async fn a_token_older_than_the_previous_one_is_simply_invalid() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (oldest, old) = rotated(&app).await;
    // The clock steps back, so that the oldest token's own end is still ahead.
    app.advance(HALF_S);
    app.renew(&old, Some(OTHER_KEY)).await.ok();
    app.advance(-HALF_S);
    app.renew(&oldest, Some(KEY))
        .await
        .refused("AUTH_TOKEN_INVALID");
    app.whoami(&oldest.token)
        .await
        .refused("AUTH_TOKEN_INVALID");
}

#[tokio::test]
async fn a_revocation_stops_replays_too() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, _) = rotated(&app).await;
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", old.id),
        Value::Null,
    )
    .await
    .ok();
    app.renew(&old, Some(KEY)).await.refused("SESSION_REVOKED");
}

#[tokio::test]
async fn locks_stop_replays_and_give_nothing_away() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, new) = rotated(&app).await;
    app.admin("PUT", "/v1/kill-switch", json!({ "active": true }))
        .await
        .ok();
    app.renew(&old, Some(KEY)).await.refused("SYSTEM_LOCKED");
    app.admin("PUT", "/v1/kill-switch", json!({ "active": false }))
        .await
        .ok();
    app.admin("POST", "/v1/agents/trader/suspend", Value::Null)
        .await
        .ok();
    app.renew(&old, Some(KEY)).await.refused("AGENT_SUSPENDED");
    app.admin("POST", "/v1/agents/trader/resume", Value::Null)
        .await
        .ok();
    assert_eq!(issued(&app.renew(&old, Some(KEY)).await.ok()), new);
}

#[tokio::test]
async fn an_early_second_renewal_with_another_key_is_a_race_and_no_alarm() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, _) = rotated(&app).await;
    app.advance(59);
    app.renew(&old, Some(OTHER_KEY))
        .await
        .refused("RENEWAL_CONFLICT");
    app.renew(&old, None).await.refused("RENEWAL_CONFLICT");
    assert!(app.events_called("SESSION_TOKEN_REUSED").is_empty());
}

#[tokio::test]
async fn sixty_seconds_later_it_is_an_alarm_once_per_generation() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, new) = rotated(&app).await;
    app.advance(60);
    let stolen = || {
        let path = format!("/v1/sessions/{}/renew", old.id);
        Call::new("PUT", &path)
            .bearer(&old.token)
            .from("203.0.113.9")
    };
    app.agent_call(stolen()).await.refused("RENEWAL_CONFLICT");
    app.agent_call(stolen()).await.refused("RENEWAL_CONFLICT");
    let told = app.events_called("SESSION_TOKEN_REUSED");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].level, "CRITICAL");
    assert_eq!(told[0].payload["from"], "203.0.113.9");
    assert_eq!(told[0].payload["generation"], 1);
    assert_eq!(app.audit_called("TOKEN_REUSED").len(), 1);
    // The owner of the successor goes on, and the next generation may alarm again.
    app.advance(HALF_S);
    app.renew(&new, Some(OTHER_KEY)).await.ok();
    app.advance(59);
    app.renew(&new, None).await.refused("RENEWAL_CONFLICT");
    assert_eq!(app.events_called("SESSION_TOKEN_REUSED").len(), 1);
    app.advance(1);
    app.renew(&new, None).await.refused("RENEWAL_CONFLICT");
    assert_eq!(app.events_called("SESSION_TOKEN_REUSED").len(), 2);
}

#[tokio::test]
async fn once_the_successor_was_used_it_is_an_alarm_at_once() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (old, new) = rotated(&app).await;
    app.whoami(&new.token).await.ok();
    app.renew(&old, Some(OTHER_KEY))
        .await
        .refused("RENEWAL_CONFLICT");
    assert_eq!(app.events_called("SESSION_TOKEN_REUSED").len(), 1);
    assert_eq!(app.events_called("SESSION_REVOKED").len(), 0);
}

#[tokio::test]
async fn on_token_reuse_revoke_ends_the_session_at_once() {
    let policy = Policy {
        on_token_reuse: OnTokenReuse::Revoke,
        ..Policy::default()
    };
    let app = TestApp::with(Setup {
        policy,
        ..Setup::default()
    })
    .await
    .with_agent("trader")
    .await;
    let (old, new) = rotated(&app).await;
    app.whoami(&new.token).await.ok();
    app.renew(&old, None).await.refused("RENEWAL_CONFLICT");
    app.whoami(&new.token).await.refused("SESSION_REVOKED");
    app.renew(&old, Some(KEY)).await.refused("SESSION_REVOKED");
    assert_eq!(
        app.events_called("SESSION_TOKEN_REUSED")[0].payload["session_ended"],
        true
    );
    let ended = app.owner_view(&old).await;
    assert_eq!(
        (&ended["revokeReason"], &ended["revokedBy"]),
        (&json!("token_reused"), &json!("daemon"))
    );
}

#[tokio::test]
async fn forged_and_foreign_tokens_never_raise_the_alarm() {
    let app = TestApp::new()
        .await
        .with_agent("trader")
        .await
        .with_agent("other")
        .await;
    let (old, new) = rotated(&app).await;
    let foreign = app.session("other").await;
    app.whoami(&new.token).await.ok();
    let mut forged = old.token.clone();
    let place = forged.len() - 4;
    let other = if forged[place..].starts_with('A') {
        "E"
    } else {
        "A"
    };
    forged.replace_range(place..=place, other);
    app.renew_as(&old.id, &forged, None)
        .await
        .refused("AUTH_TOKEN_INVALID");
    app.renew_as(&old.id, &foreign.token, None)
        .await
        .refused("SESSION_RENEWAL_MISMATCH");
    assert!(app.events_called("SESSION_TOKEN_REUSED").is_empty());
}

#[tokio::test]
async fn a_session_renewed_without_a_key_cannot_be_replayed() {
    let app = TestApp::new().await.with_agent("trader").await;
    let old = app.session("trader").await;
    app.advance(HALF_S);
    app.renew(&old, None).await.ok();
    app.renew(&old, None).await.refused("RENEWAL_CONFLICT");
    app.renew(&old, Some(KEY)).await.refused("RENEWAL_CONFLICT");
}

#[tokio::test]
async fn keys_of_the_wrong_form_are_refused_and_change_nothing() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(HALF_S);
    let before = app.dump();
    let (short, long) = ("a".repeat(15), "a".repeat(65));
    let bad = [
        "",
        &short,
        &long,
        "has a space in the key",
        "\"quoted-on-one-side",
        "schlüssel-mit-umlaut",
    ];
    for key in bad {
        app.renew(&session, Some(key))
            .await
            .refused("IDEMPOTENCY_KEY_INVALID");
    }
    let path = format!("/v1/sessions/{}/renew", session.id);
    let twice = Call::new("PUT", &path).bearer(&session.token);
    let twice = twice
        .header("idempotency-key", KEY)
        .header("idempotency-key", KEY);
    app.agent_call(twice)
        .await
        .refused("IDEMPOTENCY_KEY_INVALID");
    assert_eq!(app.dump(), before);
    for key in ["a".repeat(16), "~".repeat(64)] {
        let fresh = app.session("trader").await;
        app.advance(HALF_S);
        app.renew(&fresh, Some(&key)).await.ok();
    }
}
