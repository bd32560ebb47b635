//! `/newsession`: from the command to a token file that opens the agents' door.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon};

#[tokio::test]
async fn t_08_newsession_for_the_only_agent_ends_in_session_token_file_and_confirmation() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let asked = bench.say("/newsession").await;
        story.message("/newsession", &asked);
        bench.tap_at(&asked, 0, 0).await;
        let done = bench.settled(&asked).await;
        story.message("Create", &done);
        assert_eq!(done.id, asked.id, "the same message tells the end");
        assert!(bench.unseen().is_empty(), "{:?}", bench.unseen());

        let mode = std::fs::metadata(bench.token_file())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let token = std::fs::read_to_string(bench.token_file()).unwrap();
        let me = bench.whoami(&token).await.ok();
        assert_eq!(me["agent"]["name"], "trader");
        assert_eq!(
            bench.live_sessions().await,
            [me["sessionId"].as_str().unwrap()]
        );
        let created = bench.audit("SESSION_CREATED").await;
        assert_eq!(created.len(), 1);
        assert!(
            created[0].contains("\"source\":\"telegram\""),
            "{created:?}"
        );
        story.assert(&bench, "newsession_one_agent");
    }
}

#[tokio::test]
async fn t_08_newsession_with_several_agents_offers_them_and_the_tapped_one_gets_the_session() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("payer")
            .await;
        let bench = bench.with_agent("trader").await;
        let mut story = Story::default();
        let offer = bench.say("/newsession").await;
        story.message("/newsession", &offer);
        let asked = bench.tap(&offer, "trader").await;
        story.message("trader", &asked);
        let cancelled = bench.tap_at(&asked, 0, 1).await;
        story.message("Cancel", &cancelled);
        assert!(bench.live_sessions().await.is_empty());
        assert!(!bench.token_file().exists());

        let offer = bench.say("/newsession").await;
        let asked = bench.tap(&offer, "trader").await;
        bench.tap_at(&asked, 0, 0).await;
        bench.settled(&asked).await;
        let token = std::fs::read_to_string(bench.token_file()).unwrap();
        assert_eq!(bench.whoami(&token).await.ok()["agent"]["name"], "trader");
        story.assert(&bench, "newsession_several_agents");
    }
}

#[tokio::test]
async fn twenty_agents_are_paged_forth_and_back() {
    let bench = TestDaemon::new().await;
    bench.add_wallet("shared").await;
    for number in 1..=20 {
        bench
            .add_agent_with(&format!("agent-{number:02}"), &["shared"])
            .await;
    }
    let mut story = Story::default();
    let first = bench.say("/newsession").await;
    story.message("/newsession", &first);
    let second = bench.tap(&first, "›").await;
    story.message("›", &second);
    let third = bench.tap(&second, "›").await;
    story.message("› again", &third);
    let back = bench.tap(&third, "‹").await;
    assert_eq!(back.text, second.text);
    let again = bench.tap(&back, "›").await;
    let asked = bench.tap(&again, "agent-20").await;
    assert!(asked.text.contains("agent-20"), "{}", asked.text);
    story.assert(&bench, "newsession_paged");
}

#[tokio::test]
async fn newsession_for_nobody_and_for_those_who_cannot_have_one() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language).await;
        let mut story = Story::default();
        story.message("no agents", &bench.say("/newsession").await);

        bench.add_agent("trader").await;
        bench.add_agent_with("poor", &[]).await;
        story.message("named", &bench.say("/newsession trader").await);
        story.message("nearly named", &bench.say("/newsession tradre").await);
        story.message("unknown", &bench.say("/newsession <somebody> & else").await);
        story.message("without wallets", &bench.say("/newsession poor").await);

        for agent in ["trader", "poor"] {
            let path = format!("/v1/agents/{agent}/suspend");
            bench.admin("POST", &path, Value::Null).await.ok();
        }
        story.message("suspended", &bench.say("/newsession trader").await);
        story.message("all suspended", &bench.say("/newsession").await);
        bench
            .admin("DELETE", "/v1/agents/trader", Value::Null)
            .await
            .ok();
        story.message("removed", &bench.say("/newsession trader").await);
        assert!(bench.live_sessions().await.is_empty());
        story.assert(&bench, "newsession_refused");
    }
}

