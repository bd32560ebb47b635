//! When a keeper renews (PROTOCOL.md section 7, "Schedule"), and in which order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use waiaas_mcp::door::REQUEST_TIMEOUT_S;
use waiaas_mcp::session_manager::{KeeperState, SessionManager, Step};
use waiaas_protocol::token_file::{read, read_pending, shared_path};

use crate::daemon::{Answer, PATIENCE, Route};
use crate::keeper::{DUE_S, JITTER_S_MAX, Keeper, Setup, renewed};
use crate::token::{START_S, UNIT_S, first_token, token, token_with};

#[tokio::test]
async fn t_03_at_60_percent_one_renewal_the_file_first_then_memory() {
    let seen: Arc<OnceLock<SessionManager>> = Arc::default();
    let in_order = Arc::new(AtomicBool::new(false));
    let (manager, order) = (Arc::clone(&seen), Arc::clone(&in_order));
    let dir: Arc<OnceLock<std::path::PathBuf>> = Arc::default();
    let data_dir = Arc::clone(&dir);
    let keeper = Keeper::prepare(Setup {
        hook: Arc::new(move |step| {
            if step == Step::TakeIntoUse {
                let file = read(&shared_path(data_dir.get().unwrap()))
                    .unwrap()
                    .unwrap();
                let memory = manager.get().unwrap().get_token().unwrap();
                let is_new = file.unverified_claims().unwrap().generation == 1;
                order.store(
                    is_new && memory.hash() == first_token().hash(),
                    Ordering::SeqCst,
                );
            }
            Ok(())
        }),
        ..Setup::default()
    })
    .await;
    let _ = seen.set(keeper.manager.clone());
    dir.set(keeper.dir()).unwrap();
    keeper.daemon_renews();
    keeper.start().await;

    keeper.pass_quietly_s(DUE_S - 9).await;
    keeper.pass_s(8).await;
    assert_eq!(keeper.renewals(), 0, "one second before");
    keeper.pass_s(1).await;
    assert_eq!(keeper.renewals(), 1);
    assert!(
        in_order.load(Ordering::SeqCst),
        "the file is written before memory changes"
    );
    assert_eq!(keeper.in_file().unwrap().hash(), keeper.held().hash());
    assert!(keeper.pending().is_none());
    keeper.pass_s(120).await;
    assert_eq!(keeper.renewals(), 1, "the next one is a unit away");
}

#[tokio::test]
async fn the_key_is_on_the_disk_before_the_request_is_sent() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let path = keeper.path();
    keeper.daemon.answer_always(Route::Renew, move |request| {
        let pending = read_pending(&path).unwrap().unwrap();
        assert_eq!(
            request.idempotency_key.as_deref(),
            Some(pending.renewal_key.expose())
        );
        assert!(pending.matches(&first_token()));
        assert_eq!(request.bearer, Some(first_token().hash()));
        renewed(&token(1, 1, START_S), START_S)
    });
    keeper.start().await;
    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.manager.view().generation, Some(1));
}

#[tokio::test]
async fn the_jitter_is_drawn_once_and_stays_within_2_percent() {
    let mut plans = Vec::new();
    for draw in [0, 1, 77, 200, 255] {
        let keeper = Keeper::with(Setup {
            draw,
            ..Setup::default()
        })
        .await;
        let planned = |keeper: &Keeper| {
            let next = keeper.manager.view().next_renewal_at.unwrap().unix_s();
            u64::try_from(next - START_S).unwrap()
        };
        let first = planned(&keeper);
        assert!(
            (DUE_S..=DUE_S + JITTER_S_MAX).contains(&first),
            "{draw}: {first}"
        );
        keeper.pass_s(300).await;
        assert_eq!(planned(&keeper), first, "{draw}");
        keeper.pass_quietly_s(first).await;
        assert_eq!(keeper.renewals(), 1, "{draw}");
        plans.push(first);
    }
    plans.dedup();
    assert!(plans.len() > 2, "it differs: {plans:?}");
}

#[tokio::test]
async fn a_laptop_that_slept_past_the_deadline_renews_when_it_wakes() {
    let keeper = Keeper::new().await;
    keeper.clock.jump_s(UNIT_S * 9 / 10);
    keeper.pass_s(30).await;
    assert_eq!(keeper.renewals(), 1);
    assert_eq!(keeper.state(), KeeperState::Active);
}

