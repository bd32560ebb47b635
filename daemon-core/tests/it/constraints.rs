//! The constraints of a new session: levels, ranges, spelling (PROTOCOL.md section 3).

use serde_json::{Value, json};
use waiaas_daemon_core::core::Policy;
use waiaas_protocol::wire::ConstraintsRequest;

use crate::harness::{Answer, Call, Setup, TestApp, issued};

async fn create(app: &TestApp, body: Value) -> Answer {
    app.admin("POST", "/v1/sessions", body).await
}

#[tokio::test]
async fn each_level_wins_over_the_ones_below_it() {
    let policy = Policy {
        constraints: ConstraintsRequest {
            expires_in: Some(1_000),
            max_renewals: Some(10),
            max_amount_per_tx: Some("300".to_owned()),
            ..ConstraintsRequest::default()
        },
        ..Policy::default()
    };
    let app = TestApp::with(Setup {
        policy,
        ..Setup::default()
    })
    .await
    .with_agent("trader")
    .await;
    let defaults = json!({ "maxRenewals": 20, "maxAmountPerTx": "200", "maxTransactions": 7 });
    app.admin("PUT", "/v1/agents/trader/defaults", defaults)
        .await
        .ok();
    let asked = json!({ "maxAmountPerTx": "100", "allowedOperations": ["transfer"] });
    let body = create(&app, json!({ "agentId": "trader", "constraints": asked }))
        .await
        .created();
    assert_eq!(
        body["session"]["constraints"],
        json!({
            "expiresIn": 1_000, "maxRenewals": 20, "renewalRejectWindow": 3_600,
            "maxAmountPerTx": "100", "maxTransactions": 7, "allowedOperations": ["transfer"],
        })
    );
    // A living session keeps what it was created with.
    let living = issued(&body);
    app.admin("PUT", "/v1/agents/trader/defaults", json!({}))
        .await
        .ok();
    assert_eq!(
        app.whoami(&living.token).await.ok()["constraints"],
        body["session"]["constraints"]
    );
    let next = create(&app, json!({ "agentId": "trader" })).await.created();
    assert_eq!(next["session"]["constraints"]["maxRenewals"], 10);
    assert_eq!(
        next["session"]["constraints"]["maxTransactions"],
        Value::Null
    );
}

#[tokio::test]
async fn values_out_of_range_are_refused_with_field_value_and_range() {
    let app = TestApp::new().await.with_agent("trader").await;
    let before = app.dump();
    let cases = [
        (
            json!({ "expiresIn": 299 }),
            "constraints.expiresIn: 299 is not in 300..604800",
        ),
        (
            json!({ "expiresIn": 604_801 }),
            "constraints.expiresIn: 604801 is not in 300..604800",
        ),
        (
            json!({ "expiresIn": -1 }),
            "constraints.expiresIn: -1 is not in 300..604800",
        ),
        (
            json!({ "maxRenewals": -1 }),
            "constraints.maxRenewals: -1 is not in 0..100",
        ),
        (
            json!({ "maxRenewals": 101 }),
            "constraints.maxRenewals: 101 is not in 0..100",
        ),
        (
            json!({ "renewalRejectWindow": 299 }),
            "constraints.renewalRejectWindow: 299 is not in 300..86400",
        ),
        (
            json!({ "maxAmountPerTx": "1.5" }),
            "constraints.maxAmountPerTx: \"1.5\" is not a whole decimal number of at most 78 digits",
        ),
        (
            json!({ "allowedOperations": [] }),
            "constraints.allowedOperations: must not be empty",
        ),
        (
            json!({ "allowedOperations": ["a", "a"] }),
            "constraints.allowedOperations: names",
        ),
    ];
    for (constraints, expected) in cases {
        let answer = create(
            &app,
            json!({ "agentId": "trader", "constraints": constraints }),
        )
        .await;
        let issues = answer.issues();
        assert!(issues[0].starts_with(expected), "{issues:?}");
    }
    let both = json!({ "expiresIn": 0, "maxTransactions": 0 });
    let answer = create(&app, json!({ "agentId": "trader", "constraints": both })).await;
    assert_eq!(answer.issues().len(), 2);
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn amounts_are_texts_and_numbers_are_refused() {
    let app = TestApp::new().await.with_agent("trader").await;
    let largest = "9".repeat(78);
    let asked = json!({ "maxTotalAmount": largest });
    let body = create(&app, json!({ "agentId": "trader", "constraints": asked }))
        .await
        .created();
    assert_eq!(body["session"]["constraints"]["maxTotalAmount"], largest);
    for wrong in [
        json!(5),
        json!(1e30),
        json!("9".repeat(79)),
        json!("-1"),
        json!("0x10"),
        json!(""),
    ] {
        let asked = json!({ "maxTotalAmount": wrong });
        let answer = create(&app, json!({ "agentId": "trader", "constraints": asked })).await;
        assert!(answer.issues()[0].starts_with("constraints.maxTotalAmount: "));
    }
}

#[tokio::test]
async fn misspelt_fields_are_errors_and_not_missing_limits() {
    let app = TestApp::new().await.with_agent("trader").await;
    let before = app.dump();
    let cases = [
        (json!({}), "agentId: is missing"),
        (
            json!({ "agentId": "trader", "expiresIn": 300 }),
            "expiresIn: is not a known field",
        ),
        (json!({ "agentId": 7 }), "agentId: must be a text"),
        (
            json!({ "agentId": "trader", "constraints": { "maxRenewal": 1 } }),
            "constraints.maxRenewal: is not a known field; did you mean maxRenewals?",
        ),
    ];
    for (body, expected) in cases {
        let issues = create(&app, body).await.issues();
        assert!(issues[0].starts_with(expected), "{issues:?}");
    }
    let twice = "{\"agentId\":\"trader\",\"agentId\":\"trader\"}";
    let call = Call::new("POST", "/v1/sessions").text("application/json", twice);
    assert_eq!(
        app.admin_call(call).await.issues(),
        ["agentId: is given twice"]
    );
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn exact_constraints_know_no_other_level() {
    let policy = Policy {
        constraints: ConstraintsRequest {
            max_renewals: Some(10),
            max_total_amount: Some("300".to_owned()),
            ..ConstraintsRequest::default()
        },
        ..Policy::default()
    };
    let setup = Setup {
        policy,
        ..Setup::default()
    };
    let app = TestApp::with(setup).await.with_agent("trader").await;
    let defaults =
        json!({ "maxAmountPerTx": "200", "maxTransactions": 7, "allowedOperations": ["swap"] });
    app.admin("PUT", "/v1/agents/trader/defaults", defaults)
        .await
        .ok();
    let asked = json!({ "expiresIn": 600, "maxRenewals": 2, "maxTransactions": 9 });
    let exact =
        json!({ "agentId": "trader", "constraints": asked.clone(), "exactConstraints": true });
    let body = create(&app, exact).await.created();
    assert_eq!(
        body["session"]["constraints"],
        json!({
            "expiresIn": 600, "maxRenewals": 2, "renewalRejectWindow": 3_600,
            "maxTransactions": 9,
        })
    );
    let usual = create(&app, json!({ "agentId": "trader", "constraints": asked })).await;
    let usual = usual.created();
    assert_eq!(usual["session"]["constraints"]["maxAmountPerTx"], "200");
    assert_eq!(usual["session"]["constraints"]["maxTotalAmount"], "300");
    // Out of range is out of range.
    let wrong = json!({ "expiresIn": 299 });
    let wrong = json!({ "agentId": "trader", "constraints": wrong, "exactConstraints": true });
    assert_eq!(create(&app, wrong).await.status, 400);
}
