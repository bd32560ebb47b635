//! Two daemons on one database: one speaks for both, and the other takes over when it dies.

use serde_json::{Value, json};
use waiaas_daemon_core::notify::event::Event;
use waiaas_daemon_core::notify::outbox;
use waiaas_daemon_core::notify::worker::WAITING_MAX_S;

use crate::harness::{Neighbour, PATIENCE, Receiver, Setup, TestDaemon};

async fn stands_by(bench: &TestDaemon, neighbour: &Neighbour) {
    bench
        .until("the second one stands by", async || {
            neighbour.telegram() == "standby"
        })
        .await;
}

async fn speaks(bench: &TestDaemon, neighbour: &Neighbour) {
    bench
        .until("the second one speaks", async || {
            neighbour.telegram() == "ok"
        })
        .await;
}

/// What the owner writes is answered once, whoever answers.
async fn answered_once(bench: &TestDaemon) {
    let sent = bench.owner.send_text("/whoami").unwrap();
    let answers =
        |chat: &waiaas_sandbox::ChatView| chat.from_bot().filter(|one| one.id > sent).count();
    let came = bench
        .owner
        .wait_for(|chat| answers(chat) > 0, PATIENCE)
        .await;
    came.unwrap_or_else(|late| panic!("{late}"));
    assert_eq!(answers(&bench.owner.chat()), 1);
}

#[tokio::test]
async fn one_of_two_polls_handles_and_tells_and_the_other_is_healthy() {
    let discord = Receiver::start().await;
    let webhook = format!("http://{}/api/webhooks/17/secret", discord.address);
    let settings = vec![
        ("notify.discord_webhook_url", webhook),
        ("notify.order", "discord".to_owned()),
    ];
    let bench = TestDaemon::with(Setup {
        settings,
        ..Setup::default()
    });
    let bench = bench.await.with_agent("trader").await;
    bench.quiet().await;
    discord.forget();
    let neighbour = bench.neighbour().await;
    stands_by(&bench, &neighbour).await;
    for _ in 0..3 {
        answered_once(&bench).await;
    }
    for _ in 0..3 {
        bench.issue("trader").await;
        neighbour.daemon().core.ring();
    }
    bench.quiet().await;
    assert_eq!(discord.received().len(), 3, "each alert once");
    let conflicts = bench.sandbox.calls_of("getUpdates");
    assert!(
        conflicts.iter().all(|call| call.is_ok()),
        "nobody else polls"
    );
    let url = format!("http://{}/health", neighbour.daemon().agents_addr);
    let health: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(health["status"], "ok", "{health}");
    assert_eq!(health["telegram"], "standby", "{health}");
}

#[tokio::test]
async fn when_the_one_dies_the_other_takes_over_and_nothing_is_lost_or_said_twice() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    let neighbour = bench.neighbour().await;
    stands_by(&bench, &neighbour).await;
    let alerts_before = bench.owner.chat().from_bot().count();
    bench.kill().await;
    bench.owner.send_text("/whoami").unwrap();
    bench.clock.advance_s(44);
    assert_eq!(neighbour.telegram(), "standby", "its lease has not ended");
    bench.clock.advance_s(2);
    speaks(&bench, &neighbour).await;
    let answered = |chat: &waiaas_sandbox::ChatView| chat.from_bot().count() > alerts_before;
    bench.owner.wait_for(answered, PATIENCE).await.unwrap();
    // The first comes back and stands by.
    bench.start().await;
    bench
        .until("the first stands by", async || {
            bench.core().health.state("telegram").as_str() == "standby"
        })
        .await;
    answered_once(&bench).await;
    assert_eq!(bench.owner.chat().from_bot().count(), alerts_before + 2);
    // And takes over in its turn.
    neighbour.kill().await;
    bench.clock.advance_s(46);
    answered_once(&bench).await;
}

#[tokio::test]
async fn a_daemon_that_is_stopped_hands_over_at_once() {
    let mut bench = TestDaemon::new().await;
    let neighbour = bench.neighbour().await;
    stands_by(&bench, &neighbour).await;
    bench.stop().await;
    speaks(&bench, &neighbour).await;
    answered_once(&bench).await;
}

