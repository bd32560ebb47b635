//! The answer table of PROTOCOL.md section 7, row by row.

use waiaas_mcp::api_client::Outcome;
use waiaas_mcp::guidance::WaitingStatus;
use waiaas_mcp::session_manager::KeeperState;
use waiaas_protocol::error_code::ErrorCode;

use crate::daemon::{Answer, Route};
use crate::keeper::{DUE_S, Keeper, MINUTE_S, Setup, renewed};
use crate::token::{START_S, UNIT_S, first_token, token};

const RECOVERY_S: u64 = 60;
/// When a renewal is due.
const NOW_S: i64 = START_S + DUE_S as i64;

/// A keeper whose renewal is due, with a daemon that always answers like this.
async fn due(answer: impl Fn() -> Answer + Send + 'static) -> Keeper {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon.answer_always(Route::Renew, move |_| answer());
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.renewals(), 1);
    keeper
}

fn keys(keeper: &Keeper) -> Vec<Option<String>> {
    let requests = keeper.daemon.requests_to(Route::Renew);
    let mut keys: Vec<_> = requests.into_iter().map(|r| r.idempotency_key).collect();
    keys.dedup();
    keys
}

/// Past the token's own end.
async fn outlive_the_token(keeper: &Keeper) {
    keeper.pass_quietly_s(u64::try_from(UNIT_S).unwrap()).await;
}

#[tokio::test]
async fn t_04_too_early_is_tried_once_more_after_30_seconds_and_then_left_to_the_recovery_loop() {
    let keeper = due(|| Answer::refusal(ErrorCode::RenewalTooEarly)).await;
    keeper.pass_s(29).await;
    assert_eq!(keeper.renewals(), 1);
    keeper.pass_s(1).await;
    assert_eq!(keeper.renewals(), 2, "once more after 30 s");
    keeper.pass_s(RECOVERY_S - 1).await;
    assert_eq!(keeper.renewals(), 2, "and no more");
    assert_eq!(keeper.state(), KeeperState::Active);

    keeper.daemon_renews();
    keeper.pass_s(1).await;
    assert_eq!(
        keeper.manager.view().generation,
        Some(1),
        "the recovery loop takes it on"
    );
    assert_eq!(keys(&keeper).len(), 1, "always the same key");
}

#[tokio::test]
async fn t_04_too_early_with_retry_after_waits_as_long_as_asked() {
    let keeper = due(|| Answer::refusal(ErrorCode::RenewalTooEarly).retry_after(600)).await;
    keeper.pass_s(599).await;
    assert_eq!(keeper.renewals(), 1);
    keeper.pass_s(1).await;
    assert_eq!(keeper.renewals(), 2);
}

#[tokio::test]
async fn t_05_after_the_limit_nothing_more_is_scheduled() {
    let keeper = due(|| Answer::refusal(ErrorCode::RenewalLimitReached)).await;
    let view = keeper.manager.view();
    assert_eq!(view.next_renewal_at, None);
    assert_eq!(view.ended, Some(ErrorCode::RenewalLimitReached));
    assert!(keeper.pending().is_none(), "the key has no use any more");
    keeper.pass_quietly_s(3_600).await;
    keeper.pass_s(600).await;
    assert_eq!(keeper.renewals(), 1);
    assert_eq!(
        keeper.held().hash(),
        first_token().hash(),
        "it serves until its end"
    );
}

#[tokio::test]
async fn t_06_after_the_absolute_end_is_near_it_serves_to_its_own_end_and_is_then_expired() {
    let keeper = due(|| Answer::refusal(ErrorCode::SessionAbsoluteLifetimeExceeded)).await;
    let left_s = u64::try_from(UNIT_S).unwrap() - DUE_S;
    keeper.pass_quietly_s(left_s - 1).await;
    assert_eq!(keeper.state(), KeeperState::Active);
    keeper.pass_s(1).await;
    assert_eq!(keeper.state(), KeeperState::Expired);
    assert!(keeper.manager.get_token().is_none());
    assert_eq!(keeper.renewals(), 1);
    assert_eq!(
        keeper.manager.guidance().status,
        WaitingStatus::SessionExpired
    );
}

#[tokio::test]
async fn t_13_a_daemon_that_is_away_is_tried_again_each_minute_and_heals_when_it_is_back() {
    for answer in [
        || Answer::refusal(ErrorCode::StorageUnavailable),
        || Answer::refusal(ErrorCode::Internal),
        || Answer::refusal(ErrorCode::RateLimited),
        || Answer::raw(502, "<html>bad gateway</html>"),
        Answer::lost,
    ] {
        let keeper = due(answer).await;
        for tries in 2..=4 {
            keeper.pass_s(MINUTE_S - 1).await;
            assert_eq!(keeper.renewals(), tries - 1);
            keeper.pass_s(1).await;
            assert_eq!(keeper.renewals(), tries, "60 s apart");
        }
        assert_eq!(keeper.manager.view().failures, 4);
        assert_eq!(keeper.state(), KeeperState::Active, "while exp is ahead");

        keeper.daemon_renews();
        keeper.pass_s(RECOVERY_S).await;
        assert_eq!(keeper.manager.view().generation, Some(1));
        assert_eq!(keeper.manager.view().failures, 0);
        assert_eq!(keys(&keeper).len(), 1, "always the same key");
    }
}

