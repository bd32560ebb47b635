//! The database file, beside a daemon or without one: is its schema this program's, is it
//! whole, does the master key open its signing keys, is the audit chain unbroken, and does a
//! restored copy wait for the owner (PROTOCOL.md sections 2 and 9).

mod contents;

use i18n_embed_fl::fl;
use waiaas_migration::{MigrationError, StepStatus};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{AuditVerification, StatusBody};

use super::places::{Places, exists};
use super::{Check, Findings, Machine};
use contents::{Contents, KeyState, Record, Wholeness};

/// What was found at the database's place.
#[derive(Debug)]
pub(super) enum Seen {
    Missing,
    Unreadable {
        cause: String,
    },
    /// Another schema than this program's; the steps say which.
    OtherSchema(Vec<StepStatus>),
    Opened(Contents),
}

impl Seen {
    /// The time of the newest audit entry.
    pub(super) fn newest_at(&self) -> Option<Timestamp> {
        match self {
            Self::Opened(contents) => contents.record.as_ref().ok()?.newest_at,
            Self::Missing | Self::Unreadable { .. } | Self::OtherSchema(_) => None,
        }
    }
}

/// Reads what there is to judge; every part has a time limit, and no
/// row is changed.
pub(super) async fn observe(places: &Places) -> Seen {
    if !exists(&places.database) {
        return Seen::Missing;
    }
    let unreadable = |cause: String| Seen::Unreadable { cause };
    let steps = match contents::within(waiaas_migration::status(&places.database)).await {
        Some(Ok(steps)) => steps,
        Some(Err(MigrationError::Database { source, .. })) => {
            return unreadable(source.to_string());
        }
        Some(Err(error)) => return unreadable(error.to_string()),
        None => return unreadable(contents::TOO_SLOW.to_owned()),
    };
    let is_ours = |step: &StepStatus| step.known && step.applied_at.is_some();
    if !steps.iter().all(is_ours) {
        return Seen::OtherSchema(steps);
    }
    match contents::read(places).await {
        Ok(contents) => Seen::Opened(contents),
        Err(cause) => unreadable(cause),
    }
}

/// `status` is the running daemon's.
pub(super) fn judge(
    machine: &Machine<'_>,
    places: &Places,
    seen: &Seen,
    status: Option<&StatusBody>,
) -> Findings {
    let texts = machine.texts;
    let mut findings = Findings::of(Check::Database);
    let file = places.database.display().to_string();
    match seen {
        Seen::Missing => {
            let init = format!("{} init", machine.program);
            findings.serious(
                fl!(texts, "cli-db-missing", file = file.clone()),
                fl!(
                    texts,
                    "cli-doctor-db-missing-mend",
                    file = file,
                    command = init
                ),
            );
        }
        Seen::Unreadable { cause } => findings.serious(
            fl!(
                texts,
                "cli-doctor-db-unreadable",
                file = file,
                cause = cause.clone()
            ),
            restore(machine),
        ),
        Seen::OtherSchema(steps) => {
            other_schema(machine, steps, status.is_some(), &mut findings);
        }
        Seen::Opened(contents) => opened(machine, places, contents, status, &mut findings),
    }
    findings
}

fn restore(machine: &Machine<'_>) -> String {
    let command = format!("{} db confirm-restore", machine.program);
    fl!(machine.texts, "cli-doctor-db-restore", command = command)
}

