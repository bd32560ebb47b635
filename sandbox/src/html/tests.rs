//! Tables for the HTML subset: what is understood, and how each refusal is worded.
#![allow(clippy::unwrap_used)]

use super::*;

fn kinds(source: &str) -> (String, Vec<(String, usize, usize)>) {
    let (text, entities) = parse_html(source).expect(source);
    (
        text,
        entities
            .into_iter()
            .map(|e| (e.kind, e.offset, e.length))
            .collect(),
    )
}

fn refusal(source: &str) -> String {
    parse_html(source).expect_err(source).to_string()
}

#[test]
fn plain_text_and_references() {
    let cases = [
        ("", ""),
        ("a > b", "a > b"),
        ("&lt;&gt;&amp;&quot;", "<>&\""),
        ("&laquo; &amplify", "&laquo; &amplify"),
        ("&#65;&#x42;&#x1F3DF;", "AB🏟"),
        ("&#0; &#1114112; &#; &", "&#0; &#1114112; &#; &"),
        ("&lt🏟", "<🏟"),
    ];
    for (source, text) in cases {
        assert_eq!(kinds(source), (text.to_owned(), Vec::new()), "{source}");
    }
}

#[test]
fn every_tag_becomes_its_entity() {
    let cases = [
        ("<b>x</b>", "bold"),
        ("<STRONG>x</strong>", "bold"),
        ("<i>x</i>", "italic"),
        ("<em>x</em>", "italic"),
        ("<u>x</u>", "underline"),
        ("<ins>x</ins>", "underline"),
        ("<s>x</s>", "strikethrough"),
        ("<strike>x</strike>", "strikethrough"),
        ("<del>x</del>", "strikethrough"),
        ("<span class=\"tg-spoiler\">x</span>", "spoiler"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ("<blockquote>x</blockquote>", "blockquote"),
        (
            "<blockquote expandable>x</blockquote>",
            "expandable_blockquote",
        ),
        ("<a href=\"https://example.org\">x</a>", "text_link"),
        (
            "<tg-emoji emoji-id=\"5368324170671202286\">x</tg-emoji>",
            "custom_emoji",
        ),
    ];
    for (source, kind) in cases {
        assert_eq!(
            kinds(source),
            ("x".to_owned(), vec![(kind.to_owned(), 0, 1)]),
            "{source}"
        );
    }
}

#[test]
fn offsets_count_utf16_and_nesting_keeps_the_outer_first() {
    let (text, entities) = kinds("🏟 <b>🏟 &lt;<i foo = 'bar'>é</></b>");
    assert_eq!(text, "🏟 🏟 <é");
    assert_eq!(
        entities,
        vec![("bold".into(), 3, 5), ("italic".into(), 7, 1)]
    );
    assert_eq!(kinds("<b></b>x").1, vec![]);
}

#[test]
fn code_blocks_carry_their_language() {
    let (_, entities) = parse_html("<pre><code class=\"language-rust\">x</code></pre>").unwrap();
    assert_eq!(entities.len(), 1);
    assert_eq!(entities[0].language.as_deref(), Some("rust"));
    let (_, entities) = parse_html("<code class=\"language-rust\">x</code>").unwrap();
    assert_eq!(entities, vec![Entity::new("code", 0, 1)]);
}

#[test]
fn links_are_normalised_and_nonsense_makes_none() {
    let cases = [
        ("<a href='example.org'>x</a>", Some("http://example.org/")),
        ("<a href=example.org>x</a>", Some("http://example.org/")),
        (
            "<a href='https://example.org?a=1&amp;b=2'>x</a>",
            Some("https://example.org/?a=1&b=2"),
        ),
        ("<a>example.org</a>", Some("http://example.org/")),
        (
            "<a href='tg://resolve?domain=x'>x</a>",
            Some("tg://resolve?domain=x"),
        ),
        ("<a href='javascript://x.y'>x</a>", None),
        ("<a href=''>x</a>", None),
        ("<a>x</a>", None),
    ];
    for (source, url) in cases {
        let (_, entities) = parse_html(source).expect(source);
        assert_eq!(
            entities.first().and_then(|e| e.url.as_deref()),
            url,
            "{source}"
        );
    }
}

#[test]
fn refusals_are_worded_as_telegram_words_them() {
    let cases = [
        ("🏟 🏟&lt;<abac", "Unclosed start tag at byte offset 13"),
        (
            "🏟 🏟&lt;<abac aba>",
            "Unsupported start tag \"abac\" at byte offset 13",
        ),
        ("a < b > c", "Unsupported start tag \"\" at byte offset 2"),
        ("<br/>", "Unsupported start tag \"br/\" at byte offset 0"),
        (
            "<i   =aba>",
            "Empty attribute name in the tag \"i\" at byte offset 0",
        ),
        ("<i aba  =  ", "Unclosed start tag \"i\" at byte offset 0"),
        (
            "<i a=19-.,",
            "Unexpected end of name token at byte offset 5",
        ),
        ("<i a=\"&lt;>", "Unclosed start tag at byte offset 0"),
        ("<i a='b' ", "Unclosed start tag at byte offset 0"),
        ("</", "Unexpected end tag at byte offset 0"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<i>a</i   ", "Unclosed end tag at byte offset 4"),
        (
            "<i>a</em>",
            "Unmatched end tag at byte offset 4, expected \"</i>\", found \"</em>\"",
        ),
        (
            "<b>a<i>b</b></i>",
            "Unmatched end tag at byte offset 8, expected \"</i>\", found \"</b>\"",
        ),
        (
            "<b>a",
            "Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "<b><i>a</i>",
            "Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "<span>a</span>",
            "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0",
        ),
        (
            "<tg-emoji emoji-id='x'>a</tg-emoji>",
            "Invalid custom emoji identifier specified",
        ),
        (
            "&#xDFDF;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for \
             unmatched surrogate code units",
        ),
    ];
    for (source, wording) in cases {
        assert_eq!(refusal(source), wording, "{source}");
    }
}