#[tokio::test]
async fn t_13_nobody_listening_is_the_same_as_no_answer() {
    let mut keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon_renews();
    keeper.start().await;
    keeper.daemon.away().await;
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_s(4 * MINUTE_S).await;
    assert_eq!(keeper.renewals(), 0);
    assert!(keeper.manager.view().failures >= 4);
    keeper.daemon.resume().await;
    keeper.pass_s(RECOVERY_S).await;
    assert_eq!(keeper.manager.view().generation, Some(1));
}

#[tokio::test]
async fn retry_after_of_a_busy_daemon_is_honoured() {
    let keeper = due(|| Answer::refusal(ErrorCode::RateLimited).retry_after(300)).await;
    keeper.pass_s(299).await;
    assert_eq!(keeper.renewals(), 1);
    keeper.pass_s(1).await;
    assert_eq!(keeper.renewals(), 2);
}

#[tokio::test]
async fn a_locked_system_and_a_suspended_agent_are_waited_out() {
    for code in [ErrorCode::SystemLocked, ErrorCode::AgentSuspended] {
        let keeper = due(move || Answer::refusal(code)).await;
        keeper.pass_s(10 * MINUTE_S).await;
        assert_eq!(keeper.renewals(), 11, "the recovery loop asks each minute");
        assert_eq!(keeper.state(), KeeperState::Active);
        keeper.daemon_renews();
        keeper.pass_s(RECOVERY_S).await;
        assert_eq!(keeper.manager.view().generation, Some(1));
    }
}

#[tokio::test]
async fn a_conflict_adopts_what_the_file_has_by_then() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let path = keeper.path();
    keeper.daemon.answer_always(Route::Renew, move |_| {
        // Somebody who does not know the lock.
        waiaas_protocol::token_file::write(&path, &token(1, 1, NOW_S)).unwrap();
        Answer::refusal(ErrorCode::RenewalConflict)
    });
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.state(), KeeperState::Active);
    assert_eq!(keeper.held().hash(), token(1, 1, NOW_S).hash());
}

#[tokio::test]
async fn a_conflict_without_another_token_is_expired() {
    let keeper = due(|| Answer::refusal(ErrorCode::RenewalConflict)).await;
    assert_eq!(keeper.state(), KeeperState::Expired);
    assert!(
        keeper.pending().is_none(),
        "this key will never be answered"
    );
    keeper.daemon.answer_always(Route::Session, |_| {
        Answer::refusal(ErrorCode::AuthTokenInvalid)
    });
    keeper.pass_s(10 * MINUTE_S).await;
    assert_eq!(keeper.renewals(), 1);

    keeper.hand_over(&token(2, 0, NOW_S));
    keeper.pass_s(RECOVERY_S).await;
    assert_eq!(keeper.held().hash(), token(2, 0, NOW_S).hash());
}

#[tokio::test]
async fn an_answer_that_the_table_does_not_know_is_an_error_that_does_not_stop_the_calls() {
    let keeper = due(|| Answer::refusal(ErrorCode::AgentTerminated)).await;
    assert_eq!(keeper.state(), KeeperState::Error);
    let problem = keeper.manager.view().problem.unwrap();
    assert!(problem.contains("AGENT_TERMINATED"), "{problem}");
    let called = keeper.client.wallets().await;
    assert!(
        matches!(called, Outcome::Success(_)),
        "the token still serves: {called:?}"
    );

    keeper.daemon_renews();
    keeper.pass_s(RECOVERY_S).await;
    assert_eq!(keeper.state(), KeeperState::Active);
}

#[tokio::test]
async fn an_answer_for_somebody_else_is_not_taken() {
    for stray in [token(2, 1, START_S), token(1, 0, START_S + 1)] {
        let keeper = due(move || renewed(&stray, START_S)).await;
        assert_eq!(keeper.held().hash(), first_token().hash());
        assert_eq!(keeper.in_file().unwrap().hash(), first_token().hash());
        assert!(keeper.pending().is_some(), "asked again with the same key");
    }
}

#[tokio::test]
async fn while_the_token_is_over_a_model_hears_what_the_renewal_heard() {
    let cases = [
        (
            ErrorCode::StorageUnavailable,
            WaitingStatus::DaemonUnavailable,
        ),
        (ErrorCode::SystemLocked, WaitingStatus::KillSwitchActive),
        (ErrorCode::AgentSuspended, WaitingStatus::KillSwitchActive),
        (ErrorCode::AuthTokenExpired, WaitingStatus::SessionExpired),
    ];
    for (code, status) in cases {
        let keeper = due(move || Answer::refusal(code)).await;
        outlive_the_token(&keeper).await;
        match keeper.client.wallets().await {
            Outcome::Waiting(guidance) => assert_eq!(guidance.status, status, "{code}"),
            other => panic!("{code}: {other:?}"),
        }
    }
}
