//! Telegram's HTML subset: markup in, plain text and entities out, or the error that Telegram
//! would word. Pure; knows nothing of messages and limits.

use crate::entity::{self, Entity, utf16_len};

/// Why a text is not HTML as Telegram understands it; the texts are Telegram's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HtmlError {
    /// A tag opens and never ends with `>`.
    #[error("Unclosed start tag at byte offset {0}")]
    UnclosedStart(usize),
    /// A tag ends in the middle of an attribute.
    #[error("Unclosed start tag \"{0}\" at byte offset {1}")]
    UnclosedAttribute(String, usize),
    /// The tag is not one of Telegram's.
    #[error("Unsupported start tag \"{0}\" at byte offset {1}")]
    UnsupportedStart(String, usize),
    /// An attribute without a name.
    #[error("Empty attribute name in the tag \"{0}\" at byte offset {1}")]
    EmptyAttribute(String, usize),
    /// A bare attribute value that does not end.
    #[error("Unexpected end of name token at byte offset {0}")]
    UnclosedValue(usize),
    /// `span` is only a spoiler.
    #[error("Tag \"span\" must have class \"tg-spoiler\" at byte offset {0}")]
    SpanWithoutClass(usize),
    /// `tg-emoji` without a numeric identifier.
    #[error("Invalid custom emoji identifier specified")]
    EmojiIdentifier,
    /// Nothing is open that could end here.
    #[error("Unexpected end tag at byte offset {0}")]
    UnexpectedEnd(usize),
    /// An end tag never ends with `>`.
    #[error("Unclosed end tag at byte offset {0}")]
    UnclosedEnd(usize),
    /// Another tag is to be closed first.
    #[error("Unmatched end tag at byte offset {0}, expected \"</{1}>\", found \"</{2}>\"")]
    UnmatchedEnd(usize, String, String),
    /// The text ends while a tag is open.
    #[error("Can't find end tag corresponding to start tag \"{0}\"")]
    MissingEnd(String),
    /// A numeric reference to half a character.
    #[error(
        "Text contains invalid Unicode characters after decoding HTML entities, check for \
         unmatched surrogate code units"
    )]
    Surrogate,
}

/// Parses `source`; offsets of the entities are UTF-16 units of the returned text.
pub fn parse_html(source: &str) -> Result<(String, Vec<Entity>), HtmlError> {
    let mut parser = Parser {
        source,
        at: 0,
        text: String::new(),
        open: Vec::new(),
        done: Vec::new(),
    };
    while let Some(c) = parser.peek() {
        match c {
            '<' if parser.source[parser.at..].starts_with("</") => parser.end_tag()?,
            '<' => parser.start_tag()?,
            '&' => {
                let decoded = parser.reference()?;
                parser.text.push(decoded);
            }
            other => {
                parser.text.push(other);
                parser.at += other.len_utf8();
            }
        }
    }
    if let Some(open) = parser.open.last() {
        return Err(HtmlError::MissingEnd(open.tag.clone()));
    }
    let mut entities = join_code_blocks(parser.done);
    entity::sort(&mut entities);
    Ok((parser.text, entities))
}

