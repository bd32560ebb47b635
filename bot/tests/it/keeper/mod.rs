//! The keeper of the agent's side against the real daemon: what must hold whatever dies and
//! whenever (PROTOCOL.md section 5).

mod child;
mod daemon_crash;
mod kill_matrix;
mod processes;
mod proxy;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use waiaas_daemon_core::clock::Clock as _;
use waiaas_mcp::clock::ManualClock;
use waiaas_mcp::door::Door;
use waiaas_mcp::session_manager::{KeeperParts, SessionManager, StepHook};
use waiaas_protocol::token_file::{pending_path, read, shared_path};

use crate::harness::{PATIENCE, TestDaemon};

/// The renewal unit of these sessions, and when it is due.
const UNIT_S: i64 = 300;
const DUE_S: i64 = UNIT_S * 6 / 10;

/// Hands a session over to the agent `trader`; gives its id.
async fn session_in_file(bench: &TestDaemon) -> String {
    let limits = json!({ "expiresIn": UNIT_S, "maxRenewals": 100 });
    let created = bench.hand_over("trader", limits).await;
    assert_eq!(created["token"], Value::Null);
    created["session"]["id"].as_str().unwrap().to_owned()
}

/// A keeper of this process on the daemon's data directory, with a clock that stands where the
/// daemon's stands now.
fn keeper(data_dir: &Path, url: &str, clock: Arc<ManualClock>, hook: StepHook) -> SessionManager {
    let drawn = AtomicU64::new(clock_seed(&clock));
    let parts = KeeperParts {
        data_dir: data_dir.to_owned(),
        agent: None,
        environment_token: None,
        door: Arc::new(Door::new(url.parse().unwrap())),
        clock,
        draw: Arc::new(move || {
            // No jitter; every key another one.
            let mut bytes = [0; 16];
            let number = drawn.fetch_add(1, Ordering::SeqCst);
            bytes[8..].copy_from_slice(&number.to_le_bytes());
            bytes
        }),
    };
    SessionManager::with_hook(parts, hook)
}

/// Another process must not draw the same keys.
fn clock_seed(clock: &ManualClock) -> u64 {
    use waiaas_mcp::clock::Clock as _;
    clock.now_ms().unsigned_abs() * 1_000_000 + u64::from(std::process::id())
}

fn clock_of(bench: &TestDaemon) -> Arc<ManualClock> {
    Arc::new(ManualClock::at(bench.clock.now_s()))
}

async fn settle(clock: &ManualClock) {
    tokio::time::timeout(PATIENCE, clock.until_asleep(1))
        .await
        .unwrap();
}

/// A minute passes for the keeper alone: its recovery loop goes round once.
async fn minute(clock: &ManualClock) {
    for _ in 0..7 {
        clock.advance(Duration::from_secs(10));
        settle(clock).await;
    }
}

/// One live lineage, this session renewed this often, each told and recorded once, and no
/// suspicion of a copy.
async fn assert_renewed(bench: &TestDaemon, session: &str, times: u64) {
    let body = bench.session(session).await;
    assert_eq!(body["state"], "ACTIVE", "{body}");
    assert_eq!(body["renewalCount"], times, "{body}");
    let count = async |sql: String| -> u64 { bench.sql(&sql).await[0][0].parse().unwrap() };
    let audited = format!(
        "SELECT count(*) FROM audit_log WHERE session_id = '{session}' AND event = 'SESSION_RENEWED'"
    );
    assert_eq!(count(audited).await, times, "audit entries");
    let told = format!(
        "SELECT count(*) FROM notification_outbox WHERE session_id = '{session}' AND event = 'SESSION_RENEWED'"
    );
    assert_eq!(count(told).await, times, "alerts");
    let reused = "SELECT count(*) FROM audit_log WHERE event = 'TOKEN_REUSED'".to_owned();
    assert_eq!(count(reused).await, 0, "nothing looks like a copied token");
}

/// The file carries this generation of the session, its token works, and no key is left.
async fn assert_file(bench: &TestDaemon, session: &str, generation: u64) {
    let path = shared_path(bench.data_dir());
    let token = read(&path).unwrap().unwrap();
    let claims = token.unverified_claims().unwrap();
    assert_eq!(claims.session_id.to_string(), session);
    assert_eq!(claims.generation, generation);
    assert!(!pending_path(&path).exists(), "the key is gone");
    let who = bench.whoami(token.expose()).await.ok();
    assert_eq!(who["sessionId"], session);
}
