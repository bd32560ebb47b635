//! `[telegram]`: the console is on when a bot token is given, directly or in a file.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;

use super::HttpConfig;
use super::inputs::ConfigInputs;
use super::reader::Reader;
use super::require_tls;
use super::schema;
use super::secret_file;

/// Languages that the console speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Korean.
    Ko,
}

impl Language {
    /// Its code, as in `locales/`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }

    /// The language of a tag such as `ko-KR`; English for every other one.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        if tag == "ko" || tag.starts_with("ko-") {
            Self::Ko
        } else {
            Self::En
        }
    }
}

/// How the daemon talks to Telegram.
#[derive(Debug, Clone)]
pub struct TelegramConfig {
    /// From @BotFather; never printed.
    pub bot_token: SecretString,
    /// The file it was read from; absent when it was given directly.
    pub bot_token_file: Option<PathBuf>,
    /// The owner's private chat: pairs without a code.
    pub owner_chat_id: Option<i64>,
    /// A group where paired people may use the console too.
    pub group: Option<GroupConfig>,
    /// Bot API server, without a slash at its end.
    pub api_url: String,
    /// IANA name.
    pub time_zone: String,
    /// Language of whoever has not chosen one; without it Telegram's own setting counts.
    pub language: Option<Language>,
    /// How Telegram brings updates; without it they are fetched.
    pub webhook: Option<WebhookConfig>,
}

/// Topic of a group with topics that stands for what is in none.
pub const GENERAL_TOPIC_ID: i64 = 1;

/// A group, or one topic of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupConfig {
    /// Negative.
    pub chat_id: i64,
    /// Without it every topic; [`GENERAL_TOPIC_ID`] for what is in none.
    pub topic_id: Option<i64>,
}

impl GroupConfig {
    /// Whether something came from there.
    #[must_use]
    pub fn includes(&self, chat_id: i64, topic_id: Option<i64>) -> bool {
        let topic_id = topic_id.unwrap_or(GENERAL_TOPIC_ID);
        chat_id == self.chat_id && self.topic_id.is_none_or(|wanted| wanted == topic_id)
    }
}

/// Where updates arrive that Telegram brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookConfig {
    /// As Telegram calls it.
    pub url: String,
    /// Where the proxy in front of the daemon calls it.
    pub listen: SocketAddr,
}

impl WebhookConfig {
    /// The path of [`WebhookConfig::url`]; the only one that is answered.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').map_or("/", |slash| &rest[slash..])
    }
}

/// The section, or `None` while no token is given.
pub(super) fn read(
    reader: &mut Reader,
    inputs: &ConfigInputs,
    http: &HttpConfig,
) -> Option<TelegramConfig> {
    let (bot_token, bot_token_file) =
        secret_file::given(reader, inputs, &schema::BOT_TOKEN, &schema::BOT_TOKEN_FILE)?;
    Some(TelegramConfig {
        bot_token,
        bot_token_file,
        owner_chat_id: reader.integer(&schema::OWNER_CHAT_ID),
        group: group(reader),
        api_url: reader
            .text(&schema::API_URL)?
            .trim_end_matches('/')
            .to_owned(),
        time_zone: time_zone(reader)?,
        language: reader
            .text(&schema::LANGUAGE)
            .map(|code| Language::of_tag(&code)),
        webhook: webhook(reader, http),
    })
}

fn group(reader: &mut Reader) -> Option<GroupConfig> {
    let topic_id = reader.integer(&schema::GROUP_TOPIC_ID);
    let Some(chat_id) = reader.integer(&schema::GROUP_CHAT_ID) else {
        if topic_id.is_some() {
            let problem = "is a topic of no group";
            let mend = "only together with telegram.group_chat_id";
            reader.refuse(&schema::GROUP_TOPIC_ID, problem, mend);
        }
        return None;
    };
    Some(GroupConfig { chat_id, topic_id })
}

fn webhook(reader: &mut Reader, http: &HttpConfig) -> Option<WebhookConfig> {
    let url = reader.text(&schema::TELEGRAM_WEBHOOK_URL)?;
    let listen = reader.address(&schema::WEBHOOK_LISTEN);
    require_tls(reader, &schema::WEBHOOK_LISTEN, http, "what people write");
    if listen == http.listen && listen.port() != 0 {
        reader.refuse(
            &schema::WEBHOOK_LISTEN,
            "is where agents connect",
            "an address of its own, such as 127.0.0.1:3101",
        );
    }
    // A Bot API server of one's own calls any port.
    let public = reader.source(&schema::API_URL).is_none() && url.starts_with("https://");
    if public && port_of(&url).is_some_and(|port| !TELEGRAM_CALLS_PORTS.contains(&port)) {
        reader.refuse(
            &schema::TELEGRAM_WEBHOOK_URL,
            "has a port that Telegram does not call",
            "no port, or 443, 80, 88 or 8443",
        );
    }
    Some(WebhookConfig { url, listen })
}

fn port_of(url: &str) -> Option<u16> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let (_, port) = authority.rsplit_once(':')?;
    port.parse().ok()
}

/// An IANA name that this program knows: a misspelt one would silently mean UTC.
pub(super) fn time_zone(reader: &mut Reader) -> Option<String> {
    let name = reader.text(&schema::TIME_ZONE)?;
    if jiff::tz::TimeZone::get(&name).is_err() {
        reader.refuse(
            &schema::TIME_ZONE,
            "no time zone has this name",
            "an IANA name such as UTC, Asia/Seoul or Europe/Berlin",
        );
    }
    Some(name)
}

/// `digits:text`, nothing more is known about the form.
pub(super) fn is_bot_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && !secret.is_empty()
            && secret.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

/// Plain HTTP to another machine.
pub(super) const NO_TLS: &str = "would send the bot token without TLS";

/// The ports that Telegram's own servers call.
const TELEGRAM_CALLS_PORTS: [u16; 4] = [443, 80, 88, 8443];
const CALLBACK_NO_TLS: &str = "would let what people write travel without TLS";

/// What is wrong with the address that Telegram is to call. Its path must arrive as it is
/// written here: nothing in it may be rewritten on the way.
pub(super) fn callback_url_problem(url: &str) -> Option<&'static str> {
    match api_url_problem(url) {
        Some(NO_TLS) => return Some(CALLBACK_NO_TLS),
        Some(problem) => return Some(problem),
        None => {}
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    let mut path = url.split('/').skip(3);
    let dots = path.clone().any(|part| part == "." || part == "..");
    (dots || !path.all(|part| part.chars().all(plain)))
        .then_some("has a path with more than letters, digits, -, ., _ and ~")
}

/// What is wrong with a Bot API address. The host must be plain, so that nothing in it can
/// make it look like this machine when it is not.
pub(super) fn api_url_problem(url: &str) -> Option<&'static str> {
    let (plain, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Some("does not start with https://"),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let authority_char = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    if authority.is_empty() || !authority.chars().all(authority_char) {
        return Some("has no plain host");
    }
    if !path
        .chars()
        .all(|c| c.is_ascii_graphic() && !"?#\\".contains(c))
    {
        return Some("has more than a host and a path");
    }
    let Some(host) = host_of(authority) else {
        return Some("has a port that is no number from 1 to 65535");
    };
    (plain && !is_this_machine(host)).then_some(NO_TLS)
}

fn host_of(authority: &str) -> Option<&str> {
    let bracketed = authority.starts_with('[');
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !bracketed || host.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    match port.map(str::parse::<u16>) {
        None | Some(Ok(1..)) if !host.is_empty() => Some(host),
        _ => None,
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}
