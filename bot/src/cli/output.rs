//! Prints data as tables for people or JSON for programs. Data goes to standard output,
//! remarks to standard error, so that either can be piped alone.

use std::io::{self, IsTerminal as _, Write as _};

use clap::ValueEnum;
use comfy_table::{Table, presets};
use serde::Serialize;

use crate::report::{Exit, Failure, Outcome};

/// Form of printed data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    // Plain comments: as documentation they would fill every help page.
    // For people.
    #[value(alias = "text")]
    Table,
    // For programs: the API's response bodies.
    Json,
}

/// Where and how a command prints.
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) stderr_colour: bool,
    pub(super) stdout_colour: bool,
}

/// Rows for people; the first row may be a heading.
pub(super) struct Rows {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// A list: one column per heading.
    pub(super) fn list<const N: usize>(
        heading: [String; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        Self {
            heading: heading.into(),
            rows: rows.into_iter().map(Vec::from).collect(),
        }
    }

    /// One thing: a name and a value per row; rows without a value are left out.
    pub(super) fn facts(rows: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let given = rows
            .into_iter()
            .filter_map(|(name, value)| Some(vec![name, value?]));
        Self {
            heading: Vec::new(),
            rows: given.collect(),
        }
    }

    /// The table as text, its heading bold where colours are wanted.
    fn layout(&self, colour: bool) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if !self.heading.is_empty() {
            table.set_header(self.heading.iter().map(|cell| terminal_safe(cell)));
        }
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| terminal_safe(cell)));
        }
        let mut lines: Vec<String> = table.lines().map(|line| line.trim().to_owned()).collect();
        if let Some(first) = lines
            .first_mut()
            .filter(|_| colour && !self.heading.is_empty())
        {
            *first = format!("\x1b[1m{first}\x1b[0m");
        }
        lines.join("\n")
    }
}

impl Output {
    pub(super) fn new(format: Format, no_color: bool, stderr_colour: bool) -> Self {
        let stdout_colour = !no_color && io::stdout().is_terminal();
        Self {
            format,
            stderr_colour,
            stdout_colour,
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints a body as JSON, or as rows.
    pub(super) fn show<T: Serialize>(&self, body: &T, rows: impl FnOnce() -> Rows) -> Outcome {
        match self.format {
            Format::Json => self.json(body),
            Format::Table => self.line(&rows().layout(self.stdout_colour)),
        }
    }

    /// Like [`Output::show`] for a list that may be empty: then people read a remark instead
    /// of a heading without rows.
    pub(super) fn show_list<T: Serialize>(
        &self,
        body: &T,
        empty: impl FnOnce() -> Option<String>,
        rows: impl FnOnce() -> Rows,
    ) -> Outcome {
        match self.format {
            Format::Json => self.json(body),
            Format::Table => match empty() {
                Some(remark) => {
                    self.remark(&remark);
                    Ok(())
                }
                None => self.line(&rows().layout(self.stdout_colour)),
            },
        }
    }

    /// Prints a body as JSON, or one sentence.
    pub(super) fn say<T: Serialize>(&self, body: &T, sentence: impl FnOnce() -> String) -> Outcome {
        match self.format {
            Format::Json => self.json(body),
            Format::Table => self.line(&terminal_safe(&sentence())),
        }
    }

    pub(super) fn json<T: Serialize>(&self, body: &T) -> Outcome {
        let text = serde_json::to_string_pretty(body);
        self.line(&text.map_err(|error| Failure::from_error(&error))?)
    }

    /// Prints text that is known to be safe, with a line end.
    pub(super) fn line(&self, text: &str) -> Outcome {
        write(&format!("{text}\n"))
    }

    /// Prints text as it is.
    pub(super) fn raw(&self, text: &str) -> Outcome {
        write(text)
    }

    /// Rows that are a remark for the person, on standard error.
    pub(super) fn remark_rows(&self, rows: &Rows) {
        // As for a remark in words.
        let _ = writeln!(io::stderr().lock(), "{}", rows.layout(self.stderr_colour));
    }

    /// A remark for the person, on standard error.
    pub(super) fn remark(&self, text: &str) {
        // A closed standard error is no reason to fail: the work is done.
        let _ = writeln!(io::stderr().lock(), "{}", terminal_safe(text));
    }
}

fn write(text: &str) -> Outcome {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        // `waiaas audit list | head` is not an error.
        io::ErrorKind::BrokenPipe => Failure::without_words(Exit::Silent),
        _ => Failure::from_error(&error),
    })
}

/// The text with control and bidirectional characters escaped, so that a name can neither
/// move the cursor nor change the order of what is shown. Line ends stay.
pub(crate) fn terminal_safe(text: &str) -> String {
    let is_bidi = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() && c != '\n') || is_bidi(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_printed_can_move_the_cursor_or_turn_the_text_around() {
        assert_eq!(
            terminal_safe("a\x1b[2Jb\u{202e}c\r\u{7f}"),
            "a\\u{1b}[2Jb\\u{202e}c\\u{d}\\u{7f}"
        );
        assert_eq!(terminal_safe("거래 봇\nok"), "거래 봇\nok");
    }

    #[test]
    fn rows_line_up_and_the_heading_is_bold_only_in_colour() {
        let rows = Rows::list(
            ["NAME".to_owned(), "STATE".to_owned()],
            [
                ["a".to_owned(), "ACTIVE".to_owned()],
                ["longer".to_owned(), "ACTIVE".to_owned()],
            ],
        );
        assert_eq!(
            rows.layout(false),
            "NAME    STATE\na       ACTIVE\nlonger  ACTIVE"
        );
        assert!(
            rows.layout(true)
                .starts_with("\x1b[1mNAME    STATE\x1b[0m\n")
        );
    }
}
