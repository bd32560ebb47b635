//! Trouble that lasts: outages past the token's end, clocks that are wrong or set, files that
//! vanish or come back old, tokens that a daemon refuses by mistake.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use waiaas_mcp::api_client::Outcome;
use waiaas_mcp::guidance::WaitingStatus;
use waiaas_mcp::session_manager::{KeeperState, Step};
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::time::Timestamp;

use crate::daemon::{Answer, Route};
use crate::keeper::{DUE_S, Keeper, MINUTE_S, Setup, renewed};
use crate::token::{START_S, UNIT_S, first_token, token};

const REST_S: u64 = UNIT_S as u64 - DUE_S;

async fn guided(keeper: &Keeper) -> WaitingStatus {
    match keeper.client.wallets().await {
        Outcome::Waiting(guidance) => guidance.status,
        other => panic!("{other:?}"),
    }
}

/// What the daemon's clock says from now on.
fn daemons_time(keeper: &Keeper, at_s: i64) -> Arc<AtomicI64> {
    let time = Arc::new(AtomicI64::new(at_s));
    let read = Arc::clone(&time);
    keeper.daemon.answer_always(Route::Health, move |_| {
        Answer::ok(&serde_json::json!({
            "status": "ok", "version": "0.1.0", "database": true, "telegram": "ok",
            "serverTime": Timestamp(read.load(Ordering::SeqCst)),
        }))
    });
    time
}

#[tokio::test]
async fn an_outage_past_the_end_ends_in_the_word_of_the_daemon_and_not_in_the_outage() {
    for outage in [ErrorCode::StorageUnavailable, ErrorCode::SystemLocked] {
        let keeper = Keeper::prepare(Setup::default()).await;
        keeper
            .daemon
            .answer_always(Route::Renew, move |_| Answer::refusal(outage));
        keeper.start().await;
        keeper.pass_quietly_s(DUE_S).await;
        keeper.pass_quietly_s(REST_S).await;
        assert_ne!(guided(&keeper).await, WaitingStatus::SessionExpired);
        keeper.daemon.answer_always(Route::Renew, |_| {
            Answer::refusal(ErrorCode::AuthTokenExpired)
        });
        keeper.pass_s(2 * MINUTE_S).await;
        assert_eq!(
            guided(&keeper).await,
            WaitingStatus::SessionExpired,
            "{outage}"
        );
        assert_eq!(keeper.state(), KeeperState::Expired);
    }
}

#[tokio::test]
async fn an_outage_longer_than_anything_could_last_ends_as_expired() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper
        .daemon
        .answer_always(Route::Renew, |_| Answer::refusal(ErrorCode::AgentSuspended));
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_quietly_s(2 * UNIT_S.unsigned_abs()).await;
    assert_eq!(guided(&keeper).await, WaitingStatus::SessionExpired);
}

#[tokio::test]
async fn a_clock_set_back_during_a_pause_does_not_lengthen_the_pause() {
    let keeper = Keeper::new().await;
    let time = daemons_time(&keeper, START_S);
    let now_s = |passed: u64| START_S + i64::try_from(passed).unwrap();
    keeper
        .daemon
        .answer(Route::Renew, Answer::refusal(ErrorCode::StorageUnavailable));
    time.store(now_s(DUE_S), Ordering::SeqCst);
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.manager.view().failures, 1);
    keeper.clock.jump_s(-3_600);
    time.store(now_s(DUE_S + 90), Ordering::SeqCst);
    keeper.pass_s(90).await;
    assert_eq!(keeper.manager.view().generation, Some(1));
}

#[tokio::test]
async fn a_daemon_whose_clock_was_wrong_and_is_right_again_is_believed_again() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon_renews();
    let time = daemons_time(&keeper, START_S + 2 * UNIT_S);
    keeper.start().await;
    assert_ne!(
        keeper.state(),
        KeeperState::Active,
        "by that clock it is over"
    );
    time.store(START_S, Ordering::SeqCst);
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.state(), KeeperState::Active);
}

