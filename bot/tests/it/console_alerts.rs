//! Alerts: what arrives by itself, and what its buttons do.

use serde_json::{Value, json};

use crate::harness::{PATIENCE, Setup, Story, TestDaemon, shown};

#[tokio::test]
async fn a_session_from_the_machine_is_told_and_so_is_its_revocation() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let session = bench.issue("trader").await;
        let created = bench.next().await;
        story.message("SESSION_CREATED", &created);
        let path = format!("/v1/sessions/{}/revoke", session.id);
        bench.admin("POST", &path, Value::Null).await.ok();
        let revoked = bench.next().await;
        story.message("SESSION_REVOKED", &revoked);
        assert_eq!(revoked.reply_to, Some(created.id), "about the same session");
        bench.admin("POST", &path, Value::Null).await.ok();
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "a second revocation is no news");
        bench
            .press(&revoked, &revoked.keyboard[0][0].text.clone())
            .await;
        story.message("New session", &bench.next().await);
        story.assert(&bench, "alert_created_revoked");
    }
}

#[tokio::test]
async fn reject_on_a_renewal_ends_the_session_and_is_told() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let session = bench.issue("trader").await;
        bench.next().await;
        bench.advance(43_200).await;
        let renewed = bench.renew(&session).await;
        let alert = bench.next().await;
        story.message("SESSION_RENEWED", &alert);
        assert!(alert.silent, "a renewal as planned makes no sound");
        let ended = bench.tap_at(&alert, 0, 0).await;
        story.message("Reject", &ended);
        assert!(ended.keyboard.is_empty());
        story.message("SESSION_RENEWAL_REJECTED", &bench.next().await);
        let refused = bench.whoami(&renewed.token).await;
        assert_eq!((refused.status, refused.code()), (401, "SESSION_REVOKED"));
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "no SESSION_REVOKED besides");
        assert!(bench.audit("SESSION_REVOKED").await[0].contains("renewal_rejected"));
        story.assert(&bench, "alert_renewed_rejected");
    }
}

#[tokio::test]
async fn reject_on_a_session_that_the_machine_has_ended_names_the_first_end() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let session = bench.issue("trader").await;
    bench.next().await;
    bench.advance(43_200).await;
    bench.renew(&session).await;
    let alert = bench.next().await;
    let path = format!("/v1/sessions/{}/revoke", session.id);
    bench.admin("POST", &path, Value::Null).await.ok();
    bench.next().await;
    let ended = bench.tap(&alert, "Reject").await;
    assert!(
        ended.text.contains("Revoked by the machine"),
        "{}",
        ended.text
    );
    bench.quiet().await;
    assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());
}

#[tokio::test]
async fn the_time_to_reject_is_advice_and_no_lock() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let session = bench.issue("trader").await;
    bench.next().await;
    bench.advance(43_200).await;
    let renewed = bench.renew(&session).await;
    let alert = bench.next().await;
    bench.clock.advance_s(3_601);
    let ended = bench.tap(&alert, "Reject").await;
    assert!(ended.text.contains("rejected"), "{}", ended.text);
    let refused = bench.whoami(&renewed.token).await;
    assert_eq!(refused.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn reject_ends_with_its_token() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let session = bench.issue("trader").await;
    bench.next().await;
    bench.advance(43_200).await;
    let renewed = bench.renew(&session).await;
    let alert = bench.next().await;
    let data = alert
        .button("Reject")
        .unwrap()
        .callback_data
        .clone()
        .unwrap();
    bench.clock.advance_s(86_400);
    let tap = bench
        .owner
        .forge_tap(bench.owner.id(), alert.id, &data)
        .unwrap();
    let toast = bench.owner.wait_for_answer(&tap, PATIENCE).await.unwrap();
    assert_eq!(toast.text.as_deref(), Some("This button has expired."));
    bench
        .message_when(alert.id, |now| now.keyboard.is_empty())
        .await;
    let refused = bench.whoami(&renewed.token).await;
    assert_eq!(refused.code(), "AUTH_TOKEN_EXPIRED");
}

/// What has arrived besides renewals.
fn warnings_of(bench: &TestDaemon) -> Vec<waiaas_sandbox::MessageView> {
    let mut arrived = bench.unseen();
    arrived.retain(|one| !one.text.starts_with('🔄'));
    arrived
}

