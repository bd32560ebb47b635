//! Where keepers of this kind have broken before. Each test fails when its guard is taken out.

use waiaas_mcp::api_client::Outcome;
use waiaas_mcp::session_manager::KeeperState;
use waiaas_protocol::error_code::ErrorCode;

use crate::daemon::{Answer, Route};
use crate::keeper::{DUE_S, Keeper, MINUTE_S, Setup, renewed};
use crate::token::{START_S, UNIT_S, token};

#[tokio::test]
async fn the_retry_counter_advances_so_that_a_lost_cause_is_an_error_and_not_a_wait() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon.answer_always(Route::Renew, |_| {
        Answer::refusal(ErrorCode::StorageUnavailable)
    });
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    let mut failures = vec![keeper.manager.view().failures];
    for _ in 0..3 {
        keeper.pass_s(MINUTE_S).await;
        failures.push(keeper.manager.view().failures);
    }
    assert_eq!(failures, [1, 2, 3, 4]);
    keeper
        .pass_quietly_s(u64::try_from(UNIT_S).unwrap() - DUE_S)
        .await;
    assert_eq!(keeper.state(), KeeperState::Error, "and not expired");
}

#[tokio::test]
async fn a_false_expired_is_gone_as_soon_as_a_renewal_succeeds() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let (late, release) = renewed(&token(1, 1, START_S), START_S).held();
    keeper.daemon.answer(Route::Renew, late);
    keeper
        .daemon
        .answer(Route::Wallets, Answer::refusal(ErrorCode::AuthTokenInvalid));
    keeper.start().await;
    keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
    keeper.clock.advance(std::time::Duration::from_secs(30));
    keeper.daemon.until_asked(Route::Renew, 1).await;

    // A call meets a 401 and loses patience while the renewal is still in flight.
    let client = keeper.client.clone();
    let call = tokio::spawn(async move { client.wallets().await });
    keeper.settle().await;
    keeper.clock.advance(std::time::Duration::from_secs(5));
    assert!(matches!(call.await.unwrap(), Outcome::Waiting(_)));
    assert_eq!(keeper.state(), KeeperState::Expired);

    drop(release);
    keeper.settle().await;
    assert_eq!(keeper.state(), KeeperState::Active);
    assert!(matches!(keeper.client.wallets().await, Outcome::Success(_)));
}

#[tokio::test]
async fn an_error_is_left_again_by_the_same_token_when_it_is_still_valid() {
    let keeper = Keeper::new().await;
    let token = keeper.held();
    keeper
        .daemon
        .answer(Route::Wallets, Answer::refusal(ErrorCode::AuthTokenInvalid));
    std::fs::remove_file(keeper.path()).unwrap();
    assert!(matches!(keeper.client.wallets().await, Outcome::Waiting(_)));
    assert_eq!(keeper.state(), KeeperState::Error);

    // The very same token comes back, and the daemon accepts it.
    keeper.hand_over(&token);
    keeper.pass_s(2 * MINUTE_S).await;
    assert_eq!(keeper.state(), KeeperState::Active);
    assert!(matches!(keeper.client.wallets().await, Outcome::Success(_)));
}

#[tokio::test]
async fn an_unknown_answer_does_not_keep_the_same_token_in_error() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon.answer_always(Route::Renew, |_| {
        Answer::refusal(ErrorCode::SessionNotFound)
    });
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.state(), KeeperState::Error);
    keeper.daemon_renews();
    assert!(keeper.manager.token_for_call().await.is_some());
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.state(), KeeperState::Active);
}
