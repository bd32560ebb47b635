//! editMessageText, editMessageReplyMarkup, deleteMessage.

use serde_json::{Value, json};

use crate::bench::{ANNA, Bench, NOW};

const NOT_MODIFIED: &str = "400 Bad Request: message is not modified: specified new message \
                            content and reply markup are exactly the same as a current content \
                            and reply markup of the message";

fn edit(message_id: i64, text: &str) -> Value {
    json!({ "chat_id": ANNA, "message_id": message_id, "text": text, "parse_mode": "HTML" })
}

#[tokio::test]
async fn an_edit_replaces_text_and_keyboard_and_returns_the_message() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench
        .send_buttons("Sure?", &[("Yes", "y"), ("No", "n")])
        .await;
    bench.sandbox.advance(3);
    let result = bench.ok("editMessageText", edit(id, "<i>Done</i>")).await;
    assert_eq!(result["message_id"], json!(id));
    assert_eq!(result["text"], "Done");
    assert_eq!(result["date"], json!(NOW));
    assert_eq!(result["edit_date"], json!(NOW + 3));
    assert_eq!(
        result["entities"],
        json!([{ "type": "italic", "offset": 0, "length": 4 }])
    );
    assert!(
        result.get("reply_markup").is_none(),
        "without a keyboard the old one goes"
    );
    let seen = anna.messages().pop().unwrap();
    assert!(seen.edited && seen.keyboard.is_empty());
    assert_eq!(seen.source, "<i>Done</i>");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_refused() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench.send_buttons("Sure?", &[("Yes", "y")]).await;
    let markup = json!({ "inline_keyboard": [[{ "text": "Yes", "callback_data": "y" }]] });
    let mut same = edit(id, " Sure? ");
    same["reply_markup"] = markup.clone();
    assert_eq!(
        bench.refused("editMessageText", same.clone()).await,
        NOT_MODIFIED
    );
    let keyboard = json!({ "chat_id": ANNA, "message_id": id, "reply_markup": markup });
    assert_eq!(
        bench.refused("editMessageReplyMarkup", keyboard).await,
        NOT_MODIFIED
    );
    assert!(!anna.messages().pop().unwrap().edited);
    same["text"] = json!("<b>Sure?</b>");
    bench.ok("editMessageText", same).await;
    let no_keyboard = json!({ "chat_id": ANNA, "message_id": id });
    let result = bench
        .ok("editMessageReplyMarkup", no_keyboard.clone())
        .await;
    assert_eq!(result["text"], "Sure?");
    assert!(result.get("reply_markup").is_none());
    assert_eq!(
        bench.refused("editMessageReplyMarkup", no_keyboard).await,
        NOT_MODIFIED
    );
}

#[tokio::test]
async fn only_own_present_messages_are_edited() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench.send_buttons("x", &[]).await;
    let cases = [
        (edit(99, "y"), "400 Bad Request: message to edit not found"),
        (edit(1, "y"), "400 Bad Request: message can't be edited"),
        (edit(id, ""), "400 Bad Request: message text is empty"),
        (
            edit(id, "<b>"),
            "400 Bad Request: can't parse entities: Can't find end tag corresponding to start \
             tag \"b\"",
        ),
        (
            json!({ "chat_id": 9, "text": "y" }),
            "400 Bad Request: chat not found",
        ),
        (
            json!({ "chat_id": ANNA, "text": "y" }),
            "400 Bad Request: message identifier is not specified",
        ),
    ];
    for (params, expected) in cases {
        assert_eq!(bench.refused("editMessageText", params).await, expected);
    }
    anna.block_bot();
    let refusal = bench.refused("editMessageText", edit(id, "y")).await;
    assert_eq!(refusal, "403 Forbidden: bot was blocked by the user");
}

#[tokio::test]
async fn a_deleted_message_is_gone_for_everything_but_the_record() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let id = bench.send_buttons("x", &[("A", "a")]).await;
    let target = json!({ "chat_id": ANNA, "message_id": id });
    assert_eq!(bench.ok("deleteMessage", target.clone()).await, json!(true));
    let refusal = bench.refused("deleteMessage", target).await;
    assert_eq!(refusal, "400 Bad Request: message to delete not found");
    let refusal = bench.refused("editMessageText", edit(id, "y")).await;
    assert_eq!(refusal, "400 Bad Request: message to edit not found");
    assert!(anna.tap(id, "A").is_err());
    assert!(anna.messages().pop().unwrap().deleted);
    assert_eq!(anna.chat().visible().count(), 1);
}

#[tokio::test]
async fn a_message_can_be_deleted_for_two_days() {
    let bench = Bench::new().await;
    bench.anna().await;
    let id = bench.send_buttons("x", &[]).await;
    bench.sandbox.advance(48 * 60 * 60 - 1);
    bench
        .ok("deleteMessage", json!({ "chat_id": ANNA, "message_id": 1 }))
        .await;
    bench.sandbox.advance(1);
    let refusal = bench
        .refused(
            "deleteMessage",
            json!({ "chat_id": ANNA, "message_id": id }),
        )
        .await;
    assert_eq!(
        refusal,
        "400 Bad Request: message can't be deleted for everyone"
    );
}
