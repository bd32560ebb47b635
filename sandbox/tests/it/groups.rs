//! Groups, topics, and what a bot may read there.

use serde_json::{Value, json};
use waiaas_sandbox::{BotSpec, GroupSpec, PersonError, PersonSpec, SandboxConfig};

use crate::bench::Bench;

const GROUP: i64 = -500;
const FORUM: i64 = -1_001_234_567_890;

fn group(id: i64, is_forum: bool) -> GroupSpec {
    GroupSpec {
        id,
        title: "Team".to_owned(),
        is_forum,
    }
}

#[tokio::test]
async fn group_messages_are_read_by_the_rules_of_privacy() {
    let bench = Bench::new().await;
    bench.sandbox.group(group(GROUP, false));
    let anna = bench.sandbox.person(PersonSpec::new(42, "Anna"));
    for text in ["just talk", "/status", "hey @waiaas_sandbox_bot"] {
        anna.send_in_group(GROUP, None, text).unwrap();
    }
    let updates = bench.updates(0).await;
    let seen: Vec<_> = updates
        .iter()
        .map(|u| u["message"]["text"].clone())
        .collect();
    assert_eq!(seen, ["/status", "hey @waiaas_sandbox_bot"]);
    assert_eq!(
        updates[0]["message"]["chat"],
        json!({
            "id": GROUP,
            "type": "group",
            "title": "Team",
            "all_members_are_administrators": false,
        })
    );
    assert_eq!(bench.sandbox.chat(GROUP).unwrap().messages.len(), 3);
    assert_eq!(
        anna.send_in_group(-7, None, "x"),
        Err(PersonError::ChatMissing(-7))
    );
}

#[tokio::test]
async fn a_bot_that_may_read_all_reads_all() {
    let bot = BotSpec {
        reads_all_group_messages: true,
        ..BotSpec::default()
    };
    let bench = Bench::with(SandboxConfig {
        bot,
        ..SandboxConfig::default()
    })
    .await;
    bench.sandbox.group(group(GROUP, false));
    let anna = bench.sandbox.person(PersonSpec::new(42, "Anna"));
    anna.send_in_group(GROUP, None, "just talk").unwrap();
    assert_eq!(bench.updates(0).await.len(), 1);
    assert_eq!(
        bench.ok("getMe", json!({})).await["can_read_all_group_messages"],
        json!(true)
    );
}

#[tokio::test]
async fn topics_exist_once_somebody_wrote_in_them() {
    let bench = Bench::new().await;
    bench.sandbox.group(group(FORUM, true));
    let anna = bench.sandbox.person(PersonSpec::new(42, "Anna"));
    let into =
        |thread_id: i64| json!({ "chat_id": FORUM, "message_thread_id": thread_id, "text": "x" });
    let refusal = bench.refused("sendMessage", into(9)).await;
    assert_eq!(refusal, "400 Bad Request: message thread not found");
    let first = anna.send_in_group(FORUM, Some(9), "/status").unwrap();
    let update: Value = bench.updates(0).await.remove(0);
    assert_eq!(update["message"]["message_thread_id"], json!(9));
    assert_eq!(update["message"]["is_topic_message"], json!(true));
    assert_eq!(update["message"]["chat"]["is_forum"], json!(true));
    let sent = bench.ok("sendMessage", into(9)).await;
    assert_eq!(sent["message_thread_id"], json!(9));
    assert_eq!(
        (first, sent["message_id"].as_i64()),
        (1, Some(2)),
        "a supergroup counts alone"
    );
}

#[tokio::test]
async fn only_a_forum_has_topics_and_a_thread_of_replies_is_none() {
    let bench = Bench::new().await;
    let plain = FORUM - 1;
    bench.sandbox.group(group(FORUM, true));
    bench.sandbox.group(group(plain, false));
    bench.sandbox.group(group(GROUP, false));
    let anna = bench.sandbox.person(PersonSpec::new(42, "Anna"));
    for (chat, topic) in [(plain, 9), (GROUP, 9), (FORUM, 1), (FORUM, 0)] {
        let refused = anna.send_in_group(chat, Some(topic), "/status");
        assert_eq!(refused, Err(PersonError::TopicMissing(chat)));
    }
    for (chat, topic, thread) in [
        (GROUP, None, json!(null)),
        (plain, None, json!(1)),
        (FORUM, Some(9), json!(9)),
    ] {
        let first = anna.send_in_group(chat, topic, "/first").unwrap();
        anna.reply_in_group(chat, first, "/second").unwrap();
        let reply = bench.updates(0).await.pop().unwrap()["message"].clone();
        assert_eq!(reply["text"], "/second");
        assert_eq!(reply["message_thread_id"], thread);
        assert_eq!(reply["is_topic_message"] == json!(true), topic.is_some());
        assert_eq!(reply["reply_to_message"]["message_id"], json!(first));
    }
}

#[tokio::test]
async fn taps_in_groups_name_the_tapper_and_the_group() {
    let bench = Bench::new().await;
    bench.sandbox.group(group(GROUP, false));
    let anna = bench.sandbox.person(PersonSpec::new(42, "Anna"));
    let markup = json!({ "inline_keyboard": [[{ "text": "A", "callback_data": "a" }]] });
    let params = json!({ "chat_id": GROUP, "text": "x", "reply_markup": markup });
    let id = bench.ok("sendMessage", params).await["message_id"]
        .as_i64()
        .unwrap();
    anna.tap_in(GROUP, id, "A").unwrap();
    let query = bench.updates(0).await.remove(0)["callback_query"].clone();
    assert_eq!(query["from"]["id"], json!(42));
    assert_eq!(query["message"]["chat"]["id"], json!(GROUP));
    let delete =
        json!({ "chat_id": GROUP, "message_id": anna.send_in_group(GROUP, None, "x").unwrap() });
    let refusal = bench.refused("deleteMessage", delete).await;
    assert_eq!(
        refusal,
        "400 Bad Request: message can't be deleted for everyone"
    );
}
