//! May this session be renewed? The checks of PROTOCOL.md section 4 in their order, and the
//! replay of section 5, as one pure function over values.

use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::TokenHash;

use super::Session;
use crate::agent::AgentStatus;
use crate::error::LockReason;

/// Seconds after a rotation in which a second request with the old token may be an honest
/// race; later it is a sign of a copied token.
pub const REUSE_GRACE_S: i64 = 60;
/// `SESSION_EXPIRING_SOON` when so many renewals or fewer are left.
pub const EXPIRING_SOON_RENEWALS: i64 = 3;
/// `SESSION_EXPIRING_SOON` when so many seconds of absolute life or fewer are left.
pub const EXPIRING_SOON_ABSOLUTE_S: i64 = 86_400;

/// What the request brings, after its signature has been checked (check 0).
#[derive(Debug, Clone, Copy)]
pub struct Presented {
    /// `sid` of the verified claims.
    pub session_id: SessionId,
    /// `exp` of the verified claims.
    pub expires_at: i64,
    /// SHA-256 of the token.
    pub token_hash: TokenHash,
    /// SHA-256 of the renewal key, if one was sent.
    pub key_hash: Option<TokenHash>,
    /// The id in the path; `None` when it is no id at all.
    pub path_id: Option<SessionId>,
}

/// The world around the session.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// Kill switch or freeze.
    pub lock: Option<LockReason>,
    /// The agent's status.
    pub agent: AgentStatus,
}

/// What to answer with 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Rotate: the new token ends at `expires_at`.
    Rotate {
        /// `now + expires_in`.
        expires_at: i64,
    },
    /// The rotation happened before; answer with the same successor.
    Replay,
}

/// Why not. Each row of the table of section 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Check 0.
    Expired,
    /// Check 1.
    Mismatch,
    /// Check 2.
    NotFound,
    /// Check 3.
    Revoked,
    /// Check 4.
    Locked(LockReason),
    /// Check 4.
    AgentSuspended,
    /// Check 4.
    AgentTerminated,
    /// Check 5: older than the previous token, or never ours.
    Unknown,
    /// Check 5: the previous token without its key.
    Conflict {
        /// Whether this is a sign of a copied token.
        copied: bool,
    },
    /// Check 6.
    LimitReached,
    /// Check 7.
    AbsoluteLifetime,
    /// Check 8.
    TooEarly {
        /// Seconds to wait.
        retry_after_s: i64,
    },
}

/// Decides about one renewal request at `now`. `session` is the row of `presented`'s session
/// id, with what stands around it.
///
/// # Errors
/// The first check that fails.
pub fn decide(
    session: Option<(&Session, Surroundings)>,
    presented: &Presented,
    now: i64,
) -> Result<Grant, Refusal> {
    let replay = session.is_some_and(|(session, _)| is_replay(session, presented, now));
    if now >= presented.expires_at && !replay {
        return Err(Refusal::Expired);
    }
    if presented.path_id != Some(presented.session_id) {
        return Err(Refusal::Mismatch);
    }
    let (session, around) = session.ok_or(Refusal::NotFound)?;
    if session.revocation.is_some() {
        return Err(Refusal::Revoked);
    }
    check_surroundings(around)?;
    if presented.token_hash != session.token.hash {
        return if replay {
            Ok(Grant::Replay)
        } else {
            Err(stale(session, presented, now))
        };
    }
    check_room(session, now)?;
    Ok(Grant::Rotate {
        expires_at: now + session.expires_in,
    })
}

/// The previous token with the key that rotated it, while the successor is live.
fn is_replay(session: &Session, presented: &Presented, now: i64) -> bool {
    let same_key = |stored: TokenHash| presented.key_hash.is_some_and(|key| key == stored);
    session.revocation.is_none()
        && now < session.expires_at
        && session.previous.is_some_and(|previous| {
            previous.hash == presented.token_hash && previous.renewal_key_hash.is_some_and(same_key)
        })
}

fn check_surroundings(around: Surroundings) -> Result<(), Refusal> {
    if let Some(reason) = around.lock {
        return Err(Refusal::Locked(reason));
    }
    match around.agent {
        AgentStatus::Active => Ok(()),
        AgentStatus::Suspended => Err(Refusal::AgentSuspended),
        AgentStatus::Terminated => Err(Refusal::AgentTerminated),
    }
}

