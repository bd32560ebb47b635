//! What the client of the agents' door does with answers that are not the daemon's.

use waiaas_mcp::door::{Door, DoorError};
use waiaas_protocol::wire::Health;

use crate::daemon::{Answer, Route, ScriptedDaemon};
use crate::token::first_token;

async fn asked(daemon: &ScriptedDaemon) -> Result<Health, DoorError> {
    let door = Door::new(daemon.url().parse().unwrap());
    door.get("/health", Some(&first_token())).await
}

#[tokio::test]
async fn a_redirect_is_not_followed_because_the_token_would_go_along() {
    let (daemon, elsewhere) = (ScriptedDaemon::start().await, ScriptedDaemon::start().await);
    let moved = Answer::raw(302, "").header("location", format!("{}/health", elsewhere.url()));
    daemon.answer(Route::Health, moved);
    assert!(matches!(
        asked(&daemon).await,
        Err(DoorError::Unreachable { .. })
    ));
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn an_endless_body_is_not_read_to_its_end() {
    let daemon = ScriptedDaemon::start().await;
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    daemon.answer(Route::Health, Answer::raw(200, long));
    match asked(&daemon).await {
        Err(DoorError::Unreachable { reason, .. }) => assert!(reason.contains("too long")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_a_refusal_says_is_bounded_and_printable() {
    let daemon = ScriptedDaemon::start().await;
    let body = serde_json::json!({
        "code": format!("A\u{1b}[2J{}", "B".repeat(1_000)), "message": "m".repeat(100_000),
    });
    daemon.answer(Route::Health, Answer::raw(400, body.to_string()));
    match asked(&daemon).await {
        Err(DoorError::Refused(refusal)) => {
            assert!(refusal.code.len() <= 64 && !refusal.code.contains('\u{1b}'));
            assert!(refusal.message.len() <= 500);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_error_body_may_stand_under_error() {
    let daemon = ScriptedDaemon::start().await;
    let body = serde_json::json!({ "error": { "code": "RATE_LIMITED", "message": "Slowly." } });
    daemon.answer(
        Route::Health,
        Answer::raw(429, body.to_string()).retry_after(7),
    );
    match asked(&daemon).await {
        Err(DoorError::Refused(refusal)) => {
            assert_eq!(
                (refusal.code.as_str(), refusal.retry_after_s),
                ("RATE_LIMITED", Some(7))
            );
        }
        other => panic!("{other:?}"),
    }
}
