//! `waiaas pair`: binds a phone to the console with a one-time code.

use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use i18n_embed_fl::fl;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use waiaas_daemon_core::config::CONFIG_FILE_NAME;
use waiaas_protocol::wire::{
    ChannelHealth, OperatorBody, OperatorList, OperatorRole, PairingRequest, PairingResponse,
    StatusBody,
};

use super::ask::Yes;
use super::client::AdminClient;
use super::context::Context;
use super::output::Rows;
use super::texts::Texts;
use crate::report::{Exit, Failure, Outcome};
use crate::words;

const POLL_INTERVAL_S: u64 = 1;
/// The bot's name among the channels.
const BOT_CHANNEL: &str = "telegram";

/// Pairing.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Pair {
    /// Print the code and do not wait for the phone
    #[arg(long)]
    no_wait: bool,
    /// What the person may do: see, also act, or everything; `owner` for the first, else `operator`
    #[arg(long, value_enum)]
    role: Option<Role>,
    #[command(subcommand)]
    command: Option<PairCommand>,
}

/// What a person may do in the console.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    Viewer,
    Operator,
    Owner,
}

impl From<Role> for OperatorRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Operator => Self::Operator,
            Role::Owner => Self::Owner,
        }
    }
}

/// Paired people.
#[derive(Debug, Subcommand)]
pub(super) enum PairCommand {
    /// List who may use the console
    List,
    /// Take the console away from a person
    Remove {
        /// Telegram user id, from `waiaas pair list`
        user_id: i64,
        #[command(flatten)]
        yes: Yes,
    },
}

impl Pair {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self.command {
            None => pair(context, self.role, !self.no_wait).await,
            Some(PairCommand::List) => {
                let list: OperatorList = context.client()?.get("/operators").await?;
                print_list(context, &list)
            }
            Some(PairCommand::Remove { user_id, yes }) => remove(context, user_id, &yes).await,
        }
    }
}

async fn pair(context: &Context, role: Option<Role>, wait: bool) -> Outcome {
    let client = context.client()?;
    let bot = require_bot(context, &client).await?;
    let request = PairingRequest {
        role: role.map(OperatorRole::from),
    };
    let pairing: PairingResponse = client.post("/pairing", &request).await?;
    if context.output.is_json() {
        context.output.json(&pairing)?;
    } else {
        print_code(context, &pairing, &bot)?;
    }
    if !wait {
        return Ok(());
    }
    let texts = &context.texts;
    context.output.remark(&fl!(texts, "cli-pair-waiting"));
    tokio::select! {
        outcome = wait_for_phone(context, &client, &pairing) => outcome,
        // The code stays good: the phone may still be on its way.
        _ = tokio::signal::ctrl_c() => {
            let until = pairing.expires_at.to_string();
            context.output.remark(&fl!(texts, "cli-pair-interrupted", until = until));
            Err(Failure::without_words(Exit::Interrupted))
        }
    }
}

/// Without a bot nobody could use a code. A bot that the daemon has not reached yet is one: only
/// the link is missing then.
async fn require_bot(
    context: &Context,
    client: &AdminClient<'_>,
) -> Result<ChannelHealth, Failure> {
    let status: StatusBody = client.get("/status").await?;
    let mut channels = status.channels.into_iter();
    if let Some(bot) = channels.find(|channel| channel.channel == BOT_CHANNEL) {
        return Ok(bot);
    }
    let file = context.data_dir()?.join(CONFIG_FILE_NAME);
    let failure = Failure::new(fl!(context.texts, "cli-pair-no-bot"));
    Err(failure.with_hint(fl!(
        context.texts,
        "cli-pair-no-bot-hint",
        file = file.display().to_string()
    )))
}

