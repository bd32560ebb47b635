//! Agents through the owner's door, with hostile names.

use serde_json::{Value, json};

use crate::harness::{Call, TestApp};

/// A name as a path segment.
fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn any_name_that_is_text_is_kept_as_it_is() {
    let app = TestApp::new().await;
    let longest = "가".repeat(64);
    let names = [
        "<script>alert(1)</script>",
        "<b>&amp;\"'",
        "O'Brien; DROP TABLE agents",
        "a/b?c#d%20e",
        "거래 봇",
        "👩‍👩‍👧‍👦 family",
        "..",
        "null",
        "{agent}",
        &longest,
    ];
    for name in names {
        let body = app
            .admin("POST", "/v1/agents", json!({ "name": name }))
            .await
            .created();
        assert_eq!(body["name"], name);
        let path = format!("/v1/agents/{}", encoded(name));
        assert_eq!(
            app.admin("GET", &path, Value::Null).await.ok()["id"],
            body["id"],
            "{name}"
        );
    }
    let listed = app.admin("GET", "/v1/agents", Value::Null).await.ok();
    assert_eq!(listed["agents"].as_array().unwrap().len(), names.len());
}

#[tokio::test]
async fn names_that_could_deceive_are_refused() {
    let app = TestApp::new().await;
    let before = app.dump();
    let (long, kilobytes, marks) = (
        "가".repeat(65),
        "x".repeat(10_000),
        format!("a{}", "\u{301}".repeat(1_100)),
    );
    let cases = [
        ("", "must not be empty"),
        ("   ", "must not be empty"),
        (" trader", "must not begin or end with white space"),
        ("trader\u{A0}", "must not begin or end with white space"),
        (&long, "must have at most 64 characters and 2048 bytes"),
        (&kilobytes, "must have at most 64 characters and 2048 bytes"),
        (&marks, "must have at most 64 characters and 2048 bytes"),
        (
            "a\u{202E}b",
            "must not contain control or text-direction characters (found U+202E)",
        ),
        (
            "a\u{200F}b",
            "must not contain control or text-direction characters (found U+200F)",
        ),
        (
            "a\u{2066}b",
            "must not contain control or text-direction characters (found U+2066)",
        ),
        (
            "a\nb",
            "must not contain control or text-direction characters (found U+000A)",
        ),
        (
            "a\0b",
            "must not contain control or text-direction characters (found U+0000)",
        ),
    ];
    for (name, message) in cases {
        let answer = app
            .admin("POST", "/v1/agents", json!({ "name": name }))
            .await;
        assert_eq!(answer.issues(), [format!("name: {message}")], "{name:?}");
        let wallet = json!({
            "name": name, "chain": "evm", "network": "base",
            "address": "0x52908400098527886e0f7030069857d2e4169ee7",
        });
        let answer = app.admin("POST", "/v1/wallets", wallet).await;
        assert_eq!(answer.issues(), [format!("name: {message}")], "{name:?}");
    }
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn names_are_unique_and_never_reused() {
    let app = TestApp::new().await.with_agent("trader").await;
    let taken = ["name: is taken by another agent; names are never reused"];
    let again = || app.admin("POST", "/v1/agents", json!({ "name": "trader" }));
    assert_eq!(again().await.issues(), taken);
    app.admin("DELETE", "/v1/agents/trader", Value::Null)
        .await
        .ok();
    assert_eq!(again().await.issues(), taken);
}

#[tokio::test]
async fn suspending_and_resuming_are_idempotent_and_told() {
    let app = TestApp::new().await.with_agent("trader").await;
    for (verb, status) in [("suspend", "SUSPENDED"), ("resume", "ACTIVE")] {
        for _ in 0..2 {
            let path = format!("/v1/agents/trader/{verb}");
            assert_eq!(
                app.admin("POST", &path, Value::Null).await.ok()["status"],
                status
            );
        }
    }
    assert_eq!(app.audit_called("AGENT_SUSPENDED").len(), 1);
    assert_eq!(app.audit_called("AGENT_RESUMED").len(), 1);
    let told = app.events_called("POWER_ADDED");
    assert_eq!(
        (told.len(), &told[0].payload["what"]),
        (1, &json!("agent_resumed"))
    );
}

#[tokio::test]
async fn a_removed_agent_takes_its_sessions_along_and_stays_removed() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    for _ in 0..2 {
        let body = app
            .admin("DELETE", "/v1/agents/trader", Value::Null)
            .await
            .ok();
        assert_eq!(
            (&body["status"], &body["liveSessions"]),
            (&json!("TERMINATED"), &json!(0))
        );
    }
    app.whoami(&session.token).await.refused("SESSION_REVOKED");
    assert_eq!(
        app.owner_view(&session).await["revokeReason"],
        "agent_terminated"
    );
    assert_eq!(app.audit_called("AGENT_TERMINATED").len(), 1);
    for verb in ["suspend", "resume"] {
        let path = format!("/v1/agents/trader/{verb}");
        app.admin("POST", &path, Value::Null)
            .await
            .refused("AGENT_TERMINATED");
    }
    app.admin("PUT", "/v1/agents/trader/defaults", json!({}))
        .await
        .refused("AGENT_TERMINATED");
    let link = json!({ "wallet": "trader-wallet" });
    app.admin("POST", "/v1/agents/trader/wallets", link)
        .await
        .refused("AGENT_TERMINATED");
    let listed = app.admin("GET", "/v1/agents", Value::Null).await.ok();
    assert_eq!(listed["agents"], json!([]));
    let listed = app
        .admin("GET", "/v1/agents?include=terminated", Value::Null)
        .await
        .ok();
    assert_eq!(listed["agents"][0]["name"], "trader");
}

