//! What is written to the log: the request and the cause of a failure, never a secret
//! (PROTOCOL.md section 2).

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use serde_json::{Value, json};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::prelude::*;

use crate::harness::{Call, TestApp, issued};

const SECRET_KEY: &str = "a-renewal-key-nobody-may-see";

thread_local! {
    /// The lines of this thread, while somebody listens on it.
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct ThisThread;

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.iter_mut().for_each(|text| text.extend(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Listens on this thread from now on, to everything there is. One subscriber for the whole
/// program: with one per thread, what is enabled would depend on which test ran first.
fn listen() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let everything = tracing_subscriber::fmt::layer()
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| ThisThread)
            .with_filter(dynamic_filter_fn(|_, _| LINES.with_borrow(Option::is_some)));
        tracing_subscriber::registry().with(everything).init();
    });
    LINES.set(Some(Vec::new()));
}

/// What was heard; nobody listens any more.
fn heard() -> String {
    String::from_utf8(LINES.take().unwrap()).unwrap()
}

#[tokio::test]
async fn no_token_key_or_code_is_logged_at_any_level() {
    listen();
    let app = TestApp::new().await.with_agent("trader").await;
    let first = app.session("trader").await;
    app.whoami(&first.token).await.ok();
    app.renew(&first, Some(SECRET_KEY))
        .await
        .refused("RENEWAL_TOO_EARLY");
    app.advance(43_200);
    let second = issued(&app.renew(&first, Some(SECRET_KEY)).await.ok());
    app.renew(&first, Some(SECRET_KEY)).await.ok();
    app.renew(&first, None).await.refused("RENEWAL_CONFLICT");
    app.whoami(&first.token).await.refused("AUTH_TOKEN_INVALID");
    let query = format!("/v1/session?token={}", second.token);
    app.agent_call(Call::new("GET", &query).bearer(&second.token))
        .await
        .ok();
    app.get(&format!("/nothing/{}", second.token), &second.token)
        .await
        .refused("ROUTE_NOT_FOUND");
    let waiting = json!({ "agentId": "trader", "claim": true });
    let waiting = app.admin("POST", "/v1/sessions", waiting).await.created();
    let claim_code = waiting["claimCode"].as_str().unwrap();
    for _ in 0..3 {
        let claim = Call::new("POST", "/v1/sessions/claim").header("idempotency-key", SECRET_KEY);
        app.agent_call(claim.json(&json!({ "code": claim_code })))
            .await
            .ok();
    }
    let again = Call::new("POST", "/v1/sessions/claim").json(&json!({ "code": claim_code }));
    app.agent_call(again).await.refused("CLAIM_INVALID");
    let pairing = app
        .admin("POST", "/v1/pairing", Value::Null)
        .await
        .created();
    app.sql()
        .execute("UPDATE sessions SET token_kid = 'gone'", [])
        .unwrap();
    app.renew(&first, Some(SECRET_KEY))
        .await
        .refused("INTERNAL");
    let text = heard();
    assert!(
        text.contains("/v1/sessions/{id}/renew"),
        "the requests themselves are logged"
    );
    let code = pairing["code"].as_str().unwrap();
    let secret_parts = [&first.token, &second.token].map(|token| token.rsplit('.').next().unwrap());
    for secret in secret_parts
        .into_iter()
        .chain([SECRET_KEY, code, claim_code, "wai_sess_e"])
    {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn the_cause_of_a_failure_is_logged_once_under_the_request_id() {
    let app = TestApp::new().await.with_agent("trader").await;
    listen();
    app.core
        .db
        .execute_unprepared("PRAGMA query_only = ON")
        .await
        .unwrap();
    let call = Call::new("POST", "/v1/sessions").header("x-request-id", "find-me");
    let answer = app
        .admin_call(call.json(&json!({ "agentId": "trader" })))
        .await;
    answer.refused("STORAGE_UNAVAILABLE");
    let text = heard();
    let causes: Vec<_> = text
        .lines()
        .filter(|line| line.contains("readonly database"))
        .collect();
    let ours: Vec<_> = causes
        .iter()
        .filter(|line| line.contains("ERROR"))
        .collect();
    assert_eq!(ours.len(), 1, "{text}");
    assert!(
        ours[0].contains("find-me") && ours[0].contains("STORAGE_UNAVAILABLE"),
        "{}",
        ours[0]
    );
}
