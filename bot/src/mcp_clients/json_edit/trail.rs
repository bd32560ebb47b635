//! What may stand between the parts of a document: blanks, line ends, comments, commas. The
//! parser has judged it; here it is only told apart.

/// What stands between the last property and the closing brace: blanks, comments, a comma.
pub(super) struct Trail {
    /// Behind the trailing comma, if there is one.
    pub(super) comma: Option<usize>,
    /// The end of the last property's own line: behind the comments that stand there.
    pub(super) line_end: usize,
}

impl Trail {
    pub(super) fn after(body: &str, from: usize, close: usize) -> Self {
        let mut trail = Self {
            comma: None,
            line_end: from,
        };
        let mut on_line = true;
        for (end, piece) in pieces(body, from, close) {
            match piece {
                Piece::Comma => {
                    trail.comma = Some(end);
                    // A comma on a line of its own takes the entry behind it.
                    trail.line_end = end;
                    on_line = true;
                }
                Piece::Newline => on_line = false,
                Piece::Comment if on_line => trail.line_end = end,
                Piece::Comment | Piece::Blank => {}
            }
        }
        trail
    }

    /// Behind the last comment of a stretch, or its beginning where there is none.
    pub(super) fn last_comment_end(body: &str, from: usize, close: usize) -> usize {
        let comments = pieces(body, from, close).filter(|(_, piece)| *piece == Piece::Comment);
        comments.last().map_or(from, |(end, _)| end)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Blank,
    Newline,
    Comment,
    Comma,
}

/// The pieces of a stretch that the parser has found to hold nothing else, with their ends.
fn pieces(body: &str, from: usize, close: usize) -> impl Iterator<Item = (usize, Piece)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = &body[at..close];
        let first = rest.chars().next()?;
        let (length, piece) = if rest.starts_with("//") {
            let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
            (end, Piece::Comment)
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
            (end, Piece::Comment)
        } else {
            let piece = match first {
                ',' => Piece::Comma,
                '\n' => Piece::Newline,
                _ => Piece::Blank,
            };
            (first.len_utf8(), piece)
        };
        at += length;
        Some((at, piece))
    })
}
