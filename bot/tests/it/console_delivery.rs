//! Living with Telegram: it is away, it refuses, it asks to wait, it loses answers.

use std::time::Duration;

use serde_json::{Value, json};
use waiaas_daemon_core::console::inbox;
use waiaas_daemon_core::console::outbox;
use waiaas_sandbox::{Call, Fault};

use crate::harness::{OWNER_ID, PATIENCE, Setup, TestDaemon, shown};

/// Polls that end soon let their outcome be seen soon.
const POLL_HELD: Duration = Duration::from_millis(20);

fn configured_owner() -> Setup {
    let settings = vec![("telegram.owner_chat_id", OWNER_ID.to_string())];
    Setup {
        paired: false,
        settings,
        ..Setup::default()
    }
}

fn refusal(code: u16, description: &str) -> Fault {
    Fault::Answer {
        code,
        description: description.to_owned(),
    }
}

async fn telegram_is(bench: &TestDaemon, state: &str) {
    bench
        .until(&format!("telegram is {state}"), async || {
            bench.agent("GET", "/health", None).await.ok()["telegram"] == state
        })
        .await;
}

async fn problem(bench: &TestDaemon) -> Value {
    let status = bench.admin("GET", "/v1/status", Value::Null).await.ok();
    status["channels"][0]["problem"].clone()
}

/// Waits until Telegram has refused a call of this method.
async fn refused(bench: &TestDaemon, method: &str) {
    let one = |calls: &[Call]| {
        calls
            .iter()
            .any(|call| call.method == method && !call.is_ok())
    };
    bench
        .sandbox
        .wait_for_calls(one, PATIENCE)
        .await
        .unwrap_or_else(|late| panic!("{late}"));
}

#[tokio::test]
async fn without_telegram_the_daemon_starts_serves_and_renews_and_everything_arrives_once_in_order()
{
    let mut bench = TestDaemon::prepare(configured_owner()).await;
    // A bot cannot write to somebody who never wrote to it.
    bench.owner.send_text("/start").unwrap();
    bench.sandbox.faults().go_away();
    bench.start().await;
    let bench = bench.with_agent("trader").await;
    telegram_is(&bench, "unreachable").await;
    assert!(problem(&bench).await.is_string());
    let mut session = bench.issue("trader").await;
    for _ in 0..3 {
        bench.advance(43_200).await;
        session = bench.renew(&session).await;
    }
    bench.whoami(&session.token).await.ok();
    assert_eq!(bench.owner.chat().from_bot().count(), 0);

    bench.sandbox.faults().come_back();
    telegram_is(&bench, "ok").await;
    bench.quiet().await;
    let arrived: Vec<String> = bench
        .owner
        .chat()
        .from_bot()
        .map(|one| one.text.clone())
        .collect();
    let (greeting, alerts): (Vec<_>, Vec<_>) = arrived
        .into_iter()
        .partition(|text| text.contains("Hello Olga"));
    assert_eq!(greeting.len(), 1);
    // The renewals after the first one edit its message.
    let expected = ["in this console", "new session", "3/30"];
    assert_eq!(
        alerts.len(),
        expected.len(),
        "{}",
        bench.owner.chat().transcript()
    );
    for (text, part) in alerts.iter().zip(expected) {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(problem(&bench).await, Value::Null);
}

#[tokio::test]
async fn telegram_goes_away_in_between_and_what_was_written_meanwhile_is_answered() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench.sandbox.faults().go_away();
    telegram_is(&bench, "unreachable").await;
    bench.owner.send_text("/newsession").unwrap();
    bench.issue("trader").await;
    assert!(bench.unseen().is_empty());
    bench.sandbox.faults().come_back();
    bench.quiet().await;
    let arrived = bench.unseen();
    assert_eq!(arrived.len(), 2, "{}", bench.owner.chat().transcript());
    assert!(
        arrived
            .iter()
            .any(|one| one.text.contains("A session for trader"))
    );
    assert!(
        arrived
            .iter()
            .any(|one| one.text.contains("has a new session"))
    );
}

