//! Creating sessions: PROTOCOL.md section 9.

use serde_json::{Value, json};
use waiaas_daemon_core::core::Policy;

use crate::harness::{Answer, Setup, TestApp, issued};

async fn create(app: &TestApp, body: Value) -> Answer {
    app.admin("POST", "/v1/sessions", body).await
}

#[tokio::test]
async fn a_bare_create_has_the_defaults_and_is_told() {
    let app = TestApp::new().await.with_agent("trader").await;
    let body = create(&app, json!({ "agentId": "trader" })).await.created();
    let session = &body["session"];
    let constraints =
        json!({ "expiresIn": 86_400, "maxRenewals": 30, "renewalRejectWindow": 3_600 });
    assert_eq!(session["constraints"], constraints);
    assert_eq!(session["state"], "ACTIVE");
    assert_eq!(session["source"], "cli");
    assert_eq!(session["expiresAt"], "2026-02-09T10:26:25Z");
    assert_eq!(session["absoluteExpiresAt"], "2026-03-10T10:26:25Z");
    assert_eq!(body["tokenFile"], Value::Null);
    app.whoami(&issued(&body).token).await.ok();
    let told = app.events_called("SESSION_CREATED");
    assert_eq!((told.len(), told[0].level.as_str()), (1, "INFO"));
    assert_eq!(told[0].payload["agent_name"], "trader");
    assert_eq!(app.audit_called("SESSION_CREATED").len(), 1);
}

#[tokio::test]
async fn the_token_is_stored_nowhere() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.advance(43_200);
    let renewed = issued(&app.renew(&session, Some("0123456789abcdef")).await.ok());
    app.sql()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    for entry in std::fs::read_dir(app.data_dir()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for token in [&session.token, &renewed.token] {
            let signature = token.rsplit('.').next().unwrap().as_bytes();
            assert!(
                !bytes
                    .windows(signature.len())
                    .any(|window| window == signature)
            );
        }
        let key = b"0123456789abcdef";
        assert!(!bytes.windows(key.len()).any(|window| window == key));
    }
}

#[tokio::test]
async fn wallets_of_a_session() {
    let app = TestApp::new().await.with_agent("trader").await;
    let (hot, cold) = (app.add_wallet("hot").await, app.add_wallet("cold").await);
    let wallets_of = |body: Value| -> Vec<(String, bool)> {
        let wallets = body["session"]["wallets"].as_array().unwrap().clone();
        let mut list: Vec<_> = wallets
            .iter()
            .map(|w| {
                (
                    w["name"].as_str().unwrap().to_owned(),
                    w["isDefault"] == true,
                )
            })
            .collect();
        list.sort();
        list
    };
    let own = create(&app, json!({ "agentId": "trader" })).await.created();
    assert_eq!(wallets_of(own), [("trader-wallet".to_owned(), true)]);
    let one = create(&app, json!({ "agentId": "trader", "walletId": hot }))
        .await
        .created();
    assert_eq!(wallets_of(one), [("hot".to_owned(), true)]);
    let several = json!({ "agentId": "trader", "walletIds": ["hot", cold] });
    let several = create(&app, several).await.created();
    assert_eq!(
        wallets_of(several),
        [("cold".to_owned(), false), ("hot".to_owned(), true)]
    );
    let named =
        json!({ "agentId": "trader", "walletIds": [hot, "cold"], "defaultWalletId": "cold" });
    let named = create(&app, named).await.created();
    assert_eq!(
        wallets_of(named),
        [("cold".to_owned(), true), ("hot".to_owned(), false)]
    );
}

#[tokio::test]
async fn the_agents_own_default_wallet_is_the_sessions_too() {
    let app = TestApp::new().await.with_agent("trader").await;
    app.add_wallet("second").await;
    let link = json!({ "wallet": "second", "makeDefault": true });
    app.admin("POST", "/v1/agents/trader/wallets", link)
        .await
        .ok();
    let session = app.session("trader").await;
    let wallets = app.whoami(&session.token).await.ok()["wallets"].clone();
    let default = wallets
        .as_array()
        .unwrap()
        .iter()
        .find(|w| w["isDefault"] == true)
        .unwrap();
    assert_eq!(
        (default["name"].as_str(), wallets.as_array().unwrap().len()),
        (Some("second"), 2)
    );
}

