//! The form of requests and answers, on both doors: bodies, sizes, routes, methods, headers,
//! languages.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use futures::stream;
use serde_json::{Value, json};

use crate::harness::{Call, KEY, Setup, TestApp};

const BODY_MAX_BYTES: usize = 2_048;

async fn small() -> TestApp {
    let mut setup = Setup::default();
    setup.settings.body_max_bytes = BODY_MAX_BYTES;
    TestApp::with(setup).await.with_agent("trader").await
}

#[tokio::test]
async fn broken_bodies_are_named() {
    let app = small().await;
    let wrong_type = "body: must be JSON with Content-Type: application/json";
    let cases = [
        ("application/json", "", "body: is missing"),
        (
            "application/json",
            "{",
            "body: is not valid JSON (line 1, column 1)",
        ),
        (
            "application/json",
            "{\"name\":\"a\"}x",
            "body: is not valid JSON (line 1, column 13)",
        ),
        ("application/json", "[]", "body: must be an object"),
        ("application/json", "null", "body: must be an object"),
        ("application/json", "\"name\"", "body: must be an object"),
        (
            "application/json",
            "{\"name\":null}",
            "name: must be a text",
        ),
        (
            "application/json",
            "{\"name\":\"a\",\"wallets\":{}}",
            "wallets: must be a list",
        ),
        ("text/plain", "{\"name\":\"a\"}", wrong_type),
        ("application/x-www-form-urlencoded", "name=a", wrong_type),
        ("application/jsonp", "{\"name\":\"a\"}", wrong_type),
    ];
    let before = app.dump();
    for (content_type, body, expected) in cases {
        let call = Call::new("POST", "/v1/agents").text(content_type, body);
        assert_eq!(app.admin_call(call).await.issues(), [expected], "{body}");
    }
    let deep = "[".repeat(1_000);
    let call = Call::new("POST", "/v1/agents").text("application/json", &format!("{{\"a\":{deep}"));
    app.admin_call(call).await.refused("REQUEST_INVALID");
    assert_eq!(app.dump(), before);
    let call = Call::new("POST", "/v1/agents");
    let call = call.text("Application/JSON; charset=utf-8", "{\"name\":\"a\"}");
    app.admin_call(call).await.created();
}

#[tokio::test]
async fn nothing_that_is_no_utf8_is_taken_for_text() {
    let app = small().await;
    let call = Call::new("POST", "/v1/agents").text("application/json", "");
    let call = call.stream(Body::from(&b"{\"name\":\"\xff\xfe\"}"[..]));
    app.admin_call(call).await.refused("REQUEST_INVALID");
}

#[tokio::test]
async fn oversized_bodies_are_refused_on_both_doors_announced_or_not() {
    let app = small().await;
    let session = app.session("trader").await;
    app.advance(43_200);
    let renewal = format!("/v1/sessions/{}/renew", session.id);
    let chunks = || {
        let chunk = Bytes::from(vec![b' '; BODY_MAX_BYTES / 2]);
        Body::from_stream(stream::iter(vec![Ok::<_, Infallible>(chunk); 3]))
    };
    let announced = BODY_MAX_BYTES + 1;
    let before = app.dump();
    let body = "x".repeat(announced);
    let calls = [
        app.agent_call(
            Call::new("PUT", &renewal)
                .bearer(&session.token)
                .text("text/plain", &body)
                .header("content-length", &announced.to_string()),
        )
        .await,
        app.agent_call(
            Call::new("PUT", &renewal)
                .bearer(&session.token)
                .stream(chunks()),
        )
        .await,
        app.admin_call(
            Call::new("POST", "/v1/agents")
                .text("application/json", &body)
                .header("content-length", &announced.to_string()),
        )
        .await,
        app.admin_call(
            Call::new("POST", "/v1/agents")
                .text("application/json", "")
                .stream(chunks()),
        )
        .await,
        app.agent_call(Call::new("GET", "/health").header("content-length", "99999999"))
            .await,
    ];
    for answer in calls {
        assert_eq!(
            answer.refused("BODY_TOO_LARGE")["details"]["maxBytes"],
            BODY_MAX_BYTES
        );
    }
    assert_eq!(app.dump(), before);
    let full = Call::new("PUT", &renewal).bearer(&session.token);
    app.agent_call(full.text("text/plain", &"x".repeat(BODY_MAX_BYTES)))
        .await
        .ok();
}

#[tokio::test]
async fn unknown_routes_and_methods() {
    let app = small().await;
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/session/",
        "/V1/session",
        "/v2/session",
    ] {
        for answer in [
            app.agent_call(Call::new("GET", path)).await,
            app.admin_call(Call::new("GET", path)).await,
        ] {
            assert_eq!(answer.outcome(), "ROUTE_NOT_FOUND", "{path}");
        }
    }
    for (method, path) in [
        ("POST", "/v1/session"),
        ("PATCH", "/health"),
        ("OPTIONS", "/v1/wallets"),
    ] {
        let answer = app.agent_call(Call::new(method, path)).await;
        answer.refused("METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method} {path}");
    }
    let answer = app.admin("PATCH", "/v1/agents", Value::Null).await;
    answer.refused("METHOD_NOT_ALLOWED");
    let mut allowed: Vec<_> = answer.header("allow").unwrap().split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
}

