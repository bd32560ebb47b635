//! The audit chain: PROTOCOL.md section 9.

use serde_json::{Value, json};

use crate::harness::TestApp;

async fn verify(app: &TestApp) -> Value {
    app.admin("GET", "/v1/audit/verify", Value::Null).await.ok()
}

/// What only somebody with the file can do.
fn without_triggers(app: &TestApp, change: &str) {
    let sql = app.sql();
    let mut names = sql
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'")
        .unwrap();
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(!names.is_empty());
    for name in names {
        sql.execute_batch(&format!("DROP TRIGGER \"{name}\""))
            .unwrap();
    }
    sql.execute_batch(change).unwrap();
}

async fn busy() -> TestApp {
    let app = TestApp::new().await.with_agent("trader").await;
    let session = app.session("trader").await;
    app.admin(
        "POST",
        &format!("/v1/sessions/{}/revoke", session.id),
        Value::Null,
    )
    .await
    .ok();
    app.admin("POST", "/v1/agents/trader/suspend", Value::Null)
        .await
        .ok();
    app
}

#[tokio::test]
async fn an_untouched_chain_is_intact_and_without_gaps() {
    let app = busy().await;
    assert_eq!(verify(&app).await, json!({ "intact": true, "entries": 5 }));
    let page = app.admin("GET", "/v1/audit", Value::Null).await.ok();
    let seqs: Vec<_> = page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["seq"].clone())
        .collect();
    assert_eq!(seqs, [5, 4, 3, 2, 1]);
    assert_eq!(page["entries"][0]["event"], "AGENT_SUSPENDED");
    let actor = format!("machine:uid={}", crate::harness::own_uid());
    assert_eq!(page["entries"][0]["actor"], json!(actor));
}

#[tokio::test]
async fn an_empty_chain_is_intact() {
    let app = TestApp::new().await;
    assert_eq!(verify(&app).await, json!({ "intact": true, "entries": 0 }));
}

#[tokio::test]
async fn entries_cannot_be_changed_or_deleted() {
    let app = busy().await;
    for statement in [
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE seq = 5",
    ] {
        app.sql().execute_batch(statement).unwrap_err();
    }
    assert_eq!(verify(&app).await["intact"], true);
}

#[tokio::test]
async fn every_tampered_field_is_found_at_its_place() {
    let changes = [
        "at = at + 1",
        "event = 'X'",
        "actor = 'nobody'",
        "agent_id = 'x'",
        "session_id = 'x'",
        "details = '{}'",
        "hash = '00'",
    ];
    for change in changes {
        let app = busy().await;
        without_triggers(
            &app,
            &format!("UPDATE audit_log SET {change} WHERE seq = 3"),
        );
        let found = verify(&app).await;
        assert_eq!(
            (&found["intact"], &found["firstBadSeq"]),
            (&json!(false), &json!(3)),
            "{change}"
        );
        assert_eq!(found["problem"], "its content was changed", "{change}");
    }
    let app = busy().await;
    without_triggers(&app, "UPDATE audit_log SET prev_hash = '00' WHERE seq = 3");
    assert_eq!(verify(&app).await["firstBadSeq"], 3);
}

#[tokio::test]
async fn a_missing_entry_and_a_missing_end_are_found() {
    let app = busy().await;
    without_triggers(&app, "DELETE FROM audit_log WHERE seq = 3");
    let found = verify(&app).await;
    assert_eq!(
        (&found["firstBadSeq"], &found["entries"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(found["problem"], "an entry before this one is missing");

    let app = busy().await;
    without_triggers(&app, "DELETE FROM audit_log WHERE seq >= 4");
    let found = verify(&app).await;
    assert_eq!(
        (&found["firstBadSeq"], &found["entries"]),
        (&json!(4), &json!(3))
    );
    assert_eq!(found["problem"], "entries at the end are missing");
}

#[tokio::test]
async fn pages_and_filters() {
    let app = busy().await;
    let session = app
        .admin("GET", "/v1/sessions?state=all", Value::Null)
        .await
        .ok();
    let session = session["sessions"][0]["id"].as_str().unwrap().to_owned();
    let list = async |query: &str| {
        let page = app
            .admin("GET", &format!("/v1/audit?{query}"), Value::Null)
            .await
            .ok();
        let entries = page["entries"].as_array().unwrap().clone();
        let seqs: Vec<i64> = entries
            .iter()
            .map(|entry| entry["seq"].as_i64().unwrap())
            .collect();
        (seqs, page["next"].clone())
    };
    assert_eq!(list("limit=2").await, (vec![5, 4], json!(4)));
    assert_eq!(list("limit=2&before=4").await, (vec![3, 2], json!(2)));
    assert_eq!(list("limit=2&before=2").await, (vec![1], Value::Null));
    assert_eq!(list("agent=trader").await.0, [5, 4, 3, 2]);
    assert_eq!(list(&format!("session={session}")).await.0, [4, 3]);
    assert_eq!(list(&format!("session={}", &session[..12])).await.0, [4, 3]);
    // Entries outlive their session.
    app.sql().execute("DELETE FROM sessions", []).unwrap();
    assert_eq!(list(&format!("session={session}")).await.0, [4, 3]);
    app.admin("GET", "/v1/audit?session=ffff", Value::Null)
        .await
        .refused("SESSION_NOT_FOUND");
}

#[tokio::test]
async fn a_chain_that_fits_itself_but_not_what_the_daemon_remembers_is_found() {
    let app = busy().await;
    let anchor = app.data_dir().join("audit.anchor");
    let mut head: Value = serde_json::from_slice(&std::fs::read(&anchor).unwrap()).unwrap();
    head["hash"] = json!("f".repeat(64));
    std::fs::write(&anchor, head.to_string()).unwrap();
    let found = verify(&app).await;
    assert_eq!(found["intact"], json!(false));
    assert_eq!(found["firstBadSeq"], head["seq"]);
    std::fs::remove_file(&anchor).unwrap();
    assert_eq!(verify(&app).await["intact"], json!(false));
}
