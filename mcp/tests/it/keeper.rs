//! A keeper on a data directory of its own, between a scripted daemon and a clock that stands
//! still until a test moves it.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use waiaas_mcp::api_client::ApiClient;
use waiaas_mcp::clock::{Clock as _, ManualClock};
use waiaas_mcp::door::Door;
use waiaas_mcp::session_manager::{KeeperParts, KeeperState, SessionManager, Step, StepHook};
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{self, Pending, pending_path, read_pending, shared_path};

use crate::daemon::{Answer, PATIENCE, Request, Route, ScriptedDaemon, session};
use crate::token::{START_S, UNIT_S, first_token, session_id, token};

/// 60 % of the unit, and the most that the jitter adds.
pub const DUE_S: u64 = UNIT_S as u64 * 60 / 100;
pub const JITTER_S_MAX: u64 = UNIT_S as u64 * 2 / 100;
/// One minute.
pub const MINUTE_S: u64 = 60;

/// What stands around a keeper before it starts.
pub struct Setup {
    pub in_file: Option<SessionToken>,
    pub in_environment: Option<String>,
    pub agent: Option<AgentId>,
    pub hook: StepHook,
    /// The last of the random bytes, which decides the jitter.
    pub draw: u8,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            in_file: Some(first_token()),
            in_environment: None,
            agent: None,
            hook: Arc::new(|_| Ok(())),
            draw: 0,
        }
    }
}

/// The keeper and everything around it.
pub struct Keeper {
    pub daemon: ScriptedDaemon,
    pub clock: Arc<ManualClock>,
    pub manager: SessionManager,
    pub client: ApiClient,
    dir: TempDir,
}

impl Keeper {
    /// The first token of session 1 in the file, and a daemon that renews.
    pub async fn new() -> Self {
        let keeper = Self::prepare(Setup::default()).await;
        keeper.daemon_renews();
        keeper.start().await;
        keeper
    }

    /// Started with this around it; the daemon renews.
    pub async fn with(setup: Setup) -> Self {
        let keeper = Self::prepare(setup).await;
        keeper.daemon_renews();
        keeper.start().await;
        keeper
    }

    /// Everything is in place, but the keeper is not started.
    pub async fn prepare(setup: Setup) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o700)).unwrap();
        let daemon = ScriptedDaemon::start().await;
        let clock = Arc::new(ManualClock::at(START_S));
        if let Some(token) = &setup.in_file {
            token_file::write(&shared_path(dir.path()), token).unwrap();
        }
        let time = Arc::clone(&clock);
        daemon.answer_always(Route::Health, move |_| health(&time));
        let time = Arc::clone(&clock);
        daemon.answer_always(Route::Session, move |_| who_am_i(&time));
        let (manager, client) = parts(&daemon, &clock, dir.path().to_owned(), setup);
        Self {
            daemon,
            clock,
            manager,
            client,
            dir,
        }
    }

    /// Another process on the same files, with a memory of its own.
    pub fn another(&self, setup: Setup) -> (SessionManager, ApiClient) {
        parts(&self.daemon, &self.clock, self.dir.path().to_owned(), setup)
    }

    pub async fn start(&self) {
        self.manager.start().await;
        self.settle().await;
    }

    /// The daemon renews as PROTOCOL.md sections 4 and 5 say, for tokens of any session here.
    pub fn daemon_renews(&self) {
        let clock = Arc::clone(&self.clock);
        let last: Mutex<Option<(String, SessionToken)>> = Mutex::default();
        let generation = AtomicU8::new(0);
        self.daemon.answer_always(Route::Renew, move |request| {
            let mut last = last.lock().unwrap();
            let key = request.idempotency_key.clone().unwrap();
            let token = match &*last {
                Some((known, token)) if *known == key => token.clone(),
                _ => {
                    let next = generation.fetch_add(1, Ordering::SeqCst) + 1;
                    token(session_of(request), u64::from(next), clock.now_ms() / 1000)
                }
            };
            *last = Some((key, token.clone()));
            renewed(&token, clock.now_ms() / 1000)
        });
    }

    /// The data directory's token file.
    pub fn path(&self) -> PathBuf {
        shared_path(self.dir.path())
    }

    pub fn dir(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    pub fn in_file(&self) -> Option<SessionToken> {
        token_file::read(&self.path()).unwrap()
    }

    /// Puts a token into the file, as the owner's `/newsession` does.
    pub fn hand_over(&self, token: &SessionToken) {
        token_file::write(&self.path(), token).unwrap();
    }

    pub fn pending(&self) -> Option<Pending> {
        read_pending(&self.path()).unwrap()
    }

    pub fn pending_path(&self) -> PathBuf {
        pending_path(&self.path())
    }

    pub fn held(&self) -> SessionToken {
        self.manager.get_token().unwrap()
    }

    pub fn state(&self) -> KeeperState {
        self.manager.state()
    }

    /// How often a renewal was asked for.
    pub fn renewals(&self) -> usize {
        self.daemon.requests_to(Route::Renew).len()
    }

    /// Lets time pass as it does: in small pieces, so that the keeper sleeps through all of it.
    pub async fn pass_s(&self, seconds: u64) {
        // The last second on its own, so that what happens in it happens in it.
        for piece in [seconds.saturating_sub(1), seconds.min(1)] {
            let mut left = piece;
            while left > 0 {
                let step = left.min(10);
                self.clock.advance(Duration::from_secs(step));
                self.settle().await;
                left -= step;
            }
        }
    }

    /// Lets much time pass, most of it at once, as on a laptop that sleeps.
    pub async fn pass_quietly_s(&self, seconds: u64) {
        const AWAKE_S: u64 = 31;
        self.clock.jump_s(i64::try_from(seconds - AWAKE_S).unwrap());
        self.pass_s(AWAKE_S).await;
    }

    /// Waits until the keeper's loop sleeps again: whatever was due has been done.
    pub async fn settle(&self) {
        let settled = self.clock.until_asleep(1);
        tokio::time::timeout(PATIENCE, settled).await.unwrap();
    }
}

