//! "For another machine": a claim code in the chat, what becomes of it, and its alarm.

use serde_json::{Value, json};
use waiaas_protocol::claim_code::ClaimCode;
use waiaas_sandbox::{Fault, MessageView};

use crate::harness::{PATIENCE, Setup, Story, TestDaemon, logs, shown};

/// The code that a message shows.
fn code_in(message: &MessageView) -> String {
    let mut words = message.text.split_whitespace();
    words
        .find(|word| ClaimCode::parse(word).is_ok())
        .unwrap_or_else(|| panic!("no code: {}", message.text))
        .to_owned()
}

/// The row of the button: the last, whatever other choices there are.
fn another_machine(asked: &MessageView) -> usize {
    asked.keyboard.len() - 1
}

async fn claim(bench: &TestDaemon, code: &str) -> (u16, Value) {
    let url = format!("http://{}/v1/sessions/claim", bench.agents_addr());
    let request = reqwest::Client::new().post(url);
    let answer = request.json(&json!({ "code": code })).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// `/newsession` and "For another machine"; the message with the code.
async fn issued(bench: &TestDaemon) -> MessageView {
    let asked = bench.say("/newsession").await;
    bench.tap_at(&asked, another_machine(&asked), 0).await;
    bench.settled(&asked).await
}

#[tokio::test]
async fn a_code_for_another_machine_is_shown_used_and_alarms_when_tried_again() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let asked = bench.say("/newsession").await;
        story.message("/newsession", &asked);
        bench.tap_at(&asked, another_machine(&asked), 0).await;
        let waiting = bench.settled(&asked).await;
        story.message("For another machine", &waiting);
        assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());
        assert!(!bench.token_file().exists(), "no file");
        assert!(!waiting.text.contains("wai_sess_"), "no token");

        bench.advance(120).await;
        let code = code_in(&waiting);
        let (status, body) = claim(&bench, &code).await;
        assert_eq!(status, 200, "{body}");
        let token = body["token"].as_str().unwrap();
        bench.whoami(token).await.ok();
        let used = bench.settled(&asked).await;
        story.message("claimed", &used);
        assert!(!used.text.contains(&code));
        assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());

        for _ in 0..2 {
            assert_eq!(claim(&bench, &code).await.0, 401);
        }
        let alarm = bench.next().await;
        story.message("CLAIM_REUSED", &alarm);
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "once per code");
        bench
            .press(&alarm, &alarm.keyboard[0][0].text.clone())
            .await;
        let ask = bench.next().await;
        story.message("Revoke", &ask);
        story.message("Yes, revoke", &bench.tap_at(&ask, 0, 0).await);
        assert_eq!(bench.whoami(token).await.code(), "SESSION_REVOKED");
        bench.quiet().await;
        assert_eq!(shown(&bench.settled(&asked).await), shown(&used));
        story.assert(&bench, "claim_used");
    }
}

#[tokio::test]
async fn a_code_that_nobody_uses_and_one_whose_session_is_revoked_say_so_in_place() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let waiting = issued(&bench).await;
        let code = code_in(&waiting);
        bench.advance(599).await;
        assert_eq!(shown(&bench.settled(&waiting).await), shown(&waiting));
        bench.advance(1).await;
        let late = bench.settled(&waiting).await;
        story.message("ten minutes later", &late);
        assert!(!late.text.contains(&code));
        assert!(bench.unseen().is_empty(), "edited, not repeated");
        assert!(bench.live_sessions().await.is_empty());
        assert_eq!(claim(&bench, &code).await.0, 401);

        let waiting = issued(&bench).await;
        let session = bench.live_sessions().await.remove(0);
        let path = format!("/v1/sessions/{session}/revoke");
        bench.admin("POST", &path, Value::Null).await.ok();
        story.message("revoked meanwhile", &bench.settled(&waiting).await);
        bench.skip();
        story.assert(&bench, "claim_unused");
    }
}

