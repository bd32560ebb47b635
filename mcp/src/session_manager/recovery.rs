//! Taking up a token again: at the start, after a 401, and whenever something is overdue
//! (PROTOCOL.md section 7, "Load", "401" and "Recovery loop").

use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::sync::MutexGuard;
use waiaas_protocol::token::{SessionToken, TokenHash};
use waiaas_protocol::token_file::TokenFileError;
use waiaas_protocol::wire::{Health, SessionSelf};

use super::Keeper;
use super::renewal::TakenUp;
use super::store::Found;

/// How long a refused call waits for a renewal in flight, seconds (PROTOCOL.md section 7).
const FLIGHT_WAIT_S_MAX: u64 = 5;
/// How long it then waits for another process at the token file.
const CALL_LOCK_WAIT_MS_MAX: u64 = 5_000;

impl Keeper {
    /// The file, else the environment.
    pub(super) async fn load(&self) {
        match self.look().await {
            Ok(found) => {
                if self.take_up(&found) == TakenUp::Absent {
                    self.load_environment();
                }
            }
            Err(error) => self.note_problem(&error.to_string()),
        }
    }

    fn load_environment(&self) {
        let Some(text) = &self.environment_token else {
            return;
        };
        match SessionToken::parse(text.expose_secret().trim()) {
            Ok(token) => {
                if self.memory().is_refused(token.hash()) {
                    return;
                }
                self.take_up(&Found {
                    token: Some(token),
                    ..Found::default()
                });
            }
            Err(reason) => {
                self.note_problem(&format!("WAIAAS_SESSION_TOKEN is not a token: {reason}"));
            }
        }
    }

    /// Also what a tool call does that finds no usable token.
    pub(super) async fn recover(&self) {
        let _flight = self.flight.lock().await;
        self.recovery_round(true).await;
    }

    /// One round of the recovery loop; the caller holds the flight.
    pub(super) async fn recovery_round(&self, forced: bool) {
        self.synchronise().await;
        let found = match self.look().await {
            Ok(found) => found,
            Err(error) => return self.note_problem(&error.to_string()),
        };
        if self.take_up(&found) == TakenUp::Absent && self.held().is_none() {
            self.load_environment();
        }
        let now_ms = self.clock.now_ms();
        let overdue = self.memory().is_due(now_ms, forced) || self.must_catch_up(forced);
        if overdue || self.may_resume(&found, forced) {
            return self.renew().await;
        }
        self.ask_about_refused().await;
    }

    fn must_catch_up(&self, forced: bool) -> bool {
        let now_ms = self.clock.now_ms();
        self.memory().held.as_ref().is_some_and(|held| {
            held.file_lags && super::memory::may_try(&held.retry, now_ms, forced)
        })
    }

    /// A refused token is taken up again only when the daemon itself accepts it.
    async fn ask_about_refused(&self) {
        let now_ms = self.clock.now_ms();
        let refused = {
            let memory = self.memory();
            let held = memory.refused_held();
            held.filter(|held| !memory.is_over(held, now_ms))
                .map(|held| held.token.clone())
        };
        let Some(token) = refused else { return };
        let answered = self.door.get::<SessionSelf>("/v1/session", Some(&token));
        if let Ok(session) = answered.await {
            self.memory().pardon();
            self.observe_server_time(session.server_time);
            self.changed.notify_one();
            tracing::info!(session_id = %session.session_id, "the token is accepted again");
        }
    }

    /// Learns the daemon's time, where it is not known or our clock jumped.
    pub(super) async fn synchronise(&self) {
        if self.memory().is_synchronised() {
            return;
        }
        if let Ok(health) = self.door.get::<Health>("/health", None).await {
            self.observe_server_time(health.server_time);
        }
    }

    /// The four steps after a 401 for this token (PROTOCOL.md section 7).
    pub(super) async fn four_steps(&self, refused: TokenHash, code: &str) {
        if self.is_rotated(refused) {
            return;
        }
        let flight = self.flight_within_patience().await;
        if self.is_rotated(refused) {
            return;
        }
        let agent = self.held().map(|held| held.claims.agent_id);
        let lock = match (&flight, agent) {
            (Some(_), Some(agent)) => {
                let locked = self.store.lock(agent, &self.clock, CALL_LOCK_WAIT_MS_MAX);
                locked.await.ok().flatten()
            }
            _ => None,
        };
        let found = match self.look().await {
            Ok(found) => found,
            Err(error) => {
                self.memory().refuse(refused, code);
                return self.note_problem(&error.to_string());
            }
        };
        if self.take_up(&found) == TakenUp::Adopted {
            return;
        }
        if let Some(lock) = &lock
            && self.may_resume(&found, true)
        {
            self.renew_locked(lock).await;
            if self.is_rotated(refused) {
                return;
            }
        }
        self.memory().refuse(refused, code);
        if found.token.is_none() && !self.is_rotated(refused) {
            self.memory().forget(
                "the daemon no longer accepts the token, and the token file is gone".to_owned(),
            );
        }
        self.changed.notify_one();
    }

    /// Whether another token is in use by now.
    fn is_rotated(&self, refused: TokenHash) -> bool {
        let memory = self.memory();
        memory
            .held
            .as_ref()
            .is_some_and(|held| held.token.hash() != refused)
    }

    async fn flight_within_patience(&self) -> Option<MutexGuard<'_, ()>> {
        let patience = self.clock.sleep(Duration::from_secs(FLIGHT_WAIT_S_MAX));
        tokio::select! {
            flight = self.flight.lock() => Some(flight),
            () = patience => None,
        }
    }

    async fn look(&self) -> Result<Found, TokenFileError> {
        let agent = self.memory().pinned;
        self.store.look(agent).await
    }

    /// Keeps why the file is not read; said once in the log.
    fn note_problem(&self, problem: &str) {
        let mut memory = self.memory();
        if memory.problem.as_deref() != Some(problem) {
            tracing::warn!("the token file was refused: {problem}");
        }
        memory.problem = Some(problem.to_owned());
    }
}