#[tokio::test]
async fn a_lease_from_a_clock_that_ran_far_ahead_is_not_waited_for() {
    let mut bench = TestDaemon::new().await;
    bench.stop().await;
    bench
        .tamper("UPDATE leases SET holder = 'somebody', expires_at = expires_at + 1 + 1770546385 + 7200")
        .await;
    bench.start().await;
    answered_once(&bench).await;
}

#[tokio::test]
async fn an_alert_that_waits_is_told_by_the_other_one_when_the_first_dies() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    bench.quiet().await;
    bench.skip();
    let neighbour = bench.neighbour().await;
    stands_by(&bench, &neighbour).await;
    bench.sandbox.faults().go_away();
    let session = bench.issue("trader").await;
    let path = format!("/v1/sessions/{}/revoke", session.id);
    bench.admin("POST", &path, Value::Null).await.ok();
    bench.kill().await;
    bench.sandbox.faults().come_back();
    bench.clock.advance_s(46);
    speaks(&bench, &neighbour).await;
    neighbour.daemon().core.ring();
    let told = |chat: &waiaas_sandbox::ChatView, part: &str| {
        chat.from_bot()
            .filter(|one| one.text.contains(part))
            .count()
    };
    let both = |chat: &waiaas_sandbox::ChatView| {
        told(chat, "has a new session") == 1 && told(chat, "was revoked") == 1
    };
    bench.owner.wait_for(both, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_copied_data_directory_does_not_speak_besides_the_original() {
    let bench = TestDaemon::new().await;
    let copy = bench.copied_neighbour().await;
    // One of the two has the lease, whichever, and keeps it.
    let speaking = || {
        let own = bench.core().health.state("telegram").as_str();
        [own, copy.telegram()]
    };
    bench
        .until("one of them stands by", async || {
            bench.clock.advance_s(1);
            speaking()
                .iter()
                .filter(|state| **state == "standby")
                .count()
                == 1
        })
        .await;
    for _ in 0..3 {
        answered_once(&bench).await;
        bench.clock.advance_s(20);
    }
    let polls = bench.sandbox.calls_of("getUpdates");
    let conflicts = polls.iter().filter(|call| !call.is_ok()).count();
    assert!(conflicts <= 1, "{conflicts} conflicts");
}

#[tokio::test]
async fn a_hand_over_is_finished_by_the_daemon_that_began_it() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let handed = bench.hand_over("trader", json!({})).await;
    let id = handed["session"]["id"].as_str().unwrap().to_owned();
    bench
        .tamper(&format!(
            "UPDATE sessions SET delivered_at = NULL WHERE id = '{id}'"
        ))
        .await;
    let before = std::fs::metadata(bench.token_file())
        .unwrap()
        .modified()
        .unwrap();
    let neighbour = bench.neighbour().await;
    stands_by(&bench, &neighbour).await;
    assert!(
        neighbour.token_files().is_empty(),
        "{:?}",
        neighbour.token_files()
    );
    let undelivered = "SELECT count(*) FROM sessions WHERE delivered_at IS NULL";
    assert_eq!(bench.count(undelivered).await, 1, "left to the first");
    let after = std::fs::metadata(bench.token_file())
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_daemon_without_channels_ends_no_event_that_another_may_tell() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    bench.quiet().await;
    bench.skip();
    let quiet_one = bench.neighbour_without_telegram().await;
    bench.stop().await;
    let core = &quiet_one.daemon().core;
    let event = Event::KillSwitchActivated {
        by: "daemon".to_owned(),
        revoked_sessions: 0,
        at: core.clock.now_s(),
    };
    // One that nobody has told in two days ends; when it has, the outbox was looked at.
    let now = core.clock.now_s();
    let tx = core.db.begin_write().await.unwrap();
    for at in [now, now - WAITING_MAX_S - 1] {
        outbox::enqueue(core, &*tx, &event, at).await.unwrap();
    }
    tx.commit().await.unwrap();
    core.ring();
    let open = async || outbox::depth(core.db.read()).await.unwrap().0;
    bench
        .until("the old one ends", async || open().await < 2)
        .await;
    assert_eq!(open().await, 1, "the new one waits for whoever may tell it");
    bench.start().await;
    let told = bench.next().await;
    assert!(told.text.contains("Kill switch on"), "{}", told.text);
}