#[tokio::test]
async fn t_14_expiring_soon_is_told_once_when_three_renewals_are_left() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let limits = json!({ "expiresIn": 86_400, "maxRenewals": 5 });
        let mut session = bench.issue_with("trader", limits).await;
        bench.next().await;
        let mut warnings = Vec::new();
        for _ in 0..4 {
            bench.advance(43_200).await;
            session = bench.renew(&session).await;
            bench.quiet().await;
            let arrived = warnings_of(&bench);
            bench.skip();
            warnings.push(arrived.len());
            if let [warning] = arrived.as_slice() {
                story.message("SESSION_EXPIRING_SOON", warning);
                // Its New session begins beside it, and its Revoke asks first.
                bench
                    .press(warning, &warning.keyboard[0][0].text.clone())
                    .await;
                story.message("New session", &bench.next().await);
                bench.quiet().await;
                bench
                    .press(warning, &warning.keyboard[0][1].text.clone())
                    .await;
                story.message("Revoke", &bench.next().await);
                bench.quiet().await;
                let still = bench.owner.chat().message(warning.id).cloned().unwrap();
                assert_eq!(still.text, warning.text, "the alert stays");
                assert_eq!(still.keyboard[0].len(), 2, "with both buttons");
            }
        }
        assert_eq!(
            warnings,
            [0, 1, 0, 0],
            "three left for the first time after the second"
        );
        bench.whoami(&session.token).await.ok();
        story.assert(&bench, "alert_expiring_soon");
    }
}

#[tokio::test]
async fn t_14_expiring_soon_is_told_once_when_a_day_is_left_also_after_a_restart() {
    let settings = vec![("security.session_absolute_lifetime", "172800".to_owned())];
    let setup = Setup {
        settings,
        ..Default::default()
    };
    let mut bench = TestDaemon::with(setup).await.with_agent("trader").await;
    let mut session = bench.issue("trader").await;
    bench.next().await;
    bench.advance(43_200).await;
    session = bench.renew(&session).await;
    bench.quiet().await;
    assert_eq!(warnings_of(&bench).len(), 0, "36 h are left");
    bench.skip();
    bench.advance(43_200).await;
    session = bench.renew(&session).await;
    bench.quiet().await;
    assert_eq!(warnings_of(&bench).len(), 1, "a day is left");
    bench.skip();
    bench.kill().await;
    bench.start().await;
    bench.advance(43_200).await;
    let path = format!("/v1/sessions/{}/renew", session.id);
    let refused = bench.agent("PUT", &path, Some(&session.token)).await;
    assert_eq!(refused.code(), "SESSION_ABSOLUTE_LIFETIME_EXCEEDED");
    bench.quiet().await;
    assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());
}

#[tokio::test]
async fn the_scanner_tells_of_an_agent_that_stopped_and_of_the_end() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let session = bench
            .issue_with("trader", json!({ "expiresIn": 10_000 }))
            .await;
        bench.next().await;
        bench.whoami(&session.token).await.ok();
        bench.advance(7_999).await;
        bench.quiet().await;
        assert!(
            bench.unseen().is_empty(),
            "a fifth of the time is not left yet"
        );
        bench.advance(1).await;
        story.message("SESSION_EXPIRING_SOON", &bench.next().await);
        bench.advance(600).await;
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "once");
        bench.advance(1_400).await;
        let expired = bench.next().await;
        story.message("SESSION_EXPIRED", &expired);
        assert_eq!(
            bench.whoami(&session.token).await.code(),
            "AUTH_TOKEN_EXPIRED"
        );
        bench.advance(60).await;
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "once");
        story.assert(&bench, "alert_agent_stopped_expired");
    }
}

#[tokio::test]
async fn a_reused_token_is_told_and_it_was_me_silences_that_generation() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let first = bench.issue("trader").await;
        bench.next().await;
        bench.advance(43_200).await;
        let second = bench.renew(&first).await;
        bench.next().await;
        bench.advance(61).await;
        let path = format!("/v1/sessions/{}/renew", first.id);
        for _ in 0..2 {
            let refused = bench.agent("PUT", &path, Some(&first.token)).await;
            assert_eq!(refused.code(), "RENEWAL_CONFLICT");
        }
        let alert = bench.next().await;
        story.message("SESSION_TOKEN_REUSED", &alert);
        let mine = bench.tap_at(&alert, 0, 1).await;
        story.message("It was me", &mine);
        assert!(mine.keyboard.is_empty());
        assert_eq!(bench.audit("TOKEN_REUSE_ACKNOWLEDGED").await.len(), 1);
        bench.agent("PUT", &path, Some(&first.token)).await;
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "that generation is silent");
        bench.whoami(&second.token).await.ok();

        bench.advance(43_200).await;
        let third = bench.renew(&second).await;
        bench.next().await;
        bench.advance(61).await;
        bench.agent("PUT", &path, Some(&second.token)).await;
        let alert = bench.next().await;
        bench
            .press(&alert, &alert.keyboard[0][0].text.clone())
            .await;
        let asked = bench.next().await;
        let ended = bench.tap_at(&asked, 0, 0).await;
        story.message("Revoke, Yes", &ended);
        assert_eq!(bench.whoami(&third.token).await.code(), "SESSION_REVOKED");
        story.assert(&bench, "alert_token_reused");
    }
}

