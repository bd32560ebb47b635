//! The registry of error codes: one row per code, PROTOCOL.md section 8.
//!
//! A code, its HTTP status, whether a caller may try again, and the key of its message in
//! `locales/`. Nothing else in the code base maps a code to a status.

use std::fmt;
use std::str::FromStr;

macro_rules! registry {
    ($( $(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $retryable:literal, $key:literal; )+) => {
        /// An error code of PROTOCOL.md section 8, as written in JSON bodies.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $( $(#[$doc])* $variant, )+
        }

        impl ErrorCode {
            /// Every code, in the order of the registry.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The code as written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// The HTTP status that carries it.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $( Self::$variant => $status, )+ }
            }

            /// Whether the same request may succeed later without a change.
            #[must_use]
            pub const fn retryable(self) -> bool {
                match self { $( Self::$variant => $retryable, )+ }
            }

            /// The key of its message in `locales/*/waiaas-daemon-core.ftl`.
            #[must_use]
            pub const fn message_key(self) -> &'static str {
                match self { $( Self::$variant => $key, )+ }
            }
        }
    };
}

registry! {
    /// No bearer token in the request.
    AuthTokenMissing = "AUTH_TOKEN_MISSING", 401, false, "error-auth-token-missing";
    /// Malformed, forged, rotated or unknown token.
    AuthTokenInvalid = "AUTH_TOKEN_INVALID", 401, false, "error-auth-token-invalid";
    /// The token's own end has passed.
    AuthTokenExpired = "AUTH_TOKEN_EXPIRED", 401, false, "error-auth-token-expired";
    /// The session was ended.
    SessionRevoked = "SESSION_REVOKED", 401, false, "error-session-revoked";
    /// No such session.
    SessionNotFound = "SESSION_NOT_FOUND", 404, false, "error-session-not-found";
    /// No such agent.
    AgentNotFound = "AGENT_NOT_FOUND", 404, false, "error-agent-not-found";
    /// No such wallet, or not linked.
    WalletNotFound = "WALLET_NOT_FOUND", 404, false, "error-wallet-not-found";
    /// No such operator.
    OperatorNotFound = "OPERATOR_NOT_FOUND", 404, false, "error-operator-not-found";
    /// No such channel of alerts.
    ChannelNotFound = "CHANNEL_NOT_FOUND", 404, false, "error-channel-not-found";
    /// The channel is not configured, or none is.
    ChannelNotConfigured = "CHANNEL_NOT_CONFIGURED", 409, false, "error-channel-not-configured";
    /// No such event in the log of alerts.
    NotificationNotFound = "NOTIFICATION_NOT_FOUND", 404, false, "error-notification-not-found";
    /// Every renewal was used.
    RenewalLimitReached = "RENEWAL_LIMIT_REACHED", 403, false, "error-renewal-limit-reached";
    /// Another unit would pass the absolute end.
    SessionAbsoluteLifetimeExceeded = "SESSION_ABSOLUTE_LIFETIME_EXCEEDED", 403, false, "error-session-absolute-lifetime-exceeded";
    /// The path names another session than the token.
    SessionRenewalMismatch = "SESSION_RENEWAL_MISMATCH", 403, false, "error-session-renewal-mismatch";
    /// Less than half of the unit has passed.
    RenewalTooEarly = "RENEWAL_TOO_EARLY", 403, true, "error-renewal-too-early";
    /// Another renewal was faster.
    RenewalConflict = "RENEWAL_CONFLICT", 409, false, "error-renewal-conflict";
    /// Too many live sessions for the agent.
    SessionLimitExceeded = "SESSION_LIMIT_EXCEEDED", 403, false, "error-session-limit-exceeded";
    /// A constraint forbids it.
    ConstraintViolated = "CONSTRAINT_VIOLATED", 403, false, "error-constraint-violated";
    /// The wallet is not linked to this session.
    WalletAccessDenied = "WALLET_ACCESS_DENIED", 403, false, "error-wallet-access-denied";
    /// The wallet is linked already.
    WalletAlreadyLinked = "WALLET_ALREADY_LINKED", 409, false, "error-wallet-already-linked";
    /// The default wallet while others remain.
    CannotRemoveDefaultWallet = "CANNOT_REMOVE_DEFAULT_WALLET", 400, false, "error-cannot-remove-default-wallet";
    /// The last wallet, or none was given.
    SessionRequiresWallet = "SESSION_REQUIRES_WALLET", 400, false, "error-session-requires-wallet";
    /// The agent is suspended.
    AgentSuspended = "AGENT_SUSPENDED", 409, false, "error-agent-suspended";
    /// The agent was removed.
    AgentTerminated = "AGENT_TERMINATED", 410, false, "error-agent-terminated";
    /// The wallet was removed.
    WalletTerminated = "WALLET_TERMINATED", 410, false, "error-wallet-terminated";
    /// The request does not have the right form.
    RequestInvalid = "REQUEST_INVALID", 400, false, "error-request-invalid";
    /// The `Idempotency-Key` header does not have the right form.
    IdempotencyKeyInvalid = "IDEMPOTENCY_KEY_INVALID", 400, false, "error-idempotency-key-invalid";
    /// The claim code is wrong, used or late.
    ClaimInvalid = "CLAIM_INVALID", 401, false, "error-claim-invalid";
    /// The peer of the admin socket is neither the daemon's user nor root.
    AdminAccessDenied = "ADMIN_ACCESS_DENIED", 403, false, "error-admin-access-denied";
    /// The token file of a hand-over could not be written; the session was revoked again.
    TokenFileUnwritable = "TOKEN_FILE_UNWRITABLE", 409, false, "error-token-file-unwritable";
    /// No such route.
    RouteNotFound = "ROUTE_NOT_FOUND", 404, false, "error-route-not-found";
    /// The route exists for other methods.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, false, "error-method-not-allowed";
    /// The body is larger than the limit.
    BodyTooLarge = "BODY_TOO_LARGE", 413, false, "error-body-too-large";
    /// The request took too long.
    RequestTimeout = "REQUEST_TIMEOUT", 408, true, "error-request-timeout";
    /// Too many requests.
    RateLimited = "RATE_LIMITED", 429, true, "error-rate-limited";
    /// The kill switch is on, or a restored database waits for confirmation.
    SystemLocked = "SYSTEM_LOCKED", 503, true, "error-system-locked";
    /// The database is busy, full or away.
    StorageUnavailable = "STORAGE_UNAVAILABLE", 503, true, "error-storage-unavailable";
    /// A fault of ours.
    Internal = "INTERNAL", 500, false, "error-internal";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A code this version does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown error code")]
pub struct UnknownErrorCode;

impl FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .ok_or(UnknownErrorCode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_keys_are_unique_and_keys_follow_codes() {
        for (index, code) in ErrorCode::ALL.iter().enumerate() {
            let expected = format!("error-{}", code.as_str().to_lowercase().replace('_', "-"));
            assert_eq!(code.message_key(), expected);
            assert!(!ErrorCode::ALL[..index].contains(code));
            assert_eq!(code.as_str().parse(), Ok(*code));
        }
    }
}
