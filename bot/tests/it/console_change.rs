//! Change under `/newsession`: other durations and renewals, never more than the defaults.

use serde_json::{Value, json};

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon, shown};

/// The place of a button by its label.
fn at(message: &waiaas_sandbox::MessageView, row: usize) -> Vec<String> {
    let labels = message.keyboard[row].iter();
    labels.map(|button| button.text.clone()).collect()
}

#[tokio::test]
async fn presets_are_cycled_in_place_and_create_grants_what_is_shown() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let limits = json!({ "maxAmountPerTx": "1000", "maxRenewals": 12 });
        let path = "/v1/agents/trader/defaults";
        bench.admin("PUT", path, limits).await.ok();
        bench.quiet().await;
        bench.skip();
        let mut story = Story::default();
        let asked = bench.say("/newsession").await;
        story.message("/newsession", &asked);
        let presets = bench.tap_at(&asked, 1, 0).await;
        story.message("Change", &presets);
        let shorter = bench.tap_at(&presets, 0, 1).await;
        story.message("another duration", &shorter);
        let fewer = bench.tap_at(&shorter, 1, 0).await;
        story.message("no renewals", &fewer);
        let more = bench.tap_at(&fewer, 1, 1).await;
        assert_eq!(more.id, asked.id, "edited in place");
        assert!(bench.live_sessions().await.is_empty());
        bench.tap_at(&more, 2, 0).await;
        let done = bench.settled(&asked).await;
        story.message("Create", &done);

        let token = std::fs::read_to_string(bench.token_file()).unwrap();
        let me = bench.whoami(&token).await.ok();
        assert_eq!(me["constraints"]["expiresIn"], 21_600, "{me}");
        assert_eq!(me["constraints"]["maxRenewals"], 3, "{me}");
        assert_eq!(me["constraints"]["maxAmountPerTx"], "1000", "{me}");
        story.assert(&bench, "newsession_change");
    }
}

#[tokio::test]
async fn defaults_are_ceilings_and_without_room_there_is_no_change() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let path = "/v1/agents/trader/defaults";
    let narrow = json!({ "maxRenewals": 7, "expiresIn": 10_000 });
    bench.admin("PUT", path, narrow).await.ok();
    bench.next().await;
    let asked = bench.say("/newsession").await;
    let presets = bench.tap(&asked, "Change").await;
    assert_eq!(at(&presets, 0), ["1 h", "✓ 10000 s"]);
    assert_eq!(
        at(&presets, 1),
        ["no renewals", "3 renewals", "✓ 7 renewals"]
    );

    // Narrower defaults came after the question: the preset is judged again, and so is Create.
    let narrower = json!({ "maxRenewals": 0, "expiresIn": 300 });
    bench.admin("PUT", path, narrower).await.ok();
    bench.next().await;
    let refused = bench.tap(&presets, "3 renewals").await;
    assert!(refused.text.contains("does not allow"), "{}", refused.text);
    assert!(refused.keyboard.is_empty());
    let asked = bench.say("/newsession").await;
    assert!(asked.button("Change").is_none(), "{}", shown(&asked));
    assert!(bench.live_sessions().await.is_empty());
}

#[tokio::test]
async fn what_is_chosen_counts_for_another_machine_too() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let presets = bench.tap(&asked, "Change").await;
    let shorter = bench.tap(&presets, "1 h").await;
    let fewer = bench.tap(&shorter, "3 renewals").await;
    bench.tap(&fewer, "For another machine").await;
    bench.quiet().await;
    let granted = "SELECT expires_in, max_renewals FROM sessions";
    assert_eq!(bench.sql(granted).await, [["3600", "3"]]);
}

#[tokio::test]
async fn create_after_change_is_refused_where_the_defaults_have_become_narrower() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let presets = bench.tap(&asked, "Change").await;
    let shorter = bench.tap(&presets, "1 d").await;
    let path = "/v1/agents/trader/defaults";
    let narrow = json!({ "expiresIn": 3_600 });
    bench.admin("PUT", path, narrow).await.ok();
    bench.next().await;
    let refused = bench.tap(&shorter, "Create").await;
    let refused = bench.settled(&refused).await;
    assert!(refused.text.contains("does not allow"), "{}", refused.text);
    assert!(bench.live_sessions().await.is_empty());
    assert!(!bench.token_file().exists());
}

#[tokio::test]
async fn a_preset_is_for_the_one_who_asked_once_and_in_time() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    let presets = bench.tap(&asked, "Change").await;
    let hour = presets.button("1 h").unwrap().callback_data.clone();
    let hour = hour.unwrap();
    let tap = bench.stranger.forge_tap(OWNER_ID, asked.id, &hour).unwrap();
    let answer = bench.stranger.wait_for_answer(&tap, PATIENCE).await;
    let not_yours = "This button is not for you.";
    assert_eq!(answer.unwrap().text.as_deref(), Some(not_yours));
    bench.tap(&presets, "1 h").await;
    let tap = bench.owner.forge_tap(OWNER_ID, asked.id, &hour).unwrap();
    let answer = bench.owner.wait_for_answer(&tap, PATIENCE).await;
    let decided = "This has been decided already.";
    assert_eq!(answer.unwrap().text.as_deref(), Some(decided));
    bench.advance(3_600).await;
    let now = bench.settled(&asked).await;
    assert!(now.keyboard.is_empty(), "the keyboard ran out");

    let path = "/v1/agents/trader/suspend";
    let asked = bench.say("/newsession").await;
    bench.admin("POST", path, Value::Null).await.ok();
    let refused = bench.tap(&asked, "Change").await;
    assert!(refused.text.contains("suspended"), "{}", refused.text);
}
