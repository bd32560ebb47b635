//! Limits of a session, as asked for and as granted (PROTOCOL.md section 3).

use serde::{Deserialize, Serialize};

/// Limits asked for; what is absent is resolved by the levels of section 3. Also the shape
/// of an agent's `defaultConstraints`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConstraintsRequest {
    /// Renewal unit in seconds, 300 to 604800.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_in: Option<i64>,
    /// 0 to 100; 0 is never renewable.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_renewals: Option<i64>,
    /// Seconds, 300 to 86400: how long the owner is advised to decide about a renewal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub renewal_reject_window: Option<i64>,
    /// Decimal integer text, smallest unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_amount_per_tx: Option<String>,
    /// Decimal integer text, smallest unit, over the session's whole life.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_total_amount: Option<String>,
    /// At least 1, over the session's whole life.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_transactions: Option<i64>,
    /// Names of operations; absent means all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowed_operations: Option<Vec<String>>,
    /// Addresses; absent means all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowed_destinations: Option<Vec<String>>,
}

/// Limits as granted: `expiresIn`, `maxRenewals` and `renewalRejectWindow` always have a
/// value; an absent limit is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConstraintsBody {
    /// Renewal unit in seconds.
    pub expires_in: i64,
    /// How many renewals in all.
    pub max_renewals: i64,
    /// Seconds the owner is advised to decide about a renewal.
    pub renewal_reject_window: i64,
    /// Decimal integer text, smallest unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_amount_per_tx: Option<String>,
    /// Decimal integer text, smallest unit, whole life.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_total_amount: Option<String>,
    /// Whole life.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_transactions: Option<i64>,
    /// Absent means all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowed_operations: Option<Vec<String>>,
    /// Absent means all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowed_destinations: Option<Vec<String>>,
}
