//! Wrong claim codes are rationed, per address and for all together: a place is taken before a
//! code is looked at and given back unless it was wrong, so that tries at once cannot slip
//! through, and whoever has a right code is never kept waiting by it.
//!
//! In memory and by the machine's monotonic clock, as the other limits of the door: a step of
//! the wall clock must neither lock anybody out nor open the door.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::limits::Caller;
use crate::error::Error;

/// Wrong codes of one address at once,
const ADDRESS_BURST: u32 = 5;
/// then one in so many seconds.
const ADDRESS_INTERVAL_S: u64 = 60;
/// Wrong codes of everybody at once,
const OVERALL_BURST: u32 = 60;
/// then one in so many seconds.
const OVERALL_INTERVAL_S: u64 = 1;
/// Addresses that are remembered.
const ADDRESSES_MAX: usize = 10_000;

const PER_ADDRESS: Ration = Ration::new(ADDRESS_BURST, ADDRESS_INTERVAL_S);
const OVERALL: Ration = Ration::new(OVERALL_BURST, OVERALL_INTERVAL_S);

/// So many at once, then one per interval.
#[derive(Clone, Copy)]
struct Ration {
    interval: Duration,
    slack: Duration,
}

impl Ration {
    const fn new(burst: u32, interval_s: u64) -> Self {
        let interval = Duration::from_secs(interval_s);
        Self {
            interval,
            slack: interval.saturating_mul(burst),
        }
    }

    /// What was taken as time since the start: `spent` runs ahead of `now` by one interval for
    /// each place in use. Gives the new `spent`, or how long to wait.
    fn take(self, spent: Duration, now: Duration) -> Result<Duration, Duration> {
        let next = spent.max(now) + self.interval;
        match next.saturating_sub(now + self.slack) {
            Duration::ZERO => Ok(next),
            wait => Err(wait),
        }
    }
}

/// The places in use.
pub(super) struct ClaimTries {
    began: Instant,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    overall: Duration,
    callers: HashMap<Caller, Duration>,
}

impl Default for ClaimTries {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            spent: Mutex::default(),
        }
    }
}

impl ClaimTries {
    /// Takes a place for a code that was not looked at yet.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(super) fn take(&self, caller: Caller) -> Result<(), Error> {
        self.with(|spent, now| spent.take(caller, now))
            .map_err(|wait| Error::RateLimited {
                retry_after_s: super::limits::rounded_up_s(wait),
            })
    }

    /// The code was not wrong.
    pub(super) fn give_back(&self, caller: Caller) {
        self.with(|spent, _| spent.give_back(caller));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Spent, Duration) -> T) -> T {
        let now = self.began.elapsed();
        change(
            &mut self.spent.lock().unwrap_or_else(PoisonError::into_inner),
            now,
        )
    }
}

impl Spent {
    fn take(&mut self, caller: Caller, now: Duration) -> Result<(), Duration> {
        if self.callers.len() >= ADDRESSES_MAX {
            self.callers.retain(|_, spent| *spent > now);
        }
        let own = self.callers.get(&caller).copied().unwrap_or_default();
        let own = PER_ADDRESS.take(own, now)?;
        self.overall = OVERALL.take(self.overall, now)?;
        self.callers.insert(caller, own);
        Ok(())
    }

    fn give_back(&mut self, caller: Caller) {
        self.overall = self.overall.saturating_sub(OVERALL.interval);
        if let Some(spent) = self.callers.get_mut(&caller) {
            *spent = spent.saturating_sub(PER_ADDRESS.interval);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(last: u8) -> Caller {
        Caller::at(std::net::IpAddr::from([10, 0, 0, last]))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn five_wrong_codes_then_one_a_minute_and_addresses_do_not_share() {
        let mut spent = Spent::default();
        let begin = seconds(1_000);
        for _ in 0..ADDRESS_BURST {
            assert_eq!(spent.take(at(1), begin), Ok(()));
        }
        assert_eq!(spent.take(at(1), begin), Err(seconds(60)));
        assert_eq!(spent.take(at(1), begin + seconds(59)), Err(seconds(1)));
        assert_eq!(spent.take(at(2), begin), Ok(()));
        assert_eq!(spent.take(at(1), begin + seconds(60)), Ok(()));
        assert_eq!(
            spent.take(at(1), begin + seconds(60)),
            Err(seconds(60)),
            "one, not more"
        );
    }

    #[test]
    fn a_right_code_costs_nothing() {
        let mut spent = Spent::default();
        for _ in 0..1_000 {
            assert_eq!(spent.take(at(1), seconds(5)), Ok(()));
            spent.give_back(at(1));
        }
    }

    #[test]
    fn all_addresses_together_are_limited_too_and_forgotten_in_time() {
        let mut spent = Spent::default();
        let taken = (0..=u8::MAX)
            .filter(|last| spent.take(at(*last), seconds(0)).is_ok())
            .count();
        assert_eq!(taken, OVERALL_BURST as usize);
        assert_eq!(spent.take(at(200), seconds(1)), Ok(()));
        for number in 0..ADDRESSES_MAX {
            let address = std::net::Ipv4Addr::from_bits(u32::try_from(number).expect("small"));
            spent.callers.insert(Caller::at(address.into()), seconds(2));
        }
        spent.take(at(9), seconds(500)).expect("long ago");
        assert_eq!(spent.callers.len(), 1);
    }
}
