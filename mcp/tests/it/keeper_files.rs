//! Trouble with files, and other processes on the same ones (PROTOCOL.md sections 5 and 6).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use waiaas_mcp::session_manager::{KeeperState, Step};
use waiaas_protocol::token::TokenHash;
use waiaas_protocol::token_file::{
    Pending, RenewalKey, TokenFileLock, WriteStep, write, write_pending,
};

use crate::daemon::Route;
use crate::keeper::{DUE_S, Keeper, MINUTE_S, Setup, failing, renewed};
use crate::token::{START_S, first_token, session_id, token};

fn switch() -> (Arc<AtomicBool>, impl Fn() -> bool + Send + Sync + 'static) {
    let broken = Arc::new(AtomicBool::new(true));
    let read = Arc::clone(&broken);
    (broken, move || read.load(Ordering::SeqCst))
}

#[tokio::test]
async fn without_its_key_on_the_disk_a_renewal_is_not_sent_and_the_old_token_serves() {
    let (broken, is_broken) = switch();
    let keeper = Keeper::with(Setup {
        hook: failing(move |step| is_broken() && step == Step::Pending(WriteStep::SyncTemporary)),
        ..Setup::default()
    })
    .await;
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_s(2 * MINUTE_S).await;
    assert_eq!(keeper.renewals(), 0);
    assert_eq!(keeper.held().hash(), first_token().hash());
    let view = keeper.manager.view();
    assert!(
        view.problem.unwrap().contains("no space left"),
        "it is named"
    );
    assert!(view.failures >= 2, "it is retried");

    broken.store(false, Ordering::SeqCst);
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.manager.view().generation, Some(1));
}

#[tokio::test]
async fn a_granted_token_that_cannot_be_written_serves_from_memory_until_it_can() {
    let (broken, is_broken) = switch();
    let keeper = Keeper::with(Setup {
        hook: failing(move |step| is_broken() && step == Step::TokenFile(WriteStep::Rename)),
        ..Setup::default()
    })
    .await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.manager.view().generation, Some(1), "in memory");
    assert_eq!(
        keeper.in_file().unwrap().hash(),
        first_token().hash(),
        "not in the file"
    );
    let kept = keeper.pending().unwrap();
    assert!(kept.matches(&first_token()), "the key stays");
    keeper.pass_s(5 * MINUTE_S).await;
    assert_eq!(
        keeper.renewals(),
        1,
        "no new key while the file lags behind"
    );
    let again = keeper.pending().unwrap();
    assert_eq!(again.renewal_key.expose(), kept.renewal_key.expose());

    broken.store(false, Ordering::SeqCst);
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.in_file().unwrap().hash(), keeper.held().hash());
    assert!(keeper.pending().is_none());
    assert_eq!(keeper.renewals(), 1);
    assert_eq!(keeper.manager.view().problem, None);
}

#[tokio::test]
async fn a_process_that_dies_before_it_could_write_leaves_the_next_one_the_same_token() {
    let keeper = Keeper::with(Setup {
        hook: failing(|step| step == Step::TokenFile(WriteStep::CreateTemporary)),
        ..Setup::default()
    })
    .await;
    keeper.pass_quietly_s(DUE_S).await;
    let granted = keeper.held();
    keeper.manager.shutdown().await;

    let (successor, _) = keeper.another(Setup::default());
    successor.start().await;
    keeper.settle().await;
    assert_eq!(successor.get_token().unwrap().hash(), granted.hash());
    assert_eq!(keeper.in_file().unwrap().hash(), granted.hash());
    assert_eq!(
        keeper.renewals(),
        2,
        "the second was a replay with the same key"
    );
    let requests = keeper.daemon.requests_to(Route::Renew);
    assert_eq!(requests[0].idempotency_key, requests[1].idempotency_key);
}

#[tokio::test]
async fn on_start_a_renewal_that_was_begun_comes_before_anything_else() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let renewal_key = RenewalKey::from_bytes([9; 16]);
    let pending = Pending {
        session_id: session_id(1),
        presented_token_hash: first_token().hash(),
        renewal_key: renewal_key.clone(),
    };
    write_pending(&keeper.path(), &pending).unwrap();
    keeper.daemon_renews();
    keeper.start().await;
    let requests = keeper.daemon.requests_to(Route::Renew);
    assert_eq!(requests.len(), 1);
    assert_eq!(
        requests[0].idempotency_key.as_deref(),
        Some(renewal_key.expose())
    );
    assert_eq!(keeper.manager.view().generation, Some(1));
}

#[tokio::test]
async fn on_start_a_key_of_another_token_is_removed_and_never_sent() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let stray = Pending {
        session_id: session_id(1),
        presented_token_hash: TokenHash::of("another"),
        renewal_key: RenewalKey::from_bytes([9; 16]),
    };
    write_pending(&keeper.path(), &stray).unwrap();
    keeper.daemon_renews();
    keeper.start().await;
    assert!(keeper.pending().is_none());
    keeper.pass_quietly_s(DUE_S).await;
    let requests = keeper.daemon.requests_to(Route::Renew);
    assert_eq!(requests.len(), 1);
    assert_ne!(
        requests[0].idempotency_key.as_deref(),
        Some(stray.renewal_key.expose())
    );
}

