//! One renewal, in the order that cannot strand an agent (PROTOCOL.md section 5): lock, look
//! again, renewal key on the disk, request; then file, memory, key away. Whoever dies in
//! between leaves what the next one needs to go on.
//!
//! Every function here is called by the holder of the flight, so there is one at a time.

use waiaas_protocol::token::{SessionToken, UnverifiedClaims};
use waiaas_protocol::token_file::{Pending, RenewalKey};
use waiaas_protocol::wire::RenewResponse;

use super::Keeper;
use super::memory::{Held, Obstacle, Retry};
use super::reaction::{Reaction, file_trouble, is_news, lagging, react};
use super::store::{Found, Lock, Step};
use super::taking_up::TakenUp;
use crate::door::DoorError;

/// The longest wait for another process at the token file: longer than its request may take.
const LOCK_WAIT_MS_MAX: u64 = 15_000;

impl Keeper {
    /// Renews the token in use, or finishes the renewal that was begun.
    pub(super) async fn renew(&self) {
        let Some(held) = self.held() else { return };
        let agent = held.claims.agent_id;
        match self.store.lock(agent, &self.clock, LOCK_WAIT_MS_MAX).await {
            Ok(Some(lock)) => self.renew_locked(&lock).await,
            Ok(None) => self.file_trouble("another process holds the lock of the token file"),
            Err(error) => self.file_trouble(&error.to_string()),
        }
    }

    /// The same under the lock.
    pub(super) async fn renew_locked(&self, lock: &Lock) {
        let found = match self.store.look_again(lock).await {
            Ok(found) => found,
            Err(error) => return self.file_trouble(&error.to_string()),
        };
        match self.take_up(&found) {
            TakenUp::Adopted => return,
            TakenUp::Refused(problem) => return self.file_trouble(&problem),
            TakenUp::Absent => self.note_absence(),
            TakenUp::Same | TakenUp::Behind => {}
        }
        let Some(held) = self.held() else { return };
        // No key for a token that the disk does not have (section 5).
        if held.file_lags && !self.catch_up(lock, &held).await {
            return;
        }
        if !self.is_wanted(&found, &held) {
            return;
        }
        let pending = match self.key_on_disk(lock, &found, &held).await {
            Ok(pending) => pending,
            Err(reason) => return self.file_trouble(&reason),
        };
        self.store.pass(Step::Send);
        let session_id = held.claims.session_id;
        let answer = self
            .door
            .renew(session_id, &held.token, &pending.renewal_key)
            .await;
        match fitting(answer, &held) {
            Ok(granted) => self.keep(lock, &held, granted).await,
            Err(error) => self.not_granted(lock, &held, &error).await,
        }
        self.store.pass(Step::Unlock);
    }

    /// Another process may have done the work while we waited for the lock.
    fn is_wanted(&self, found: &Found, held: &Held) -> bool {
        let begun = found
            .pending
            .as_ref()
            .is_some_and(|pending| pending.matches(&held.token));
        begun || self.memory().is_ripe(held, self.clock.now_ms())
    }

    /// The key of the renewal that was begun, or a new one, on the disk before anything is
    /// sent.
    async fn key_on_disk(
        &self,
        lock: &Lock,
        found: &Found,
        held: &Held,
    ) -> Result<Pending, String> {
        if let Some(reason) = &found.pending_refused {
            return Err(reason.clone());
        }
        if let Some(pending) = found.pending.as_ref().filter(|p| p.matches(&held.token)) {
            return Ok(pending.clone());
        }
        // An entry that somebody removed is written again: another key would be a conflict.
        let pending = held.begun.clone().unwrap_or_else(|| Pending {
            session_id: held.claims.session_id,
            presented_token_hash: held.token.hash(),
            renewal_key: RenewalKey::from_bytes((self.draw)()),
        });
        let written = self.store.write_pending(lock, pending.clone()).await;
        written.map_err(|error| error.to_string())?;
        self.change_held(held, |now| now.begun = Some(pending.clone()));
        Ok(pending)
    }

    /// Changes the token in use, if it is still that one.
    fn change_held(&self, held: &Held, change: impl FnOnce(&mut Held)) {
        if let Some(now) = &mut self.memory().held
            && now.token.hash() == held.token.hash()
        {
            change(now);
        }
    }

    /// File before memory; the key goes last.
    async fn keep(&self, lock: &Lock, held: &Held, granted: Granted) {
        match self.store.compare(lock).await {
            Ok(found) if self.owner_was_faster(held, found.as_ref()) => {
                let found = Found {
                    token: found,
                    ..Found::default()
                };
                self.take_up(&found);
                return self.drop_key(lock).await;
            }
            Ok(_) => {}
            Err(error) => {
                // The token must not be lost because the file cannot be read just now.
                return self.adopt_without_file(granted, &error.to_string());
            }
        }
        let written = self.store.write_token(lock, granted.token.clone()).await;
        if let Err(error) = written {
            return self.adopt_without_file(granted, &error.to_string());
        }
        self.store.pass(Step::TakeIntoUse);
        self.take_into_use(granted);
        self.drop_key(lock).await;
    }

