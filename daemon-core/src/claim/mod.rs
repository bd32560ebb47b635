//! Claim codes: how an agent on another machine gets its first token (PROTOCOL.md section 6,
//! "Separation is another user, with a claim code"; CONSOLE.md "Messages").
//!
//! The session is made when the code is issued, with its limits resolved and shown; it counts
//! from then on. Its token leaves the daemon only when the code is redeemed, by minting it again
//! from the row. A session whose code ran out unused is ended, so that none lives without a
//! holder. Neither code nor token is stored: the code is derived from the session's id under
//! `master.key`, and the database has its hash.
//!
//! Pure values and the rule here; SQL in [`repo`], use cases in [`service`].

pub mod repo;
pub mod service;

use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::TokenHash;

use crate::session::Session;

/// How long a code works, seconds.
pub const CODE_LIFETIME_S: i64 = 600;

/// A code as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// SHA-256 of the code.
    pub code_hash: TokenHash,
    /// What it opens.
    pub session_id: SessionId,
    /// The session that ends once the code is used.
    pub replaces: Option<SessionId>,
    /// What the console needs to find its message again.
    pub note: Option<serde_json::Value>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds; the code works until the second before.
    pub expires_at: i64,
    /// Its one use.
    pub used: Option<Used>,
}

/// The one use of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Unix seconds.
    pub at: i64,
    /// The address of the connection.
    pub from: String,
    /// SHA-256 of the idempotency key that came with it, if one did.
    pub key_hash: Option<TokenHash>,
}

/// What to answer with the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Use the code up.
    HandOver,
    /// It was used by the same holder, whose answer was lost; answer the same again.
    Replay,
}

/// Why not. The caller is told neither from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Wrong or late, or its session has ended.
    Invalid,
    /// Used before, by somebody else as far as can be told: the owner must hear of it.
    Reused,
}

/// When a code that is issued at `now` stops to work: it does not outlive the token it gives.
#[must_use]
pub fn code_expires_at(session_expires_at: i64, now: i64) -> i64 {
    (now + CODE_LIFETIME_S).min(session_expires_at)
}

/// Decides about one redemption at `now`; `found` is what the presented code's hash led to.
///
/// # Errors
/// [`Refusal`].
pub fn decide(
    found: Option<(&Claim, &Session)>,
    key_hash: Option<TokenHash>,
    now: i64,
) -> Result<Grant, Refusal> {
    let (claim, session) = found.ok_or(Refusal::Invalid)?;
    let opens = now < claim.expires_at && session.is_live(now);
    let Some(used) = &claim.used else {
        return if opens {
            Ok(Grant::HandOver)
        } else {
            Err(Refusal::Invalid)
        };
    };
    let same_holder = used.key_hash.is_some() && used.key_hash == key_hash;
    let untouched = session.renewal_count == 0 && session.token.first_used_at.is_none();
    match (same_holder, opens) {
        (true, true) if untouched => Ok(Grant::Replay),
        // The owner was faster than the agent's second try: that is no sign of a thief.
        (true, _) if session.revocation.is_some() => Err(Refusal::Invalid),
        _ => Err(Refusal::Reused),
    }
}

#[cfg(test)]
mod tests {
    use waiaas_protocol::ids::AgentId;

    use super::*;
    use crate::session::constraints::Limits;
    use crate::session::{CurrentToken, Revocation};

    const ISSUED_AT: i64 = 1_000;

    fn session() -> Session {
        Session {
            id: SessionId::from_parts(1, &[1; 10]),
            agent_id: AgentId::from_parts(1, &[2; 10]),
            token: CurrentToken {
                hash: TokenHash::of("token"),
                issued_at: ISSUED_AT,
                first_used_at: None,
            },
            token_kid: "k".to_owned(),
            previous: None,
            expires_in: 86_400,
            expires_at: ISSUED_AT + 86_400,
            max_renewals: 30,
            renewal_count: 0,
            limits: Limits {
                renewal_reject_window: 3_600,
                max_amount_per_tx: None,
                max_total_amount: None,
                max_transactions: None,
                allowed_operations: None,
                allowed_destinations: None,
            },
            source: "cli".to_owned(),
            created_by: "daemon".to_owned(),
            created_at: ISSUED_AT,
            last_renewed_at: None,
            last_used_at: None,
            absolute_expires_at: ISSUED_AT + 2_592_000,
            revocation: None,
            handover: None,
        }
    }

    fn claim(used_with: Option<Option<&str>>) -> Claim {
        Claim {
            code_hash: TokenHash::of("code"),
            session_id: session().id,
            replaces: None,
            note: None,
            created_at: ISSUED_AT,
            expires_at: code_expires_at(session().expires_at, ISSUED_AT),
            used: used_with.map(|key| Used {
                at: ISSUED_AT + 5,
                from: "10.0.0.2".to_owned(),
                key_hash: key.map(TokenHash::of),
            }),
        }
    }

    #[test]
    fn every_case() {
        use Grant::{HandOver, Replay};
        use Refusal::{Invalid, Reused};
        let fresh = session();
        let mut revoked = session();
        revoked.revocation = Some(Revocation {
            at: ISSUED_AT + 1,
            by: "daemon".to_owned(),
            reason: "manual_revoke".to_owned(),
        });
        let mut in_use = session();
        in_use.token.first_used_at = Some(ISSUED_AT + 6);
        let mut renewed = session();
        renewed.renewal_count = 1;
        let (unused, keyless, keyed) = (claim(None), claim(Some(None)), claim(Some(Some("key"))));
        let (last, late) = (ISSUED_AT + 599, ISSUED_AT + 600);
        let table = [
            (&unused, &fresh, None, ISSUED_AT, Ok(HandOver)),
            (&unused, &fresh, Some("key"), last, Ok(HandOver)),
            (&unused, &fresh, Some("key"), late, Err(Invalid)),
            (&unused, &revoked, None, last, Err(Invalid)),
            (&keyed, &fresh, Some("key"), last, Ok(Replay)),
            (&keyed, &fresh, Some("key"), late, Err(Reused)),
            (&keyed, &fresh, Some("other"), last, Err(Reused)),
            (&keyed, &fresh, None, last, Err(Reused)),
            (&keyed, &in_use, Some("key"), last, Err(Reused)),
            (&keyed, &renewed, Some("key"), last, Err(Reused)),
            (&keyed, &revoked, Some("key"), last, Err(Invalid)),
            (&keyed, &revoked, Some("other"), last, Err(Reused)),
            (&keyless, &fresh, None, last, Err(Reused)),
            (&keyless, &fresh, Some("key"), last, Err(Reused)),
        ];
        for (row, (claim, session, key, now, expected)) in table.into_iter().enumerate() {
            let key = key.map(TokenHash::of);
            assert_eq!(decide(Some((claim, session)), key, now), expected, "{row}");
        }
        assert_eq!(decide(None, None, ISSUED_AT), Err(Invalid));
    }

    #[test]
    fn a_code_does_not_outlive_a_short_token() {
        assert_eq!(code_expires_at(1_300, 1_000), 1_300);
        assert_eq!(code_expires_at(9_999, 1_000), 1_600);
    }
}