fn print_code(context: &Context, pairing: &PairingResponse, bot: &ChannelHealth) -> Outcome {
    let texts = &context.texts;
    let until = pairing.expires_at.to_string();
    let role = fl!(
        texts,
        "cli-pair-role",
        role = words::role(texts, pairing.role)
    );
    let Some(link) = &pairing.link else {
        let code = pairing.code.clone();
        context
            .output
            .line(&fl!(texts, "cli-pair-code", code = code, until = until))?;
        context.output.remark(&no_link(texts, bot));
        context.output.remark(&role);
        return Ok(());
    };
    if let Ok(code) = QrCode::new(link) {
        context
            .output
            .line(&picture(&code, context.output.stdout_colour))?;
    }
    context.output.line(&super::terminal_safe(link))?;
    context
        .output
        .remark(&fl!(texts, "cli-pair-link", until = until));
    context.output.remark(&role);
    Ok(())
}

/// Why there is a code and no link, and when the code will do.
fn no_link(texts: &Texts, bot: &ChannelHealth) -> String {
    let state = words::channel_state(texts, &bot.state);
    let why = words::channel_problem(texts, bot).unwrap_or(state);
    fl!(texts, "cli-pair-no-link", why = why)
}

/// The code in half blocks: light on dark, as most terminals are; where colours are allowed
/// they make sure of it.
fn picture(code: &QrCode, colour: bool) -> String {
    let mut renderer = code.render::<Dense1x2>();
    renderer
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true);
    let plain = renderer.build();
    if !colour {
        return plain;
    }
    let lines = plain
        .lines()
        .map(|line| format!("\x1b[97;40m{line}\x1b[0m"));
    lines.collect::<Vec<_>>().join("\n")
}

async fn wait_for_phone(
    context: &Context,
    client: &AdminClient<'_>,
    pairing: &PairingResponse,
) -> Outcome {
    let texts = &context.texts;
    let left_s = pairing
        .expires_at
        .unix_s()
        .saturating_sub(context.now.unix_s())
        .max(0);
    let end = tokio::time::Instant::now() + Duration::from_secs(left_s.unsigned_abs());
    let mut tick = tokio::time::interval(Duration::from_secs(POLL_INTERVAL_S));
    while tokio::time::Instant::now() < end {
        tick.tick().await;
        let list: OperatorList = client.get("/operators").await?;
        let newest = list.operators.last();
        let raised = newest.is_some_and(|newest| newest.paired_at > pairing.created_at);
        if raised || list.operators.len() as u64 > pairing.operators {
            let newest = newest.map(name).unwrap_or_default();
            context
                .output
                .remark(&fl!(texts, "cli-pair-done", name = newest));
            return Ok(());
        }
    }
    let failure = Failure::new(fl!(texts, "cli-pair-expired"));
    Err(failure.with_hint(fl!(texts, "cli-pair-expired-hint")))
}

async fn remove(context: &Context, user_id: i64, yes: &Yes) -> Outcome {
    let texts = &context.texts;
    let user = user_id.to_string();
    yes.confirm(context, &fl!(texts, "cli-pair-remove-ask", user = user))?;
    let path = format!("/operators/{user_id}");
    let removed: OperatorBody = context.client()?.delete(&path).await?;
    let name = name(&removed);
    context
        .output
        .say(&removed, || fl!(texts, "cli-pair-removed", name = name))
}

fn print_list(context: &Context, list: &OperatorList) -> Outcome {
    let texts = &context.texts;
    let heading = [
        fl!(texts, "cli-head-name"),
        fl!(texts, "cli-head-user"),
        fl!(texts, "cli-head-chat"),
        fl!(texts, "cli-head-role"),
        fl!(texts, "cli-head-source"),
        fl!(texts, "cli-head-paired"),
    ];
    let rows = list.operators.iter().map(|operator| {
        [
            name(operator),
            operator.user_id.to_string(),
            operator.chat_id.to_string(),
            words::role(texts, operator.role),
            words::who(texts, &operator.source),
            operator.paired_at.to_string(),
        ]
    });
    let empty = || {
        list.operators
            .is_empty()
            .then(|| fl!(texts, "cli-pair-none"))
    };
    context
        .output
        .show_list(list, empty, || Rows::list(heading, rows))
}

fn name(operator: &OperatorBody) -> String {
    let handle = operator.username.as_ref().map(|name| format!("@{name}"));
    handle
        .or_else(|| operator.display_name.clone())
        .unwrap_or_else(|| operator.user_id.to_string())
}
