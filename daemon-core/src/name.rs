//! The rule for names of agents and wallets (PROTOCOL.md section 1). Pure.

use unicode_segmentation::UnicodeSegmentation;

/// The longest name, in graphemes.
pub const NAME_GRAPHEMES_MAX: usize = 64;
/// The longest name, in bytes: a grapheme may carry any number of combining marks.
pub const NAME_BYTES_MAX: usize = 2_048;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or white space only.
    #[error("must not be empty")]
    Empty,
    /// White space at an end would make two names look alike.
    #[error("must not begin or end with white space")]
    Padded,
    /// Too long.
    #[error("must have at most {NAME_GRAPHEMES_MAX} characters and {NAME_BYTES_MAX} bytes")]
    TooLong,
    /// A control or bidirectional-override character.
    #[error("must not contain control or text-direction characters (found U+{0:04X})")]
    Forbidden(u32),
}

/// Says whether a text may name an agent or a wallet.
///
/// # Errors
/// The first rule it breaks.
pub fn check(text: &str) -> Result<(), NameError> {
    if text.len() > NAME_BYTES_MAX || text.graphemes(true).count() > NAME_GRAPHEMES_MAX {
        return Err(NameError::TooLong);
    }
    if let Some(bad) = text.chars().find(|c| is_forbidden(*c)) {
        return Err(NameError::Forbidden(bad as u32));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(NameError::Empty);
    }
    if trimmed.len() != text.len() {
        return Err(NameError::Padded);
    }
    Ok(())
}

/// Control characters, line and paragraph separators, and everything that turns the
/// direction of the text around it or hides in it without a width.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061C}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}'
        )
}

/// The known name that looks most like `text`, for "did you mean".
#[must_use]
pub fn nearest(text: &str, names: impl IntoIterator<Item = String>) -> Option<String> {
    const LIKENESS_MIN: f64 = 0.75;
    names
        .into_iter()
        .map(|name| {
            (
                strsim::jaro_winkler(&text.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_and_hostile_names() {
        for good in [
            "trader",
            "거래 봇",
            "<b>&\"'",
            "👩‍👩‍👧‍👦 family",
            "O'Brien; DROP TABLE",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(&"가".repeat(64)), Ok(()));
        assert_eq!(check(&"가".repeat(65)), Err(NameError::TooLong));
        assert_eq!(check(&"x".repeat(10_000)), Err(NameError::TooLong));
        assert_eq!(
            check(&format!("a{}", "\u{301}".repeat(1_100))),
            Err(NameError::TooLong)
        );
        assert_eq!(check(""), Err(NameError::Empty));
        assert_eq!(check("  "), Err(NameError::Empty));
        assert_eq!(check(" a"), Err(NameError::Padded));
        assert_eq!(check("a\u{202E}b"), Err(NameError::Forbidden(0x202E)));
        assert_eq!(check("a\nb"), Err(NameError::Forbidden(10)));
        assert_eq!(check("a\0"), Err(NameError::Forbidden(0)));
    }
}
