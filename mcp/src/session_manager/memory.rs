//! What the keeper remembers, and every judgement over it. Pure: no I/O, no clock; `now_ms` is
//! this machine's wall clock, and the difference to the daemon's is part of the memory.
//!
//! The state is judged anew each time and stored nowhere, so that no path through the keeper
//! can forget to correct it.

use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::{SessionToken, TokenFormatError, TokenHash, UnverifiedClaims};
use waiaas_protocol::token_file::Pending;

use super::{KeeperState, KeeperView};
use crate::guidance::Guidance;

/// A token is renewed when this part of its unit is left (PROTOCOL.md section 7).
const RENEW_LEFT_PERCENT: i64 = 40;
/// How much later it may be, at most.
const JITTER_PERCENT_MAX: i64 = 2;
/// Failed attempts beyond the first after which an unusable token is an error.
pub(super) const RETRIES_MAX: u32 = 3;
/// Corrections of the daemon's clock below this are its rounding to seconds.
const CLOCK_NOISE_MS_MAX: i64 = 1_500;
/// This long before its end a token gets one more attempt, whatever pause was asked for.
const LAST_CHANCE_S: i64 = 60;
const YEAR_S: i64 = 366 * 86_400;
/// `exp` is believed this far back and ahead (PROTOCOL.md section 7).
const EXP_PAST_S_MAX: i64 = 10 * YEAR_S;
const EXP_AHEAD_S_MAX: i64 = YEAR_S;

/// What the keeper remembers.
#[derive(Default)]
pub(super) struct Memory {
    /// The token in use.
    pub(super) held: Option<Held>,
    /// Whose tokens are taken; never changes once it is known (PROTOCOL.md section 6).
    pub(super) pinned: Option<AgentId>,
    /// The token that a 401 refused last, and with which code.
    refused: Option<(TokenHash, String)>,
    /// The daemon's clock minus ours.
    ahead_ms: i64,
    /// Whether `ahead_ms` has been heard since our clock last jumped.
    synchronised: bool,
    /// Whether the daemon has ever told its time.
    has_told_time: bool,
    /// Why nothing is held, or the file is not read.
    pub(super) problem: Option<String>,
    /// The file of the token in use is gone.
    orphaned: bool,
}

/// The token in use.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) token: SessionToken,
    pub(super) claims: UnverifiedClaims,
    /// Drawn once per token.
    jitter_ms: i64,
    /// The daemon gave it, and the file does not have it yet, or not any more.
    pub(super) file_lags: bool,
    /// `WAIAAS_SESSION_TOKEN` has it, and no file needs to.
    pub(super) from_environment: bool,
    /// The renewal that was begun, also where the entry on the disk was lost.
    pub(super) begun: Option<Pending>,
    /// No renewal will be granted any more.
    pub(super) ended: Option<ErrorCode>,
    pub(super) retry: Retry,
}

/// What stands between a token and its renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// No answer, or one that asks for patience.
    Unavailable(String),
    /// The daemon finds that it is too early.
    TooEarly,
    /// The kill switch.
    Locked,
    /// The agent is suspended.
    Suspended,
    /// The token file, or the key beside it, cannot be written.
    File(String),
    /// An answer that the table does not know.
    Fault(String),
}

/// Failed attempts since the last success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Retry {
    /// How many.
    pub(super) failures: u32,
    pub(super) obstacle: Option<Obstacle>,
    /// Not before, by our wall clock.
    pub(super) next_at_ms: Option<i64>,
    /// The daemon itself asked for the pause, so a call does not shorten it.
    pub(super) asked: bool,
}

/// Why a token is not taken up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LoadRefusal {
    #[error("the token cannot be read: {0}")]
    Form(#[from] TokenFormatError),
    #[error(
        "the token is of agent {found}, and this server serves agent {pinned}; pass --agent, or \
         issue the session anew"
    )]
    ForeignAgent { found: AgentId, pinned: AgentId },
    #[error("the token claims to end at {at}, which no session does; issue the session anew")]
    FarExpiry { at: Timestamp },
}

/// How the file's token stands to the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the one in use.
    Same,
    /// An older one of the same session: the file lags behind.
    Older,
    /// To be taken up.
    Newer,
    /// Another session's, and over.
    Dead,
}

impl Memory {
    pub(super) fn pinned_to(agent: Option<AgentId>) -> Self {
        Self {
            pinned: agent,
            ..Self::default()
        }
    }

