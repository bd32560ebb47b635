//! What sending and editing share: the chat, the text and its entities, the checks of both.

use super::Context;
use super::reply::ApiError;
use crate::chat::Chat;
use crate::entity::{self, Entity, TEXT_UTF16_MAX, utf16_len};
use crate::html;

/// A message text ready to be stored.
pub(super) struct Content {
    pub(super) source: String,
    pub(super) parse_mode: Option<String>,
    pub(super) text: String,
    pub(super) entities: Vec<Entity>,
}

impl Context<'_> {
    /// The id of the chat that `chat_id` names, if the bot knows it and may write there.
    pub(super) fn writable_chat(&self) -> Result<i64, ApiError> {
        let chat = self.known_chat()?;
        if chat.blocked {
            return Err(ApiError::new(403, "Forbidden: bot was blocked by the user"));
        }
        Ok(chat.id)
    }

    /// The chat that `chat_id` names, if the bot knows it.
    pub(super) fn known_chat(&self) -> Result<&Chat, ApiError> {
        let named = self.params.text("chat_id")?.unwrap_or_default();
        if named.is_empty() {
            return Err(ApiError::bad_request("chat_id is empty"));
        }
        named
            .parse()
            .ok()
            .and_then(|id: i64| self.state.chats.get(&id))
            .filter(|chat| chat.known)
            .ok_or_else(|| ApiError::bad_request("chat not found"))
    }

    /// Reads `text`, `parse_mode` and `entities`.
    pub(super) fn content(&self) -> Result<Content, ApiError> {
        let source = self.params.text("text")?.unwrap_or_default();
        let parse_mode = self
            .params
            .text("parse_mode")?
            .filter(|mode| !mode.is_empty());
        let (text, entities) = match parse_mode.as_deref() {
            None => (source.clone(), self.given_entities(&source)?),
            Some(mode) if mode.eq_ignore_ascii_case("html") => html::parse_html(&source)
                .map_err(|error| ApiError::bad_request(format!("can't parse entities: {error}")))?,
            Some(_) => return Err(ApiError::bad_request("unsupported parse_mode")),
        };
        let (text, entities) = entity::trim(&text, entities);
        if text.is_empty() {
            return Err(ApiError::bad_request("message text is empty"));
        }
        if utf16_len(&text) > TEXT_UTF16_MAX {
            return Err(ApiError::bad_request("message is too long"));
        }
        let entities = entity::with_recognised(&text, entities);
        Ok(Content {
            source,
            parse_mode,
            text,
            entities,
        })
    }

    fn given_entities(&self, text: &str) -> Result<Vec<Entity>, ApiError> {
        let Some(value) = self.params.structure("entities")? else {
            return Ok(Vec::new());
        };
        let entities: Vec<Entity> = serde_json::from_value(value)
            .map_err(|_| ApiError::bad_request("can't parse MessageEntity"))?;
        let length = utf16_len(text);
        let outside = |e: &Entity| {
            e.length == 0
                || e.offset
                    .checked_add(e.length)
                    .is_none_or(|end| end > length)
        };
        // Telegram ignores entities that lie outside of the text.
        Ok(entities.into_iter().filter(|e| !outside(e)).collect())
    }
}
