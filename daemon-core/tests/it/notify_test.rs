//! A test of a channel, asked for on the owner's machine: it goes the way of every alert, and
//! to that channel alone (PROTOCOL.md section 10).

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use waiaas_daemon_core::notify::channel::{ChannelError, Delivery};
use waiaas_daemon_core::notify::trouble::TroubleCode;
use waiaas_daemon_core::notify::worker::Worker;

use crate::harness::{Answer, Call, TestApp};
use crate::notify::{Bench, away, never};

const PATH: &str = "/v1/notifications/test";

impl Bench {
    /// Asks for a test; gives the ids of its events.
    async fn test(&self, channel: Option<&str>) -> Vec<String> {
        let body = channel.map_or(Value::Null, |channel| json!({ "channel": channel }));
        let answer = self.app.admin("POST", PATH, body).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let tests = answer.json()["notifications"].clone();
        let tests = tests.as_array().unwrap().iter();
        tests
            .map(|one| one["eventId"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What has become of a test on its one channel.
    async fn outcome(&self, id: &str) -> Value {
        let path = format!("/v1/notifications/{id}");
        let shown = self.app.admin("GET", &path, Value::Null).await.ok();
        let channels = shown["notification"]["channels"].clone();
        assert_eq!(channels.as_array().unwrap().len(), 1, "{channels}");
        channels[0].clone()
    }
}

fn asked_to_wait(seconds: i64) -> ChannelError {
    ChannelError::Later {
        reason: TroubleCode::AskedToWait.into(),
        retry_after_s: Some(seconds),
    }
}

#[tokio::test]
async fn it_goes_to_the_channel_that_was_named_and_to_no_other() {
    let bench = Bench::new().await;
    let ids = bench.test(Some("second")).await;
    let before = bench.outcome(&ids[0]).await;
    assert_eq!(before["status"], "waiting");
    assert_eq!(before["settled"], false);
    bench.work().await;
    bench.later(3_600).await;
    assert_eq!(bench.second.asked(), ["CHANNEL_TEST"]);
    assert!(bench.first.asked().is_empty(), "it is the first choice");
    assert_eq!(bench.ends(), ["done"]);
    let outcome = bench.outcome(&ids[0]).await;
    assert_eq!(outcome["channel"], "second");
    assert_eq!(outcome["delivered"], true);
    assert_eq!(outcome["settled"], true);
}

#[tokio::test]
async fn without_a_name_every_channel_gets_one_of_its_own_which_says_who_asked() {
    let bench = Bench::new().await;
    bench.first.always(away());
    let ids = bench.test(None).await;
    bench.work().await;
    assert_eq!(ids.len(), 2);
    assert_eq!(bench.second.asked(), ["CHANNEL_TEST"], "not the other's");
    assert_eq!(bench.outcome(&ids[0]).await["channel"], "first");
    assert_eq!(bench.outcome(&ids[0]).await["delivered"], false);
    assert_eq!(bench.outcome(&ids[1]).await["delivered"], true);
    let tests = bench.app.events_called("CHANNEL_TEST");
    let by = tests[0].payload["by"].as_str().unwrap();
    assert!(by.starts_with("machine:uid="), "{by}");
    assert_eq!(tests[0].level, "INFO");
}

#[tokio::test]
async fn one_that_fails_waits_for_its_own_channel_and_says_why_and_until_when() {
    let bench = Bench::new().await;
    bench.second.always(away());
    let ids = bench.test(Some("second")).await;
    bench.work().await;
    let outcome = bench.outcome(&ids[0]).await;
    assert_eq!(outcome["status"], "waiting");
    assert_eq!(outcome["problem"], "away");
    assert_eq!(outcome["attempts"], 1);
    assert_eq!(outcome["nextAttemptAt"], "2026-02-08T10:26:27Z");
    bench.later(600).await;
    bench.later(600).await;
    assert!(bench.first.asked().is_empty(), "no other takes over");
    assert_eq!(bench.ends(), ["open"]);
    bench.second.always(Ok(Delivery::Accepted));
    bench.later(600).await;
    assert_eq!(bench.ends(), ["done"]);
}

#[tokio::test]
async fn one_that_is_refused_for_good_is_given_up_with_its_reason() {
    let bench = Bench::new().await;
    bench.second.always(never());
    let ids = bench.test(Some("second")).await;
    bench.work().await;
    let outcome = bench.outcome(&ids[0]).await;
    assert_eq!(outcome["status"], "dead");
    assert_eq!(outcome["problem"], "refused");
    assert_eq!(outcome["settled"], true);
    assert_eq!(outcome["nextAttemptAt"], Value::Null);
    assert_eq!(bench.ends(), ["dead"]);
    assert!(bench.first.asked().is_empty());
    assert_eq!(bench.dead_letters().len(), 1);
}

#[tokio::test]
async fn a_channel_that_is_mended_takes_a_test_at_once_and_is_no_longer_left_alone() {
    let bench = Bench::new().await;
    bench.second.always(away());
    for session in 0..4 {
        bench.critical(session, "a").await;
        bench.work().await;
        bench.later(60).await;
    }
    let before = bench.second.asked().len();
    bench.critical(9, "b").await;
    bench.work().await;
    assert_eq!(bench.second.asked().len(), before, "it is left alone");
    let failed = bench.test(Some("second")).await;
    let outcome = bench.outcome(&failed[0]).await;
    assert_eq!(outcome["nextAttemptAt"], Value::Null, "nothing is ahead");
    bench.work().await;
    bench.work().await;
    assert_eq!(
        bench.second.asked().len(),
        before + 1,
        "tried once, not more"
    );
    let outcome = bench.outcome(&failed[0]).await;
    assert_eq!(outcome["problem"], "away");
    assert!(outcome["nextAttemptAt"].as_str() > Some("2026-02-08T10:31:00Z"));
    bench.later(3).await;
    assert_eq!(bench.second.asked().len(), before + 1, "then as the others");

    bench.second.always(Ok(Delivery::Accepted));
    let tested = bench.test(Some("second")).await;
    bench.work().await;
    assert_eq!(bench.outcome(&tested[0]).await["delivered"], true);
    let asked = bench.second.asked();
    let rest = asked.contains(&"b".to_owned());
    assert!(rest, "and the rest follows: {asked:?}");
    let core = &bench.app.core;
    assert_eq!(core.health.hold("second", core.clock.now_s()), None);
}

#[tokio::test]
async fn many_that_wait_for_one_channel_stand_in_no_other_s_way() {
    let bench = Bench::new().await;
    bench.second.always(away());
    // More than a lane looks at in one pass.
    for _ in 0..70 {
        bench.test(Some("second")).await;
    }
    bench.info(1, "a").await;
    bench.work().await;
    assert_eq!(bench.first.asked(), ["a"]);
}

#[tokio::test]
async fn a_pause_that_the_other_side_asked_for_holds_for_a_test_too() {
    let bench = Bench::new().await;
    bench.second.next(Err(asked_to_wait(90)));
    bench.critical(1, "a").await;
    bench.work().await;
    let ids = bench.test(Some("second")).await;
    bench.later(89).await;
    assert_eq!(bench.second.asked(), ["a"]);
    let outcome = bench.outcome(&ids[0]).await;
    assert_eq!(outcome["problem"], "the server asks to wait");
    assert_eq!(outcome["nextAttemptAt"], "2026-02-08T10:27:55Z");
    assert_eq!(outcome["attempts"], 0);
    bench.later(1).await;
    assert_eq!(bench.outcome(&ids[0]).await["delivered"], true);
}

#[tokio::test]
async fn one_in_whose_queue_it_stands_while_it_is_not_ready_is_asked_all_the_same() {
    let bench = Bench::new().await;
    bench.second.ready.store(false, Ordering::SeqCst);
    bench.test(Some("second")).await;
    bench.work().await;
    assert_eq!(bench.second.asked(), ["CHANNEL_TEST"]);
    assert!(bench.first.asked().is_empty());
}

#[tokio::test]
async fn one_whose_channel_is_taken_away_ends_and_goes_nowhere_else() {
    let bench = Bench::new().await;
    bench.second.always(away());
    let ids = bench.test(Some("second")).await;
    bench.work().await;
    let only = Worker::new(bench.app.core.clone(), vec![bench.first.clone() as _]);
    while only.pass().await.unwrap() {}
    assert_eq!(bench.ends(), ["done"]);
    assert!(bench.first.asked().is_empty());
    let outcome = bench.outcome(&ids[0]).await;
    assert_eq!(outcome["status"], "passed_over");
    assert_eq!(outcome["settled"], true);
    assert_eq!(outcome["delivered"], false);
}

fn refusal(answer: &Answer) -> (String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (text("message"), text("hint"))
}

#[tokio::test]
async fn a_channel_that_is_not_there_is_refused_by_the_names_that_are_and_the_setting_to_add() {
    let bench = Bench::new().await;
    let test = async |channel: &str, language: &str| {
        let call = Call::new("POST", PATH).json(&json!({ "channel": channel }));
        let call = call.header("accept-language", language);
        bench.app.admin_call(call).await
    };
    let answer = test("diskord", "en").await;
    answer.refused("CHANNEL_NOT_FOUND");
    assert_eq!(answer.status, 404);
    let (message, hint) = refusal(&answer);
    assert_eq!(message, "There is no channel \"diskord\".");
    assert_eq!(hint, "Did you mean \"discord\"? Configured: first, second.");
    let answer = test("ntfy", "en").await;
    answer.refused("CHANNEL_NOT_CONFIGURED");
    let (message, hint) = refusal(&answer);
    assert_eq!(message, "The channel ntfy is not configured.");
    assert_eq!(
        hint,
        "Set notify.ntfy_url and start the daemon anew. Configured: first, second."
    );
    let (message, hint) = refusal(&test("ntfy", "ko").await);
    assert_eq!(message, "ntfy 채널이 설정되어 있지 않습니다.");
    assert!(hint.contains("notify.ntfy_url"), "{hint}");
    assert!(bench.app.events().is_empty(), "nothing was asked for");
}

#[tokio::test]
async fn without_any_channel_there_is_nothing_to_test() {
    let app = TestApp::new().await;
    let answer = app.admin("POST", PATH, Value::Null).await;
    answer.refused("CHANNEL_NOT_CONFIGURED");
    let (message, hint) = refusal(&answer);
    assert_eq!(message, "No channel of alerts is configured.");
    assert_eq!(
        hint,
        "Set one of telegram.bot_token_file, notify.discord_webhook_url_file, notify.ntfy_url \
         and start the daemon anew."
    );
}

#[tokio::test]
async fn a_body_that_says_something_else_is_refused() {
    let bench = Bench::new().await;
    let body = json!({ "chanel": "second" });
    let answer = bench.app.admin("POST", PATH, body).await;
    answer.refused("REQUEST_INVALID");
    assert!(bench.app.events().is_empty());
}