    /// The daemon's clock now.
    pub(super) const fn server_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_add(self.ahead_ms)
    }

    /// Takes the daemon's time; says whether deadlines move noticeably.
    pub(super) fn observe_server_time(&mut self, server_time: Timestamp, now_ms: i64) -> bool {
        let ahead_ms = server_time
            .unix_s()
            .saturating_mul(1000)
            .saturating_sub(now_ms);
        let moved = ahead_ms.saturating_sub(self.ahead_ms).saturating_abs() > CLOCK_NOISE_MS_MAX;
        self.synchronised = true;
        self.has_told_time = true;
        self.ahead_ms = ahead_ms;
        moved
    }

    /// Our wall clock jumped by this much: what we know of the daemon's may be wrong now.
    pub(super) fn clock_jumped(&mut self, by_ms: i64) {
        self.synchronised = false;
        if by_ms < 0 {
            // No machine sleeps backwards: the clock was set, and pauses must not grow by it.
            self.ahead_ms = self.ahead_ms.saturating_sub(by_ms);
            if let Some(held) = &mut self.held {
                let next_at_ms = held
                    .retry
                    .next_at_ms
                    .map(|at_ms| at_ms.saturating_add(by_ms));
                held.retry.next_at_ms = next_at_ms;
            }
        }
    }

    /// Whether the daemon's time is worth asking for: it is not known, or what follows from it
    /// is about to cost something.
    pub(super) fn wants_time(&self, now_ms: i64, forced: bool) -> bool {
        let matters = |held: &Held| self.is_over(held, now_ms) || self.is_ripe(held, now_ms);
        !self.synchronised || forced || self.held.as_ref().is_some_and(matters)
    }

    /// The checks on load (PROTOCOL.md section 7).
    pub(super) fn acceptable(
        &self,
        token: &SessionToken,
        now_ms: i64,
    ) -> Result<UnverifiedClaims, LoadRefusal> {
        let claims = token.unverified_claims()?;
        if let Some(pinned) = self.pinned.filter(|pinned| *pinned != claims.agent_id) {
            return Err(LoadRefusal::ForeignAgent {
                found: claims.agent_id,
                pinned,
            });
        }
        let now_s = self.server_ms(now_ms).div_euclid(1000);
        let believed = now_s - EXP_PAST_S_MAX..=now_s + EXP_AHEAD_S_MAX;
        if !believed.contains(&claims.expires_at) {
            return Err(LoadRefusal::FarExpiry {
                at: Timestamp(claims.expires_at),
            });
        }
        Ok(claims)
    }

    /// Compares a token found in the file with the one in use.
    pub(super) fn standing(
        &self,
        found: &SessionToken,
        claims: &UnverifiedClaims,
        now_ms: i64,
    ) -> Standing {
        let Some(held) = &self.held else {
            return Standing::Newer;
        };
        if held.token.hash() == found.hash() {
            return Standing::Same;
        }
        if held.claims.session_id == claims.session_id {
            return match claims.generation < held.claims.generation {
                true => Standing::Older,
                false => Standing::Newer,
            };
        }
        let over = claims.expires_at * 1000 <= self.server_ms(now_ms);
        match over && self.usable(now_ms).is_some() {
            true => Standing::Dead,
            false => Standing::Newer,
        }
    }

    /// Takes a token into use: every counter begins anew.
    pub(super) fn adopt(&mut self, token: SessionToken, claims: UnverifiedClaims, drawn: u64) {
        let unit_ms = unit_s(&claims).saturating_mul(1000);
        let jitter_ms_max = unit_ms.saturating_mul(JITTER_PERCENT_MAX) / 100;
        let jitter_ms = drawn % (jitter_ms_max.unsigned_abs() + 1);
        self.pinned = Some(claims.agent_id);
        self.problem = None;
        self.orphaned = false;
        self.held = Some(Held {
            token,
            claims,
            jitter_ms: jitter_ms.cast_signed(),
            file_lags: false,
            from_environment: false,
            begun: None,
            ended: None,
            retry: Retry::default(),
        });
    }

    /// The file of the refused token is gone. The token is kept: should the daemon accept it
    /// again, it may be the only copy.
    pub(super) fn orphan(&mut self) {
        self.orphaned = true;
        self.problem =
            Some("the daemon no longer accepts the token, and the token file is gone".to_owned());
    }

    /// A 401 refused this token. What stood in the way of its renewal is history.
    pub(super) fn refuse(&mut self, token: TokenHash, code: &str) {
        self.refused = Some((token, code.to_owned()));
        if let Some(held) = self.held.as_mut().filter(|held| held.token.hash() == token) {
            held.retry = Retry::default();
        }
    }

    /// The daemon accepts this refused token after all.
    pub(super) fn pardon(&mut self, token: TokenHash) {
        if self.is_refused(token) {
            self.refused = None;
            self.orphaned = false;
            self.problem = None;
        }
    }

    /// Whether a 401 refused this token last.
    pub(super) fn is_refused(&self, token: TokenHash) -> bool {
        self.refused
            .as_ref()
            .is_some_and(|(hash, _)| *hash == token)
    }

    /// The code that the token in use was refused with.
    fn refused_with(&self) -> Option<&str> {
        let (_, code) = self.refused.as_ref()?;
        self.refused_held().map(|_| code.as_str())
    }

    /// The token in use, if a 401 refused it.
    pub(super) fn refused_held(&self) -> Option<&Held> {
        self.held
            .as_ref()
            .filter(|held| self.is_refused(held.token.hash()))
    }

    /// The token that a call may be made with.
    pub(super) fn usable(&self, now_ms: i64) -> Option<&SessionToken> {
        let held = self.held.as_ref()?;
        let usable = !self.is_over(held, now_ms) && self.refused_held().is_none();
        usable.then_some(&held.token)
    }

    /// Whether the token's own end has passed.
    pub(super) fn is_over(&self, held: &Held, now_ms: i64) -> bool {
        self.server_ms(now_ms) >= held.claims.expires_at.saturating_mul(1000)
    }

    /// Whether even a successor that was granted and never arrived is over.
    pub(super) fn is_past_recovery(&self, held: &Held, now_ms: i64) -> bool {
        let last = held.claims.expires_at.saturating_add(unit_s(&held.claims));
        self.server_ms(now_ms) >= last.saturating_mul(1000)
    }

    /// `active`, `expired` or `error` (PROTOCOL.md section 7).
    pub(super) fn state(&self, now_ms: i64) -> KeeperState {
        let Some(held) = &self.held else {
            return KeeperState::Error;
        };
        if self.refused_held().is_some() {
            return match self.orphaned {
                true => KeeperState::Error,
                false => KeeperState::Expired,
            };
        }
        if matches!(held.retry.obstacle, Some(Obstacle::Fault(_))) {
            return KeeperState::Error;
        }
        if !self.is_over(held, now_ms) {
            return KeeperState::Active;
        }
        let gave_up = held.retry.failures > RETRIES_MAX;
        match held.retry.obstacle {
            Some(Obstacle::Unavailable(_) | Obstacle::File(_)) if gave_up => KeeperState::Error,
            _ => KeeperState::Expired,
        }
    }

    /// When the token in use is to be renewed, by our wall clock; `None` where it is not.
    pub(super) fn renewal_at_ms(&self) -> Option<i64> {
        let held = self.held.as_ref()?;
        if held.file_lags {
            // What is overdue then is the file.
            return held.retry.next_at_ms;
        }
        if held.ended.is_some() || self.refused_held().is_some() {
            return None;
        }
        let planned_ms = planned_server_ms(held).saturating_sub(self.ahead_ms);
        Some(planned_ms.max(held.retry.next_at_ms.unwrap_or(planned_ms)))
    }

    /// Whether there is something to do now: a renewal, or a file that lags behind. A call
    /// that found no usable token does not wait for a pause that nobody asked for (`forced`).
    pub(super) fn is_due(&self, now_ms: i64, forced: bool) -> bool {
        let waiting = self
            .held
            .as_ref()
            .filter(|held| may_try(&held.retry, now_ms, forced));
        waiting.is_some_and(|held| held.file_lags || self.is_ripe(held, now_ms))
    }

    /// Whether the time has come to renew this token, which is still good.
    pub(super) fn is_ripe(&self, held: &Held, now_ms: i64) -> bool {
        held.ended.is_none()
            && self.refused_held().is_none()
            && !self.is_over(held, now_ms)
            && self.server_ms(now_ms) >= planned_server_ms(held)
    }

    /// The file has the token in use.
    pub(super) fn file_is_up_to_date(&mut self) {
        self.problem = None;
        self.orphaned = false;
        let Some(held) = &mut self.held else { return };
        // Only what lagged is made good by this; other trouble with files is still counted.
        if held.file_lags {
            held.retry = Retry::default();
        }
        held.file_lags = false;
    }

    /// The last moment, by our wall clock, at which an attempt can still save the token in use;
    /// no pause that a daemon asks for goes beyond it. `None` once it has passed.
    pub(super) fn last_chance_ms(&self, held: &Held, now_ms: i64) -> Option<i64> {
        let end_ms = held.claims.expires_at.saturating_mul(1000);
        let last_ms = end_ms.saturating_sub(LAST_CHANCE_S * 1000);
        let last_ms = last_ms.saturating_sub(self.ahead_ms);
        (last_ms > now_ms).then_some(last_ms)
    }

    pub(super) fn view(&self, now_ms: i64) -> KeeperView {
        let held = self.held.as_ref();
        let claims = held.map(|held| held.claims);
        let next_renewal_at = self
            .renewal_at_ms()
            .filter(|_| held.is_some_and(|held| !self.is_over(held, now_ms)))
            .map(|at_ms| Timestamp(self.server_ms(at_ms).div_euclid(1000)));
        KeeperView {
            state: self.state(now_ms),
            agent_id: self.pinned,
            session_id: claims.map(|claims| claims.session_id),
            generation: claims.map(|claims| claims.generation),
            expires_at: claims.map(|claims| Timestamp(claims.expires_at)),
            next_renewal_at,
            ended: held.and_then(|held| held.ended),
            refused_with: self.refused_with().map(str::to_owned),
            failures: held.map_or(0, |held| held.retry.failures),
            problem: held
                .and_then(|held| held.retry.obstacle.as_ref().map(Obstacle::to_string))
                .or_else(|| self.problem.clone()),
        }
    }

    pub(super) fn guidance(&self, now_ms: i64) -> Guidance {
        let Some(held) = &self.held else {
            return Guidance::no_session(self.problem.as_deref());
        };
        match self.refused_with().map(str::parse) {
            Some(Ok(ErrorCode::SessionRevoked)) => Guidance::session_revoked(),
            Some(_) if self.orphaned => Guidance::no_session(self.problem.as_deref()),
            Some(_) => Guidance::session_expired(),
            None if self.is_past_recovery(held, now_ms) => Guidance::session_expired(),
            None => self.guidance_of_obstacle(held),
        }
    }

    /// The token is over, and its renewal may still come through.
    fn guidance_of_obstacle(&self, held: &Held) -> Guidance {
        match &held.retry.obstacle {
            Some(Obstacle::Unavailable(reason)) => Guidance::daemon_unavailable(reason),
            Some(Obstacle::Locked) => Guidance::kill_switch_active(),
            Some(Obstacle::Suspended) => Guidance::agent_suspended(),
            Some(Obstacle::File(reason) | Obstacle::Fault(reason)) => {
                Guidance::no_session(Some(reason))
            }
            None if !self.has_told_time => {
                Guidance::daemon_unavailable("it has not told its time yet")
            }
            Some(Obstacle::TooEarly) | None => Guidance::session_expired(),
        }
    }
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unavailable(reason) => write!(f, "the daemon could not be asked: {reason}"),
            Self::TooEarly => f.write_str("the daemon finds that it is too early to renew"),
            Self::Locked => f.write_str("the kill switch is on"),
            Self::Suspended => f.write_str("the agent is suspended"),
            Self::File(reason) | Self::Fault(reason) => f.write_str(reason),
        }
    }
}