#[tokio::test]
async fn one_wrong_401_does_not_strand_a_token_that_only_the_environment_has() {
    let keeper = Keeper::with(Setup {
        in_file: None,
        in_environment: Some(first_token().expose().to_owned()),
        ..Setup::default()
    })
    .await;
    keeper
        .daemon
        .answer(Route::Wallets, Answer::refusal(ErrorCode::AuthTokenInvalid));
    assert_eq!(guided(&keeper).await, WaitingStatus::SessionExpired);
    assert_eq!(keeper.state(), KeeperState::Error);
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.state(), KeeperState::Active, "the daemon accepts it");
}

#[tokio::test]
async fn a_file_that_becomes_unreadable_is_counted_paced_and_named() {
    let keeper = Keeper::new().await;
    std::fs::set_permissions(keeper.path(), PermissionsExt::from_mode(0o644)).unwrap();
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_s(3 * MINUTE_S).await;
    let failures = keeper.manager.view().failures;
    assert!((3..=5).contains(&failures), "once a minute: {failures}");
    keeper.pass_quietly_s(REST_S).await;
    match keeper.client.wallets().await {
        Outcome::Waiting(guidance) => {
            assert!(
                guidance.message.contains("chmod 600"),
                "{}",
                guidance.message
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_key_is_made_for_a_token_that_the_disk_does_not_have() {
    for vanished in [false, true] {
        let dir: Arc<std::sync::OnceLock<std::path::PathBuf>> = Arc::default();
        let (seen, checked) = (Arc::clone(&dir), Arc::new(AtomicI64::new(0)));
        let count = Arc::clone(&checked);
        let keeper = Keeper::prepare(Setup {
            hook: Arc::new(move |step| {
                if step == Step::Send {
                    let path = waiaas_protocol::token_file::shared_path(seen.get().unwrap());
                    let held = waiaas_protocol::token_file::read(&path).unwrap().unwrap();
                    let generation = held.unverified_claims().unwrap().generation;
                    let sent = count.fetch_add(1, Ordering::SeqCst);
                    assert_eq!(i64::try_from(generation).unwrap(), sent, "on the disk");
                }
                Ok(())
            }),
            ..Setup::default()
        })
        .await;
        dir.set(keeper.dir()).unwrap();
        keeper.daemon_renews();
        keeper.start().await;
        keeper
            .pass_quietly_s(DUE_S + UNIT_S.unsigned_abs() / 50)
            .await;
        assert_eq!(keeper.manager.view().generation, Some(1));
        match vanished {
            true => std::fs::remove_file(keeper.path()).unwrap(),
            false => keeper.hand_over(&first_token()),
        }
        keeper
            .pass_quietly_s(DUE_S + UNIT_S.unsigned_abs() / 50)
            .await;
        assert_eq!(keeper.manager.view().generation, Some(2));
        assert_eq!(checked.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn a_file_that_a_backup_put_back_is_brought_up_to_date_at_once() {
    let keeper = Keeper::new().await;
    keeper.pass_quietly_s(DUE_S).await;
    let current = keeper.held();
    keeper.hand_over(&first_token());
    keeper.pass_s(2 * MINUTE_S).await;
    assert_eq!(keeper.in_file().unwrap().hash(), current.hash());
    assert_eq!(keeper.renewals(), 1);
}

#[tokio::test]
async fn a_key_that_vanished_from_the_disk_is_the_same_key_again() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon.answer(Route::Renew, Answer::lost());
    keeper.daemon_renews();
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    std::fs::remove_file(keeper.pending_path()).unwrap();
    keeper.pass_s(MINUTE_S).await;
    let requests = keeper.daemon.requests_to(Route::Renew);
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].idempotency_key, requests[1].idempotency_key);
}

#[tokio::test]
async fn a_pause_that_a_daemon_asks_for_does_not_outlast_the_token() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon.answer(
        Route::Renew,
        Answer::refusal(ErrorCode::RateLimited).retry_after(86_400),
    );
    keeper.daemon_renews();
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_quietly_s(REST_S - 50).await;
    assert_eq!(
        keeper.manager.view().generation,
        Some(1),
        "a minute before its end"
    );
}

#[tokio::test]
async fn an_owner_who_was_faster_wins_also_when_a_call_has_seen_it_first() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let now_s = START_S + i64::try_from(DUE_S).unwrap();
    let owners = token(2, 0, now_s);
    let (late, release) = renewed(&token(1, 1, now_s), now_s).held();
    keeper.daemon.answer(Route::Renew, late);
    keeper
        .daemon
        .answer(Route::Wallets, Answer::refusal(ErrorCode::AuthTokenInvalid));
    keeper.start().await;
    keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
    keeper.clock.advance(std::time::Duration::from_secs(30));
    keeper.daemon.until_asked(Route::Renew, 1).await;
    keeper.hand_over(&owners);
    let client = keeper.client.clone();
    let call = tokio::spawn(async move { client.wallets().await });
    keeper.settle().await;
    keeper.clock.advance(std::time::Duration::from_secs(5));
    assert!(matches!(call.await.unwrap(), Outcome::Success(_)));
    drop(release);
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.held().hash(), owners.hash());
    assert_eq!(keeper.in_file().unwrap().hash(), owners.hash());
}

#[tokio::test]
async fn a_call_without_a_usable_token_tries_at_once_what_only_the_keeper_waits_for() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper
        .daemon
        .answer_always(Route::Renew, |_| Answer::lost());
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_quietly_s(REST_S).await;
    keeper.daemon_renews();
    let called = keeper.client.wallets().await;
    assert!(matches!(called, Outcome::Success(_)), "{called:?}");
}

