//! `/audit [agent]`: what happened, in words.

use serde_json::{Value, json};

use crate::harness::{OWNER_ID, PATIENCE, Setup, Story, TestDaemon};

async fn speaking(language: &'static str, zone: &str) -> TestDaemon {
    TestDaemon::with(Setup {
        language,
        settings: vec![("telegram.time_zone", zone.to_owned())],
        ..Setup::default()
    })
    .await
}

/// A life with something of every kind that the phone and the machine can cause.
async fn live(bench: &TestDaemon) {
    let session = bench.issue("trader").await;
    bench.add_wallet("second").await;
    let wallets = format!("/v1/sessions/{}/wallets", session.id);
    let second = json!({ "wallet": "second" });
    bench.admin("POST", &wallets, second.clone()).await.ok();
    bench.advance(43_200).await;
    bench.renew(&session).await;
    let reject = format!("/v1/sessions/{}/revoke", session.id);
    bench.admin("POST", &reject, Value::Null).await.ok();
    for what in ["suspend", "resume"] {
        let path = format!("/v1/agents/trader/{what}");
        bench.admin("POST", &path, Value::Null).await.ok();
    }
    let defaults = json!({ "maxRenewals": 3 });
    let path = "/v1/agents/trader/defaults";
    bench.admin("PUT", path, defaults).await.ok();
    let path = "/v1/agents/trader/wallets";
    bench.admin("POST", path, second).await.ok();
    let path = "/v1/wallets/second";
    bench.admin("DELETE", path, Value::Null).await.ok();
    bench.admin("POST", "/v1/keys/rotate", json!({})).await.ok();
    bench.stranger.send_text("/sessions").unwrap();
    bench.quiet().await;
    for active in [true, false] {
        let body = json!({ "active": active });
        bench.admin("PUT", "/v1/kill-switch", body).await.ok();
    }
    bench.advance(7_200).await;
    bench.quiet().await;
    bench.skip();
}

#[tokio::test]
async fn what_happened_is_told_in_words_newest_first_for_all_and_for_one_agent() {
    for (language, zone) in [("en", "UTC"), ("ko", "Asia/Seoul")] {
        let bench = speaking(language, zone).await.with_agent("trader").await;
        let mut story = Story::default();
        live(&bench).await;
        let mut page = bench.say("/audit").await;
        story.message("/audit", &page);
        while page.button("›").is_some() {
            page = bench.tap(&page, "›").await;
            story.message("›", &page);
        }
        story.message("/audit trader", &bench.say("/audit trader").await);
        story.message("nearly named", &bench.say("/audit tradre").await);
        story.message("unknown", &bench.say("/audit <b>somebody</b> & else").await);
        story.assert(&bench, "audit");
    }
}

#[tokio::test]
async fn pages_stay_what_they_were_while_entries_are_added_and_refresh_begins_anew() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    for _ in 0..4 {
        bench.issue("trader").await;
        bench.advance(60).await;
    }
    bench.add_agent("payer").await;
    bench.quiet().await;
    bench.skip();
    let first = bench.say("/audit").await;
    assert!(first.text.contains("(page 1 of 2)"), "{}", first.text);
    let second = bench.tap(&first, "›").await;
    for _ in 0..5 {
        bench.issue("payer").await;
    }
    bench.quiet().await;
    bench.skip();
    let first_again = bench.tap(&second, "‹").await;
    assert_eq!(first_again.text, first.text, "nothing has moved");
    let newest = bench.tap(&first_again, "Refresh").await;
    assert!(newest.text.contains("(page 1 of 2)"), "{}", newest.text);
    assert_eq!(
        newest.text.matches("payer · ").count(),
        5,
        "{}",
        newest.text
    );
}

#[tokio::test]
async fn an_agents_details_lead_to_its_entries_and_back() {
    let name = "</b><a href=\"http://evil\">x</a> & \"q\"";
    let bench = TestDaemon::new().await.with_agent(name).await;
    bench.add_agent("other").await;
    let list = bench.say("/agents").await;
    let opened = bench.tap_at(&list, 0, 0).await;
    let entries = bench.tap(&opened, "Audit trail").await;
    assert!(entries.text.contains(name), "{}", entries.text);
    assert!(!entries.text.contains("other"), "{}", entries.text);
    assert_eq!(entries.parse_mode.as_deref(), Some("HTML"));
    assert!(entries.entities.iter().all(|one| one.kind != "text_link"));
    let back = bench.tap(&entries, "Back").await;
    assert_eq!(back.text, opened.text);

    let path = "/v1/agents/other";
    bench.admin("DELETE", path, Value::Null).await.ok();
    let removed = bench.say("/audit other").await;
    assert!(removed.text.contains("Agent removed"), "{}", removed.text);
}

#[tokio::test]
async fn entries_are_for_the_one_who_asked() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let page = bench.say("/audit").await;
    let refresh = page.button("Refresh").unwrap().callback_data.clone();
    let chat = bench.stranger.id();
    for chat in [OWNER_ID, chat] {
        let tap = bench
            .stranger
            .forge_tap(chat, page.id, refresh.as_ref().unwrap());
        let answer = bench
            .stranger
            .wait_for_answer(&tap.unwrap(), PATIENCE)
            .await;
        let not_yours = "This button is not for you.";
        assert_eq!(answer.unwrap().text.as_deref(), Some(not_yours));
    }
    bench.stranger.send_text("/audit trader").unwrap();
    bench.quiet().await;
    let told = bench.stranger.chat().transcript();
    assert!(!told.contains("Agent added"), "{told}");
}
