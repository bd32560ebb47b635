//! The session as a model is told of it: what it may do, how long, and what comes after.

use schemars::JsonSchema;
use serde::Serialize;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{ConstraintsBody, SessionSelf};

use super::result::map;
use crate::api_client::{ApiClient, Outcome};
use crate::session_manager::KeeperView;

/// A session that can be used now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionStatus {
    /// Id of the session.
    session_id: String,
    /// Name of the agent that holds it.
    agent: String,
    /// Seconds until its token ends, unless it is renewed before.
    time_left_s: i64,
    /// The same in words.
    time_left: String,
    /// When its token ends, unless it is renewed before (UTC).
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Timestamp,
    /// How many renewals are left.
    renewals_left: i64,
    /// How many renewals there are in all.
    max_renewals: i64,
    /// When the session ends for good, however often it is renewed (UTC).
    #[schemars(with = "String", extend("format" = "date-time"))]
    absolute_expires_at: Timestamp,
    /// When this server renews the token by itself; absent where it will not (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    next_renewal_at: Option<Timestamp>,
    /// The limits that the owner has set; a limit that is absent is not set.
    limits: Limits,
    /// Names of the wallets it reaches.
    wallets: Vec<String>,
    /// Name of the wallet that is meant when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_wallet: Option<String>,
    /// What to do now, and when the session ends.
    what_then: String,
}

/// What the owner has limited.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Limits {
    /// The most that one transaction may move, smallest unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_amount_per_tx: Option<String>,
    /// The most that the session may move in its whole life, smallest unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_total_amount: Option<String>,
    /// How many transactions the session may make in its whole life.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_transactions: Option<i64>,
    /// The only operations that are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_operations: Option<Vec<String>>,
    /// The only addresses that may receive something.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_destinations: Option<Vec<String>>,
}

impl From<ConstraintsBody> for Limits {
    fn from(body: ConstraintsBody) -> Self {
        Self {
            max_amount_per_tx: body.max_amount_per_tx,
            max_total_amount: body.max_total_amount,
            max_transactions: body.max_transactions,
            allowed_operations: body.allowed_operations,
            allowed_destinations: body.allowed_destinations,
        }
    }
}

/// Asks the daemon, and adds what the keeper is going to do.
pub(crate) async fn load(client: &ApiClient) -> Outcome<SessionStatus> {
    let outcome = client.session().await;
    map(outcome, |session| status(session, &client.keeper()))
}

fn status(session: SessionSelf, keeper: &KeeperView) -> SessionStatus {
    let next_renewal_at = next_renewal(&session, keeper);
    let time_left_s = (session.expires_at.unix_s() - session.server_time.unix_s()).max(0);
    let default = session.wallets.iter().find(|wallet| wallet.is_default);
    SessionStatus {
        session_id: session.session_id.to_string(),
        agent: session.agent.name.clone(),
        time_left_s,
        time_left: in_words(time_left_s),
        expires_at: session.expires_at,
        renewals_left: session.renewals_left,
        max_renewals: session.constraints.max_renewals,
        absolute_expires_at: session.absolute_expires_at,
        next_renewal_at,
        default_wallet: default.map(|wallet| wallet.name.clone()),
        what_then: what_then(&session, keeper, next_renewal_at),
        wallets: session.wallets.into_iter().map(|one| one.name).collect(),
        limits: session.constraints.into(),
    }
}

/// The next renewal that can succeed: one is left, and another unit ends before the absolute
/// end (PROTOCOL.md section 4, checks 6 and 7).
fn next_renewal(session: &SessionSelf, keeper: &KeeperView) -> Option<Timestamp> {
    let at = keeper.next_renewal_at?;
    let ends_at = at.unix_s() + session.constraints.expires_in;
    (session.renewals_left > 0 && ends_at <= session.absolute_expires_at.unix_s()).then_some(at)
}

fn what_then(
    session: &SessionSelf,
    keeper: &KeeperView,
    next_renewal_at: Option<Timestamp>,
) -> String {
    let mut text = match next_renewal_at {
        Some(at) => format!(
            "There is nothing to do now: the session is renewed by itself at {at}. It ends for \
             good at {} at the latest.",
            session.absolute_expires_at
        ),
        None => format!(
            "The session ends at {} and is not renewed any more; tell the user in good time.",
            session.expires_at
        ),
    };
    if let Some(problem) = &keeper.problem {
        let problem = problem.trim_end_matches('.');
        text.push_str(&format!(" The keeper of the session reports: {problem}."));
    }
    text.push_str(
        " When it has ended, tell the user that the owner can issue a new session by sending \
         /newsession to the waiaas bot in Telegram, then call again: no restart is needed.",
    );
    text
}

