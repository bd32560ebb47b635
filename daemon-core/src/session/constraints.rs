//! The constraints of a session: ranges, levels and their resolution (PROTOCOL.md
//! section 3). Pure.
//!
//! Field by field, highest first: an explicit request, the agent's defaults, the
//! configuration, the constants here. A value out of range is refused at whatever level it
//! stands, never clamped.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use waiaas_protocol::wire::{ConstraintsBody, ConstraintsRequest};

use crate::error::Error;
use crate::issue::{Issue, Problem};

/// Seconds of a renewal unit.
pub const EXPIRES_IN_RANGE_S: RangeInclusive<i64> = 300..=604_800;
/// Renewals of a session.
pub const MAX_RENEWALS_RANGE: RangeInclusive<i64> = 0..=100;
/// Seconds the owner is advised to decide about a renewal.
pub const RENEWAL_REJECT_WINDOW_RANGE_S: RangeInclusive<i64> = 300..=86_400;
/// Default unit of a hand-over to a token file, seconds.
pub const EXPIRES_IN_HANDOVER_S: i64 = 604_800;
/// Default unit of a bare create, seconds.
pub const EXPIRES_IN_BARE_S: i64 = 86_400;
const MAX_RENEWALS_DEFAULT: i64 = 30;
const RENEWAL_REJECT_WINDOW_DEFAULT_S: i64 = 3_600;
/// Digits of the largest amount: 2²⁵⁶ has 78.
const AMOUNT_DIGITS_MAX: usize = 78;
const SET_ENTRIES_MAX: usize = 100;
const SET_ENTRY_BYTES_MAX: usize = 128;

/// Where a value comes from; named in messages about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The create request.
    Request,
    /// `agents.default_constraints`.
    Agent,
    /// `config.toml` `[security]`.
    Configuration,
}

impl Level {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Request => "constraints",
            Self::Agent => "defaultConstraints",
            Self::Configuration => "security",
        }
    }
}

/// What the session is made for; decides the default unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The token goes into a token file (setup, refresh-token, /newsession).
    Handover,
    /// The token goes into the response.
    Bare,
}

/// A decimal amount in the smallest unit; an integer of any size, never a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(String);