/// A token of this session that is neither current nor a replay.
fn stale(session: &Session, presented: &Presented, now: i64) -> Refusal {
    let previous = session
        .previous
        .is_some_and(|p| p.hash == presented.token_hash);
    if !previous {
        return Refusal::Unknown;
    }
    let rotated_at = session.token.issued_at;
    let copied = session.token.first_used_at.is_some() || now - rotated_at >= REUSE_GRACE_S;
    Refusal::Conflict { copied }
}

/// Checks 6 to 8.
fn check_room(session: &Session, now: i64) -> Result<(), Refusal> {
    if session.renewal_count >= session.max_renewals {
        return Err(Refusal::LimitReached);
    }
    if now + session.expires_in > session.absolute_expires_at {
        return Err(Refusal::AbsoluteLifetime);
    }
    let from = session.renewable_from();
    if now < from {
        return Err(Refusal::TooEarly {
            retry_after_s: from - now,
        });
    }
    Ok(())
}

/// The pure rule of `SESSION_EXPIRING_SOON` (PROTOCOL.md section 10).
#[must_use]
pub const fn is_expiring_soon(renewals_left: i64, absolute_expires_at: i64, now: i64) -> bool {
    renewals_left <= EXPIRING_SOON_RENEWALS || absolute_expires_at - now <= EXPIRING_SOON_ABSOLUTE_S
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::constraints::Limits;
    use crate::session::{CurrentToken, PreviousToken, Revocation};
    use waiaas_protocol::ids::AgentId;

    const CREATED: i64 = 1_000_000;
    const UNIT: i64 = 3_600;

    fn session() -> Session {
        Session {
            id: SessionId::from_parts(1, &[1; 10]),
            agent_id: AgentId::from_parts(1, &[2; 10]),
            token: CurrentToken {
                hash: TokenHash::of("current"),
                issued_at: CREATED,
                first_used_at: None,
            },
            token_kid: "k".to_owned(),
            previous: Some(PreviousToken {
                hash: TokenHash::of("previous"),
                renewal_key_hash: Some(TokenHash::of("key")),
            }),
            expires_in: UNIT,
            expires_at: CREATED + UNIT,
            max_renewals: 2,
            renewal_count: 1,
            limits: Limits {
                renewal_reject_window: 3_600,
                max_amount_per_tx: None,
                max_total_amount: None,
                max_transactions: None,
                allowed_operations: None,
                allowed_destinations: None,
            },
            source: "cli".to_owned(),
            created_by: "machine:uid=0".to_owned(),
            created_at: CREATED - UNIT,
            last_renewed_at: Some(CREATED),
            last_used_at: None,
            absolute_expires_at: CREATED + 100 * UNIT,
            revocation: None,
            handover: None,
        }
    }

    fn presented(token: &str, key: Option<&str>) -> Presented {
        let id = session().id;
        Presented {
            session_id: id,
            expires_at: CREATED + UNIT,
            token_hash: TokenHash::of(token),
            key_hash: key.map(TokenHash::of),
            path_id: Some(id),
        }
    }

    const OPEN: Surroundings = Surroundings {
        lock: None,
        agent: AgentStatus::Active,
    };
    const DUE: i64 = CREATED + UNIT / 2;

    #[test]
    fn the_checks_answer_in_their_order() {
        // Everything is wrong at first; each step mends the check that answered.
        let mut s = session();
        s.renewal_count = 2;
        s.absolute_expires_at = CREATED;
        s.revocation = Some(Revocation {
            at: CREATED,
            by: "x".to_owned(),
            reason: "manual_revoke".to_owned(),
        });
        let mut around = Surroundings {
            lock: Some(LockReason::KillSwitch),
            agent: AgentStatus::Suspended,
        };
        let mut p = presented("unknown", None);
        p.path_id = None;
        p.expires_at = CREATED + 1;
        let now = CREATED + 1;

        assert_eq!(decide(None, &p, now), Err(Refusal::Expired));
        p.expires_at = now + 1;
        assert_eq!(decide(None, &p, now), Err(Refusal::Mismatch));
        p.path_id = Some(s.id);
        assert_eq!(decide(None, &p, now), Err(Refusal::NotFound));
        assert_eq!(decide(Some((&s, around)), &p, now), Err(Refusal::Revoked));
        s.revocation = None;
        let locked = Refusal::Locked(LockReason::KillSwitch);
        assert_eq!(decide(Some((&s, around)), &p, now), Err(locked));
        around.lock = None;
        assert_eq!(
            decide(Some((&s, around)), &p, now),
            Err(Refusal::AgentSuspended)
        );
        around.agent = AgentStatus::Terminated;
        assert_eq!(
            decide(Some((&s, around)), &p, now),
            Err(Refusal::AgentTerminated)
        );
        assert_eq!(decide(Some((&s, OPEN)), &p, now), Err(Refusal::Unknown));
        p.token_hash = TokenHash::of("current");
        assert_eq!(
            decide(Some((&s, OPEN)), &p, now),
            Err(Refusal::LimitReached)
        );
        s.max_renewals = 3;
        assert_eq!(
            decide(Some((&s, OPEN)), &p, now),
            Err(Refusal::AbsoluteLifetime)
        );
        s.absolute_expires_at = now + UNIT;
        let early = Refusal::TooEarly {
            retry_after_s: UNIT / 2 - 1,
        };
        assert_eq!(decide(Some((&s, OPEN)), &p, now), Err(early));
        s.absolute_expires_at = DUE + UNIT;
        p.expires_at = CREATED + UNIT;
        let grant = Grant::Rotate {
            expires_at: DUE + UNIT,
        };
        assert_eq!(decide(Some((&s, OPEN)), &p, DUE), Ok(grant));
    }

    #[test]
    fn odd_units_round_the_half_down() {
        let mut s = session();
        s.expires_in = 301;
        let at = |now| decide(Some((&s, OPEN)), &presented("current", None), now);
        assert_eq!(
            at(CREATED + 149),
            Err(Refusal::TooEarly { retry_after_s: 1 })
        );
        assert!(at(CREATED + 150).is_ok());
    }

    #[test]
    fn never_renewable_is_a_limit_of_zero() {
        let mut s = session();
        (s.max_renewals, s.renewal_count) = (0, 0);
        let answer = decide(Some((&s, OPEN)), &presented("current", None), DUE);
        assert_eq!(answer, Err(Refusal::LimitReached));
    }

    #[test]
    fn the_same_key_replays_also_past_the_old_tokens_end() {
        let s = session();
        let mut p = presented("previous", Some("key"));
        p.expires_at = CREATED - 10;
        assert_eq!(decide(Some((&s, OPEN)), &p, CREATED + 5), Ok(Grant::Replay));
        // Not once the successor has run out.
        assert_eq!(
            decide(Some((&s, OPEN)), &p, s.expires_at),
            Err(Refusal::Expired)
        );
        // Not with another key, and not by a stranger's token.
        for other in [
            presented("previous", Some("other")),
            presented("previous", None),
        ] {
            let conflict = Refusal::Conflict { copied: false };
            assert_eq!(decide(Some((&s, OPEN)), &other, CREATED + 5), Err(conflict));
        }
        let stranger = presented("older", Some("key"));
        assert_eq!(
            decide(Some((&s, OPEN)), &stranger, CREATED + 5),
            Err(Refusal::Unknown)
        );
    }

    #[test]
    fn a_replay_respects_revocation_and_locks() {
        let mut s = session();
        let p = presented("previous", Some("key"));
        let locked = Surroundings {
            lock: Some(LockReason::KillSwitch),
            agent: AgentStatus::Active,
        };
        let answer = decide(Some((&s, locked)), &p, CREATED + 5);
        assert_eq!(answer, Err(Refusal::Locked(LockReason::KillSwitch)));
        s.revocation = Some(Revocation {
            at: CREATED,
            by: "x".to_owned(),
            reason: "manual_revoke".to_owned(),
        });
        assert_eq!(
            decide(Some((&s, OPEN)), &p, CREATED + 5),
            Err(Refusal::Revoked)
        );
    }

    #[test]
    fn a_copied_token_is_told_from_a_race() {
        let mut s = session();
        let p = presented("previous", None);
        let at = |s: &Session, now| decide(Some((s, OPEN)), &p, now);
        assert_eq!(
            at(&s, CREATED + 59),
            Err(Refusal::Conflict { copied: false })
        );
        assert_eq!(
            at(&s, CREATED + 60),
            Err(Refusal::Conflict { copied: true })
        );
        s.token.first_used_at = Some(CREATED + 1);
        assert_eq!(at(&s, CREATED + 2), Err(Refusal::Conflict { copied: true }));
    }

    #[test]
    fn expiring_soon_at_three_renewals_or_a_day() {
        let far = CREATED + 10 * EXPIRING_SOON_ABSOLUTE_S;
        assert!(!is_expiring_soon(4, far, CREATED));
        assert!(is_expiring_soon(3, far, CREATED));
        assert!(!is_expiring_soon(4, CREATED + 86_401, CREATED));
        assert!(is_expiring_soon(4, CREATED + 86_400, CREATED));
    }
}
