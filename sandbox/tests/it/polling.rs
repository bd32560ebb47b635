//! getUpdates: confirming, limiting, holding, and one poll at a time.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::{ANNA, Bench, PATIENCE};

fn texts(updates: &[Value]) -> Vec<&str> {
    updates
        .iter()
        .map(|update| update["message"]["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_offset_confirms_what_lies_below_it() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    for text in ["one", "two", "three"] {
        anna.send_text(text).unwrap();
    }
    let updates = bench.updates(0).await;
    assert_eq!(texts(&updates), ["one", "two", "three"]);
    assert_eq!(
        texts(&bench.updates(0).await),
        ["one", "two", "three"],
        "unconfirmed ones stay"
    );
    let second = updates[1]["update_id"].as_i64().unwrap();
    assert_eq!(texts(&bench.updates(second).await), ["two", "three"]);
    assert_eq!(texts(&bench.updates(0).await), ["two", "three"]);
    let limited = bench.ok("getUpdates", json!({ "limit": 1 })).await;
    assert_eq!(texts(limited.as_array().unwrap()), ["two"]);
    assert_eq!(
        texts(&bench.updates(-1).await),
        ["three"],
        "the others are forgotten"
    );
    assert_eq!(bench.sandbox.pending_updates(), 1);
    assert!(bench.updates(second + 2).await.is_empty());
    assert_eq!(bench.sandbox.pending_updates(), 0);
}

#[tokio::test]
async fn a_message_update_is_whole() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = anna.send_text("  /start abc ").unwrap();
    let update = bench.updates(0).await.remove(0);
    let user = json!({
        "id": ANNA,
        "is_bot": false,
        "first_name": "Anna",
        "username": "anna",
        "language_code": "ko-KR",
    });
    let expected = json!({
        "message_id": id,
        "from": user,
        "chat": { "id": ANNA, "type": "private", "first_name": "Anna", "username": "anna" },
        "date": crate::bench::NOW,
        "text": "/start abc",
        "entities": [{ "type": "bot_command", "offset": 0, "length": 6 }],
    });
    assert_eq!(update["message"], expected);
}

#[tokio::test]
async fn a_held_poll_is_answered_as_soon_as_something_happens() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let poll = bench.ok("getUpdates", json!({ "timeout": 50 }));
    let write = async {
        tokio::task::yield_now().await;
        anna.send_text("hello").unwrap()
    };
    let (updates, _) = tokio::time::timeout(PATIENCE, async { tokio::join!(poll, write) })
        .await
        .expect("the poll is not held to its end");
    assert_eq!(texts(updates.as_array().unwrap()), ["hello"]);
}

#[tokio::test]
async fn an_empty_poll_is_held_only_so_long() {
    let bench = Bench::new().await;
    assert_eq!(bench.ok("getUpdates", json!({})).await, json!([]));
    bench
        .sandbox
        .faults()
        .hold_polls_at_most(Some(Duration::from_millis(20)));
    assert_eq!(
        bench.ok("getUpdates", json!({ "timeout": 50 })).await,
        json!([])
    );
}

#[tokio::test]
async fn a_newer_poll_ends_the_held_one() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let first = bench.call("getUpdates", json!({ "timeout": 50 }));
    let second = async {
        // The second poll is sent again until the first has been there to be ended.
        loop {
            bench.ok("getUpdates", json!({ "timeout": 0 })).await;
            if !bench
                .sandbox
                .calls_of("getUpdates")
                .iter()
                .all(waiaas_sandbox::Call::is_ok)
            {
                return;
            }
        }
    };
    let ((status, body), ()) = tokio::join!(first, second);
    assert_eq!(status, 409);
    assert_eq!(
        body["description"],
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance \
         is running"
    );
    anna.send_text("still there").unwrap();
    assert_eq!(texts(&bench.updates(0).await), ["still there"]);
}

#[tokio::test]
async fn only_allowed_kinds_are_queued() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    bench
        .ok(
            "getUpdates",
            json!({ "allowed_updates": ["callback_query"] }),
        )
        .await;
    anna.send_text("unheard").unwrap();
    anna.forge_tap(ANNA, 1, "x").unwrap();
    let updates = bench.updates(0).await;
    assert_eq!(updates.len(), 1, "the list stays in force: {updates:?}");
    assert!(updates[0]["callback_query"].is_object());
    bench
        .ok("getUpdates", json!({ "allowed_updates": [] }))
        .await;
    anna.send_text("heard").unwrap();
    assert_eq!(bench.updates(0).await.len(), 2);
}

#[tokio::test]
async fn updates_are_kept_for_a_day() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    anna.send_text("old").unwrap();
    bench.sandbox.advance(24 * 60 * 60 - 1);
    anna.send_text("new").unwrap();
    assert_eq!(texts(&bench.updates(0).await), ["old", "new"]);
    bench.sandbox.advance(1);
    assert_eq!(texts(&bench.updates(0).await), ["new"]);
}