impl Amount {
    /// Takes decimal digits without sign or leading zeros.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = !text.is_empty()
            && text.len() <= AMOUNT_DIGITS_MAX
            && text.bytes().all(|b| b.is_ascii_digit());
        let canonical = text == "0" || !text.starts_with('0');
        (digits && canonical).then(|| Self(text.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

/// Resolved constraints. `expires_in` and `max_renewals` become columns of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Renewal unit, seconds.
    pub expires_in: i64,
    /// Renewals in all.
    pub max_renewals: i64,
    /// The stored object.
    pub limits: Limits,
}

/// The constraints object as stored with the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Seconds, advice to the owner.
    pub renewal_reject_window: i64,
    /// Smallest unit, per transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_amount_per_tx: Option<Amount>,
    /// Smallest unit, whole life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_total_amount: Option<Amount>,
    /// Whole life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_transactions: Option<i64>,
    /// Absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_operations: Option<Vec<String>>,
    /// Absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_destinations: Option<Vec<String>>,
}

impl Resolved {
    /// As shown on the wire.
    #[must_use]
    pub fn to_body(&self) -> ConstraintsBody {
        let text = |amount: &Option<Amount>| amount.as_ref().map(|a| a.as_str().to_owned());
        ConstraintsBody {
            expires_in: self.expires_in,
            max_renewals: self.max_renewals,
            renewal_reject_window: self.limits.renewal_reject_window,
            max_amount_per_tx: text(&self.limits.max_amount_per_tx),
            max_total_amount: text(&self.limits.max_total_amount),
            max_transactions: self.limits.max_transactions,
            allowed_operations: self.limits.allowed_operations.clone(),
            allowed_destinations: self.limits.allowed_destinations.clone(),
        }
    }
}

impl Resolved {
    /// As an explicit request that resolves to the same again.
    #[must_use]
    pub fn to_request(&self) -> ConstraintsRequest {
        let body = self.to_body();
        ConstraintsRequest {
            expires_in: Some(body.expires_in),
            max_renewals: Some(body.max_renewals),
            renewal_reject_window: Some(body.renewal_reject_window),
            max_amount_per_tx: body.max_amount_per_tx,
            max_total_amount: body.max_total_amount,
            max_transactions: body.max_transactions,
            allowed_operations: body.allowed_operations,
            allowed_destinations: body.allowed_destinations,
        }
    }
}

/// Checks every value of one level.
///
/// # Errors
/// [`Error::RequestInvalid`] with field, value and range of everything that is wrong.
pub fn check_level(level: Level, values: &ConstraintsRequest) -> Result<(), Error> {
    let mut issues = Vec::new();
    {
        let mut issue = |field: &str, problem: Problem| {
            let path = format!("{}.{field}", level.prefix());
            issues.push(Issue::new(path, problem));
        };
        let mut ranged = |field: &str, value: Option<i64>, range: &RangeInclusive<i64>| {
            if let Some(value) = value.filter(|value| !range.contains(value)) {
                let (min, max) = (*range.start(), *range.end());
                issue(field, Problem::NotInRange { value, min, max });
            }
        };
        ranged("expiresIn", values.expires_in, &EXPIRES_IN_RANGE_S);
        ranged("maxRenewals", values.max_renewals, &MAX_RENEWALS_RANGE);
        ranged(
            "renewalRejectWindow",
            values.renewal_reject_window,
            &RENEWAL_REJECT_WINDOW_RANGE_S,
        );
        ranged("maxTransactions", values.max_transactions, &(1..=i64::MAX));
        for (field, value) in [
            ("maxAmountPerTx", &values.max_amount_per_tx),
            ("maxTotalAmount", &values.max_total_amount),
        ] {
            if let Some(text) = value.as_ref().filter(|text| Amount::parse(text).is_none()) {
                let (shown, digits_max) = (text.chars().take(80).collect(), AMOUNT_DIGITS_MAX);
                issue(field, Problem::NotAnAmount { shown, digits_max });
            }
        }
        for (field, set) in [
            ("allowedOperations", &values.allowed_operations),
            ("allowedDestinations", &values.allowed_destinations),
        ] {
            if let Some(problem) = set.as_ref().and_then(|set| set_problem(set)) {
                issue(field, problem);
            }
        }
    }
    if issues.is_empty() {
        Ok(())
    } else {
        Err(Error::RequestInvalid(issues))
    }
}

fn set_problem(set: &[String]) -> Option<Problem> {
    if set.is_empty() {
        return Some(Problem::EmptySet);
    }
    if set.len() > SET_ENTRIES_MAX {
        let (count, max) = (set.len(), SET_ENTRIES_MAX);
        return Some(Problem::TooManyEntries { count, max });
    }
    let printable = |entry: &String| {
        !entry.is_empty()
            && entry.len() <= SET_ENTRY_BYTES_MAX
            && entry.bytes().all(|b| b.is_ascii_graphic())
    };
    if !set.iter().all(printable) {
        let bytes_max = SET_ENTRY_BYTES_MAX;
        return Some(Problem::BadEntry { bytes_max });
    }
    let unique: std::collections::BTreeSet<_> = set.iter().collect();
    (unique.len() != set.len()).then_some(Problem::EntryTwice)
}

/// Resolves the levels, highest first.
///
/// `lifetime_s` is the session's absolute lifetime: no unit may be longer, or a token would
/// outlive its session.
///
/// # Errors
/// [`Error::RequestInvalid`] when a value of any level is out of range.
pub fn resolve(
    request: &ConstraintsRequest,
    agent: Option<&ConstraintsRequest>,
    configuration: &ConstraintsRequest,
    purpose: Purpose,
    lifetime_s: i64,
) -> Result<Resolved, Error> {
    let none = ConstraintsRequest::default();
    let agent = agent.unwrap_or(&none);
    check_level(Level::Request, request)?;
    check_level(Level::Agent, agent)?;
    check_level(Level::Configuration, configuration)?;
    let levels = [request, agent, configuration];
    for (level, values) in [Level::Request, Level::Agent, Level::Configuration]
        .iter()
        .zip(levels)
    {
        if let Some(unit) = values.expires_in.filter(|unit| *unit > lifetime_s) {
            let path = format!("{}.expiresIn", level.prefix());
            let (value, min, max) = (unit, *EXPIRES_IN_RANGE_S.start(), lifetime_s);
            return Err(Error::invalid(
                path,
                Problem::PastLifetime { value, min, max },
            ));
        }
    }
    let number =
        |field: fn(&ConstraintsRequest) -> Option<i64>| levels.iter().find_map(|l| field(l));
    let amount = |field: fn(&ConstraintsRequest) -> &Option<String>| {
        levels
            .iter()
            .find_map(|l| field(l).as_deref())
            .and_then(Amount::parse)
    };
    let set = |field: fn(&ConstraintsRequest) -> &Option<Vec<String>>| {
        levels.iter().find_map(|l| field(l).clone())
    };
    let unit = match purpose {
        Purpose::Handover => EXPIRES_IN_HANDOVER_S,
        Purpose::Bare => EXPIRES_IN_BARE_S,
    };
    Ok(Resolved {
        expires_in: number(|l| l.expires_in).unwrap_or_else(|| unit.min(lifetime_s)),
        max_renewals: number(|l| l.max_renewals).unwrap_or(MAX_RENEWALS_DEFAULT),
        limits: Limits {
            renewal_reject_window: number(|l| l.renewal_reject_window)
                .unwrap_or(RENEWAL_REJECT_WINDOW_DEFAULT_S),
            max_amount_per_tx: amount(|l| &l.max_amount_per_tx),
            max_total_amount: amount(|l| &l.max_total_amount),
            max_transactions: number(|l| l.max_transactions),
            allowed_operations: set(|l| &l.allowed_operations),
            allowed_destinations: set(|l| &l.allowed_destinations),
        },
    })
}

/// From the console the resolved defaults are ceilings: a choice may only be equal or
/// smaller.
///
/// # Errors
/// [`Error::ConstraintViolated`] with the first field that is larger.
pub fn require_within(choice: &Resolved, ceiling: &Resolved) -> Result<(), Error> {
    let numbers = [
        ("expires_in", choice.expires_in, ceiling.expires_in),
        ("max_renewals", choice.max_renewals, ceiling.max_renewals),
    ];
    for (constraint, value, limit) in numbers {
        if value > limit {
            return Err(violated(constraint, value, limit));
        }
    }
    if let Some(limit) = ceiling.limits.max_transactions {
        let value = choice.limits.max_transactions.unwrap_or(i64::MAX);
        if value > limit {
            return Err(violated("max_transactions", value, limit));
        }
    }
    let amounts = [
        (
            "max_amount_per_tx",
            &choice.limits.max_amount_per_tx,
            &ceiling.limits.max_amount_per_tx,
        ),
        (
            "max_total_amount",
            &choice.limits.max_total_amount,
            &ceiling.limits.max_total_amount,
        ),
    ];
    for (constraint, value, limit) in amounts {
        if let Some(limit) = limit
            && value.as_ref().is_none_or(|value| value > limit)
        {
            let value = value.as_ref().map_or("unlimited", Amount::as_str);
            return Err(violated(constraint, value, limit.as_str()));
        }
    }
    let sets = [
        (
            "allowed_operations",
            &choice.limits.allowed_operations,
            &ceiling.limits.allowed_operations,
        ),
        (
            "allowed_destinations",
            &choice.limits.allowed_destinations,
            &ceiling.limits.allowed_destinations,
        ),
    ];
    for (constraint, value, limit) in sets {
        if let Some(limit) = limit
            && value
                .as_ref()
                .is_none_or(|value| value.iter().any(|entry| !limit.contains(entry)))
        {
            let value = value
                .as_ref()
                .map_or_else(|| "all".to_owned(), |v| v.join(","));
            return Err(violated(constraint, value, limit.join(",")));
        }
    }
    Ok(())
}

fn violated(constraint: &'static str, value: impl ToString, ceiling: impl ToString) -> Error {
    Error::ConstraintViolated {
        constraint,
        value: value.to_string(),
        ceiling: ceiling.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME_S: i64 = 2_592_000;

    fn of(expires_in: Option<i64>, max_renewals: Option<i64>) -> ConstraintsRequest {
        ConstraintsRequest {
            expires_in,
            max_renewals,
            ..ConstraintsRequest::default()
        }
    }

    #[test]
    fn each_field_takes_the_highest_level_that_names_it() {
        let none = of(None, None);
        let resolved = |request, agent, configuration, purpose| {
            let r = resolve(&request, Some(&agent), &configuration, purpose, LIFETIME_S)
                .expect("in range");
            (r.expires_in, r.max_renewals)
        };
        let (h, b) = (Purpose::Handover, Purpose::Bare);
        assert_eq!(
            resolved(none.clone(), none.clone(), none.clone(), h),
            (604_800, 30)
        );
        assert_eq!(
            resolved(none.clone(), none.clone(), none.clone(), b),
            (86_400, 30)
        );
        assert_eq!(
            resolved(none.clone(), none.clone(), of(Some(400), None), b),
            (400, 30)
        );
        assert_eq!(
            resolved(none.clone(), of(None, Some(7)), of(Some(400), Some(8)), b),
            (400, 7)
        );
        assert_eq!(
            resolved(
                of(Some(300), None),
                of(Some(500), Some(7)),
                of(Some(400), Some(8)),
                h
            ),
            (300, 7)
        );
    }

    #[test]
    fn out_of_range_is_refused_at_every_level_with_field_value_and_range() {
        let bad = of(Some(299), Some(101));
        let none = of(None, None);
        for (level, answer) in [
            (
                "constraints",
                resolve(&bad, None, &none, Purpose::Bare, LIFETIME_S),
            ),
            (
                "defaultConstraints",
                resolve(&none, Some(&bad), &none, Purpose::Bare, LIFETIME_S),
            ),
            (
                "security",
                resolve(&none, None, &bad, Purpose::Bare, LIFETIME_S),
            ),
        ] {
            let Err(Error::RequestInvalid(issues)) = answer else {
                panic!("{level}")
            };
            assert_eq!(issues[0].path, format!("{level}.expiresIn"));
            assert_eq!(issues[0].problem.to_string(), "299 is not in 300..604800");
            assert_eq!(issues[1].problem.to_string(), "101 is not in 0..100");
        }
    }

    #[test]
    fn amounts_are_whole_numbers_of_any_size() {
        for good in ["0", "1", &"9".repeat(78)] {
            assert!(Amount::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "-1",
            "+1",
            "01",
            "1.5",
            "1e3",
            " 1",
            "0x1",
            &"9".repeat(79),
        ] {
            assert!(Amount::parse(bad).is_none(), "{bad}");
        }
        assert!(Amount::parse("10") > Amount::parse("9"));
    }

    #[test]
    fn the_console_may_choose_less_and_never_more() {
        let none = of(None, None);
        let capped = ConstraintsRequest {
            max_amount_per_tx: Some("100".to_owned()),
            allowed_operations: Some(vec!["transfer".to_owned(), "swap".to_owned()]),
            ..of(Some(3_600), Some(5))
        };
        let ceiling =
            resolve(&capped, None, &none, Purpose::Handover, LIFETIME_S).expect("ceiling");
        let choose = |change: fn(&mut ConstraintsRequest)| {
            let mut choice = capped.clone();
            change(&mut choice);
            let choice =
                resolve(&choice, None, &none, Purpose::Handover, LIFETIME_S).expect("choice");
            require_within(&choice, &ceiling).map_err(|cause| match cause {
                Error::ConstraintViolated { constraint, .. } => constraint,
                _ => "another error",
            })
        };
        assert_eq!(choose(|_| ()), Ok(()));
        assert_eq!(choose(|c| c.expires_in = Some(300)), Ok(()));
        assert_eq!(choose(|c| c.expires_in = Some(3_601)), Err("expires_in"));
        assert_eq!(choose(|c| c.max_renewals = Some(6)), Err("max_renewals"));
        assert_eq!(
            choose(|c| c.max_amount_per_tx = None),
            Err("max_amount_per_tx")
        );
        assert_eq!(
            choose(|c| c.allowed_operations = Some(vec!["transfer".to_owned()])),
            Ok(())
        );
        assert_eq!(
            choose(|c| c.allowed_operations = Some(vec!["mint".to_owned()])),
            Err("allowed_operations")
        );
    }

    #[test]
    fn no_unit_outlives_the_session() {
        let none = of(None, None);
        let day = 86_400;
        let default = resolve(&none, None, &none, Purpose::Handover, day).expect("default");
        assert_eq!(default.expires_in, day);
        let answer = resolve(
            &none,
            Some(&of(Some(day + 1), None)),
            &none,
            Purpose::Bare,
            day,
        );
        let Err(Error::RequestInvalid(issues)) = answer else {
            panic!("refused")
        };
        assert_eq!(issues[0].path, "defaultConstraints.expiresIn");
    }
}
