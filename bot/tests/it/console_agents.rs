//! `/agents`: who may act, and the suspension from the phone with its Undo.

use serde_json::{Value, json};
use waiaas_daemon_core::actor::Actor;
use waiaas_daemon_core::agent::status::undo_suspend_in;

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon, shown};

const SUSPENDED: &str = "SELECT status FROM agents WHERE name = 'trader'";

#[tokio::test]
async fn an_agent_is_opened_suspended_undone_suspended_again_and_resumed() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language).await;
        let mut story = Story::default();
        story.message("/agents, none", &bench.say("/agents").await);
        bench.add_agent("trader").await;
        bench.add_agent_with("poor", &[]).await;
        let limits = json!({ "maxAmountPerTx": "1000", "maxRenewals": 3, "expiresIn": 3_600 });
        let path = "/v1/agents/trader/defaults";
        bench.admin("PUT", path, limits).await.ok();
        let session = bench.issue("trader").await;
        bench.quiet().await;
        bench.skip();

        let list = bench.say("/agents").await;
        story.message("/agents", &list);
        let poor = bench.tap_at(&list, 0, 0).await;
        story.message("one without wallets", &poor);
        let list = bench.tap_at(&poor, 1, 0).await;
        let opened = bench.tap_at(&list, 1, 0).await;
        story.message("the other", &opened);
        let suspended = bench.tap_at(&opened, 0, 0).await;
        story.message("Suspend", &suspended);
        let refused = bench.whoami(&session.token).await;
        assert_eq!((refused.status, refused.code()), (409, "AGENT_SUSPENDED"));

        bench.advance(299).await;
        let undone = bench.tap_at(&suspended, 0, 0).await;
        story.message("Undo", &undone);
        bench.whoami(&session.token).await.ok();
        story.message("the alert", &bench.next().await);

        let list = bench.say("/agents").await;
        let opened = bench.tap_at(&list, 1, 0).await;
        bench.tap_at(&opened, 0, 0).await;
        let list = bench.say("/agents").await;
        story.message("/agents, one suspended", &list);
        let opened = bench.tap_at(&list, 1, 0).await;
        story.message("the suspended one", &opened);
        let resumed = bench.tap_at(&opened, 0, 0).await;
        story.message("Resume", &resumed);
        bench.whoami(&session.token).await.ok();
        assert_eq!(bench.audit("AGENT_SUSPENDED").await.len(), 2);
        assert_eq!(bench.audit("AGENT_RESUMED").await.len(), 2);
        story.assert(&bench, "agents");
    }
}

#[tokio::test]
async fn undo_works_for_five_minutes_and_once() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let list = bench.say("/agents").await;
    let opened = bench.tap_at(&list, 0, 0).await;
    let suspended = bench.tap(&opened, "Suspend").await;
    let undo = suspended.keyboard[0][0].callback_data.clone().unwrap();
    bench.clock.advance_s(300);
    let tap = bench.owner.forge_tap(OWNER_ID, suspended.id, &undo);
    let answer = bench.owner.wait_for_answer(&tap.unwrap(), PATIENCE).await;
    let late = "This button has expired.";
    assert_eq!(answer.unwrap().text.as_deref(), Some(late));
    bench.quiet().await;
    let now = bench.owner.chat().message(suspended.id).unwrap().clone();
    assert!(now.keyboard.is_empty(), "its keyboard is gone");
    assert_eq!(now.text, suspended.text);
    assert_eq!(bench.sql(SUSPENDED).await, [["SUSPENDED"]]);

    let opened = bench.tap_at(&bench.say("/agents").await, 0, 0).await;
    bench.tap(&opened, "Resume").await;
    bench.next().await;
    let opened = bench.tap_at(&bench.say("/agents").await, 0, 0).await;
    let suspended = bench.tap(&opened, "Suspend").await;
    let undo = suspended.keyboard[0][0].callback_data.clone().unwrap();
    bench.tap(&suspended, "Undo").await;
    bench.next().await;
    let path = "/v1/agents/trader/suspend";
    bench.admin("POST", path, Value::Null).await.ok();
    let tap = bench.owner.forge_tap(OWNER_ID, suspended.id, &undo);
    let answer = bench.owner.wait_for_answer(&tap.unwrap(), PATIENCE).await;
    let twice = "This has been decided already.";
    assert_eq!(answer.unwrap().text.as_deref(), Some(twice));
    assert_eq!(bench.sql(SUSPENDED).await, [["SUSPENDED"]]);
}