#[tokio::test]
async fn unknown_agents_are_not_found_on_every_route() {
    let app = TestApp::new().await.with_agent("trader").await;
    let constraints = json!({ "maxRenewals": 1 });
    let wallet = json!({ "wallet": "trader-wallet" });
    let calls = [
        ("GET", "", Value::Null),
        ("DELETE", "", Value::Null),
        ("POST", "/suspend", Value::Null),
        ("POST", "/resume", Value::Null),
        ("PUT", "/defaults", constraints),
        ("POST", "/wallets", wallet.clone()),
        ("DELETE", "/wallets/trader-wallet", Value::Null),
        ("PUT", "/default-wallet", wallet),
    ];
    for (method, rest, body) in calls {
        for agent in ["traderr", "01950000-0000-7000-8000-000000000000", "%20"] {
            let path = format!("/v1/agents/{agent}{rest}");
            app.admin(method, &path, body.clone())
                .await
                .refused("AGENT_NOT_FOUND");
        }
    }
    app.admin("GET", "/v1/sessions?agent=traderr", Value::Null)
        .await
        .refused("AGENT_NOT_FOUND");
    app.admin("GET", "/v1/audit?agent=traderr", Value::Null)
        .await
        .refused("AGENT_NOT_FOUND");
}

#[tokio::test]
async fn default_constraints_are_replaced_cleared_checked_and_told() {
    let app = TestApp::new().await.with_agent("trader").await;
    let path = "/v1/agents/trader/defaults";
    let body = app
        .admin("PUT", path, json!({ "maxRenewals": 3 }))
        .await
        .ok();
    assert_eq!(body["defaultConstraints"], json!({ "maxRenewals": 3 }));
    let body = app
        .admin("PUT", path, json!({ "expiresIn": 600 }))
        .await
        .ok();
    assert_eq!(body["defaultConstraints"], json!({ "expiresIn": 600 }));
    let answer = app.admin("PUT", path, json!({ "expiresIn": 60 })).await;
    assert_eq!(
        answer.issues(),
        ["defaultConstraints.expiresIn: 60 is not in 300..604800"]
    );
    let body = app.admin("PUT", path, json!({})).await.ok();
    assert_eq!(body["defaultConstraints"], Value::Null);
    assert_eq!(app.events_called("POWER_ADDED").len(), 3);
    let answer = app.admin_call(Call::new("PUT", path)).await;
    answer.refused("REQUEST_INVALID");
}

#[tokio::test]
async fn an_agents_wallets() {
    let app = TestApp::new().await.with_agent("trader").await;
    for name in ["hot", "cold", "gone"] {
        app.add_wallet(name).await;
    }
    app.admin("DELETE", "/v1/wallets/gone", Value::Null)
        .await
        .ok();
    let path = "/v1/agents/trader/wallets";
    app.admin("POST", path, json!({ "wallet": "hot" }))
        .await
        .ok();
    app.admin("POST", path, json!({ "wallet": "hot" }))
        .await
        .refused("WALLET_ALREADY_LINKED");
    app.admin("POST", path, json!({ "wallet": "gone" }))
        .await
        .refused("WALLET_TERMINATED");
    app.admin("POST", path, json!({ "wallet": "hott" }))
        .await
        .refused("WALLET_NOT_FOUND");
    let unlink = |wallet: &str| format!("{path}/{wallet}");
    app.admin("DELETE", &unlink("trader-wallet"), Value::Null)
        .await
        .refused("CANNOT_REMOVE_DEFAULT_WALLET");
    app.admin("DELETE", &unlink("cold"), Value::Null)
        .await
        .refused("WALLET_NOT_FOUND");
    let set = "/v1/agents/trader/default-wallet";
    app.admin("PUT", set, json!({ "wallet": "cold" }))
        .await
        .refused("WALLET_NOT_FOUND");
    app.admin("PUT", set, json!({ "wallet": "hot" })).await.ok();
    let body = app
        .admin("DELETE", &unlink("trader-wallet"), Value::Null)
        .await
        .ok();
    assert_eq!(body["wallets"].as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &body["wallets"][0]["name"],
            &body["wallets"][0]["isDefault"]
        ),
        (&json!("hot"), &json!(true))
    );
    let body = app.admin("DELETE", &unlink("hot"), Value::Null).await.ok();
    assert_eq!(body["wallets"], json!([]));
}

#[tokio::test]
async fn an_agent_may_start_with_wallets_the_first_is_the_default() {
    let app = TestApp::new().await;
    for name in ["one", "two"] {
        app.add_wallet(name).await;
    }
    let body = json!({ "name": "a", "wallets": ["two", "one"] });
    let body = app.admin("POST", "/v1/agents", body).await.created();
    let default = body["wallets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|w| w["isDefault"] == true);
    assert_eq!(default.unwrap()["name"], "two");
    let before = app.dump();
    let cases = [
        (
            json!({ "name": "b", "wallets": ["one", "one"] }),
            "REQUEST_INVALID",
        ),
        (
            json!({ "name": "b", "wallets": ["three"] }),
            "WALLET_NOT_FOUND",
        ),
        (
            json!({ "name": "b", "wallets": vec!["one"; 101] }),
            "REQUEST_INVALID",
        ),
        (
            json!({ "name": "b", "defaultConstraints": { "maxRenewals": 101 } }),
            "REQUEST_INVALID",
        ),
    ];
    for (body, code) in cases {
        app.admin("POST", "/v1/agents", body).await.refused(code);
    }
    assert_eq!(app.dump(), before);
}
