//! The configuration: whether a daemon could start with it, and what in it deserves a word.

use i18n_embed_fl::fl;
use waiaas_daemon_core::config::{Config, ConfigErrors, ConfigProblem, Source};

use super::{Check, Findings, Machine};
use crate::cli::{Texts, shell};

/// How a problem with a file's mode introduces the command that closes the file.
const COMMAND_MARK: &str = "mend it with: ";

pub(super) fn examine(machine: &Machine<'_>) -> Findings {
    match &machine.config {
        Ok(config) => judge(machine.texts, config),
        Err(errors) => refused(machine, errors),
    }
}

fn judge(texts: &Texts, config: &Config) -> Findings {
    let mut findings = Findings::of(Check::Configuration);
    findings.ok(fl!(texts, "cli-doctor-config-ok"));
    let listen = config.http.listen;
    if !listen.ip().to_canonical().is_loopback() {
        findings.warning(
            fl!(
                texts,
                "cli-doctor-config-open",
                address = listen.to_string()
            ),
            fl!(texts, "cli-doctor-config-open-mend"),
        );
    }
    findings
}

fn refused(machine: &Machine<'_>, errors: &ConfigErrors) -> Findings {
    let mut findings = Findings::of(Check::Configuration);
    for problem in errors.problems() {
        findings.serious(problem.to_string(), mend(machine, problem));
    }
    findings
}

fn mend(machine: &Machine<'_>, problem: &ConfigProblem) -> String {
    let (texts, program) = (machine.texts, &machine.program);
    let check = format!("{program} config check");
    let told = problem.allowed.as_deref();
    if let Some((_, command)) = told.and_then(|told| told.split_once(COMMAND_MARK)) {
        return command.to_owned();
    }
    match &problem.place {
        Source::File { path, line } => {
            let edit = format!("${{EDITOR:-vi}} +{line} {}", shell::quoted(path));
            format!("{edit} && {check}")
        }
        Source::Environment(name) => fl!(
            texts,
            "cli-doctor-config-variable",
            name = name.clone(),
            command = check
        ),
        Source::Default | Source::Flag(_) => check,
    }
}
