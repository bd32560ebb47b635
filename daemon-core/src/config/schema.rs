//! Every key there is, with its rule, its default and one line about it. The check of a
//! value, the error that names its range, `config show` and the starter file all read this
//! one table.

/// What a value must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// `true` or `false`.
    Flag,
    /// A whole number in an inclusive range; the unit is for messages.
    Integer {
        min: i64,
        max: i64,
        unit: &'static str,
    },
    /// An IP address and a port.
    Address,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any text of 1 to 4096 bytes.
    Text,
    /// `digits:text`.
    BotToken,
    /// `http(s)://host[:port][/path]`, plain HTTP only to loopback.
    ApiUrl,
    /// `https://host[:port][/path]` as Telegram is to call it, plain HTTP only to loopback.
    CallbackUrl,
    /// A Discord webhook, `https://…/webhooks/id/token`: who knows it may post.
    WebhookUrl,
    /// An ntfy topic, `https://host/topic`: on a public server who knows it may read.
    TopicUrl,
    /// An ntfy access token.
    AccessToken,
    /// `sqlite://…`.
    DatabaseUrl,
    /// A filter for log lines.
    LogFilter,
    /// A decimal integer as text.
    Amount,
    /// A list of texts.
    List,
}

/// What holds where no source gives a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fallback {
    /// This value, written as in the environment.
    Value(&'static str),
    /// A file of this name in the data directory.
    InDataDir(&'static str),
    /// Nothing.
    Nothing,
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) rule: Rule,
    pub(super) fallback: Fallback,
    pub(super) about: &'static str,
}

impl Key {
    /// `section.name`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// `WAIAAS_SECTION__NAME`.
    pub(super) fn env_name(&self) -> String {
        let name = format!(
            "{}{}__{}",
            super::inputs::ENV_PREFIX,
            self.section,
            self.name
        );
        name.to_ascii_uppercase()
    }

    /// Whether its value may never be printed.
    pub(super) fn is_secret(&self) -> bool {
        match self.rule {
            Rule::BotToken | Rule::WebhookUrl | Rule::TopicUrl | Rule::AccessToken => true,
            Rule::Flag
            | Rule::Integer { .. }
            | Rule::Address
            | Rule::Choice(_)
            | Rule::Text
            | Rule::ApiUrl
            | Rule::CallbackUrl
            | Rule::DatabaseUrl
            | Rule::LogFilter
            | Rule::Amount
            | Rule::List => false,
        }
    }
}

const BODY_BYTES_MIN: i64 = 1024;
const BODY_BYTES_MAX: i64 = 1_048_576;
const REQUEST_TIMEOUT_MAX_S: i64 = 60;
const RATE_MAX: i64 = 100_000;
const LIFETIME_MIN_S: i64 = 86_400;
const LIFETIME_MAX_S: i64 = 7_776_000;
const RETENTION_MAX_S: i64 = 31_536_000;
const SESSIONS_PER_AGENT_MAX: i64 = 50;
const UNIT_MIN_S: i64 = 300;
const UNIT_MAX_S: i64 = 604_800;
const RENEWALS_MAX: i64 = 100;
const REJECT_WINDOW_MAX_S: i64 = 86_400;
/// Telegram's ids have at most 52 significant bits.
const GROUP_ID_MIN: i64 = -(1 << 52);
const TOPIC_ID_MAX: i64 = i32::MAX as i64;

macro_rules! keys {
    ($( $name:ident = $section:literal . $key:literal, $rule:expr, $fallback:expr, $about:literal; )+) => {
        $( pub(super) static $name: Key = Key {
            section: $section, name: $key, rule: $rule, fallback: $fallback, about: $about,
        }; )+

        /// Every key, in the order of the starter file.
        pub(super) static KEYS: &[&Key] = &[ $( &$name, )+ ];
    };
}

const fn integer(min: i64, max: i64, unit: &'static str) -> Rule {
    Rule::Integer { min, max, unit }
}

use Fallback::{InDataDir, Nothing, Value};

