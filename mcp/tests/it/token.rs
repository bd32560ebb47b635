//! Tokens as a daemon would make them, but for the signature, which no client checks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::token::{SessionToken, TOKEN_PREFIX};

/// When the tests begin: 2026-02-08T10:26:25Z.
pub const START_S: i64 = 1_770_546_385;
/// The renewal unit of the sessions here.
pub const UNIT_S: i64 = 86_400;

/// The agent of these tests.
pub fn agent_id() -> AgentId {
    AgentId::from_parts(1_770_000_000_000, &[0xA; 10])
}

/// One of its sessions.
pub fn session_id(number: u8) -> SessionId {
    SessionId::from_parts(1_770_000_000_000, &[number; 10])
}

/// The first token of session 1: just issued.
pub fn first_token() -> SessionToken {
    token(1, 0, START_S)
}

/// A token of one unit.
pub fn token(session: u8, generation: u64, issued_at_s: i64) -> SessionToken {
    token_with(session, generation, issued_at_s, issued_at_s + UNIT_S)
}

/// Any token of the agent of these tests.
pub fn token_with(session: u8, generation: u64, issued_at_s: i64, ends_at_s: i64) -> SessionToken {
    let id = session_id(session);
    let claims = json!({
        "iss": "waiaas", "sub": id, "sid": id, "jti": id, "aid": agent_id(),
        "gen": generation, "iat": issued_at_s, "exp": ends_at_s,
    });
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let text = format!(
        "{TOKEN_PREFIX}{}.{}.{}",
        part(r#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#),
        part(&claims.to_string()),
        part("signature"),
    );
    SessionToken::parse(&text).unwrap()
}
