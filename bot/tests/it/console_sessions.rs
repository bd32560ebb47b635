//! `/sessions` and `/revoke`: what is live, and its end from the phone.

use serde_json::Value;

use crate::harness::{Story, TestDaemon};

#[tokio::test]
async fn live_sessions_are_listed_opened_and_left_again() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        story.message("/sessions, none", &bench.say("/sessions").await);
        let limits = serde_json::json!({
            "maxAmountPerTx": "1000", "maxTotalAmount": "5000", "maxTransactions": 7,
            "allowedOperations": ["transfer", "swap<x>"], "allowedDestinations": ["0xabc"],
        });
        let session = bench.issue_with("trader", limits).await;
        bench.whoami(&session.token).await.ok();
        bench.advance(7_200).await;
        bench.issue("trader").await;
        bench.quiet().await;
        bench.skip();

        let list = bench.say("/sessions").await;
        story.message("/sessions", &list);
        let opened = bench.tap_at(&list, 0, 0).await;
        story.message("the first", &opened);
        let back = bench.tap_at(&opened, 1, 0).await;
        assert_eq!(back.source, list.source, "back to the list");
        let opened = bench.tap_at(&back, 0, 0).await;
        // New session hangs beside Revoke, and begins in a message of its own.
        bench
            .press(&opened, &opened.keyboard[0][1].text.clone())
            .await;
        story.message("New session", &bench.next().await);
        story.assert(&bench, "sessions");
    }
}

#[tokio::test]
async fn ten_sessions_are_paged_and_back_finds_the_page() {
    let bench = TestDaemon::new()
        .await
        .with_agent("a")
        .await
        .with_agent("b")
        .await;
    for number in 0..10 {
        bench.issue(if number % 2 == 0 { "a" } else { "b" }).await;
        bench.advance(60).await;
    }
    bench.quiet().await;
    let first = bench.say("/sessions").await;
    assert_eq!(first.keyboard.len(), 9, "eight sessions and the turners");
    assert!(
        first.text.contains("10 live sessions (page 1 of 2)"),
        "{}",
        first.text
    );
    let second = bench.tap(&first, "›").await;
    assert_eq!(second.keyboard.len(), 3);
    let opened = bench.tap_at(&second, 1, 0).await;
    let back = bench.tap(&opened, "Back").await;
    assert_eq!(back.text, second.text);
    let first_again = bench.tap(&back, "‹").await;
    assert_eq!(first_again.text, first.text);
}

#[tokio::test]
async fn revoke_asks_and_then_says_so_in_place_and_the_next_request_is_refused() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let session = bench.issue("trader").await;
        bench.quiet().await;
        bench.skip();
        let list = bench.say("/revoke").await;
        let opened = bench.tap_at(&list, 0, 0).await;
        let asked = bench.tap_at(&opened, 0, 0).await;
        story.message("Revoke", &asked);
        let cancelled = bench.tap_at(&asked, 0, 1).await;
        story.message("Cancel", &cancelled);
        bench.whoami(&session.token).await.ok();

        let asked = bench.say(&format!("/revoke {}", session.id)).await;
        bench.advance(121).await;
        let ended = bench.tap_at(&asked, 0, 0).await;
        story.message("Yes, revoke", &ended);
        assert!(ended.keyboard.is_empty(), "its keyboard is gone");
        assert!(
            ended.text.contains("@olga") && ended.text.contains("10:28"),
            "{}",
            ended.text
        );
        let refused = bench.whoami(&session.token).await;
        assert_eq!((refused.status, refused.code()), (401, "SESSION_REVOKED"));
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "said once: {:?}", bench.unseen());
        let audit = bench.audit("SESSION_REVOKED").await;
        assert_eq!(audit.len(), 1);
        assert!(audit[0].contains("manual_revoke"), "{audit:?}");

        let again = bench.say(&format!("/revoke {}", session.id)).await;
        story.message("/revoke of an ended one", &again);
        story.assert(&bench, "revoke");
    }
}

#[tokio::test]
async fn revoke_takes_a_unique_beginning_and_refuses_others() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        // Two of one moment begin alike, and one of another does not.
        let twin = bench.issue("trader").await;
        bench.issue("trader").await;
        bench.advance(3_600).await;
        let single = bench.issue("trader").await;
        bench.quiet().await;
        bench.skip();
        story.message(
            "unique",
            &bench.say(&format!("/revoke {}", &single.id[..13])).await,
        );
        story.message(
            "ambiguous",
            &bench.say(&format!("/revoke {}", &twin.id[..13])).await,
        );
        story.message("unknown", &bench.say("/revoke ffffffff").await);
        story.message("no id", &bench.say("/revoke <b>x</b>").await);
        assert_eq!(bench.live_sessions().await.len(), 3, "asking ends nothing");
        story.assert(&bench, "revoke_by_prefix");
    }
}

#[tokio::test]
async fn a_session_that_the_machine_ended_first_keeps_its_first_end() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let session = bench.issue("trader").await;
    bench.quiet().await;
    bench.skip();
    let asked = bench.say(&format!("/revoke {}", session.id)).await;
    let path = format!("/v1/sessions/{}/revoke", session.id);
    bench.admin("POST", &path, Value::Null).await.ok();
    bench.advance(60).await;
    let ended = bench.tap(&asked, "Yes, revoke").await;
    assert!(
        ended.text.contains("Revoked by the machine, 10:26"),
        "{}",
        ended.text
    );
    assert_eq!(bench.audit("SESSION_REVOKED").await.len(), 1);
}

#[tokio::test]
async fn status_help_and_unknown_text() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        story.message("/help", &bench.say("/help").await);
        story.message("anything else", &bench.say("what now?").await);
        story.message("/whoami", &bench.say("/whoami").await);
        bench.issue("trader").await;
        bench
            .admin(
                "PUT",
                "/v1/kill-switch",
                serde_json::json!({ "active": true }),
            )
            .await
            .ok();
        bench.quiet().await;
        bench.advance(7_200).await;
        bench.quiet().await;
        bench.skip();
        let status = bench.say("/status").await;
        let version = env!("CARGO_PKG_VERSION");
        story.add("/status", status.source.replace(version, "[version]"));
        story.assert(&bench, "status_and_help");
    }
}

#[tokio::test]
async fn details_tell_what_happened_of_late_and_refresh_looks_again() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let mut session = bench.issue("trader").await;
        bench.quiet().await;
        bench.skip();
        let list = bench.say("/sessions").await;
        let opened = bench.tap_at(&list, 0, 0).await;
        story.message("just made", &opened);
        // Nothing has changed: the message stays, and its buttons go on working.
        bench
            .press(&opened, &opened.keyboard[1][1].text.clone())
            .await;
        let same = bench.settled(&opened).await;
        assert_eq!(same.text, opened.text);

        for _ in 0..5 {
            bench.advance(43_200).await;
            session = bench.renew(&session).await;
        }
        bench.quiet().await;
        bench.skip();
        let list = bench.say("/sessions").await;
        let opened = bench.tap_at(&list, 0, 0).await;
        story.message("renewed five times", &opened);
        let path = format!("/v1/sessions/{}/revoke", session.id);
        bench.admin("POST", &path, Value::Null).await.ok();
        let ended = bench.tap_at(&opened, 1, 1).await;
        story.message("Refresh, after the machine has ended it", &ended);
        story.assert(&bench, "session_details");
    }
}
