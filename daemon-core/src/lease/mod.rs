//! Which of several daemons on one database speaks for all: a lease with an end, renewed while
//! its holder lives and taken over when it does not (CONSOLE.md, "Living with Telegram"). Pure;
//! SQL is in `repo`, the use case in `service`.

mod repo;
mod service;

pub use service::Lease;

/// How long a lease lasts without being renewed, seconds.
pub const LEASE_S: i64 = 45;
/// It is renewed as soon as less than this is left, seconds: twice a minute is little work for a
/// machine at rest.
const RENEW_BELOW_S: i64 = 15;
/// A lease that ends later than this was given by a clock that has been set back, seconds.
const AHEAD_MAX_S: i64 = 3_600;

/// Who a daemon is among those that share its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonId {
    /// Of this process.
    pub own: String,
    /// Of the process that served the same data directory before: its lease needs not be waited
    /// for.
    pub former: Option<String>,
}

/// Whether a lease of ours lasts long enough to act without asking the database.
const fn is_fresh(until: i64, now: i64) -> bool {
    until - now >= RENEW_BELOW_S && until - now <= LEASE_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_renewed_in_time_and_not_trusted_after_a_clock_was_set_back() {
        let now = 1_000_000;
        assert!(is_fresh(now + LEASE_S, now));
        assert!(is_fresh(now + RENEW_BELOW_S, now));
        assert!(!is_fresh(now + RENEW_BELOW_S - 1, now));
        assert!(!is_fresh(now - 1, now), "it has ended");
        assert!(!is_fresh(now + LEASE_S, now - 1), "the clock was set back");
        assert!(!is_fresh(0, now), "it is not ours");
    }
}