#[tokio::test]
async fn undo_is_judged_again_by_the_service() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let opened = bench.tap_at(&bench.say("/agents").await, 0, 0).await;
    bench.tap(&opened, "Suspend").await;
    let newest = "SELECT seq, at, agent_id FROM audit_log ORDER BY seq DESC LIMIT 1";
    let row = bench.sql(newest).await.remove(0);
    let (seq, at): (i64, i64) = (row[0].parse().unwrap(), row[1].parse().unwrap());
    let agent = row[2].parse().unwrap();
    let core = bench.core();
    for (seq, now, undone) in [
        (seq, at + 300, false),
        (seq - 1, at, false),
        (seq, at + 299, true),
        (seq, at + 299, false),
    ] {
        let mut tx = core.db.begin_write().await.unwrap();
        let change = undo_suspend_in(core, &mut tx, &Actor::Daemon, agent, seq, now).await;
        tx.commit().await.unwrap();
        assert_eq!(change.unwrap().is_some(), undone, "{seq} at {now}");
    }
    assert_eq!(bench.sql(SUSPENDED).await, [["ACTIVE"]]);
}

#[tokio::test]
async fn undo_leaves_a_later_suspension_alone() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let list = bench.say("/agents").await;
    let opened = bench.tap_at(&list, 0, 0).await;
    let suspended = bench.tap(&opened, "Suspend").await;
    for what in ["resume", "suspend"] {
        let path = format!("/v1/agents/trader/{what}");
        bench.admin("POST", &path, Value::Null).await.ok();
    }
    let now = bench.tap(&suspended, "Undo").await;
    assert!(now.text.contains("State: suspended"), "{}", now.text);
    assert_eq!(bench.sql(SUSPENDED).await, [["SUSPENDED"]]);
    assert_eq!(bench.audit("AGENT_RESUMED").await.len(), 1, "the machine's");
}

#[tokio::test]
async fn what_the_machine_did_first_is_shown_and_not_done_again() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let list = bench.say("/agents").await;
    let stale = bench.tap_at(&list, 0, 0).await;
    let path = "/v1/agents/trader/suspend";
    bench.admin("POST", path, Value::Null).await.ok();
    let now = bench.tap(&stale, "Suspend").await;
    assert!(now.text.contains("State: suspended"), "{}", now.text);
    assert!(now.button("Undo").is_none(), "nothing to undo");
    assert_eq!(bench.audit("AGENT_SUSPENDED").await.len(), 1);

    let path = "/v1/agents/trader";
    bench.admin("DELETE", path, Value::Null).await.ok();
    let now = bench.tap(&now, "Resume").await;
    assert!(now.text.contains("removed for good"), "{}", now.text);
    assert!(bench.audit("AGENT_RESUMED").await.is_empty());
    let back = bench.tap(&now, "Back").await;
    assert!(back.text.contains("There is no agent yet"), "{}", back.text);
}

#[tokio::test]
async fn two_hundred_agents_are_paged_and_pages_survive_removals() {
    let bench = TestDaemon::new().await;
    bench.add_wallet("shared").await;
    for number in 1..=200 {
        let name = format!("agent-{number:03} <b>&");
        bench.add_agent_with(&name, &["shared"]).await;
    }
    let mut story = Story::default();
    let mut page = bench.say("/agents").await;
    story.message("/agents", &page);
    for _ in 1..25 {
        page = bench.tap(&page, "›").await;
    }
    story.message("the last page", &page);
    assert!(page.button("›").is_none());
    for number in 193..=200 {
        let path = format!("/v1/agents/agent-{number:03}%20%3Cb%3E%26");
        bench.admin("DELETE", &path, Value::Null).await.ok();
    }
    let removed = bench.tap_at(&page, 7, 0).await;
    assert!(
        removed.text.contains("removed for good"),
        "{}",
        removed.text
    );
    let back = bench.tap(&removed, "Back").await;
    assert!(
        back.text.contains("192 agents (page 24 of 24)"),
        "{}",
        back.text
    );
    let before = bench.tap(&back, "‹").await;
    assert!(before.text.contains("page 23 of 24"), "{}", before.text);
    story.assert(&bench, "agents_paged");
}

#[tokio::test]
async fn suspend_is_for_the_one_it_was_made_for() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let list = bench.say("/agents").await;
    let opened = bench.tap_at(&list, 0, 0).await;
    let suspend = opened.keyboard[0][0].callback_data.clone().unwrap();
    for chat in [OWNER_ID, bench.stranger.id()] {
        let tap = bench.stranger.forge_tap(chat, opened.id, &suspend);
        let answer = bench
            .stranger
            .wait_for_answer(&tap.unwrap(), PATIENCE)
            .await;
        let not_yours = "This button is not for you.";
        assert_eq!(answer.unwrap().text.as_deref(), Some(not_yours));
    }
    bench.stranger.send_text("/agents").unwrap();
    bench.quiet().await;
    assert_eq!(bench.sql(SUSPENDED).await, [["ACTIVE"]]);
    let now = bench.owner.chat().message(opened.id).unwrap().clone();
    assert_eq!(shown(&now), shown(&opened));
    let told = bench.stranger.chat().transcript();
    assert!(!told.contains("trader"), "{told}");
}
