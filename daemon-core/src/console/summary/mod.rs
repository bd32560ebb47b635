//! The daily summary that a reader may ask for in `/notify`: when it is due, and what
//! it says. Pure; SQL is in `repo`, the use case in `service`.

pub mod repo;
pub mod service;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MINUTES_PER_HOUR: i32 = 60;
/// A summary tells of so many seconds.
pub const DAY_S: i64 = 86_400;

/// A reader's wish for a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Minutes of the day, by the reader's clock.
    pub minute: i32,
    /// The last day, by the reader's calendar, that needs none any more: `2026-02-08`.
    pub told_day: Option<String>,
}

impl Schedule {
    /// From now on every day at a full hour. Where that hour is over today, the first one comes
    /// tomorrow.
    #[must_use]
    pub fn from_now(hour: i32, zone: &TimeZone, now: i64) -> Self {
        let minute = hour * MINUTES_PER_HOUR;
        let clock = local(zone, now);
        let over = minute_of(clock) >= minute;
        Self {
            minute,
            told_day: over.then(|| clock.date().to_string()),
        }
    }

    /// The day for which a summary is due now. One that could not be told on its day is left
    /// out: the next one comes soon.
    #[must_use]
    pub fn due(&self, zone: &TimeZone, now: i64) -> Option<String> {
        let clock = local(zone, now);
        let today = clock.date().to_string();
        // Somebody who travels west may have been told of tomorrow. A day further ahead comes
        // from a clock that was wrong.
        let tomorrow = clock.date().tomorrow().map(|day| day.to_string());
        let told = self
            .told_day
            .as_ref()
            .is_some_and(|day| *day == today || tomorrow.as_ref().is_ok_and(|it| day == it));
        (minute_of(clock) >= self.minute && !told).then_some(today)
    }
}

fn local(zone: &TimeZone, at: i64) -> DateTime {
    zone.to_datetime(Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn minute_of(clock: DateTime) -> i32 {
    i32::from(clock.hour()) * MINUTES_PER_HOUR + i32::from(clock.minute())
}

/// An agent and a moment of its session, Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    /// By name.
    pub agent_name: String,
    /// When.
    pub at: i64,
}

/// What a summary says of the last [`DAY_S`] seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Facts {
    pub live_sessions: u64,
    pub created: u64,
    pub renewed: u64,
    pub revoked: u64,
    pub expired: u64,
    /// Signs of copied tokens and claim codes.
    pub reused: u64,
    /// Strangers and small roles that were refused, and wrong codes.
    pub refused: u64,
    /// Alerts that were given up.
    pub given_up: u64,
    pub kill_switch: bool,
    /// Whose token runs out first, unless it is renewed.
    pub next_expiry: Option<Upcoming>,
    /// Whose session ends for good first.
    pub next_end: Option<Upcoming>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn it_is_due_once_a_day_by_the_reader_s_clock() {
        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        // 19:26 in Seoul: nine o'clock is over today.
        let mut wish = Schedule::from_now(9, &seoul, at("2026-02-08T10:26:25Z"));
        assert_eq!(wish.due(&seoul, at("2026-02-08T14:59:59Z")), None);
        assert_eq!(wish.due(&seoul, at("2026-02-08T23:59:59Z")), None, "08:59");
        let due = wish.due(&seoul, at("2026-02-09T00:00:00Z"));
        assert_eq!(due.as_deref(), Some("2026-02-09"));
        wish.told_day = due;
        assert_eq!(wish.due(&seoul, at("2026-02-09T14:59:59Z")), None);
        let next = wish.due(&seoul, at("2026-02-10T03:00:00Z"));
        assert_eq!(next.as_deref(), Some("2026-02-10"), "late is better");
    }

    #[test]
    fn a_clock_that_once_ran_far_ahead_silences_nothing_and_a_journey_west_tells_nothing_twice() {
        let told = |day: &str| Schedule {
            minute: 540,
            told_day: Some(day.to_owned()),
        };
        let now = at("2026-02-08T10:26:25Z");
        assert!(told("2030-01-01").due(&TimeZone::UTC, now).is_some());
        assert!(told("2026-02-09").due(&TimeZone::UTC, now).is_none());
        assert!(told("2026-02-08").due(&TimeZone::UTC, now).is_none());
    }

    #[test]
    fn one_whose_hour_is_still_to_come_begins_today() {
        let wish = Schedule::from_now(21, &TimeZone::UTC, at("2026-02-08T10:26:25Z"));
        assert_eq!(wish.told_day, None);
        let due = wish.due(&TimeZone::UTC, at("2026-02-08T21:00:00Z"));
        assert_eq!(due.as_deref(), Some("2026-02-08"));
    }

    #[test]
    fn no_day_is_left_out_or_told_twice_when_the_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let mut wish = Schedule {
            minute: 150,
            told_day: None,
        };
        let mut told = Vec::new();
        // Every quarter of an hour over both nights on which clocks are changed.
        for first in ["2026-03-27T12:00:00Z", "2026-10-23T12:00:00Z"] {
            for step in 0..(4 * 24 * 3) {
                let now = at(first) + step * 900;
                if let Some(day) = wish.due(&berlin, now) {
                    told.push(day.clone());
                    wish.told_day = Some(day);
                }
            }
        }
        let days = [
            "2026-03-27",
            "2026-03-28",
            "2026-03-29",
            "2026-03-30",
            "2026-10-23",
            "2026-10-24",
            "2026-10-25",
            "2026-10-26",
        ];
        assert_eq!(told, days);
    }
}
