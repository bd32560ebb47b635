//! `/notify`: what each reader hears, when without a sound, and what comes through anyway.

use serde_json::{Value, json};
use waiaas_sandbox::{MessageView, Person, PersonSpec};

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon, shown};

async fn toast(person: &Person, query: String) -> String {
    let answer = person.wait_for_answer(&query, PATIENCE).await.unwrap();
    answer.text.unwrap_or_default()
}

/// Taps the button whose label ends so.
async fn tap(bench: &TestDaemon, message: &MessageView, label: &str) -> MessageView {
    let buttons = message.keyboard.iter().flatten();
    let mut labels = buttons.map(|button| button.text.clone());
    let label = labels.find(|one| one.ends_with(label)).unwrap();
    bench.tap(message, &label).await
}

async fn revoke(bench: &TestDaemon, session: &str) {
    let path = format!("/v1/sessions/{session}/revoke");
    bench.admin("POST", &path, Value::Null).await.ok();
    bench.quiet().await;
}

async fn kill_switch(bench: &TestDaemon, active: bool) {
    let body = json!({ "active": active });
    bench.admin("PUT", "/v1/kill-switch", body).await.ok();
    bench.quiet().await;
}

#[tokio::test]
async fn every_keyboard_of_it_is_shown_and_leads_back() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language).await;
        let mut story = Story::default();
        let first = bench.say("/notify").await;
        story.message("/notify", &first);
        let silent = bench.tap_at(&first, 0, 0).await;
        story.message("the first event, once", &silent);
        let off = bench.tap_at(&silent, 1, 0).await;
        let off = bench.tap_at(&off, 1, 0).await;
        let off = bench.tap_at(&off, 2, 0).await;
        story.message("others, further", &off);
        let paged = bench.tap_at(&off, 8, 0).await;
        story.message("the second page", &paged);
        let rows = paged.keyboard.len();
        let zones = bench.tap_at(&paged, rows - 1, 2).await;
        story.message("time zone", &zones);
        let more = bench.tap_at(&zones, 8, 0).await;
        let back = bench.tap_at(&more, 8, 2).await;
        let from = bench.tap_at(&back, 9, 0).await;
        story.message("quiet hours", &from);
        let to = bench.tap_at(&from, 3, 4).await;
        story.message("from 22:00", &to);
        let set = bench.tap_at(&to, 1, 2).await;
        story.message("until 07:00", &set);
        let seoul = bench.say("/notify asia/seoul").await;
        story.message("/notify asia/seoul", &seoul);
        story.message("/notify Mars/<x>", &bench.say("/notify Mars/<x>").await);
        let from = bench.tap_at(&seoul, 9, 0).await;
        let none = bench.tap_at(&from, 4, 0).await;
        story.message("no quiet hours", &none);
        story.assert(&bench, "notify");
    }
}

#[tokio::test]
async fn an_event_is_silent_or_off_for_the_one_who_says_so_also_after_a_restart() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    let second = bench.sandbox.person(PersonSpec::new(2002, "Kim"));
    let code = bench.pairing_code().await;
    second.send_text(&format!("/start {code}")).unwrap();
    bench.quiet().await;
    bench.skip();
    let menu = bench.say("/notify").await;
    let menu = tap(&bench, &menu, "New session").await;
    let menu = tap(&bench, &menu, "Session revoked").await;
    tap(&bench, &menu, "Session revoked").await;

    bench.stop().await;
    bench.start().await;
    let session = bench.issue("trader").await;
    let created = bench.next().await;
    assert!(created.silent, "{}", shown(&created));
    revoke(&bench, &session.id).await;
    assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());
    let theirs: Vec<_> = second.chat().from_bot().cloned().collect();
    let [.., created, revoked] = theirs.as_slice() else {
        panic!("{theirs:?}");
    };
    assert!(created.text.contains("new session") && !created.silent);
    assert!(revoked.text.contains("was revoked") && !revoked.silent);
    let status = "SELECT DISTINCT l.status FROM notification_log l
        JOIN notification_outbox o ON o.event_id = l.event_id WHERE o.event LIKE 'SESSION%'";
    assert_eq!(bench.sql(status).await, [["accepted"]]);
}

#[tokio::test]
async fn an_event_that_every_reader_has_switched_off_is_done_and_the_log_says_why() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let menu = bench.say("/notify").await;
    let menu = tap(&bench, &menu, "Session revoked").await;
    tap(&bench, &menu, "Session revoked").await;
    let session = bench.issue("trader").await;
    bench.next().await;
    revoke(&bench, &session.id).await;
    assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());
    let log = "SELECT o.event, l.status FROM notification_outbox o JOIN notification_log l
        ON l.event_id = o.event_id WHERE o.event = 'SESSION_REVOKED' AND o.done_at IS NOT NULL
        AND o.dead_at IS NULL";
    assert_eq!(bench.sql(log).await, [["SESSION_REVOKED", "switched_off"]]);
}

