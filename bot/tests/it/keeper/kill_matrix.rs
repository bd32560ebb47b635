//! The keeper dies, as a process does, before each step of a renewal; the next one goes on
//! with the same session, and the renewal is counted once.

use std::process;
use std::sync::Arc;

use waiaas_mcp::clock::ManualClock;
use waiaas_mcp::session_manager::Step;
use waiaas_protocol::token_file::WriteStep;

use super::{DUE_S, assert_file, assert_renewed, child, keeper, session_in_file, settle};
use crate::harness::TestDaemon;

const DIED_CODE: i32 = 86;
const NOWHERE: &str = "nowhere";

/// Every step from the lock to its end.
fn steps() -> Vec<Step> {
    let mut steps = vec![Step::LookAgain];
    steps.extend(WriteStep::ALL.map(Step::Pending));
    steps.extend([Step::Send, Step::CompareFile]);
    steps.extend(WriteStep::ALL.map(Step::TokenFile));
    steps.extend([Step::TakeIntoUse, Step::RemovePending, Step::Unlock]);
    steps
}

#[tokio::test]
#[ignore = "a child process of the test below"]
async fn a_keeper_that_dies() {
    let Some(errand) = child::errand() else {
        return;
    };
    let (now_s, fatal) = errand.more.split_once(' ').unwrap();
    let (clock, fatal) = (
        Arc::new(ManualClock::at(now_s.parse().unwrap())),
        fatal.to_owned(),
    );
    let hook = Arc::new(move |step: Step| {
        if format!("{step:?}") == fatal {
            process::exit(DIED_CODE);
        }
        Ok(())
    });
    let keeper = keeper(&errand.data_dir, &errand.url, Arc::clone(&clock), hook);
    keeper.start().await;
    settle(&clock).await;
    keeper.shutdown().await;
}

async fn run_child(bench: &TestDaemon, fatal: &str) -> Option<i32> {
    use waiaas_daemon_core::clock::Clock as _;
    let url = format!("http://{}", bench.agents_addr());
    let more = format!("{} {fatal}", bench.clock.now_s());
    let test = "keeper::kill_matrix::a_keeper_that_dies";
    let mut child = child::spawn(test, bench.data_dir(), &url, &more);
    let ended = tokio::task::spawn_blocking(move || child.wait());
    ended.await.unwrap().unwrap().code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_killed_before_any_step_leaves_a_session_that_goes_on_with_one_renewal() {
    let bench = TestDaemon::unpaired("en").await.with_agent("trader").await;
    for fatal in steps() {
        let fatal = format!("{fatal:?}");
        let session = session_in_file(&bench).await;
        bench.advance(DUE_S + 1).await;
        assert_eq!(run_child(&bench, &fatal).await, Some(DIED_CODE), "{fatal}");

        assert_eq!(run_child(&bench, NOWHERE).await, Some(0), "{fatal}");
        assert_file(&bench, &session, 1).await;
        assert_renewed(&bench, &session, 1).await;
    }
}