#[tokio::test]
async fn a_clock_set_back_delays_nothing() {
    let keeper = Keeper::new().await;
    let daemons_time = Arc::new(std::sync::atomic::AtomicI64::new(START_S));
    let time = Arc::clone(&daemons_time);
    keeper.daemon.answer_always(Route::Health, move |_| {
        Answer::ok(&serde_json::json!({
            "status": "ok", "version": "0.1.0", "database": true, "telegram": "ok",
            "serverTime": waiaas_protocol::time::Timestamp(time.load(Ordering::SeqCst)),
        }))
    });
    keeper.clock.jump_s(-5 * 86_400);
    // Two minutes of running time: the loop sees the jump and asks the daemon for its time.
    daemons_time.store(START_S + 120, Ordering::SeqCst);
    keeper.pass_s(120).await;
    let left_s = DUE_S - 120;
    daemons_time.store(
        START_S + i64::try_from(DUE_S).unwrap() + 60,
        Ordering::SeqCst,
    );
    keeper.pass_s(left_s + 60).await;
    assert_eq!(
        keeper.renewals(),
        1,
        "60 % by the daemon's clock, whatever ours says"
    );
}

#[tokio::test]
async fn a_wait_of_more_than_24_days_is_waited_out() {
    let long = token_with(1, 0, START_S, START_S + 60 * 86_400);
    let keeper = Keeper::with(Setup {
        in_file: Some(long),
        ..Setup::default()
    })
    .await;
    keeper.pass_quietly_s(35 * 86_400).await;
    assert_eq!(keeper.renewals(), 0);
    keeper.pass_quietly_s(86_400).await;
    assert_eq!(keeper.renewals(), 1);
}

#[tokio::test]
async fn t_12_while_a_renewal_is_in_flight_the_old_token_serves_and_no_second_one_is_sent() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let (late, release) = renewed(&token(1, 1, START_S), START_S).held();
    keeper.daemon.answer(Route::Renew, late);
    keeper.start().await;
    keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
    keeper.clock.advance(Duration::from_secs(30));
    keeper.daemon.until_asked(Route::Renew, 1).await;

    assert_eq!(keeper.held().hash(), first_token().hash());
    let (manager, client) = (keeper.manager.clone(), keeper.client.clone());
    let called = client.wallets().await;
    assert!(
        matches!(called, waiaas_mcp::api_client::Outcome::Success(_)),
        "{called:?}"
    );
    // Somebody who needs a token at once waits for the one renewal.
    let waiting = tokio::spawn(async move { manager.on_unauthorized(&first_token(), "X").await });
    drop(release);
    let adopted = tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(adopted.unwrap().unverified_claims().unwrap().generation, 1);
    keeper.settle().await;
    assert_eq!(keeper.renewals(), 1);
}

#[tokio::test]
async fn it_goes_on_renewing_unit_after_unit() {
    let keeper = Keeper::new().await;
    for generation in 1..=5_u8 {
        keeper.pass_quietly_s(DUE_S + JITTER_S_MAX).await;
        assert_eq!(keeper.renewals(), usize::from(generation));
        assert_eq!(
            keeper.manager.view().generation,
            Some(u64::from(generation))
        );
        assert_eq!(keeper.in_file().unwrap().hash(), keeper.held().hash());
    }
}

#[tokio::test]
async fn shutdown_lets_a_renewal_in_flight_finish_or_abandons_it_after_5_seconds() {
    for finishes in [true, false] {
        let keeper = Keeper::prepare(Setup::default()).await;
        let (late, release) = renewed(&token(1, 1, START_S), START_S).held();
        keeper.daemon.answer(Route::Renew, late);
        keeper.start().await;
        keeper.clock.jump_s(i64::try_from(DUE_S).unwrap());
        keeper.clock.advance(Duration::from_secs(30));
        keeper.daemon.until_asked(Route::Renew, 1).await;

        let manager = keeper.manager.clone();
        let ending = tokio::spawn(async move { manager.shutdown().await });
        keeper.settle().await;
        match finishes {
            true => drop(release),
            false => keeper.clock.advance(Duration::from_secs(5)),
        }
        tokio::time::timeout(PATIENCE, ending)
            .await
            .unwrap()
            .unwrap();
        let generation = keeper
            .in_file()
            .unwrap()
            .unverified_claims()
            .unwrap()
            .generation;
        assert_eq!(generation, u64::from(finishes));
        assert_eq!(
            keeper.pending().is_some(),
            !finishes,
            "the next start finishes it"
        );
    }
}

#[tokio::test]
async fn shutdown_waits_for_no_question_that_changes_nothing() {
    let keeper = Keeper::prepare(Setup::default()).await;
    let (late, _release) = Answer::raw(200, "{}").held();
    keeper.daemon.answer(Route::Health, late);
    keeper.manager.start().await;
    keeper.daemon.until_asked(Route::Health, 1).await;
    // The clock stands still, and the question alone would take its whole time limit.
    let sooner = Duration::from_secs(REQUEST_TIMEOUT_S / 2);
    let ended = tokio::time::timeout(sooner, keeper.manager.shutdown()).await;
    assert!(ended.is_ok());
}
