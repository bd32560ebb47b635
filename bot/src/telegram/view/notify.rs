//! `/notify`: what a reader hears, as text and buttons.

use i18n_embed_fl::fl;
use jiff::tz::TimeZone;
use waiaas_daemon_core::console::preferences::{ADJUSTABLE, Mode, Preferences};
use waiaas_daemon_core::console::summary::Schedule;

use super::html::escape;
use super::{Choice, Page, Reader, View, shorten};
use crate::telegram::action::{Action, NotifyStep};

const HOURS: i32 = 24;
const HOURS_PER_ROW: usize = 6;
const MINUTES_PER_HOUR: i32 = 60;

/// Zones to tap, from west to east; any other one can be written.
const ZONES: [&str; 40] = [
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/Mexico_City",
    "America/New_York",
    "America/Toronto",
    "America/Bogota",
    "America/Halifax",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Atlantic/Azores",
    "UTC",
    "Europe/London",
    "Africa/Lagos",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Africa/Johannesburg",
    "Africa/Cairo",
    "Europe/Athens",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Africa/Nairobi",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Noumea",
    "Pacific/Auckland",
];

fn button(label: impl Into<String>, step: NotifyStep) -> Choice {
    Choice::new(label, Action::Notify { step })
}

fn back(reader: &Reader) -> Choice {
    let label = fl!(reader.texts, "console-button-back");
    button(label, NotifyStep::Overview { page: 0 })
}

/// What arrives how, and buttons to change it.
pub(in crate::telegram) fn overview(
    reader: &Reader,
    wants: &Preferences,
    summary: Option<&Schedule>,
    page: usize,
) -> View {
    let events = Page::of(&ADJUSTABLE, page);
    let zone = reader.zone.iana_name().unwrap_or("UTC");
    let mut lines = vec![
        fl!(reader.texts, "console-notify-title"),
        fl!(reader.texts, "console-notify-legend"),
        fl!(reader.texts, "console-notify-critical"),
        String::new(),
    ];
    lines.push(match wants.quiet {
        Some(quiet) => fl!(
            reader.texts,
            "console-notify-quiet",
            from = clock(quiet.from_minute),
            to = clock(quiet.to_minute)
        ),
        None => fl!(reader.texts, "console-notify-no-quiet"),
    });
    lines.push(match summary {
        Some(wish) => fl!(
            reader.texts,
            "console-notify-summary",
            at = clock(wish.minute)
        ),
        None => fl!(reader.texts, "console-notify-no-summary"),
    });
    lines.push(fl!(
        reader.texts,
        "console-notify-zone",
        zone = zone,
        hour = reader.hour(reader.now)
    ));
    let mut view = View::text(lines.join("\n"));
    for event in events.rows {
        let mode = wants.mode(event);
        let label = format!("{} {}", sign(mode), event_name(reader, event));
        let step = NotifyStep::SetMode {
            event: (*event).to_owned(),
            mode: mode.next(event),
            page: events.number,
        };
        view = view.row([button(label, step)]);
    }
    let turners = events.turners(|page| Action::Notify {
        step: NotifyStep::Overview { page },
    });
    if !turners.is_empty() {
        view = view.row(turners);
    }
    view.row([
        button(
            fl!(reader.texts, "console-button-quiet-hours"),
            NotifyStep::AskFrom,
        ),
        button(
            fl!(reader.texts, "console-button-summary"),
            NotifyStep::AskSummary,
        ),
        button(
            fl!(reader.texts, "console-button-time-zone"),
            NotifyStep::AskZone { page: 0 },
        ),
    ])
}

const fn sign(mode: Mode) -> &'static str {
    match mode {
        Mode::On => "🔔",
        Mode::Silent => "🔕",
        Mode::Off => "🚫",
    }
}

