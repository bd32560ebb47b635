//! Alerts on the wire: what was told, and what became of it on each channel (PROTOCOL.md
//! section 10).

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, EventId, SessionId};
use crate::time::Timestamp;

/// Asks for a test alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestNotificationRequest {
    /// Such as `discord`; every configured channel when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// What became of an event on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeliveryStatus {
    /// The channel has taken it. For Telegram: it stands in the queue of each chat, and
    /// `chats` says what became of it there.
    Accepted,
    /// The channel has not taken it yet.
    Waiting,
    /// The event ended before the channel took it: another channel did, or this one was taken
    /// out of the configuration.
    PassedOver,
    /// Everybody on the channel has switched this event off.
    SwitchedOff,
    /// There was nobody to tell.
    NoRecipient,
    /// It was given up.
    Dead,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Waiting,
        Self::PassedOver,
        Self::SwitchedOff,
        Self::NoRecipient,
        Self::Dead,
    ];

    /// As sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Waiting => "waiting",
            Self::PassedOver => "passed_over",
            Self::SwitchedOff => "switched_off",
            Self::NoRecipient => "no_recipient",
            Self::Dead => "dead",
        }
    }
}

/// What became of an event in one chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChatStatus {
    /// It stands in the chat.
    Sent,
    /// It waits to be sent.
    Waiting,
    /// It was given up.
    Dead,
}

/// Whether an event still has a way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NotificationState {
    /// A channel still has to take it.
    Open,
    /// Its channels have taken it, or there was nobody to tell.
    Done,
    /// No channel took it.
    Dead,
}

/// An event in one chat of Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatDelivery {
    /// Telegram's id of the chat.
    pub chat_id: i64,
    /// Whose chat it is, `@name` or a display name, while they are paired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What became of it.
    pub status: ChatStatus,
    /// Failed attempts.
    pub attempts: i64,
    /// When it was sent or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// While it waits: not before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// Why it waits or was given up; nothing secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// An event on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelDelivery {
    /// Such as `telegram`.
    pub channel: String,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Whether it has reached everybody whom this channel was to tell.
    pub delivered: bool,
    /// Whether nothing about it will change any more.
    pub settled: bool,
    /// Attempts so far.
    pub attempts: i64,
    /// When the channel was asked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// While it waits: not before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// Why it was not taken; nothing secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Telegram only: each chat it was meant for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chats: Vec<ChatDelivery>,
}

/// An event and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationBody {
    /// Position; later events have larger ones.
    pub seq: i64,
    /// Carried by every message about it.
    pub event_id: EventId,
    /// What happened, such as `SESSION_REVOKED`.
    pub event: String,
    /// `INFO`, `WARNING` or `CRITICAL`.
    pub level: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// About which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// About which agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The agent's name at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    /// The one channel it is meant for; absent when it may go to any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_channel: Option<String>,
    /// Whether it still has a way to go.
    pub state: NotificationState,
    /// Why it was given up; nothing secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The channels that were asked or still may be, the first choice first.
    pub channels: Vec<ChannelDelivery>,
}

/// Events, newest first; for a test, one per channel in the order of the channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationPage {
    /// At most `limit`.
    pub notifications: Vec<NotificationBody>,
    /// Pass as `before` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
    /// The daemon's time.
    pub server_time: Timestamp,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationShown {
    /// The event.
    pub notification: NotificationBody,
    /// The daemon's time.
    pub server_time: Timestamp,
}
