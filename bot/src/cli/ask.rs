//! Asks before what cannot be taken back. Without a terminal nothing is asked, so that a
//! script never hangs (PROTOCOL.md section 9).

use std::io::{self, IsTerminal as _, Write as _};

use i18n_embed_fl::fl;

use super::context::Context;
use super::output::terminal_safe;
use crate::report::{Exit, Failure, Outcome};

/// Skips the question of a command that cannot be undone.
#[derive(Debug, clap::Args)]
pub(super) struct Yes {
    /// Do not ask, also on a terminal
    #[arg(long, short = 'y')]
    yes: bool,
}

impl Yes {
    /// Goes on when `--yes` was given, when there is no terminal to ask on, or when the
    /// person types y; the default is no.
    pub(super) fn confirm(&self, context: &Context, question: &str) -> Outcome {
        if self.yes || !io::stdin().is_terminal() {
            return Ok(());
        }
        let prompt = format!("{} [y/N] ", terminal_safe(question));
        let mut stderr = io::stderr().lock();
        let asked = stderr
            .write_all(prompt.as_bytes())
            .and_then(|()| stderr.flush());
        let mut answer = String::new();
        asked
            .and_then(|()| io::stdin().read_line(&mut answer))
            .map_err(|error| Failure::from_error(&error))?;
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => {
                context
                    .output
                    .remark(&fl!(context.texts, "cli-nothing-changed"));
                Err(Failure::without_words(Exit::Failed))
            }
        }
    }
}
