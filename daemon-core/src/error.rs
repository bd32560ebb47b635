//! The one error of the domain. Every variant has exactly one code of the registry
//! (PROTOCOL.md section 8); the HTTP layer maps nothing by itself.

use std::sync::Arc;

use serde_json::{Value, json};
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token_file::TokenFileError;

use crate::issue::{Issue, Problem};

/// The cause of an infrastructure failure; logged once, never shown to a caller.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// How long a caller should wait while the database is away, seconds.
pub const STORAGE_RETRY_AFTER_S: i64 = 5;
/// How long a caller should wait while the kill switch is on, seconds.
pub const LOCKED_RETRY_AFTER_S: i64 = 60;

/// Why a request was refused or failed.
#[derive(Debug, thiserror::Error)]
#[allow(
    missing_docs,
    reason = "each variant is a row of the registry and is described there"
)]
pub enum Error {
    #[error("no bearer token")]
    AuthTokenMissing,
    #[error("token not valid")]
    AuthTokenInvalid,
    #[error("token expired")]
    AuthTokenExpired,
    #[error("session revoked")]
    SessionRevoked,
    #[error("no such session")]
    SessionNotFound,
    #[error("no such agent")]
    AgentNotFound { nearest: Option<String> },
    #[error("no such wallet")]
    WalletNotFound { nearest: Option<String> },
    #[error("no such operator")]
    OperatorNotFound,
    #[error("no such channel")]
    ChannelNotFound {
        channel: String,
        nearest: Option<String>,
        configured: Vec<&'static str>,
    },
    #[error("channel not configured")]
    ChannelNotConfigured {
        /// Which; absent when none at all is configured.
        channel: Option<&'static str>,
        configured: Vec<&'static str>,
        /// The settings that would bring it up.
        settings: Vec<&'static str>,
    },
    #[error("no such event")]
    NotificationNotFound,
    #[error("all {max_renewals} renewals used")]
    RenewalLimitReached { max_renewals: i64 },
    #[error("renewal would pass the absolute end")]
    SessionAbsoluteLifetimeExceeded { absolute_expires_at: i64 },
    #[error("path and token name different sessions")]
    SessionRenewalMismatch,
    #[error("renewal too early by {retry_after_s} s")]
    RenewalTooEarly { retry_after_s: i64 },
    #[error("another renewal was faster")]
    RenewalConflict,
    #[error("agent has {limit} live sessions already")]
    SessionLimitExceeded { limit: u32 },
    #[error("constraint {constraint} violated")]
    ConstraintViolated {
        constraint: &'static str,
        value: String,
        ceiling: String,
    },
    #[error("wallet not linked to this session")]
    WalletAccessDenied,
    #[error("wallet linked already")]
    WalletAlreadyLinked,
    #[error("default wallet cannot be removed while others remain")]
    CannotRemoveDefaultWallet,
    #[error("a session needs a wallet")]
    SessionRequiresWallet { agent_name: Option<String> },
    #[error("agent suspended")]
    AgentSuspended,
    #[error("agent terminated")]
    AgentTerminated,
    #[error("wallet terminated")]
    WalletTerminated,
    #[error("request invalid: {}", issues_text(.0))]
    RequestInvalid(Vec<Issue>),
    #[error("idempotency key invalid")]
    IdempotencyKeyInvalid,
    #[error("claim invalid")]
    ClaimInvalid,
    #[error("peer may not use the admin socket")]
    AdminAccessDenied,
    #[error("token file not writable: {0}")]
    TokenFileUnwritable(Arc<TokenFileError>),
    #[error("no such route")]
    RouteNotFound,
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("body too large")]
    BodyTooLarge { max_bytes: usize },
    #[error("request took too long")]
    RequestTimeout,
    #[error("too many requests")]
    RateLimited { retry_after_s: i64 },
    #[error("system locked ({reason})")]
    SystemLocked { reason: LockReason },
    #[error("storage unavailable")]
    Storage(#[source] Cause),
    #[error("internal error")]
    Internal(#[source] Cause),
}

/// Why every agent request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockReason {
    /// The kill switch is on.
    KillSwitch,
    /// The database is older than what the daemon remembers of it (PROTOCOL.md section 9).
    RestoredDatabase,
}

impl LockReason {
    /// As written in `details.reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KillSwitch => "kill_switch",
            Self::RestoredDatabase => "restored_database",
        }
    }
}

impl std::fmt::Display for LockReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

fn issues_text(issues: &[Issue]) -> String {
    let texts: Vec<_> = issues
        .iter()
        .map(|i| format!("{} {}", i.path, i.problem))
        .collect();
    texts.join("; ")
}

impl Error {
    /// One thing wrong with a request.
    #[must_use]
    pub fn invalid(path: impl Into<String>, problem: impl Into<Problem>) -> Self {
        Self::RequestInvalid(vec![Issue::new(path, problem)])
    }

