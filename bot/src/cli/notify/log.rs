//! `waiaas notify log`: what was told, and what became of it.

use clap::ValueEnum;
use i18n_embed_fl::fl;
use waiaas_protocol::wire::{
    DeliveryStatus, NotificationBody, NotificationPage, NotificationState,
};

use super::words::results;
use crate::cli::context::Context;
use crate::cli::output::Rows;
use crate::cli::texts::Texts;
use crate::report::Outcome;

/// So much of a session's id that it is one, as a command takes it.
const SHORT_ID_CHARS: usize = 18;

/// Which alerts to list.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Log {
    /// Only this event, such as SESSION_REVOKED
    #[arg(long, value_name = "CODE")]
    event: Option<String>,
    /// Only what this channel was asked to tell, or still may be
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Only what came to this, on that channel or on any
    #[arg(long, value_enum, value_name = "NAME")]
    status: Option<Status>,
    /// Only what was given up somewhere: as `--status dead`
    #[arg(long, conflicts_with = "status")]
    failed: bool,
    /// Only about this agent, by name or id
    #[arg(long)]
    agent: Option<String>,
    /// At most so many, 1 to 200
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Only those before this position: the next page
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
}

/// What became of an alert on a channel.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Accepted,
    Waiting,
    PassedOver,
    SwitchedOff,
    NoRecipient,
    Dead,
}

impl From<Status> for DeliveryStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Accepted => Self::Accepted,
            Status::Waiting => Self::Waiting,
            Status::PassedOver => Self::PassedOver,
            Status::SwitchedOff => Self::SwitchedOff,
            Status::NoRecipient => Self::NoRecipient,
            Status::Dead => Self::Dead,
        }
    }
}

impl Log {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let status = self.status.map(DeliveryStatus::from);
        let status = status.or(self.failed.then_some(DeliveryStatus::Dead));
        let query = [
            ("event", self.event),
            ("channel", self.channel),
            ("status", status.map(|status| status.as_str().to_owned())),
            ("agent", self.agent),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("before", self.before.map(|before| before.to_string())),
        ];
        let all = query[..4].iter().all(|(_, value)| value.is_none()) && query[5].1.is_none();
        let page: NotificationPage = context.client()?.query("/notifications", &query).await?;
        print(context, &page, all)
    }
}

fn print(context: &Context, page: &NotificationPage, all: bool) -> Outcome {
    let texts = &context.texts;
    let heading = [
        fl!(texts, "cli-head-seq"),
        fl!(texts, "cli-head-at"),
        fl!(texts, "cli-head-event"),
        fl!(texts, "cli-head-level"),
        fl!(texts, "cli-head-about"),
        fl!(texts, "cli-head-channel"),
        fl!(texts, "cli-head-result"),
    ];
    let rows = page
        .notifications
        .iter()
        .flat_map(|one| rows(texts, page, one));
    let empty = || {
        let none = page.notifications.is_empty();
        none.then(|| match all {
            true => fl!(texts, "cli-notify-none-yet"),
            false => fl!(texts, "cli-notify-none"),
        })
    };
    context
        .output
        .show_list(page, empty, || Rows::list(heading, rows))?;
    if let Some(next) = page.next.filter(|_| !context.output.is_json()) {
        context
            .output
            .remark(&fl!(texts, "cli-next-page", next = next.to_string()));
    }
    Ok(())
}

/// One row for each channel and chat.
fn rows(texts: &Texts, page: &NotificationPage, one: &NotificationBody) -> Vec<[String; 7]> {
    let of_channels = one.channels.iter().flat_map(|channel| {
        let lines = results(texts, page.server_time, channel);
        lines
            .into_iter()
            .map(|line| (channel.channel.clone(), line))
    });
    let mut told: Vec<(String, String)> = of_channels.collect();
    if told.is_empty() {
        told.push((String::new(), without_channels(texts, one)));
    }
    let row = |(channel, line)| {
        [
            one.seq.to_string(),
            one.created_at.to_string(),
            one.event.clone(),
            one.level.clone(),
            about(one),
            channel,
            line,
        ]
    };
    told.into_iter().map(row).collect()
}

fn without_channels(texts: &Texts, one: &NotificationBody) -> String {
    match (one.state, &one.problem) {
        (NotificationState::Dead, Some(problem)) => {
            format!("{}: {problem}", fl!(texts, "cli-notify-dead"))
        }
        (NotificationState::Dead, None) => fl!(texts, "cli-notify-dead"),
        (NotificationState::Open | NotificationState::Done, _) => {
            fl!(texts, "cli-notify-no-channel")
        }
    }
}

/// `trader 0190a8f2-0000-7000`.
fn about(one: &NotificationBody) -> String {
    let agent = one.agent_name.clone();
    let agent = agent.or_else(|| one.agent_id.map(|id| id.to_string()));
    let session = one.session_id.map(|id| id.to_string());
    let session = session.map(|id| id.chars().take(SHORT_ID_CHARS).collect::<String>());
    let parts: Vec<String> = agent.into_iter().chain(session).collect();
    parts.join(" ")
}
