//! Bad tokens on every endpoint of the agents' door: missing, malformed, oversized, forged,
//! rotated, revoked, expired, foreign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::authorisation::agent_endpoints;
use crate::harness::{Call, Issued, TestApp, issued};

const UNIT_S: i64 = 86_400;

/// Asks every endpoint that needs a token, with one header value after another.
async fn each_refuses(app: &TestApp, session: &Issued, headers: &[String], code: &str) {
    for (method, path) in agent_endpoints(app, session).await {
        for header in headers {
            let call = Call::new(&method, &path).header("authorization", header);
            let answer = app.agent_call(call).await;
            assert_eq!(answer.outcome(), code, "{method} {path} with {header}");
            answer.refused(code);
        }
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// The token with its payload changed and the old signature kept.
fn with_payload(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let mut payload: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    change(&mut payload);
    let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
    format!("{}.{payload}.{}", parts[0], parts[2])
}

fn with_header(token: &str, header: &Value, signature: Option<&str>) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!(
        "wai_sess_{header}.{}.{}",
        parts[1],
        signature.unwrap_or(parts[2])
    )
}

#[tokio::test]
async fn no_token_is_missing() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    for (method, path) in agent_endpoints(&app, &session).await {
        let answer = app.agent_call(Call::new(&method, &path)).await;
        answer.refused("AUTH_TOKEN_MISSING");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let empty = ["", "Bearer", "Bearer ", "bearer   "].map(str::to_owned);
    each_refuses(&app, &session, &empty, "AUTH_TOKEN_MISSING").await;
}

#[tokio::test]
async fn malformed_oversized_and_forged_tokens_are_invalid() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let token = session.token.as_str();
    let jws = token.strip_prefix("wai_sess_").unwrap();
    let swapped = |c: char| if c == 'A' { 'B' } else { 'A' };
    let first_of_signature = token.rfind('.').unwrap() + 1;
    let mut forged = token.to_owned();
    let byte = forged.as_bytes()[first_of_signature] as char;
    forged.replace_range(
        first_of_signature..=first_of_signature,
        &swapped(byte).to_string(),
    );
    let kid = "00112233445566aa";
    let bad = [
        bearer("hello"),
        bearer(jws),
        bearer(&format!("WAI_SESS_{jws}")),
        bearer("wai_sess_"),
        bearer("wai_sess_.."),
        bearer("wai_sess_a.b"),
        bearer("wai_sess_!.!.!"),
        bearer(&token[..token.len() - 1]),
        bearer(&format!("{token}x")),
        bearer(&format!("{token}.x")),
        bearer(&format!("{token} {token}")),
        bearer(&format!("\"{token}\"")),
        bearer(&format!("wai_sess_{}", "a".repeat(10_000))),
        bearer(&forged),
        bearer(&with_payload(token, |claims| claims["gen"] = json!(1))),
        bearer(&with_payload(token, |claims| {
            claims["exp"] = json!(i64::MAX)
        })),
        bearer(&with_header(
            token,
            &json!({"alg": "none", "typ": "JWT", "kid": kid}),
            Some(""),
        )),
        bearer(&with_header(
            token,
            &json!({"alg": "none", "typ": "JWT", "kid": kid}),
            None,
        )),
        bearer(&with_header(
            token,
            &json!({"alg": "HS512", "typ": "JWT", "kid": kid}),
            None,
        )),
        bearer(&with_header(
            token,
            &json!({"alg": "HS256", "typ": "JWT", "kid": kid}),
            None,
        )),
        bearer(&with_header(
            token,
            &json!({"alg": "HS256", "typ": "JWT"}),
            None,
        )),
        token.to_owned(),
        format!("Basic {token}"),
        format!("Bearer, {token}"),
        format!("Bearer\t{token}"),
    ];
    let before = app.dump();
    each_refuses(&app, &session, &bad, "AUTH_TOKEN_INVALID").await;
    assert_eq!(app.dump(), before);
    app.whoami(token).await.ok();
}

#[tokio::test]
async fn two_authorization_headers_are_invalid_even_when_both_are_right() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    for (method, path) in agent_endpoints(&app, &session).await {
        let call = Call::new(&method, &path)
            .bearer(&session.token)
            .bearer(&session.token);
        app.agent_call(call).await.refused("AUTH_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn the_schemes_case_does_not_matter() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {}", session.token);
        app.agent_call(Call::new("GET", "/v1/session").header("authorization", &header))
            .await
            .ok();
    }
}

#[tokio::test]
async fn a_token_of_another_installation_is_invalid() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let setup = crate::harness::Setup {
        seed: 2,
        ..Default::default()
    };
    let other = TestApp::with(setup).await.with_agent("trader").await;
    let foreign = other.session("trader").await;
    each_refuses(
        &app,
        &session,
        &[bearer(&foreign.token)],
        "AUTH_TOKEN_INVALID",
    )
    .await;
}

#[tokio::test]
async fn a_revoked_session_fails_on_the_very_next_request() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.whoami(&session.token).await.ok();
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", session.id),
        Value::Null,
    )
    .await
    .ok();
    each_refuses(&app, &session, &[bearer(&session.token)], "SESSION_REVOKED").await;
}

#[tokio::test]
async fn an_expired_token_fails_from_its_second_on() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(UNIT_S);
    each_refuses(
        &app,
        &session,
        &[bearer(&session.token)],
        "AUTH_TOKEN_EXPIRED",
    )
    .await;
}

#[tokio::test]
async fn a_rotated_token_fails_on_the_very_next_request() {
    let app = TestApp::new().await.with_agent("trader").await;
    let old = app.session("trader").await;
    app.advance(UNIT_S / 2);
    let new = issued(&app.renew(&old, None).await.ok());
    for (method, path) in agent_endpoints(&app, &new).await {
        let answer = app
            .agent_call(Call::new(&method, &path).bearer(&old.token))
            .await;
        // The previous token may ask for its successor once more; here it has no key.
        let expected = if method == "PUT" {
            "RENEWAL_CONFLICT"
        } else {
            "AUTH_TOKEN_INVALID"
        };
        answer.refused(expected);
    }
}

#[tokio::test]
async fn the_kill_switch_and_a_suspended_agent_stop_every_endpoint() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    let headers = [bearer(&session.token)];
    app.admin("POST", "/v1/agents/trader/suspend", Value::Null)
        .await
        .ok();
    each_refuses(&app, &session, &headers, "AGENT_SUSPENDED").await;
    app.admin("PUT", "/v1/kill-switch", json!({ "active": true }))
        .await
        .ok();
    each_refuses(&app, &session, &headers, "SYSTEM_LOCKED").await;
}
