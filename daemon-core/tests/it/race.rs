//! Several requests at once, on a file-backed database and several threads.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Answer, Call, Issued, KEY, TestApp, issued};

const UNIT_S: i64 = 300;
const ROUNDS: usize = 40;
const AT_ONCE: usize = 8;

async fn short_session(app: &TestApp) -> Issued {
    let limits = json!({ "expiresIn": UNIT_S, "maxRenewals": 100 });
    app.session_with(json!({ "agentId": "trader", "constraints": limits }))
        .await
}

/// Sends calls from tasks of their own.
async fn at_once(app: &TestApp, calls: Vec<Call>) -> Vec<Answer> {
    let sent = calls
        .into_iter()
        .map(|call| tokio::spawn(call.send(app.agent_router())));
    join_all(sent)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

fn renewal(session: &Issued, key: &str) -> Call {
    let path = format!("/v1/sessions/{}/renew", session.id);
    Call::new("PUT", &path)
        .bearer(&session.token)
        .header("idempotency-key", key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_renewals_at_once_with_one_token_exactly_one_wins() {
    let app = TestApp::new().await.with_agent("trader").await;
    let mut session = short_session(&app).await;
    for round in 0..ROUNDS {
        app.advance(UNIT_S / 2);
        let calls = (0..AT_ONCE).map(|n| renewal(&session, &format!("key-{round:06}-{n:06}")));
        let answers = at_once(&app, calls.collect()).await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "round {round}");
        for answer in lost {
            answer.refused("RENEWAL_CONFLICT");
        }
        session = issued(&won[0].ok());
        assert_eq!(
            app.renewal_count(&session),
            i64::try_from(round).unwrap() + 1
        );
    }
    assert_eq!(app.events_called("SESSION_RENEWED").len(), ROUNDS);
    assert!(app.events_called("SESSION_TOKEN_REUSED").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_renewals_at_once_with_one_key_all_get_the_same_and_one_is_counted() {
    let app = TestApp::new().await.with_agent("trader").await;
    let mut session = short_session(&app).await;
    for round in 0..ROUNDS {
        app.advance(UNIT_S / 2);
        let calls = (0..AT_ONCE).map(|_| renewal(&session, &format!("{KEY}{round}")));
        let answers = at_once(&app, calls.collect()).await;
        let tokens: BTreeSet<String> = answers
            .iter()
            .map(|answer| issued(&answer.ok()).token)
            .collect();
        assert_eq!(tokens.len(), 1, "round {round}");
        let first = answers
            .iter()
            .filter(|a| a.header("idempotent-replayed").is_none());
        assert_eq!(first.count(), 1, "round {round}");
        session = issued(&answers[0].ok());
        assert_eq!(
            app.renewal_count(&session),
            i64::try_from(round).unwrap() + 1
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revocation_that_races_with_a_renewal_stands() {
    let app = TestApp::new().await.with_agent("trader").await;
    for _ in 0..ROUNDS {
        let session = short_session(&app).await;
        app.advance(UNIT_S / 2);
        let renewed = tokio::spawn(renewal(&session, KEY).send(app.agent_router()));
        let path = format!("/v1/sessions/{}/revoke", session.id);
        app.admin("POST", &path, Value::Null).await.ok();
        let renewed = renewed.await.unwrap();
        let last = if renewed.status == 200 {
            issued(&renewed.ok())
        } else {
            session.clone()
        };
        app.whoami(&last.token).await.refused("SESSION_REVOKED");
        app.renew(&last, Some(KEY)).await.refused("SESSION_REVOKED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn creations_at_once_never_pass_the_limit() {
    let app = TestApp::new().await.with_agent("trader").await;
    let create = || Call::new("POST", "/v1/sessions").json(&json!({ "agentId": "trader" }));
    let sent = (0..12).map(|_| tokio::spawn(create().send(app.admin_router())));
    let answers: Vec<_> = join_all(sent)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 5);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.refused("SESSION_LIMIT_EXCEEDED");
    }
}