struct Open {
    tag: String,
    argument: Option<String>,
    offset: usize,
    text_at: usize,
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    text: String,
    open: Vec<Open>,
    done: Vec<Entity>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    /// Takes characters as long as they please, and returns them.
    fn take_while(&mut self, pleases: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.source[self.at..];
        let length = rest.find(|c| !pleases(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn skip_space(&mut self) {
        self.take_while(|c| c.is_ascii_whitespace());
    }

    fn start_tag(&mut self) -> Result<(), HtmlError> {
        let begin = self.at;
        self.at += 1;
        let tag = self
            .take_while(|c| !c.is_ascii_whitespace() && c != '>')
            .to_ascii_lowercase();
        if self.peek().is_none() {
            return Err(HtmlError::UnclosedStart(begin));
        }
        if entity_kind(&tag).is_none() {
            return Err(HtmlError::UnsupportedStart(tag, begin));
        }
        let argument = self.attributes(&tag, begin)?;
        match tag.as_str() {
            "span" if argument.as_deref() != Some("tg-spoiler") => {
                return Err(HtmlError::SpanWithoutClass(begin));
            }
            "tg-emoji" if !argument.as_deref().is_some_and(is_emoji_id) => {
                return Err(HtmlError::EmojiIdentifier);
            }
            _ => {}
        }
        let offset = utf16_len(&self.text);
        self.open.push(Open {
            tag,
            argument,
            offset,
            text_at: self.text.len(),
        });
        Ok(())
    }

    /// Reads up to and with the `>`; returns the one attribute that means something.
    fn attributes(&mut self, tag: &str, begin: usize) -> Result<Option<String>, HtmlError> {
        let mut argument = None;
        loop {
            self.skip_space();
            match self.peek() {
                None => return Err(HtmlError::UnclosedStart(begin)),
                Some('>') => {
                    self.at += 1;
                    return Ok(argument);
                }
                Some(_) => {}
            }
            let name = self
                .take_while(|c| !c.is_ascii_whitespace() && c != '=' && c != '>')
                .to_ascii_lowercase();
            if name.is_empty() {
                return Err(HtmlError::EmptyAttribute(tag.to_owned(), begin));
            }
            self.skip_space();
            let value = if self.peek() == Some('=') {
                self.at += 1;
                self.skip_space();
                self.value(tag, begin)?
            } else {
                String::new()
            };
            if let Some(meaning) = attribute_meaning(tag, &name, value) {
                argument = Some(meaning);
            }
        }
    }

    fn value(&mut self, tag: &str, begin: usize) -> Result<String, HtmlError> {
        let quote = match self.peek() {
            None => return Err(HtmlError::UnclosedAttribute(tag.to_owned(), begin)),
            Some(quote @ ('"' | '\'')) => quote,
            Some(_) => {
                let token_at = self.at;
                let token = self.take_while(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
                return match self.peek() {
                    Some(c) if c.is_ascii_whitespace() || c == '>' => Ok(token.to_owned()),
                    _ => Err(HtmlError::UnclosedValue(token_at)),
                };
            }
        };
        self.at += 1;
        let mut value = String::new();
        loop {
            match self.peek() {
                None => return Err(HtmlError::UnclosedStart(begin)),
                Some(c) if c == quote => {
                    self.at += 1;
                    return Ok(value);
                }
                Some('&') => value.push(self.reference()?),
                Some(c) => {
                    value.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn end_tag(&mut self) -> Result<(), HtmlError> {
        let begin = self.at;
        let Some(open) = self.open.pop() else {
            return Err(HtmlError::UnexpectedEnd(begin));
        };
        self.at += 2;
        let name = self
            .take_while(|c| !c.is_ascii_whitespace() && c != '>')
            .to_ascii_lowercase();
        self.skip_space();
        if self.peek() != Some('>') {
            return Err(HtmlError::UnclosedEnd(begin));
        }
        self.at += 1;
        // `</>` closes whatever is open.
        if !name.is_empty() && name != open.tag {
            return Err(HtmlError::UnmatchedEnd(begin, open.tag, name));
        }
        self.close(open);
        Ok(())
    }

    fn close(&mut self, open: Open) {
        let length = utf16_len(&self.text[open.text_at..]);
        let Some(kind) = entity_kind(&open.tag).filter(|_| length > 0) else {
            return;
        };
        let mut entity = Entity::new(kind, open.offset, length);
        match kind {
            "text_link" => {
                let address = open
                    .argument
                    .unwrap_or_else(|| self.text[open.text_at..].to_owned());
                let Some(url) = normal_address(&address) else {
                    return;
                };
                entity.url = Some(url);
            }
            "code" => entity.language = open.argument,
            "custom_emoji" => entity.custom_emoji_id = open.argument,
            "blockquote" if open.argument.is_some() => {
                entity.kind = "expandable_blockquote".to_owned();
            }
            _ => {}
        }
        self.done.push(entity);
    }

    /// Decodes the reference at the cursor; what is no reference stays a plain `&`.
    fn reference(&mut self) -> Result<char, HtmlError> {
        let rest = &self.source[self.at + 1..];
        let (code, length) = match rest.strip_prefix('#') {
            Some(number) => match numeric(number) {
                Some((code, length)) => (code, length + 1),
                None => (u32::from('&'), 0),
            },
            None => NAMED
                .iter()
                .find(|(name, _)| {
                    rest.strip_prefix(name)
                        .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphabetic()))
                })
                .map_or((u32::from('&'), 0), |(name, c)| (u32::from(*c), name.len())),
        };
        self.at += 1 + length;
        if length > 0 && self.peek() == Some(';') {
            self.at += 1;
        }
        char::from_u32(code).ok_or(HtmlError::Surrogate)
    }
}

const NAMED: [(&str, char); 4] = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"')];
const CODE_POINT_MAX: u32 = 0x10_FFFF;

/// Reads decimal or `x` hexadecimal digits: the code point and how many bytes were read.
fn numeric(text: &str) -> Option<(u32, usize)> {
    let (digits, radix, lead) = match text.strip_prefix('x') {
        Some(hex) => (hex, 16, 1),
        None => (text, 10, 0),
    };
    let length = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let code = u32::from_str_radix(&digits[..length], radix).ok()?;
    (code > 0 && code <= CODE_POINT_MAX).then_some((code, lead + length))
}

fn entity_kind(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" | "ins" => "underline",
        "s" | "strike" | "del" => "strikethrough",
        "span" | "tg-spoiler" => "spoiler",
        "code" => "code",
        "pre" => "pre",
        "a" => "text_link",
        "blockquote" => "blockquote",
        "tg-emoji" => "custom_emoji",
        _ => return None,
    })
}

fn attribute_meaning(tag: &str, name: &str, value: String) -> Option<String> {
    match (tag, name) {
        ("a", "href") | ("tg-emoji", "emoji-id") => Some(value),
        ("span", "class") if value.starts_with("tg-") => Some(value),
        ("code", "class") => value
            .strip_prefix("language-")
            .filter(|l| !l.is_empty())
            .map(str::to_owned),
        ("blockquote", "expandable") => Some("expandable".to_owned()),
        _ => None,
    }
}

fn is_emoji_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `pre` around nothing but a `code` with a language is one block in that language; a lone
/// `code` has no language.
fn join_code_blocks(entities: Vec<Entity>) -> Vec<Entity> {
    let same = |a: &Entity, b: &Entity| a.offset == b.offset && a.length == b.length;
    let language_of = |block: &Entity| {
        entities
            .iter()
            .find(|e| e.kind == "code" && same(e, block))
            .and_then(|code| code.language.clone())
    };
    let joined = |code: &Entity| {
        code.kind == "code"
            && code.language.is_some()
            && entities.iter().any(|e| e.kind == "pre" && same(e, code))
    };
    entities
        .iter()
        .filter(|entity| !joined(entity))
        .map(|entity| {
            let language = (entity.kind == "pre")
                .then(|| language_of(entity))
                .flatten();
            Entity {
                language,
                ..entity.clone()
            }
        })
        .collect()
}

/// The address as Telegram stores it, or `None` for what is no address: no link is made then.
fn normal_address(address: &str) -> Option<String> {
    let address = address.trim();
    if address.is_empty() || address.contains(char::is_whitespace) {
        return None;
    }
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (scheme, rest),
        Some(("tg" | "ton", _)) => return Some(address.to_owned()),
        Some(_) => return None,
        None if address.starts_with("mailto:") || address.starts_with("tel:") => {
            return Some(address.to_owned());
        }
        None => ("http", address),
    };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    let host_is_plausible = host.contains('.') || host.starts_with("localhost");
    let slash = if path.starts_with('/') { "" } else { "/" };
    host_is_plausible.then(|| format!("{scheme}://{host}{slash}{path}"))
}

#[cfg(test)]
mod tests;
