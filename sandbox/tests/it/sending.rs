//! sendMessage: to whom, which texts, which keyboards, replies, pace.

use serde_json::{Value, json};
use waiaas_sandbox::{FloodLimit, PersonSpec};

use crate::bench::{ANNA, Bench, NOW};

fn text(text: &str) -> Value {
    json!({ "chat_id": ANNA, "text": text })
}

fn html(text: &str) -> Value {
    json!({ "chat_id": ANNA, "text": text, "parse_mode": "HTML" })
}

fn keyboard(rows: Value) -> Value {
    json!({ "chat_id": ANNA, "text": "x", "reply_markup": { "inline_keyboard": rows } })
}

#[tokio::test]
async fn the_result_is_the_full_message() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let rows = json!([[{ "text": "Go", "callback_data": "v1:x" }], []]);
    let result = bench
        .ok(
            "sendMessage",
            json!({
                "chat_id": "42",
                "text": "<b>Hi</b> &amp; see /help\n",
                "parse_mode": "html",
                "disable_notification": true,
                "reply_parameters": { "message_id": 1 },
                "reply_markup": { "inline_keyboard": rows },
            }),
        )
        .await;
    let replied = result["reply_to_message"].clone();
    assert_eq!(replied["text"], "/start");
    assert_eq!(
        result,
        json!({
            "message_id": 2,
            "from": {
                "id": 7_700_000_001_i64,
                "is_bot": true,
                "first_name": "waiaas",
                "username": "waiaas_sandbox_bot",
            },
            "chat": { "id": ANNA, "type": "private", "first_name": "Anna", "username": "anna" },
            "date": NOW,
            "text": "Hi & see /help",
            "entities": [
                { "type": "bold", "offset": 0, "length": 2 },
                { "type": "bot_command", "offset": 9, "length": 5 },
            ],
            "reply_markup": { "inline_keyboard": [[{ "text": "Go", "callback_data": "v1:x" }]] },
            "reply_to_message": replied,
        })
    );
    let seen = anna.messages().pop().unwrap();
    assert_eq!(seen.source, "<b>Hi</b> &amp; see /help\n");
    assert_eq!(seen.parse_mode.as_deref(), Some("html"));
    assert!(seen.silent && !seen.edited && seen.from_bot);
}

#[tokio::test]
async fn only_chats_that_wrote_first_and_did_not_block_are_reached() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    bench.sandbox.person(PersonSpec::new(7, "Never wrote"));
    for chat_id in [json!(7), json!(8), json!("@anna")] {
        let refusal = bench
            .refused("sendMessage", json!({ "chat_id": chat_id, "text": "x" }))
            .await;
        assert_eq!(refusal, "400 Bad Request: chat not found");
    }
    assert_eq!(
        bench.refused("sendMessage", json!({ "text": "x" })).await,
        "400 Bad Request: chat_id is empty"
    );
    anna.block_bot();
    let blocked = "403 Forbidden: bot was blocked by the user";
    assert_eq!(bench.refused("sendMessage", text("x")).await, blocked);
    let action = json!({ "chat_id": ANNA, "action": "typing" });
    assert_eq!(bench.refused("sendChatAction", action).await, blocked);
    assert!(
        anna.send_text("x").is_err(),
        "whoever blocked cannot write either"
    );
    anna.unblock_bot();
    bench.ok("sendMessage", text("x")).await;
    let changes = bench.updates(0).await;
    let status = |update: &Value| update["my_chat_member"]["new_chat_member"]["status"].clone();
    assert_eq!(
        changes.iter().map(status).collect::<Vec<_>>(),
        ["kicked", "member"]
    );
}

#[tokio::test]
async fn texts_have_one_to_4096_units_after_parsing() {
    let bench = Bench::new().await;
    bench.anna().await;
    let empty = "400 Bad Request: message text is empty";
    for params in [
        json!({ "chat_id": ANNA }),
        text(""),
        text(" \n "),
        html("<b> </b>"),
    ] {
        assert_eq!(bench.refused("sendMessage", params).await, empty);
    }
    let long = "400 Bad Request: message is too long";
    bench.ok("sendMessage", text(&"x".repeat(4096))).await;
    bench
        .ok("sendMessage", html(&"<b>&lt;</b>".repeat(4096)))
        .await;
    bench.ok("sendMessage", text(&"🏟".repeat(2048))).await;
    assert_eq!(
        bench.refused("sendMessage", text(&"x".repeat(4097))).await,
        long
    );
    assert_eq!(
        bench.refused("sendMessage", text(&"🏟".repeat(2049))).await,
        long
    );
    assert_eq!(
        bench
            .refused("sendMessage", html(&"&lt;".repeat(4097)))
            .await,
        long
    );
}

#[tokio::test]
async fn markup_errors_are_told_in_telegrams_words() {
    let bench = Bench::new().await;
    bench.anna().await;
    let cases = [
        ("<x>", "Unsupported start tag \"x\" at byte offset 0"),
        ("a<b", "Unclosed start tag at byte offset 1"),
        (
            "<b>a",
            "Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "<b>a</i>",
            "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"",
        ),
    ];
    for (source, why) in cases {
        let expected = format!("400 Bad Request: can't parse entities: {why}");
        assert_eq!(bench.refused("sendMessage", html(source)).await, expected);
    }
    let markdown = json!({ "chat_id": ANNA, "text": "x", "parse_mode": "MarkdownV2" });
    let refusal = bench.refused("sendMessage", markdown).await;
    assert_eq!(refusal, "400 Bad Request: unsupported parse_mode");
    bench.ok("sendMessage", text("<x> & <b")).await;
}

