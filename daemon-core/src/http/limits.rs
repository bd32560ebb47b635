//! Rate limits (PROTOCOL.md section 8, `RATE_LIMITED`): per address of the connection, per
//! user of the admin door, and per session once its token has been verified.
//!
//! Buckets live in memory and are measured with the machine's monotonic clock, not with the
//! daemon's: a step of the wall clock must neither lock anybody out nor open the door.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use waiaas_protocol::ids::SessionId;

use super::HttpSettings;
use crate::error::Error;

/// After so many requests buckets that are full again are forgotten, so that memory follows
/// the callers of now and not all there ever were.
const SWEEP_EVERY_REQUESTS: u32 = 1_024;

/// Whose bucket a request takes from before anything else is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    /// An address of the agents' door; IPv6 by its /64, which is what one host is given.
    Address(IpAddr),
    /// A user of the admin door.
    User(u32),
}

impl Caller {
    /// The bucket of a connection's address.
    pub(super) fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
            v4 => v4,
        })
    }
}

/// Every limit of one door.
pub(super) struct Limits {
    callers: Limit<Caller>,
    sessions: Limit<SessionId>,
}

impl Limits {
    /// As configured.
    pub(super) fn new(settings: &HttpSettings) -> Self {
        let clock = DefaultClock::default();
        Self {
            callers: Limit::new(
                settings.address_burst,
                settings.address_per_s,
                clock.clone(),
            ),
            sessions: Limit::new(settings.session_burst, settings.session_per_s, clock),
        }
    }

    /// Takes one request from the caller's bucket.
    pub(super) fn check_caller(&self, caller: Caller) -> Result<(), Error> {
        self.callers.check(&caller)
    }

    /// Takes one request from the session's bucket; its token must have been verified, or
    /// anybody could empty it.
    pub(super) fn check_session(&self, session: SessionId) -> Result<(), Error> {
        self.sessions.check(&session)
    }
}

struct Limit<K: Hash + Eq + Clone, C: Clock = DefaultClock> {
    buckets: RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    requests: AtomicU32,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Limit<K, C> {
    fn new(burst: u32, per_s: u32, clock: C) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(per_s)).allow_burst(at_least_one(burst));
        Self {
            buckets: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock,
            requests: AtomicU32::new(0),
        }
    }

    fn check(&self, key: &K) -> Result<(), Error> {
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(SWEEP_EVERY_REQUESTS) {
            self.buckets.retain_recent();
            self.buckets.shrink_to_fit();
        }
        self.buckets.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            Error::RateLimited {
                retry_after_s: rounded_up_s(wait),
            }
        })
    }
}

/// Whole seconds, at least one: `Retry-After: 0` would invite a tight loop.
pub(super) fn rounded_up_s(wait: Duration) -> i64 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    i64::try_from(seconds.max(1)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn wait_s(outcome: Result<(), Error>) -> Option<i64> {
        outcome.err().and_then(|error| error.retry_after_s())
    }

    #[test]
    fn a_burst_then_the_rate_and_keys_do_not_share() {
        let clock = FakeRelativeClock::default();
        let limit = Limit::new(3, 2, clock.clone());
        for _ in 0..3 {
            assert_eq!(wait_s(limit.check(&1)), None);
        }
        assert_eq!(wait_s(limit.check(&1)), Some(1));
        assert_eq!(wait_s(limit.check(&2)), None);
        clock.advance(Duration::from_millis(499));
        assert_eq!(wait_s(limit.check(&1)), Some(1));
        clock.advance(Duration::from_millis(1));
        assert_eq!(wait_s(limit.check(&1)), None);
        assert_eq!(wait_s(limit.check(&1)), Some(1));
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limit = Limit::new(1, 1, clock.clone());
        for key in 0..SWEEP_EVERY_REQUESTS {
            limit.check(&key).expect("the first request of each");
        }
        assert_eq!(limit.buckets.len(), SWEEP_EVERY_REQUESTS as usize);
        clock.advance(Duration::from_secs(10));
        limit.check(&0).expect("full again");
        assert_eq!(limit.buckets.len(), 1);
    }

    #[test]
    fn waiting_times_are_rounded_up() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(rounded_up_s(Duration::from_millis(millis)), seconds);
        }
    }

    #[test]
    fn an_address_has_one_bucket_in_all_its_spellings() {
        let at = |text: &str| Caller::at(text.parse().expect("an address"));
        assert_eq!(at("127.0.0.1"), at("::ffff:127.0.0.1"));
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
    }
}