    fn take_into_use(&self, granted: Granted) {
        let claims = granted.claims;
        self.observe_server_time(granted.server_time);
        self.memory().adopt(granted.token, claims, self.draw_u64());
        self.changed.notify_one();
        tracing::info!(
            session_id = %claims.session_id,
            generation = claims.generation,
            "renewed the session"
        );
    }

    /// The new token is good, the disk is not: serve it, keep the key, write later.
    fn adopt_without_file(&self, granted: Granted, reason: &str) {
        self.take_into_use(granted);
        let now_ms = self.clock.now_ms();
        if let Some(held) = &mut self.memory().held {
            held.file_lags = true;
            held.retry = lagging(&held.retry, reason.to_owned(), now_ms);
        }
        tracing::warn!("the renewed token is in use but could not be written: {reason}");
    }

    /// Brings the file up to the token in use; says whether it is.
    async fn catch_up(&self, lock: &Lock, held: &Held) -> bool {
        match self.store.write_token(lock, held.token.clone()).await {
            Ok(()) => {
                self.memory().file_is_up_to_date();
                self.changed.notify_one();
                tracing::info!("the token file is up to date again");
                self.drop_key_of_another(lock, held).await;
                true
            }
            Err(error) => {
                let reason = error.to_string();
                let retry = lagging(&held.retry, reason, self.clock.now_ms());
                self.postpone(held, retry);
                false
            }
        }
    }

    /// The key of the token that stood in the file before.
    async fn drop_key_of_another(&self, lock: &Lock, held: &Held) {
        let found = self.store.look_again(lock).await.ok();
        let pending = found.and_then(|found| found.pending);
        if pending.is_some_and(|pending| !pending.matches(&held.token)) {
            self.drop_key(lock).await;
        }
    }

    pub(super) async fn drop_key(&self, lock: &Lock) {
        if let Err(error) = self.store.remove_pending(lock).await {
            // It matches no token any more, so the next renewal puts another in its place.
            tracing::warn!("the spent renewal key could not be removed: {error}");
        }
    }

    async fn not_granted(&self, lock: &Lock, held: &Held, error: &DoorError) {
        let now_ms = self.clock.now_ms();
        match react(error, &held.retry, now_ms) {
            Reaction::TryAgain(retry) => self.postpone(held, retry),
            Reaction::Stop(code) => {
                self.change_held(held, |now| {
                    now.ended = Some(code);
                    now.retry = Retry::default();
                    now.begun = None;
                });
                tracing::info!(%code, "the session will not be renewed any more");
                self.changed.notify_one();
                self.drop_key(lock).await;
            }
            Reaction::Refused { key_is_spent } => {
                if self.someone_was_faster(lock).await {
                    return;
                }
                let is_news = !self.memory().is_refused(held.token.hash());
                if let DoorError::Refused(refusal) = error {
                    self.memory().refuse(held.token.hash(), &refusal.code);
                }
                if is_news {
                    tracing::warn!(cause = %error, "the token is no longer accepted");
                }
                self.changed.notify_one();
                if key_is_spent {
                    self.change_held(held, |now| now.begun = None);
                    self.drop_key(lock).await;
                }
            }
        }
    }

    fn postpone(&self, held: &Held, retry: Retry) {
        if is_news(&held.retry, &retry) {
            let why = retry.obstacle.as_ref().map(Obstacle::to_string);
            let failures = retry.failures;
            tracing::warn!(failures, "not renewed yet: {}", why.unwrap_or_default());
        }
        let latest_ms = self.memory().last_chance_ms(held, self.clock.now_ms());
        let next_at_ms = retry
            .next_at_ms
            .map(|at_ms| at_ms.min(latest_ms.unwrap_or(at_ms)));
        self.change_held(held, |now| {
            now.retry = Retry {
                next_at_ms,
                ..retry
            }
        });
        self.changed.notify_one();
    }

    pub(super) fn file_trouble(&self, reason: &str) {
        let Some(held) = self.held() else { return };
        let retry = file_trouble(&held.retry, reason.to_owned(), self.clock.now_ms());
        self.postpone(&held, retry);
    }

    pub(super) fn held(&self) -> Option<Held> {
        self.memory().held.clone()
    }
}

/// A renewal that was granted and belongs to the token that asked.
struct Granted {
    token: SessionToken,
    claims: UnverifiedClaims,
    server_time: waiaas_protocol::time::Timestamp,
}

/// An answer for another session, agent or generation is nobody's we asked.
fn fitting(answer: Result<RenewResponse, DoorError>, held: &Held) -> Result<Granted, DoorError> {
    let answer = answer?;
    let token = answer.token.0;
    let claims = token.unverified_claims().ok().filter(|claims| {
        claims.session_id == held.claims.session_id
            && claims.agent_id == held.claims.agent_id
            && claims.generation > held.claims.generation
    });
    match claims {
        Some(claims) => Ok(Granted {
            token,
            claims,
            server_time: answer.server_time,
        }),
        None => Err(DoorError::Unreachable {
            reason: "its answer does not belong to the token that was renewed".to_owned(),
            again: false,
        }),
    }
}
