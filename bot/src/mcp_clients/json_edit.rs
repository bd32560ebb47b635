//! Sets one value in the text of a JSON document and leaves every other byte as it is:
//! comments, order, indentation, line ends, a byte order mark.
//!
//! The parser says where things stand; the text is then cut and joined here. The parser's own
//! editable tree is not used, because it lays neighbours out anew.

mod layout;
mod trail;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::{Range, Ranged as _};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::Serialize;

use layout::{Style, has_newline, line_indent};
use trail::Trail;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Why a document cannot be edited. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// No JSON, not even with comments and trailing commas.
    Syntax {
        line: usize,
        column: usize,
        /// The parser's words; they repeat nothing of the document.
        problem: String,
    },
    /// A value on the way is no object.
    NotAnObject {
        /// Its key; `None` for the whole document.
        key: Option<String>,
        line: usize,
        column: usize,
    },
}

/// Reads the value at a path; `None` when a key on the way is absent. Of a key that stands
/// twice the last counts, as for every client.
///
/// # Errors
/// [`JsonError`].
pub(super) fn get(text: &str, path: &[&str]) -> Result<Option<serde_json::Value>, JsonError> {
    let body = without_mark(text);
    let Some(root) = parse(body)? else {
        return Ok(None);
    };
    let (&last, ancestors) = path.split_last().expect("a path names a key");
    let mut object = as_object(body, &root, None)?;
    for key in ancestors {
        let Some(property) = find(object, key) else {
            return Ok(None);
        };
        object = as_object(body, &property.value, Some(key))?;
    }
    Ok(find(object, last).map(|property| property.value.clone().into()))
}

/// The document with the value at a path; objects that are missing on the way are made.
///
/// # Errors
/// [`JsonError`].
pub(super) fn set<T: Serialize>(text: &str, path: &[&str], value: &T) -> Result<String, JsonError> {
    let body = without_mark(text);
    let mark = &text[..text.len() - body.len()];
    let edits = edits(body, path, value)?;
    let mut edited = mark.to_owned();
    let mut kept = 0;
    for (range, new) in edits {
        edited.push_str(&body[kept..range.start]);
        edited.push_str(&new);
        kept = range.end;
    }
    edited.push_str(&body[kept..]);
    Ok(edited)
}

/// Ranges to replace and what by, in order.
type Edits = Vec<(Range, String)>;

fn edits<T: Serialize>(body: &str, path: &[&str], value: &T) -> Result<Edits, JsonError> {
    let Some(root) = parse(body)? else {
        return Ok(vec![new_document(body, path, value)]);
    };
    let root = as_object(body, &root, None)?;
    let style = Style::of(body, root);
    let mut object = root;
    for (depth, key) in path.iter().enumerate() {
        let rest = &path[depth + 1..];
        match find(object, key) {
            None => return Ok(insertion(body, object, &style, key, rest, value)),
            Some(property) if rest.is_empty() => {
                let inline = !has_newline(body, object.start(), property.start());
                let layout = style.layout(inline);
                let text = layout.value(value, line_indent(body, property.start()));
                return Ok(vec![(property.value.range(), text)]);
            }
            Some(property) => object = as_object(body, &property.value, Some(key))?,
        }
    }
    Ok(Vec::new())
}

/// A document without a value: empty, blank, or nothing but comments.
fn new_document<T: Serialize>(body: &str, path: &[&str], value: &T) -> (Range, String) {
    let style = Style::default_for(body);
    let text = style.layout(false).nested(path, value, "");
    let newline = style.newline;
    let blank = body.trim().is_empty();
    let at = if blank { 0 } else { body.len() };
    let before = if blank || body.ends_with('\n') {
        ""
    } else {
        newline
    };
    let after = if blank && !body.is_empty() {
        ""
    } else {
        newline
    };
    (Range::from_byte_index(at), format!("{before}{text}{after}"))
}

fn insertion<T: Serialize>(
    body: &str,
    object: &Object<'_>,
    style: &Style,
    key: &str,
    rest: &[&str],
    value: &T,
) -> Edits {
    match object.properties.last() {
        Some(last) => after_last(body, object, last, style, key, rest, value),
        None => vec![into_empty(body, object, style, key, rest, value)],
    }
}

fn after_last<T: Serialize>(
    body: &str,
    object: &Object<'_>,
    last: &ObjectProp<'_>,
    style: &Style,
    key: &str,
    rest: &[&str],
    value: &T,
) -> Edits {
    let close = object.end() - 1;
    let trail = Trail::after(body, last.end(), close);
    let comma = if trail.comma.is_none() { "," } else { "" };
    let inline = !has_newline(body, object.start(), last.start());
    let layout = style.layout(inline);
    if inline {
        let at = trail.comma.unwrap_or(last.end());
        let text = layout.property(key, rest, value, "");
        let space = style.space();
        return vec![(Range::from_byte_index(at), format!("{comma}{space}{text}"))];
    }
    let indent = line_indent(body, last.start());
    let text = layout.property(key, rest, value, indent);
    let newline = style.newline;
    let end = match has_newline(body, trail.line_end, close) {
        true => String::new(),
        false => format!("{newline}{}", line_indent(body, object.start())),
    };
    vec![
        (Range::from_byte_index(last.end()), comma.to_owned()),
        (
            Range::from_byte_index(trail.line_end),
            format!("{newline}{indent}{text}{end}"),
        ),
    ]
}

fn into_empty<T: Serialize>(
    body: &str,
    object: &Object<'_>,
    style: &Style,
    key: &str,
    rest: &[&str],
    value: &T,
) -> (Range, String) {
    let close = object.end() - 1;
    let at = Trail::last_comment_end(body, object.start() + 1, close);
    let layout = style.layout(style.inline);
    if style.inline {
        let text = layout.property(key, rest, value, "");
        return (Range::from_byte_index(at), text);
    }
    let newline = style.newline;
    let outer = line_indent(body, object.start());
    let indent = format!("{outer}{}", style.unit);
    let text = layout.property(key, rest, value, &indent);
    match has_newline(body, at, close) {
        true => (
            Range::from_byte_index(at),
            format!("{newline}{indent}{text}"),
        ),
        false => (
            Range::from_byte_index(close),
            format!("{newline}{indent}{text}{newline}{outer}"),
        ),
    }
}

/// Whether a document that can be edited holds comments or trailing commas.
pub(crate) fn is_lax(text: &str) -> bool {
    let body = without_mark(text);
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
    !body.trim().is_empty() && !is_json && parse(body).is_ok()
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

fn parse(body: &str) -> Result<Option<Value<'_>>, JsonError> {
    // What some clients allow; what none does is refused, for the client would refuse it too.
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(body, &CollectOptions::default(), &options);
    let parsed = parsed.map_err(|error| JsonError::Syntax {
        line: error.line_display(),
        column: error.column_display(),
        problem: error.kind().to_string(),
    })?;
    Ok(parsed.value)
}

fn as_object<'a, 'b>(
    body: &str,
    value: &'b Value<'a>,
    key: Option<&str>,
) -> Result<&'b Object<'a>, JsonError> {
    value.as_object().ok_or_else(|| {
        let before = &body[..value.start()];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        JsonError::NotAnObject {
            key: key.map(str::to_owned),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    })
}

fn find<'a, 'b>(object: &'b Object<'a>, key: &str) -> Option<&'b ObjectProp<'a>> {
    let mut properties = object.properties.iter().rev();
    properties.find(|property| property.name.as_str() == key)
}