    /// A fault of ours with a sentence that says where.
    #[must_use]
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// The row of the registry.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::AuthTokenMissing => ErrorCode::AuthTokenMissing,
            Self::AuthTokenInvalid => ErrorCode::AuthTokenInvalid,
            Self::AuthTokenExpired => ErrorCode::AuthTokenExpired,
            Self::SessionRevoked => ErrorCode::SessionRevoked,
            Self::SessionNotFound => ErrorCode::SessionNotFound,
            Self::AgentNotFound { .. } => ErrorCode::AgentNotFound,
            Self::WalletNotFound { .. } => ErrorCode::WalletNotFound,
            Self::OperatorNotFound => ErrorCode::OperatorNotFound,
            Self::ChannelNotFound { .. } => ErrorCode::ChannelNotFound,
            Self::ChannelNotConfigured { .. } => ErrorCode::ChannelNotConfigured,
            Self::NotificationNotFound => ErrorCode::NotificationNotFound,
            Self::RenewalLimitReached { .. } => ErrorCode::RenewalLimitReached,
            Self::SessionAbsoluteLifetimeExceeded { .. } => {
                ErrorCode::SessionAbsoluteLifetimeExceeded
            }
            Self::SessionRenewalMismatch => ErrorCode::SessionRenewalMismatch,
            Self::RenewalTooEarly { .. } => ErrorCode::RenewalTooEarly,
            Self::RenewalConflict => ErrorCode::RenewalConflict,
            Self::SessionLimitExceeded { .. } => ErrorCode::SessionLimitExceeded,
            Self::ConstraintViolated { .. } => ErrorCode::ConstraintViolated,
            Self::WalletAccessDenied => ErrorCode::WalletAccessDenied,
            Self::WalletAlreadyLinked => ErrorCode::WalletAlreadyLinked,
            Self::CannotRemoveDefaultWallet => ErrorCode::CannotRemoveDefaultWallet,
            Self::SessionRequiresWallet { .. } => ErrorCode::SessionRequiresWallet,
            Self::AgentSuspended => ErrorCode::AgentSuspended,
            Self::AgentTerminated => ErrorCode::AgentTerminated,
            Self::WalletTerminated => ErrorCode::WalletTerminated,
            Self::RequestInvalid(_) => ErrorCode::RequestInvalid,
            Self::IdempotencyKeyInvalid => ErrorCode::IdempotencyKeyInvalid,
            Self::ClaimInvalid => ErrorCode::ClaimInvalid,
            Self::AdminAccessDenied => ErrorCode::AdminAccessDenied,
            Self::TokenFileUnwritable(_) => ErrorCode::TokenFileUnwritable,
            Self::RouteNotFound => ErrorCode::RouteNotFound,
            Self::MethodNotAllowed => ErrorCode::MethodNotAllowed,
            Self::BodyTooLarge { .. } => ErrorCode::BodyTooLarge,
            Self::RequestTimeout => ErrorCode::RequestTimeout,
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::SystemLocked { .. } => ErrorCode::SystemLocked,
            Self::Storage(_) => ErrorCode::StorageUnavailable,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// The value of the `Retry-After` header, seconds, where the code has one.
    #[must_use]
    pub const fn retry_after_s(&self) -> Option<i64> {
        match self {
            Self::RenewalTooEarly { retry_after_s } | Self::RateLimited { retry_after_s } => {
                Some(*retry_after_s)
            }
            Self::SystemLocked { .. } => Some(LOCKED_RETRY_AFTER_S),
            Self::Storage(_) => Some(STORAGE_RETRY_AFTER_S),
            _ => None,
        }
    }

    /// `details` of the body: facts only, nothing secret. What is worded, the door adds.
    #[must_use]
    pub fn details(&self) -> Option<Value> {
        Some(match self {
            Self::AgentNotFound {
                nearest: Some(nearest),
            }
            | Self::WalletNotFound {
                nearest: Some(nearest),
            } => json!({ "nearest": nearest }),
            Self::ChannelNotFound {
                nearest: Some(nearest),
                configured,
                ..
            } => json!({ "nearest": nearest, "configured": configured }),
            Self::ChannelNotFound { configured, .. } => json!({ "configured": configured }),
            Self::ChannelNotConfigured {
                configured,
                settings,
                ..
            } => json!({ "configured": configured, "settings": settings }),
            Self::RenewalLimitReached { max_renewals } => json!({ "maxRenewals": max_renewals }),
            Self::SessionAbsoluteLifetimeExceeded {
                absolute_expires_at,
            } => {
                json!({ "absoluteExpiresAt": Timestamp(*absolute_expires_at) })
            }
            Self::RenewalTooEarly { retry_after_s } | Self::RateLimited { retry_after_s } => {
                json!({ "retryAfterS": retry_after_s })
            }
            Self::SessionLimitExceeded { limit } => json!({ "maxSessionsPerAgent": limit }),
            Self::ConstraintViolated {
                constraint,
                value,
                ceiling,
            } => {
                json!({ "constraint": constraint, "value": value, "ceiling": ceiling })
            }
            Self::BodyTooLarge { max_bytes } => json!({ "maxBytes": max_bytes }),
            Self::SystemLocked { reason } => json!({ "reason": reason.as_str() }),
            _ => return None,
        })
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(cause: sea_orm::DbErr) -> Self {
        if crate::db::is_storage_away(&cause) {
            Self::Storage(Box::new(cause))
        } else {
            Self::Internal(Box::new(cause))
        }
    }
}
