//! The daily summary in words.

use i18n_embed_fl::fl;
use waiaas_daemon_core::console::summary::{Facts, Upcoming};

use super::html::escape;
use super::{Reader, View};

/// What the last day was like.
pub(in crate::telegram) fn view(reader: &Reader, facts: &Facts) -> View {
    let mut lines = vec![
        fl!(reader.texts, "console-summary-title"),
        fl!(
            reader.texts,
            "console-summary-sessions",
            live = facts.live_sessions,
            created = facts.created,
            revoked = facts.revoked,
            expired = facts.expired
        ),
        fl!(
            reader.texts,
            "console-summary-renewals",
            count = facts.renewed
        ),
    ];
    if let Some(Upcoming { agent_name, at }) = &facts.next_expiry {
        lines.push(fl!(
            reader.texts,
            "console-summary-next-expiry",
            agent = escape(agent_name),
            when = reader.moment(*at)
        ));
    }
    if let Some(Upcoming { agent_name, at }) = &facts.next_end {
        lines.push(fl!(
            reader.texts,
            "console-summary-next-end",
            agent = escape(agent_name),
            when = reader.moment(*at)
        ));
    }
    let unusual = unusual(reader, facts);
    if unusual.is_empty() {
        lines.push(fl!(reader.texts, "console-summary-nothing-unusual"));
    }
    lines.extend(unusual);
    View::text(lines.join("\n"))
}

fn unusual(reader: &Reader, facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    if facts.kill_switch {
        lines.push(fl!(reader.texts, "console-summary-kill-switch"));
    }
    if facts.reused > 0 {
        let count = facts.reused;
        lines.push(fl!(reader.texts, "console-summary-reused", count = count));
    }
    if facts.refused > 0 {
        let count = facts.refused;
        lines.push(fl!(reader.texts, "console-summary-refused", count = count));
    }
    if facts.given_up > 0 {
        let count = facts.given_up;
        lines.push(fl!(reader.texts, "console-summary-given-up", count = count));
    }
    lines
}
