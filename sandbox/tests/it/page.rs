//! The page's HTTP side: who may use it, and what it is told.

use futures::StreamExt as _;
use reqwest::header;
use serde_json::{Value, json};
use waiaas_sandbox::NoteField;

use crate::bench::{ANNA, Bench, PATIENCE};

/// The address of a person's resource with the page's key.
fn person_url(bench: &Bench, resource: &str) -> String {
    let page = bench.sandbox.page_url();
    let key = page.split("key=").nth(1).unwrap();
    format!("{}/person/{ANNA}/{resource}?key={key}", bench.sandbox.url())
}

async fn state(bench: &Bench) -> Value {
    bench
        .client
        .get(person_url(bench, "state"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_page_and_its_assets_come_from_here_alone() {
    let bench = Bench::new().await;
    let page = bench
        .client
        .get(bench.sandbox.page_url())
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert_eq!(page.headers()[header::REFERRER_POLICY], "no-referrer");
    let html = page.text().await.unwrap();
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "no foreign address"
    );
    let mut wanted: Vec<String> = parts_named_in(&html);
    assert!(wanted.len() >= 4, "{wanted:?}");
    while let Some(part) = wanted.pop() {
        let url = format!("{}/chat/{part}", bench.sandbox.url());
        let response = bench.client.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{part}");
        let body = response.text().await.unwrap();
        for danger in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!body.contains(danger), "{part} uses {danger}");
        }
        if part == "page.js" {
            wanted.extend(["composer.js", "messages.js", "text.js", "toasts.js"].map(String::from));
        }
    }
}

/// The files that the page asks for.
fn parts_named_in(html: &str) -> Vec<String> {
    html.split("\"/chat/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn only_the_page_may_play_the_person() {
    let bench = Bench::new().await;
    bench.anna().await;
    let keyed = person_url(&bench, "state");
    let keyless = keyed.split('?').next().unwrap().to_owned();
    let own = bench.sandbox.url();
    let cases = [
        (keyless.clone(), None, None, 403),
        (format!("{keyless}?key=x"), None, None, 403),
        (keyed.clone(), Some("evil.example:80"), None, 403),
        (keyed.clone(), None, Some("https://evil.example"), 403),
        (keyed.clone(), None, Some("null"), 403),
        (keyed.clone(), None, Some(own.as_str()), 200),
        (keyed.clone(), None, None, 200),
        (keyed.replace("/42/", "/43/"), None, None, 404),
    ];
    for (url, host, origin, status) in cases {
        let mut request = bench.client.get(&url);
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        assert_eq!(
            request.send().await.unwrap().status(),
            status,
            "{host:?} {origin:?}"
        );
    }
    let page = bench.sandbox.page_url();
    let page = bench
        .client
        .get(page.split('?').next().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 403);
}

#[tokio::test]
async fn the_page_writes_taps_and_sees_it() {
    let bench = Bench::new().await;
    bench.anna().await;
    let id = bench.send_buttons("Sure?", &[("Yes", "y")]).await;
    let send = bench
        .client
        .post(person_url(&bench, "send"))
        .json(&json!({ "text": "hello" }));
    assert_eq!(send.send().await.unwrap().status(), 200);
    let tap = json!({ "message_id": id, "data": "y" });
    let tap = bench.client.post(person_url(&bench, "tap")).json(&tap);
    let query: Value = tap.send().await.unwrap().json().await.unwrap();
    assert_eq!(bench.updates(0).await.len(), 2);

    let busy = state(&bench).await;
    assert_eq!(busy["busy"], json!([{ "message_id": id, "data": "y" }]));
    let answer = json!({ "callback_query_id": query["query_id"], "text": "Fine" });
    bench.ok("answerCallbackQuery", answer).await;
    let done = state(&bench).await;
    assert_eq!(done["busy"], json!([]));
    assert_eq!(
        done["toasts"],
        json!([{ "id": 1, "text": "Fine", "alert": false }])
    );
    let texts: Vec<_> = done["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["text"].clone())
        .collect();
    assert_eq!(texts, ["/start", "Sure?", "hello"]);

    let gone = bench
        .client
        .post(person_url(&bench, "tap"))
        .json(&json!({ "message_id": 99, "data": "y" }));
    let gone = gone.send().await.unwrap();
    assert_eq!(gone.status(), 409);
    let body: Value = gone.json().await.unwrap();
    assert_eq!(body["error"], "there is no message 99 in the chat");
}

#[tokio::test]
async fn the_page_is_told_of_every_change_once() {
    let bench = Bench::new().await;
    bench.anna().await;
    let response = bench
        .client
        .get(person_url(&bench, "events"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "text/event-stream"
    );
    let mut events = Box::pin(response.bytes_stream());
    let mut next = async || {
        let bytes = tokio::time::timeout(PATIENCE, events.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        serde_json::from_str::<Value>(text.strip_prefix("data: ").unwrap().trim()).unwrap()
    };
    assert_eq!(next().await["messages"].as_array().unwrap().len(), 1);
    // A call that changes nothing on the page is no event.
    bench.ok("getMe", json!({})).await;
    bench
        .sandbox
        .set_note(vec!["The token file is here".to_owned()]);
    let event = next().await;
    assert_eq!(event["note"], json!(["The token file is here"]));
    let commands = json!([{ "command": "help", "description": "도움" }]);
    bench
        .ok(
            "setMyCommands",
            json!({ "commands": commands, "language_code": "ko" }),
        )
        .await;
    assert_eq!(
        next().await["commands"],
        commands,
        "the menu of the person's language"
    );
}

#[tokio::test]
async fn what_is_handed_over_by_the_note_s_field_comes_to_whoever_runs_the_sandbox() {
    let bench = Bench::new().await;
    bench.anna().await;
    let hand_over = async |text: &str| {
        let request = bench
            .client
            .post(person_url(&bench, "note"))
            .json(&json!({ "text": text }));
        request.send().await.unwrap().status()
    };
    assert_eq!(hand_over("nobody asked").await, 200);
    assert_eq!(state(&bench).await["note_field"], Value::Null);
    bench.sandbox.set_note_field(Some(NoteField {
        label: "The code".to_owned(),
        button: "Hand over".to_owned(),
    }));
    let field = json!({ "label": "The code", "button": "Hand over" });
    assert_eq!(state(&bench).await["note_field"], field);
    assert_eq!(hand_over("AB12").await, 200);
    assert_eq!(hand_over(&"x".repeat(10_000)).await, 200);
    let next = async || {
        let taken = tokio::time::timeout(PATIENCE, bench.sandbox.handed_over());
        taken.await.unwrap()
    };
    assert_eq!(next().await, "AB12", "what came without a field is gone");
    assert_eq!(next().await.len(), 256);
    let foreign = format!("{}/person/{ANNA}/note?key=guess", bench.sandbox.url());
    let refused = bench
        .client
        .post(foreign)
        .json(&json!({ "text": "CD34" }))
        .send();
    assert_eq!(refused.await.unwrap().status(), 403);
}

#[tokio::test]
async fn an_open_page_does_not_keep_the_sandbox_alive() {
    let bench = Bench::new().await;
    bench.anna().await;
    let response = bench
        .client
        .get(person_url(&bench, "events"))
        .send()
        .await
        .unwrap();
    let mut events = Box::pin(response.bytes_stream());
    events.next().await.unwrap().unwrap();
    bench.sandbox.shutdown().await;
    let end = tokio::time::timeout(PATIENCE, events.next()).await.unwrap();
    assert!(end.is_none_or(|last| last.is_err()));
}
