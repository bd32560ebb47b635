//! `answerCallbackQuery`: once, and in time.

use serde_json::json;

use super::Context;
use super::reply::{ApiError, ApiResult};
use crate::entity::utf16_len;
use crate::queries::Answer;

const ANSWER_UTF16_MAX: usize = 200;

pub(super) fn answer_callback_query(context: &mut Context<'_>) -> ApiResult {
    let id = context
        .params
        .text("callback_query_id")?
        .unwrap_or_default();
    let text = context.params.text("text")?.filter(|text| !text.is_empty());
    if text
        .as_deref()
        .is_some_and(|text| utf16_len(text) > ANSWER_UTF16_MAX)
    {
        return Err(ApiError::bad_request("MESSAGE_TOO_LONG"));
    }
    let answer = Answer {
        text,
        show_alert: context.params.truth("show_alert")?,
        url: context.params.text("url")?.filter(|url| !url.is_empty()),
    };
    if !context.state.queries.answer(&id, answer, context.now) {
        return Err(ApiError::bad_request(
            "query is too old and response timeout expired or query ID is invalid",
        ));
    }
    Ok(json!(true))
}
