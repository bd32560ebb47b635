//! How calls travel: tokens, method names, the ways of encoding parameters.

use serde_json::{Value, json};
use waiaas_sandbox::{Sandbox, SandboxConfig, SandboxError};

use crate::bench::{ANNA, Bench};

#[tokio::test]
async fn get_me_is_complete_and_method_names_have_no_case() {
    let bench = Bench::new().await;
    for method in ["getMe", "GetMe", "getme", "GETME"] {
        let me = bench.ok(method, json!({})).await;
        assert_eq!(
            me,
            json!({
                "id": 7_700_000_001_i64,
                "is_bot": true,
                "first_name": "waiaas",
                "username": "waiaas_sandbox_bot",
                "can_join_groups": true,
                "can_read_all_group_messages": false,
                "supports_inline_queries": false,
                "can_connect_to_business": false,
                "has_main_web_app": false,
            })
        );
    }
    assert!(
        bench
            .sandbox
            .calls()
            .iter()
            .all(|call| call.method == "getMe")
    );
}

#[tokio::test]
async fn a_wrong_token_is_unauthorized_and_leaves_no_call() {
    let bench = Bench::new().await;
    for token in ["bot1:x", "bot", "bot7700000001:"] {
        let url = format!("{}/{token}/getMe", bench.sandbox.url());
        let response = bench.client.get(url).send().await.unwrap();
        assert_eq!(response.status(), 401);
        let body: Value = response.json().await.unwrap();
        let expected = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
        assert_eq!(body, expected);
    }
    assert!(bench.sandbox.calls().is_empty());
}

#[tokio::test]
async fn unknown_methods_and_paths_are_not_found() {
    let bench = Bench::new().await;
    assert_eq!(
        bench.refused("sendSpaceship", json!({})).await,
        "404 Not Found"
    );
    for path in ["/", "/elsewhere", "/x/getMe", "/a/b/c"] {
        let url = format!("{}{path}", bench.sandbox.url());
        assert_eq!(
            bench.client.get(url).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn parameters_come_as_json_query_form_and_parts() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let url = bench.method_url("sendMessage");
    let keyboard = r#"{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}"#;

    let get = bench.client.get(format!(
        "{url}?chat_id={ANNA}&text=one%20%26+more&disable_notification=true"
    ));
    assert_eq!(get.send().await.unwrap().status(), 200);
    let form = bench
        .client
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("chat_id={ANNA}&text=two&reply_markup={keyboard}").replace('"', "%22"));
    assert_eq!(form.send().await.unwrap().status(), 200);
    let part = |name: &str, value: &str| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts = [
        part("chat_id", "42"),
        part("text", "three"),
        part("reply_markup", keyboard),
    ];
    let multipart = bench
        .client
        .post(&url)
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(parts.concat() + "--XX--\r\n");
    assert_eq!(multipart.send().await.unwrap().status(), 200);

    let chat = anna.chat();
    let sent: Vec<_> = chat
        .from_bot()
        .map(|m| (m.text.as_str(), m.silent))
        .collect();
    assert_eq!(
        sent,
        [("one & more", true), ("two", false), ("three", false)]
    );
    assert!(
        chat.from_bot()
            .skip(1)
            .all(|message| message.button("A").is_some())
    );
}

#[tokio::test]
async fn nonsense_bodies_are_refused() {
    let bench = Bench::new().await;
    let cases = [
        (
            "application/json",
            "{",
            "400 Bad Request: can't parse JSON object",
        ),
        (
            "application/json",
            "[1]",
            "400 Bad Request: can't parse JSON object",
        ),
        (
            "multipart/form-data; boundary=X",
            "--X\r\nno",
            "400 Bad Request: can't parse the form",
        ),
        (
            "text/plain",
            "x",
            "400 Bad Request: unsupported content type",
        ),
    ];
    for (kind, body, expected) in cases {
        let request = bench.client.post(bench.method_url("getMe"));
        let response = request
            .header("content-type", kind)
            .body(body)
            .send()
            .await
            .unwrap();
        let answer: Value = response.json().await.unwrap();
        let answer = format!(
            "{} {}",
            answer["error_code"],
            answer["description"].as_str().unwrap()
        );
        assert_eq!(answer, expected);
    }
    assert_eq!(
        bench
            .refused("sendMessage", json!({ "chat_id": [1], "text": "x" }))
            .await,
        "400 Bad Request: field \"chat_id\" must be of type String"
    );
    assert_eq!(
        bench.refused("getUpdates", json!({ "offset": "x" })).await,
        "400 Bad Request: field \"offset\" must be of type Integer"
    );
}

#[tokio::test]
async fn calls_are_recorded_without_the_token() {
    let bench = Bench::new().await;
    bench.anna().await;
    bench
        .ok("SendMessage", json!({ "chat_id": ANNA, "text": "hi" }))
        .await;
    bench
        .refused("sendMessage", json!({ "chat_id": 1, "text": "hi" }))
        .await;
    let calls = bench.sandbox.calls_of("sendMessage");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].params, json!({ "chat_id": ANNA, "text": "hi" }));
    assert!(calls[0].is_ok() && !calls[1].is_ok());
    let secret = bench
        .sandbox
        .bot_token()
        .split(':')
        .nth(1)
        .unwrap()
        .to_owned();
    assert!(!format!("{:?}", bench.sandbox.calls()).contains(&secret));
}

#[tokio::test]
async fn a_configured_token_and_port_are_taken_or_refused() {
    for token in ["", "x", "1:", ":x", "1:a b", "a1:x"] {
        let config = SandboxConfig {
            bot_token: Some(token.to_owned()),
            ..Default::default()
        };
        let refused = Sandbox::start(config).await;
        assert!(matches!(refused, Err(SandboxError::BotToken)), "{token}");
    }
    let config = SandboxConfig {
        bot_token: Some("12:a_B-c".to_owned()),
        ..Default::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    assert_eq!(sandbox.bot_token(), "12:a_B-c");
    let taken = SandboxConfig {
        port: sandbox.port(),
        ..Default::default()
    };
    assert!(matches!(
        Sandbox::start(taken).await,
        Err(SandboxError::Bind { .. })
    ));
    let port = sandbox.port();
    sandbox.shutdown().await;
    let again = SandboxConfig {
        port,
        ..Default::default()
    };
    assert_eq!(Sandbox::start(again).await.unwrap().port(), port);
}
