//! A Telegram that misbehaves: planned answers, lost replies, absence, rivals.

use std::time::Duration;

use serde_json::{Value, json};
use waiaas_sandbox::{Fault, Outcome};

use crate::bench::{ANNA, Bench};

fn text(text: &str) -> Value {
    json!({ "chat_id": ANNA, "text": text })
}

/// Sends a call whose connection is expected to be cut.
async fn is_cut(bench: &Bench, method: &str, params: Value) -> bool {
    bench
        .client
        .post(bench.method_url(method))
        .json(&params)
        .send()
        .await
        .is_err()
}

#[tokio::test]
async fn planned_answers_come_as_often_as_planned() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let faults = bench.sandbox.faults();
    faults.next(
        "SENDMESSAGE",
        2,
        Fault::TooManyRequests { retry_after_s: 7 },
    );
    let description = "Bad Request: something else".to_owned();
    faults.next(
        "sendMessage",
        1,
        Fault::Answer {
            code: 400,
            description,
        },
    );
    faults.next("sendMessage", 1, Fault::NotJson { code: 502 });
    bench.ok("getMe", json!({})).await;
    for _ in 0..2 {
        let (status, body) = bench.call("sendMessage", text("x")).await;
        assert_eq!(
            (status, &body["parameters"]["retry_after"]),
            (429, &json!(7))
        );
    }
    let refusal = bench.refused("sendMessage", text("x")).await;
    assert_eq!(refusal, "400 Bad Request: something else");
    let page = bench
        .client
        .post(bench.method_url("sendMessage"))
        .json(&text("x"))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 502);
    assert!(page.json::<Value>().await.is_err());
    assert_eq!(anna.chat().from_bot().count(), 0);
    bench.ok("sendMessage", text("x")).await;
    assert_eq!(bench.sandbox.calls_of("sendMessage").len(), 5);
}

#[tokio::test]
async fn connections_close_before_or_after_the_effect() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let faults = bench.sandbox.faults();
    faults.next("*", 1, Fault::CloseConnection);
    assert!(is_cut(&bench, "sendMessage", text("never")).await);
    faults.next("*", 1, Fault::LoseReply);
    assert!(is_cut(&bench, "sendMessage", text("lost")).await);
    let sent: Vec<_> = anna.chat().from_bot().map(|m| m.text.clone()).collect();
    assert_eq!(sent, ["lost"]);
    let outcomes: Vec<_> = bench
        .sandbox
        .calls_of("sendMessage")
        .into_iter()
        .map(|call| call.outcome)
        .collect();
    let expected = [
        Outcome::NoAnswer { applied: false },
        Outcome::NoAnswer { applied: true },
    ];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn away_cuts_everything_until_it_is_back() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let faults = bench.sandbox.faults();
    let held = is_cut(&bench, "getUpdates", json!({ "timeout": 50 }));
    let leave = async {
        tokio::task::yield_now().await;
        faults.go_away();
    };
    let (held_is_cut, ()) = tokio::join!(held, leave);
    assert!(held_is_cut);
    assert!(is_cut(&bench, "getMe", json!({})).await);
    anna.send_text("while away").unwrap();
    faults.come_back();
    assert_eq!(
        bench.updates(0).await.len(),
        1,
        "what people wrote meanwhile is there"
    );
}

#[tokio::test]
async fn silence_answers_nothing_until_it_ends() {
    let bench = Bench::new().await;
    let faults = bench.sandbox.faults();
    faults.go_silent();
    let call = bench
        .client
        .post(bench.method_url("getMe"))
        .timeout(Duration::from_millis(50));
    assert!(call.send().await.unwrap_err().is_timeout());
    let (me, ()) = tokio::join!(bench.ok("getMe", json!({})), async { faults.come_back() });
    assert_eq!(me["is_bot"], json!(true));
}

#[tokio::test]
async fn a_rival_poller_ends_polls_and_a_revoked_token_all_calls() {
    let bench = Bench::new().await;
    let faults = bench.sandbox.faults();
    faults.rival_poller(1);
    let refusal = bench.refused("getUpdates", json!({ "timeout": 50 })).await;
    assert!(refusal.starts_with("409 Conflict: terminated by other getUpdates request"));
    assert_eq!(bench.ok("getUpdates", json!({})).await, json!([]));
    faults.revoke_token(true);
    assert_eq!(bench.refused("getMe", json!({})).await, "401 Unauthorized");
    faults.clear();
    bench.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn paused_updates_are_kept_back() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let faults = bench.sandbox.faults();
    faults.pause_updates();
    anna.send_text("later").unwrap();
    assert!(bench.updates(0).await.is_empty());
    assert_eq!(bench.sandbox.pending_updates(), 1);
    faults.resume_updates();
    assert_eq!(bench.updates(0).await.len(), 1);
}
