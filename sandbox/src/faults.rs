//! Making Telegram misbehave: planned answers, cut connections, absence, rival pollers.
//!
//! A plan is consumed call by call, so a test says exactly how often something goes wrong.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::api::reply::ApiError;
use crate::state::Shared;
use crate::updates::PollEnd;

/// Matches every method in [`Faults::next`].
const EVERY_METHOD: &str = "*";

/// What happens to a call instead of its normal course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answers 429 and asks to wait this many seconds; the call has no effect.
    TooManyRequests {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// Answers this status with a description in Telegram's form; the call has no effect.
    Answer {
        /// The HTTP status and `error_code`, such as 400, 403 or 502.
        code: u16,
        /// The whole description, such as `Bad Request: chat not found`.
        description: String,
    },
    /// Answers this status with a page that is not JSON, as a proxy does.
    NotJson {
        /// The HTTP status.
        code: u16,
    },
    /// Cuts the connection before anything is done.
    CloseConnection,
    /// Carries the call out and cuts the connection instead of answering.
    LoseReply,
}

/// At most this many bot messages to one chat within a window of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodLimit {
    /// Messages that pass within the window.
    pub messages_max: usize,
    /// The window in seconds of the sandbox's clock.
    pub window_s: u32,
}

/// Whether the API is there at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Here,
    /// Connections are cut without a byte.
    Gone,
    /// Connections are taken and nothing is ever answered.
    Silent,
}

struct Planned {
    method: String,
    calls_left: u32,
    fault: Fault,
}

pub(crate) struct FaultPlan {
    planned: VecDeque<Planned>,
    pub(crate) presence: Presence,
    pub(crate) token_revoked: bool,
    pub(crate) flood: Option<FloodLimit>,
}

impl FaultPlan {
    pub(crate) fn new() -> Self {
        Self {
            planned: VecDeque::new(),
            presence: Presence::Here,
            token_revoked: false,
            flood: None,
        }
    }

    /// Takes the first planned fault for this method, if any.
    pub(crate) fn take(&mut self, method: &str) -> Option<Fault> {
        let place = self.planned.iter().position(|planned| {
            planned.method == EVERY_METHOD || planned.method.eq_ignore_ascii_case(method)
        })?;
        let planned = &mut self.planned[place];
        let fault = planned.fault.clone();
        planned.calls_left -= 1;
        if planned.calls_left == 0 {
            self.planned.remove(place);
        }
        Some(fault)
    }
}

impl Fault {
    /// The answer of a fault that is one in Telegram's form.
    pub(crate) fn api_error(&self) -> Option<ApiError> {
        match self {
            Self::TooManyRequests { retry_after_s } => Some(too_many_requests(*retry_after_s)),
            Self::Answer { code, description } => Some(ApiError::new(*code, description.clone())),
            Self::NotJson { .. } | Self::CloseConnection | Self::LoseReply => None,
        }
    }
}

pub(crate) fn too_many_requests(retry_after_s: u32) -> ApiError {
    let mut error = ApiError::new(
        429,
        format!("Too Many Requests: retry after {retry_after_s}"),
    );
    error.parameters = Some(json!({ "retry_after": retry_after_s }));
    error
}

pub(crate) fn conflict(end: PollEnd) -> ApiError {
    let by = match end {
        PollEnd::OtherPoll => {
            "Conflict: terminated by other getUpdates request; make sure that only one bot \
             instance is running"
        }
        PollEnd::SetWebhook => "Conflict: terminated by setWebhook request",
    };
    ApiError::new(409, by)
}

/// Plans faults of a sandbox; a copy plans for the same sandbox.
#[derive(Clone)]
pub struct Faults {
    pub(crate) shared: Arc<Shared>,
}

impl Faults {
    /// Lets the next `calls` calls of `method` (in any case, `*` for every method) go wrong.
    pub fn next(&self, method: &str, calls: u32, fault: Fault) {
        if calls == 0 {
            return;
        }
        let planned = Planned {
            method: method.to_owned(),
            calls_left: calls,
            fault,
        };
        self.shared
            .write(|state, _| state.faults.planned.push_back(planned));
    }

    /// Forgets all planned faults and limits; the API is there again.
    pub fn clear(&self) {
        self.shared.write(|state, _| {
            state.faults = FaultPlan::new();
            state.updates.paused = false;
            state.updates.hold_max = None;
        });
    }

    /// Cuts every connection to the API, also the held ones, without a byte.
    pub fn go_away(&self) {
        self.set_presence(Presence::Gone);
    }

    /// Takes connections to the API and answers nothing.
    pub fn go_silent(&self) {
        self.set_presence(Presence::Silent);
    }

    /// Ends [`Faults::go_away`] and [`Faults::go_silent`].
    pub fn come_back(&self) {
        self.set_presence(Presence::Here);
    }

    fn set_presence(&self, presence: Presence) {
        self.shared
            .write(|state, _| state.faults.presence = presence);
    }

    /// Refuses the bot's token with 401, as after a revocation, or takes it again.
    pub fn revoke_token(&self, revoked: bool) {
        self.shared
            .write(|state, _| state.faults.token_revoked = revoked);
    }

    /// Plays another poller: ends the held poll with 409, and the next `polls` as well.
    pub fn rival_poller(&self, polls: u32) {
        let refusal = conflict(PollEnd::OtherPoll);
        let fault = Fault::Answer {
            code: refusal.code,
            description: refusal.description,
        };
        self.next("getUpdates", polls, fault);
        self.shared
            .write(|state, _| state.updates.end_poll(PollEnd::OtherPoll));
    }

    /// Keeps updates back: polls are held to their end and the webhook rests.
    pub fn pause_updates(&self) {
        self.shared.write(|state, _| state.updates.paused = true);
    }

    /// Ends [`Faults::pause_updates`].
    pub fn resume_updates(&self) {
        self.shared.write(|state, _| state.updates.paused = false);
    }

    /// Holds polls no longer than this, whatever they ask for; `None` is the API's 50 s.
    pub fn hold_polls_at_most(&self, limit: Option<Duration>) {
        self.shared.write(|state, _| state.updates.hold_max = limit);
    }

    /// Limits how fast the bot may write to one chat; beyond it, 429 with `retry_after`.
    pub fn limit_flood(&self, limit: Option<FloodLimit>) {
        self.shared.write(|state, _| state.faults.flood = limit);
    }
}
