//! After a 401 (PROTOCOL.md section 7): the four steps, the pending key, the recovery loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use waiaas_mcp::api_client::Outcome;
use waiaas_mcp::guidance::WaitingStatus;
use waiaas_mcp::session_manager::KeeperState;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::token::{SessionToken, TokenHash};
use waiaas_protocol::token_file::{Pending, RenewalKey, write_pending};

use crate::daemon::{Answer, Route, wallets};
use crate::keeper::{DUE_S, Keeper, MINUTE_S, Setup, renewed};
use crate::token::{START_S, first_token, session_id, token};

/// From now on the daemon takes only these tokens.
fn accepts(keeper: &Keeper, tokens: &[SessionToken]) {
    let hashes: Vec<TokenHash> = tokens.iter().map(SessionToken::hash).collect();
    for route in [Route::Wallets, Route::Session] {
        let hashes = hashes.clone();
        keeper.daemon.answer_always(route, move |request| {
            match request
                .bearer
                .is_some_and(|bearer| hashes.contains(&bearer))
            {
                true if route == Route::Session => Answer::ok(&crate::daemon::session()),
                true => Answer::ok(&serde_json::json!({ "wallets": wallets() })),
                false => Answer::refusal(ErrorCode::AuthTokenInvalid),
            }
        });
    }
}

async fn succeeds(keeper: &Keeper) {
    let called = keeper.client.wallets().await;
    assert!(matches!(called, Outcome::Success(_)), "{called:?}");
}

async fn waits(keeper: &Keeper) {
    match keeper.client.wallets().await {
        Outcome::Waiting(guidance) => assert_eq!(guidance.status, WaitingStatus::SessionExpired),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn t_07_a_call_that_gets_401_adopts_the_new_token_in_the_file_and_succeeds() {
    for new in [token(2, 0, START_S), token(1, 1, START_S)] {
        let keeper = Keeper::new().await;
        accepts(&keeper, std::slice::from_ref(&new));
        keeper.hand_over(&new);
        succeeds(&keeper).await;
        assert_eq!(keeper.held().hash(), new.hash());
        let asked = keeper.daemon.requests_to(Route::Wallets);
        assert_eq!(asked.len(), 2, "one retry");
        assert_eq!(keeper.renewals(), 0);
    }
}

#[tokio::test]
async fn the_same_token_in_the_file_is_expired_and_no_tool_error() {
    let keeper = Keeper::new().await;
    accepts(&keeper, &[]);
    waits(&keeper).await;
    assert_eq!(keeper.state(), KeeperState::Expired);
    assert_eq!(keeper.daemon.requests_to(Route::Wallets).len(), 1);
}

#[tokio::test]
async fn no_file_any_more_is_an_error_until_there_is_one() {
    let keeper = Keeper::new().await;
    accepts(&keeper, &[token(2, 0, START_S)]);
    std::fs::remove_file(keeper.path()).unwrap();
    waits(&keeper).await;
    assert_eq!(keeper.state(), KeeperState::Error);
    keeper.hand_over(&token(2, 0, START_S));
    succeeds(&keeper).await;
    assert_eq!(keeper.state(), KeeperState::Active);
}

#[tokio::test]
async fn a_second_401_ends_as_expired() {
    let keeper = Keeper::new().await;
    accepts(&keeper, &[]);
    keeper.hand_over(&token(2, 0, START_S));
    waits(&keeper).await;
    assert_eq!(keeper.state(), KeeperState::Expired);
    assert_eq!(
        keeper.daemon.requests_to(Route::Wallets).len(),
        2,
        "not a third"
    );
}

#[tokio::test]
async fn a_401_in_the_middle_of_a_renewal_waits_for_it() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let successor = token(1, 1, START_S);
    accepts(&keeper, std::slice::from_ref(&successor));
    let (late, release) = renewed(&successor, START_S).held();
    keeper.daemon.answer(Route::Renew, late);
    keeper.start().await;
    keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
    keeper.clock.advance(std::time::Duration::from_secs(30));
    keeper.daemon.until_asked(Route::Renew, 1).await;

    let client = keeper.client.clone();
    let call = tokio::spawn(async move { client.wallets().await });
    keeper.daemon.until_asked(Route::Wallets, 1).await;
    drop(release);
    let called = call.await.unwrap();
    assert!(matches!(called, Outcome::Success(_)), "{called:?}");
    assert_eq!(keeper.renewals(), 1);
}

#[tokio::test]
async fn a_renewal_in_flight_is_waited_for_no_longer_than_5_seconds() {
    let keeper = Keeper::prepare(Setup::default()).await;
    accepts(&keeper, &[]);
    let (late, _release) = renewed(&token(1, 1, START_S), START_S).held();
    keeper.daemon.answer(Route::Renew, late);
    keeper.start().await;
    keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
    keeper.clock.advance(std::time::Duration::from_secs(30));
    keeper.daemon.until_asked(Route::Renew, 1).await;

    let client = keeper.client.clone();
    let call = tokio::spawn(async move { client.wallets().await });
    keeper.settle().await;
    assert!(!call.is_finished());
    keeper.clock.advance(std::time::Duration::from_secs(5));
    assert!(matches!(call.await.unwrap(), Outcome::Waiting(_)));
}

#[tokio::test]
async fn a_key_that_a_crash_left_is_resumed_by_the_call_that_meets_the_401() {
    let keeper = Keeper::new().await;
    let successor = token(1, 1, START_S);
    accepts(&keeper, std::slice::from_ref(&successor));
    let renewal_key = RenewalKey::from_bytes([9; 16]);
    let pending = Pending {
        session_id: session_id(1),
        presented_token_hash: first_token().hash(),
        renewal_key: renewal_key.clone(),
    };
    write_pending(&keeper.path(), &pending).unwrap();
    keeper
        .daemon
        .answer(Route::Renew, renewed(&successor, START_S));

    succeeds(&keeper).await;
    let renewals = keeper.daemon.requests_to(Route::Renew);
    assert_eq!(renewals.len(), 1);
    assert_eq!(
        renewals[0].idempotency_key.as_deref(),
        Some(renewal_key.expose())
    );
    assert_eq!(keeper.in_file().unwrap().hash(), successor.hash());
    assert!(keeper.pending().is_none());
}

#[tokio::test]
async fn a_refused_token_comes_back_only_when_the_daemon_accepts_it_again() {
    let keeper = Keeper::new().await;
    let accepted = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&accepted);
    keeper
        .daemon
        .answer_always(Route::Session, move |_| match now.load(Ordering::SeqCst) {
            true => Answer::ok(&crate::daemon::session()),
            false => Answer::refusal(ErrorCode::AuthTokenInvalid),
        });
    keeper
        .daemon
        .answer(Route::Wallets, Answer::refusal(ErrorCode::AuthTokenInvalid));
    waits(&keeper).await;
    keeper.pass_s(3 * MINUTE_S).await;
    assert_eq!(keeper.state(), KeeperState::Expired);
    waits(&keeper).await;
    let asked = keeper.daemon.requests_to(Route::Wallets).len();
    assert_eq!(asked, 1, "a refused token is not presented by calls");

    accepted.store(true, Ordering::SeqCst);
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.state(), KeeperState::Active);
    succeeds(&keeper).await;
}

