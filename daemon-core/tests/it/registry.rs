//! The registry of error codes against PROTOCOL.md section 8, row by row.

use waiaas_protocol::error_code::ErrorCode;

/// Code, HTTP status, retryable.
const SECTION_8: [(&str, u16, bool); 38] = [
    ("AUTH_TOKEN_MISSING", 401, false),
    ("AUTH_TOKEN_INVALID", 401, false),
    ("AUTH_TOKEN_EXPIRED", 401, false),
    ("SESSION_REVOKED", 401, false),
    ("SESSION_NOT_FOUND", 404, false),
    ("AGENT_NOT_FOUND", 404, false),
    ("WALLET_NOT_FOUND", 404, false),
    ("OPERATOR_NOT_FOUND", 404, false),
    ("CHANNEL_NOT_FOUND", 404, false),
    ("CHANNEL_NOT_CONFIGURED", 409, false),
    ("NOTIFICATION_NOT_FOUND", 404, false),
    ("RENEWAL_LIMIT_REACHED", 403, false),
    ("SESSION_ABSOLUTE_LIFETIME_EXCEEDED", 403, false),
    ("SESSION_RENEWAL_MISMATCH", 403, false),
    ("RENEWAL_TOO_EARLY", 403, true),
    ("RENEWAL_CONFLICT", 409, false),
    ("SESSION_LIMIT_EXCEEDED", 403, false),
    ("CONSTRAINT_VIOLATED", 403, false),
    ("WALLET_ACCESS_DENIED", 403, false),
    ("WALLET_ALREADY_LINKED", 409, false),
    ("CANNOT_REMOVE_DEFAULT_WALLET", 400, false),
    ("SESSION_REQUIRES_WALLET", 400, false),
    ("AGENT_SUSPENDED", 409, false),
    ("AGENT_TERMINATED", 410, false),
    ("WALLET_TERMINATED", 410, false),
    ("REQUEST_INVALID", 400, false),
    ("IDEMPOTENCY_KEY_INVALID", 400, false),
    ("CLAIM_INVALID", 401, false),
    ("ADMIN_ACCESS_DENIED", 403, false),
    ("TOKEN_FILE_UNWRITABLE", 409, false),
    ("ROUTE_NOT_FOUND", 404, false),
    ("METHOD_NOT_ALLOWED", 405, false),
    ("BODY_TOO_LARGE", 413, false),
    ("REQUEST_TIMEOUT", 408, true),
    ("RATE_LIMITED", 429, true),
    ("SYSTEM_LOCKED", 503, true),
    ("STORAGE_UNAVAILABLE", 503, true),
    ("INTERNAL", 500, false),
];

#[test]
fn every_code_has_the_status_that_the_protocol_gives_it() {
    let rows = ErrorCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.http_status(), code.retryable()));
    assert_eq!(rows.collect::<Vec<_>>(), SECTION_8);
}
