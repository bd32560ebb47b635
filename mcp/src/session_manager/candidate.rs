//! Whether a token that was found is taken up (PROTOCOL.md section 7, "Load"). Pure: rules over
//! the memory, the token and the time.

use waiaas_protocol::ids::AgentId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::{SessionToken, TokenFormatError, UnverifiedClaims};

use super::memory::Memory;

const YEAR_S: i64 = 366 * 86_400;
/// `exp` is believed this far back and ahead (PROTOCOL.md section 7).
const EXP_PAST_S_MAX: i64 = 10 * YEAR_S;
const EXP_AHEAD_S_MAX: i64 = YEAR_S;

/// Why a token is not taken up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LoadRefusal {
    #[error("the token cannot be read: {0}")]
    Form(#[from] TokenFormatError),
    #[error(
        "the token is of agent {found}, and this server serves agent {pinned}; pass --agent, or \
         issue the session anew"
    )]
    ForeignAgent { found: AgentId, pinned: AgentId },
    #[error("the token claims to end at {at}, which no session does; issue the session anew")]
    FarExpiry { at: Timestamp },
}

/// How the file's token stands to the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the one in use.
    Same,
    /// An older one of the same session: the file lags behind.
    Older,
    /// To be taken up.
    Newer,
    /// Another session's, and over.
    Dead,
}

impl Memory {
    /// The checks on load (PROTOCOL.md section 7).
    pub(super) fn acceptable(
        &self,
        token: &SessionToken,
        now_ms: i64,
    ) -> Result<UnverifiedClaims, LoadRefusal> {
        let claims = token.unverified_claims()?;
        if let Some(pinned) = self.pinned.filter(|pinned| *pinned != claims.agent_id) {
            return Err(LoadRefusal::ForeignAgent {
                found: claims.agent_id,
                pinned,
            });
        }
        let now_s = self.server_ms(now_ms).div_euclid(1000);
        let believed = now_s - EXP_PAST_S_MAX..=now_s + EXP_AHEAD_S_MAX;
        if !believed.contains(&claims.expires_at) {
            return Err(LoadRefusal::FarExpiry {
                at: Timestamp(claims.expires_at),
            });
        }
        Ok(claims)
    }

    /// Compares a token found in the file with the one in use.
    pub(super) fn standing(
        &self,
        found: &SessionToken,
        claims: &UnverifiedClaims,
        now_ms: i64,
    ) -> Standing {
        let Some(held) = &self.held else {
            return Standing::Newer;
        };
        if held.token.hash() == found.hash() {
            return Standing::Same;
        }
        if held.claims.session_id == claims.session_id {
            return match claims.generation < held.claims.generation {
                true => Standing::Older,
                false => Standing::Newer,
            };
        }
        let over = claims.expires_at * 1000 <= self.server_ms(now_ms);
        match over && self.usable(now_ms).is_some() {
            true => Standing::Dead,
            false => Standing::Newer,
        }
    }
}
