//! How the channels are doing, for `/health`, `waiaas status` and the console. In memory:
//! it describes this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::ChannelHealth;

use super::trouble::Trouble;

/// State of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelState {
    /// Not configured.
    Off,
    /// Not tried yet.
    Starting,
    /// Works.
    Ok,
    /// Somebody else polls with the same token.
    Conflict,
    /// The token is refused.
    Unauthorized,
    /// The other side does not answer.
    Unreachable,
    /// Another daemon on the same database speaks for all.
    Standby,
}

impl ChannelState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Off,
        Self::Starting,
        Self::Ok,
        Self::Conflict,
        Self::Unauthorized,
        Self::Unreachable,
        Self::Standby,
    ];

    /// As written in JSON; `None` for a state of another version.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// As written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Ok => "ok",
            Self::Conflict => "conflict",
            Self::Unauthorized => "unauthorized",
            Self::Unreachable => "unreachable",
            Self::Standby => "standby",
        }
    }
}

#[derive(Debug, Clone)]
struct Row {
    state: ChannelState,
    problem: Option<Trouble>,
    last_ok_at: Option<i64>,
}

/// One row per channel, and the bot's name once it is known.
#[derive(Debug, Clone, Default)]
pub struct HealthBoard {
    rows: Arc<Mutex<BTreeMap<&'static str, Row>>>,
    bot_username: Arc<Mutex<Option<String>>>,
}

impl HealthBoard {
    /// Notes the state of a channel.
    pub fn set(
        &self,
        channel: &'static str,
        state: ChannelState,
        problem: Option<Trouble>,
        now: i64,
    ) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let before = rows.get(channel).and_then(|row| row.last_ok_at);
        let last_ok_at = if state == ChannelState::Ok {
            Some(now)
        } else {
            before
        };
        rows.insert(
            channel,
            Row {
                state,
                problem,
                last_ok_at,
            },
        );
    }

    /// The state of a channel; [`ChannelState::Off`] when nobody has said anything.
    #[must_use]
    pub fn state(&self, channel: &str) -> ChannelState {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.get(channel).map_or(ChannelState::Off, |row| row.state)
    }

    /// Every channel.
    #[must_use]
    pub fn list(&self) -> Vec<ChannelHealth> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter()
            .map(|(channel, row)| ChannelHealth {
                channel: (*channel).to_owned(),
                state: row.state.as_str().to_owned(),
                problem: row.problem.as_ref().map(Trouble::to_string),
                problem_code: row
                    .problem
                    .as_ref()
                    .map(|trouble| trouble.code.as_str().to_owned()),
                problem_said: row.problem.as_ref().and_then(|it| it.said.clone()),
                last_ok_at: row.last_ok_at.map(Timestamp),
            })
            .collect()
    }

    /// Notes the bot's user name, for pairing links.
    pub fn set_bot_username(&self, name: Option<String>) {
        *self
            .bot_username
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = name;
    }

    /// The bot's user name, once Telegram has told it.
    #[must_use]
    pub fn bot_username(&self) -> Option<String> {
        self.bot_username
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
