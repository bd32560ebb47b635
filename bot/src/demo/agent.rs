//! A small agent, as anybody might write one: looks for a token in its file, works with it,
//! and renews it in the order of PROTOCOL.md section 5. It is a client of the agents' door
//! and shares nothing with the daemon but the file and the clock's pace.

mod renewal;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::clock::SharedClock;
use waiaas_daemon_core::entropy::Entropy;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::token::{SessionToken, TokenHash};
use waiaas_protocol::token_file::{self, TokenFileError};
use waiaas_protocol::wire::SessionSelf;

use self::renewal::Renewal;
use super::board::{Board, Doing, Work};
use super::door::{AgentDoor, Refusal};

/// Between two looks at file and session, seconds of the clock.
const STEP_S: u64 = 10;
/// The same in real time, at least: an accelerated clock must not make a busy client.
const STEP_MS_MIN: u64 = 200;
/// A token is renewed when this part of its unit is left (PROTOCOL.md section 7).
const RENEW_LEFT_PERCENT: i64 = 40;

/// What an agent is made of.
pub(super) struct AgentParts {
    pub(super) name: String,
    pub(super) id: AgentId,
    pub(super) data_dir: PathBuf,
    pub(super) door: AgentDoor,
    pub(super) clock: SharedClock,
    pub(super) entropy: Entropy,
    pub(super) board: Board,
}

/// One agent.
pub(super) struct Agent {
    parts: AgentParts,
    /// The token that the daemon refused; it is not presented again.
    refused: Option<(TokenHash, String)>,
    /// The session that will not be renewed any more, and why.
    last_unit: Option<(SessionId, String)>,
}

/// Why a step failed on this side.
#[derive(Debug, thiserror::Error)]
pub(super) enum AgentError {
    /// The token file or the entry beside it.
    #[error(transparent)]
    TokenFile(#[from] TokenFileError),
    /// The thread that worked on files.
    #[error("work on the token file was cut off")]
    Thread(#[from] JoinError),
}

struct Found {
    path: PathBuf,
    token: SessionToken,
    renewal_under_way: bool,
}

/// The token in this agent's file, and whether a renewal of it was begun and not finished.
fn look(data_dir: &Path, id: AgentId) -> Result<Option<Found>, AgentError> {
    let path = token_file::select_path(data_dir, id)?;
    let Some(token) = token_file::read(&path)? else {
        return Ok(None);
    };
    let pending = token_file::read_pending(&path)?;
    let renewal_under_way = pending.is_some_and(|pending| pending.matches(&token));
    Ok(Some(Found {
        path,
        token,
        renewal_under_way,
    }))
}

impl Agent {
    pub(super) fn new(parts: AgentParts) -> Self {
        Self {
            parts,
            refused: None,
            last_unit: None,
        }
    }

    /// Works until stopped; a renewal under way is finished first.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let pause = self.parts.clock.timer(Duration::from_secs(STEP_S));
        let pause = pause.max(Duration::from_millis(STEP_MS_MIN));
        while !stop.is_cancelled() {
            let doing = match self.step().await {
                Ok(doing) => doing,
                Err(error) => Doing::Troubled(error.to_string()),
            };
            self.parts.board.write(&self.parts.name, doing);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One look at file and session.
    async fn step(&mut self) -> Result<Doing, AgentError> {
        let Some(found) = self.look().await? else {
            return Ok(Doing::Waiting);
        };
        if let Some((hash, code)) = &self.refused
            && *hash == found.token.hash()
        {
            return Ok(Doing::Ended { code: code.clone() });
        }
        // Also past the token's own end: a replay is the one thing that still works then.
        if found.renewal_under_way {
            return self.renew(&found).await;
        }
        match self.parts.door.who_am_i(&found.token).await {
            Ok(session) if self.is_due(&session) => self.renew(&found).await,
            Ok(session) => Ok(self.working(found.path, &session)),
            Err(refusal) => Ok(self.refused(&found.token, refusal)),
        }
    }

    async fn look(&self) -> Result<Option<Found>, AgentError> {
        let (data_dir, id) = (self.parts.data_dir.clone(), self.parts.id);
        tokio::task::spawn_blocking(move || look(&data_dir, id)).await?
    }

    fn is_due(&self, session: &SessionSelf) -> bool {
        let unit = session.constraints.expires_in;
        let due_at = session.expires_at.unix_s() - unit * RENEW_LEFT_PERCENT / 100;
        let over = self
            .last_unit
            .as_ref()
            .is_some_and(|(id, _)| *id == session.session_id);
        !over && self.parts.clock.now_s() >= due_at
    }

    async fn renew(&mut self, found: &Found) -> Result<Doing, AgentError> {
        let Some(renewal) = Renewal::prepare(found, &self.parts.entropy).await? else {
            // The owner was faster; the next step takes up what is in the file now.
            return Ok(Doing::Waiting);
        };
        let session_id = renewal.session_id();
        let answer = self
            .parts
            .door
            .renew(session_id, &found.token, renewal.key())
            .await;
        match answer {
            Ok(answer) => {
                let work = Work {
                    token_file: found.path.clone(),
                    session_id,
                    renewal_count: answer.renewal_count,
                    max_renewals: answer.max_renewals,
                    expires_at: answer.expires_at,
                    last_unit: None,
                };
                renewal.finish(answer.token.0).await?;
                Ok(Doing::Working(work))
            }
            Err(refusal) => {
                if refusal.is_final() {
                    renewal.give_up().await?;
                }
                Ok(self.renewal_refused(session_id, &found.token, refusal))
            }
        }
    }

    /// A limit ends the renewing, not the work: the token serves until its own end
    /// (PROTOCOL.md section 7).
    fn renewal_refused(
        &mut self,
        session_id: SessionId,
        token: &SessionToken,
        refusal: Refusal,
    ) -> Doing {
        match refusal {
            Refusal::Refused {
                status: 403,
                code,
                retryable: false,
                ..
            } => {
                self.last_unit = Some((session_id, code.clone()));
                Doing::Troubled(code)
            }
            other => self.refused(token, other),
        }
    }

    fn refused(&mut self, token: &SessionToken, refusal: Refusal) -> Doing {
        match refusal {
            Refusal::Refused {
                status: 401, code, ..
            } => {
                self.refused = Some((token.hash(), code.clone()));
                Doing::Ended { code }
            }
            other => Doing::Troubled(other.to_string()),
        }
    }

    fn working(&self, token_file: PathBuf, session: &SessionSelf) -> Doing {
        let last_unit = self
            .last_unit
            .as_ref()
            .filter(|(id, _)| *id == session.session_id);
        Doing::Working(Work {
            token_file,
            session_id: session.session_id,
            renewal_count: session.renewal_count,
            max_renewals: session.constraints.max_renewals,
            expires_at: session.expires_at,
            last_unit: last_unit.map(|(_, code)| code.clone()),
        })
    }
}