/// Whether the pause after the last failed attempt is over.
pub(super) fn may_try(retry: &Retry, now_ms: i64, forced: bool) -> bool {
    let waited = retry.next_at_ms.is_none_or(|at_ms| now_ms >= at_ms);
    waited || (forced && !retry.asked)
}

/// One renewal adds this much, seconds: what the token itself was given.
fn unit_s(claims: &UnverifiedClaims) -> i64 {
    claims.expires_at.saturating_sub(claims.issued_at).max(0)
}

/// 60 % of the unit after the token was issued, by the daemon's clock, plus the jitter.
fn planned_server_ms(held: &Held) -> i64 {
    planned_renewal_ms(&held.claims).saturating_add(held.jitter_ms)
}

/// When a keeper begins to renew this token, before jitter, by the daemon's clock
/// (PROTOCOL.md section 7).
#[must_use]
pub fn planned_renewal_at(claims: &UnverifiedClaims) -> Timestamp {
    Timestamp(planned_renewal_ms(claims).div_euclid(1000))
}

fn planned_renewal_ms(claims: &UnverifiedClaims) -> i64 {
    let left_ms = unit_s(claims).saturating_mul(10 * RENEW_LEFT_PERCENT);
    claims
        .expires_at
        .saturating_mul(1000)
        .saturating_sub(left_ms)
}
