//! Moments and spans in the reader's language and time zone.

use i18n_embed_fl::fl;
use jiff::Timestamp;

use super::Reader;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;
const BAR_CELLS: i64 = 10;

impl Reader {
    /// `2026-02-08 19:26 (in 6 h)`.
    pub(in crate::telegram) fn moment(&self, at: i64) -> String {
        let date = self.clock_text(at, "%Y-%m-%d %H:%M");
        fl!(
            self.texts,
            "console-moment",
            date = date,
            relative = self.relative(at)
        )
    }

    /// `19:26`.
    pub(in crate::telegram) fn hour(&self, at: i64) -> String {
        self.clock_text(at, "%H:%M")
    }

    fn clock_text(&self, at: i64, format: &str) -> String {
        let moment = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
        moment
            .to_zoned(self.zone.clone())
            .strftime(format)
            .to_string()
    }

    /// `in 6 h` or `6 h ago`.
    pub(in crate::telegram) fn relative(&self, at: i64) -> String {
        let seconds = at - self.now;
        if seconds > 0 {
            fl!(self.texts, "console-in", span = self.span(seconds))
        } else if seconds > -MINUTE_S {
            fl!(self.texts, "console-just-now")
        } else {
            fl!(self.texts, "console-ago", span = self.span(-seconds))
        }
    }

    /// `6 d`, `6 h`, `6 min`: the largest unit of which there are at least two, else a finer
    /// one, rounded down.
    pub(in crate::telegram) fn span(&self, seconds: i64) -> String {
        let (days, hours, minutes) = (seconds / DAY_S, seconds / HOUR_S, seconds / MINUTE_S);
        if days >= 2 {
            fl!(self.texts, "console-days", count = days)
        } else if hours >= 2 {
            fl!(self.texts, "console-hours", count = hours)
        } else {
            fl!(self.texts, "console-minutes", count = minutes.max(1))
        }
    }

    /// A duration that was configured, exactly: `7 d`, `1 h`, `5 min`.
    pub(in crate::telegram) fn duration(&self, seconds: i64) -> String {
        let (count, key) = if seconds % DAY_S == 0 {
            (seconds / DAY_S, DAY_S)
        } else if seconds % HOUR_S == 0 {
            (seconds / HOUR_S, HOUR_S)
        } else if seconds % MINUTE_S == 0 {
            (seconds / MINUTE_S, MINUTE_S)
        } else {
            (seconds, 1)
        };
        match key {
            DAY_S => fl!(self.texts, "console-days", count = count),
            HOUR_S => fl!(self.texts, "console-hours", count = count),
            MINUTE_S => fl!(self.texts, "console-minutes", count = count),
            _ => fl!(self.texts, "console-seconds", count = count),
        }
    }
}

/// Time left as a bar of ten cells.
pub(in crate::telegram) fn bar(left_s: i64, whole_s: i64) -> String {
    let whole = whole_s.max(1);
    let full = (left_s.clamp(0, whole) * BAR_CELLS + whole - 1) / whole;
    (0..BAR_CELLS)
        .map(|cell| if cell < full { '▰' } else { '▱' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Words;
    use super::*;
    use waiaas_daemon_core::config::Language;

    const NOW: i64 = 1_770_546_385; // 2026-02-08T10:26:25Z

    fn reader(language: Language, zone: &str) -> Reader {
        Reader::new(&Words::load(), language, zone, NOW)
    }

    #[test]
    fn moments_are_local_and_relative() {
        let english = reader(Language::En, "UTC");
        assert_eq!(
            english.moment(NOW + 6 * HOUR_S),
            "2026-02-08 16:26 (in 6 h)"
        );
        assert_eq!(english.moment(NOW - 10), "2026-02-08 10:26 (just now)");
        let korean = reader(Language::Ko, "Asia/Seoul");
        assert_eq!(
            korean.moment(NOW + 6 * HOUR_S),
            "2026-02-09 01:26 (6시간 후)"
        );
        assert_eq!(reader(Language::En, "No/Where").hour(NOW), "10:26");
    }

    #[test]
    fn spans_keep_two_of_a_unit() {
        let english = reader(Language::En, "UTC");
        assert_eq!(english.span(7 * DAY_S), "7 d");
        assert_eq!(english.span(36 * HOUR_S), "36 h");
        assert_eq!(english.span(90 * MINUTE_S), "90 min");
        assert_eq!(english.span(5), "1 min");
        assert_eq!(english.duration(604_800), "7 d");
        assert_eq!(english.duration(301), "301 s");
    }

    #[test]
    fn the_bar_is_full_at_first_and_empty_at_the_end() {
        assert_eq!(bar(100, 100), "▰▰▰▰▰▰▰▰▰▰");
        assert_eq!(bar(1, 100), "▰▱▱▱▱▱▱▱▱▱");
        assert_eq!(bar(0, 100), "▱▱▱▱▱▱▱▱▱▱");
        assert_eq!(bar(-5, 0), "▱▱▱▱▱▱▱▱▱▱");
    }
}
