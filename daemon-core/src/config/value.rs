//! One value against one rule. Pure: a text or a TOML value in, a typed value or the reason
//! of a refusal out.

use std::net::SocketAddr;

use toml::de::DeValue;

use super::database_url;
use super::notify::{is_access_token, topic_url_problem, webhook_url_problem};
use super::problem::shown;
use super::schema::{Key, Rule};
use super::telegram::{api_url_problem, callback_url_problem, is_bot_token};

const TEXT_BYTES_MAX: usize = 4096;
const AMOUNT_DIGITS_MAX: usize = 78; // 2^256 has 78.
const LIST_ENTRIES_MAX: usize = 1000;
const LOG_LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// A value as it was given.
#[derive(Debug)]
pub(super) enum Raw<'a> {
    /// From the environment or a flag: always text.
    Text(&'a str),
    /// From the file: has a type.
    Toml(&'a DeValue<'a>),
}

/// A value that passed its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Flag(bool),
    Integer(i64),
    Address(SocketAddr),
    Text(String),
    List(Vec<String>),
}

impl Value {
    /// As a TOML literal.
    pub(super) fn literal(&self) -> String {
        match self {
            Self::Flag(flag) => flag.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Address(address) => format!("\"{address}\""),
            Self::Text(text) => toml::Value::from(text.as_str()).to_string(),
            Self::List(list) => toml::Value::from(list.clone()).to_string(),
        }
    }
}

impl Raw<'_> {
    /// For a message.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => shown(text),
            Self::Toml(DeValue::String(text)) => shown(text),
            Self::Toml(DeValue::Integer(number)) => number.to_string(),
            Self::Toml(DeValue::Float(number)) => number.to_string(),
            Self::Toml(DeValue::Boolean(flag)) => flag.to_string(),
            Self::Toml(other) => format!("({})", other.type_str()),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Toml(DeValue::String(text)) => Some(text),
            Self::Toml(_) => None,
        }
    }

    fn integer(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Toml(DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok()
            }
            Self::Toml(_) => None,
        }
    }

    fn flag(&self) -> Option<bool> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Toml(value) => value.as_bool(),
        }
    }

    /// Commas divide a list in the environment; in the file it is an array.
    fn list(&self) -> Option<Vec<String>> {
        match self {
            Self::Text(text) => Some(text.split(',').map(|part| part.trim().to_owned()).collect()),
            Self::Toml(value) => value
                .as_array()?
                .iter()
                .map(|entry| entry.get_ref().as_str().map(str::to_owned))
                .collect(),
        }
    }
}

/// Checks a value.
///
/// # Errors
/// What is wrong with it, in a few words; [`allowed`] says what would be right.
pub(super) fn check(key: &Key, raw: &Raw<'_>) -> Result<Value, String> {
    if matches!(raw, Raw::Text("")) {
        return Err("is empty; leave it out to get the default".to_owned());
    }
    let wrong_type = || "has the wrong type".to_owned();
    match key.rule {
        Rule::Flag => raw.flag().map(Value::Flag).ok_or_else(wrong_type),
        Rule::Integer { min, max, .. } => match raw.integer() {
            None => Err("is not a whole number".to_owned()),
            Some(number) if number < min || number > max => Err("is out of range".to_owned()),
            Some(number) => Ok(Value::Integer(number)),
        },
        Rule::Address => {
            let text = raw.text().ok_or_else(wrong_type)?;
            text.parse()
                .map(Value::Address)
                .map_err(|_| "is not an address".to_owned())
        }
        Rule::List => raw
            .list()
            .ok_or_else(wrong_type)
            .and_then(check_list)
            .map(Value::List),
        Rule::Choice(_)
        | Rule::Text
        | Rule::BotToken
        | Rule::ApiUrl
        | Rule::CallbackUrl
        | Rule::WebhookUrl
        | Rule::TopicUrl
        | Rule::AccessToken
        | Rule::DatabaseUrl
        | Rule::LogFilter
        | Rule::Amount => {
            let text = raw.text().ok_or_else(wrong_type)?;
            check_text(key.rule, text)?;
            Ok(Value::Text(text.to_owned()))
        }
    }
}

