//! What a model is told while it has to wait: never a tool error, since clients drop servers
//! that keep failing (PROTOCOL.md section 7). Written for a model that speaks with its user.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why there is nothing to do but wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitingStatus {
    /// The session is over, or its token is no longer accepted, or there is none yet.
    SessionExpired,
    /// The daemon does not answer, or asks for patience.
    DaemonUnavailable,
    /// The owner has stopped every agent, or this one.
    KillSwitchActive,
}

/// The result of a call that has to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guidance {
    /// Why.
    pub status: WaitingStatus,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Always true: the same call may succeed later.
    pub retryable: bool,
}

impl Guidance {
    fn new(status: WaitingStatus, message: impl Into<String>, hint: &str) -> Self {
        Self {
            status,
            message: message.into(),
            hint: hint.to_owned(),
            retryable: true,
        }
    }

    /// The session is over.
    #[must_use]
    pub fn session_expired() -> Self {
        Self::over("The wallet session has ended, so nothing can be done with the wallets now.")
    }

    /// The owner, or a rule of theirs, ended it before its time.
    #[must_use]
    pub fn session_revoked() -> Self {
        Self::over("The wallet session was revoked, so nothing can be done with the wallets now.")
    }

    fn over(message: &str) -> Self {
        Self::new(
            WaitingStatus::SessionExpired,
            message,
            "Tell the user that the owner can issue a new session by sending /newsession to the \
             waiaas bot in Telegram, or by running `waiaas mcp refresh-token` on the machine. Then \
             call again: no restart is needed.",
        )
    }

    /// There is no token that could be used; `problem` says why where that is known.
    #[must_use]
    pub fn no_session(problem: Option<&str>) -> Self {
        let message = match problem {
            Some(problem) => format!("There is no usable wallet session: {problem}."),
            None => "There is no wallet session yet.".to_owned(),
        };
        Self::new(
            WaitingStatus::SessionExpired,
            message,
            "Tell the user that the owner can issue a session by sending /newsession to the waiaas \
             bot in Telegram, or by running `waiaas mcp setup` on the machine (`waiaas doctor` \
             finds what is wrong). Then call again: no restart is needed.",
        )
    }

    /// The daemon does not answer.
    #[must_use]
    pub fn daemon_unavailable(reason: &str) -> Self {
        Self::new(
            WaitingStatus::DaemonUnavailable,
            format!("The waiaas daemon cannot be used right now: {reason}."),
            "Wait a minute and call again. If it goes on, tell the user to look at `waiaas status` \
             and `waiaas doctor` on the machine that runs the daemon.",
        )
    }

    /// The kill switch is on.
    #[must_use]
    pub fn kill_switch_active() -> Self {
        Self::new(
            WaitingStatus::KillSwitchActive,
            "The owner has activated the kill switch: every agent is stopped.",
            "Do not try to work around it. Tell the user; only the owner can lift it, on the \
             machine. The session goes on afterwards without any action of yours.",
        )
    }

    /// The owner has suspended this agent.
    #[must_use]
    pub fn agent_suspended() -> Self {
        Self::new(
            WaitingStatus::KillSwitchActive,
            "The owner has suspended this agent.",
            "Do not try to work around it. Tell the user; the owner can resume the agent. The \
             session goes on afterwards without any action of yours.",
        )
    }
}
