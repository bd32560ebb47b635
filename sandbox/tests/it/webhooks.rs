//! Webhooks: setting, delivery with the secret, repetition, and polling beside.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::bench::{Bench, PATIENCE};

struct Receiver {
    url: String,
    deliveries: mpsc::UnboundedReceiver<(Option<String>, Value)>,
    answers: Arc<Mutex<Vec<u16>>>,
}

#[derive(Clone)]
struct Inbox {
    sender: mpsc::UnboundedSender<(Option<String>, Value)>,
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn receive(
    State(inbox): State<Inbox>,
    headers: HeaderMap,
    Json(update): Json<Value>,
) -> StatusCode {
    let secret = headers.get("x-telegram-bot-api-secret-token");
    let secret = secret.map(|value| value.to_str().unwrap().to_owned());
    inbox.sender.send((secret, update)).unwrap();
    let answer = inbox.answers.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, deliveries) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let inbox = Inbox {
            sender,
            answers: answers.clone(),
        };
        let app = Router::new()
            .route("/hook", post(receive))
            .with_state(inbox);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            deliveries,
            answers,
        }
    }

    async fn next(&mut self) -> (Option<String>, Value) {
        tokio::time::timeout(PATIENCE, self.deliveries.recv())
            .await
            .unwrap()
            .unwrap()
    }
}

#[tokio::test]
async fn updates_are_posted_in_order_with_the_secret() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let mut receiver = Receiver::start().await;
    anna.send_text("before").unwrap();
    bench
        .ok(
            "setWebhook",
            json!({ "url": receiver.url, "secret_token": "s3cret_-X" }),
        )
        .await;
    anna.send_text("after").unwrap();
    for text in ["before", "after"] {
        let (secret, update) = receiver.next().await;
        assert_eq!(secret.as_deref(), Some("s3cret_-X"));
        assert_eq!(update["message"]["text"], text);
    }
    let refusal = bench.refused("getUpdates", json!({})).await;
    assert_eq!(
        refusal,
        "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to \
         delete the webhook first"
    );
    let call = bench.sandbox.calls_of("setWebhook").pop().unwrap();
    assert_eq!(call.params["secret_token"], "[redacted]");
    bench.ok("deleteWebhook", json!({})).await;
    assert_eq!(
        bench.ok("getUpdates", json!({ "offset": -1 })).await,
        json!([])
    );
}

#[tokio::test]
async fn a_refused_delivery_is_repeated_and_told() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let mut receiver = Receiver::start().await;
    receiver.answers.lock().unwrap().push(500);
    bench
        .ok(
            "setWebhook",
            json!({ "url": receiver.url, "max_connections": 5 }),
        )
        .await;
    anna.send_text("x").unwrap();
    let (_, first) = receiver.next().await;
    let (secret, second) = receiver.next().await;
    assert_eq!((secret, &first), (None, &second));
    let info = bench.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["url"], json!(receiver.url));
    assert_eq!(info["max_connections"], json!(5));
    assert_eq!(
        info["last_error_message"],
        "Wrong response from the webhook: 500 Internal Server Error"
    );
}

#[tokio::test]
async fn only_sensible_webhooks_are_taken() {
    let bench = Bench::new().await;
    let cases = [
        (
            json!({ "url": "http://example.org/" }),
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            json!({ "url": "https://example.org/" }),
            "bad webhook: Failed to resolve host: Name or service not known",
        ),
        (
            json!({ "url": "http://127.0.0.1:1/", "secret_token": "a b" }),
            "secret token contains unallowed characters",
        ),
        (
            json!({ "url": "http://127.0.0.1:1/", "secret_token": "a".repeat(257) }),
            "secret token is too long",
        ),
    ];
    for (params, why) in cases {
        let refusal = bench.refused("setWebhook", params).await;
        assert_eq!(refusal, format!("400 Bad Request: {why}"));
    }
    let info = bench.ok("getWebhookInfo", json!({})).await;
    let none = json!({ "url": "", "has_custom_certificate": false, "pending_update_count": 0 });
    assert_eq!(info, none);
}

#[tokio::test]
async fn pending_updates_can_be_dropped() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    anna.send_text("x").unwrap();
    assert_eq!(bench.sandbox.pending_updates(), 1);
    bench
        .ok("deleteWebhook", json!({ "drop_pending_updates": true }))
        .await;
    assert_eq!(bench.sandbox.pending_updates(), 0);
}