keys! {
    LISTEN = "http"."listen", Rule::Address, Value("127.0.0.1:3100"),
        "Where agents connect.";
    BEHIND_TLS_PROXY = "http"."behind_tls_proxy", Rule::Flag, Value("false"),
        "A proxy in front ends TLS; only then may listen be another address than loopback.";
    BODY_MAX_BYTES = "http"."body_max_bytes", integer(BODY_BYTES_MIN, BODY_BYTES_MAX, "bytes"), Value("65536"),
        "Longest request body.";
    REQUEST_TIMEOUT_S = "http"."request_timeout_s", integer(1, REQUEST_TIMEOUT_MAX_S, "seconds"), Value("15"),
        "Longest time for one request.";
    SESSION_BURST = "http"."session_burst", integer(1, RATE_MAX, "requests"), Value("60"),
        "Requests of one session at once.";
    SESSION_PER_S = "http"."session_per_s", integer(1, RATE_MAX, "requests per second"), Value("10"),
        "Requests of one session after the burst.";
    ADDRESS_BURST = "http"."address_burst", integer(1, RATE_MAX, "requests"), Value("300"),
        "Requests of one address at once.";
    ADDRESS_PER_S = "http"."address_per_s", integer(1, RATE_MAX, "requests per second"), Value("100"),
        "Requests of one address after the burst.";

    BOT_TOKEN = "telegram"."bot_token", Rule::BotToken, Nothing,
        "Token from @BotFather. Better kept in a file of its own: bot_token_file.";
    BOT_TOKEN_FILE = "telegram"."bot_token_file", Rule::Text, Nothing,
        "A file with nothing but the bot token, readable by its owner only.";
    OWNER_CHAT_ID = "telegram"."owner_chat_id", integer(1, i64::MAX, "a private chat's id"), Nothing,
        "The owner's Telegram id (/whoami tells it); pairs without a code.";
    API_URL = "telegram"."api_url", Rule::ApiUrl, Value("https://api.telegram.org"),
        "Bot API server.";
    TIME_ZONE = "telegram"."time_zone", Rule::Text, Value("UTC"),
        "IANA time zone of dates in the chat, such as Asia/Seoul.";
    LANGUAGE = "telegram"."language", Rule::Choice(&["en", "ko"]), Nothing,
        "Language of the chat; without it Telegram's own setting counts.";
    GROUP_CHAT_ID = "telegram"."group_chat_id", integer(GROUP_ID_MIN, -1, "a group's id"), Nothing,
        "A group in which paired people may use the console too (/whoami tells its id); everybody in it reads the answers.";
    GROUP_TOPIC_ID = "telegram"."group_topic_id", integer(1, TOPIC_ID_MAX, "a topic's id"), Nothing,
        "Only in this topic of that group; 1 is General.";
    TELEGRAM_WEBHOOK_URL = "telegram"."webhook_url", Rule::CallbackUrl, Nothing,
        "Where Telegram brings updates, through a TLS proxy of yours; without it the daemon fetches them.";
    WEBHOOK_LISTEN = "telegram"."webhook_listen", Rule::Address, Value("127.0.0.1:3101"),
        "Where that proxy brings them to; another address than loopback only with http.behind_tls_proxy.";

    DISCORD_WEBHOOK_URL = "notify"."discord_webhook_url", Rule::WebhookUrl, Nothing,
        "Discord webhook for alerts; whoever knows it can post. Better kept in a file of its own: discord_webhook_url_file.";
    DISCORD_WEBHOOK_URL_FILE = "notify"."discord_webhook_url_file", Rule::Text, Nothing,
        "A file with nothing but the webhook's address, readable by its owner only.";
    NTFY_URL = "notify"."ntfy_url", Rule::TopicUrl, Nothing,
        "ntfy server and topic for alerts; on a public server the topic is a secret.";
    NTFY_TOKEN = "notify"."ntfy_token", Rule::AccessToken, Nothing,
        "Access token for the ntfy server, if it wants one. Better kept in a file of its own: ntfy_token_file.";
    NTFY_TOKEN_FILE = "notify"."ntfy_token_file", Rule::Text, Nothing,
        "A file with nothing but the access token, readable by its owner only.";
    NOTIFY_ORDER = "notify"."order", Rule::List, Value("telegram,discord,ntfy"),
        "INFO and WARNING go to the first of these that takes them, CRITICAL to all; one left out comes last.";
    NOTIFY_LANGUAGE = "notify"."language", Rule::Choice(&["en", "ko"]), Value("en"),
        "Language of alerts in Discord and ntfy; times are in telegram.time_zone.";
    DATABASE_URL = "database"."url", Rule::DatabaseUrl, InDataDir(super::DATABASE_FILE_NAME),
        "sqlite:///absolute/path, or sqlite://path from the data directory.";

    SESSION_ABSOLUTE_LIFETIME = "security"."session_absolute_lifetime", integer(LIFETIME_MIN_S, LIFETIME_MAX_S, "seconds"), Value("2592000"),
        "From creation to the absolute end of a session; living sessions keep theirs.";
    MAX_SESSIONS_PER_AGENT = "security"."max_sessions_per_agent", integer(1, SESSIONS_PER_AGENT_MAX, "sessions"), Value("5"),
        "Live sessions that one agent may have.";
    SESSION_RETENTION = "security"."session_retention", integer(LIFETIME_MIN_S, RETENTION_MAX_S, "seconds"), Value("2592000"),
        "How long expired and revoked sessions are kept.";
    ON_TOKEN_REUSE = "security"."on_token_reuse", Rule::Choice(&["alert", "revoke"]), Value("alert"),
        "What a sign of a copied token does.";
    MASTER_KEY_FILE = "security"."master_key_file", Rule::Text, InDataDir(super::MASTER_KEY_FILE_NAME),
        "The key that seals the signing keys. Keep a copy apart from database backups.";
    EXPIRES_IN = "security"."expires_in", integer(UNIT_MIN_S, UNIT_MAX_S, "seconds"), Nothing,
        "Renewal unit of new sessions; also the most that the console may grant.";
    MAX_RENEWALS = "security"."max_renewals", integer(0, RENEWALS_MAX, "renewals"), Nothing,
        "Renewals of new sessions; 0 is never renewable.";
    RENEWAL_REJECT_WINDOW = "security"."renewal_reject_window", integer(UNIT_MIN_S, REJECT_WINDOW_MAX_S, "seconds"), Nothing,
        "How long the owner is advised to decide about a renewal.";
    MAX_AMOUNT_PER_TX = "security"."max_amount_per_tx", Rule::Amount, Nothing,
        "Most that one transaction may move, in the smallest unit.";
    MAX_TOTAL_AMOUNT = "security"."max_total_amount", Rule::Amount, Nothing,
        "Most that a session may move in its whole life, in the smallest unit.";
    MAX_TRANSACTIONS = "security"."max_transactions", integer(1, i64::MAX, "transactions"), Nothing,
        "Transactions in a session's whole life.";
    ALLOWED_OPERATIONS = "security"."allowed_operations", Rule::List, Nothing,
        "Names of operations that sessions may use; without it all.";
    ALLOWED_DESTINATIONS = "security"."allowed_destinations", Rule::List, Nothing,
        "Addresses that sessions may send to; without it all.";

    LOG_LEVEL = "log"."level", Rule::LogFilter, Value("info"),
        "off, error, warn, info, debug or trace; per module as in info,waiaas=debug.";
    LOG_FORMAT = "log"."format", Rule::Choice(&["text", "json"]), Value("text"),
        "Form of log lines.";
}

/// The key of that section and name.
pub(super) fn find(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter()
        .copied()
        .find(|key| key.section == section && key.name == name)
}

/// The sections, in order.
pub(super) fn sections() -> impl Iterator<Item = &'static str> {
    KEYS.chunk_by(|a, b| a.section == b.section)
        .map(|keys| keys[0].section)
}

/// The known name nearest to a misspelt one, if one is near.
pub(super) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR_ENOUGH: f64 = 0.8;
    known
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(score, _)| *score >= NEAR_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The known path nearest to an unknown one: by the whole path, or by the last word alone
/// when the key stands in a wrong section.
pub(super) fn nearest_path(given: &str) -> Option<String> {
    let paths: Vec<String> = KEYS.iter().map(|key| key.path()).collect();
    let name = given.rsplit('.').next().unwrap_or(given);
    let elsewhere = KEYS
        .iter()
        .find(|key| key.name == name)
        .map(|key| key.path());
    elsewhere.or_else(|| nearest(given, paths.iter().map(String::as_str)).map(str::to_owned))
}
