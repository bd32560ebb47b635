//! `/wallets`: names, addresses to copy, and who uses them.

use serde_json::{Value, json};

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon};

#[tokio::test]
async fn a_wallet_is_opened_with_its_address_its_agents_and_its_sessions() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language).await;
        let mut story = Story::default();
        story.message("/wallets, none", &bench.say("/wallets").await);
        bench.add_wallet("shared").await;
        let solana = json!({
            "name": "<sol> & co", "chain": "solana", "network": "mainnet",
            "address": "4Nd1mYQjZzkqF3vYFf6bW1bLHmHcJmGt9cXKqzP4h1uK",
        });
        bench.admin("POST", "/v1/wallets", solana).await.ok();
        for agent in ["trader", "payer"] {
            bench.add_agent_with(agent, &["shared"]).await;
        }
        bench.issue("trader").await;
        let ended = bench.issue("trader").await;
        let path = format!("/v1/sessions/{}/revoke", ended.id);
        bench.admin("POST", &path, Value::Null).await.ok();
        bench.quiet().await;
        bench.skip();
        let list = bench.say("/wallets").await;
        story.message("/wallets", &list);
        let unused = bench.tap_at(&list, 0, 0).await;
        story.message("the first", &unused);
        let list = bench.tap_at(&unused, 0, 0).await;
        let used = bench.tap_at(&list, 1, 0).await;
        story.message("the second", &used);
        let code = used.entities.iter().find(|one| one.kind == "code");
        assert!(code.is_some(), "the address can be copied");
        let list = bench.tap_at(&used, 0, 0).await;
        let path = "/v1/wallets/shared";
        bench.admin("DELETE", path, Value::Null).await.ok();
        bench.quiet().await;
        bench.skip();
        let removed = bench.tap_at(&list, 1, 0).await;
        story.message("the second, removed meanwhile", &removed);
        let back = bench.tap_at(&removed, 0, 0).await;
        story.message("Back", &back);
        story.assert(&bench, "wallets");
    }
}

#[tokio::test]
async fn wallets_are_paged_pages_survive_removals_and_strangers_see_none() {
    let bench = TestDaemon::new().await;
    for number in 1..=17 {
        bench.add_wallet(&format!("wallet-{number:02}")).await;
    }
    let first = bench.say("/wallets").await;
    assert_eq!(first.keyboard.len(), 9, "eight wallets and the turner");
    let second = bench.tap(&first, "›").await;
    let third = bench.tap(&second, "›").await;
    assert!(
        third.text.contains("17 wallets (page 3 of 3)"),
        "{}",
        third.text
    );
    let opened = bench.tap_at(&third, 0, 0).await;
    let path = "/v1/wallets/wallet-17";
    bench.admin("DELETE", path, Value::Null).await.ok();
    let back = opened.keyboard[0][0].callback_data.clone().unwrap();
    let tap = bench
        .stranger
        .forge_tap(OWNER_ID, opened.id, &back)
        .unwrap();
    let answer = bench.stranger.wait_for_answer(&tap, PATIENCE).await;
    let not_yours = "This button is not for you.";
    assert_eq!(answer.unwrap().text.as_deref(), Some(not_yours));
    let last = bench.tap(&opened, "Back").await;
    assert!(
        last.text.contains("16 wallets (page 2 of 2)"),
        "{}",
        last.text
    );
}

#[tokio::test]
async fn more_agents_than_fit_in_one_message_all_arrive() {
    let bench = TestDaemon::new().await;
    bench.add_wallet("shared").await;
    let names: Vec<String> = (0..90)
        .map(|number| format!("{number:02}-{}", "&".repeat(58)))
        .collect();
    for name in &names {
        bench.add_agent_with(name, &["shared"]).await;
    }
    let list = bench.say("/wallets").await;
    let opened = bench.tap_at(&list, 0, 0).await;
    bench.quiet().await;
    let mut whole = opened.text;
    for part in bench.unseen() {
        whole.push_str(&part.text);
    }
    for name in &names {
        assert!(whole.contains(name.as_str()), "{name} is missing");
    }
}
