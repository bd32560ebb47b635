//! Command menus: rules of names, scopes and languages.

use serde_json::{Value, json};

use crate::bench::{ANNA, Bench};

fn command(name: &str, description: &str) -> Value {
    json!([{ "command": name, "description": description }])
}

#[tokio::test]
async fn names_and_descriptions_are_checked() {
    let bench = Bench::new().await;
    let set = |commands: Value| json!({ "commands": commands });
    bench
        .ok(
            "setMyCommands",
            set(command(&"a".repeat(32), &"d".repeat(256))),
        )
        .await;
    bench
        .ok("setMyCommands", set(command("/new_session2", "x")))
        .await;
    let invalid = "400 Bad Request: BOT_COMMAND_INVALID";
    for name in ["", "New", "new-session", "뉴", &"a".repeat(33)] {
        assert_eq!(
            bench
                .refused("setMyCommands", set(command(name, "x")))
                .await,
            invalid,
            "{name}"
        );
    }
    assert_eq!(
        bench.refused("setMyCommands", set(command("a", " "))).await,
        "400 Bad Request: command description must be non-empty"
    );
    assert_eq!(
        bench
            .refused("setMyCommands", set(command("a", &"d".repeat(257))))
            .await,
        "400 Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
    );
    let many = |count: usize| json!(vec![json!({ "command": "a", "description": "x" }); count]);
    bench.ok("setMyCommands", set(many(100))).await;
    assert_eq!(
        bench.refused("setMyCommands", set(many(101))).await,
        "400 Bad Request: BOT_COMMANDS_TOO_MUCH"
    );
    let kept = bench.ok("getMyCommands", json!({})).await;
    assert_eq!(kept.as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn menus_are_kept_by_scope_and_language() {
    let bench = Bench::new().await;
    bench.anna().await;
    let chat = json!({ "type": "chat", "chat_id": ANNA });
    let korean =
        json!({ "commands": command("help", "도움"), "language_code": "ko", "scope": chat });
    bench.ok("setMyCommands", korean).await;
    bench
        .ok(
            "setMyCommands",
            json!({ "commands": command("help", "Help") }),
        )
        .await;
    let get = |scope: Value, language: &str| json!({ "scope": scope, "language_code": language });
    assert_eq!(
        bench.ok("getMyCommands", get(chat.clone(), "ko")).await,
        command("help", "도움")
    );
    assert_eq!(
        bench.ok("getMyCommands", get(chat.clone(), "")).await,
        json!([])
    );
    let default = get(json!({ "type": "default" }), "");
    assert_eq!(
        bench.ok("getMyCommands", default).await,
        command("help", "Help")
    );
    bench.ok("deleteMyCommands", get(chat.clone(), "ko")).await;
    assert_eq!(bench.ok("getMyCommands", get(chat, "ko")).await, json!([]));
}

#[tokio::test]
async fn unknown_scopes_chats_and_languages_are_refused() {
    let bench = Bench::new().await;
    let cases = [
        (
            json!({ "scope": { "type": "x" } }),
            "unsupported BotCommandScope type specified",
        ),
        (
            json!({ "scope": { "type": "chat" } }),
            "chat identifier is not specified",
        ),
        (
            json!({ "scope": { "type": "chat", "chat_id": 5 } }),
            "chat not found",
        ),
        (
            json!({ "scope": { "type": "chat_member", "chat_id": 5 } }),
            "user identifier is not specified",
        ),
        (json!({ "scope": 3 }), "BotCommandScope must be an Object"),
        (json!({ "language_code": "kor" }), "LANG_CODE_INVALID"),
    ];
    for (params, why) in cases {
        let refusal = bench.refused("getMyCommands", params).await;
        assert_eq!(refusal, format!("400 Bad Request: {why}"));
    }
    let refusal = bench.refused("setMyCommands", json!({})).await;
    assert_eq!(refusal, "400 Bad Request: commands are not specified");
}