#[tokio::test]
async fn retry_after_is_honoured_on_sends_and_on_edits() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    for (method, act) in [("sendMessage", "an alert"), ("editMessageText", "a tap")] {
        let faults = bench.sandbox.faults();
        faults.next(method, 1, Fault::TooManyRequests { retry_after_s: 30 });
        let before = bench.owner.chat().from_bot().map(shown).collect::<Vec<_>>();
        if act == "an alert" {
            bench.issue("trader").await;
        } else {
            bench.press(&asked, "Cancel").await;
        }
        refused(&bench, method).await;
        bench
            .until("the message is put off", async || {
                let put_off = "SELECT count(*) FROM telegram_outbox WHERE attempts = 1 \
                               AND sent_at IS NULL";
                bench.count(put_off).await == 1
            })
            .await;
        let hurried = outbox::hurry(bench.core()).await.unwrap();
        assert_eq!(hurried, 0, "nobody shortens a pause that was asked for");
        bench.advance(29).await;
        // Another chat is served meanwhile: the sender has looked at everything.
        bench.clock.advance_s(0);
        let other = bench.stranger.send_text("/whoami").unwrap();
        let served = |chat: &waiaas_sandbox::ChatView| chat.from_bot().any(|one| one.id > other);
        bench.stranger.wait_for(served, PATIENCE).await.unwrap();
        let now = bench.owner.chat().from_bot().map(shown).collect::<Vec<_>>();
        assert_eq!(now, before, "{method}: a second too early");
        bench.advance(1).await;
        bench.quiet().await;
        let now = bench.owner.chat().from_bot().map(shown).collect::<Vec<_>>();
        assert_ne!(now, before, "{method}: arrived in the end");
        assert_eq!(
            bench
                .sandbox
                .calls_of(method)
                .iter()
                .filter(|call| !call.is_ok())
                .count(),
            1
        );
    }
}

#[tokio::test]
async fn a_server_error_is_tried_again() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench
        .sandbox
        .faults()
        .next("sendMessage", 1, Fault::NotJson { code: 502 });
    bench.issue("trader").await;
    refused(&bench, "sendMessage").await;
    bench
        .until("the message is put off", async || {
            bench
                .count("SELECT count(*) FROM telegram_outbox WHERE attempts = 1")
                .await
                == 1
        })
        .await;
    bench.advance(2).await;
    bench.quiet().await;
    assert_eq!(bench.unseen().len(), 1);
}

#[tokio::test]
async fn another_poller_is_said_in_health_and_status_and_heals() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench.sandbox.faults().rival_poller(1_000);
    telegram_is(&bench, "conflict").await;
    let problem_told = problem(&bench).await;
    assert!(
        problem_told
            .as_str()
            .unwrap()
            .contains("another program polls"),
        "{problem_told}"
    );
    // Messages go out all the same, and do not hide that nobody hears the owner.
    bench.issue("trader").await;
    assert!(bench.next().await.text.contains("has a new session"));
    let health = bench.agent("GET", "/health", None).await.ok();
    assert_eq!(health["telegram"], "conflict");
    bench.sandbox.faults().clear();
    bench.sandbox.faults().hold_polls_at_most(Some(POLL_HELD));
    telegram_is(&bench, "ok").await;
    bench.say("/whoami").await;
}

#[tokio::test]
async fn a_refused_bot_token_is_said_and_heals() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench.sandbox.faults().hold_polls_at_most(Some(POLL_HELD));
    bench.sandbox.faults().revoke_token(true);
    // The poll that is held already ends with the owner's message.
    bench.owner.send_text("/status").unwrap();
    telegram_is(&bench, "unauthorized").await;
    let told = problem(&bench).await;
    assert!(
        told.as_str().unwrap().contains("refuses the bot token"),
        "{told}"
    );
    assert!(!told.as_str().unwrap().contains(bench.sandbox.bot_token()));
    let session = bench.issue("trader").await;
    bench.whoami(&session.token).await.ok();
    bench.sandbox.faults().revoke_token(false);
    telegram_is(&bench, "ok").await;
    bench.quiet().await;
    let arrived = bench.unseen();
    assert_eq!(arrived.len(), 2, "{}", bench.owner.chat().transcript());
}

#[tokio::test]
async fn what_telegram_cannot_parse_is_sent_as_plain_text() {
    let bench = TestDaemon::new().await.with_agent("a & b").await;
    let unparsable = refusal(
        400,
        "Bad Request: can't parse entities: Unsupported start tag",
    );
    bench
        .sandbox
        .faults()
        .next("sendMessage", 1, unparsable.clone());
    let asked = bench.say("/newsession").await;
    assert_eq!(asked.parse_mode, None);
    assert!(
        asked.source.contains("A session for a & b:"),
        "{}",
        asked.source
    );
    assert!(asked.button("Create").is_some(), "with its buttons");
    bench
        .sandbox
        .faults()
        .next("editMessageText", 1, unparsable);
    let cancelled = bench.tap(&asked, "Cancel").await;
    assert_eq!(cancelled.text, "Cancelled. Nothing has changed.");
}