#[tokio::test]
async fn a_key_that_is_open_to_others_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let keeper = Keeper::prepare(Setup::default()).await;
    let pending = Pending {
        session_id: session_id(1),
        presented_token_hash: first_token().hash(),
        renewal_key: RenewalKey::from_bytes([9; 16]),
    };
    write_pending(&keeper.path(), &pending).unwrap();
    std::fs::set_permissions(keeper.pending_path(), PermissionsExt::from_mode(0o644)).unwrap();
    keeper.daemon_renews();
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.renewals(), 0);
    assert_eq!(keeper.state(), KeeperState::Active);
    let problem = keeper.manager.view().problem.unwrap();
    assert!(problem.contains("chmod 600"), "{problem}");
}

#[tokio::test]
async fn a_newer_token_of_another_process_is_adopted_instead_of_renewing() {
    let keeper = Keeper::new().await;
    let newer = token(1, 1, START_S + 60);
    keeper.hand_over(&newer);
    keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
    keeper.pass_s(30).await;
    assert_eq!(keeper.held().hash(), newer.hash());
    assert_eq!(keeper.renewals(), 0);
}

#[tokio::test]
async fn a_new_session_in_the_file_is_taken_up_within_a_minute_without_any_call() {
    let keeper = Keeper::new().await;
    let new = token(2, 0, START_S);
    keeper.hand_over(&new);
    keeper.pass_s(MINUTE_S).await;
    assert_eq!(keeper.held().hash(), new.hash());
}

#[tokio::test]
async fn an_older_token_in_the_file_never_comes_back() {
    let keeper = Keeper::new().await;
    keeper.pass_quietly_s(DUE_S).await;
    let current = keeper.held();
    keeper.hand_over(&first_token());
    keeper.pass_s(3 * MINUTE_S).await;
    assert_eq!(keeper.held().hash(), current.hash());
}

#[tokio::test]
async fn an_owner_who_is_faster_wins() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let now_s = START_S + i64::try_from(DUE_S).unwrap();
    let (path, owners) = (keeper.path(), token(2, 0, now_s));
    let handed = owners.clone();
    keeper.daemon.answer_always(Route::Renew, move |_| {
        write(&path, &handed).unwrap();
        renewed(&token(1, 1, now_s), now_s)
    });
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.held().hash(), owners.hash());
    assert_eq!(
        keeper.in_file().unwrap().hash(),
        owners.hash(),
        "not overwritten"
    );
    assert!(keeper.pending().is_none());
}

#[tokio::test]
async fn a_lock_held_by_another_process_delays_and_loses_nothing() {
    let keeper = Keeper::new().await;
    let lock = TokenFileLock::try_acquire(&keeper.path()).unwrap().unwrap();
    keeper.pass_quietly_s(DUE_S).await;
    keeper.pass_s(20).await;
    assert_eq!(keeper.renewals(), 0);
    assert_eq!(keeper.state(), KeeperState::Active);
    drop(lock);
    keeper.pass_s(2 * MINUTE_S).await;
    assert_eq!(keeper.manager.view().generation, Some(1));
}

#[tokio::test]
async fn two_keepers_on_one_file_renew_once_and_the_other_adopts() {
    let keeper = Keeper::new().await;
    let (second, _) = keeper.another(Setup::default());
    second.start().await;
    keeper.clock.until_asleep(2).await;
    for unit in 1..=3 {
        keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
        for _ in 0..12 {
            keeper.clock.advance(std::time::Duration::from_secs(10));
            keeper.clock.until_asleep(2).await;
        }
        assert_eq!(keeper.renewals(), unit);
        assert_eq!(second.get_token().unwrap().hash(), keeper.held().hash());
    }
}

#[tokio::test]
async fn a_file_that_another_process_brought_up_to_date_is_not_renewed_once_more() {
    let keeper = Keeper::with(Setup {
        hook: failing(|step| step == Step::TokenFile(WriteStep::Rename)),
        ..Setup::default()
    })
    .await;
    keeper.pass_quietly_s(DUE_S).await;
    let granted = keeper.held();
    assert_eq!(
        keeper.in_file().unwrap().hash(),
        first_token().hash(),
        "the file lags behind"
    );
    // The other one finishes the renewal with the key that lies there.
    keeper.hand_over(&granted);
    waiaas_protocol::token_file::remove_pending(&keeper.path()).unwrap();
    keeper.pass_s(3 * MINUTE_S).await;
    assert_eq!(keeper.renewals(), 1);
    assert_eq!(keeper.held().hash(), granted.hash());
    assert_eq!(keeper.manager.view().problem, None);
}
