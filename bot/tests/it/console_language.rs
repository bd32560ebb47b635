//! `/language`: each reader has their own, from the first tap on and over restarts.

use serde_json::Value;
use waiaas_sandbox::{Person, PersonSpec};

use crate::harness::{OWNER_ID, PATIENCE, Setup, Story, TestDaemon};

/// The place of the other language's button.
fn other(language: &str) -> usize {
    usize::from(language == "en")
}

async fn toast(person: &Person, query: String) -> String {
    let answer = person.wait_for_answer(&query, PATIENCE).await.unwrap();
    answer.text.unwrap_or_default()
}

/// The newest menu that was registered for the owner's chat, with its `language_code`.
fn newest_menus(bench: &TestDaemon) -> Vec<String> {
    let mut menus: Vec<String> = bench
        .sandbox
        .calls_of("setMyCommands")
        .iter()
        .filter(|call| call.params["scope"].to_string().contains("1001"))
        .map(|call| call.params["commands"].to_string())
        .collect();
    let newest = menus.len().saturating_sub(2);
    menus.split_off(newest)
}

#[tokio::test]
async fn a_chosen_language_counts_at_once_for_everything_and_stays() {
    for language in ["en", "ko"] {
        let mut bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let asked = bench.say("/language").await;
        story.message("/language", &asked);
        let chosen = bench.tap_at(&asked, 0, other(language)).await;
        story.message("the other one", &chosen);
        assert!(chosen.keyboard.is_empty());

        story.message("/whoami", &bench.say("/whoami").await);
        let session = bench.issue("trader").await;
        let alert = bench.next().await;
        story.message("an alert", &alert);
        let used = asked.keyboard[0][0].callback_data.clone().unwrap();
        let query = bench.owner.forge_tap(OWNER_ID, asked.id, &used).unwrap();
        story.add("the used button", toast(&bench.owner, query).await);
        let word = if language == "en" { "상태" } else { "doing" };
        bench
            .until("both menus of the chat", async || {
                let menus = newest_menus(&bench);
                menus.len() == 2 && menus.iter().all(|menu| menu.contains(word))
            })
            .await;

        bench.stop().await;
        bench.start().await;
        let path = format!("/v1/sessions/{}/revoke", session.id);
        bench.admin("POST", &path, Value::Null).await.ok();
        story.message("an alert after a restart", &bench.next().await);
        story.message("/language", &bench.say("/language").await);
        story.assert_mixed(&bench, "language");
    }
}

#[tokio::test]
async fn nothing_changes_for_another_reader() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let second = bench.sandbox.person(PersonSpec::new(2002, "Kim"));
    let code = bench.pairing_code().await;
    second.send_text(&format!("/start {code}")).unwrap();
    bench.quiet().await;
    bench.skip();
    let asked = bench.say("/language").await;
    bench.tap(&asked, "한국어").await;
    bench.issue("trader").await;
    bench.quiet().await;
    assert!(bench.next().await.text.contains("새 세션"));
    let english = second.chat().last_from_bot().unwrap().clone();
    assert!(english.text.contains("new session"), "{}", english.text);
}

#[tokio::test]
async fn only_the_one_who_was_asked_can_choose_once_and_in_time() {
    let bench = TestDaemon::new().await;
    let language = async || {
        bench
            .sql("SELECT language FROM operators WHERE user_id = 1001")
            .await[0][0]
            .clone()
    };
    let asked = bench.say("/language").await;
    let korean = asked.keyboard[0][1].callback_data.clone().unwrap();
    let (owner, stranger) = (&bench.owner, &bench.stranger);
    for chat in [OWNER_ID, stranger.id()] {
        let query = stranger.forge_tap(chat, asked.id, &korean).unwrap();
        assert_eq!(toast(stranger, query).await, "This button is not for you.");
    }
    let forged = korean.replace("v1:", "v1:0");
    let query = owner.forge_tap(OWNER_ID, asked.id, &forged).unwrap();
    assert_eq!(toast(owner, query).await, "This button is not for you.");
    assert_eq!(language().await, "en");

    bench.clock.advance_s(3_600);
    let query = owner.forge_tap(OWNER_ID, asked.id, &korean).unwrap();
    assert_eq!(toast(owner, query).await, "This button has expired.");
    assert_eq!(language().await, "en");

    let asked = bench.say("/language").await;
    bench.tap(&asked, "한국어").await;
    let english = asked.keyboard[0][0].callback_data.clone().unwrap();
    let query = owner.forge_tap(OWNER_ID, asked.id, &english).unwrap();
    assert_eq!(toast(owner, query).await, "이미 처리된 버튼입니다.");
    assert_eq!(language().await, "ko");
}

#[tokio::test]
async fn the_configured_language_counts_until_somebody_chooses() {
    let bench = TestDaemon::with(Setup {
        settings: vec![("telegram.language", "ko".to_owned())],
        ..Setup::default()
    })
    .await;
    let asked = bench.say("/language").await;
    assert!(asked.text.contains("어느 언어"), "{}", asked.text);
    let chosen = bench.tap(&asked, "English").await;
    assert!(chosen.text.contains("From now on"), "{}", chosen.text);
    assert!(bench.say("/whoami").await.text.contains("This chat"));
}