#[tokio::test]
async fn an_alert_for_somebody_who_blocked_the_bot_waits_until_they_write_again() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    blocked(&bench).await;
    bench.issue("trader").await;
    for _ in 0..144 {
        bench.advance(600).await;
    }
    bench.owner.unblock_bot();
    bench.owner.send_text("/whoami").unwrap();
    bench.quiet().await;
    let arrived = bench.unseen();
    let told = arrived
        .iter()
        .filter(|one| one.text.contains("new session"));
    assert_eq!(told.count(), 2, "{}", bench.owner.chat().transcript());
    assert!(bench.audit("NOTIFICATION_DEAD_LETTERED").await.is_empty());
    let tries = bench.sandbox.calls_of("sendMessage");
    let refused = tries.iter().filter(|call| !call.is_ok()).count();
    assert!((1..=25).contains(&refused), "about once an hour: {refused}");
}

/// The owner blocks the bot, and the first alert has found out.
async fn blocked(bench: &TestDaemon) {
    bench.owner.block_bot();
    bench.issue("trader").await;
    refused(bench, "sendMessage").await;
    bench
        .until("the chat is known to be shut", async || {
            let shut = "SELECT count(*) FROM telegram_outbox WHERE last_error LIKE 'the chat is %'";
            bench.count(shut).await == 1
        })
        .await;
}

#[tokio::test]
async fn an_alert_for_somebody_who_blocked_the_bot_is_given_up_and_audited_after_a_week() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    blocked(&bench).await;
    bench.advance(604_801).await;
    bench
        .until("it is given up", async || {
            bench.audit("NOTIFICATION_DEAD_LETTERED").await.len() == 1
        })
        .await;
    let dead = bench.audit("NOTIFICATION_DEAD_LETTERED").await;
    assert!(dead[0].contains("blocked"), "{dead:?}");
    let status = bench.admin("GET", "/v1/status", Value::Null).await.ok();
    assert_eq!(status["deadLetters"], 1, "{status}");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_no_second_message_for_an_edit_and_not_modified_is_fine() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    bench
        .sandbox
        .faults()
        .next("editMessageText", 1, Fault::LoseReply);
    bench.press(&asked, "Cancel").await;
    bench.changed(&asked).await;
    bench
        .until("the edit is put off", async || {
            bench
                .count("SELECT count(*) FROM telegram_outbox WHERE attempts = 1")
                .await
                == 1
        })
        .await;
    bench.advance(2).await;
    bench.quiet().await;
    let edits = bench.sandbox.calls_of("editMessageText");
    assert_eq!(edits.len(), 2);
    let again = format!("{:?}", edits[1].outcome);
    assert!(again.contains("not modified"), "{again}");
    assert!(bench.unseen().is_empty());
    assert_eq!(
        bench
            .count("SELECT count(*) FROM telegram_outbox WHERE dead_at > 0")
            .await,
        0
    );
}

#[tokio::test]
async fn every_tap_is_answered_exactly_once() {
    let bench = TestDaemon::new()
        .await
        .with_agent("payer")
        .await
        .with_agent("trader")
        .await;
    let offer = bench.say("/newsession").await;
    let asked = bench.tap(&offer, "trader").await;
    bench.tap(&asked, "Create").await;
    bench.settled(&asked).await;
    let list = bench.say("/sessions").await;
    let opened = bench.tap_at(&list, 0, 0).await;
    let ask = bench.tap(&opened, "Revoke").await;
    bench.tap(&ask, "Yes, revoke").await;
    bench.quiet().await;
    let answers = bench.sandbox.calls_of("answerCallbackQuery");
    assert_eq!(answers.len(), 5);
    assert!(answers.iter().all(Call::is_ok), "{answers:?}");
    assert_eq!(bench.owner.toasts().len(), 5);
}

#[tokio::test]
async fn an_update_that_cannot_be_read_is_set_aside_and_the_next_is_handled() {
    let bench = TestDaemon::new().await;
    let id = bench
        .count("SELECT max(update_id) FROM telegram_updates")
        .await;
    inbox::store(bench.core(), &[(id - 1_000, "{".to_owned())])
        .await
        .unwrap();
    bench.say("/whoami").await;
    bench.quiet().await;
    let aside = "SELECT attempts FROM telegram_updates WHERE failed_at IS NOT NULL";
    let tries = inbox::ATTEMPTS_MAX.to_string();
    assert_eq!(bench.sql(aside).await, [[tries]]);
}

#[tokio::test]
async fn updates_are_heard_again_after_telegram_has_begun_to_count_anew() {
    let bench = TestDaemon::new().await;
    let far = json!({ "update_id": 2_000_000_000, "poll": {} }).to_string();
    inbox::store(bench.core(), &[(2_000_000_000, far)])
        .await
        .unwrap();
    bench.clock.advance_s(8 * 86_400);
    // The poll that is held still asks for what comes after the great id.
    bench.sandbox.faults().rival_poller(1);
    bench.say("/whoami").await;
}