fn check_text(rule: Rule, text: &str) -> Result<(), String> {
    let is = |right: bool, problem: &str| right.then_some(()).ok_or_else(|| problem.to_owned());
    if text.trim().is_empty() || text.len() > TEXT_BYTES_MAX || text.contains('\0') {
        return Err(format!("is not a text of 1 to {TEXT_BYTES_MAX} bytes"));
    }
    match rule {
        Rule::Choice(words) => is(words.contains(&text), "is none of the allowed words"),
        Rule::BotToken => is(is_bot_token(text), "does not look like a bot token"),
        Rule::ApiUrl => api_url_problem(text).map_or(Ok(()), |problem| Err(problem.to_owned())),
        Rule::CallbackUrl => callback_url_problem(text).map_or(Ok(()), |p| Err(p.to_owned())),
        Rule::WebhookUrl => webhook_url_problem(text).map_or(Ok(()), |p| Err(p.to_owned())),
        Rule::TopicUrl => topic_url_problem(text).map_or(Ok(()), |p| Err(p.to_owned())),
        Rule::AccessToken => is(is_access_token(text), "does not look like an access token"),
        Rule::DatabaseUrl => database_url::check(text),
        Rule::LogFilter => is(is_log_filter(text), "is not a log filter"),
        Rule::Amount => is(
            text.len() <= AMOUNT_DIGITS_MAX && text.bytes().all(|byte| byte.is_ascii_digit()),
            "is not a decimal integer",
        ),
        Rule::Text | Rule::Flag | Rule::Integer { .. } | Rule::Address | Rule::List => Ok(()),
    }
}

fn check_list(list: Vec<String>) -> Result<Vec<String>, String> {
    let fits = |entry: &String| !entry.is_empty() && entry.len() <= TEXT_BYTES_MAX;
    if list.is_empty() || list.len() > LIST_ENTRIES_MAX || !list.iter().all(fits) {
        return Err("is empty, has an empty entry, or is too long".to_owned());
    }
    Ok(list)
}

/// Each part is a level, or `target=level`; parts with spans are left to the subscriber. A
/// bare word that is no level is refused: it is a misspelt level more often than a target.
fn is_log_filter(text: &str) -> bool {
    text.split(',').all(|part| {
        let part = part.trim();
        let level = part.rsplit('=').next().unwrap_or(part);
        part.contains('[') || LOG_LEVELS.contains(&level.to_ascii_lowercase().as_str())
    })
}

/// What a rule allows, for messages and the starter file.
pub(super) fn allowed(rule: Rule) -> String {
    match rule {
        Rule::Flag => "true or false".to_owned(),
        Rule::Integer {
            min,
            max: i64::MAX,
            unit,
        } => format!("{min} or more ({unit})"),
        Rule::Integer { min, max, unit } => format!("{min} to {max} ({unit})"),
        Rule::Address => "an IP address and a port, such as 127.0.0.1:3100".to_owned(),
        Rule::Choice(words) => words.join(" or "),
        Rule::Text => format!("a text of 1 to {TEXT_BYTES_MAX} bytes"),
        Rule::BotToken => "digits, a colon and the rest, as @BotFather gives it".to_owned(),
        Rule::ApiUrl => "https://host[:port][/path]; http:// only to this machine".to_owned(),
        Rule::CallbackUrl => {
            "https://host[:port][/path] of plain characters; http:// only to this machine"
                .to_owned()
        }
        Rule::WebhookUrl => "https://host/…/webhooks/id/token, as Discord gives it".to_owned(),
        Rule::TopicUrl => "https://host[:port]/topic; http:// only to this machine".to_owned(),
        Rule::AccessToken => "one word of visible ASCII characters".to_owned(),
        Rule::DatabaseUrl => "sqlite:///absolute/path or sqlite://path".to_owned(),
        Rule::LogFilter => {
            format!(
                "{}, or target=level, divided by commas",
                LOG_LEVELS.join(", ")
            )
        }
        Rule::Amount => {
            format!("decimal digits in quotes, at most {AMOUNT_DIGITS_MAX}, smallest unit")
        }
        Rule::List => format!("1 to {LIST_ENTRIES_MAX} texts, none empty"),
    }
}