#[tokio::test]
async fn a_reused_token_ends_the_session_where_so_configured() {
    let settings = vec![("security.on_token_reuse", "revoke".to_owned())];
    let setup = Setup {
        settings,
        ..Default::default()
    };
    let bench = TestDaemon::with(setup).await.with_agent("trader").await;
    let first = bench.issue("trader").await;
    bench.advance(43_200).await;
    let second = bench.renew(&first).await;
    bench.advance(61).await;
    bench.quiet().await;
    bench.skip();
    let path = format!("/v1/sessions/{}/renew", first.id);
    bench.agent("PUT", &path, Some(&first.token)).await;
    bench.quiet().await;
    let mut story = Story::default();
    for alert in bench.unseen() {
        story.message("an alert", &alert);
    }
    assert_eq!(bench.whoami(&second.token).await.code(), "SESSION_REVOKED");
    story.assert(&bench, "alert_token_reused_revoked");
}

#[tokio::test]
async fn kill_switch_and_added_power_are_told() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        bench.issue("trader").await;
        bench.issue("trader").await;
        bench.quiet().await;
        bench.skip();
        let on = json!({ "active": true, "revokeAll": true });
        bench.admin("PUT", "/v1/kill-switch", on).await.ok();
        bench.quiet().await;
        for alert in bench.unseen() {
            story.message("kill switch on, sessions ended", &alert);
        }
        bench.skip();
        bench
            .admin("PUT", "/v1/kill-switch", json!({ "active": false }))
            .await
            .ok();
        story.message("kill switch off", &bench.next().await);

        bench.admin("POST", "/v1/keys/rotate", json!({})).await.ok();
        story.message("keys rotated", &bench.next().await);
        let defaults = json!({ "maxRenewals": 100 });
        bench
            .admin("PUT", "/v1/agents/trader/defaults", defaults)
            .await
            .ok();
        story.message("defaults changed", &bench.next().await);
        bench
            .admin("POST", "/v1/agents/trader/suspend", Value::Null)
            .await
            .ok();
        bench
            .admin("POST", "/v1/agents/trader/resume", Value::Null)
            .await
            .ok();
        story.message("resumed", &bench.next().await);
        bench.add_wallet("second").await;
        let link = json!({ "wallet": "second" });
        bench
            .admin("POST", "/v1/agents/trader/wallets", link.clone())
            .await
            .ok();
        story.message("wallet added to the agent", &bench.next().await);
        bench.add_wallet("third").await;
        let session = bench.issue("trader").await;
        bench.next().await;
        let path = format!("/v1/sessions/{}/wallets", session.id);
        bench
            .admin("POST", &path, json!({ "wallet": "third" }))
            .await
            .ok();
        story.message("wallet added to a session", &bench.next().await);
        bench.quiet().await;
        assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());
        story.assert(&bench, "alert_power");
    }
}

#[tokio::test]
async fn hostile_names_arrive_as_text() {
    let name = "</b><a href=\"http://evil\">x</a> & \"q\" <code>";
    let bench = TestDaemon::new().await.with_agent(name).await;
    let mut story = Story::default();
    let asked = bench.say("/newsession").await;
    story.message("/newsession", &asked);
    assert!(asked.text.contains(name), "{}", asked.text);
    bench.tap(&asked, "Create").await;
    let done = bench.settled(&asked).await;
    assert!(done.text.contains(name), "{}", done.text);
    let list = bench.say("/sessions").await;
    story.message("/sessions", &list);
    assert!(
        list.entities
            .iter()
            .all(|entity| entity.kind != "text_link"),
        "{list:?}"
    );
    let parse_modes: Vec<_> = [&asked, &done, &list]
        .map(|one| one.parse_mode.clone())
        .into();
    assert!(
        parse_modes
            .iter()
            .all(|mode| mode.as_deref() == Some("HTML")),
        "{parse_modes:?}"
    );
    story.assert(&bench, "hostile_name");
}

#[tokio::test]
async fn an_alert_stays_as_it_is_while_its_buttons_are_used() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let session = bench.issue("trader").await;
    let created = bench.next().await;
    for _ in 0..2 {
        bench.press(&created, "Revoke").await;
        let asked = bench.next().await;
        let cancelled = bench.tap(&asked, "Cancel").await;
        assert_eq!(cancelled.text, "Cancelled. Nothing has changed.");
        bench.quiet().await;
        let now = bench.owner.chat().message(created.id).unwrap().clone();
        assert_eq!(shown(&now), shown(&created));
    }
    bench.press(&created, "Revoke").await;
    let asked = bench.next().await;
    bench.tap(&asked, "Yes, revoke").await;
    assert_eq!(bench.whoami(&session.token).await.code(), "SESSION_REVOKED");
}