#[tokio::test]
async fn a_code_from_the_machine_is_told_by_alerts() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let body = json!({ "agentId": "trader", "claim": true });
        let created = bench.admin("POST", "/v1/sessions", body.clone()).await.ok();
        bench.next().await;
        let code = created["claimCode"].as_str().unwrap();
        assert_eq!(claim(&bench, code).await.0, 200);
        story.message("SESSION_CLAIMED", &bench.next().await);
        bench.admin("POST", "/v1/sessions", body).await.ok();
        bench.next().await;
        bench.advance(600).await;
        story.message("SESSION_REVOKED", &bench.next().await);
        story.assert(&bench, "claim_machine");
    }
}

#[tokio::test]
async fn one_question_makes_one_session_whatever_is_tapped() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let data = |row: usize| asked.keyboard[row][0].callback_data.clone().unwrap();
    bench.tap_at(&asked, another_machine(&asked), 0).await;
    for data in [data(0), data(another_machine(&asked))] {
        let id = bench.owner.id();
        let tap = bench.owner.forge_tap(id, asked.id, &data).unwrap();
        let toast = bench.owner.wait_for_answer(&tap, PATIENCE).await.unwrap();
        assert!(toast.text.is_some());
    }
    bench.quiet().await;
    assert_eq!(bench.live_sessions().await.len(), 1);
    // A stranger's tap on the same button does nothing at all.
    let asked = bench.say("/newsession").await;
    let data = asked.keyboard[another_machine(&asked)][0]
        .callback_data
        .clone()
        .unwrap();
    let tap = bench.stranger.forge_tap(bench.owner.id(), asked.id, &data);
    if let Ok(tap) = tap {
        let _ = bench.stranger.wait_for_answer(&tap, PATIENCE).await;
    }
    bench.quiet().await;
    assert_eq!(bench.live_sessions().await.len(), 1);
}

#[tokio::test]
async fn one_that_cannot_be_granted_is_refused_in_place() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let path = "/v1/agents/trader/suspend";
    bench.admin("POST", path, Value::Null).await.ok();
    let refused = bench.tap_at(&asked, another_machine(&asked), 0).await;
    assert!(refused.text.contains("suspended"), "{}", refused.text);
    assert!(refused.keyboard.is_empty());
    assert!(bench.live_sessions().await.is_empty());
}

#[tokio::test]
async fn the_code_is_in_the_message_and_nowhere_else_also_over_a_restart() {
    // A seed of its own: the log is everybody's, and equal seeds make equal codes.
    let setup = Setup {
        seed: 2_000,
        ..Setup::default()
    };
    let mut bench = TestDaemon::with(setup).await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    // The edit waits while Telegram fails, and the daemon dies meanwhile.
    let fails = Fault::Answer {
        code: 502,
        description: "Bad Gateway".to_owned(),
    };
    bench.sandbox.faults().next("editMessageText", 1_000, fails);
    let label = asked.keyboard[another_machine(&asked)][0].text.clone();
    bench.owner.tap(asked.id, &label).unwrap();
    bench
        .until("a try to edit", async || {
            bench
                .count(
                    "SELECT count(*) FROM telegram_outbox WHERE attempts > 0 AND sent_at IS NULL",
                )
                .await
                > 0
        })
        .await;
    bench.kill().await;
    bench.sandbox.faults().clear();
    bench.start().await;
    bench.clock.advance_s(400);
    bench.core().ring();
    let waiting = bench.changed(&asked).await;
    let code = code_in(&waiting);
    let plain = code.replace('-', "");
    for (place, value) in bench.every_value().await {
        let told = value.contains(&code) || value.contains(&plain);
        assert!(!told, "{place}: {value}");
    }
    assert_eq!(claim(&bench, &code).await.0, 200);
    bench.quiet().await;
    for (place, value) in bench.every_value().await {
        assert!(!value.contains(&code), "{place}: {value}");
    }
    let log = logs();
    assert_eq!(log.lines().find(|line| line.contains(&code)), None);
    bench.stop().await;
}