#[tokio::test]
async fn entities_may_be_given_instead_of_markup() {
    let bench = Bench::new().await;
    bench.anna().await;
    let result = bench
        .ok(
            "sendMessage",
            json!({
                "chat_id": ANNA,
                "text": "code and more",
                "entities": [
                    { "type": "code", "offset": 0, "length": 4 },
                    { "type": "bold", "offset": 9, "length": 40 },
                ],
            }),
        )
        .await;
    let expected = json!([{ "type": "code", "offset": 0, "length": 4 }]);
    assert_eq!(
        result["entities"], expected,
        "what lies outside of the text is ignored"
    );
}

#[tokio::test]
async fn buttons_are_checked() {
    let bench = Bench::new().await;
    bench.anna().await;
    let data = |data: &str| keyboard(json!([[{ "text": "x", "callback_data": data }]]));
    bench.ok("sendMessage", data(&"d".repeat(64))).await;
    bench
        .ok(
            "sendMessage",
            keyboard(json!([[{ "text": "x", "url": "https://e.org" }]])),
        )
        .await;
    let invalid = "400 Bad Request: BUTTON_DATA_INVALID";
    for bad in [String::new(), "d".repeat(65), "é".repeat(33)] {
        assert_eq!(bench.refused("sendMessage", data(&bad)).await, invalid);
    }
    let parse = "400 Bad Request: can't parse inline keyboard button: ";
    let cases = [
        (
            json!({ "text": "x" }),
            format!("{parse}Text buttons are unallowed in the inline keyboard"),
        ),
        (
            json!({ "callback_data": "x" }),
            format!("{parse}Can't find field \"text\""),
        ),
        (
            json!({ "text": 1 }),
            format!("{parse}Field \"text\" must be of type String"),
        ),
        (
            json!("x"),
            format!("{parse}InlineKeyboardButton must be an Object"),
        ),
        (
            json!({ "text": "x", "url": "x" }),
            "400 Bad Request: BUTTON_URL_INVALID".to_owned(),
        ),
        (
            json!({ "text": " ", "url": "x" }),
            "400 Bad Request: BUTTON_TEXT_INVALID".to_owned(),
        ),
        (
            json!({ "text": "x", "url": "https://e.org", "callback_data": "x" }),
            "400 Bad Request: BUTTON_TYPE_INVALID".to_owned(),
        ),
    ];
    for (button, expected) in cases {
        assert_eq!(
            bench
                .refused("sendMessage", keyboard(json!([[button]])))
                .await,
            expected
        );
    }
    let refusal = bench.refused(
        "sendMessage",
        json!({ "chat_id": ANNA, "text": "x", "reply_markup": "[]" }),
    );
    assert_eq!(
        refusal.await,
        "400 Bad Request: object expected as reply markup"
    );
}

#[tokio::test]
async fn keyboards_have_at_most_a_hundred_buttons_eight_in_a_row() {
    let bench = Bench::new().await;
    bench.anna().await;
    let rows = |rows: usize, width: usize| {
        let button = json!({ "text": "x", "callback_data": "x" });
        keyboard(json!(vec![vec![button; width]; rows]))
    };
    bench.ok("sendMessage", rows(20, 5)).await;
    bench.ok("sendMessage", rows(1, 8)).await;
    let too_long = "400 Bad Request: reply markup is too long";
    assert_eq!(bench.refused("sendMessage", rows(101, 1)).await, too_long);
    assert_eq!(bench.refused("sendMessage", rows(1, 9)).await, too_long);
    let heavy = json!({ "text": "x".repeat(200), "callback_data": "x" });
    assert_eq!(
        bench
            .refused("sendMessage", keyboard(json!(vec![[heavy]; 60])))
            .await,
        too_long
    );
}

#[tokio::test]
async fn a_reply_needs_its_message_unless_it_may_go_without() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let reply = |optional: bool| {
        json!({
            "chat_id": ANNA,
            "text": "x",
            "reply_parameters": { "message_id": 99, "allow_sending_without_reply": optional },
        })
    };
    let refusal = bench.refused("sendMessage", reply(false)).await;
    assert_eq!(refusal, "400 Bad Request: message to be replied not found");
    let sent = bench.ok("sendMessage", reply(true)).await;
    assert!(sent.get("reply_to_message").is_none());
    assert_eq!(anna.messages().pop().unwrap().reply_to, None);
}

#[tokio::test]
async fn a_flood_is_answered_with_a_wait() {
    let bench = Bench::new().await;
    bench.anna().await;
    let limit = FloodLimit {
        messages_max: 2,
        window_s: 10,
    };
    bench.sandbox.faults().limit_flood(Some(limit));
    bench.ok("sendMessage", text("1")).await;
    bench.sandbox.advance(4);
    bench.ok("sendMessage", text("2")).await;
    let (status, body) = bench.call("sendMessage", text("3")).await;
    assert_eq!(status, 429);
    assert_eq!(body["description"], "Too Many Requests: retry after 6");
    assert_eq!(body["parameters"], json!({ "retry_after": 6 }));
    bench.sandbox.advance(6);
    bench.ok("sendMessage", text("3")).await;
}

#[tokio::test]
async fn typing_shows_until_the_message_comes() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    bench
        .ok(
            "sendChatAction",
            json!({ "chat_id": ANNA, "action": "typing" }),
        )
        .await;
    assert!(anna.chat().typing);
    bench.ok("sendMessage", text("there")).await;
    assert!(!anna.chat().typing);
    let refusal = bench
        .refused("sendChatAction", json!({ "chat_id": ANNA, "action": "x" }))
        .await;
    assert_eq!(
        refusal,
        "400 Bad Request: wrong parameter action in request"
    );
    let chat = bench.ok("getChat", json!({ "chat_id": ANNA })).await;
    assert_eq!(chat["username"], "anna");
}