#[tokio::test]
async fn request_ids_are_echoed_or_made() {
    let app = small().await;
    let sent = app
        .agent_call(Call::new("GET", "/v1/session").header("x-request-id", "abc-123"))
        .await;
    assert_eq!(sent.refused("AUTH_TOKEN_MISSING")["requestId"], "abc-123");
    let long = "a".repeat(129);
    for odd in ["", "with space", "ümlaut", &long] {
        let call = Call::new("GET", "/health").header("x-request-id", odd);
        let made = app.agent_call(call).await;
        assert_eq!(made.header("x-request-id").map(str::len), Some(32), "{odd}");
    }
    let one = app.agent_call(Call::new("GET", "/health")).await;
    let two = app.agent_call(Call::new("GET", "/health")).await;
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
}

#[tokio::test]
async fn every_answer_keeps_itself_out_of_caches_and_sniffers() {
    let app = small().await;
    let session = app.session("trader").await;
    let answers = [
        app.agent_call(Call::new("GET", "/health")).await,
        app.whoami(&session.token).await,
        app.agent_call(Call::new("GET", "/nothing")).await,
        app.admin("GET", "/v1/status", Value::Null).await,
        app.admin("POST", "/v1/sessions", json!({ "agentId": "trader" }))
            .await,
    ];
    for answer in answers {
        assert_eq!(
            answer.header("cache-control"),
            Some("no-store"),
            "{}",
            answer.text
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert!(answer.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn refusals_speak_the_callers_language() {
    let app = small().await;
    let say = async |language: &str| {
        let call = Call::new("GET", "/v1/session").header("accept-language", language);
        app.agent_call(call).await.refused("AUTH_TOKEN_MISSING")
    };
    assert_eq!(
        say("ko-KR,ko;q=0.9,en;q=0.8").await["message"],
        "세션 토큰이 없습니다."
    );
    for language in ["en", "fr-FR", "", "*", ";;;q=,"] {
        assert_eq!(
            say(language).await["message"],
            "No session token was sent.",
            "{language}"
        );
    }
}

#[tokio::test]
async fn unknown_query_parameters_are_refused() {
    let app = small().await;
    let cases = [
        (
            "/v1/sessions?agnet=trader",
            "agnet: is not a known parameter; did you mean agent?",
        ),
        (
            "/v1/sessions?state=dead",
            "state: must be one of live, expired, revoked, all",
        ),
        (
            "/v1/sessions?limit=0",
            "limit: must be a whole number in 1..100",
        ),
        (
            "/v1/sessions?limit=101",
            "limit: must be a whole number in 1..100",
        ),
        (
            "/v1/sessions?limit=1e1",
            "limit: must be a whole number in 1..100",
        ),
        ("/v1/sessions?limit=1&limit=2", "limit: is given twice"),
        (
            "/v1/audit?limit=201",
            "limit: must be a whole number in 1..200",
        ),
        (
            "/v1/audit?before=0",
            "before: must be a whole number in 1..9223372036854775807",
        ),
        (
            "/v1/agents?include=all",
            "include: must be one of terminated",
        ),
        (
            "/v1/wallets?include=all",
            "include: must be one of terminated",
        ),
    ];
    for (path, expected) in cases {
        assert_eq!(
            app.admin("GET", path, Value::Null).await.issues(),
            [expected],
            "{path}"
        );
    }
    let before = app
        .admin("GET", "/v1/sessions?before=1", Value::Null)
        .await
        .issues();
    assert!(before[0].starts_with("before: must be an id"), "{before:?}");
    let many = format!("/v1/sessions?{}", "a=b&".repeat(40));
    app.admin("GET", &many, Value::Null)
        .await
        .refused("REQUEST_INVALID");
}

#[tokio::test]
async fn path_parameters_that_are_no_text_are_refused() {
    let app = small().await;
    let session = app.session("trader").await;
    app.get("/v1/wallets/%ff", &session.token)
        .await
        .refused("REQUEST_INVALID");
    app.admin("GET", "/v1/agents/%ff", Value::Null)
        .await
        .refused("REQUEST_INVALID");
    app.admin("DELETE", "/v1/operators/me", Value::Null)
        .await
        .refused("REQUEST_INVALID");
    app.admin("DELETE", "/v1/operators/99999999999999999999", Value::Null)
        .await
        .refused("REQUEST_INVALID");
}

#[tokio::test]
async fn health_tells_what_works_and_nothing_else() {
    let app = small().await;
    let body = app.agent_call(Call::new("GET", "/health")).await.ok();
    assert_eq!(
        body,
        json!({
            "status": "ok", "version": env!("CARGO_PKG_VERSION"), "database": true,
            "telegram": "off", "serverTime": "2026-02-08T10:26:25Z",
        })
    );
    app.core.db.clone().close().await;
    let body = app.agent_call(Call::new("GET", "/health")).await.ok();
    assert_eq!(
        (&body["status"], &body["database"]),
        (&json!("degraded"), &json!(false))
    );
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let app = small().await;
    let answer = app.agent_call(Call::new("HEAD", "/health")).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let session = app.session("trader").await;
    app.advance(43_200);
    let call = Call::new("HEAD", &format!("/v1/sessions/{}/renew", session.id));
    let answer = app
        .agent_call(call.bearer(&session.token).header("idempotency-key", KEY))
        .await;
    assert_eq!(answer.status, 405);
    assert_eq!(app.renewal_count(&session), 0);
}
