//! Message entities: their JSON, the entities Telegram finds by itself, and trimming.
//!
//! Offsets and lengths are UTF-16 units, as everywhere in the Bot API.

use serde::{Deserialize, Serialize};

/// The most characters of a message text, in UTF-16 units after parsing entities.
pub(crate) const TEXT_UTF16_MAX: usize = 4096;
/// The most letters of a command that Telegram recognises in a text.
const COMMAND_CHARS_MAX: usize = 64;

/// One formatted or recognised part of a message text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// The API's name of the kind, such as `bold` or `bot_command`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins, in UTF-16 units.
    pub offset: usize,
    /// How long it is, in UTF-16 units.
    pub length: usize,
    /// The address behind a `text_link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The language of a `pre`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The emoji of a `custom_emoji`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_emoji_id: Option<String>,
}

impl Entity {
    pub(crate) fn new(kind: &str, offset: usize, length: usize) -> Self {
        Self {
            kind: kind.to_owned(),
            offset,
            length,
            url: None,
            language: None,
            custom_emoji_id: None,
        }
    }

    fn end(&self) -> usize {
        self.offset.saturating_add(self.length)
    }

    /// Whether nothing may be recognised inside: code stays code, a link stays that link.
    fn shields(&self) -> bool {
        matches!(self.kind.as_str(), "code" | "pre" | "text_link")
    }
}

/// The length of a text as Telegram counts it.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Cuts white space from both ends and moves the entities along.
pub(crate) fn trim(text: &str, entities: Vec<Entity>) -> (String, Vec<Entity>) {
    let without_lead = text.trim_start();
    let lead = utf16_len(text) - utf16_len(without_lead);
    let trimmed = without_lead.trim_end();
    let length = utf16_len(trimmed);
    let kept = entities
        .into_iter()
        .filter_map(|mut entity| {
            let end = entity.end().saturating_sub(lead).min(length);
            entity.offset = entity.offset.saturating_sub(lead).min(length);
            entity.length = end.saturating_sub(entity.offset);
            (entity.length > 0).then_some(entity)
        })
        .collect();
    (trimmed.to_owned(), kept)
}

/// Adds the commands and web addresses that Telegram recognises in every text.
pub(crate) fn with_recognised(text: &str, mut entities: Vec<Entity>) -> Vec<Entity> {
    let mut offset = 0;
    let mut found = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if let Some(length) = command_length(bare) {
            found.push(Entity::new("bot_command", offset, length));
        } else if let Some(length) = address_length(bare) {
            found.push(Entity::new("url", offset, length));
        }
        offset += utf16_len(word);
    }
    found.retain(|new| {
        !entities
            .iter()
            .any(|old| old.shields() && old.offset < new.end() && new.offset < old.end())
    });
    entities.extend(found);
    sort(&mut entities);
    entities
}

/// Orders entities as the API returns them: by place, the outer before the inner.
pub(crate) fn sort(entities: &mut [Entity]) {
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
}

fn command_length(word: &str) -> Option<usize> {
    let name = word.strip_prefix('/')?;
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let letters = name.chars().take_while(is_part).count();
    if letters == 0 || letters > COMMAND_CHARS_MAX {
        return None;
    }
    let addressed = name[letters..].strip_prefix('@').map_or(0, |to| {
        let length = to.chars().take_while(is_part).count();
        if length == 0 { 0 } else { length + 1 }
    });
    let follows = name[letters + addressed..].chars().next();
    (!matches!(follows, Some('/' | '<'))).then_some(1 + letters + addressed)
}

fn address_length(word: &str) -> Option<usize> {
    let rest = word
        .strip_prefix("https://")
        .or_else(|| word.strip_prefix("http://"))?;
    let bare = word.trim_end_matches(['.', ',', ')', '!', '?', ';', ':', '"', '\'']);
    (rest.contains('.') || rest.contains(':')).then(|| utf16_len(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_commands_and_addresses_outside_code() {
        let cases = [
            ("/start abc", vec![("bot_command", 0, 6)]),
            ("try /newsession@my_bot.", vec![("bot_command", 4, 18)]),
            ("🏟 /help", vec![("bot_command", 3, 5)]),
            ("/usr/bin", vec![]),
            ("a/b / no", vec![]),
            ("see https://example.org/x.", vec![("url", 4, 21)]),
        ];
        for (text, expected) in cases {
            let found = with_recognised(text, Vec::new());
            let found: Vec<_> = found
                .iter()
                .map(|e| (e.kind.as_str(), e.offset, e.length))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
        let code = vec![Entity::new("code", 0, 5)];
        assert_eq!(with_recognised("/help", code.clone()), code);
    }

    #[test]
    fn trimming_moves_clips_and_drops_entities() {
        let entities = vec![
            Entity::new("bold", 0, 2),
            Entity::new("italic", 1, 4),
            Entity::new("code", 3, 9),
        ];
        let (text, kept) = trim("  🏟a \n", entities);
        assert_eq!(text, "🏟a");
        assert_eq!(
            kept,
            vec![Entity::new("italic", 0, 3), Entity::new("code", 1, 2)]
        );
    }
}
