//! How a document is laid out, and new text that looks like the rest of it.

use jsonc_parser::ast::Object;
use jsonc_parser::common::Ranged as _;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Indentation of a document that shows none.
const INDENT_DEFAULT: &str = "  ";

/// How a document is laid out, as far as it shows.
pub(super) struct Style {
    pub(super) newline: &'static str,
    pub(super) unit: String,
    colon: &'static str,
    /// The whole document stands on one line.
    pub(super) inline: bool,
}

impl Style {
    pub(super) fn default_for(body: &str) -> Self {
        Self {
            newline: newline_of(body),
            unit: INDENT_DEFAULT.to_owned(),
            colon: ": ",
            inline: false,
        }
    }

    pub(super) fn of(body: &str, root: &Object<'_>) -> Self {
        let mut style = Self::default_for(body);
        let Some(first) = root.properties.first() else {
            return style;
        };
        style.inline = !has_newline(body, root.start(), root.end());
        let colon = &body[first.name.end()..first.value.start()];
        if colon.ends_with(':') {
            style.colon = ":";
        }
        let indent = line_indent(body, first.start());
        let unit = indent.strip_prefix(line_indent(body, root.start()));
        if let Some(unit) =
            unit.filter(|unit| !unit.is_empty() && has_newline(body, root.start(), first.start()))
        {
            style.unit = unit.to_owned();
        }
        style
    }

    pub(super) fn space(&self) -> &'static str {
        if self.colon.ends_with(' ') { " " } else { "" }
    }

    pub(super) const fn layout(&self, inline: bool) -> Layout<'_> {
        Layout {
            style: self,
            inline,
        }
    }
}

/// How new text is laid out.
pub(super) struct Layout<'a> {
    style: &'a Style,
    inline: bool,
}

impl Layout<'_> {
    /// `"key": value`, with an object around the value for each further key.
    pub(super) fn property<T: Serialize>(
        &self,
        key: &str,
        rest: &[&str],
        value: &T,
        indent: &str,
    ) -> String {
        let key = serde_json::Value::from(key);
        let value = self.nested(rest, value, indent);
        format!("{key}{}{value}", self.style.colon)
    }

    /// The value, with an object around it for each key.
    pub(super) fn nested<T: Serialize>(&self, keys: &[&str], value: &T, indent: &str) -> String {
        let Some((key, rest)) = keys.split_first() else {
            return self.value(value, indent);
        };
        if self.inline {
            return format!("{{{}}}", self.property(key, rest, value, indent));
        }
        let newline = self.style.newline;
        let inner = format!("{indent}{}", self.style.unit);
        let property = self.property(key, rest, value, &inner);
        format!("{{{newline}{inner}{property}{newline}{indent}}}")
    }

    pub(super) fn value<T: Serialize>(&self, value: &T, indent: &str) -> String {
        const WRITABLE: &str = "texts in memory are always JSON";
        if self.inline {
            return serde_json::to_string(value).expect(WRITABLE);
        }
        let mut bytes = Vec::new();
        let formatter = PrettyFormatter::with_indent(self.style.unit.as_bytes());
        let mut serializer = Serializer::with_formatter(&mut bytes, formatter);
        value.serialize(&mut serializer).expect(WRITABLE);
        let text = String::from_utf8(bytes).expect(WRITABLE);
        // A line end inside a text is escaped, so that every one here is the layout's own.
        text.replace('\n', &format!("{}{indent}", self.style.newline))
    }
}

pub(super) fn has_newline(body: &str, from: usize, to: usize) -> bool {
    body[from..to].contains('\n')
}

/// The blanks at the beginning of the line in which a position lies.
pub(super) fn line_indent(body: &str, at: usize) -> &str {
    let start = body[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &body[start..at];
    let blank = line.find(|c| c != ' ' && c != '\t').unwrap_or(line.len());
    &line[..blank]
}

fn newline_of(body: &str) -> &'static str {
    match body.find('\n') {
        Some(at) if body[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
