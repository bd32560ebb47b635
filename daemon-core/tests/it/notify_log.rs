//! The log of alerts on the owner's door: what was told, newest first, and what became of it
//! on each channel.

use serde_json::Value;
use waiaas_daemon_core::notify::channel::Delivery;
use waiaas_daemon_core::notify::worker::Worker;

use crate::notify::{Bench, away, never};

impl Bench {
    async fn page(&self, query: &str) -> Value {
        let path = format!("/v1/notifications?{query}");
        self.app.admin("GET", &path, Value::Null).await.ok()
    }

    /// `event channel=status …` of each event on a page.
    async fn listed(&self, query: &str) -> Vec<String> {
        let page = self.page(query).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let line = |one: &Value| {
            let channels = one["channels"].as_array().unwrap().iter();
            let channels =
                channels.map(|one| format!(" {}={}", text(&one["channel"]), text(&one["status"])));
            format!("{}{}", text(&one["event"]), channels.collect::<String>())
        };
        let events = page["notifications"].as_array().unwrap();
        events.iter().map(line).collect()
    }
}

#[tokio::test]
async fn each_channel_says_for_itself_what_became_of_an_event() {
    let bench = Bench::new().await;
    bench.first.next(away());
    bench.info(1, "a").await;
    bench.work().await;
    bench.later(60).await;
    bench.first.always(Ok(Delivery::SwitchedOff));
    bench.second.always(never());
    bench.critical(2, "b").await;
    bench.work().await;
    bench.first.always(Ok(Delivery::NoRecipient));
    bench.second.always(away());
    bench.critical(3, "c").await;
    bench.work().await;
    let all = [
        "SESSION_TOKEN_REUSED first=no_recipient second=waiting",
        "SESSION_TOKEN_REUSED first=switched_off second=dead",
        "SESSION_REVOKED first=passed_over second=accepted",
    ];
    assert_eq!(bench.listed("").await, all);
    let page = bench.page("").await;
    let waiting = &page["notifications"][0]["channels"][1];
    assert_eq!(waiting["problem"], "away");
    assert_eq!(waiting["nextAttemptAt"], "2026-02-08T10:27:27Z");
    assert_eq!(page["notifications"][0]["state"], "open");
    assert_eq!(page["notifications"][2]["channels"][0]["problem"], "away");
    assert_eq!(page["notifications"][2]["agentName"], "trader");
    for (status, found) in [
        ("waiting", &all[..1]),
        ("no_recipient", &all[..1]),
        ("switched_off", &all[1..2]),
        ("dead", &all[1..2]),
        ("passed_over", &all[2..]),
        ("accepted", &all[2..]),
    ] {
        assert_eq!(bench.listed(&format!("status={status}")).await, found);
    }
}

#[tokio::test]
async fn with_a_channel_the_state_is_that_channel_s_and_only_that_one_is_shown() {
    let bench = Bench::new().await;
    bench.second.always(never());
    bench.critical(1, "a").await;
    bench.work().await;
    bench.second.always(away());
    bench.critical(2, "b").await;
    bench.info(3, "c").await;
    bench.work().await;
    let second = [
        "SESSION_TOKEN_REUSED second=waiting",
        "SESSION_TOKEN_REUSED second=dead",
    ];
    assert_eq!(bench.listed("channel=second").await, second);
    let none: [&str; 0] = [];
    for (query, found) in [
        ("channel=second&status=dead", &second[1..]),
        ("channel=second&status=waiting", &second[..1]),
        ("channel=first&status=dead", &none[..]),
        ("channel=first&status=waiting", &none[..]),
        ("channel=ntfy", &none[..]),
    ] {
        assert_eq!(bench.listed(query).await, found, "{query}");
    }
    let first = [
        "SESSION_REVOKED first=accepted",
        "SESSION_TOKEN_REUSED first=accepted",
        "SESSION_TOKEN_REUSED first=accepted",
    ];
    assert_eq!(bench.listed("channel=first").await, first);
}

#[tokio::test]
async fn a_test_of_one_channel_is_no_other_s() {
    let bench = Bench::new().await;
    let body = serde_json::json!({ "channel": "second" });
    let asked = bench.app.admin("POST", "/v1/notifications/test", body);
    assert_eq!(asked.await.status, 202);
    let waiting = ["CHANNEL_TEST second=waiting"];
    assert_eq!(bench.listed("channel=second").await, waiting);
    assert_eq!(bench.listed("event=channel_test").await, waiting);
    assert!(bench.listed("channel=first").await.is_empty());
    assert!(bench.listed("event=POWER_ADDED").await.is_empty());
}