fn other_schema(
    machine: &Machine<'_>,
    steps: &[StepStatus],
    daemon_runs: bool,
    findings: &mut Findings,
) {
    let texts = machine.texts;
    let names = |wanted: &dyn Fn(&&StepStatus) -> bool| {
        let names = steps.iter().filter(wanted).map(|step| step.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    if steps.iter().any(|step| !step.known) {
        let steps = names(&|step| !step.known);
        findings.serious(
            fl!(texts, "cli-doctor-db-newer", steps = steps),
            fl!(texts, "cli-doctor-db-newer-mend"),
        );
        return;
    }
    let pending = names(&|step| step.applied_at.is_none());
    let is_gap = steps
        .windows(2)
        .any(|pair| pair[0].applied_at.is_none() && pair[1].applied_at.is_some());
    if is_gap {
        findings.serious(
            fl!(texts, "cli-doctor-db-gap", steps = pending),
            restore(machine),
        );
    } else if daemon_runs {
        findings.warning(
            fl!(texts, "cli-doctor-db-pending-running", steps = pending),
            fl!(
                texts,
                "cli-doctor-mend-restart",
                command = format!("{} run", machine.program)
            ),
        );
    } else {
        findings.warning(
            fl!(texts, "cli-doctor-db-pending", steps = pending),
            format!("{} db migrate", machine.program),
        );
    }
}

fn opened(
    machine: &Machine<'_>,
    places: &Places,
    contents: &Contents,
    status: Option<&StatusBody>,
    findings: &mut Findings,
) {
    let texts = machine.texts;
    let file = places.database.display().to_string();
    match &contents.wholeness {
        Wholeness::Whole => {}
        Wholeness::Damaged { first, count } => {
            let (count, first) = (*count, first.clone());
            let what = fl!(
                texts,
                "cli-doctor-db-damaged",
                file = file.clone(),
                count = count,
                first = first
            );
            findings.serious(what, restore(machine));
        }
        Wholeness::Unfinished => {
            findings.note(fl!(texts, "cli-doctor-db-unfinished"), None);
        }
    }
    match &contents.record {
        Ok(record) => judge_record(machine, places, record, status, findings),
        // What is damaged has been said.
        Err(_) if matches!(contents.wholeness, Wholeness::Damaged { .. }) => {}
        Err(cause) => findings.serious(
            fl!(
                texts,
                "cli-doctor-db-unreadable",
                file = file,
                cause = cause.clone()
            ),
            restore(machine),
        ),
    }
}

fn judge_record(
    machine: &Machine<'_>,
    places: &Places,
    record: &Record,
    status: Option<&StatusBody>,
    findings: &mut Findings,
) {
    let texts = machine.texts;
    let key_file = places.master_key.display().to_string();
    match &record.keys {
        KeyState::Open | KeyState::NotTried => {}
        KeyState::NoCurrent => findings.serious(
            fl!(texts, "cli-doctor-db-no-key"),
            format!("{} init", machine.program),
        ),
        KeyState::Sealed => findings.serious(
            fl!(texts, "cli-doctor-db-sealed", file = key_file.clone()),
            fl!(texts, "cli-doctor-file-restore", file = key_file),
        ),
    }
    let frozen = status.and_then(|status| status.frozen_since);
    if let Some(since) = frozen.or(record.frozen_since) {
        findings.serious(
            fl!(texts, "cli-doctor-db-frozen", since = since.to_string()),
            format!("{} db confirm-restore", machine.program),
        );
        let why = fl!(texts, "cli-doctor-skip-frozen");
        findings.not_checked(texts, &why);
        return;
    }
    match &record.audit {
        Some(found) if found.intact => {
            if findings.is_empty() {
                let entries = found.entries;
                findings.ok(fl!(texts, "cli-doctor-db-ok", entries = entries));
            }
        }
        Some(found) => broken_chain(machine, found, findings),
        None => findings.note(
            fl!(texts, "cli-doctor-db-audit-unfinished"),
            Some(format!("{} audit verify", machine.program)),
        ),
    }
}

fn broken_chain(machine: &Machine<'_>, found: &AuditVerification, findings: &mut Findings) {
    let texts = machine.texts;
    let seq = found.first_bad_seq.unwrap_or_default();
    let problem = found.problem.clone().unwrap_or_default();
    let command = format!("{} db backup FILE", machine.program);
    findings.serious(
        fl!(
            texts,
            "cli-doctor-db-broken",
            seq = seq.to_string(),
            problem = problem
        ),
        fl!(texts, "cli-doctor-db-broken-mend", command = command),
    );
}