#[tokio::test]
async fn a_name_as_long_as_a_message_is_answered() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let long = "<".repeat(4_000);
    let answer = bench.say(&format!("/newsession {long}")).await;
    assert!(answer.text.contains("There is no agent"), "{}", answer.text);
    let answer = bench.say(&format!("/revoke {long}")).await;
    assert!(
        answer.text.contains("There is no session"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn two_taps_on_create_and_the_same_update_twice_make_one_session() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let create = asked
        .button("Create")
        .unwrap()
        .callback_data
        .clone()
        .unwrap();
    let taps: Vec<String> = (0..3)
        .map(|_| bench.owner.forge_tap(OWNER_ID, asked.id, &create).unwrap())
        .collect();
    let mut toasts = Vec::new();
    for tap in &taps {
        toasts.push(
            bench
                .owner
                .wait_for_answer(tap, PATIENCE)
                .await
                .unwrap()
                .text,
        );
    }
    let decided = Some("This has been decided already.".to_owned());
    assert_eq!(toasts, [None, decided.clone(), decided]);
    bench.settled(&asked).await;

    let rows = bench
        .sql(
            "SELECT update_id, payload FROM telegram_updates WHERE payload LIKE '%callback_query%'",
        )
        .await;
    let repeated: Vec<(i64, String)> = rows
        .into_iter()
        .map(|row| (row[0].parse().unwrap(), row[1].clone()))
        .collect();
    let inbox = waiaas_daemon_core::console::inbox::store(bench.core(), &repeated).await;
    assert_eq!(inbox.unwrap(), 0, "each update is stored once");
    bench.say("/whoami").await;
    bench.quiet().await;
    assert_eq!(bench.live_sessions().await.len(), 1);
    assert_eq!(bench.audit("SESSION_CREATED").await.len(), 1);
    assert_eq!(bench.audit("SESSION_DELIVERED").await.len(), 1);
}

#[tokio::test]
async fn create_is_refused_by_the_limit_and_by_the_kill_switch_and_leaves_nothing() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        for _ in 0..5 {
            bench.issue("trader").await;
        }
        bench.quiet().await;
        bench.skip();
        let asked = bench.say("/newsession").await;
        let refused = bench.tap_at(&asked, 0, 0).await;
        story.message("Create with five live sessions", &refused);
        assert_eq!(bench.live_sessions().await.len(), 5);

        let asked = bench.say("/newsession").await;
        let on = serde_json::json!({ "active": true, "revokeAll": true });
        bench.admin("PUT", "/v1/kill-switch", on).await.ok();
        let refused = bench.tap_at(&asked, 0, 0).await;
        story.message("Create with the kill switch on", &refused);
        bench.quiet().await;
        assert!(bench.live_sessions().await.is_empty());
        assert!(!bench.token_file().exists());
        assert_eq!(bench.audit("SESSION_CREATED").await.len(), 5);
        story.assert(&bench, "newsession_create_refused");
    }
}

#[tokio::test]
async fn s_04_a_token_file_that_is_a_link_is_refused_before_a_session_is_made() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let elsewhere = bench.data_dir().join("elsewhere");
        std::fs::write(&elsewhere, "untouched").unwrap();
        let asked = bench.say("/newsession").await;
        std::os::unix::fs::symlink(&elsewhere, bench.token_file()).unwrap();
        let refused = bench.tap_at(&asked, 0, 0).await;
        story.message("Create", &bench.settled(&refused).await);
        assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "untouched");
        assert!(bench.live_sessions().await.is_empty());
        story.assert(&bench, "newsession_token_file_link");
    }
}

#[tokio::test]
async fn a_token_file_that_cannot_be_written_revokes_the_session_again_and_says_why() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        // The lock of the file cannot be taken: found out only after the session was made.
        std::fs::create_dir(bench.data_dir().join("mcp-token.lock")).unwrap();
        let asked = bench.say("/newsession").await;
        bench.tap_at(&asked, 0, 0).await;
        let failed = bench.settled(&asked).await;
        story.message("Create", &failed);
        assert!(bench.live_sessions().await.is_empty(), "revoked again");
        assert!(!bench.token_file().exists());
        let why = bench.sql("SELECT revoke_reason FROM sessions").await;
        assert_eq!(why, [["handover_failed"]]);
        for alert in bench.unseen() {
            story.message("an alert", &alert);
        }
        bench.skip();

        std::fs::remove_dir(bench.data_dir().join("mcp-token.lock")).unwrap();
        bench
            .press(&failed, &failed.keyboard[0][0].text.clone())
            .await;
        let asked = bench.next().await;
        bench.tap_at(&asked, 0, 0).await;
        bench.settled(&asked).await;
        assert_eq!(bench.live_sessions().await.len(), 1, "mended, it works");
        story.assert(&bench, "newsession_token_file_unwritable");
    }
}

