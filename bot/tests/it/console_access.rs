//! Who may act: strangers, forged and foreign taps, groups, people who were removed.

use serde_json::Value;
use waiaas_sandbox::{GroupSpec, MessageView, Person};

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon, shown};

const NOT_YOURS: &str = "This button is not for you.";
const DECIDED: &str = "This has been decided already.";
const EXPIRED: &str = "This button has expired.";

async fn toast(person: &Person, query: &str) -> Option<String> {
    person.wait_for_answer(query, PATIENCE).await.unwrap().text
}

fn data(message: &MessageView, label: &str) -> String {
    message
        .button(label)
        .unwrap()
        .callback_data
        .clone()
        .unwrap()
}

#[tokio::test]
async fn s_03_newsession_from_a_stranger_is_refused_once_an_hour_audited_and_makes_nothing() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        for _ in 0..3 {
            bench.stranger.send_text("/newsession").unwrap();
        }
        bench.stranger.send_text("/newsession trader").unwrap();
        bench.stranger.send_text("let me in").unwrap();
        bench.quiet().await;
        let told: Vec<_> = bench.stranger.chat().from_bot().cloned().collect();
        assert_eq!(told.len(), 1, "{}", bench.stranger.chat().transcript());
        story.message("/newsession, five times", &told[0]);
        let refused = bench.audit("CONSOLE_REFUSED").await;
        assert_eq!(refused.len(), 1);
        assert!(refused[0].contains("6666"), "{refused:?}");
        assert!(bench.live_sessions().await.is_empty());
        assert!(!bench.token_file().exists());
        assert!(bench.unseen().is_empty(), "the owner is not bothered");

        bench.advance(3_599).await;
        bench.stranger.send_text("/sessions").unwrap();
        bench.quiet().await;
        assert_eq!(bench.stranger.chat().from_bot().count(), 1);
        bench.advance(1).await;
        bench.stranger.send_text("/sessions").unwrap();
        bench.quiet().await;
        assert_eq!(
            bench.stranger.chat().from_bot().count(),
            2,
            "an hour has passed"
        );
        assert_eq!(bench.audit("CONSOLE_REFUSED").await.len(), 2);
        story.assert(&bench, "stranger_refused");
    }
}

#[tokio::test]
async fn whoami_tells_strangers_their_ids_and_a_flood_of_it_is_answered_once() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::unpaired(language).await;
        let mut story = Story::default();
        for _ in 0..4 {
            bench.stranger.send_text("/whoami").unwrap();
        }
        bench.quiet().await;
        let told: Vec<_> = bench.stranger.chat().from_bot().map(shown).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        story.add("/whoami, four times", &told[0]);
        bench.advance(10).await;
        bench.stranger.send_text("/whoami").unwrap();
        bench.quiet().await;
        assert_eq!(bench.stranger.chat().from_bot().count(), 2);
        story.assert(&bench, "stranger_whoami");
    }
}

#[tokio::test]
async fn a_tap_is_judged_by_who_taps() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let create = data(&asked, "Create");
    let group = GroupSpec {
        id: -200,
        title: "Friends".to_owned(),
        is_forum: false,
    };
    bench.sandbox.group(group);

    // A stranger, in the owner's chat, in their own and in a group; then the owner elsewhere.
    for chat in [OWNER_ID, bench.stranger.id(), -200] {
        let tap = bench.stranger.forge_tap(chat, asked.id, &create).unwrap();
        assert_eq!(
            toast(&bench.stranger, &tap).await.as_deref(),
            Some(NOT_YOURS)
        );
    }
    let tap = bench.owner.forge_tap(-200, asked.id, &create).unwrap();
    assert_eq!(toast(&bench.owner, &tap).await.as_deref(), Some(NOT_YOURS));
    bench.quiet().await;
    assert!(bench.live_sessions().await.is_empty());
    let now = bench.owner.chat().message(asked.id).unwrap().clone();
    assert_eq!(shown(&now), shown(&asked), "nothing else changes");
    assert!(bench.audit("CONSOLE_REFUSED").await[0].contains("\"what\":\"tap\""));

    // The button still works for the one it was made for.
    bench.tap(&asked, "Create").await;
    bench.settled(&asked).await;
    assert_eq!(bench.live_sessions().await.len(), 1);
}

#[tokio::test]
async fn forged_data_gets_a_toast_and_changes_nothing() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let real = data(&asked, "Create");
    let forged = [
        "v1:00000000000000000000000000000000".to_owned(),
        real.replace("v1:", "v2:"),
        format!("{real}0"),
        real.to_uppercase(),
        "create".to_owned(),
        "v1:' OR 1=1 --".to_owned(),
    ];
    for data in &forged {
        let tap = bench.owner.forge_tap(OWNER_ID, asked.id, data).unwrap();
        assert_eq!(
            toast(&bench.owner, &tap).await.as_deref(),
            Some(NOT_YOURS),
            "{data}"
        );
    }
    // The message is gone from Telegram's side, the button is real: it works, in a new message.
    bench.quiet().await;
    assert!(bench.live_sessions().await.is_empty());
    assert_eq!(
        shown(bench.owner.chat().message(asked.id).unwrap()),
        shown(&asked)
    );
    let answers = bench.sandbox.calls_of("answerCallbackQuery");
    assert_eq!(
        answers.len(),
        forged.len(),
        "each tap is answered exactly once"
    );
}

