//! Taps, honest and forged, and their answers.

use serde_json::json;
use waiaas_sandbox::{PersonError, PersonSpec};

use crate::bench::{ANNA, Bench, PATIENCE};

const TOO_OLD: &str = "400 Bad Request: query is too old and response timeout expired or query \
                       ID is invalid";

#[tokio::test]
async fn a_tap_becomes_a_query_with_its_message() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench
        .send_buttons("Sure?", &[("Yes", "v1:yes"), ("No", "v1:no")])
        .await;
    let by_text = anna.tap(id, "Yes").unwrap();
    let by_data = anna.tap(id, "v1:no").unwrap();
    assert_ne!(by_text, by_data);
    let updates = bench.updates(0).await;
    let query = &updates[0]["callback_query"];
    assert_eq!(query["id"], json!(by_text));
    assert_eq!(query["from"]["id"], json!(ANNA));
    assert_eq!(query["data"], "v1:yes");
    assert!(query["chat_instance"].is_string());
    assert_eq!(query["message"]["message_id"], json!(id));
    assert_eq!(query["message"]["text"], "Sure?");
    assert!(query["message"]["reply_markup"]["inline_keyboard"][0][1].is_object());
    assert_eq!(updates[1]["callback_query"]["data"], "v1:no");
}

#[tokio::test]
async fn what_is_not_there_cannot_be_tapped() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench.send_buttons("x", &[("A", "a")]).await;
    assert_eq!(anna.tap(99, "A"), Err(PersonError::MessageMissing(99)));
    let missing = anna.tap(id, "B").unwrap_err();
    assert_eq!(
        missing.to_string(),
        format!("message {id} has no button \"B\"; it has [\"A\"]")
    );
    let link = json!([[{ "text": "Open", "url": "https://e.org" }]]);
    let params =
        json!({ "chat_id": ANNA, "text": "x", "reply_markup": { "inline_keyboard": link } });
    let id = bench.ok("sendMessage", params).await["message_id"]
        .as_i64()
        .unwrap();
    assert_eq!(
        anna.tap(id, "Open"),
        Err(PersonError::ButtonSilent("Open".to_owned()))
    );
}

#[tokio::test]
async fn an_answer_is_taken_once_and_shown() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench.send_buttons("x", &[("A", "a")]).await;
    let query = anna.tap(id, "A").unwrap();
    let answer = json!({ "callback_query_id": query, "text": "Done", "show_alert": true });
    assert_eq!(
        bench.ok("answerCallbackQuery", answer.clone()).await,
        json!(true)
    );
    assert_eq!(bench.refused("answerCallbackQuery", answer).await, TOO_OLD);
    let toast = anna.wait_for_answer(&query, PATIENCE).await.unwrap();
    assert_eq!(toast.text.as_deref(), Some("Done"));
    assert!(toast.show_alert);
    assert_eq!(toast.message_id, id);
    let silent = anna.tap(id, "A").unwrap();
    bench
        .ok(
            "answerCallbackQuery",
            json!({ "callback_query_id": silent }),
        )
        .await;
    assert_eq!(anna.toasts().len(), 2);
    assert_eq!(anna.toasts()[1].text, None);
}

#[tokio::test]
async fn late_unknown_and_long_answers_are_refused() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench.send_buttons("x", &[("A", "a")]).await;
    let query = anna.tap(id, "A").unwrap();
    let long = json!({ "callback_query_id": query, "text": "x".repeat(201) });
    assert_eq!(
        bench.refused("answerCallbackQuery", long).await,
        "400 Bad Request: MESSAGE_TOO_LONG"
    );
    bench.sandbox.advance(15);
    let in_time = json!({ "callback_query_id": query, "text": "x".repeat(200) });
    bench.ok("answerCallbackQuery", in_time).await;
    let late = anna.tap(id, "A").unwrap();
    bench.sandbox.advance(16);
    for id in [late.as_str(), "1", ""] {
        let answer = json!({ "callback_query_id": id });
        assert_eq!(bench.refused("answerCallbackQuery", answer).await, TOO_OLD);
    }
}

#[tokio::test]
async fn forged_taps_reach_the_bot_as_telegram_would_pass_them() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let mallory = bench.sandbox.person(PersonSpec::new(666, "Mallory"));
    let id = bench.send_buttons("x", &[("A", "a")]).await;
    let foreign = mallory.forge_tap(ANNA, id, "a").unwrap();
    anna.forge_tap(ANNA, 12_345, "v1:made-up").unwrap();
    assert_eq!(
        mallory.forge_tap(31337, 1, "a"),
        Err(PersonError::ChatMissing(31337))
    );
    let updates = bench.updates(0).await;
    let query = &updates[0]["callback_query"];
    assert_eq!(query["from"]["id"], json!(666));
    assert_eq!(query["message"]["chat"]["id"], json!(ANNA));
    let inaccessible = &updates[1]["callback_query"]["message"];
    assert_eq!(inaccessible["date"], json!(0));
    assert_eq!(inaccessible["message_id"], json!(12_345));
    bench
        .ok(
            "answerCallbackQuery",
            json!({ "callback_query_id": foreign, "text": "No" }),
        )
        .await;
    assert_eq!(mallory.toasts().len(), 1, "whoever tapped sees the answer");
    assert!(anna.toasts().is_empty());
}

#[tokio::test]
async fn waiting_ends_with_the_condition_or_tells_how_it_stood() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let watching = anna.wait_for(|chat| chat.last_from_bot().is_some(), PATIENCE);
    let sending = bench.send_buttons("Hello", &[("A", "a")]);
    let (chat, _) = tokio::join!(watching, sending);
    assert_eq!(chat.unwrap().last_from_bot().unwrap().text, "Hello");
    let vain = anna
        .wait_for(|_| false, std::time::Duration::from_millis(5))
        .await
        .unwrap_err();
    assert_eq!(
        vain.transcript,
        "person #1: /start\nbot #2: Hello\n    [A]\n"
    );
}
