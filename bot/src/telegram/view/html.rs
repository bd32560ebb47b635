//! The one escaping function, and what is done with HTML that Telegram would refuse.

use waiaas_daemon_core::notify::wording::{Piece, Wording};

/// The longest text of a message: Telegram's limit is 4096 UTF-16 units after parsing; this
/// counts the markup too, so it is on the safe side.
const TEXT_UTF16_MAX: usize = 4_096;

/// Makes any value safe inside HTML.
pub(in crate::telegram) fn escape(value: &str) -> String {
    let mut safe = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Escapes a text for people in which commands stand between backticks, and sets those as
/// code.
pub(in crate::telegram) fn with_code(text: &str) -> String {
    let safe = escape(text);
    let parts: Vec<&str> = safe.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return safe;
    }
    let mark = |(place, part): (usize, &&str)| {
        if place % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            (*part).to_owned()
        }
    };
    parts.iter().enumerate().map(mark).collect()
}

/// The text without markup, for a message that Telegram cannot parse.
pub(in crate::telegram) fn to_plain(html: &str) -> String {
    to_wording(html).plain()
}

/// The text with its markup as pieces, for another medium. Our texts do not nest tags.
pub(in crate::telegram) fn to_wording(html: &str) -> Wording {
    let mut pieces = Vec::new();
    let mut set_as: fn(String) -> Piece = Piece::Plain;
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else {
            rest = &rest[start..];
            break;
        };
        if !text.is_empty() {
            pieces.push(set_as(unescape(&std::mem::take(&mut text))));
        }
        set_as = match &rest[start..=start + end] {
            "<b>" => Piece::Bold,
            "<code>" => Piece::Code,
            _ => Piece::Plain,
        };
        rest = &rest[start + end + 1..];
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(set_as(unescape(&text)));
    }
    Wording(pieces)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Splits between lines; a line that is a message by itself, such as a long list of wallets,
/// between its values. Our texts open and close their tags within a line, and long lists carry
/// none, so each part is whole.
pub(in crate::telegram) fn split(html: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for line in html.lines().flat_map(between_values) {
        let line = line.as_str();
        let longer = utf16(&part) + 1 + utf16(line);
        if !part.is_empty() && longer > TEXT_UTF16_MAX {
            parts.push(std::mem::take(&mut part));
        }
        if !part.is_empty() {
            part.push('\n');
        }
        part.push_str(line);
    }
    parts.push(part);
    parts
}

fn between_values(line: &str) -> Vec<String> {
    if utf16(line) <= TEXT_UTF16_MAX {
        return vec![line.to_owned()];
    }
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for value in line.split_inclusive(", ") {
        if !piece.is_empty() && utf16(&piece) + utf16(value) > TEXT_UTF16_MAX {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push_str(value);
    }
    pieces.push(piece);
    pieces
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_and_plain_text_are_inverse() {
        for hostile in [
            "<b>&\"'</b>",
            "a < b > c & d",
            "&lt;",
            "</code><a href=\"x\">",
        ] {
            assert_eq!(to_plain(&escape(hostile)), hostile);
            assert!(!escape(hostile).contains(['<', '>']));
        }
        assert_eq!(to_plain("<b>a &lt; b</b>"), "a < b");
        assert_eq!(to_plain("a < b"), "a < b");
    }

    #[test]
    fn markup_becomes_pieces_and_hostile_values_stay_text() {
        let html = format!("🆕 <b>{}</b>: <code>a1</code>", escape("<b>x</b> & y"));
        assert_eq!(
            to_wording(&html).0,
            [
                Piece::Plain("🆕 ".to_owned()),
                Piece::Bold("<b>x</b> & y".to_owned()),
                Piece::Plain(": ".to_owned()),
                Piece::Code("a1".to_owned()),
            ]
        );
    }

    #[test]
    fn commands_between_backticks_are_code() {
        assert_eq!(
            with_code("run `a <b>` or `c`"),
            "run <code>a &lt;b&gt;</code> or <code>c</code>"
        );
        assert_eq!(with_code("one ` only"), "one ` only");
        assert_eq!(with_code("<none>"), "&lt;none&gt;");
    }

    #[test]
    fn long_texts_are_split_between_lines() {
        let line = "x".repeat(1_000);
        let text = [line.as_str(); 9].join("\n");
        let parts = split(&text);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.join("\n"), text);
        assert!(parts.iter().all(|part| utf16(part) <= TEXT_UTF16_MAX));
        assert_eq!(split("short"), ["short"]);
    }

    #[test]
    fn a_long_list_is_split_between_its_values() {
        let name = "&lt;".repeat(100);
        let line = vec![name.as_str(); 30].join(", ");
        let parts = split(&format!("Wallets: {line}\nend"));
        assert!(parts.iter().all(|part| utf16(part) <= TEXT_UTF16_MAX));
        let whole = parts.concat().replace('\n', "");
        assert_eq!(whole, format!("Wallets: {line}end"));
        assert!(
            parts
                .iter()
                .all(|part| part.starts_with("Wallets") || part.starts_with("&lt;"))
        );
    }
}
