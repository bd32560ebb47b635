//! `[notify]`: the channels of alerts besides Telegram, and their order (PROTOCOL.md section 10).

use secrecy::SecretString;

use super::inputs::ConfigInputs;
use super::reader::Reader;
use super::schema;
use super::secret_file;
use super::telegram::{Language, NO_TLS, api_url_problem, time_zone};

/// Names of the channels, in the order that holds when none is chosen.
pub const CHANNELS: [&str; 3] = ["telegram", "discord", "ntfy"];
/// The setting that brings each of [`CHANNELS`] up.
const CHANNEL_SETTINGS: [&str; 3] = [
    "telegram.bot_token_file",
    "notify.discord_webhook_url_file",
    "notify.ntfy_url",
];
/// The longest topic that ntfy takes, characters.
const TOPIC_CHARS_MAX: usize = 64;
const CHANNEL_NO_TLS: &str = "would send alerts without TLS";

/// Where alerts go besides Telegram, and which channel is asked first.
#[derive(Debug, Clone)]
pub struct NotifyConfig {
    /// A Discord webhook; its address is the secret.
    pub discord_webhook_url: Option<SecretString>,
    /// An ntfy server and topic.
    pub ntfy_url: Option<SecretString>,
    /// What the ntfy server wants to see, if anything.
    pub ntfy_token: Option<SecretString>,
    /// Every channel once, the first choice first.
    pub order: Vec<&'static str>,
    /// Language of the alerts in Discord and ntfy.
    pub language: Language,
    /// IANA name of the time zone of their dates.
    pub time_zone: String,
}

/// The setting that brings a channel up.
#[must_use]
pub fn setting_of(channel: &str) -> Option<&'static str> {
    let known = CHANNELS.into_iter().zip(CHANNEL_SETTINGS);
    known
        .into_iter()
        .find_map(|(name, setting)| (name == channel).then_some(setting))
}

/// The section. `console` says that `[telegram]` is in use and has checked its own values.
pub(super) fn read(reader: &mut Reader, inputs: &ConfigInputs, console: bool) -> NotifyConfig {
    let discord = secret_file::given(
        reader,
        inputs,
        &schema::DISCORD_WEBHOOK_URL,
        &schema::DISCORD_WEBHOOK_URL_FILE,
    );
    let token = secret_file::given(
        reader,
        inputs,
        &schema::NTFY_TOKEN,
        &schema::NTFY_TOKEN_FILE,
    );
    let ntfy = reader.text(&schema::NTFY_URL).map(SecretString::from);
    let used = discord.is_some() || ntfy.is_some();
    let zone = if used && !console {
        time_zone(reader)
    } else {
        reader.text(&schema::TIME_ZONE)
    };
    NotifyConfig {
        discord_webhook_url: discord.map(|(url, _)| url),
        ntfy_url: ntfy,
        ntfy_token: token.map(|(token, _)| token),
        order: order(reader),
        language: Language::of_tag(&reader.text(&schema::NOTIFY_LANGUAGE).unwrap_or_default()),
        time_zone: zone.unwrap_or_default(),
    }
}

/// What was chosen, each name once; then those that were left out.
fn order(reader: &mut Reader) -> Vec<&'static str> {
    let chosen = reader.list(&schema::NOTIFY_ORDER).unwrap_or_default();
    let mut order = Vec::new();
    for name in &chosen {
        match CHANNELS.into_iter().find(|known| known == name) {
            Some(known) if !order.contains(&known) => order.push(known),
            Some(_) | None => {
                let problem = "has a name twice, or one that is no channel";
                reader.refuse(&schema::NOTIFY_ORDER, problem, &CHANNELS.join(", "));
                return CHANNELS.to_vec();
            }
        }
    }
    let left_out: Vec<&str> = CHANNELS
        .into_iter()
        .filter(|name| !order.contains(name))
        .collect();
    order.extend(left_out);
    order
}

/// What is wrong with the address of a webhook.
pub(super) fn webhook_url_problem(url: &str) -> Option<&'static str> {
    if let Some(problem) = address_problem(url) {
        return Some(problem);
    }
    let parts: Vec<&str> = url.split('/').skip(3).collect();
    match parts.as_slice() {
        [.., "webhooks", id, token] if !id.is_empty() && !token.is_empty() => None,
        _ => Some("is not the address of a webhook"),
    }
}

/// What is wrong with the address of a topic.
pub(super) fn topic_url_problem(url: &str) -> Option<&'static str> {
    if let Some(problem) = address_problem(url) {
        return Some(problem);
    }
    let topic = url.split('/').skip(3).last().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = (1..=TOPIC_CHARS_MAX).contains(&topic.len()) && topic.chars().all(plain);
    (!fits).then_some("does not end with the name of a topic")
}

fn address_problem(url: &str) -> Option<&'static str> {
    let problem = api_url_problem(url)?;
    Some(if problem == NO_TLS {
        CHANNEL_NO_TLS
    } else {
        problem
    })
}

/// One word that fits into a header.
pub(super) fn is_access_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
