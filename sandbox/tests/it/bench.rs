//! A sandbox with a manual clock, and a client that speaks to it as a bot does.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use waiaas_sandbox::{Person, PersonSpec, Sandbox, SandboxConfig};

/// Long enough for a loaded machine; only a failing test waits it out.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const NOW: i64 = 1_770_000_000;
pub(crate) const ANNA: i64 = 42;

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: reqwest::Client,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(SandboxConfig::default()).await
    }

    pub(crate) async fn with(config: SandboxConfig) -> Self {
        let config = SandboxConfig {
            clock: Arc::new(|| NOW),
            ..config
        };
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .unwrap();
        Self {
            sandbox: Sandbox::start(config).await.unwrap(),
            client,
        }
    }

    pub(crate) fn method_url(&self, method: &str) -> String {
        format!(
            "{}/bot{}/{method}",
            self.sandbox.url(),
            self.sandbox.bot_token()
        )
    }

    /// Calls a method and returns status and body.
    pub(crate) async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let response = self
            .client
            .post(self.method_url(method))
            .json(&params)
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Calls a method that must succeed and returns its result.
    pub(crate) async fn ok(&self, method: &str, params: Value) -> Value {
        let (status, body) = self.call(method, params).await;
        assert_eq!(
            (status, &body["ok"]),
            (200, &json!(true)),
            "{method}: {body}"
        );
        body["result"].clone()
    }

    /// Calls a method that must be refused and returns `code description`.
    pub(crate) async fn refused(&self, method: &str, params: Value) -> String {
        let (status, body) = self.call(method, params).await;
        assert_eq!(body["ok"], json!(false), "{method}: {body}");
        assert_eq!(body["error_code"], json!(status), "{body}");
        format!("{status} {}", body["description"].as_str().unwrap())
    }

    /// Anna, who has said hello, with her update already confirmed.
    pub(crate) async fn anna(&self) -> Person {
        let anna = self.sandbox.person(
            PersonSpec::new(ANNA, "Anna")
                .with_username("anna")
                .with_language("ko-KR"),
        );
        anna.send_text("/start").unwrap();
        let updates = self.updates(0).await;
        let last = updates.last().unwrap()["update_id"].as_i64().unwrap();
        assert!(self.updates(last + 1).await.is_empty());
        anna
    }

    pub(crate) async fn updates(&self, offset: i64) -> Vec<Value> {
        let updates = self.ok("getUpdates", json!({ "offset": offset })).await;
        updates.as_array().unwrap().clone()
    }

    /// Sends a text with these buttons in one row to Anna; returns the message id.
    pub(crate) async fn send_buttons(&self, text: &str, buttons: &[(&str, &str)]) -> i64 {
        let row: Vec<_> = buttons
            .iter()
            .map(|(text, data)| json!({ "text": text, "callback_data": data }))
            .collect();
        let params = json!({
            "chat_id": ANNA,
            "text": text,
            "reply_markup": { "inline_keyboard": [row] },
        });
        self.ok("sendMessage", params).await["message_id"]
            .as_i64()
            .unwrap()
    }
}
