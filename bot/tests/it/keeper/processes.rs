//! Several processes on one token file, as when two clients run at once (PROTOCOL.md section
//! 7): every call of each is answered, and each renewal is counted once.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use waiaas_daemon_core::clock::Clock as _;
use waiaas_mcp::api_client::{ApiClient, Outcome};
use waiaas_mcp::clock::Clock;
use waiaas_mcp::door::Door;
use waiaas_mcp::session_manager::{KeeperParts, SessionManager};
use waiaas_protocol::token_file::{read, shared_path};

use super::{DUE_S, UNIT_S, assert_renewed, child};
use crate::harness::{PATIENCE, Setup, TestDaemon};

const PROCESSES: usize = 5;
/// As many as one session may have (PROTOCOL.md section 3); then the owner issues another.
const ROTATIONS_PER_SESSION: u64 = 100;
const SESSIONS: u64 = 2;
const BETWEEN_CALLS: Duration = Duration::from_millis(15);
/// Waits longer than this go faster for the children, so that nobody waits for minutes.
const PATIENT: Duration = Duration::from_secs(5);
const FASTER: u32 = 400;

/// The test's clock for another process: the time stands in a file.
struct FileClock(fs::File);

impl Clock for FileClock {
    fn now_ms(&self) -> i64 {
        let mut bytes = [0; 8];
        self.0.read_exact_at(&mut bytes, 0).unwrap();
        i64::from_le_bytes(bytes)
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        let span = if span > PATIENT { span / FASTER } else { span };
        tokio::time::sleep(span).boxed()
    }
}

/// What a child has done so far; written after every call.
#[derive(Default)]
struct Report {
    answered: u64,
    unanswered: Vec<String>,
    session: String,
    generation: u64,
}

impl Report {
    fn to_json(&self) -> String {
        json!({
            "answered": self.answered, "unanswered": self.unanswered,
            "session": self.session, "generation": self.generation,
        })
        .to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a child process of the test below"]
async fn a_client_at_work() {
    let Some(errand) = child::errand() else {
        return;
    };
    let (shared, number) = errand.more.split_once(' ').unwrap();
    let shared = PathBuf::from(shared);
    let report_path = shared.join(format!("report-{number}"));
    let door = Arc::new(Door::new(errand.url.parse().unwrap()));
    let entropy = waiaas::app::system_entropy().unwrap();
    let keeper = SessionManager::new(KeeperParts {
        data_dir: errand.data_dir,
        agent: None,
        environment_token: None,
        door: Arc::clone(&door),
        clock: Arc::new(FileClock(fs::File::open(shared.join("clock")).unwrap())),
        draw: Arc::new(move || entropy.bytes()),
    });
    keeper.start().await;
    let client = ApiClient::new(door, keeper.clone());
    let mut report = Report::default();
    while !shared.join("stop").exists() {
        match client.session().await {
            Outcome::Success(session) => {
                report.answered += 1;
                report.session = session.session_id.to_string();
                report.generation = session.renewal_count.unsigned_abs();
            }
            other => report.unanswered.push(format!("{other:?}")),
        }
        let beside = report_path.with_extension("new");
        fs::write(&beside, report.to_json()).unwrap();
        fs::rename(&beside, &report_path).unwrap();
        tokio::time::sleep(BETWEEN_CALLS).await;
    }
    keeper.shutdown().await;
}

struct Crowd {
    bench: TestDaemon,
    shared: tempfile::TempDir,
    children: Vec<Child>,
}

impl Crowd {
    async fn gather() -> Self {
        let many = |key| (key, "100000".to_owned());
        let bench = TestDaemon::with(Setup {
            paired: false,
            settings: [
                "http.session_burst",
                "http.session_per_s",
                "http.address_burst",
                "http.address_per_s",
            ]
            .map(many)
            .into(),
            ..Setup::default()
        })
        .await
        .with_agent("trader")
        .await;
        Self {
            bench,
            shared: tempfile::tempdir().unwrap(),
            children: Vec::new(),
        }
    }

    /// The daemon's time for the children.
    fn tell_time(&self) {
        let path = self.shared.path().join("clock");
        let now_ms = self.bench.clock.now_ms();
        let file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path);
        file.unwrap()
            .write_all_at(&now_ms.to_le_bytes(), 0)
            .unwrap();
    }

    fn set_to_work(&mut self) {
        let url = format!("http://{}", self.bench.agents_addr());
        for number in 0..PROCESSES {
            let more = format!("{} {number}", self.shared.path().display());
            let test = "keeper::processes::a_client_at_work";
            self.children
                .push(child::spawn(test, self.bench.data_dir(), &url, &more));
        }
    }

    fn reports(&self) -> Vec<Value> {
        let read = |number| {
            let path = self.shared.path().join(format!("report-{number}"));
            fs::read_to_string(path)
                .map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
        };
        (0..PROCESSES).map(read).collect()
    }

    /// Waits until everybody has worked with this generation of this session.
    async fn until_everybody_has(&self, session: &str, generation: u64) {
        let has =
            |report: &Value| report["session"] == session && report["generation"] == generation;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !self.reports().iter().all(has) {
            let late = tokio::time::Instant::now() > deadline;
            assert!(!late, "{generation}: {:#?}", self.reports());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn dismiss(&mut self) {
        fs::write(self.shared.path().join("stop"), "").unwrap();
        let mut children = std::mem::take(&mut self.children);
        let ended = tokio::task::spawn_blocking(move || {
            children
                .iter_mut()
                .map(|child| child.wait().unwrap().success())
                .collect::<Vec<_>>()
        });
        assert_eq!(ended.await.unwrap(), [true; PROCESSES]);
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn generation_in(path: &Path) -> u64 {
    read(path)
        .unwrap()
        .unwrap()
        .unverified_claims()
        .unwrap()
        .generation
}

#[tokio::test(flavor = "multi_thread")]
async fn five_processes_on_one_file_live_through_200_rotations_and_a_new_session() {
    let mut crowd = Crowd::gather().await;
    let mut sessions = Vec::new();
    for round in 0..SESSIONS {
        let limits = json!({ "expiresIn": UNIT_S, "maxRenewals": ROTATIONS_PER_SESSION });
        let created = crowd.bench.hand_over("trader", limits).await;
        let session = created["session"]["id"].as_str().unwrap().to_owned();
        crowd.tell_time();
        if round == 0 {
            crowd.set_to_work();
        }
        crowd.until_everybody_has(&session, 0).await;
        for generation in 1..=ROTATIONS_PER_SESSION {
            // Past the latest that the jitter allows.
            crowd.bench.clock.advance_s(DUE_S + UNIT_S * 2 / 100 + 1);
            crowd.tell_time();
            crowd.until_everybody_has(&session, generation).await;
        }
        assert_renewed(&crowd.bench, &session, ROTATIONS_PER_SESSION).await;
        sessions.push(session);
    }
    crowd.dismiss().await;
    for report in crowd.reports() {
        assert_eq!(report["unanswered"], json!([]), "every call is answered");
        assert!(report["answered"].as_u64().unwrap() > SESSIONS * ROTATIONS_PER_SESSION);
    }
    assert_eq!(
        generation_in(&shared_path(crowd.bench.data_dir())),
        ROTATIONS_PER_SESSION
    );
    let first = crowd.bench.session(&sessions[0]).await;
    assert_eq!(first["revokeReason"], "replaced");
}
