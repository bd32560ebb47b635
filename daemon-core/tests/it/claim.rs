//! Claim codes: PROTOCOL.md section 6, CONSOLE.md "Messages".

use serde_json::{Value, json};
use waiaas_daemon_core::core::Policy;
use waiaas_daemon_core::session::expiry;
use waiaas_protocol::claim_code::ClaimCode;

use crate::harness::{Answer, Call, Issued, KEY, START_S, Setup, TestApp};

const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210";
const PATH: &str = "/v1/sessions/claim";

/// A session that waits: its id and its code.
async fn issue_with(app: &TestApp, body: Value) -> (String, String) {
    let mut body = body;
    body["agentId"] = json!("trader");
    body["claim"] = json!(true);
    let created = app.admin("POST", "/v1/sessions", body).await.created();
    assert_eq!(created["token"], Value::Null, "{created}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&created["session"]["id"]), text(&created["claimCode"]))
}

async fn issue(app: &TestApp) -> (String, String) {
    issue_with(app, json!({})).await
}

fn call(code: &str, key: Option<&str>) -> Call {
    let call = Call::new("POST", PATH).json(&json!({ "code": code }));
    match key {
        Some(key) => call.header("idempotency-key", key),
        None => call,
    }
}

async fn claim(app: &TestApp, code: &str, key: Option<&str>) -> Answer {
    app.agent_call(call(code, key)).await
}

fn claimed(answer: &Answer) -> Issued {
    let body = answer.ok();
    Issued {
        id: body["session"]["sessionId"].as_str().unwrap().to_owned(),
        token: body["token"].as_str().unwrap().to_owned(),
    }
}

async fn trader() -> TestApp {
    TestApp::new().await.with_agent("trader").await
}

async fn scan(app: &TestApp) {
    expiry::scan(&app.core).await.unwrap();
}

#[tokio::test]
async fn a_code_hands_the_token_over_once_and_it_is_told_and_audited() {
    let app = trader().await;
    let body = json!({ "agentId": "trader", "claim": true });
    let created = app.admin("POST", "/v1/sessions", body).await.created();
    assert_eq!(created["claimExpiresAt"], "2026-02-08T10:36:25Z");
    assert_eq!(
        created["session"]["constraints"]["expiresIn"], 604_800,
        "a hand-over's default"
    );
    let code = created["claimCode"].as_str().unwrap();
    assert_eq!(app.events_called("SESSION_CREATED").len(), 1);
    app.advance(60);
    let answer = app.agent_call(call(code, None).from("203.0.113.9")).await;
    let session = claimed(&answer);
    assert_eq!(created["session"]["id"], session.id.as_str());
    assert_eq!(answer.header("idempotent-replayed"), None);
    let me = app.whoami(&session.token).await.ok();
    assert_eq!(me, answer.json()["session"], "what an agent may know");
    assert_eq!(me["agent"]["name"], "trader");
    let told = app.events_called("SESSION_CLAIMED");
    assert_eq!((told.len(), told[0].level.as_str()), (1, "INFO"));
    assert_eq!(told[0].payload["from"], "203.0.113.9");
    let audited = app.audit_called("SESSION_CLAIMED");
    assert_eq!(audited[0].session_id.as_deref(), Some(session.id.as_str()));
    assert_eq!(audited[0].details, json!({ "from": "203.0.113.9" }));
    assert_eq!(app.audit_called("CLAIM_CODE_ISSUED").len(), 1);
    // It is a session like any other from here on.
    app.advance(302_400);
    app.renew(&session, Some(KEY)).await.ok();
}

#[tokio::test]
async fn a_code_is_read_however_it_was_copied() {
    let app = trader().await;
    let (_, code) = issue(&app).await;
    let loose = format!(" {} ", code.to_lowercase().replace('-', " "));
    claimed(&claim(&app, &loose, None).await);
}

#[tokio::test]
async fn wrong_used_late_and_revoked_are_answered_alike() {
    let app = trader().await;
    let (_, used) = issue(&app).await;
    claimed(&claim(&app, &used, None).await);
    let (revoked_id, revoked) = issue(&app).await;
    let path = format!("/v1/sessions/{revoked_id}/revoke");
    app.admin("POST", &path, Value::Null).await.ok();
    let (_, late) = issue(&app).await;
    app.advance(600);
    let wrong = ClaimCode::from_bytes([9; 16]).expose().to_owned();
    let mut bodies = Vec::new();
    for code in [&wrong, &used, &late, &revoked, &"nonsense".to_owned()] {
        for call in [call(code, Some(KEY)), call(code, None)] {
            let last = u8::try_from(bodies.len()).unwrap();
            let answer = app.agent_call(call.from(&format!("10.1.1.{last}"))).await;
            let mut body = answer.refused("CLAIM_INVALID");
            body["requestId"] = Value::Null;
            bodies.push(body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn the_second_try_alarms_once_per_code() {
    let app = trader().await;
    let (id, code) = issue(&app).await;
    let first = app
        .agent_call(call(&code, Some(KEY)).from("10.0.0.1"))
        .await;
    let session = claimed(&first);
    app.advance(30);
    for (key, from) in [
        (Some(OTHER_KEY), "10.0.0.2"),
        (None, "10.0.0.3"),
        (None, "10.0.0.2"),
    ] {
        let again = app.agent_call(call(&code, key).from(from)).await;
        again.refused("CLAIM_INVALID");
    }
    let alarms = app.events_called("CLAIM_REUSED");
    assert_eq!((alarms.len(), alarms[0].level.as_str()), (1, "CRITICAL"));
    assert_eq!(alarms[0].session_id.as_deref(), Some(id.as_str()));
    let facts = &alarms[0].payload;
    assert_eq!(facts["from"], "10.0.0.2");
    assert_eq!(facts["first_from"], "10.0.0.1");
    assert_eq!(facts["first_at"], START_S);
    assert_eq!(app.audit_called("CLAIM_REUSED").len(), 1);
    // The first holder keeps what it has until the owner decides.
    app.whoami(&session.token).await.ok();
    let app = app.restart(|_| ()).await;
    app.advance(3_600);
    claim(&app, &code, None).await.refused("CLAIM_INVALID");
    assert_eq!(app.events_called("CLAIM_REUSED").len(), 1);
    assert!(
        app.audit_called("CLAIM_REFUSED").is_empty(),
        "no wrong code"
    );
}

#[tokio::test]
async fn a_lost_answer_is_repeated_for_its_key_while_the_token_is_unused() {
    let app = trader().await;
    let (_, code) = issue(&app).await;
    let first = claimed(&claim(&app, &code, Some(KEY)).await);
    app.advance(599);
    let again = claim(&app, &code, Some(KEY)).await;
    assert_eq!(claimed(&again), first);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(app.events_called("SESSION_CLAIMED").len(), 1);
    app.whoami(&first.token).await.ok();
    claim(&app, &code, Some(KEY)).await.refused("CLAIM_INVALID");
    assert_eq!(app.events_called("CLAIM_REUSED").len(), 1);

    let (_, code) = issue(&app).await;
    claimed(&claim(&app, &code, Some(KEY)).await);
    app.advance(600);
    claim(&app, &code, Some(KEY)).await.refused("CLAIM_INVALID");
    assert_eq!(app.events_called("CLAIM_REUSED").len(), 2, "a code each");
}

#[tokio::test]
async fn an_agent_that_asks_again_after_the_owner_revoked_is_no_thief() {
    let app = trader().await;
    let (id, code) = issue(&app).await;
    claimed(&claim(&app, &code, Some(KEY)).await);
    let path = format!("/v1/sessions/{id}/revoke");
    app.admin("POST", &path, Value::Null).await.ok();
    claim(&app, &code, Some(KEY)).await.refused("CLAIM_INVALID");
    assert!(app.events_called("CLAIM_REUSED").is_empty());
}

#[tokio::test]
async fn ten_minutes_to_the_second_then_the_session_ends_unclaimed() {
    let app = trader().await;
    let (_, in_time) = issue(&app).await;
    let (late_id, late) = issue(&app).await;
    app.advance(599);
    scan(&app).await;
    claimed(&claim(&app, &in_time, None).await);
    app.advance(1);
    claim(&app, &late, None).await.refused("CLAIM_INVALID");
    for _ in 0..2 {
        scan(&app).await;
    }
    let ended = app.events_called("SESSION_REVOKED");
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert_eq!(ended[0].session_id.as_deref(), Some(late_id.as_str()));
    assert_eq!(ended[0].payload["reason"], "claim_expired");
    let view = app
        .admin("GET", &format!("/v1/sessions/{late_id}"), Value::Null)
        .await
        .ok();
    assert_eq!(view["revokeReason"], "claim_expired");
    assert_eq!(app.audit_called("SESSION_REVOKED").len(), 1);
    claim(&app, &late, None).await.refused("CLAIM_INVALID");
    assert!(app.events_called("CLAIM_REUSED").is_empty());
}

#[tokio::test]
async fn a_short_session_shortens_its_code_and_is_not_said_to_have_stopped() {
    let app = trader().await;
    let short = json!({ "constraints": { "expiresIn": 300 } });
    let (_, code) = issue_with(&app, short).await;
    app.advance(299);
    scan(&app).await;
    assert!(app.events_called("SESSION_EXPIRING_SOON").is_empty());
    app.advance(1);
    claim(&app, &code, None).await.refused("CLAIM_INVALID");
    scan(&app).await;
    assert_eq!(
        app.events_called("SESSION_REVOKED")[0].payload["reason"],
        "claim_expired"
    );
    assert!(app.events_called("SESSION_EXPIRED").is_empty());
}

#[tokio::test]
async fn wrong_codes_are_rationed_by_address_and_right_ones_cost_nothing() {
    let app = TestApp::with(Setup {
        policy: Policy {
            max_sessions_per_agent: 50,
            ..Policy::default()
        },
        ..Setup::default()
    })
    .await
    .with_agent("trader")
    .await;
    for _ in 0..10 {
        let (_, code) = issue(&app).await;
        claimed(&claim(&app, &code, None).await);
    }
    for _ in 0..5 {
        claim(&app, "wrong", None).await.refused("CLAIM_INVALID");
    }
    let (_, code) = issue(&app).await;
    let limited = claim(&app, &code, None).await;
    limited.refused("RATE_LIMITED");
    let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((50..=60).contains(&wait), "{wait}");
    claimed(&app.agent_call(call(&code, None).from("10.0.0.9")).await);
}

#[tokio::test]
async fn a_flood_of_wrong_codes_fills_no_audit_trail() {
    let app = trader().await;
    for last in 0..30 {
        let call = call("wrong", None).from(&format!("10.2.0.{last}"));
        app.agent_call(call).await.refused("CLAIM_INVALID");
    }
    let audited = app.audit_called("CLAIM_REFUSED");
    assert_eq!(audited.len(), 10);
    assert_eq!(audited[3].details, json!({ "from": "10.2.0.3" }));
    app.advance(3_600);
    claim(&app, "wrong", None).await.refused("CLAIM_INVALID");
    assert_eq!(app.audit_called("CLAIM_REFUSED").len(), 11);
}

#[tokio::test]
async fn the_kill_switch_refuses_claims_and_leaves_the_code_as_it_is() {
    let app = trader().await;
    let (_, code) = issue(&app).await;
    let switch = async |on: bool| {
        let body = json!({ "active": on });
        app.admin("PUT", "/v1/kill-switch", body).await.ok();
    };
    switch(true).await;
    for code in [code.as_str(), "wrong"] {
        let answer = claim(&app, code, Some(KEY)).await;
        assert_eq!(
            answer.refused("SYSTEM_LOCKED")["details"]["reason"],
            "kill_switch"
        );
    }
    let body = json!({ "agentId": "trader", "claim": true });
    app.admin("POST", "/v1/sessions", body)
        .await
        .refused("SYSTEM_LOCKED");
    switch(false).await;
    claimed(&claim(&app, &code, Some(KEY)).await);
}

#[tokio::test]
async fn a_frozen_database_hands_nothing_over() {
    let app = trader().await;
    let (_, code) = issue(&app).await;
    let copy = std::fs::read(app.database()).unwrap();
    let wal = std::fs::read(app.database().with_extension("db-wal")).unwrap_or_default();
    claimed(&claim(&app, &code, None).await);
    let app = app
        .restart(|database| {
            std::fs::write(&database, copy).unwrap();
            std::fs::write(database.with_extension("db-wal"), wal).unwrap();
        })
        .await;
    let answer = claim(&app, &code, None).await;
    assert_eq!(
        answer.refused("SYSTEM_LOCKED")["details"]["reason"],
        "restored_database"
    );
}

#[tokio::test]
async fn a_suspended_agent_waits_and_its_code_with_it() {
    let app = trader().await;
    let (_, code) = issue(&app).await;
    let set = async |what: &str| {
        let path = format!("/v1/agents/trader/{what}");
        app.admin("POST", &path, Value::Null).await.ok();
    };
    set("suspend").await;
    claim(&app, &code, Some(KEY))
        .await
        .refused("AGENT_SUSPENDED");
    set("resume").await;
    claimed(&claim(&app, &code, Some(KEY)).await);
}

#[tokio::test]
async fn a_restart_and_new_keys_between_issue_and_claim_change_nothing() {
    let app = trader().await;
    let (id, code) = issue(&app).await;
    let (gone_id, gone) = issue(&app).await;
    app.admin("POST", "/v1/keys/rotate", json!({})).await.ok();
    let app = app.restart(|_| ()).await;
    let session = claimed(&claim(&app, &code, None).await);
    assert_eq!(session.id, id);
    app.whoami(&session.token).await.ok();
    let body = json!({ "revokeAll": true });
    app.admin("POST", "/v1/keys/rotate", body).await.ok();
    claim(&app, &gone, None).await.refused("CLAIM_INVALID");
    assert_ne!(gone_id, id);
}

#[tokio::test]
async fn what_waits_counts_and_what_it_replaces_ends_with_the_claim() {
    let policy = Policy {
        max_sessions_per_agent: 1,
        ..Policy::default()
    };
    let setup = Setup {
        policy,
        ..Setup::default()
    };
    let app = TestApp::with(setup).await.with_agent("trader").await;
    let (_, code) = issue(&app).await;
    let body = json!({ "agentId": "trader", "claim": true });
    app.admin("POST", "/v1/sessions", body)
        .await
        .refused("SESSION_LIMIT_EXCEEDED");
    let former = claimed(&claim(&app, &code, None).await);
    let (_, code) = issue_with(&app, json!({ "replacesSessionId": former.id })).await;
    app.whoami(&former.token).await.ok();
    let session = claimed(&claim(&app, &code, None).await);
    app.whoami(&former.token).await.refused("SESSION_REVOKED");
    app.whoami(&session.token).await.ok();
    assert_eq!(app.owner_view(&former).await["revokeReason"], "replaced");
}

#[tokio::test]
async fn of_many_at_once_one_gets_the_token() {
    let app = trader().await;
    let (_, code) = issue(&app).await;
    let tries = (0..20_u8).map(|last| {
        let key = format!("a-key-of-its-own-{last}");
        let call = call(&code, Some(&key)).from(&format!("10.3.0.{last}"));
        app.agent_call(call)
    });
    let answers = futures::future::join_all(tries).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    assert_eq!(app.events_called("CLAIM_REUSED").len(), 1);
    assert_eq!(app.events_called("SESSION_CLAIMED").len(), 1);
}

#[tokio::test]
async fn neither_code_nor_token_nor_key_is_in_any_file() {
    let app = trader().await;
    let (_, code) = issue(&app).await;
    let session = claimed(&claim(&app, &code, Some(KEY)).await);
    claim(&app, &code, None).await.refused("CLAIM_INVALID");
    let (_, waiting) = issue(&app).await;
    let hash = ClaimCode::parse(&waiting).unwrap().hash().to_hex();
    app.sql()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let mut secrets = vec![session.token[9..].to_owned(), KEY.to_owned()];
    for code in [code, waiting] {
        secrets.extend([code.to_lowercase(), code.replace('-', ""), code]);
    }
    let mut hashes = 0;
    for entry in std::fs::read_dir(app.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let holds = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        hashes += usize::from(holds(&hash));
        assert!(!secrets.iter().any(|secret| holds(secret)), "{path:?}");
    }
    assert_eq!(hashes, 1, "the database has the hash");
}

#[tokio::test]
async fn requests_of_another_form_are_refused() {
    let app = trader().await;
    let both = json!({ "agentId": "trader", "claim": true, "toTokenFile": true });
    let answer = app.admin("POST", "/v1/sessions", both).await;
    assert_eq!(
        answer.issues(),
        ["claim: cannot be given together with toTokenFile"]
    );
    let post = |body: Value| app.agent_call(Call::new("POST", PATH).json(&body));
    assert_eq!(post(json!({})).await.issues(), ["code: is missing"]);
    assert_eq!(
        post(json!({ "code": 7 })).await.issues(),
        ["code: must be a text"]
    );
    claim(&app, "wrong", Some("short"))
        .await
        .refused("IDEMPOTENCY_KEY_INVALID");
    app.agent_call(Call::new("GET", PATH))
        .await
        .refused("METHOD_NOT_ALLOWED");
}