#[tokio::test]
async fn critical_comes_through_with_a_sound_in_quiet_hours_and_cannot_be_off() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench
        .tamper(
            "INSERT INTO quiet_hours VALUES (1001, 0, 1439);
         INSERT INTO notification_preferences VALUES (1001, 'KILL_SWITCH_ACTIVATED', 'off');
         INSERT INTO notification_preferences VALUES (1001, 'POWER_ADDED', 'off');",
        )
        .await;
    bench.issue("trader").await;
    assert!(bench.next().await.silent, "quiet hours");
    kill_switch(&bench, true).await;
    let critical = bench.next().await;
    assert!(critical.text.contains("Kill switch on"));
    assert!(!critical.silent, "with a sound");
    kill_switch(&bench, false).await;
    assert!(bench.next().await.silent);
    bench.pairing_code().await;
    let power = bench.next().await;
    assert!(power.text.contains("pairing code") && power.silent);
    let menu = shown(&bench.say("/notify").await);
    assert!(!menu.contains("Kill switch on") && !menu.contains("old token"));
}

#[tokio::test]
async fn quiet_hours_are_those_of_the_reader_s_clock() {
    // 10:26 in UTC is 19:26 in Seoul.
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench.say("/notify Asia/Seoul").await;
    bench
        .tamper("INSERT INTO quiet_hours VALUES (1001, 1200, 420)")
        .await;
    let silent = async || {
        bench.issue("trader").await;
        bench.next().await.silent
    };
    assert!(!silent().await, "19:26");
    bench.advance(2_040).await;
    assert!(silent().await, "20:00");
    bench.advance(6 * 3_600).await;
    assert!(silent().await, "02:00, past midnight");
    bench.advance(5 * 3_600).await;
    assert!(!silent().await, "07:00");
    let dated = bench.say("/sessions").await;
    assert!(dated.text.contains("live sessions"));
}

#[tokio::test]
async fn dates_follow_the_time_zone_that_was_chosen_also_after_a_hand_over() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let zone = bench.say("/notify Asia/Seoul").await;
    assert!(zone.text.contains("Asia/Seoul, now 19:26"), "{}", zone.text);
    let asked = bench.say("/newsession").await;
    bench.tap(&asked, "Create").await;
    let created = bench.settled(&asked).await;
    assert!(
        created.text.contains("2026-02-15 19:26"),
        "{}",
        created.text
    );
}

#[tokio::test]
async fn preferences_are_changed_by_their_owner_once_and_in_time_and_go_with_the_operator() {
    let bench = TestDaemon::new().await;
    let chosen = async || {
        bench
            .count("SELECT count(*) FROM notification_preferences")
            .await
    };
    let menu = bench.say("/notify").await;
    let first = menu.keyboard[0][0].callback_data.clone().unwrap();
    for chat in [OWNER_ID, bench.stranger.id()] {
        let query = bench.stranger.forge_tap(chat, menu.id, &first).unwrap();
        let said = toast(&bench.stranger, query).await;
        assert_eq!(said, "This button is not for you.");
    }
    let forged = first.replace("v1:", "v1:0");
    let query = bench.owner.forge_tap(OWNER_ID, menu.id, &forged).unwrap();
    let said = toast(&bench.owner, query).await;
    assert_eq!(said, "This button is not for you.");
    assert_eq!(chosen().await, 0);

    bench.clock.advance_s(3_600);
    let query = bench.owner.forge_tap(OWNER_ID, menu.id, &first).unwrap();
    let said = toast(&bench.owner, query).await;
    assert_eq!(said, "This button has expired.");
    assert_eq!(chosen().await, 0);

    let menu = bench.say("/notify").await;
    let first = menu.keyboard[0][0].callback_data.clone().unwrap();
    bench.tap_at(&menu, 0, 0).await;
    let query = bench.owner.forge_tap(OWNER_ID, menu.id, &first).unwrap();
    let said = toast(&bench.owner, query).await;
    assert_eq!(said, "This has been decided already.");
    let rows = bench
        .sql("SELECT event, mode FROM notification_preferences")
        .await;
    assert_eq!(rows, [["SESSION_CREATED", "silent"]]);

    let path = format!("/v1/operators/{OWNER_ID}");
    bench.admin("DELETE", &path, json!(null)).await.ok();
    assert_eq!(chosen().await, 0);
}
