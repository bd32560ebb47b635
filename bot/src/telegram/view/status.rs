//! `/status`.

use i18n_embed_fl::fl;
use waiaas_protocol::wire::{ChannelHealth, StatusBody};

use super::alert::who;
use super::html::escape;
use super::{Reader, View};
use crate::words;

/// How the system is doing.
pub(in crate::telegram) fn view(reader: &Reader, status: &StatusBody) -> View {
    let mut lines = vec![
        fl!(
            reader.texts,
            "console-status-title",
            version = status.version.clone(),
            uptime = reader.span(status.uptime_s)
        ),
        String::new(),
        fl!(
            reader.texts,
            "console-status-sessions",
            count = status.live_sessions
        ),
    ];
    if let Some(next) = status.next_expiry_at {
        lines.push(fl!(
            reader.texts,
            "console-status-next",
            when = reader.moment(next.unix_s())
        ));
    }
    lines.push(fl!(
        reader.texts,
        "console-status-outbox",
        waiting = status.outbox_depth,
        dead = status.dead_letters
    ));
    lines.extend(status.channels.iter().map(|it| channel(reader, it)));
    lines.push(match &status.kill_switch.since {
        Some(since) => fl!(
            reader.texts,
            "console-status-kill-switch-on",
            by = who(reader, status.kill_switch.by.as_deref().unwrap_or_default()),
            when = reader.moment(since.unix_s())
        ),
        None => fl!(reader.texts, "console-status-kill-switch-off"),
    });
    if let Some(since) = status.frozen_since {
        lines.push(fl!(
            reader.texts,
            "console-status-frozen",
            when = reader.moment(since.unix_s())
        ));
    }
    View::text(lines.join("\n"))
}

fn channel(reader: &Reader, channel: &ChannelHealth) -> String {
    let name = escape(&words::channel(&reader.texts, &channel.channel));
    let state = escape(&words::channel_state(&reader.texts, &channel.state));
    match words::channel_problem(&reader.texts, channel) {
        Some(problem) => fl!(
            reader.texts,
            "console-status-channel-problem",
            channel = name,
            state = state,
            problem = escape(&problem)
        ),
        None => fl!(
            reader.texts,
            "console-status-channel",
            channel = name,
            state = state
        ),
    }
}
