//! Health, status, kill switch, keys, pairing and operators on the wire.

use serde::{Deserialize, Serialize};

use crate::ids::SessionId;
use crate::time::Timestamp;

/// `GET /health`: for probes; says nothing about sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// `ok`, or `degraded` while the database or a channel is away.
    pub status: String,
    /// Version of the binary.
    pub version: String,
    /// Whether the database answers.
    pub database: bool,
    /// Whether updates arrive: `off`, `starting`, `ok`, `standby`, `conflict`, `undelivered`,
    /// `unauthorized`, `unreachable`.
    pub telegram: String,
    /// The daemon's time.
    pub server_time: Timestamp,
}

/// Health of one notification channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelHealth {
    /// Such as `telegram`.
    pub channel: String,
    /// As in [`Health::telegram`].
    pub state: String,
    /// What is wrong and how to mend it, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The same as a code, such as `bot-token-refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_code: Option<String>,
    /// What the other side said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_said: Option<String>,
    /// Last time it worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ok_at: Option<Timestamp>,
}

/// `waiaas status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusBody {
    /// Version of the binary.
    pub version: String,
    /// Since when it runs.
    pub started_at: Timestamp,
    /// Seconds since then.
    pub uptime_s: i64,
    /// Where agents connect.
    pub listen: String,
    /// Live sessions.
    pub live_sessions: u64,
    /// The next token that runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_expiry_at: Option<Timestamp>,
    /// The session of that token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_expiry_session_id: Option<SessionId>,
    /// Messages and events that wait to be sent.
    pub outbox_depth: u64,
    /// Messages and events that were given up.
    pub dead_letters: u64,
    /// Channels.
    pub channels: Vec<ChannelHealth>,
    /// Paired operators.
    pub operators: u64,
    /// Kill switch.
    pub kill_switch: KillSwitchBody,
    /// Since when a restored database keeps all sessions frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen_since: Option<Timestamp>,
    /// The daemon's time.
    pub server_time: Timestamp,
}

/// The kill switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KillSwitchBody {
    /// Whether it is on.
    pub active: bool,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Sessions that were revoked by this very request.
    #[serde(default)]
    pub revoked_sessions: u64,
}

/// Turns the kill switch on or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KillSwitchRequest {
    /// What it should be.
    pub active: bool,
    /// With `active`: end every live session too.
    #[serde(default)]
    pub revoke_all: bool,
}

/// Rotates the signing key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RotateKeysRequest {
    /// End every live session too.
    #[serde(default)]
    pub revoke_all: bool,
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RotateKeysResponse {
    /// The key that signs from now on.
    pub current_kid: String,
    /// Keys that no live session names and that were deleted.
    pub deleted_kids: Vec<String>,
    /// Sessions revoked.
    pub revoked_sessions: u64,
}

/// A signing key, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyBody {
    /// Its name in token headers.
    pub kid: String,
    /// Whether it signs new tokens.
    pub current: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Live sessions whose current or previous token it signed.
    pub live_sessions: u64,
}

/// The keyring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyList {
    /// Newest first.
    pub keys: Vec<KeyBody>,
}

/// What a person may do in the console; a larger one may do what a smaller one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OperatorRole {
    /// Sees everything and changes nothing.
    Viewer,
    /// Also issues sessions within the limits, revokes, suspends, and stops everything.
    Operator,
    /// Everything that a phone may do.
    Owner,
}

impl OperatorRole {
    /// As stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }

    /// A stored role; one that this version does not know may only look.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        match text {
            "owner" => Self::Owner,
            "operator" => Self::Operator,
            _ => Self::Viewer,
        }
    }
}

/// Makes a pairing code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingRequest {
    /// What the code makes of whoever sends it; `owner` while nobody is paired, else `operator`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<OperatorRole>,
}

/// A one-time pairing code; the code is for the person at this terminal only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingResponse {
    /// What to send to the bot after `/start `.
    pub code: String,
    /// `https://t.me/<bot>?start=<code>`, once the bot's name is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// What it makes of whoever sends it.
    pub role: OperatorRole,
    /// Since when it works; an operator paired later means that pairing is done.
    pub created_at: Timestamp,
    /// Operators paired before; a larger number later means the same.
    pub operators: u64,
}

impl std::fmt::Debug for PairingResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairingResponse")
            .field("expires_at", &self.expires_at)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A person who may use the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorBody {
    /// Telegram user id.
    pub user_id: i64,
    /// Telegram chat id.
    pub chat_id: i64,
    /// What they may do.
    pub role: OperatorRole,
    /// `@name` without the sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name as Telegram shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `pairing_code` or `configuration`.
    pub source: String,
    /// Since when.
    pub paired_at: Timestamp,
}

/// Everyone who may use the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorList {
    /// By time of pairing.
    pub operators: Vec<OperatorBody>,
}

/// The owner has confirmed that a restored database may serve again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestoreConfirmation {
    /// Whether sessions were frozen before.
    pub was_frozen: bool,
}
