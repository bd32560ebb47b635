//! How an update gets into the inbox, whichever way it came: by its id, as JSON, and without
//! session tokens. Pure.

use serde_json::Value;
use waiaas_protocol::token::TOKEN_PREFIX;

/// The largest id that Telegram gives, and the client can ask for.
const UPDATE_ID_MAX: i64 = i32::MAX as i64;

/// The id of an update; `None` for what is no update.
#[must_use]
pub fn update_id(update: &Value) -> Option<i64> {
    let id = update.get("update_id")?.as_i64()?;
    (1..=UPDATE_ID_MAX).contains(&id).then_some(id)
}

/// An update as it is stored.
#[must_use]
pub fn payload(update: Value) -> String {
    without_tokens(&readable_again(update).to_string())
}

/// A message that is gone is told by the date 0, which the client drops when it writes an
/// update and asks for when it reads one.
fn readable_again(mut update: Value) -> Value {
    if let Some(Value::Object(message)) = update.pointer_mut("/callback_query/message") {
        message.entry("date").or_insert_with(|| 0.into());
    }
    update
}

/// What people write may carry a session token by mistake: it must not reach the database.
fn without_tokens(payload: &str) -> String {
    let in_token = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut parts = payload.split(TOKEN_PREFIX);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str("[session token]");
        clean.push_str(part.trim_start_matches(in_token));
    }
    clean
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_session_token_is_stored() {
        let written = r#"{"text":"/revoke wai_sess_ab.c-d_e.f and wai_sess_"}"#;
        let stored = r#"{"text":"/revoke [session token] and [session token]"}"#;
        assert_eq!(without_tokens(written), stored);
        assert_eq!(without_tokens("{}"), "{}");
        let spelt: Value = serde_json::from_str(r#"{"text":"wai\u005fsess_ab"}"#).expect("JSON");
        assert_eq!(payload(spelt), r#"{"text":"[session token]"}"#);
    }

    #[test]
    fn an_update_has_an_id_that_telegram_could_have_given() {
        for id in [1, 500_000_001, UPDATE_ID_MAX] {
            assert_eq!(update_id(&json!({ "update_id": id })), Some(id));
        }
        let too_large = UPDATE_ID_MAX + 1;
        for none in [
            json!(null),
            json!([1]),
            json!({}),
            json!({ "update_id": "1" }),
            json!({ "update_id": 1.5 }),
            json!({ "update_id": 0 }),
            json!({ "update_id": -1 }),
            json!({ "update_id": too_large }),
        ] {
            assert_eq!(update_id(&none), None, "{none}");
        }
    }
}
