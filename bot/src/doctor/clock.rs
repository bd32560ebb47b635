//! This program's clock against the daemon's, and against what the database has already seen:
//! sessions live and die by it.

use i18n_embed_fl::fl;
use waiaas_protocol::time::Timestamp;

use super::{Check, Findings, Machine, Severity};
use crate::cli::{Texts, spell};

/// Up to this nobody notices: answers carry whole seconds.
const FINE_S: i64 = 2;
/// Beyond this a renewal may come too early or too late.
const NOTE_S: i64 = 30;
/// Beyond this sessions end at wrong times.
const WARNING_S: i64 = 300;
/// What sets a machine's clock.
const MEND: &str = if cfg!(target_os = "macos") {
    "sudo sntp -sS time.apple.com"
} else {
    "sudo timedatectl set-ntp true"
};

/// One look at both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    /// When the answer was made, by the daemon's clock.
    pub(super) daemon: Timestamp,
    /// The same moment, by ours.
    pub(super) here: Timestamp,
}

impl Sighting {
    /// The answer was made about halfway between question and answer.
    pub(super) fn new(asked_ms: i64, answered_ms: i64, daemon: Timestamp) -> Self {
        let here_s = asked_ms.midpoint(answered_ms).div_euclid(1_000);
        Self {
            daemon,
            here: Timestamp(here_s),
        }
    }
}

/// `newest_at` is the time of the newest audit entry.
pub(super) fn examine(
    machine: &Machine<'_>,
    sighting: Option<Sighting>,
    newest_at: Option<Timestamp>,
) -> Findings {
    let texts = machine.texts;
    let mut findings = Findings::of(Check::Clock);
    match sighting {
        Some(sighting) => against_daemon(texts, sighting, &mut findings),
        None => findings.not_checked(texts, &fl!(texts, "cli-doctor-skip-daemon")),
    }
    let here = Timestamp(machine.clock.now_s());
    if let Some(newest) = newest_at {
        against_record(texts, here, newest, &mut findings);
    }
    findings
}

fn against_daemon(texts: &Texts, sighting: Sighting, findings: &mut Findings) {
    let ahead_s = sighting.daemon.unix_s() - sighting.here.unix_s();
    let severity = judge(ahead_s.abs());
    let span = spell(ahead_s.abs());
    let daemon = sighting.daemon.to_string();
    let what = match (severity, ahead_s) {
        (Severity::Ok, _) => fl!(texts, "cli-doctor-clock-ok", time = daemon),
        (_, 0..) => fl!(texts, "cli-doctor-clock-ahead", span = span, time = daemon),
        (_, ..0) => fl!(texts, "cli-doctor-clock-behind", span = span, time = daemon),
    };
    let mend = (severity > Severity::Ok).then(|| MEND.to_owned());
    findings.add(severity, what, mend);
}

/// A machine whose clock went back finds entries from its own future.
fn against_record(texts: &Texts, here: Timestamp, newest: Timestamp, findings: &mut Findings) {
    let back_s = newest.unix_s() - here.unix_s();
    let severity = judge(back_s.max(0));
    if severity > Severity::Ok {
        let what = fl!(
            texts,
            "cli-doctor-clock-back",
            newest = newest.to_string(),
            time = here.to_string()
        );
        findings.add(severity, what, Some(MEND.to_owned()));
    }
}

const fn judge(apart_s: i64) -> Severity {
    if apart_s <= FINE_S {
        Severity::Ok
    } else if apart_s <= NOTE_S {
        Severity::Note
    } else if apart_s <= WARNING_S {
        Severity::Warning
    } else {
        Severity::Serious
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    #[test]
    fn the_further_apart_the_worse_in_both_directions() {
        use Severity::{Note, Ok, Serious, Warning};
        let texts = cli::texts_in_english();
        for (apart_s, expected) in [
            (0, Ok),
            (2, Ok),
            (3, Note),
            (30, Note),
            (31, Warning),
            (300, Warning),
            (301, Serious),
        ] {
            for sign in [1, -1] {
                let mut findings = Findings::of(Check::Clock);
                let sighting = Sighting {
                    daemon: Timestamp(1_000_000 + sign * apart_s),
                    here: Timestamp(1_000_000),
                };
                against_daemon(&texts, sighting, &mut findings);
                assert_eq!(findings.severities(), [expected], "{sign} {apart_s}");
            }
        }
    }

    #[test]
    fn only_a_record_from_the_future_says_that_the_clock_went_back() {
        let texts = cli::texts_in_english();
        for (newest, expected) in [
            (-9_999, vec![]),
            (2, vec![]),
            (40, vec![Severity::Warning]),
            (9_999, vec![Severity::Serious]),
        ] {
            let mut findings = Findings::of(Check::Clock);
            against_record(&texts, Timestamp(0), Timestamp(newest), &mut findings);
            assert_eq!(findings.severities(), expected, "{newest}");
        }
    }

    #[test]
    fn a_slow_answer_is_compared_with_the_middle_of_the_wait() {
        let sighting = Sighting::new(10_000, 14_999, Timestamp(12));
        assert_eq!(sighting.here, Timestamp(12));
    }
}
