//! How a failure looks on the terminal: what went wrong, by what, and what to do about it.
//!
//! A [`Failure`] is made where the words are known; here it is only laid out. Control
//! characters in anything that came from elsewhere are escaped, so that no text can move the
//! cursor or forge a line.

use std::error::Error;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use crate::cli::{Texts, terminal_safe};
use i18n_embed_fl::fl;
use waiaas_protocol::error_code::ErrorCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 1: what was asked for was not done.
    Failed,
    /// 2: it was asked for in a wrong way.
    Usage,
    /// 130: the person pressed Ctrl-C.
    Interrupted,
    /// 0, without a word: whoever read the output has gone away.
    Silent,
}

/// A failure of a command, in the words of the person who reads it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    facts: Vec<String>,
    causes: Vec<String>,
    hint: Option<String>,
    code: Option<ErrorCode>,
    exit: Exit,
}

/// What every command returns.
pub(crate) type Outcome = Result<(), Failure>;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            facts: Vec::new(),
            causes: Vec::new(),
            hint: None,
            code: None,
            exit: Exit::Failed,
        }
    }

    /// An end without a message.
    pub(crate) fn without_words(exit: Exit) -> Self {
        Self {
            exit,
            ..Self::new("")
        }
    }

    /// An error that says enough by itself; its sources become the causes.
    pub(crate) fn from_error(error: &(dyn Error + 'static)) -> Self {
        Self::new(error.to_string()).with_causes(error.source())
    }

    /// Adds an error and its sources as causes. An error that repeats its source in its own
    /// text is named once.
    pub(crate) fn caused_by(self, error: &(dyn Error + 'static)) -> Self {
        self.with_causes(Some(error))
    }

    /// Adds a cause in words of its own.
    pub(crate) fn because(mut self, cause: String) -> Self {
        self.causes.push(cause);
        self
    }

    fn with_causes(mut self, mut next: Option<&(dyn Error + 'static)>) -> Self {
        while let Some(error) = next {
            let text = error.to_string();
            let known = self.causes.last().unwrap_or(&self.message).contains(&text);
            if !known {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// Adds a line of its own below the message.
    pub(crate) fn with_fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Remembers the error code of a refused request, for a caller that can go on.
    pub(crate) fn with_code(self, code: Option<ErrorCode>) -> Self {
        Self { code, ..self }
    }

    /// Whether a request was refused with this error code.
    pub(crate) fn is_code(&self, code: ErrorCode) -> bool {
        self.code == Some(code)
    }

    pub(crate) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// What went wrong, in one sentence.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> ExitCode {
        match self.exit {
            Exit::Failed => ExitCode::from(1),
            Exit::Usage => ExitCode::from(2),
            Exit::Interrupted => ExitCode::from(130),
            Exit::Silent => ExitCode::SUCCESS,
        }
    }

    fn layout(&self, texts: &Texts, colour: bool) -> String {
        let label = |text: String, code: u8| match colour {
            true => format!("\x1b[1;{code}m{text}:\x1b[0m"),
            false => format!("{text}:"),
        };
        let mut lines = vec![format!(
            "{} {}",
            label(fl!(texts, "cli-error"), 31),
            terminal_safe(&self.message)
        )];
        lines.extend(
            self.facts
                .iter()
                .map(|fact| format!("  {}", terminal_safe(fact))),
        );
        if !self.causes.is_empty() {
            lines.push(label(fl!(texts, "cli-caused-by"), 31));
            lines.extend(
                self.causes
                    .iter()
                    .map(|cause| format!("  {}", terminal_safe(cause))),
            );
        }
        if let Some(hint) = &self.hint {
            lines.push(format!(
                "{} {}",
                label(fl!(texts, "cli-hint"), 36),
                terminal_safe(hint)
            ));
        }
        lines.join("\n")
    }
}

/// Prints a failure, if there is one, and says how the program ends.
pub(crate) fn finish(outcome: Outcome, texts: &Texts, colour: bool) -> ExitCode {
    let Err(failure) = outcome else {
        return ExitCode::SUCCESS;
    };
    if !failure.message.is_empty() {
        write_stderr(&failure.layout(texts, colour));
    }
    failure.code()
}

/// Prints an error that happened before any text was loaded.
pub(crate) fn print_plain(error: &dyn Error) -> ExitCode {
    write_stderr(&format!("Error: {}", terminal_safe(&error.to_string())));
    ExitCode::FAILURE
}

/// Whether messages may carry colours.
pub(crate) fn stderr_has_colour(no_color: bool) -> bool {
    !no_color && std::io::stderr().is_terminal()
}

fn write_stderr(text: &str) {
    // There is nobody left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