fn event_name(reader: &Reader, code: &str) -> String {
    match code {
        "SESSION_CREATED" => fl!(reader.texts, "notify-session-created"),
        "SESSION_CLAIMED" => fl!(reader.texts, "notify-session-claimed"),
        "SESSION_RENEWED" => fl!(reader.texts, "notify-session-renewed"),
        "SESSION_RENEWAL_REJECTED" => fl!(reader.texts, "notify-session-renewal-rejected"),
        "SESSION_REVOKED" => fl!(reader.texts, "notify-session-revoked"),
        "SESSION_EXPIRING_SOON" => fl!(reader.texts, "notify-session-expiring-soon"),
        "SESSION_EXPIRED" => fl!(reader.texts, "notify-session-expired"),
        "KILL_SWITCH_RECOVERED" => fl!(reader.texts, "notify-kill-switch-recovered"),
        "OPERATOR_REMOVED" => fl!(reader.texts, "notify-operator-removed"),
        "POWER_ADDED" => fl!(reader.texts, "notify-power-added"),
        other => other.to_owned(),
    }
}

/// `22:00`.
fn clock(minute: i32) -> String {
    format!(
        "{:02}:{:02}",
        minute / MINUTES_PER_HOUR,
        minute % MINUTES_PER_HOUR
    )
}

fn hours(mut view: View, choices: Vec<Choice>) -> View {
    let mut choices = choices.into_iter().peekable();
    while choices.peek().is_some() {
        view = view.row(choices.by_ref().take(HOURS_PER_ROW));
    }
    view
}

/// From when?
pub(in crate::telegram) fn ask_from(reader: &Reader, set: bool) -> View {
    let choice = |from: i32| button(clock(from * MINUTES_PER_HOUR), NotifyStep::AskTo { from });
    let text = View::text(fl!(reader.texts, "console-notify-ask-from"));
    let mut last = vec![back(reader)];
    if set {
        let label = fl!(reader.texts, "console-button-no-quiet");
        last.insert(0, button(label, NotifyStep::NoQuiet));
    }
    hours(text, (0..HOURS).map(choice).collect()).row(last)
}

/// Until when?
pub(in crate::telegram) fn ask_to(reader: &Reader, from: i32) -> View {
    let choice = |to: i32| {
        button(
            clock(to * MINUTES_PER_HOUR),
            NotifyStep::SetQuiet { from, to },
        )
    };
    let text = fl!(
        reader.texts,
        "console-notify-ask-to",
        from = clock(from * MINUTES_PER_HOUR)
    );
    // The hours in the order in which they come.
    let others = (1..HOURS).map(|later| (from + later) % HOURS);
    hours(View::text(text), others.map(choice).collect()).row([back(reader)])
}

/// At which hour shall the daily summary come?
pub(in crate::telegram) fn ask_summary(reader: &Reader, set: bool) -> View {
    let choice = |hour: i32| {
        button(
            clock(hour * MINUTES_PER_HOUR),
            NotifyStep::SetSummary { hour },
        )
    };
    let text = View::text(fl!(reader.texts, "console-notify-ask-summary"));
    let mut last = vec![back(reader)];
    if set {
        let label = fl!(reader.texts, "console-button-no-summary");
        last.insert(0, button(label, NotifyStep::NoSummary));
    }
    hours(text, (0..HOURS).map(choice).collect()).row(last)
}

/// Which time zone? A page of them with the time that it is there.
pub(in crate::telegram) fn ask_zone(reader: &Reader, page: usize) -> View {
    let zones = Page::of(&ZONES, page);
    let mut view = View::text(fl!(reader.texts, "console-notify-ask-zone"));
    for name in zones.rows {
        let mut there = reader.clone();
        there.zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
        let label = format!("{} · {}", there.hour(reader.now), place(name));
        let zone = (*name).to_owned();
        view = view.row([button(label, NotifyStep::SetZone { zone })]);
    }
    let mut last = zones.turners(|page| Action::Notify {
        step: NotifyStep::AskZone { page },
    });
    last.push(back(reader));
    view.row(last)
}

/// `America/Sao_Paulo` as it fits on a button.
fn place(zone: &str) -> String {
    zone.replace('_', " ")
}

/// No time zone has this name.
pub(in crate::telegram) fn unknown_zone(reader: &Reader, name: &str) -> View {
    let name = escape(&shorten(name));
    View::text(fl!(
        reader.texts,
        "console-notify-unknown-zone",
        name = name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_that_is_offered_exists_under_its_name() {
        for name in ZONES {
            let zone = TimeZone::get(name).expect("a zone of the list");
            assert_eq!(zone.iana_name(), Some(name));
        }
    }
}
