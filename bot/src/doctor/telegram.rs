//! Telegram: whether there is a bot, whether Telegram takes its token, and whether the daemon
//! hears what people write to it.

use std::path::Path;

use i18n_embed_fl::fl;
use waiaas_daemon_core::config::{TelegramConfig, WebhookConfig};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_protocol::wire::{ChannelHealth, StatusBody};

use super::{Check, Findings, Machine};
use crate::cli::{Texts, shell};
use crate::telegram::{self, ProbeFault, SeenBot, SeenWebhook};
use crate::words;

/// The channel's name in the daemon's answers.
const CHANNEL: &str = "telegram";

/// What was seen of the bot.
enum Seen {
    /// `--offline`.
    NotAsked,
    Answered(Result<SeenBot, ProbeFault>),
}

pub(super) async fn examine(machine: &Machine<'_>, status: Option<&StatusBody>) -> Findings {
    let texts = machine.texts;
    let mut findings = Findings::of(Check::Telegram);
    let Ok(config) = &machine.config else {
        findings.not_checked(texts, &fl!(texts, "cli-doctor-skip-config"));
        return findings;
    };
    let Some(config) = &config.telegram else {
        let file = machine.data_dir.join("config.toml").display().to_string();
        findings.note(
            fl!(texts, "cli-doctor-telegram-off"),
            Some(fl!(texts, "cli-doctor-telegram-off-mend", file = file)),
        );
        return findings;
    };
    let seen = match machine.offline {
        true => Seen::NotAsked,
        false => Seen::Answered(telegram::look(config).await),
    };
    bot(machine, config, &seen, &mut findings);
    if let Some(status) = status {
        let is_telegram = |channel: &&ChannelHealth| channel.channel == CHANNEL;
        let channel = status.channels.iter().find(is_telegram);
        receiving(machine, config, channel, &seen, &mut findings);
    }
    findings
}

fn bot(machine: &Machine<'_>, config: &TelegramConfig, seen: &Seen, findings: &mut Findings) {
    let texts = machine.texts;
    match seen {
        Seen::NotAsked => findings.not_checked(texts, "--offline"),
        Seen::Answered(Ok(bot)) => {
            let name = bot.username.clone();
            findings.ok(fl!(texts, "cli-doctor-telegram-ok", name = name));
            webhook(machine, config, bot.webhook, findings);
        }
        Seen::Answered(Err(ProbeFault::Unauthorized)) => findings.serious(
            fl!(texts, "cli-doctor-telegram-refused"),
            new_token(machine, config),
        ),
        Seen::Answered(Err(ProbeFault::Silent)) => away(
            texts,
            config,
            fl!(
                texts,
                "cli-doctor-telegram-silent",
                url = config.api_url.clone()
            ),
            findings,
        ),
        Seen::Answered(Err(ProbeFault::Away { reason })) => away(
            texts,
            config,
            fl!(
                texts,
                "cli-doctor-telegram-away",
                url = config.api_url.clone(),
                reason = words::locale(texts).trouble(reason)
            ),
            findings,
        ),
    }
}

/// Whether what people write reaches the daemon the way that is configured.
fn webhook(
    machine: &Machine<'_>,
    config: &TelegramConfig,
    seen: SeenWebhook,
    findings: &mut Findings,
) {
    let texts = machine.texts;
    let run = format!("{} run", machine.program);
    match (seen, &config.webhook) {
        (SeenWebhook::None, None) => {}
        (SeenWebhook::Ours | SeenWebhook::Other, None) => findings.warning(
            fl!(texts, "cli-doctor-telegram-webhook"),
            delete_webhook(texts, config),
        ),
        (SeenWebhook::Ours, Some(ours)) => {
            let url = ours.url.clone();
            findings.ok(fl!(texts, "cli-doctor-telegram-webhook-ours", url = url));
        }
        (SeenWebhook::None, Some(_)) => findings.warning(
            fl!(texts, "cli-doctor-telegram-webhook-none"),
            fl!(
                texts,
                "cli-doctor-telegram-webhook-none-mend",
                command = run
            ),
        ),
        (SeenWebhook::Other, Some(_)) => findings.warning(
            fl!(texts, "cli-doctor-telegram-webhook-other"),
            fl!(texts, "cli-doctor-telegram-webhook-other-mend"),
        ),
    }
}

