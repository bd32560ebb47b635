//! The one escaping function, and what is done with HTML that Telegram would refuse.

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

/// The text without markup, for a message that Telegram cannot parse.
pub(in crate::telegram) fn to_plain(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        plain.push_str(&rest[..start]);
        match rest[start..].find('>') {
            Some(end) => rest = &rest[start + end + 1..],
            None => {
                rest = &rest[start..];
                break;
            }
        }
    }
    plain.push_str(rest);
    plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Splits between lines, never inside one. Our texts open and close their tags within a
/// line, so each part is whole.
pub(in crate::telegram) fn split(html: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for line in html.lines() {
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

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_and_plain_text_are_inverse() {
        for hostile in ["<b>&\"'</b>", "a < b > c & d", "&lt;", "</code><a href=\"x\">"] {
            assert_eq!(to_plain(&escape(hostile)), hostile);
            assert!(!escape(hostile).contains(['<', '>']));
        }
        assert_eq!(to_plain("<b>a &lt; b</b>"), "a < b");
        assert_eq!(to_plain("a < b"), "a < b");
    }

    #[test]
    fn long_texts_are_split_between_lines() {
        let line = "x".repeat(1_000);
        let text = vec![line.as_str(); 9].join("\n");
        let parts = split(&text);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.join("\n"), text);
        assert!(parts.iter().all(|part| utf16(part) <= TEXT_UTF16_MAX));
        assert_eq!(split("short"), ["short"]);
    }
}
