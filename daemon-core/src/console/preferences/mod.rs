//! What a reader of the console wants to hear, and when without a sound (CONSOLE.md,
//! `/notify`). Pure; SQL is in `repo`. CRITICAL is not theirs to choose.

pub mod repo;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::notify::event::{Event, Level};

const MINUTES_PER_HOUR: i32 = 60;

/// Events that a reader may choose about; CRITICAL ones always come through. In the order in
/// which they are offered.
pub const ADJUSTABLE: [&str; 10] = [
    "SESSION_CREATED",
    "SESSION_CLAIMED",
    "SESSION_RENEWED",
    "SESSION_RENEWAL_REJECTED",
    "SESSION_REVOKED",
    "SESSION_EXPIRING_SOON",
    "SESSION_EXPIRED",
    "KILL_SWITCH_RECOVERED",
    "OPERATOR_REMOVED",
    "POWER_ADDED",
];

/// What adds power, or takes the console away, is always told (PROTOCOL.md section 6): it can
/// be silent, not off.
const ALWAYS_TOLD: [&str; 5] = [
    "SESSION_CREATED",
    "SESSION_CLAIMED",
    "KILL_SWITCH_RECOVERED",
    "OPERATOR_REMOVED",
    "POWER_ADDED",
];

/// Whether an event can be switched off.
#[must_use]
pub fn may_be_off(code: &str) -> bool {
    !ALWAYS_TOLD.contains(&code)
}

/// How an event arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// With a sound.
    On,
    /// Without a sound.
    Silent,
    /// Not at all.
    Off,
}

impl Mode {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Silent => "silent",
            Self::Off => "off",
        }
    }

    /// A stored mode; one that this version does not know is heard.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        match text {
            "silent" => Self::Silent,
            "off" => Self::Off,
            _ => Self::On,
        }
    }

    /// Unless a reader chooses: renewals that go as planned arrive without a sound.
    #[must_use]
    pub fn first(code: &str) -> Self {
        if code == "SESSION_RENEWED" {
            Self::Silent
        } else {
            Self::On
        }
    }

    /// The one that another tap makes of it.
    #[must_use]
    pub fn next(self, code: &str) -> Self {
        match self {
            Self::On => Self::Silent,
            Self::Silent if may_be_off(code) => Self::Off,
            Self::Silent | Self::Off => Self::On,
        }
    }
}

/// Every day from one hour of the reader's clock to another, which may be past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// Minutes of the day.
    pub from_minute: i32,
    /// Minutes of the day; this minute is loud again.
    pub to_minute: i32,
}

impl QuietHours {
    /// From one full hour to another.
    #[must_use]
    pub const fn of_hours(from: i32, to: i32) -> Self {
        Self {
            from_minute: from * MINUTES_PER_HOUR,
            to_minute: to * MINUTES_PER_HOUR,
        }
    }

    /// Whether a moment, Unix seconds, lies in them. The wall clock counts: an hour that is
    /// skipped in spring is missing from them, one that comes twice in autumn counts twice.
    #[must_use]
    pub fn contains(self, at: i64, zone: &TimeZone) -> bool {
        let moment = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let clock = zone.to_datetime(moment);
        let minute = i32::from(clock.hour()) * MINUTES_PER_HOUR + i32::from(clock.minute());
        let Self {
            from_minute,
            to_minute,
        } = self;
        if from_minute <= to_minute {
            (from_minute..to_minute).contains(&minute)
        } else {
            minute >= from_minute || minute < to_minute
        }
    }
}

/// What one reader has chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// By event; what is not here is as at first.
    pub modes: BTreeMap<String, Mode>,
    /// Absent: every hour is loud.
    pub quiet: Option<QuietHours>,
}

impl Preferences {
    /// What was chosen for an event.
    #[must_use]
    pub fn mode(&self, code: &str) -> Mode {
        let chosen = self.modes.get(code).copied();
        let mode = chosen.unwrap_or_else(|| Mode::first(code));
        if mode == Mode::Off && !may_be_off(code) {
            Mode::Silent
        } else {
            mode
        }
    }

