//! `/killswitch`: everything stops from the phone, and nothing starts again from it.

use serde_json::{Value, json};
use waiaas_sandbox::GroupSpec;

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon, shown};

#[tokio::test]
async fn it_says_what_will_stop_and_after_confirm_the_next_request_is_refused() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await
            .with_agent("payer")
            .await
            .with_agent("idle")
            .await;
        let path = "/v1/agents/idle/suspend";
        bench.admin("POST", path, Value::Null).await.ok();
        let session = bench.issue("trader").await;
        bench.issue("trader").await;
        bench.issue("payer").await;
        bench.quiet().await;
        bench.skip();
        let mut story = Story::default();
        let asked = bench.say("/killswitch").await;
        story.message("/killswitch", &asked);
        let cancelled = bench.tap_at(&asked, 0, 1).await;
        story.message("Cancel", &cancelled);
        bench.whoami(&session.token).await.ok();

        let asked = bench.say("/killswitch").await;
        bench.advance(120).await;
        let stopped = bench.tap_at(&asked, 0, 0).await;
        story.message("Confirm", &stopped);
        assert!(stopped.keyboard.is_empty());
        let refused = bench.whoami(&session.token).await;
        assert_eq!((refused.status, refused.code()), (503, "SYSTEM_LOCKED"));
        let renewal = format!("/v1/sessions/{}/renew", session.id);
        let refused = bench.agent("PUT", &renewal, Some(&session.token)).await;
        assert_eq!(refused.code(), "SYSTEM_LOCKED");
        story.message("the alert", &bench.next().await);
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());
        assert_eq!(bench.live_sessions().await.len(), 3, "no session is ended");

        bench.advance(7_200).await;
        let again = bench.say("/killswitch").await;
        story.message("/killswitch, two hours later", &again);
        assert!(again.keyboard.is_empty(), "the phone cannot lift it");
        let audit = bench.audit("KILL_SWITCH_ACTIVATED").await;
        assert_eq!(audit.len(), 1);
        story.assert(&bench, "kill_switch");
    }
}

#[tokio::test]
async fn a_kill_switch_that_the_machine_turned_on_first_keeps_its_first_time() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/killswitch").await;
    let on = json!({ "active": true });
    bench.admin("PUT", "/v1/kill-switch", on).await.ok();
    bench.next().await;
    bench.advance(600).await;
    let told = bench.tap_at(&asked, 0, 0).await;
    assert!(
        told.text.contains("by the machine, 2026-02-08 10:26"),
        "{}",
        told.text
    );
    bench.quiet().await;
    assert!(bench.unseen().is_empty(), "told once: {:?}", bench.unseen());
    assert_eq!(bench.audit("KILL_SWITCH_ACTIVATED").await.len(), 1);
}

#[tokio::test]
async fn confirm_is_refused_to_strangers_twice_late_and_forged() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let session = bench.issue("trader").await;
    bench.quiet().await;
    bench.skip();
    let asked = bench.say("/killswitch").await;
    let confirm = asked.keyboard[0][0].callback_data.clone().unwrap();
    let toast = async |query: String| {
        let answer = bench.owner.wait_for_answer(&query, PATIENCE).await.unwrap();
        answer.text
    };

    let tap = bench
        .stranger
        .forge_tap(OWNER_ID, asked.id, &confirm)
        .unwrap();
    let answer = bench.stranger.wait_for_answer(&tap, PATIENCE);
    let not_yours = Some("This button is not for you.".to_owned());
    assert_eq!(answer.await.unwrap().text, not_yours);
    let forged = format!("v1:{}", "0".repeat(32));
    let tap = bench.owner.forge_tap(OWNER_ID, asked.id, &forged).unwrap();
    assert_eq!(toast(tap).await, not_yours);
    bench.sandbox.group(GroupSpec {
        id: -200,
        title: "Friends".to_owned(),
        is_forum: false,
    });
    let tap = bench.owner.forge_tap(-200, asked.id, &confirm).unwrap();
    assert_eq!(toast(tap).await, not_yours);
    bench.quiet().await;
    let now = bench.owner.chat().message(asked.id).unwrap().clone();
    assert_eq!(shown(&now), shown(&asked), "nothing else changes");

    bench.clock.advance_s(3_600);
    let tap = bench.owner.forge_tap(OWNER_ID, asked.id, &confirm).unwrap();
    let expired = Some("This button has expired.".to_owned());
    assert_eq!(toast(tap).await, expired);
    bench.whoami(&session.token).await.ok();

    let asked = bench.say("/killswitch").await;
    let confirm = asked.keyboard[0][0].callback_data.clone().unwrap();
    bench.tap_at(&asked, 0, 0).await;
    let tap = bench.owner.forge_tap(OWNER_ID, asked.id, &confirm).unwrap();
    let decided = Some("This has been decided already.".to_owned());
    assert_eq!(toast(tap).await, decided);
    bench.quiet().await;
    assert_eq!(bench.audit("KILL_SWITCH_ACTIVATED").await.len(), 1);
}