/// The two largest units that are not nothing.
fn in_words(seconds: i64) -> String {
    const UNITS_S: [(i64, &str); 4] = [
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let mut left = seconds.max(0);
    let mut words = Vec::new();
    for (unit_s, name) in UNITS_S {
        match (left / unit_s, words.len()) {
            // What follows a unit without its neighbour would be a precision nobody needs.
            (0, 1..) => break,
            (0, 0) => {}
            (1, _) => words.push(format!("1 {name}")),
            (count, _) => words.push(format!("{count} {name}s")),
        }
        left %= unit_s;
        if words.len() == 2 {
            break;
        }
    }
    if words.is_empty() {
        return "no time".to_owned();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use waiaas_protocol::ids::{AgentId, SessionId};
    use waiaas_protocol::wire::SelfAgent;

    use super::*;
    use crate::session_manager::KeeperState;

    #[test]
    fn time_in_words() {
        for (seconds, words) in [
            (-5, "no time"),
            (0, "no time"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "1 minute 1 second"),
            (3_601, "1 hour"),
            (7_260, "2 hours 1 minute"),
            (86_400 + 59, "1 day"),
            (604_799, "6 days 23 hours"),
        ] {
            assert_eq!(in_words(seconds), words, "{seconds}");
        }
    }

    const NOW: i64 = 1_770_546_385;
    const DAY_S: i64 = 86_400;

    fn session(renewals_left: i64, absolute_in_s: i64) -> SessionSelf {
        SessionSelf {
            session_id: SessionId::from_parts(1, &[1; 10]),
            agent: SelfAgent {
                id: AgentId::from_parts(1, &[2; 10]),
                name: "trader".to_owned(),
            },
            wallets: Vec::new(),
            constraints: ConstraintsBody {
                expires_in: DAY_S,
                max_renewals: 30,
                renewal_reject_window: 3_600,
                max_amount_per_tx: None,
                max_total_amount: None,
                max_transactions: None,
                allowed_operations: None,
                allowed_destinations: None,
            },
            expires_at: Timestamp(NOW + DAY_S),
            renewal_count: 30 - renewals_left,
            renewals_left,
            renewable_from: Timestamp(NOW + DAY_S / 2),
            absolute_expires_at: Timestamp(NOW + absolute_in_s),
            created_at: Timestamp(NOW),
            server_time: Timestamp(NOW),
        }
    }

    fn keeper(next_renewal_in_s: Option<i64>) -> KeeperView {
        KeeperView {
            state: KeeperState::Active,
            agent_id: None,
            session_id: None,
            generation: None,
            expires_at: None,
            next_renewal_at: next_renewal_in_s.map(|span_s| Timestamp(NOW + span_s)),
            ended: None,
            refused_with: None,
            failures: 0,
            problem: None,
        }
    }

    #[test]
    fn a_renewal_is_announced_only_where_it_can_succeed() {
        let sixty_percent_s = DAY_S * 6 / 10;
        let renewed_until_s = sixty_percent_s + DAY_S;
        for (renewals_left, absolute_in_s, next_in_s, announced) in [
            (1, renewed_until_s, Some(sixty_percent_s), true),
            (0, renewed_until_s, Some(sixty_percent_s), false),
            (1, renewed_until_s - 1, Some(sixty_percent_s), false),
            (1, renewed_until_s, None, false),
        ] {
            let told = status(session(renewals_left, absolute_in_s), &keeper(next_in_s));
            assert_eq!(told.next_renewal_at.is_some(), announced);
            assert_eq!(told.what_then.contains("nothing to do now"), announced);
            assert_eq!(told.what_then.contains("not renewed any more"), !announced);
            assert!(told.what_then.contains("/newsession"));
        }
    }

    #[test]
    fn a_problem_of_the_keeper_is_told() {
        let mut keeper = keeper(Some(60));
        keeper.problem = Some("no connection.".to_owned());
        let told = status(session(3, 30 * DAY_S), &keeper);
        assert!(told.what_then.contains("reports: no connection. When"));
    }
}
