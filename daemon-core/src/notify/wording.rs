//! A text for people before it is set for a medium. The words themselves are handed in by the
//! binary, which has them for the chat already; here is only what every channel can set. Pure.

use std::sync::Arc;

use super::event::Event;

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Plain(String),
    /// Stands out.
    Bold(String),
    /// To be copied: an id, a path or a command.
    Code(String),
}

/// The text of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording(pub Vec<Piece>);

impl Wording {
    /// Without any markup.
    #[must_use]
    pub fn plain(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Plain(text) | Piece::Bold(text) | Piece::Code(text) => text.clone(),
        };
        self.0.iter().map(text).collect()
    }
}

/// Puts an event into words, at a moment in Unix seconds from which "in 6 h" counts.
pub type Render = Arc<dyn Fn(&Event, i64) -> Wording + Send + Sync>;

/// Cuts a text so that it measures at most `max`, and says so with an ellipsis.
pub(super) fn cut(text: &str, max: usize, measure: impl Fn(char) -> usize) -> String {
    const ELLIPSIS: char = '…';
    let whole: usize = text.chars().map(&measure).sum();
    if whole <= max {
        return text.to_owned();
    }
    let mut left = max.saturating_sub(measure(ELLIPSIS));
    let mut short: String = text
        .chars()
        .take_while(|c| match left.checked_sub(measure(*c)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect();
    short.push(ELLIPSIS);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_keeps_within_its_measure() {
        assert_eq!(cut("short", 5, char::len_utf8), "short");
        assert_eq!(cut("가나다라", 9, char::len_utf8), "가나…");
        assert_eq!(cut("abcdef", 4, |_| 1), "abc…");
    }
}