#[tokio::test]
async fn pages_are_newest_first_and_reach_every_event_once() {
    let bench = Bench::new().await;
    for number in 0..120 {
        bench.info(number, &number.to_string()).await;
    }
    bench.work().await;
    let (mut seen, mut path) = (Vec::new(), "limit=50".to_owned());
    let mut pages = 0;
    loop {
        let page = bench.page(&path).await;
        let events = page["notifications"].as_array().unwrap();
        seen.extend(events.iter().map(|one| one["seq"].as_i64().unwrap()));
        pages += 1;
        let Some(next) = page["next"].as_i64() else {
            break;
        };
        path = format!("limit=50&before={next}");
    }
    assert_eq!(pages, 3);
    assert_eq!(seen, (1..=120).rev().collect::<Vec<i64>>());
    assert_eq!(bench.listed("").await.len(), 50, "unless it is said");
    assert_eq!(bench.listed("limit=200").await.len(), 120);
    assert!(bench.listed("before=1").await.is_empty());
    assert_eq!(bench.listed("status=accepted&limit=5").await.len(), 5);
}

#[tokio::test]
async fn an_agent_is_found_by_its_name() {
    let mut bench = Bench::new().await;
    bench.app = bench
        .app
        .with_agent("trader")
        .await
        .with_agent("payer")
        .await;
    for agent in ["trader", "payer", "trader"] {
        bench.app.session(agent).await;
    }
    let of = async |query: &str| {
        let page = bench.page(query).await;
        let events = page["notifications"].as_array().unwrap().clone();
        let names = events
            .iter()
            .map(|one| one["agentName"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let created = "event=SESSION_CREATED&agent";
    assert_eq!(of(&format!("{created}=trader")).await, ["trader"; 2]);
    assert_eq!(of(&format!("{created}=payer")).await, ["payer"]);
    let near = bench
        .app
        .admin("GET", "/v1/notifications?agent=tradr", Value::Null);
    near.await.refused("AGENT_NOT_FOUND");
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_refused_by_the_nearest_that_there_is() {
    let bench = Bench::new().await;
    let issue = async |query: &str| {
        let path = format!("/v1/notifications?{query}");
        let answer = bench.app.admin("GET", &path, Value::Null).await;
        answer.refused("REQUEST_INVALID");
        let issue = answer.json()["details"]["issues"][0].clone();
        format!(
            "{}: {}",
            issue["path"].as_str().unwrap(),
            issue["message"].as_str().unwrap()
        )
    };
    for (query, said) in [
        (
            "event=SESION_REVOKED",
            "event: is not known; did you mean SESSION_REVOKED?",
        ),
        (
            "status=gone",
            "status: must be one of accepted, waiting, passed_over, switched_off, no_recipient, dead",
        ),
        ("limit=201", "limit: must be a whole number in 1..200"),
        ("limit=0", "limit: must be a whole number in 1..200"),
        (
            "chanel=x",
            "chanel: is not a known parameter; did you mean channel?",
        ),
    ] {
        assert_eq!(issue(query).await, said);
    }
    let all = issue("event=zzz").await;
    assert!(all.contains("must be one of SESSION_CREATED, "), "{all}");
    assert!(all.contains("CHANNEL_TEST"), "{all}");
    let channel = bench
        .app
        .admin("GET", "/v1/notifications?channel=discort", Value::Null);
    let channel = channel.await;
    channel.refused("CHANNEL_NOT_FOUND");
    assert_eq!(channel.json()["details"]["nearest"], "discord");
}

#[tokio::test]
async fn an_event_that_is_not_there_is_refused() {
    let bench = Bench::new().await;
    for id in ["0190a8f2-0000-7000-8000-000000000000", "nonsense"] {
        let path = format!("/v1/notifications/{id}");
        let answer = bench.app.admin("GET", &path, Value::Null).await;
        answer.refused("NOTIFICATION_NOT_FOUND");
    }
}

#[tokio::test]
async fn an_event_that_nobody_could_tell_is_shown_as_that() {
    let bench = Bench::new().await;
    let none = Worker::new(bench.app.core.clone(), Vec::new());
    bench.info(1, "a").await;
    none.pass().await.unwrap();
    bench.info(2, "b").await;
    let spoil = "UPDATE notification_outbox SET payload = '{}' WHERE done_at IS NULL";
    bench.app.sql().execute(spoil, []).unwrap();
    bench.work().await;
    let page = bench.page("").await;
    let (unreadable, untold) = (&page["notifications"][0], &page["notifications"][1]);
    assert_eq!(unreadable["state"], "dead");
    assert_eq!(unreadable["problem"], "this version cannot read it");
    assert_eq!(untold["state"], "done");
    assert_eq!(untold["channels"].as_array().unwrap().len(), 0);
    assert_eq!(bench.listed("status=dead").await.len(), 1);
}