#[tokio::test]
async fn a_folder_that_is_a_file_is_refused_and_nothing_half_made_stays() {
    let bench = TestDaemon::new()
        .await
        .with_agent("first")
        .await
        .with_agent("second")
        .await;
    let asked = bench.say("/newsession first").await;
    bench.tap(&asked, "Create").await;
    bench.settled(&asked).await;
    // The shared file is taken, so the second agent's would stand in this folder.
    std::fs::write(bench.data_dir().join("mcp-tokens"), "a file").unwrap();
    let asked = bench.say("/newsession second").await;
    bench.tap(&asked, "Create").await;
    let refused = bench.settled(&asked).await;
    assert!(refused.text.contains("mcp-tokens"), "{}", refused.text);
    assert_eq!(
        bench.live_sessions().await.len(),
        1,
        "only the first agent's"
    );
    let folder = bench.data_dir().join("mcp-tokens");
    assert_eq!(std::fs::read_to_string(&folder).unwrap(), "a file");

    std::fs::remove_file(&folder).unwrap();
    let asked = bench.say("/newsession second").await;
    bench.tap(&asked, "Create").await;
    bench.settled(&asked).await;
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    let own = files
        .iter()
        .find(|path| path.extension().is_none())
        .unwrap();
    let token = std::fs::read_to_string(own).unwrap();
    assert_eq!(bench.whoami(&token).await.ok()["agent"]["name"], "second");
}

#[tokio::test]
async fn the_former_session_of_the_token_file_is_replaced_and_revoked() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let asked = bench.say("/newsession").await;
        bench.tap_at(&asked, 0, 0).await;
        bench.settled(&asked).await;
        let former = std::fs::read_to_string(bench.token_file()).unwrap();
        bench.whoami(&former).await.ok();

        bench.advance(60).await;
        let asked = bench.say("/newsession").await;
        bench.tap_at(&asked, 0, 0).await;
        story.message("Create again", &bench.settled(&asked).await);
        for alert in bench.unseen() {
            story.message("an alert", &alert);
        }
        let token = std::fs::read_to_string(bench.token_file()).unwrap();
        assert_ne!(token, former);
        bench.whoami(&token).await.ok();
        assert_eq!(bench.whoami(&former).await.code(), "SESSION_REVOKED");
        story.assert(&bench, "newsession_replaces");
    }
}

#[tokio::test]
async fn more_limits_than_fit_in_one_message_all_arrive() {
    let bench = TestDaemon::new().await.with_agent("collector").await;
    // Longer than a message also when it is read, not only with its escapes.
    let names: Vec<String> = (0..60)
        .map(|number| format!("{number:03}-{}", "&".repeat(90)))
        .collect();
    let defaults = serde_json::json!({ "allowedOperations": names });
    let path = "/v1/agents/collector/defaults";
    bench.admin("PUT", path, defaults).await.ok();
    bench.quiet().await;
    let first = bench.say("/newsession").await;
    bench.quiet().await;
    let mut parts = vec![first];
    parts.extend(bench.unseen());
    bench.skip();
    assert!(parts.len() > 2, "{} parts", parts.len());
    let whole: String = parts.iter().map(|part| part.text.as_str()).collect();
    for name in &names {
        assert!(whole.contains(name.as_str()), "{name} is missing");
    }
    let (last, rest) = parts.split_last().unwrap();
    assert!(
        rest.iter().all(|part| part.keyboard.is_empty()),
        "buttons hang on the last part"
    );
    bench.tap(last, "Create").await;
    bench.settled(last).await;
    assert_eq!(bench.live_sessions().await.len(), 1);

    // In place of a message: the first part there, the rest after it.
    let list = bench.say("/sessions").await;
    let opened = bench.tap_at(&list, 0, 0).await;
    bench.quiet().await;
    assert!(opened.edited && opened.keyboard.is_empty());
    assert!(bench.unseen().last().unwrap().button("Revoke").is_some());
}

#[tokio::test]
async fn create_grants_what_was_shown_and_never_more_than_is_allowed_by_then() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let lower = bench.say("/newsession").await;
    // Wider defaults and another wallet came after the question.
    let defaults = serde_json::json!({ "maxRenewals": 90 });
    bench
        .admin("PUT", "/v1/agents/trader/defaults", defaults)
        .await
        .ok();
    bench.add_wallet("late").await;
    let link = serde_json::json!({ "wallet": "late" });
    bench
        .admin("POST", "/v1/agents/trader/wallets", link)
        .await
        .ok();
    bench.tap(&asked, "Create").await;
    let done = bench.settled(&asked).await;
    assert!(done.text.contains("Renewals: 0/30"), "{}", done.text);
    let token = std::fs::read_to_string(bench.token_file()).unwrap();
    let me = bench.whoami(&token).await.ok();
    assert_eq!(me["constraints"]["maxRenewals"], 30, "{me}");
    let wallets = me["wallets"].as_array().unwrap();
    assert_eq!(wallets.len(), 1, "{me}");
    assert_eq!(wallets[0]["name"], "trader-wallet");

    // Narrower ones came after the other: what was shown is not granted any more.
    let defaults = serde_json::json!({ "maxRenewals": 3 });
    bench
        .admin("PUT", "/v1/agents/trader/defaults", defaults)
        .await
        .ok();
    bench.tap(&lower, "Create").await;
    let refused = bench.settled(&lower).await;
    assert!(refused.text.contains("⚠️"), "{}", refused.text);
    assert_eq!(bench.live_sessions().await.len(), 1);
}
