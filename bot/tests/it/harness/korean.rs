//! Finds English that has slipped into a Korean text.

/// Words of no language, or of every one: names of things, units of the world, and the names
/// that these tests give to people, agents and wallets.
const KNOWN: &[&str] = &[
    "waiaas",
    "MCP",
    "ID",
    "UTC",
    "UTF",
    "TLS",
    "JSON",
    "EVM",
    "evm",
    "Solana",
    "solana",
    "base",
    "mainnet",
    "EIP",
    "ASCII",
    "Discord",
    "ntfy",
    "English",
    "TRANSFER",
    "wai",
    "sess",
    "transfer",
    "swap",
    // People, agents and wallets of the tests.
    "Olga",
    "Vera",
    "Mallory",
    "Kim",
    "trader",
    "tradre",
    "payer",
    "poor",
    "second",
    "third",
    "somebody",
    "else",
    "wallet",
    "hot",
    "shared",
    "sol",
    "co",
    "watcher",
    // Time zones by the name of their city.
    "New",
    "York",
    "Los",
    "Angeles",
    "Sao",
    "Paulo",
    "London",
    "Berlin",
    "Seoul",
    "Tokyo",
    "Singapore",
    "Sydney",
    "Kolkata",
    "Dubai",
    "Lagos",
    "Mexico",
    "City",
    "Chicago",
    "Denver",
];

/// Latin words that a Korean reader should not meet. What may be in Latin letters anywhere is
/// left out: `<code>`, what is quoted as said by somebody else, commands, paths, flags, keys of
/// the configuration, and whatever has a digit in it.
pub fn english_in(text: &str) -> Vec<String> {
    let text = without(text, "<code>", "</code>");
    let text = without(&text, "“", "”");
    let text = without(&text, "<", ">");
    let text = text.replace("[version]", " ");
    let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
    let text = entities.iter().fold(text, |text, it| text.replace(it, " "));
    text.split_whitespace()
        .filter(|token| !token.contains(['/', '@', '=']) && !token.contains("--"))
        // A key of the configuration has both; a code that nobody has put into words has no dot.
        .filter(|token| !(token.contains('_') && token.contains('.')))
        .flat_map(|token| token.split(|c: char| !c.is_ascii_alphanumeric() && c != '.'))
        .filter(|word| !is_harmless(word.trim_matches('.')))
        .map(str::to_owned)
        .collect()
}

fn is_harmless(word: &str) -> bool {
    let letters = word.chars().all(|c| c.is_ascii_alphabetic());
    let id = word.len() >= 4 && word.chars().all(|c| c.is_ascii_hexdigit());
    word.len() < 2 || !letters || id || KNOWN.contains(&word)
}

/// The text without what stands between two marks, the marks included.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once(open) {
        let Some((_, after)) = inside.split_once(close) else {
            break;
        };
        left.push_str(before);
        left.push(' ');
        rest = after;
    }
    left.push_str(rest);
    left
}

#[test]
fn english_is_found_and_what_is_of_no_language_is_not() {
    let korean = "⚠️ <b>trader</b>: 지갑 0x52ab · <code>waiaas pair</code>, /newsession, telegram.bot_token, \
                  “Forbidden: kicked”, 0190a8f2-ffff, \"/data/mcp-token\", @olga, --data-dir";
    assert_eq!(english_in(korean), Vec::<String>::new());
    assert_eq!(
        english_in("telegram: unreachable"),
        ["telegram", "unreachable"]
    );
    assert_eq!(
        english_in("링크 is not (followed)."),
        ["is", "not", "followed"]
    );
    assert_eq!(english_in("상태: ok"), ["ok"]);
    assert_eq!(english_in("이유: manual_revoke"), ["manual", "revoke"]);
}
