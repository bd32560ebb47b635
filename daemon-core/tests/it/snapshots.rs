//! The bodies of answers as a client sees them, whole. Ids, tokens and hashes are replaced by
//! names in the order of their appearance.

use serde_json::{Value, json};

use crate::harness::{Call, KEY, TestApp};

/// Replaces what is random by `id-1`, `token-1`, … so that equal stays equal.
#[derive(Default)]
struct Masks(Vec<String>);

impl Masks {
    fn apply(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(kind) = kind_of(text) {
                    let known = self.0.iter().position(|seen| seen == text);
                    let index = known.unwrap_or_else(|| {
                        self.0.push(text.clone());
                        self.0.len() - 1
                    });
                    *text = format!("[{kind} {}]", index + 1);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.apply(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn kind_of(text: &str) -> Option<&'static str> {
    let hex = |length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    let dashes = text.len() == 36 && text.bytes().filter(|b| *b == b'-').count() == 4;
    match text {
        _ if text.starts_with("wai_sess_") => Some("token"),
        _ if text.starts_with("machine:uid=") => Some("actor"),
        _ if dashes => Some("id"),
        _ if hex(64) => Some("hash"),
        _ if hex(32) => Some("code"),
        _ if hex(16) => Some("kid"),
        _ => None,
    }
}

macro_rules! shown {
    ($masks:expr, $name:literal, $answer:expr) => {{
        let mut body = $answer.json();
        $masks.apply(&mut body);
        insta::assert_json_snapshot!($name, body);
    }};
}

#[tokio::test]
async fn answers_on_the_agents_door() {
    let app = TestApp::new().await.with_agent("trader").await;
    let limits = json!({ "maxAmountPerTx": "1000", "allowedOperations": ["transfer"] });
    let session = app
        .session_with(json!({ "agentId": "trader", "constraints": limits }))
        .await;
    let mut masks = Masks::default();
    let ask = |method: &str, path: &str| Call::new(method, path).header("x-request-id", "it");
    let renew = format!("/v1/sessions/{}/renew", session.id);
    shown!(
        masks,
        "agent_health",
        app.agent_call(ask("GET", "/health")).await
    );
    shown!(masks, "agent_session", app.whoami(&session.token).await);
    shown!(
        masks,
        "agent_wallets",
        app.get("/v1/wallets", &session.token).await
    );
    let early = app
        .agent_call(ask("PUT", &renew).bearer(&session.token))
        .await;
    shown!(masks, "agent_renewal_too_early", early);
    let missing = ask("GET", "/v1/session").header("accept-language", "ko");
    shown!(
        masks,
        "agent_token_missing_ko",
        app.agent_call(missing).await
    );
    app.advance(43_200);
    shown!(masks, "agent_renewed", app.renew(&session, Some(KEY)).await);
}

#[tokio::test]
async fn answers_on_the_owners_door() {
    let app = TestApp::new().await.with_agent("trader").await;
    let mut masks = Masks::default();
    let create = app
        .admin("POST", "/v1/sessions", json!({ "agentId": "trader" }))
        .await;
    let id = create.json()["session"]["id"].as_str().unwrap().to_owned();
    shown!(masks, "admin_session_created", create);
    shown!(
        masks,
        "admin_sessions",
        app.admin("GET", "/v1/sessions", Value::Null).await
    );
    shown!(
        masks,
        "admin_agents",
        app.admin("GET", "/v1/agents", Value::Null).await
    );
    shown!(
        masks,
        "admin_wallets",
        app.admin("GET", "/v1/wallets", Value::Null).await
    );
    shown!(
        masks,
        "admin_status",
        app.admin("GET", "/v1/status", Value::Null).await
    );
    shown!(
        masks,
        "admin_keys",
        app.admin("GET", "/v1/keys", Value::Null).await
    );
    let revoke = format!("/v1/sessions/{id}/revoke");
    shown!(
        masks,
        "admin_session_revoked",
        app.admin("POST", &revoke, Value::Null).await
    );
    shown!(
        masks,
        "admin_session_after",
        app.admin("GET", &format!("/v1/sessions/{id}"), Value::Null)
            .await
    );
    shown!(
        masks,
        "admin_audit",
        app.admin("GET", "/v1/audit", Value::Null).await
    );
    shown!(
        masks,
        "admin_pairing",
        app.admin("POST", "/v1/pairing", Value::Null).await
    );
    let wrong = Call::new("POST", "/v1/agents").header("x-request-id", "it");
    shown!(
        masks,
        "admin_request_invalid",
        app.admin_call(wrong.json(&json!({ "nmae": "a" }))).await
    );
}
