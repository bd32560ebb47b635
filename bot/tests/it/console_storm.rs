//! A thousand alerts at once, while Telegram asks to wait again and again; and an hour without
//! Telegram.

use serde_json::json;
use waiaas_daemon_core::notify::event::{Event, Subject};
use waiaas_daemon_core::notify::outbox;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_sandbox::{Fault, MessageView};

use crate::harness::{OWNER_ID, Setup, TestDaemon};

const SESSIONS: u64 = 50;
const ALERTS_PER_SESSION: i64 = 20;

fn subject(session: u64) -> Subject {
    Subject {
        session_id: SessionId::from_parts(session + 1, &[7; 10]),
        agent_id: AgentId::from_parts(session + 1, &[8; 10]),
        agent_name: format!("agent {session}"),
    }
}

/// One of many alerts about a session that does not edit the one before: each is told.
fn expired(session: u64, number: i64) -> Event {
    Event::SessionExpired {
        subject: subject(session),
        at: 1_770_546_385 - number * 60,
        last_used_at: None,
    }
}

fn reused(session: u64) -> Event {
    Event::SessionTokenReused {
        subject: subject(session),
        generation: 1,
        from: "127.0.0.1".to_owned(),
        at: 1_770_546_385,
        session_ended: true,
    }
}

async fn enqueue(bench: &TestDaemon, events: impl IntoIterator<Item = Event>) {
    let core = bench.core();
    let now = core.clock.now_s();
    let tx = core.db.begin_write().await.unwrap();
    for event in events {
        outbox::enqueue(core, &*tx, &event, now).await.unwrap();
    }
    tx.commit().await.unwrap();
    core.ring();
}

/// Lets the daemon's time pass until nothing waits any more.
async fn weather(bench: &TestDaemon) {
    bench
        .until("everything sent", async || {
            bench.clock.advance_s(1);
            bench.core().ring();
            let waiting = "SELECT (SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL \
                AND dead_at IS NULL) + (SELECT count(*) FROM notification_outbox \
                WHERE done_at IS NULL AND dead_at IS NULL)";
            bench.count(waiting).await == 0
        })
        .await;
}

fn told(bench: &TestDaemon) -> Vec<MessageView> {
    let alert = |one: &&MessageView| {
        one.text.contains("has expired") || one.text.contains("An old token of")
    };
    let chat = bench.owner.chat();
    chat.from_bot().filter(alert).cloned().collect()
}

#[tokio::test]
async fn a_thousand_alerts_with_429s_arrive_once_each_in_order_and_critical_ones_first() {
    let bench = TestDaemon::new().await;
    let faults = bench.sandbox.faults();
    let wait = |retry_after_s| Fault::TooManyRequests { retry_after_s };
    // The clock stands still: until it is moved, nothing goes out after the first refusal.
    faults.next("sendMessage", 1, wait(60));
    let storm = (0..ALERTS_PER_SESSION)
        .flat_map(|number| (0..SESSIONS).map(move |session| expired(session, number)));
    enqueue(&bench, storm).await;
    let queued = async |count| {
        let rows = "SELECT count(*) FROM telegram_outbox WHERE event_id IS NOT NULL \
            AND sent_at IS NULL";
        bench
            .until("all of them in the chat's queue", async || {
                bench.count(rows).await == count
            })
            .await;
    };
    queued(1_000).await;
    // Meanwhile a critical alert about one of them, and a person with a question.
    enqueue(&bench, [reused(7)]).await;
    queued(1_001).await;
    bench.owner.send_text("/killswitch").unwrap();
    bench
        .until("the question is handled", async || {
            let open = "SELECT count(*) FROM telegram_updates WHERE handled_at IS NULL";
            bench.sandbox.pending_updates() == 0 && bench.count(open).await == 0
        })
        .await;
    assert_eq!(told(&bench).len(), 0, "Telegram has asked to wait");
    for _ in 0..8 {
        faults.next("sendMessage", 1, wait(3));
    }
    weather(&bench).await;

    let messages = told(&bench);
    assert_eq!(messages.len(), 1_001);
    let of = |session: u64| {
        let name = format!("agent {session} ");
        let of = move |one: &&MessageView| one.text.contains(&name);
        messages.iter().filter(of).collect::<Vec<_>>()
    };
    for session in 0..SESSIONS {
        let mine = of(session);
        let expired = mine.iter().filter(|one| one.text.contains("has expired"));
        let times: Vec<_> = expired.map(|one| one.text.clone()).collect();
        assert_eq!(times.len(), 20, "session {session}");
        let mut in_order = times.clone();
        // Each is a minute before the one that was told before it.
        in_order.sort_by(|a, b| b.cmp(a));
        in_order.dedup();
        assert_eq!(times, in_order, "session {session}");
    }
    let critical = of(7).last().unwrap().id;
    let overtaken = messages.iter().filter(|one| one.id > critical).count();
    assert_eq!(overtaken, 980, "all but those of its own session");
    let chat = bench.owner.chat();
    let question = |one: &&MessageView| one.text.contains("kill switch");
    let answer = chat.from_bot().find(question).unwrap();
    let before = messages.iter().filter(|one| one.id < answer.id).count();
    assert!(before <= 21 + 5, "answered after {before} alerts");
    let calls = bench.sandbox.calls_of("sendMessage");
    let refused = calls.iter().filter(|call| !call.is_ok()).count();
    assert_eq!(
        refused, 9,
        "asked to wait nine times, and tried in between never"
    );
}

