//! Rate limits through the doors. That buckets fill again is tested beside them, with a clock
//! of their own; here it is who shares a bucket with whom.

use serde_json::Value;

use crate::harness::{Answer, Call, Setup, TestApp, own_uid};

const TRIES_MAX: usize = 200;

async fn with_limits(burst: u32, address_burst: u32) -> TestApp {
    let mut setup = Setup::default();
    setup.settings.session_burst = burst;
    setup.settings.session_per_s = 1;
    setup.settings.address_burst = address_burst;
    setup.settings.address_per_s = 1;
    TestApp::with(setup).await
}

/// Asks until it is refused: at one request per second that takes a burst and a few.
async fn until_limited(app: &TestApp, call: impl Fn() -> Call) -> Answer {
    for _ in 0..TRIES_MAX {
        let answer = app.agent_call(call()).await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("never limited");
}

#[tokio::test]
async fn an_address_is_limited_before_anything_else_and_health_never() {
    let app = with_limits(1_000, 3).await;
    let ask = |path: &'static str| move || Call::new("GET", path).from("203.0.113.5");
    let answer = until_limited(&app, ask("/v1/session")).await;
    let body = answer.refused("RATE_LIMITED");
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(wait >= 1);
    assert_eq!(body["details"]["retryAfterS"], wait);
    for _ in 0..20 {
        app.agent_call(ask("/health")()).await.ok();
    }
    // Whatever a header claims, the connection's address counts.
    let claiming = until_limited(&app, || {
        ask("/nothing")()
            .header("x-forwarded-for", "198.51.100.1")
            .header("x-real-ip", "198.51.100.2")
    });
    claiming.await.refused("RATE_LIMITED");
    let other = Call::new("GET", "/v1/session").from("203.0.113.6");
    app.agent_call(other).await.refused("AUTH_TOKEN_MISSING");
}

#[tokio::test]
async fn sessions_have_buckets_of_their_own_whatever_their_address() {
    let app = with_limits(3, 1_000_000).await.with_agent("trader").await;
    let (busy, calm) = (app.session("trader").await, app.session("trader").await);
    let answer = until_limited(&app, || Call::new("GET", "/v1/wallets").bearer(&busy.token)).await;
    answer.refused("RATE_LIMITED");
    app.whoami(&calm.token).await.ok();
    let elsewhere = || {
        Call::new("GET", "/v1/session")
            .bearer(&busy.token)
            .from("203.0.113.8")
    };
    until_limited(&app, elsewhere).await.refused("RATE_LIMITED");
}

#[tokio::test]
async fn a_forged_token_takes_nothing_from_the_sessions_bucket() {
    let app = with_limits(2, 1_000_000).await.with_agent("trader").await;
    let session = app.session("trader").await;
    let forged = format!("{}AAAA", &session.token[..session.token.len() - 4]);
    for _ in 0..50 {
        app.whoami(&forged).await.refused("AUTH_TOKEN_INVALID");
    }
    app.whoami(&session.token).await.ok();
}

#[tokio::test]
async fn the_owners_door_is_limited_by_user() {
    let app = with_limits(1_000, 5).await;
    let mut limited = false;
    for _ in 0..TRIES_MAX {
        let answer = app.admin("GET", "/v1/status", Value::Null).await;
        limited |= answer.status == 429;
    }
    assert!(limited);
    if own_uid() != 0 {
        app.admin_call(Call::new("GET", "/v1/status").user(Some(0)))
            .await
            .ok();
    }
}
