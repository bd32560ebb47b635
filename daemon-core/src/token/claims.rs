//! What a token says. The field order is part of the format: a token must come out byte for
//! byte the same each time it is minted.

use serde::{Deserialize, Serialize};
use waiaas_protocol::ids::{AgentId, SessionId};

/// The value of `iss`.
pub const ISSUER: &str = "waiaas";

/// Claims of PROTOCOL.md section 2. No constraints, no owner data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Always [`ISSUER`].
    pub iss: String,
    /// The session id.
    pub sub: SessionId,
    /// The session id.
    pub sid: SessionId,
    /// The session id.
    pub jti: SessionId,
    /// The agent id.
    pub aid: AgentId,
    /// How many times the session was renewed.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// Unix seconds.
    pub iat: i64,
    /// Unix seconds.
    pub exp: i64,
}

impl Claims {
    /// Claims are a pure function of these five values.
    #[must_use]
    pub fn new(sid: SessionId, aid: AgentId, generation: i64, iat: i64, exp: i64) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            sub: sid,
            sid,
            jti: sid,
            aid,
            generation,
            iat,
            exp,
        }
    }

    /// Whether the three places that name the session agree.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.iss == ISSUER && self.sub == self.sid && self.jti == self.sid
    }
}