#[tokio::test]
async fn a_real_button_on_a_message_that_is_gone_still_does_its_work_and_says_so() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let tap = bench
        .owner
        .forge_tap(OWNER_ID, 987_654, &data(&asked, "Create"))
        .unwrap();
    assert_eq!(toast(&bench.owner, &tap).await, None);
    bench.quiet().await;
    assert_eq!(bench.live_sessions().await.len(), 1);
    let last = bench.unseen().pop().unwrap();
    assert!(last.text.contains("✅"), "{}", last.text);
}

#[tokio::test]
async fn a_tap_that_was_used_or_comes_late_gets_a_toast_and_the_keyboard_goes() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let (create, cancel) = (data(&asked, "Create"), data(&asked, "Cancel"));
    bench.tap(&asked, "Cancel").await;
    for used in [&cancel, &create] {
        let tap = bench.owner.forge_tap(OWNER_ID, asked.id, used).unwrap();
        assert_eq!(toast(&bench.owner, &tap).await.as_deref(), Some(DECIDED));
    }

    let asked = bench.say("/newsession").await;
    let create = data(&asked, "Create");
    bench.clock.advance_s(3_600);
    let tap = bench.owner.forge_tap(OWNER_ID, asked.id, &create).unwrap();
    assert_eq!(toast(&bench.owner, &tap).await.as_deref(), Some(EXPIRED));
    let now = bench
        .message_when(asked.id, |now| now.keyboard.is_empty())
        .await;
    assert_eq!(now.text, asked.text, "only the keyboard goes");
    bench.quiet().await;
    assert!(bench.live_sessions().await.is_empty());
}

#[tokio::test]
async fn groups_are_ignored() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let group = GroupSpec {
        id: -200,
        title: "Friends".to_owned(),
        is_forum: false,
    };
    bench.sandbox.group(group);
    let name = "waiaas_sandbox_bot";
    for person in [&bench.owner, &bench.stranger] {
        for text in ["/newsession", "/start 0123"] {
            person
                .send_in_group(-200, None, &format!("{text}@{name}"))
                .unwrap();
        }
    }
    bench.quiet().await;
    assert_eq!(bench.sandbox.chat(-200).unwrap().from_bot().count(), 0);
    assert!(bench.unseen().is_empty());
    assert!(bench.audit("CONSOLE_REFUSED").await.is_empty());
    assert!(bench.audit("PAIRING_REFUSED").await.is_empty());
}

#[tokio::test]
async fn a_removed_operator_loses_access_at_once() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let asked = bench.say("/newsession").await;
        let path = format!("/v1/operators/{OWNER_ID}");
        bench.admin("DELETE", &path, Value::Null).await.ok();
        assert!(bench.operators().await.is_empty());

        let toast = bench
            .press(&asked, &asked.keyboard[0][0].text.clone())
            .await;
        story.add("a tap", toast.text.unwrap());
        bench.quiet().await;
        bench.advance(3_600).await;
        bench.quiet().await;
        bench.skip();
        story.message("/sessions", &bench.say("/sessions").await);
        bench.issue("trader").await;
        bench.quiet().await;
        assert!(
            bench.unseen().is_empty(),
            "no alerts any more: {:?}",
            bench.unseen()
        );
        assert_eq!(
            bench.live_sessions().await.len(),
            1,
            "the machine's, not the phone's"
        );
        assert_eq!(bench.audit("OPERATOR_REMOVED").await.len(), 1);
        assert_eq!(bench.admin("DELETE", &path, Value::Null).await.status, 404);
        story.assert(&bench, "operator_removed");
    }
}

#[tokio::test]
async fn menus_are_set_per_scope_and_language() {
    let bench = TestDaemon::new().await;
    let both = |calls: &[waiaas_sandbox::Call]| {
        calls
            .iter()
            .filter(|call| call.method == "setMyCommands")
            .count()
            >= 4
    };
    bench.sandbox.wait_for_calls(both, PATIENCE).await.unwrap();
    let mut story = Story::default();
    let mut seen = Vec::new();
    for call in bench.sandbox.calls_of("setMyCommands") {
        assert!(call.is_ok(), "{call:?}");
        let text = |value: &Value| match value {
            Value::String(text) => serde_json::from_str(text).unwrap_or(value.clone()),
            other => other.clone(),
        };
        let commands = text(&call.params["commands"]);
        let lines: Vec<String> = commands
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                format!(
                    "/{} – {}",
                    one["command"].as_str().unwrap(),
                    one["description"].as_str().unwrap()
                )
            })
            .collect();
        let language = call.params["language_code"].as_str().unwrap_or("any");
        seen.push((
            format!("{} in {language}", text(&call.params["scope"])),
            lines.join("\n"),
        ));
    }
    seen.sort();
    seen.iter()
        .for_each(|(scope, lines)| story.add(scope, lines));
    story.assert(&bench, "menus");
}