#[tokio::test]
async fn a_call_does_not_shorten_a_pause_that_the_daemon_asked_for() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon.answer_always(Route::Renew, |_| {
        Answer::refusal(ErrorCode::RateLimited).retry_after(600)
    });
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_quietly_s(REST_S).await;
    let asked = keeper.renewals();
    for _ in 0..3 {
        assert_eq!(guided(&keeper).await, WaitingStatus::DaemonUnavailable);
    }
    assert_eq!(keeper.renewals(), asked);
}

#[tokio::test]
async fn a_clock_set_back_delays_nothing_though_the_daemon_cannot_tell_its_time() {
    let keeper = Keeper::new().await;
    keeper.daemon.answer_always(Route::Health, |_| {
        Answer::refusal(ErrorCode::StorageUnavailable)
    });
    keeper.pass_s(60).await;
    keeper.clock.jump_s(-5 * 86_400);
    keeper.pass_s(60).await;
    keeper.pass_quietly_s(DUE_S - 120).await;
    assert_eq!(keeper.renewals(), 1);
}

#[tokio::test]
async fn the_environments_token_is_not_copied_into_a_file() {
    let keeper = Keeper::prepare(Setup {
        in_file: None,
        in_environment: Some(first_token().expose().to_owned()),
        ..Setup::default()
    })
    .await;
    keeper.daemon.answer_always(Route::Renew, |_| {
        Answer::refusal(ErrorCode::StorageUnavailable)
    });
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.renewals(), 1);
    assert!(keeper.in_file().is_none());
    assert!(keeper.pending().is_some(), "the key is, for the next start");
}

#[tokio::test]
async fn calls_that_wait_for_the_same_recovery_share_it() {
    let keeper = Keeper::with(Setup {
        in_file: Some(token(1, 0, START_S - UNIT_S)),
        ..Setup::default()
    })
    .await;
    keeper.hand_over(&token(2, 0, START_S));
    let (late, release) = Answer::raw(503, "{}").held();
    keeper.daemon.answer(Route::Health, late);
    let before = keeper.daemon.requests_to(Route::Health).len();
    let calls: Vec<_> = (0..5)
        .map(|_| {
            let client = keeper.client.clone();
            tokio::spawn(async move { client.wallets().await })
        })
        .collect();
    keeper.daemon.until_asked(Route::Health, before + 1).await;
    drop(release);
    for call in calls {
        assert!(matches!(call.await.unwrap(), Outcome::Success(_)));
    }
    let asked = keeper.daemon.requests_to(Route::Health).len();
    assert_eq!(asked, before + 1, "one round for all");
}
