//! The demo's agent against the real daemon: what PROTOCOL.md section 5 promises to a client
//! that keeps its order.

use std::sync::Arc;
use std::time::Duration;

use waiaas_daemon_core::config::Language;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{self, Pending, RenewalKey, agent_path, pending_path};
use waiaas_protocol::wire::RevokeSessionResponse;

use crate::app::SystemClock;
use crate::demo::board::{Doing, Work};
use crate::demo::cast::{self, Member, WATCHER_EXPIRES_IN_S};
use crate::demo::clock::DemoClock;
use crate::demo::stage::{Stage, StagePlan};
use crate::telegram::Pacing;

const PATIENCE: Duration = Duration::from_secs(20);

async fn stage_with_a_session() -> (Stage, Member) {
    let clock = DemoClock::directed(Arc::new(SystemClock), 1, 100);
    let plan = StagePlan {
        clock: Arc::new(clock),
        language: Language::En,
        owner_name: "You".to_owned(),
        pacing: Pacing::default(),
    };
    let stage = Stage::set_up(plan).await.expect("a stage");
    let watcher = cast::add(&stage).await.expect("agents").watcher;
    cast::issue(&stage, &watcher).await.expect("a session");
    (stage, watcher)
}

fn held(stage: &Stage, member: &Member) -> (SessionToken, SessionId) {
    let path = agent_path(stage.data_dir(), member.id);
    let token = token_file::read(&path).expect("readable").expect("a token");
    let claims = token.unverified_claims().expect("claims");
    (token, claims.session_id)
}

fn let_a_renewal_fall_due(stage: &Stage) {
    stage
        .clock
        .advance_s(u32::try_from(WATCHER_EXPIRES_IN_S * 2 / 3).expect("small"));
}

async fn works(stage: &Stage, member: &Member, fits: impl Fn(&Work) -> bool) {
    let fits = |doing: &Doing| matches!(doing, Doing::Working(work) if fits(work));
    let mut doings = stage.board.follow();
    let wait = doings.wait_for(|doings| doings.get(member.name).is_some_and(fits));
    let waited = tokio::time::timeout(PATIENCE, wait).await.map(drop);
    assert!(waited.is_ok(), "it is {:?}", stage.board.follow().borrow());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_whose_answer_was_lost_is_finished_after_a_restart() {
    let (stage, watcher) = stage_with_a_session().await;
    let path = agent_path(stage.data_dir(), watcher.id);
    let (token, session_id) = held(&stage, &watcher);
    let_a_renewal_fall_due(&stage);
    let renewal_key = RenewalKey::from_bytes([7; 16]);
    let pending = Pending {
        session_id,
        presented_token_hash: token.hash(),
        renewal_key: renewal_key.clone(),
    };
    token_file::write_pending(&path, &pending).expect("written");
    let lost = stage
        .agent_door
        .renew(session_id, &token, &renewal_key)
        .await
        .expect("renewed");

    stage.start_agent(&watcher);
    works(&stage, &watcher, |work| work.renewal_count == 1).await;
    assert_eq!(held(&stage, &watcher).0.hash(), lost.token.0.hash());
    assert!(!pending_path(&path).exists());
    stage.tear_down(false).await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_belongs_to_another_token_is_not_sent() {
    let (stage, watcher) = stage_with_a_session().await;
    let path = agent_path(stage.data_dir(), watcher.id);
    let (token, session_id) = held(&stage, &watcher);
    let stray = Pending {
        session_id,
        presented_token_hash: waiaas_protocol::token::TokenHash::of("another"),
        renewal_key: RenewalKey::from_bytes([9; 16]),
    };
    token_file::write_pending(&path, &stray).expect("written");
    let_a_renewal_fall_due(&stage);

    stage.start_agent(&watcher);
    works(&stage, &watcher, |work| work.renewal_count == 1).await;
    let with_the_stray_key = stage
        .agent_door
        .renew(session_id, &token, &stray.renewal_key)
        .await;
    assert!(with_the_stray_key.is_err(), "the stray key was used");
    stage.tear_down(false).await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_agent_waits_and_takes_up_the_next_session() {
    let (stage, watcher) = stage_with_a_session().await;
    let (_, first) = held(&stage, &watcher);
    stage.start_agent(&watcher);
    works(&stage, &watcher, |work| work.session_id == first).await;

    let path = format!("/v1/sessions/{first}/revoke");
    let _: RevokeSessionResponse = stage
        .owner_door
        .post(&path, &serde_json::json!({}))
        .await
        .expect("revoked");
    let mut doings = stage.board.follow();
    let ended = |doing: &Doing| matches!(doing, Doing::Ended { code } if code == "SESSION_REVOKED");
    let wait = doings.wait_for(|doings| doings.get(watcher.name).is_some_and(ended));
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok());

    cast::issue(&stage, &watcher)
        .await
        .expect("another session");
    works(&stage, &watcher, |work| work.session_id != first).await;
    stage.tear_down(false).await.expect("an end");
}
