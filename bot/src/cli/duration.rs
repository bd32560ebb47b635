//! Spans of time as people type and read them.

use i18n_embed_fl::fl;
use waiaas_protocol::time::Timestamp;

use super::texts::Texts;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// Reads `90`, `90s`, `30m`, `12h` or `7d` as seconds. The range is the daemon's to judge.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit_s = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => MINUTE_S,
        "h" => HOUR_S,
        "d" => DAY_S,
        _ => 0,
    };
    let number = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse::<i64>());
    match number {
        Some(Ok(number)) if unit_s > 0 => number.checked_mul(unit_s),
        _ => None,
    }
    .ok_or_else(|| "expected seconds, or a number with s, m, h or d, such as 12h".to_owned())
}

/// The two largest units: `6d 23h`, `59m 1s`.
pub(crate) fn spell(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let parts = [
        (seconds / DAY_S, "d"),
        (seconds % DAY_S / HOUR_S, "h"),
        (seconds % HOUR_S / MINUTE_S, "m"),
        (seconds % MINUTE_S, "s"),
    ];
    let from = parts
        .iter()
        .position(|(number, _)| *number > 0)
        .unwrap_or(parts.len() - 1);
    let shown = parts[from..]
        .iter()
        .take(2)
        .filter(|(number, _)| *number > 0 || seconds == 0);
    shown
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// `in 6d 23h` or `3h 5m ago`.
pub(super) fn relative(texts: &Texts, now: Timestamp, moment: Timestamp) -> String {
    let ahead_s = moment.unix_s() - now.unix_s();
    match ahead_s {
        1.. => fl!(texts, "cli-time-ahead", span = spell(ahead_s)),
        _ => fl!(texts, "cli-time-ago", span = spell(-ahead_s)),
    }
}

/// The moment, and how far away it is.
pub(crate) fn moment(texts: &Texts, now: Timestamp, moment: Timestamp) -> String {
    format!("{moment} ({})", relative(texts, now, moment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_every_unit_and_nothing_else() {
        for (text, seconds) in [
            ("0", 0),
            ("300", 300),
            ("90s", 90),
            ("30m", 1800),
            ("12h", 43_200),
            ("7d", 604_800),
        ] {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "d",
            "-5",
            "1.5h",
            "1w",
            "7 d",
            "h7",
            "1h30m",
            "99999999999999999999",
            "9223372036854775807d",
            "७d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_are_spelt_in_their_two_largest_units() {
        for (seconds, text) in [
            (-5, "0s"),
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3599, "59m 59s"),
            (3600, "1h"),
            (3601, "1h"),
            (604_799, "6d 23h"),
            (2_592_000, "30d"),
        ] {
            assert_eq!(spell(seconds), text);
        }
    }
}