fn away(texts: &Texts, config: &TelegramConfig, what: String, findings: &mut Findings) {
    let command = format!("curl -sS -o /dev/null {}", shell::quoted(&config.api_url));
    let mend = fl!(texts, "cli-doctor-telegram-away-mend", command = command);
    findings.warning(what, mend);
}

fn new_token(machine: &Machine<'_>, config: &TelegramConfig) -> String {
    let run = format!("{} run", machine.program);
    let place = match &config.bot_token_file {
        Some(file) => shown(file),
        None => "telegram.bot_token".to_owned(),
    };
    fl!(
        machine.texts,
        "cli-doctor-telegram-refused-mend",
        place = place,
        command = run
    )
}

/// A command that takes the webhook away and shows the token to no other user: it is not in
/// the arguments of a program.
fn delete_webhook(texts: &Texts, config: &TelegramConfig) -> String {
    match &config.bot_token_file {
        Some(file) => format!(
            r#"printf 'url="%s/bot%s/deleteWebhook"' {} "$(cat {})" | curl -sSK -"#,
            shell::quoted(&config.api_url),
            shell::quoted_path(file)
        ),
        None => fl!(texts, "cli-doctor-telegram-webhook-mend"),
    }
}

/// What the daemon says of its receiving, where the look from here has not said it already.
fn receiving(
    machine: &Machine<'_>,
    config: &TelegramConfig,
    channel: Option<&ChannelHealth>,
    seen: &Seen,
    findings: &mut Findings,
) {
    let (texts, program) = (machine.texts, &machine.program);
    let restart = fl!(
        texts,
        "cli-doctor-mend-restart",
        command = format!("{program} run")
    );
    let Some(channel) = channel else {
        findings.warning(fl!(texts, "cli-doctor-telegram-unused"), restart);
        return;
    };
    let failed_here = matches!(seen, Seen::Answered(Err(_)));
    let state = channel.state.as_str();
    let webhook = config.webhook.as_ref();
    if let (Some(_), true) = (webhook, state == ChannelState::Conflict.as_str()) {
        let said_here =
            matches!(seen, Seen::Answered(Ok(bot)) if bot.webhook == SeenWebhook::Other);
        if !said_here {
            findings.warning(
                fl!(texts, "cli-doctor-telegram-webhook-other"),
                fl!(texts, "cli-doctor-telegram-webhook-other-mend"),
            );
        }
    } else if let (Some(ours), true) = (webhook, state == ChannelState::Undelivered.as_str()) {
        let reason = channel.problem.clone().unwrap_or_default();
        findings.serious(
            fl!(texts, "cli-doctor-telegram-undelivered", reason = reason),
            undelivered_mend(texts, ours),
        );
    } else if state == ChannelState::Conflict.as_str() {
        findings.serious(
            fl!(texts, "cli-doctor-telegram-conflict"),
            fl!(texts, "cli-doctor-telegram-conflict-mend"),
        );
    } else if state == ChannelState::Unauthorized.as_str() && !failed_here {
        findings.serious(fl!(texts, "cli-doctor-telegram-stale"), restart);
    } else if state == ChannelState::Unreachable.as_str() && !failed_here {
        let reason = words::channel_problem(texts, channel).unwrap_or_default();
        findings.warning(
            fl!(texts, "cli-doctor-telegram-unreachable", reason = reason),
            format!("{program} status"),
        );
    }
}

/// The door answers 401 to whoever does not show the secret: then the way to it is right.
fn undelivered_mend(texts: &Texts, webhook: &WebhookConfig) -> String {
    let command = format!(
        "curl -sS -o /dev/null -w '%{{http_code}}' -X POST {}",
        shell::quoted(&webhook.url)
    );
    let listen = webhook.listen.to_string();
    fl!(
        texts,
        "cli-doctor-telegram-undelivered-mend",
        listen = listen,
        command = command
    )
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
