//! The daily summary: when it comes, what it says, and that it comes once.

use serde_json::{Value, json};
use waiaas_sandbox::{MessageView, PersonSpec};

use crate::harness::{Story, TestDaemon};

const HOUR_S: i64 = 3_600;

fn summaries(bench: &TestDaemon) -> Vec<MessageView> {
    let chat = bench.owner.chat();
    let told = |one: &&MessageView| one.text.starts_with('☀');
    chat.from_bot().filter(told).cloned().collect()
}

async fn come(bench: &TestDaemon, count: usize) -> MessageView {
    bench
        .until("a summary", async || summaries(bench).len() >= count)
        .await;
    bench.quiet().await;
    let told = summaries(bench);
    assert_eq!(told.len(), count, "{}", bench.owner.chat().transcript());
    told[count - 1].clone()
}

/// Nothing was told although the loop has looked: another one's summary, due at the same time,
/// has come.
async fn nothing_more(bench: &TestDaemon, other: &waiaas_sandbox::Person, theirs: usize) {
    let count = || {
        let chat = other.chat();
        chat.from_bot()
            .filter(|one| one.text.starts_with('☀'))
            .count()
    };
    bench
        .until("the other one's summary", async || count() >= theirs)
        .await;
    bench.quiet().await;
}

async fn viewer(bench: &TestDaemon) -> waiaas_sandbox::Person {
    let viewer = bench.sandbox.person(PersonSpec::new(2002, "Kim"));
    let pairing = bench.admin("POST", "/v1/pairing", json!({ "role": "viewer" }));
    let code = pairing.await.ok()["code"].as_str().unwrap().to_owned();
    viewer.send_text(&format!("/start {code}")).unwrap();
    bench.quiet().await;
    bench.skip();
    viewer
}

#[tokio::test]
async fn it_is_asked_for_comes_every_day_and_is_ended() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let menu = bench.say("/notify").await;
        let row = menu.keyboard.len() - 1;
        let hours = bench.tap_at(&menu, row, 1).await;
        story.message("Daily summary", &hours);
        // 10:26 now: eleven o'clock is still to come.
        let set = bench.tap_at(&hours, 1, 5).await;
        story.message("at 11:00", &set);

        let session = bench.issue("trader").await;
        bench.stranger.send_text("/newsession").unwrap();
        bench.quiet().await;
        bench.advance(HOUR_S).await;
        story.message("the first", &come(&bench, 1).await);

        let renewed = {
            bench.advance(12 * HOUR_S).await;
            bench.renew(&session).await
        };
        bench.advance(12 * HOUR_S - 1).await;
        bench.whoami(&renewed.token).await.ok();
        let path = format!("/v1/sessions/{}/revoke", session.id);
        bench.admin("POST", &path, Value::Null).await.ok();
        bench
            .admin("PUT", "/v1/kill-switch", json!({ "active": true }))
            .await
            .ok();
        bench.advance(1).await;
        story.message("the next day", &come(&bench, 2).await);

        bench.skip();
        let menu = bench.say("/notify").await;
        story.message("a day later", &menu);
        let hours = bench.tap_at(&menu, row, 1).await;
        let ended = bench.tap_at(&hours, 4, 0).await;
        story.message("no summary", &ended);
        let wishes = bench.count("SELECT count(*) FROM daily_summaries").await;
        assert_eq!(wishes, 0);
        story.assert(&bench, "summary");
    }
}

#[tokio::test]
async fn it_comes_once_a_day_also_after_a_crash_and_late_after_a_pause() {
    let mut bench = TestDaemon::new().await;
    let kim = viewer(&bench).await;
    let wish = "INSERT INTO daily_summaries VALUES (1001, 660, NULL)";
    bench.tamper(wish).await;
    bench.advance(HOUR_S).await;
    come(&bench, 1).await;
    bench.kill().await;
    bench.start().await;
    bench
        .tamper("INSERT INTO daily_summaries VALUES (2002, 660, NULL)")
        .await;
    nothing_more(&bench, &kim, 1).await;
    assert_eq!(summaries(&bench).len(), 1, "told before the crash");
    // The daemon was away at eleven o'clock of the next day.
    bench.stop().await;
    bench.clock.advance_s(30 * HOUR_S);
    bench.start().await;
    come(&bench, 2).await;
}

#[tokio::test]
async fn it_follows_the_reader_s_clock_and_makes_no_sound_in_quiet_hours() {
    let bench = TestDaemon::new().await;
    let kim = viewer(&bench).await;
    // 10:26 in UTC is 19:26 in Seoul.
    bench
        .tamper(
            "UPDATE operators SET time_zone = 'Asia/Seoul' WHERE user_id = 1001;
             INSERT INTO quiet_hours VALUES (1001, 1200, 420);
             INSERT INTO daily_summaries VALUES (1001, 1260, NULL);
             INSERT INTO daily_summaries VALUES (2002, 690, NULL);",
        )
        .await;
    bench.advance(HOUR_S + 300).await;
    nothing_more(&bench, &kim, 1).await;
    assert_eq!(summaries(&bench).len(), 0, "20:31 in Seoul");
    bench.advance(HOUR_S).await;
    assert!(come(&bench, 1).await.silent, "21:31 in Seoul");
    assert!(!kim.chat().last_from_bot().unwrap().silent);
}

#[tokio::test]
async fn it_goes_with_its_reader_and_says_what_was_unusual() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    viewer(&bench).await;
    bench
        .tamper(
            "INSERT INTO daily_summaries VALUES (2002, 690, NULL);
             INSERT INTO daily_summaries VALUES (1001, 690, NULL);",
        )
        .await;
    bench
        .admin("DELETE", "/v1/operators/2002", Value::Null)
        .await
        .ok();
    let left = bench.sql("SELECT user_id FROM daily_summaries").await;
    assert_eq!(left, [["1001"]]);

    let old = bench.issue("trader").await;
    bench.advance(43_200).await;
    let new = bench.renew(&old).await;
    bench.whoami(&new.token).await.ok();
    let path = format!("/v1/sessions/{}/renew", old.id);
    bench.agent("PUT", &path, Some(&old.token)).await;
    let told = come(&bench, 1).await;
    assert!(told.text.contains("Renewals: 1"), "{}", told.text);
    assert!(told.text.contains("used a second time"), "{}", told.text);
    assert!(!told.text.contains("Nothing unusual"), "{}", told.text);
}
