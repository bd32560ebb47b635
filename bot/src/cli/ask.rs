//! Asks before what cannot be taken back, and what was left open. Without a terminal nothing
//! is asked, so that a script never hangs (PROTOCOL.md section 9).

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
        let answer = ask(&format!("{} [y/N] ", terminal_safe(question)))?;
        match answer.to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(nothing_changed(context)),
        }
    }
}

/// Whether there is somebody who can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Lets the person choose one of several by its number or its name; says which. Anything else
/// changes nothing. Call it only where [`can_ask`] says yes.
pub(super) fn choose(
    context: &Context,
    question: &str,
    choices: &[String],
) -> Result<usize, Failure> {
    let mut prompt = String::new();
    for (index, choice) in choices.iter().enumerate() {
        prompt.push_str(&format!("  {}  {}\n", index + 1, terminal_safe(choice)));
    }
    let last = choices.len();
    prompt.push_str(&format!("{} [1-{last}] ", terminal_safe(question)));
    let answer = ask(&prompt)?;
    let named = choices.iter().position(|choice| *choice == answer);
    let numbered = || answer.parse::<usize>().ok()?.checked_sub(1);
    named
        .or_else(|| numbered().filter(|index| *index < last))
        .ok_or_else(|| nothing_changed(context))
}

/// Asks on standard error and reads one line, without its end.
fn ask(prompt: &str) -> Result<String, Failure> {
    let mut stderr = io::stderr().lock();
    let asked = stderr
        .write_all(prompt.as_bytes())
        .and_then(|()| stderr.flush());
    let mut answer = String::new();
    asked
        .and_then(|()| io::stdin().read_line(&mut answer))
        .map_err(|error| Failure::from_error(&error))?;
    Ok(answer.trim().to_owned())
}

fn nothing_changed(context: &Context) -> Failure {
    let remark = fl!(context.texts, "cli-nothing-changed");
    context.output.remark(&remark);
    Failure::without_words(Exit::Failed)
}
