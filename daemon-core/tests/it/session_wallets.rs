//! The wallets of a living session: PROTOCOL.md section 9.

use serde_json::{Value, json};

use crate::harness::{Issued, TestApp};

async fn two_wallets() -> (TestApp, Issued) {
    let app = TestApp::new().await.with_agent("trader").await;
    for name in ["hot", "cold", "spare"] {
        app.add_wallet(name).await;
    }
    let body = json!({ "agentId": "trader", "walletIds": ["hot", "cold"] });
    let session = app.session_with(body).await;
    (app, session)
}

fn path(session: &Issued, rest: &str) -> String {
    format!("/v1/sessions/{}/{rest}", session.id)
}

async fn names(app: &TestApp, session: &Issued) -> Vec<(String, bool)> {
    let wallets = app.whoami(&session.token).await.ok()["wallets"]
        .as_array()
        .unwrap()
        .clone();
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
}

#[tokio::test]
async fn linking_is_seen_by_the_very_next_request_and_told() {
    let (app, session) = two_wallets().await;
    let link = json!({ "wallet": "spare", "makeDefault": true });
    let body = app
        .admin("POST", &path(&session, "wallets"), link.clone())
        .await
        .ok();
    assert_eq!(body["wallets"].as_array().unwrap().len(), 3);
    let expected = [("cold", false), ("hot", false), ("spare", true)];
    assert_eq!(
        names(&app, &session).await,
        expected.map(|(name, is)| (name.to_owned(), is))
    );
    let told = app.events_called("POWER_ADDED");
    assert_eq!(
        (told.len(), &told[0].payload["what"]),
        (1, &json!("session_wallet"))
    );
    app.admin("POST", &path(&session, "wallets"), link)
        .await
        .refused("WALLET_ALREADY_LINKED");
}

#[tokio::test]
async fn unlinking_keeps_a_default_and_a_last_wallet() {
    let (app, session) = two_wallets().await;
    let unlink = async |wallet: &str| {
        app.admin(
            "DELETE",
            &path(&session, &format!("wallets/{wallet}")),
            Value::Null,
        )
        .await
    };
    unlink("hot").await.refused("CANNOT_REMOVE_DEFAULT_WALLET");
    unlink("spare").await.refused("WALLET_NOT_FOUND");
    unlink("nothing").await.refused("WALLET_NOT_FOUND");
    unlink("cold").await.ok();
    unlink("cold").await.refused("WALLET_NOT_FOUND");
    unlink("hot").await.refused("SESSION_REQUIRES_WALLET");
    assert_eq!(names(&app, &session).await, [("hot".to_owned(), true)]);
    assert_eq!(app.audit_called("SESSION_WALLET_UNLINKED").len(), 1);
}

#[tokio::test]
async fn an_unlinked_wallet_is_denied_on_the_very_next_request() {
    let (app, session) = two_wallets().await;
    let wallets = app.get("/v1/wallets", &session.token).await.ok()["wallets"].clone();
    let cold = wallets
        .as_array()
        .unwrap()
        .iter()
        .find(|w| w["name"] == "cold")
        .unwrap();
    let own = format!("/v1/wallets/{}", cold["id"].as_str().unwrap());
    app.get(&own, &session.token).await.ok();
    app.admin("DELETE", &path(&session, "wallets/cold"), Value::Null)
        .await
        .ok();
    app.get(&own, &session.token)
        .await
        .refused("WALLET_ACCESS_DENIED");
}

#[tokio::test]
async fn the_default_is_one_of_the_linked() {
    let (app, session) = two_wallets().await;
    let set = async |wallet: &str| {
        app.admin(
            "PUT",
            &path(&session, "default-wallet"),
            json!({ "wallet": wallet }),
        )
        .await
    };
    set("cold").await.ok();
    set("cold").await.ok();
    assert_eq!(
        names(&app, &session).await,
        [("cold".to_owned(), true), ("hot".to_owned(), false)]
    );
    set("spare").await.refused("WALLET_NOT_FOUND");
    set("").await.refused("WALLET_NOT_FOUND");
}

#[tokio::test]
async fn a_removed_wallet_cannot_be_linked() {
    let (app, session) = two_wallets().await;
    app.admin("DELETE", "/v1/wallets/spare", Value::Null)
        .await
        .ok();
    let link = json!({ "wallet": "spare" });
    app.admin("POST", &path(&session, "wallets"), link)
        .await
        .refused("WALLET_TERMINATED");
}

#[tokio::test]
async fn an_ended_session_keeps_its_wallets_as_they_were() {
    let (app, revoked) = two_wallets().await;
    let expired = app.session("trader").await;
    app.admin("POST", &path(&revoked, "revoke"), Value::Null)
        .await
        .ok();
    app.advance(86_400);
    let wallet = json!({ "wallet": "spare" });
    let calls = [
        ("POST", "wallets", wallet.clone()),
        ("PUT", "default-wallet", wallet),
        ("DELETE", "wallets/cold", Value::Null),
    ];
    for (method, rest, body) in calls {
        app.admin(method, &path(&revoked, rest), body.clone())
            .await
            .refused("SESSION_REVOKED");
        app.admin(method, &path(&expired, rest), body.clone())
            .await
            .refused("REQUEST_INVALID");
        let unknown = format!("/v1/sessions/01950000-0000-7000-8000-000000000000/{rest}");
        app.admin(method, &unknown, body)
            .await
            .refused("SESSION_NOT_FOUND");
    }
}