#[tokio::test]
async fn a_revoked_session_says_so() {
    let keeper = Keeper::new().await;
    for route in [Route::Wallets, Route::Session] {
        keeper
            .daemon
            .answer_always(route, |_| Answer::refusal(ErrorCode::SessionRevoked));
    }
    waits(&keeper).await;
    assert!(keeper.manager.guidance().message.contains("revoked"));
    assert_eq!(
        keeper.manager.view().refused_with.as_deref(),
        Some("SESSION_REVOKED")
    );
}

#[tokio::test]
async fn a_lost_answer_is_got_again_also_past_the_tokens_own_end() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper
        .daemon
        .answer_always(Route::Renew, |_| Answer::lost());
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    keeper
        .pass_quietly_s(u64::try_from(crate::token::UNIT_S).unwrap() - DUE_S)
        .await;
    assert!(
        keeper.manager.get_token().is_none(),
        "its own end has passed"
    );

    keeper.daemon_renews();
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.state(), KeeperState::Active);
    assert_eq!(keeper.manager.view().generation, Some(1));
    assert_eq!(keeper.in_file().unwrap().hash(), keeper.held().hash());
}

#[tokio::test]
async fn a_renewal_that_even_its_successor_has_outlived_is_given_up() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper
        .daemon
        .answer_always(Route::Renew, |_| Answer::lost());
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    // Its own end, and the unit that a renewal in the last moment would have added.
    let unit_s = u64::try_from(crate::token::UNIT_S).unwrap();
    keeper.pass_quietly_s(2 * unit_s - DUE_S).await;
    let asked = keeper.renewals();
    keeper.pass_s(3 * MINUTE_S).await;
    assert_eq!(keeper.renewals(), asked);
}