#[tokio::test]
async fn an_hour_without_telegram_loses_nothing_and_is_caught_up_in_order() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench.quiet().await;
    bench.skip();
    bench.sandbox.faults().go_away();
    bench.owner.send_text("/sessions").unwrap();
    for minute in 0..60 {
        enqueue(
            &bench,
            [expired(minute % 3, i64::try_from(minute).unwrap())],
        )
        .await;
        bench.advance(60).await;
    }
    assert!(bench.unseen().is_empty());
    bench.sandbox.faults().come_back();
    bench.quiet().await;
    weather(&bench).await;
    let messages = told(&bench);
    assert_eq!(messages.len(), 60);
    let answered = bench
        .unseen()
        .iter()
        .any(|one| one.text.contains("No live sessions"));
    assert!(answered, "{}", bench.owner.chat().transcript());
    for session in 0..3 {
        let name = format!("agent {session} ");
        let mine = messages.iter().filter(|one| one.text.contains(&name));
        let ids: Vec<_> = mine.map(|one| one.text.clone()).collect();
        let mut in_order = ids.clone();
        in_order.sort_by(|a, b| b.cmp(a));
        assert_eq!(ids, in_order, "session {session}");
    }
}

#[tokio::test]
async fn a_weekend_without_telegram_loses_no_alert() {
    let bench = TestDaemon::new().await;
    bench.quiet().await;
    bench.skip();
    bench.sandbox.faults().go_away();
    enqueue(&bench, (0..3).map(|number| expired(number, 0))).await;
    for _ in 0..200 {
        bench.clock.advance_s(1_200);
        bench.core().ring();
        let put_off = format!(
            "SELECT count(*) FROM telegram_outbox WHERE next_attempt_at > {} AND id = \
             (SELECT min(id) FROM telegram_outbox WHERE sent_at IS NULL AND dead_at IS NULL)",
            bench.core().clock.now_s()
        );
        bench
            .until("another try", async || bench.count(&put_off).await == 1)
            .await;
    }
    bench.sandbox.faults().come_back();
    weather(&bench).await;
    assert_eq!(told(&bench).len(), 3);
    assert!(bench.audit("NOTIFICATION_DEAD_LETTERED").await.is_empty());
}

#[tokio::test]
async fn an_owner_who_has_never_written_hears_everything_as_soon_as_they_do() {
    let settings = vec![("telegram.owner_chat_id", OWNER_ID.to_string())];
    let bench = TestDaemon::with(Setup {
        paired: false,
        settings,
        ..Setup::default()
    });
    let bench = bench.await.with_agent("trader").await;
    bench.issue("trader").await;
    bench.issue("trader").await;
    bench
        .until("Telegram has refused", async || {
            let shut =
                "SELECT count(*) FROM telegram_outbox WHERE last_error LIKE 'the chat is shut%'";
            bench.count(shut).await > 0
        })
        .await;
    bench.owner.send_text("/start").unwrap();
    bench.quiet().await;
    let texts: Vec<_> = bench.unseen().iter().map(|one| one.text.clone()).collect();
    let created = texts
        .iter()
        .filter(|text| text.contains("has a new session"));
    assert_eq!(created.count(), 2, "{texts:#?}");
    assert!(texts.iter().any(|text| text.contains("Hello Olga")));
    let menus = bench.sandbox.calls_of("setMyCommands");
    let theirs = menus
        .iter()
        .filter(|call| call.is_ok() && json!(call.params).to_string().contains("newsession"));
    assert!(theirs.count() > 0, "the owner's menu");
}

