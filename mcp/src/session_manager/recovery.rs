//! Taking up a token again: at the start, after a 401, and whenever something is overdue
//! (PROTOCOL.md section 7, "Load", "401" and "Recovery loop").

use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::sync::MutexGuard;
use waiaas_protocol::token::{SessionToken, TokenHash};
use waiaas_protocol::token_file::TokenFileError;
use waiaas_protocol::wire::{Health, SessionSelf};

use super::Keeper;
use super::store::Found;
use super::taking_up::TakenUp;
use crate::door::DoorError;

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
            Err(error) => self.note_problem(&format!("the token file was refused: {error}")),
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
                let taken_up = self.take_up(&Found {
                    token: Some(token),
                    ..Found::default()
                });
                if taken_up == TakenUp::Adopted
                    && let Some(held) = &mut self.memory().held
                {
                    held.from_environment = true;
                }
            }
            Err(reason) => {
                self.note_problem(&format!("WAIAAS_SESSION_TOKEN is not a token: {reason}"));
            }
        }
    }

    /// Also what a tool call does that finds no usable token.
    pub(super) async fn recover(&self) {
        let flight = self.flight_within_patience().await;
        let is_healed = self.memory().usable(self.clock.now_ms()).is_some();
        if flight.is_some() && !is_healed {
            self.recovery_round(true).await;
        }
    }

    /// One round of the recovery loop; the caller holds the flight.
    pub(super) async fn recovery_round(&self, forced: bool) {
        let found = match self.look().await {
            Ok(found) => found,
            Err(error) => return self.without_file(&error.to_string(), forced).await,
        };
        self.take_up_or_load(&found);
        if self.may_resume(&found, forced) {
            return self.renew().await;
        }
        if self.memory().wants_time(self.clock.now_ms(), forced) {
            self.synchronise().await;
            // What was unbelievable by our own clock may be right by the daemon's.
            self.take_up_or_load(&found);
        }
        if self.memory().is_due(self.clock.now_ms(), forced) {
            return self.renew().await;
        }
        self.ask_about_refused().await;
        self.remove_stray_key(&found).await;
    }

    fn take_up_or_load(&self, found: &Found) {
        if self.take_up(found) == TakenUp::Absent && self.held().is_none() {
            self.load_environment();
        }
    }

    /// A file that cannot be read stops no call, but nothing is renewed past it.
    async fn without_file(&self, reason: &str, forced: bool) {
        self.note_problem(&format!("the token file was refused: {reason}"));
        if self.memory().is_due(self.clock.now_ms(), forced) {
            self.file_trouble(reason);
        }
        self.ask_about_refused().await;
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
        let asked = self.door.get::<SessionSelf>("/v1/session", Some(&token));
        if let Some(session) = self.unless_stopped(asked).await {
            self.memory().pardon(token.hash());
            self.observe_server_time(session.server_time);
            self.changed.notify_one();
            tracing::info!(session_id = %session.session_id, "the token is accepted again");
        }
    }

    /// Learns the daemon's time.
    async fn synchronise(&self) {
        let asked = self.door.get::<Health>("/health", None);
        if let Some(health) = self.unless_stopped(asked).await {
            self.observe_server_time(health.server_time);
        }
    }

    /// A question that changes nothing is given up at once when the keeper ends.
    async fn unless_stopped<T>(
        &self,
        asked: impl Future<Output = Result<T, DoorError>>,
    ) -> Option<T> {
        tokio::select! {
            answered = asked => answered.ok(),
            () = self.stop.cancelled() => None,
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
                return self.note_problem(&format!("the token file was refused: {error}"));
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
            self.memory().orphan();
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
            tracing::warn!("{problem}");
        }
        memory.problem = Some(problem.to_owned());
    }
}
