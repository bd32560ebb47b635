//! Pages of sessions, and who-am-I.

use serde_json::{Value, json};

use crate::harness::TestApp;

fn ids(page: &Value) -> Vec<String> {
    let sessions = page["sessions"].as_array().unwrap();
    sessions
        .iter()
        .map(|session| session["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_are_newest_first_and_reach_every_session_once() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        app.add_wallet(&format!("{name}-wallet")).await;
        app.add_agent(name, &[&format!("{name}-wallet")]).await;
        for _ in 0..4 {
            app.advance(1);
            made.push(app.session(name).await.id);
        }
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut path = "/v1/sessions?limit=5".to_owned();
    for _ in 0..made.len() {
        let page = app.admin("GET", &path, Value::Null).await.ok();
        seen.extend(ids(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/sessions?limit=5&before={next}");
    }
    assert_eq!(seen, made);
    let of_b = app
        .admin("GET", "/v1/sessions?agent=b", Value::Null)
        .await
        .ok();
    assert_eq!(ids(&of_b), made[4..8]);
}

#[tokio::test]
async fn states_are_told_apart() {
    let app = TestApp::new().await.with_agent("trader").await;
    let expired = app.session("trader").await.id;
    let revoked = app.session("trader").await.id;
    app.admin(
        "POST",
        &format!("/v1/sessions/{revoked}/revoke"),
        Value::Null,
    )
    .await
    .ok();
    app.advance(86_400);
    let live = app.session("trader").await.id;
    let list = async |query: &str| {
        let mut found = ids(&app
            .admin("GET", &format!("/v1/sessions{query}"), Value::Null)
            .await
            .ok());
        found.sort();
        found
    };
    let only = std::slice::from_ref;
    assert_eq!(list("").await, only(&live));
    assert_eq!(list("?state=live").await, only(&live));
    assert_eq!(list("?state=expired").await, only(&expired));
    assert_eq!(list("?state=revoked").await, only(&revoked));
    let mut all = [live, expired, revoked];
    all.sort();
    assert_eq!(list("?state=all").await, all);
}

#[tokio::test]
async fn a_session_knows_itself_and_its_last_use_is_seen_by_the_owner() {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    assert_eq!(app.owner_view(&session).await["lastUsedAt"], Value::Null);
    app.advance(10);
    let me = app.whoami(&session.token).await.ok();
    assert_eq!(me["sessionId"], json!(session.id));
    assert_eq!(me["agent"]["name"], "trader");
    assert_eq!(
        (&me["renewalCount"], &me["renewalsLeft"]),
        (&json!(0), &json!(30))
    );
    assert_eq!(me["renewableFrom"], "2026-02-08T22:26:25Z");
    assert_eq!(me["serverTime"], "2026-02-08T10:26:35Z");
    assert_eq!(
        app.owner_view(&session).await["lastUsedAt"],
        "2026-02-08T10:26:35Z"
    );
    app.advance(30);
    app.whoami(&session.token).await.ok();
    assert_eq!(
        app.owner_view(&session).await["lastUsedAt"],
        "2026-02-08T10:26:35Z"
    );
    app.advance(30);
    app.whoami(&session.token).await.ok();
    assert_eq!(
        app.owner_view(&session).await["lastUsedAt"],
        "2026-02-08T10:27:35Z"
    );
}