    /// How an event arrives now. In quiet hours nothing is held back, it only makes no sound. A
    /// test of a channel was asked for on purpose, and is heard.
    #[must_use]
    pub fn delivery(&self, event: &Event, zone: &TimeZone, now: i64) -> Mode {
        if event.level() == Level::Critical || event.only_channel().is_some() {
            return Mode::On;
        }
        match self.mode(event.code()) {
            Mode::On if self.quiet.is_some_and(|quiet| quiet.contains(now, zone)) => Mode::Silent,
            mode => mode,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    fn quiet_at(hours: QuietHours, zone: &str, moments: &[&str]) -> Vec<bool> {
        let zone = TimeZone::get(zone).unwrap();
        let quiet = |moment: &&str| hours.contains(at(moment), &zone);
        moments.iter().map(quiet).collect()
    }

    #[test]
    fn quiet_hours_begin_and_end_on_the_minute_and_pass_midnight() {
        let night = QuietHours::of_hours(22, 7);
        let seoul = [
            "2026-02-08T12:59:59Z",
            "2026-02-08T13:00:00Z",
            "2026-02-08T15:00:00Z",
            "2026-02-08T21:59:59Z",
            "2026-02-08T22:00:00Z",
        ];
        let found = quiet_at(night, "Asia/Seoul", &seoul);
        assert_eq!(found, [false, true, true, true, false]);
        let noon = QuietHours::of_hours(12, 14);
        let utc = [
            "2026-02-08T11:59:59Z",
            "2026-02-08T12:00:00Z",
            "2026-02-08T14:00:00Z",
            "2026-02-08T00:00:00Z",
        ];
        assert_eq!(quiet_at(noon, "UTC", &utc), [false, true, false, false]);
    }

    #[test]
    fn quiet_hours_follow_the_wall_clock_when_it_is_changed() {
        let night = QuietHours::of_hours(22, 7);
        // 2026-03-29, 02:00 becomes 03:00: seven o'clock is an hour earlier than the day before.
        let spring = ["2026-03-28T05:30:00Z", "2026-03-29T05:30:00Z"];
        assert_eq!(quiet_at(night, "Europe/Berlin", &spring), [true, false]);
        // 2026-10-25, 03:00 becomes 02:00: both hours from two to three are quiet.
        let early = QuietHours::of_hours(2, 3);
        let autumn = [
            "2026-10-24T23:59:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z",
        ];
        let found = quiet_at(early, "Europe/Berlin", &autumn);
        assert_eq!(found, [false, true, true, false]);
        // The hour that is skipped is nowhere.
        let skipped = ["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z"];
        assert_eq!(quiet_at(early, "Europe/Berlin", &skipped), [false, false]);
    }

    #[test]
    fn critical_events_are_not_theirs_to_choose() {
        let mut wants = Preferences {
            quiet: Some(QuietHours::of_hours(0, 23)),
            ..Preferences::default()
        };
        for code in ["KILL_SWITCH_ACTIVATED", "KILL_SWITCH_RECOVERED"] {
            wants.modes.insert(code.to_owned(), Mode::Off);
        }
        let now = at("2026-02-08T10:00:00Z");
        let by = "x".to_owned();
        let on = Event::KillSwitchActivated {
            by: by.clone(),
            revoked_sessions: 0,
            at: now,
        };
        assert_eq!(wants.delivery(&on, &TimeZone::UTC, now), Mode::On);
        let off = Event::KillSwitchRecovered { by, at: now };
        assert_eq!(wants.delivery(&off, &TimeZone::UTC, now), Mode::Silent);
    }

    #[test]
    fn a_test_of_a_channel_is_heard_whatever_was_chosen() {
        let mut wants = Preferences {
            quiet: Some(QuietHours::of_hours(0, 23)),
            ..Preferences::default()
        };
        wants.modes.insert("CHANNEL_TEST".to_owned(), Mode::Off);
        let now = at("2026-02-08T10:00:00Z");
        let test = Event::ChannelTest {
            channel: "telegram".to_owned(),
            by: "x".to_owned(),
            at: now,
        };
        assert_eq!(wants.delivery(&test, &TimeZone::UTC, now), Mode::On);
    }

    #[test]
    fn taps_go_round_and_what_adds_power_is_never_off() {
        let round = |code: &str| {
            let mut seen = vec![Mode::On];
            while seen.len() < 4 {
                seen.push(seen[seen.len() - 1].next(code));
            }
            seen
        };
        use Mode::{Off, On, Silent};
        assert_eq!(round("SESSION_EXPIRED"), [On, Silent, Off, On]);
        assert_eq!(round("POWER_ADDED"), [On, Silent, On, Silent]);
    }
}
