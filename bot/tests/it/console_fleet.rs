//! Two daemons on one database: one speaks for both, and the other takes over when it dies.

use serde_json::Value;

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
    bench.clock.advance_s(29);
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
    bench.clock.advance_s(31);
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
