//! Wallets through both doors.

use serde_json::{Value, json};

use crate::harness::TestApp;

const EVM: &str = "0x52908400098527886E0F7030069857D2E4169EE7";

fn wallet(name: &str, chain: &str, network: &str, address: &str) -> Value {
    json!({ "name": name, "chain": chain, "network": network, "address": address })
}

#[tokio::test]
async fn addresses_are_checked_for_their_chain() {
    let app = TestApp::new().await;
    let good = [
        ("evm", EVM),
        ("evm", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        ("evm", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
        ("solana", "11111111111111111111111111111111"),
    ];
    for (index, (chain, address)) in good.into_iter().enumerate() {
        let body = wallet(&format!("good {index}"), chain, "mainnet", address);
        let made = app.admin("POST", "/v1/wallets", body).await.created();
        assert_eq!(
            (&made["address"], &made["status"]),
            (&json!(address), &json!("ACTIVE"))
        );
    }
    let before = app.dump();
    let long = "1".repeat(10_000);
    let bad = [
        ("evm", ""),
        ("evm", "0x"),
        ("evm", &EVM[..41]),
        ("evm", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"),
        ("evm", "0xZZ908400098527886E0F7030069857D2E4169EE7"),
        ("solana", EVM),
        ("solana", "0OIl"),
        ("solana", "1111111111111111111111111111111"),
        ("solana", &long),
    ];
    for (chain, address) in bad {
        let issues = app
            .admin(
                "POST",
                "/v1/wallets",
                wallet("bad", chain, "mainnet", address),
            )
            .await
            .issues();
        assert!(
            issues.len() == 1 && issues[0].starts_with("address: "),
            "{issues:?}"
        );
    }
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let app = TestApp::new().await;
    let body = wallet("", "bitcoin", "Main Net", "x");
    let issues = app.admin("POST", "/v1/wallets", body).await.issues();
    let paths: Vec<_> = issues
        .iter()
        .map(|issue| issue.split(':').next().unwrap())
        .collect();
    assert_eq!(paths, ["name", "network", "chain"]);
    let long = "a".repeat(33);
    for network in ["", "Base", "base mainnet", "base_1", &long, "베이스"] {
        let issues = app
            .admin("POST", "/v1/wallets", wallet("w", "evm", network, EVM))
            .await
            .issues();
        assert_eq!(
            issues,
            ["network: must be 1 to 32 lowercase letters, digits or hyphens"]
        );
    }
}

#[tokio::test]
async fn names_are_unique_and_unknown_ones_are_not_found() {
    let app = TestApp::new().await;
    app.add_wallet("hot").await;
    let answer = app
        .admin("POST", "/v1/wallets", wallet("hot", "evm", "base", EVM))
        .await;
    assert_eq!(
        answer.issues(),
        ["name: is taken by another wallet; names are never reused"]
    );
    for method in ["GET", "DELETE"] {
        let body = app
            .admin(method, "/v1/wallets/hott", Value::Null)
            .await
            .refused("WALLET_NOT_FOUND");
        assert_eq!(body["details"]["nearest"], "hot");
        let unknown = "/v1/wallets/01950000-0000-7000-8000-000000000000";
        app.admin(method, unknown, Value::Null)
            .await
            .refused("WALLET_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_removed_wallet_moves_the_default_and_ends_sessions_that_had_only_it() {
    let app = TestApp::new().await.with_agent("trader").await;
    for name in ["hot", "cold"] {
        app.add_wallet(name).await;
    }
    let only = app
        .session_with(json!({ "agentId": "trader", "walletId": "hot" }))
        .await;
    let both = json!({ "agentId": "trader", "walletIds": ["hot", "cold"] });
    let both = app.session_with(both).await;
    for _ in 0..2 {
        let body = app
            .admin("DELETE", "/v1/wallets/hot", Value::Null)
            .await
            .ok();
        assert_eq!(body["status"], "TERMINATED");
    }
    app.whoami(&only.token).await.refused("SESSION_REVOKED");
    assert_eq!(
        app.owner_view(&only).await["revokeReason"],
        "wallet_terminated"
    );
    let wallets = app.whoami(&both.token).await.ok()["wallets"].clone();
    assert_eq!(wallets.as_array().unwrap().len(), 1);
    assert_eq!(
        (&wallets[0]["name"], &wallets[0]["isDefault"]),
        (&json!("cold"), &json!(true))
    );
    assert_eq!(app.audit_called("WALLET_TERMINATED").len(), 1);
    let listed = app.admin("GET", "/v1/wallets", Value::Null).await.ok();
    assert_eq!(listed["wallets"].as_array().unwrap().len(), 2);
    let listed = app
        .admin("GET", "/v1/wallets?include=terminated", Value::Null)
        .await
        .ok();
    assert_eq!(listed["wallets"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_removed_wallet_leaves_its_agents() {
    let app = TestApp::new().await.with_agent("trader").await;
    app.add_wallet("second").await;
    app.admin(
        "POST",
        "/v1/agents/trader/wallets",
        json!({ "wallet": "second" }),
    )
    .await
    .ok();
    app.admin("DELETE", "/v1/wallets/trader-wallet", Value::Null)
        .await
        .ok();
    let agent = app
        .admin("GET", "/v1/agents/trader", Value::Null)
        .await
        .ok();
    assert_eq!(agent["wallets"].as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &agent["wallets"][0]["name"],
            &agent["wallets"][0]["isDefault"]
        ),
        (&json!("second"), &json!(true))
    );
}

#[tokio::test]
async fn an_agent_sees_linked_wallets_only() {
    let app = TestApp::new().await.with_agent("trader").await;
    let foreign = app.add_wallet("foreign").await;
    let session = app.session("trader").await;
    let listed = app.get("/v1/wallets", &session.token).await.ok();
    assert_eq!(listed["wallets"].as_array().unwrap().len(), 1);
    let own = listed["wallets"][0].clone();
    let path = format!("/v1/wallets/{}", own["id"].as_str().unwrap());
    assert_eq!(app.get(&path, &session.token).await.ok(), own);
    app.get(&format!("/v1/wallets/{foreign}"), &session.token)
        .await
        .refused("WALLET_ACCESS_DENIED");
    let unknown = "/v1/wallets/01950000-0000-7000-8000-000000000000";
    let refusal = app
        .get(unknown, &session.token)
        .await
        .refused("WALLET_NOT_FOUND");
    assert_eq!(refusal["details"], Value::Null);
    // Names are the owner's: here they are no ids, and nothing hints at them.
    let long = "x".repeat(5_000);
    for text in ["foreign", "foreig", "%20", "..", &long] {
        let refusal = app
            .get(&format!("/v1/wallets/{text}"), &session.token)
            .await;
        assert!(refusal.issues()[0].starts_with("id: "), "{}", refusal.text);
    }
}
