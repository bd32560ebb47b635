//! Sessions on the wire (PROTOCOL.md sections 3, 4 and 9).

use serde::{Deserialize, Serialize};

use super::constraints::{ConstraintsBody, ConstraintsRequest};
use super::{ClaimCodeField, TokenField};
use crate::ids::{AgentId, SessionId, WalletId};
use crate::time::Timestamp;

/// Creates a session: `walletId` or `walletIds` or neither, never both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateSessionRequest {
    /// Id or name of the agent.
    pub agent_id: String,
    /// Id or name of the one wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_id: Option<String>,
    /// Ids or names, one or more, no duplicates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_ids: Option<Vec<String>>,
    /// Must be among them; else the first is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_wallet_id: Option<String>,
    /// Limits; what is absent is resolved.
    #[serde(default)]
    pub constraints: ConstraintsRequest,
    /// A session of the same agent that this one replaces; it does not count against the
    /// limit of live sessions and is revoked once the new token is in its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces_session_id: Option<SessionId>,
    /// Write the token into the agent's token file and leave it out of the response.
    #[serde(default)]
    pub to_token_file: bool,
    /// Take the limits just as they are given: an absent one is no limit, whatever the defaults
    /// of the agent and of the configuration say. For a session that goes on from another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact_constraints: bool,
    /// Give a claim code for an agent on another machine instead of the token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub claim: bool,
}

/// 201: the session, and its token this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateSessionResponse {
    /// The new session.
    pub session: SessionBody,
    /// Absent when it was written to a token file, and when it waits to be claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenField>,
    /// Where the token was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<String>,
    /// Opens the session once, until `claimExpiresAt`; shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_code: Option<ClaimCodeField>,
    /// When the code stops to work, and the session ends if nobody used it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_expires_at: Option<Timestamp>,
    /// The session that this one replaced, now revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_session_id: Option<SessionId>,
    /// The daemon's time.
    pub server_time: Timestamp,
}

/// Redeems a claim code (PROTOCOL.md section 6).
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimSessionRequest {
    /// As the owner was shown it; case, hyphens and spaces do not matter.
    pub code: String,
}

impl std::fmt::Debug for ClaimSessionRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClaimSessionRequest([redacted])")
    }
}

/// 200 of a claim: what an agent may know of its session, and the token this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimSessionResponse {
    /// The session.
    pub session: SessionSelf,
    /// Its token.
    pub token: TokenField,
}

/// 200 of a renewal, PROTOCOL.md section 4.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenewResponse {
    /// The same session.
    pub session_id: SessionId,
    /// The token that replaces the presented one.
    pub token: TokenField,
    /// When the new token ends.
    pub expires_at: Timestamp,
    /// The renewal unit, seconds.
    pub expires_in: i64,
    /// Renewals so far.
    pub renewal_count: i64,
    /// Renewals in all.
    pub max_renewals: i64,
    /// When no renewal helps any more.
    pub absolute_expires_at: Timestamp,
    /// The daemon's time.
    pub server_time: Timestamp,
}

/// `ACTIVE`, `EXPIRED` or `REVOKED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SessionStateBody {
    /// Its token opens doors.
    Active,
    /// Its token ran out.
    Expired,
    /// It was ended.
    Revoked,
}

/// A wallet that a session reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionWalletBody {
    /// Wallet id.
    pub id: WalletId,
    /// Wallet name.
    pub name: String,
    /// `evm` or `solana`.
    pub chain: String,
    /// Network.
    pub network: String,
    /// Public address.
    pub address: String,
    /// Exactly one is.
    pub is_default: bool,
}

/// The wallets of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionWalletList {
    /// Earliest link first; exactly one is the default.
    pub wallets: Vec<SessionWalletBody>,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionBody {
    /// Id.
    pub id: SessionId,
    /// Whose.
    pub agent_id: AgentId,
    /// Whose, by name.
    pub agent_name: String,
    /// State right now.
    pub state: SessionStateBody,
    /// Limits.
    pub constraints: ConstraintsBody,
    /// Wallets it reaches.
    pub wallets: Vec<SessionWalletBody>,
    /// Renewals so far.
    pub renewal_count: i64,
    /// `max_renewals − renewal_count`.
    pub renewals_left: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its token ends.
    pub expires_at: Timestamp,
    /// When no renewal helps any more.
    pub absolute_expires_at: Timestamp,
    /// Last renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_renewed_at: Option<Timestamp>,
    /// Last request with its token, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<String>,
    /// Trigger: `manual_revoke`, `renewal_rejected`, `replaced`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_reason: Option<String>,
    /// `cli`, `telegram`, …
    pub source: String,
    /// The file its token was written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<String>,
}

/// A page of sessions, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// At most `limit`.
    pub sessions: Vec<SessionBody>,
    /// Pass as `before` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<SessionId>,
}

/// Ends a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeSessionRequest {}

/// 200, also when it was ended before: the first `revokedAt` stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeSessionResponse {
    /// Which.
    pub session_id: SessionId,
    /// When it was first ended.
    pub revoked_at: Timestamp,
    /// Whether it had been ended before this request.
    pub already_revoked: bool,
}

/// The agent of a session, as the session itself may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SelfAgent {
    /// Id.
    pub id: AgentId,
    /// Name.
    pub name: String,
}

/// `GET /v1/session`: who am I.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionSelf {
    /// Id.
    pub session_id: SessionId,
    /// Whose.
    pub agent: SelfAgent,
    /// What it reaches.
    pub wallets: Vec<SessionWalletBody>,
    /// Its limits.
    pub constraints: ConstraintsBody,
    /// When the current token ends.
    pub expires_at: Timestamp,
    /// Renewals so far.
    pub renewal_count: i64,
    /// Renewals left.
    pub renewals_left: i64,
    /// From when on a renewal is granted.
    pub renewable_from: Timestamp,
    /// When no renewal helps any more.
    pub absolute_expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// The daemon's time.
    pub server_time: Timestamp,
}
