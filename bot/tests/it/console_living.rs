//! One message that is kept up to date: renewals without a sound edit the message of the renewal
//! before, as long as nothing else was told about the session since.

use serde_json::{Value, json};
use waiaas_daemon_core::notify::event::{Event, Subject};
use waiaas_daemon_core::notify::outbox;
use waiaas_sandbox::{Fault, MessageView, PersonSpec};

use crate::harness::{Issued, PATIENCE, Story, TestDaemon, shown};

const HALF_S: i64 = 43_200;

async fn renew(bench: &TestDaemon, session: &mut Issued) {
    bench.advance(HALF_S).await;
    *session = bench.renew(session).await;
    bench.quiet().await;
}

fn renewals(bench: &TestDaemon) -> Vec<MessageView> {
    let told = |one: &&MessageView| one.text.contains("/30");
    let chat = bench.owner.chat();
    chat.from_bot().filter(told).cloned().collect()
}

async fn begin(bench: &TestDaemon) -> Issued {
    let session = bench.issue("trader").await;
    bench.quiet().await;
    bench.skip();
    session
}

#[tokio::test]
async fn renewals_are_told_in_one_message_that_keeps_its_button() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let mut session = begin(&bench).await;
        for _ in 0..5 {
            renew(&bench, &mut session).await;
        }
        let [told] = renewals(&bench).try_into().unwrap();
        story.message("after five renewals", &told);
        assert!(told.silent, "one that nobody has to hear");
        let ended = bench.tap_at(&told, 0, 0).await;
        story.message("Reject", &ended);
        let refused = bench.whoami(&session.token).await;
        assert_eq!(refused.code(), "SESSION_REVOKED");
        story.assert(&bench, "living_renewals");
    }
}

#[tokio::test]
async fn a_tap_on_the_button_that_is_being_replaced_still_counts() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let mut session = begin(&bench).await;
    renew(&bench, &mut session).await;
    let [before] = renewals(&bench).try_into().unwrap();
    let old = before.keyboard[0][0].callback_data.clone().unwrap();
    renew(&bench, &mut session).await;
    let query = bench
        .owner
        .forge_tap(bench.owner.id(), before.id, &old)
        .unwrap();
    bench.owner.wait_for_answer(&query, PATIENCE).await.unwrap();
    let refused = bench.whoami(&session.token).await;
    assert_eq!(refused.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn sessions_do_not_share_a_message_and_neither_do_people() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let kim = bench.sandbox.person(PersonSpec::new(2002, "Kim"));
    let code = bench.pairing_code().await;
    kim.send_text(&format!("/start {code}")).unwrap();
    bench.quiet().await;
    let mut first = begin(&bench).await;
    let mut second = begin(&bench).await;
    bench.advance(HALF_S).await;
    for session in [&mut first, &mut second] {
        *session = bench.renew(session).await;
    }
    renew(&bench, &mut first).await;
    let told = renewals(&bench);
    assert_eq!(told.len(), 2, "{}", bench.owner.chat().transcript());
    assert!(told[0].text.contains("2/30") && told[1].text.contains("1/30"));
    let chat = kim.chat();
    let theirs = chat.from_bot().filter(|one| one.text.contains("/30"));
    assert_eq!(theirs.count(), 2, "{}", chat.transcript());
}

#[tokio::test]
async fn after_another_alert_about_the_session_the_next_renewal_is_a_message_of_its_own() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let mut session = begin(&bench).await;
    renew(&bench, &mut session).await;
    // A fifth of the unit is left, and the agent has not renewed.
    bench.advance(69_120).await;
    bench.quiet().await;
    session = bench.renew(&session).await;
    bench.quiet().await;
    renew(&bench, &mut session).await;
    let texts: Vec<_> = bench.unseen().iter().map(|one| one.text.clone()).collect();
    let [first, stopped, again] = texts.as_slice() else {
        panic!("{texts:#?}");
    };
    assert!(first.contains("1/30"), "{first}");
    assert!(!stopped.contains("renewed its session"), "{stopped}");
    assert!(again.contains("3/30"), "{again}");
}

#[tokio::test]
async fn whoever_wants_to_hear_renewals_gets_each_in_a_message_of_its_own() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench
        .tamper("INSERT INTO notification_preferences VALUES (1001, 'SESSION_RENEWED', 'on')")
        .await;
    let mut session = begin(&bench).await;
    for _ in 0..3 {
        renew(&bench, &mut session).await;
    }
    let told = renewals(&bench);
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|one| !one.silent));
}

#[tokio::test]
async fn a_message_that_is_gone_is_told_anew_without_a_sound() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let mut session = begin(&bench).await;
    renew(&bench, &mut session).await;
    let gone = Fault::Answer {
        code: 400,
        description: "Bad Request: message to edit not found".to_owned(),
    };
    bench.sandbox.faults().next("editMessageText", 1, gone);
    renew(&bench, &mut session).await;
    renew(&bench, &mut session).await;
    let told = renewals(&bench);
    let [first, anew] = told.as_slice() else {
        panic!("{}", bench.owner.chat().transcript());
    };
    assert!(first.text.contains("1/30"), "{}", shown(first));
    assert!(anew.text.contains("3/30") && anew.silent, "{}", shown(anew));
}