#[tokio::test]
async fn wrong_wallets_are_refused_and_nothing_is_made() {
    let app = TestApp::new().await.with_agent("trader").await;
    app.add_wallet("hot").await;
    app.add_wallet("gone").await;
    app.admin("DELETE", "/v1/wallets/gone", Value::Null)
        .await
        .ok();
    app.add_agent("poor", &[]).await;
    let before = app.dump();
    let unknown = "01950000-0000-7000-8000-000000000000";
    let trader = |mut body: Value| {
        body["agentId"] = json!("trader");
        body
    };
    let cases = [
        (
            trader(json!({ "walletId": "hot", "walletIds": ["hot"] })),
            "REQUEST_INVALID",
        ),
        (
            trader(json!({ "walletIds": ["hot", "hot"] })),
            "REQUEST_INVALID",
        ),
        (
            trader(json!({ "walletIds": ["hot"], "defaultWalletId": "trader-wallet" })),
            "REQUEST_INVALID",
        ),
        (
            trader(json!({ "walletIds": vec!["hot"; 101] })),
            "REQUEST_INVALID",
        ),
        (
            trader(json!({ "walletIds": [] })),
            "SESSION_REQUIRES_WALLET",
        ),
        (trader(json!({ "walletId": unknown })), "WALLET_NOT_FOUND"),
        (trader(json!({ "walletId": "hott" })), "WALLET_NOT_FOUND"),
        (trader(json!({ "walletId": "" })), "WALLET_NOT_FOUND"),
        (
            trader(json!({ "walletIds": ["hot", "gone"] })),
            "WALLET_TERMINATED",
        ),
        (json!({ "agentId": "poor" }), "SESSION_REQUIRES_WALLET"),
    ];
    for (body, code) in cases {
        create(&app, body.clone()).await.refused(code);
    }
    assert_eq!(app.dump(), before);
    let hint = create(&app, json!({ "agentId": "poor" })).await.json()["hint"].clone();
    let hint = hint.as_str().unwrap();
    assert!(hint.contains("waiaas wallet add") && hint.contains("waiaas agent wallet add poor"));
}

#[tokio::test]
async fn wrong_agents_are_refused_with_the_nearest_name() {
    let app = TestApp::new()
        .await
        .with_agent("trader")
        .await
        .with_agent("idle")
        .await;
    app.admin("POST", "/v1/agents/idle/suspend", Value::Null)
        .await
        .ok();
    create(&app, json!({ "agentId": "idle" }))
        .await
        .refused("AGENT_SUSPENDED");
    app.admin("DELETE", "/v1/agents/idle", Value::Null)
        .await
        .ok();
    create(&app, json!({ "agentId": "idle" }))
        .await
        .refused("AGENT_TERMINATED");
    let body = create(&app, json!({ "agentId": "tradr" }))
        .await
        .refused("AGENT_NOT_FOUND");
    assert_eq!(body["details"]["nearest"], "trader");
    assert_eq!(body["hint"], "Did you mean \"trader\"?");
    for unknown in [
        "",
        "01950000-0000-7000-8000-000000000000",
        "<b>x</b>",
        &"x".repeat(10_000),
    ] {
        create(&app, json!({ "agentId": unknown }))
            .await
            .refused("AGENT_NOT_FOUND");
    }
}

#[tokio::test]
async fn live_sessions_of_an_agent_are_limited_and_ended_ones_do_not_count() {
    let policy = Policy {
        max_sessions_per_agent: 2,
        ..Policy::default()
    };
    let app = TestApp::with(Setup {
        policy,
        ..Setup::default()
    })
    .await;
    let app = app.with_agent("trader").await.with_agent("other").await;
    let first = app.session("trader").await;
    app.session("trader").await;
    let body = create(&app, json!({ "agentId": "trader" }))
        .await
        .refused("SESSION_LIMIT_EXCEEDED");
    assert_eq!(body["details"]["maxSessionsPerAgent"], 2);
    app.session("other").await;
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", first.id),
        Value::Null,
    )
    .await
    .ok();
    app.session("trader").await;
    create(&app, json!({ "agentId": "trader" }))
        .await
        .refused("SESSION_LIMIT_EXCEEDED");
    app.advance(86_400);
    app.session("trader").await;
}

#[tokio::test]
async fn a_replaced_session_does_not_count_and_ends_in_the_same_request() {
    let policy = Policy {
        max_sessions_per_agent: 1,
        ..Policy::default()
    };
    let app = TestApp::with(Setup {
        policy,
        ..Setup::default()
    })
    .await;
    let app = app.with_agent("trader").await.with_agent("other").await;
    let old = app.session("trader").await;
    let foreign = app.session("other").await;
    let replace = |id: &str| json!({ "agentId": "trader", "replacesSessionId": id });
    let body = create(&app, replace(&old.id)).await.created();
    assert_eq!(body["replacedSessionId"], json!(old.id));
    app.whoami(&old.token).await.refused("SESSION_REVOKED");
    assert_eq!(app.owner_view(&old).await["revokeReason"], "replaced");
    app.whoami(&issued(&body).token).await.ok();
    let before = app.dump();
    let answer = create(&app, replace(&foreign.id)).await;
    assert_eq!(
        answer.issues(),
        ["replacesSessionId: belongs to another agent"]
    );
    let unknown = "01950000-0000-7000-8000-000000000000";
    create(&app, replace(unknown))
        .await
        .refused("SESSION_NOT_FOUND");
    create(&app, replace(&old.id))
        .await
        .refused("SESSION_LIMIT_EXCEEDED");
    assert_eq!(app.dump(), before);
}