fn parts(
    daemon: &ScriptedDaemon,
    clock: &Arc<ManualClock>,
    data_dir: PathBuf,
    setup: Setup,
) -> (SessionManager, ApiClient) {
    let door = Arc::new(Door::new(daemon.url().parse().unwrap()));
    // Every keeper draws its own keys; the next one's must not be equal by chance.
    static KEEPERS: AtomicU8 = AtomicU8::new(0);
    let keeper = KEEPERS.fetch_add(1, Ordering::SeqCst);
    let (drawn, last) = (AtomicU8::new(1), setup.draw);
    let parts = KeeperParts {
        data_dir,
        agent: setup.agent,
        environment_token: setup.in_environment.map(Into::into),
        door: Arc::clone(&door),
        clock: Arc::clone(clock) as _,
        draw: Arc::new(move || {
            // The jitter takes the first eight bytes; keys differ in the last.
            let mut bytes = [last; 16];
            bytes[14] = keeper;
            bytes[15] = drawn.fetch_add(1, Ordering::SeqCst);
            bytes
        }),
    };
    let manager = SessionManager::with_hook(parts, setup.hook);
    (manager.clone(), ApiClient::new(door, manager))
}

/// 200 of a renewal, or of its replay.
pub fn renewed(token: &SessionToken, now_s: i64) -> Answer {
    let claims = token.unverified_claims().unwrap();
    Answer::ok(&json!({
        "sessionId": claims.session_id,
        "token": token.expose(),
        "expiresAt": Timestamp(claims.expires_at),
        "expiresIn": claims.expires_at - claims.issued_at,
        "renewalCount": claims.generation,
        "maxRenewals": 30,
        "absoluteExpiresAt": Timestamp(START_S + 30 * UNIT_S),
        "serverTime": Timestamp(now_s),
    }))
}

fn session_of(request: &Request) -> u8 {
    let is = |number: &u8| request.path.contains(&session_id(*number).to_string());
    (1..=9).find(is).unwrap()
}

fn health(clock: &ManualClock) -> Answer {
    Answer::ok(&json!({
        "status": "ok", "version": "0.1.0", "database": true, "telegram": "ok",
        "serverTime": Timestamp(clock.now_ms() / 1000),
    }))
}

fn who_am_i(clock: &ManualClock) -> Answer {
    let mut body = session();
    body["serverTime"] = json!(Timestamp(clock.now_ms() / 1000));
    Answer::ok(&body)
}

/// A hook that fails the steps that `broken` says, as long as it says so.
pub fn failing(broken: impl Fn(Step) -> bool + Send + Sync + 'static) -> StepHook {
    Arc::new(move |step| match broken(step) {
        true => Err(io::Error::other("no space left on device")),
        false => Ok(()),
    })
}
