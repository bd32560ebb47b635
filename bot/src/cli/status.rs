//! `waiaas status`: what the daemon is doing.

use i18n_embed_fl::fl;
use waiaas_protocol::wire::{ChannelHealth, KillSwitchBody, StatusBody};

use super::context::Context;
use super::duration::{moment, relative, spell};
use super::output::Rows;
use super::texts::Texts;
use crate::report::Outcome;
use crate::words;

/// What the daemon is doing.
#[derive(Debug, clap::Args)]
pub(super) struct Status {}

impl Status {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let status: StatusBody = context.client()?.get("/status").await?;
        context
            .output
            .show(&status, || facts(&context.texts, &status))
    }
}

fn facts(texts: &Texts, status: &StatusBody) -> Rows {
    let now = status.server_time;
    let mut rows = vec![
        (
            fl!(texts, "cli-status-version"),
            Some(status.version.clone()),
        ),
        (
            fl!(texts, "cli-status-uptime"),
            Some(spell(status.uptime_s)),
        ),
        (fl!(texts, "cli-status-listen"), Some(status.listen.clone())),
        (
            fl!(texts, "cli-head-sessions"),
            Some(status.live_sessions.to_string()),
        ),
        (
            fl!(texts, "cli-status-next-expiry"),
            status.next_expiry_at.map(|at| moment(texts, now, at)),
        ),
        (
            fl!(texts, "cli-status-outbox"),
            Some(status.outbox_depth.to_string()),
        ),
        (
            fl!(texts, "cli-status-dead-letters"),
            Some(status.dead_letters.to_string()),
        ),
        (
            fl!(texts, "cli-status-operators"),
            Some(status.operators.to_string()),
        ),
        (
            fl!(texts, "cli-status-kill-switch"),
            Some(kill_switch(texts, &status.kill_switch)),
        ),
        (
            fl!(texts, "cli-status-frozen"),
            status.frozen_since.map(|at| {
                fl!(
                    texts,
                    "cli-status-frozen-since",
                    since = moment(texts, now, at)
                )
            }),
        ),
    ];
    rows.extend(status.channels.iter().map(|channel| {
        (
            words::channel(texts, &channel.channel),
            Some(channel_state(texts, status, channel)),
        )
    }));
    Rows::facts(rows)
}

fn channel_state(texts: &Texts, status: &StatusBody, channel: &ChannelHealth) -> String {
    let mut state = words::channel_state(texts, &channel.state);
    if let Some(at) = channel.last_ok_at.filter(|_| channel.state != "ok") {
        let since = relative(texts, status.server_time, at);
        state.push_str(&format!(
            " ({})",
            fl!(texts, "cli-status-last-ok", since = since)
        ));
    }
    if let Some(problem) = words::channel_problem(texts, channel) {
        state.push_str(&format!(": {problem}"));
    }
    state
}

/// One line about the kill switch.
pub(super) fn kill_switch(texts: &Texts, body: &KillSwitchBody) -> String {
    match body.active {
        false => fl!(texts, "cli-killswitch-is-off"),
        true => fl!(
            texts,
            "cli-killswitch-is-on",
            since = body.since.map(|at| at.to_string()).unwrap_or_default(),
            by = words::who_exactly(texts, body.by.as_deref().unwrap_or_default())
        ),
    }
}
