//! What the keeper remembers, and how that changes. Pure: no I/O, no clock; `now_ms` is this
//! machine's wall clock, and the difference to the daemon's is part of the memory.
//!
//! What follows from it is judged anew each time and stored nowhere, so that no path through
//! the keeper can forget to correct it: `schedule` says when there is something to do,
//! `candidate` which tokens are taken up, `outlook` what is told.

use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::{SessionToken, TokenHash, UnverifiedClaims};
use waiaas_protocol::token_file::Pending;

use super::schedule::unit_s;

/// How much later than planned a renewal may be, at most (PROTOCOL.md section 7).
const JITTER_PERCENT_MAX: i64 = 2;
/// Corrections of the daemon's clock below this are its rounding to seconds.
const CLOCK_NOISE_MS_MAX: i64 = 1_500;

/// What the keeper remembers.
#[derive(Default)]
pub(super) struct Memory {
    /// The token in use.
    pub(super) held: Option<Held>,
    /// Whose tokens are taken; never changes once it is known (PROTOCOL.md section 6).
    pub(super) pinned: Option<AgentId>,
    /// The token that a 401 refused last, and with which code.
    pub(super) refused: Option<(TokenHash, String)>,
    /// The daemon's clock minus ours.
    pub(super) ahead_ms: i64,
    /// Whether `ahead_ms` has been heard since our clock last jumped.
    pub(super) synchronised: bool,
    /// Whether the daemon has ever told its time.
    pub(super) has_told_time: bool,
    /// Why nothing is held, or the file is not read.
    pub(super) problem: Option<String>,
    /// The file of the token in use is gone.
    pub(super) orphaned: bool,
}

/// The token in use.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) token: SessionToken,
    pub(super) claims: UnverifiedClaims,
    /// Drawn once per token.
    pub(super) jitter_ms: i64,
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
    pub(super) fn refused_with(&self) -> Option<&str> {
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
