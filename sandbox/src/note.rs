//! What stands beside the chat page: the lines of whoever runs the sandbox, and a field whose
//! text comes back to them. It is no part of the Bot API.

use std::collections::VecDeque;

/// The most lines; further ones are not shown.
const LINES_MAX: usize = 100;
/// The most texts that wait to be taken; further ones are dropped.
const TEXTS_MAX: usize = 8;
/// The longest text that is taken, characters.
const TEXT_CHARS_MAX: usize = 256;

/// A field in the note, with a button that hands its text over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteField {
    /// What belongs into it.
    pub label: String,
    /// What the button says.
    pub button: String,
}

/// The note and what was handed over by it.
#[derive(Debug, Default)]
pub(crate) struct Note {
    pub(crate) lines: Vec<String>,
    pub(crate) field: Option<NoteField>,
    texts: VecDeque<String>,
}

impl Note {
    pub(crate) fn set_lines(&mut self, mut lines: Vec<String>) {
        lines.truncate(LINES_MAX);
        self.lines = lines;
    }

    /// Keeps a text for whoever runs the sandbox. Nothing waits where there is no field.
    pub(crate) fn hand_over(&mut self, text: &str) {
        if self.field.is_some() && self.texts.len() < TEXTS_MAX {
            self.texts
                .push_back(text.chars().take(TEXT_CHARS_MAX).collect());
        }
    }

    pub(crate) fn has_text(&self) -> bool {
        !self.texts.is_empty()
    }

    pub(crate) fn take_text(&mut self) -> Option<String> {
        self.texts.pop_front()
    }
}
