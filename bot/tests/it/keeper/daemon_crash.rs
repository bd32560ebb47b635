//! The daemon dies around the commit of a renewal: before the request, in the middle of its
//! transaction, and between the commit and the answer. The keeper goes on with the same key,
//! and the renewal is counted once.

use std::sync::Arc;

use waiaas_mcp::clock::ManualClock;
use waiaas_mcp::session_manager::SessionManager;

use super::proxy::{Proxy, Wire};
use super::{
    DUE_S, assert_file, assert_renewed, clock_of, keeper, minute, session_in_file, settle,
};
use crate::harness::{PATIENCE, TestDaemon};

/// The three writes of a renewal; a trigger that fails one of them stands for the death of the
/// daemon there, since SQLite undoes the transaction in both cases.
const WRITES: [(&str, &str); 3] = [
    ("the swap", "UPDATE OF renewal_count ON sessions"),
    ("the audit entry", "INSERT ON audit_log"),
    ("the alert", "INSERT ON notification_outbox"),
];

struct Scene {
    bench: TestDaemon,
    proxy: Proxy,
    session: String,
}

impl Scene {
    /// A session whose renewal is due, and a wire to the daemon.
    async fn new() -> Self {
        let bench = TestDaemon::unpaired("en").await.with_agent("trader").await;
        let session = session_in_file(&bench).await;
        let proxy = Proxy::to(bench.agents_addr()).await;
        bench.advance(DUE_S + 1).await;
        Self {
            bench,
            proxy,
            session,
        }
    }

    /// A keeper at the other end of the wire, at work, and its clock.
    async fn keeper(&self) -> (SessionManager, Arc<ManualClock>) {
        let clock = clock_of(&self.bench);
        let keeper = keeper(
            self.bench.data_dir(),
            &self.proxy.url,
            Arc::clone(&clock),
            Arc::new(|_| Ok(())),
        );
        keeper.start().await;
        (keeper, clock)
    }

    async fn restart(&mut self) {
        self.bench.kill().await;
        self.bench.start().await;
        self.proxy.set(self.bench.agents_addr(), Wire::Whole);
    }

    /// The keeper's next round, and what must hold after it.
    async fn goes_on(&self, clock: &ManualClock) {
        minute(clock).await;
        assert_file(&self.bench, &self.session, 1).await;
        assert_renewed(&self.bench, &self.session, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_dies_before_the_request_arrives() {
    let mut scene = Scene::new().await;
    scene.proxy.set(scene.bench.agents_addr(), Wire::CutBefore);
    let (keeper, clock) = scene.keeper().await;
    settle(&clock).await;
    assert_eq!(keeper.view().failures, 1);
    assert_renewed(&scene.bench, &scene.session, 0).await;
    scene.restart().await;
    scene.goes_on(&clock).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_dies_at_any_write_of_the_transaction() {
    for (what, when) in WRITES {
        let mut scene = Scene::new().await;
        let trigger = format!(
            "CREATE TRIGGER dies BEFORE {when} BEGIN SELECT RAISE(ABORT, 'dies at {what}'); END"
        );
        scene.bench.tamper(&trigger).await;
        let (keeper, clock) = scene.keeper().await;
        settle(&clock).await;
        assert_eq!(keeper.view().failures, 1, "{what}");
        assert_renewed(&scene.bench, &scene.session, 0).await;

        scene.bench.tamper("DROP TRIGGER dies").await;
        scene.restart().await;
        scene.goes_on(&clock).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_dies_between_the_commit_and_the_answer() {
    let mut scene = Scene::new().await;
    scene.proxy.set(scene.bench.agents_addr(), Wire::CutAfter);
    let (_keeper, clock) = scene.keeper().await;
    scene.proxy.until_lost().await;
    settle(&clock).await;
    assert_renewed(&scene.bench, &scene.session, 1).await;
    scene.restart().await;
    scene.goes_on(&clock).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_dies_while_the_request_waits_for_the_database() {
    let mut scene = Scene::new().await;
    let database = scene.bench.data_dir().join("waiaas.db");
    let blocker = rusqlite::Connection::open(database).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (_keeper, clock) = scene.keeper().await;
    // The key is on the disk: the request is on its way or has arrived.
    let pending = waiaas_protocol::token_file::pending_path(&scene.bench.token_file());
    let there = async {
        while !pending.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, there).await.unwrap();
    scene.bench.kill().await;
    blocker.execute_batch("ROLLBACK").unwrap();
    scene.bench.start().await;
    scene.proxy.set(scene.bench.agents_addr(), Wire::Whole);
    settle(&clock).await;
    scene.goes_on(&clock).await;
}