#[tokio::test]
async fn it_goes_on_after_a_crash_and_while_telegram_is_away() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    let mut session = begin(&bench).await;
    renew(&bench, &mut session).await;
    bench.sandbox.faults().go_away();
    for _ in 0..2 {
        bench.advance(HALF_S).await;
        session = bench.renew(&session).await;
    }
    bench.kill().await;
    bench.start().await;
    bench.sandbox.faults().come_back();
    bench.quiet().await;
    renew(&bench, &mut session).await;
    let [told] = renewals(&bench).try_into().unwrap();
    assert!(told.text.contains("4/30"), "{}", shown(&told));
    let path = format!("/v1/sessions/{}/revoke", session.id);
    bench.admin("POST", &path, Value::Null).await.ok();
    bench.quiet().await;
    let revoked = bench.unseen().pop().unwrap();
    assert_eq!(revoked.reply_to, Some(told.id), "the newest about it");
    let renewed = bench.count(
        "SELECT count(*) FROM notification_log l JOIN notification_outbox o \
        ON o.event_id = l.event_id WHERE o.event = 'SESSION_RENEWED' AND l.status = 'accepted'",
    );
    assert_eq!(renewed.await, 4, "each is marked: {}", json!(session.id));
}

#[tokio::test]
async fn what_waits_is_merged_and_a_decision_is_not_written_over() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let mut session = begin(&bench).await;
    renew(&bench, &mut session).await;
    let [told] = renewals(&bench).try_into().unwrap();
    bench.sandbox.faults().go_away();
    for _ in 0..4 {
        bench.advance(HALF_S).await;
        session = bench.renew(&session).await;
        let accepted = "SELECT count(*) FROM notification_outbox WHERE done_at IS NULL";
        bench
            .until("accepted", async || bench.count(accepted).await == 0)
            .await;
    }
    let waiting = "SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL AND method = 'edit'";
    assert_eq!(bench.count(waiting).await, 1, "one edit for all of them");
    bench.sandbox.faults().come_back();
    bench.quiet().await;
    let [now] = renewals(&bench).try_into().unwrap();
    assert!(now.text.contains("5/30"), "{}", shown(&now));

    // An edit waits, and the owner decides meanwhile: what the message says then stays.
    let wait = Fault::TooManyRequests { retry_after_s: 20 };
    bench.sandbox.faults().next("editMessageText", 1, wait);
    bench.advance(HALF_S).await;
    session = bench.renew(&session).await;
    bench
        .until("the edit is put off", async || {
            let put_off =
                "SELECT count(*) FROM telegram_outbox WHERE attempts > 0 AND sent_at IS NULL";
            bench.count(put_off).await == 1
        })
        .await;
    bench.press(&now, &now.keyboard[0][0].text).await;
    bench.advance(20).await;
    bench.quiet().await;
    let decided = bench.owner.chat().message(told.id).cloned().unwrap();
    assert!(decided.text.contains("rejected"), "{}", shown(&decided));
    assert!(decided.keyboard.is_empty(), "{}", shown(&decided));
    assert_eq!(bench.whoami(&session.token).await.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn whoever_wants_to_hear_renewals_gets_each_in_quiet_hours_too() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench
        .tamper(
            "INSERT INTO notification_preferences VALUES (1001, 'SESSION_RENEWED', 'on');
             INSERT INTO quiet_hours VALUES (1001, 0, 1439);",
        )
        .await;
    let mut session = begin(&bench).await;
    for _ in 0..3 {
        renew(&bench, &mut session).await;
    }
    let told = renewals(&bench);
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|one| one.silent));
}

#[tokio::test]
async fn an_edit_that_comes_after_a_decision_becomes_a_message_of_its_own() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench
        .tamper(
            "INSERT INTO notification_preferences VALUES (1001, 'SESSION_RENEWAL_REJECTED', 'off')",
        )
        .await;
    let mut session = begin(&bench).await;
    renew(&bench, &mut session).await;
    let [told] = renewals(&bench).try_into().unwrap();
    bench.tap_at(&told, 0, 0).await;
    bench.quiet().await;
    // A renewal from just before the tap, whose alert is handed to the chat only now.
    let row = "SELECT agent_id FROM sessions";
    let agent_id = bench.sql(row).await[0][0].parse().unwrap();
    let late = Event::SessionRenewed {
        subject: Subject {
            session_id: session.id.parse().unwrap(),
            agent_id,
            agent_name: "trader".to_owned(),
        },
        renewal_count: 2,
        max_renewals: 30,
        expires_at: bench.core().clock.now_s() + 86_400,
        absolute_expires_at: bench.core().clock.now_s() + 864_000,
        reject_by: bench.core().clock.now_s() + 3_600,
    };
    let (core, now) = (bench.core(), bench.core().clock.now_s());
    let tx = core.db.begin_write().await.unwrap();
    outbox::enqueue(core, &*tx, &late, now).await.unwrap();
    tx.commit().await.unwrap();
    core.ring();
    bench.quiet().await;
    let decided = bench.owner.chat().message(told.id).cloned().unwrap();
    assert!(decided.text.contains("rejected"), "{}", shown(&decided));
    let newest = bench.owner.chat().last_from_bot().cloned().unwrap();
    assert!(
        newest.id > told.id && newest.text.contains("2/30"),
        "{}",
        shown(&newest)
    );
}
