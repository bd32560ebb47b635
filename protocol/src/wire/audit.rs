//! Audit entries on the wire (PROTOCOL.md section 9).

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, SessionId};
use crate::time::Timestamp;

/// One entry of the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntryBody {
    /// Position, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What, such as `SESSION_RENEWED`.
    pub event: String,
    /// Who: `machine:uid=1000`, `telegram:42`, `agent:<id>`, `daemon`.
    pub actor: String,
    /// About which agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// About which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Facts of the event.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: serde_json::Value,
    /// Lowercase hex SHA-256 over the previous hash and this entry.
    pub hash: String,
}

/// A page, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// At most `limit`.
    pub entries: Vec<AuditEntryBody>,
    /// Pass as `before` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// What a walk over the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditVerification {
    /// Whether every entry fits and none is missing.
    pub intact: bool,
    /// Entries walked.
    pub entries: i64,
    /// The first position that does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_bad_seq: Option<i64>,
    /// What is wrong there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
