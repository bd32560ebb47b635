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
    /// Somebody else takes what people write to the bot.
    Conflict,
    /// What people write does not get here: Telegram cannot bring it.
    Undelivered,
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
            Self::Undelivered => "undelivered",
            Self::Unauthorized => "unauthorized",
            Self::Unreachable => "unreachable",
            Self::Standby => "standby",
        }
    }

    /// Whether it is about what comes in: that something goes out says nothing against it.
    #[must_use]
    pub const fn is_about_receiving(self) -> bool {
        matches!(self, Self::Conflict | Self::Undelivered)
    }
}

#[derive(Debug, Clone)]
struct Row {
    state: ChannelState,
    problem: Option<Trouble>,
    last_ok_at: Option<i64>,
}

/// A channel that is left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Until when, Unix seconds.
    pub until: i64,
    /// What it failed at; nothing secret.
    pub reason: String,
    /// The other side has asked for the pause.
    pub asked: bool,
}

/// One row per channel, which of them take alerts, and the bot's name once it is known.
#[derive(Debug, Clone, Default)]
pub struct HealthBoard {
    rows: Arc<Mutex<BTreeMap<&'static str, Row>>>,
    alerts: Arc<Mutex<Vec<&'static str>>>,
    holds: Arc<Mutex<BTreeMap<&'static str, Hold>>>,
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

    /// Notes which channels take alerts, the first choice first.
    pub fn set_alert_channels(&self, channels: Vec<&'static str>) {
        *self.alerts.lock().unwrap_or_else(PoisonError::into_inner) = channels;
    }

    /// The channels that take alerts, the first choice first.
    #[must_use]
    pub fn alert_channels(&self) -> Vec<&'static str> {
        self.alerts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes that a channel is left alone, or with `None` that it is not any more.
    pub fn set_hold(&self, channel: &'static str, hold: Option<Hold>) {
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        match hold {
            Some(hold) => holds.insert(channel, hold),
            None => holds.remove(channel),
        };
    }

    /// Why and until when a channel is left alone at `now`, if it is.
    #[must_use]
    pub fn hold(&self, channel: &str, now: i64) -> Option<Hold> {
        let holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        holds.get(channel).filter(|hold| hold.until > now).cloned()
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