#[tokio::test]
async fn a_question_is_answered_in_a_storm_of_critical_alerts_too() {
    let bench = TestDaemon::new().await;
    let wait = Fault::TooManyRequests { retry_after_s: 60 };
    bench.sandbox.faults().next("sendMessage", 1, wait);
    enqueue(&bench, (0..SESSIONS).map(reused)).await;
    bench.owner.send_text("/killswitch").unwrap();
    bench
        .until("everything stands in the chat's queue", async || {
            let rows = "SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL";
            bench.count(rows).await == 51
        })
        .await;
    weather(&bench).await;
    let chat = bench.owner.chat();
    let question = |one: &&MessageView| one.text.contains("kill switch");
    let answer = chat.from_bot().find(question).unwrap();
    let before = told(&bench).iter().filter(|one| one.id < answer.id).count();
    assert!(before <= 6, "answered after {before} alerts");
    assert_eq!(told(&bench).len(), 50);
}

#[tokio::test]
async fn a_clock_that_is_set_back_mutes_no_chat() {
    let bench = TestDaemon::new().await;
    bench.quiet().await;
    let wait = Fault::TooManyRequests { retry_after_s: 60 };
    bench.sandbox.faults().next("sendMessage", 1, wait);
    enqueue(&bench, [expired(1, 0), expired(2, 0)]).await;
    bench
        .until(
            "both wait, one because Telegram has asked for it",
            async || {
                let rows = "SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL";
                let refused = "SELECT count(*) FROM telegram_outbox WHERE attempts = 1";
                bench.count(rows).await == 2 && bench.count(refused).await == 1
            },
        )
        .await;
    bench
        .tamper("UPDATE telegram_outbox SET next_attempt_at = next_attempt_at + 31536000")
        .await;
    bench.core().ring();
    bench.quiet().await;
    assert_eq!(told(&bench).len(), 2);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_buried_and_stands_in_nobody_s_way() {
    let bench = TestDaemon::new().await;
    bench.quiet().await;
    bench
        .tamper(
            "INSERT INTO telegram_outbox (chat_id, priority, method, payload, event_id, created_at,
                 next_attempt_at, attempts) VALUES (1001, 0, 'send', '{\"method\":\"dance\"}', 'e1', 0, 0, 0)",
        )
        .await;
    enqueue(&bench, [expired(1, 0)]).await;
    bench.quiet().await;
    assert_eq!(told(&bench).len(), 1);
    let buried = bench.audit("NOTIFICATION_DEAD_LETTERED").await;
    assert!(buried.len() == 1 && buried[0].contains("e1"), "{buried:?}");
}

#[tokio::test]
async fn while_the_database_takes_no_mark_a_message_is_not_sent_again_and_again() {
    let bench = TestDaemon::new().await;
    bench.quiet().await;
    bench
        .tamper(
            "CREATE TRIGGER full BEFORE UPDATE OF message_id ON telegram_outbox
             WHEN NEW.chat_id = 1001 BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
        )
        .await;
    enqueue(&bench, [expired(1, 0)]).await;
    bench
        .until("it arrives", async || told(&bench).len() == 1)
        .await;
    // Another chat is served meanwhile: the sender has come by some times.
    for _ in 0..3 {
        bench.core().ring();
        let sent = bench.stranger.send_text("/whoami").unwrap();
        let served = |chat: &waiaas_sandbox::ChatView| chat.from_bot().any(|one| one.id > sent);
        bench
            .stranger
            .wait_for(served, crate::harness::PATIENCE)
            .await
            .unwrap();
        bench.clock.advance_s(11);
    }
    bench.tamper("DROP TRIGGER full").await;
    bench.quiet().await;
    assert_eq!(told(&bench).len(), 1, "{}", bench.owner.chat().transcript());
}

#[tokio::test]
async fn what_waited_for_somebody_is_taken_back_when_they_are_removed() {
    let bench = TestDaemon::new().await;
    let kim = bench
        .sandbox
        .person(waiaas_sandbox::PersonSpec::new(2002, "Kim"));
    let code = bench.pairing_code().await;
    kim.send_text(&format!("/start {code}")).unwrap();
    bench.quiet().await;
    kim.block_bot();
    enqueue(&bench, [expired(1, 0), expired(2, 0)]).await;
    bench
        .until("they wait for Kim", async || {
            let rows =
                "SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL AND chat_id = 2002";
            bench.count(rows).await == 2
        })
        .await;
    let path = "/v1/operators/2002";
    bench
        .admin("DELETE", path, serde_json::Value::Null)
        .await
        .ok();
    kim.unblock_bot();
    kim.send_text("/whoami").unwrap();
    bench.advance(7_200).await;
    bench.quiet().await;
    let chat = kim.chat();
    let leaked = chat
        .from_bot()
        .filter(|one| one.text.contains("has expired"));
    assert_eq!(leaked.count(), 0, "{}", chat.transcript());
    assert!(
        chat.transcript().contains("not paired"),
        "{}",
        chat.transcript()
    );
}
