//! `waiaas doctor`: everything that keeps agents or the console from working, and the command
//! that mends each of it. What is looked at and how it is judged is in [`crate::doctor`].

use std::sync::Arc;

use comfy_table::{Table, presets};
use i18n_embed_fl::fl;
use waiaas_daemon_core::config::Config;

use super::config::ConfigFlags;
use super::context::Context;
use super::output::terminal_safe;
use super::texts::Texts;
use crate::app::SystemClock;
use crate::doctor::{self, Door, DoorError, Examination, Finding, Machine, Severity};
use crate::report::{Failure, Outcome};

/// How far a mend stands below its finding.
const MEND_INDENT: &str = "    ";

/// Look at the whole set-up.
#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    /// Leave Telegram alone
    #[arg(long)]
    offline: bool,
}

impl Doctor {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let machine = self.machine(context)?;
        let found = doctor::examine(&machine).await;
        let texts = &context.texts;
        if context.output.is_json() {
            context.output.json(&found)?;
        } else {
            let colour = context.output.stdout_colour;
            context.output.line(&layout(texts, &found, colour))?;
        }
        let (serious, warnings) = (found.serious, found.warnings);
        if serious > 0 {
            let message = fl!(texts, "cli-doctor-ill", serious = serious);
            return Err(Failure::new(message));
        }
        if !context.output.is_json() {
            let remark = fl!(texts, "cli-doctor-well", warnings = warnings);
            context.output.remark(&remark);
        }
        Ok(())
    }

    fn machine<'a>(&self, context: &'a Context) -> Result<Machine<'a>, Failure> {
        let data_dir = context.data_dir()?;
        let inputs = context.config_inputs_without_file(&ConfigFlags::default())?;
        let config = inputs.with_file().and_then(|inputs| Config::load(&inputs));
        let no_door = |error: DoorError| Failure::from_error(&error);
        Ok(Machine {
            texts: &context.texts,
            program: context.program(),
            clock: Arc::new(SystemClock),
            data_dir_inputs: context.data_dir_inputs(),
            config,
            client_places: context.client_places(),
            token_in_environment: context.has_variable("WAIAAS_SESSION_TOKEN"),
            offline: self.offline,
            admin_door: Door::admin(&data_dir, context.language.code()).map_err(no_door)?,
            agents_door: Door::agents().map_err(no_door)?,
            data_dir,
        })
    }
}

/// One line per finding, and below it what mends it.
fn layout(texts: &Texts, found: &Examination, colour: bool) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        fl!(texts, "cli-doctor-head-check"),
        fl!(texts, "cli-head-state"),
        fl!(texts, "cli-doctor-head-what"),
    ]);
    for finding in &found.findings {
        let cells = [
            finding.check.label(texts),
            finding.severity.label(texts),
            finding.what.clone(),
        ];
        table.add_row(cells.iter().map(|cell| terminal_safe(cell)));
    }
    let mut rows = table.lines().map(|line| line.trim().to_owned());
    let heading = rows.next().unwrap_or_default();
    let mut lines = vec![if colour {
        format!("\x1b[1m{heading}\x1b[0m")
    } else {
        heading
    }];
    for (row, finding) in rows.zip(&found.findings) {
        lines.push(if colour {
            coloured(texts, &row, finding)
        } else {
            row
        });
        if let Some(mend) = &finding.mend {
            let mend = terminal_safe(&fl!(texts, "cli-doctor-mend", mend = mend.clone()));
            lines.extend(mend.lines().map(|line| format!("{MEND_INDENT}{line}")));
        }
    }
    lines.join("\n")
}

/// The row with its state in the colours that messages have.
fn coloured(texts: &Texts, row: &str, finding: &Finding) -> String {
    let code = match finding.severity {
        Severity::Ok => 32,
        Severity::Note => 36,
        Severity::Warning => 33,
        Severity::Serious => 31,
    };
    let (check, state) = (finding.check.label(texts), finding.severity.label(texts));
    match row.strip_prefix(&check) {
        Some(rest) => {
            let bright = format!("\x1b[1;{code}m{state}\x1b[0m");
            format!("{check}{}", rest.replacen(&state, &bright, 1))
        }
        None => row.to_owned(),
    }
}
