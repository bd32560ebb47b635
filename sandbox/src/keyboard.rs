//! Reply markup: what Telegram accepts under a message, and its refusals.
//!
//! Only inline keyboards stay with a message; the other kinds are checked and let go.

use serde_json::{Map, Value};

use crate::api::reply::ApiError;

const BUTTONS_MAX: usize = 100;
const BUTTONS_PER_ROW_MAX: usize = 8;
const CALLBACK_DATA_BYTES_MAX: usize = 64;
const KEYBOARD_BYTES_MAX: usize = 10_240;
/// The fields of which an inline button carries exactly one.
const ACTIONS: [&str; 9] = [
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "pay",
];

/// A button of an inline keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// The text on it.
    pub text: String,
    /// What a tap sends to the bot, if it sends anything; 1 to 64 bytes.
    pub callback_data: Option<String>,
    /// The address that a tap opens, if it opens one.
    pub url: Option<String>,
    raw: Map<String, Value>,
}

/// An inline keyboard in rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keyboard {
    pub(crate) rows: Vec<Vec<Button>>,
}

impl Keyboard {
    /// The keyboard as the API's `InlineKeyboardMarkup`.
    pub(crate) fn to_json(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|button| Value::Object(button.raw.clone()))
                    .collect()
            })
            .collect();
        serde_json::json!({ "inline_keyboard": rows })
    }
}

/// Checks a `reply_markup`; `None` is no inline keyboard, so also an empty one.
pub(crate) fn parse(markup: Option<Value>) -> Result<Option<Keyboard>, ApiError> {
    let Some(markup) = markup else {
        return Ok(None);
    };
    let Value::Object(object) = markup else {
        return Err(ApiError::bad_request("object expected as reply markup"));
    };
    let Some(rows) = object.get("inline_keyboard") else {
        return Ok(None);
    };
    let rows = rows.as_array().ok_or_else(|| {
        ApiError::bad_request(
            "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array",
        )
    })?;
    let mut keyboard = Keyboard::default();
    for row in rows {
        let row = row.as_array().ok_or_else(|| {
            ApiError::bad_request(
                "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
            )
        })?;
        let buttons = row
            .iter()
            .map(parse_button)
            .collect::<Result<Vec<_>, _>>()?;
        if !buttons.is_empty() {
            keyboard.rows.push(buttons);
        }
    }
    check_size(&keyboard)?;
    Ok((!keyboard.rows.is_empty()).then_some(keyboard))
}

fn parse_button(value: &Value) -> Result<Button, ApiError> {
    let broken =
        |why: &str| ApiError::bad_request(format!("can't parse inline keyboard button: {why}"));
    let raw = value
        .as_object()
        .ok_or_else(|| broken("InlineKeyboardButton must be an Object"))?;
    let text = match raw.get("text") {
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(broken("Field \"text\" must be of type String")),
        None => return Err(broken("Can't find field \"text\"")),
    };
    if text.trim().is_empty() {
        return Err(ApiError::bad_request("BUTTON_TEXT_INVALID"));
    }
    let present: Vec<_> = ACTIONS
        .iter()
        .filter(|action| raw.contains_key(**action))
        .collect();
    if present.is_empty() {
        return Err(broken("Text buttons are unallowed in the inline keyboard"));
    }
    // Telegram takes the first of several and is silent about it; here it is a mistake to find.
    if present.len() > 1 {
        return Err(ApiError::bad_request("BUTTON_TYPE_INVALID"));
    }
    let callback_data = string_field(raw, "callback_data", "BUTTON_DATA_INVALID")?;
    if callback_data
        .as_ref()
        .is_some_and(|d| d.is_empty() || d.len() > CALLBACK_DATA_BYTES_MAX)
    {
        return Err(ApiError::bad_request("BUTTON_DATA_INVALID"));
    }
    let url = string_field(raw, "url", "BUTTON_URL_INVALID")?;
    if url.as_ref().is_some_and(|url| !is_button_address(url)) {
        return Err(ApiError::bad_request("BUTTON_URL_INVALID"));
    }
    Ok(Button {
        text,
        callback_data,
        url,
        raw: raw.clone(),
    })
}

fn string_field(
    raw: &Map<String, Value>,
    name: &str,
    refusal: &str,
) -> Result<Option<String>, ApiError> {
    match raw.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ApiError::bad_request(refusal)),
    }
}

fn is_button_address(url: &str) -> bool {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    url.starts_with("tg://") || host.is_some_and(|host| host.contains('.'))
}

fn check_size(keyboard: &Keyboard) -> Result<(), ApiError> {
    let buttons: usize = keyboard.rows.iter().map(Vec::len).sum();
    let widest = keyboard.rows.iter().map(Vec::len).max().unwrap_or(0);
    let too_long = buttons > BUTTONS_MAX
        || widest > BUTTONS_PER_ROW_MAX
        || keyboard.to_json().to_string().len() > KEYBOARD_BYTES_MAX;
    if too_long {
        return Err(ApiError::bad_request("reply markup is too long"));
    }
    Ok(())
}
