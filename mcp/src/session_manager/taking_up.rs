//! A look at the token file, and what follows for the token in use: another program, another
//! keeper or the owner may have put a token there (PROTOCOL.md sections 6 and 7).

use waiaas_protocol::token::SessionToken;

use super::Keeper;
use super::candidate::Standing;
use super::memory::Held;
use super::schedule::may_try;
use super::store::{Found, Lock};

/// What a look at the file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TakenUp {
    /// Another token is in use now.
    Adopted,
    /// The file has the one in use.
    Same,
    /// It has an older one of this session, or one that is over.
    Behind,
    /// There is no file.
    Absent,
    /// It has a token that must not be taken, and why.
    Refused(String),
}

impl Keeper {
    /// Takes up the file's token if it is another one that passes the load checks.
    pub(super) fn take_up(&self, found: &Found) -> TakenUp {
        let Some(token) = &found.token else {
            let mut memory = self.memory();
            if memory.held.is_none() {
                memory.problem = None;
            }
            return TakenUp::Absent;
        };
        let now_ms = self.clock.now_ms();
        let mut memory = self.memory();
        let claims = match memory.acceptable(token, now_ms) {
            Ok(claims) => claims,
            Err(refusal) => {
                let problem = refusal.to_string();
                if memory.problem.as_ref() != Some(&problem) {
                    tracing::warn!("the token file was not taken up: {problem}");
                }
                memory.problem = Some(problem.clone());
                return TakenUp::Refused(problem);
            }
        };
        match memory.standing(token, &claims, now_ms) {
            Standing::Same => {
                memory.file_is_up_to_date();
                TakenUp::Same
            }
            Standing::Older => {
                // A backup, or another program, has put an old token there.
                if let Some(held) = &mut memory.held {
                    held.file_lags = true;
                }
                TakenUp::Behind
            }
            Standing::Dead => TakenUp::Behind,
            Standing::Newer => {
                memory.adopt(token.clone(), claims, self.draw_u64());
                drop(memory);
                self.changed.notify_one();
                tracing::info!(
                    session_id = %claims.session_id,
                    generation = claims.generation,
                    "took up the token in the file"
                );
                TakenUp::Adopted
            }
        }
    }

    /// Whoever removed the file may have meant it, so it is written again only right before a
    /// renewal, which must not depend on memory alone.
    pub(super) fn note_absence(&self) {
        if let Some(held) = &mut self.memory().held {
            held.file_lags = !held.from_environment;
        }
    }

    /// Another live session in the file than the one that was renewed.
    pub(super) fn owner_was_faster(&self, held: &Held, found: Option<&SessionToken>) -> bool {
        let now_ms = self.clock.now_ms();
        let memory = self.memory();
        found.is_some_and(|token| {
            memory.acceptable(token, now_ms).is_ok_and(|claims| {
                let is_live = claims.expires_at * 1000 > memory.server_ms(now_ms);
                is_live && claims.session_id != held.claims.session_id
            })
        })
    }

    /// Looks into the file once more: somebody may have replaced it without the lock.
    pub(super) async fn someone_was_faster(&self, lock: &Lock) -> bool {
        let token = self.store.compare(lock).await.ok().flatten();
        let found = Found {
            token,
            ..Found::default()
        };
        self.take_up(&found) == TakenUp::Adopted
    }

    /// Whether a renewal that was begun is to be taken on now.
    pub(super) fn may_resume(&self, found: &Found, forced: bool) -> bool {
        let now_ms = self.clock.now_ms();
        let memory = self.memory();
        let Some(held) = &memory.held else {
            return false;
        };
        let begun = found
            .pending
            .as_ref()
            .is_some_and(|p| p.matches(&held.token));
        begun
            && held.ended.is_none()
            && !memory.is_past_recovery(held, now_ms)
            && may_try(&held.retry, now_ms, forced)
    }

    pub(super) fn draw_u64(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = (self.draw)();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}
