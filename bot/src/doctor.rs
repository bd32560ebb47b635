//! What `waiaas doctor` looks at and what it makes of it: one file per check. A check observes
//! first and then judges, and the judgement is a pure function over what was observed.
//!
//! Nothing here changes what is on the machine or prints anything, and no finding carries a
//! token, a key or an address that holds one. Only SQLite may leave its empty `-wal` and `-shm`
//! files beside a database that nobody else has open. Every wait has an end: all of them together stay
//! well below half a minute.

mod clients;
mod clock;
mod configuration;
mod daemon;
mod data_directory;
mod database;
mod door;
mod files;
mod finding;
mod places;
mod telegram;
mod token_files;

use std::path::PathBuf;

use i18n_embed_fl::fl;
use waiaas_daemon_core::clock::SharedClock;
use waiaas_daemon_core::config::{Config, ConfigErrors};
use waiaas_protocol::data_dir::DataDirInputs;
use waiaas_protocol::wire::StatusBody;

use crate::cli::Texts;
use crate::mcp_clients::Places as ClientPlaces;
use clock::Sighting;
use data_directory::Obstacle;
pub(crate) use door::{Door, DoorError};
use finding::Findings;
pub(crate) use finding::{Check, Examination, Finding, Severity};
use places::Places;

/// The machine as the program was told of it.
pub(crate) struct Machine<'a> {
    pub(crate) texts: &'a Texts,
    /// How the person calls this program for the same data directory.
    pub(crate) program: String,
    pub(crate) clock: SharedClock,
    /// Absolute; need not exist.
    pub(crate) data_dir: PathBuf,
    /// What the choice of the data directory was made from.
    pub(crate) data_dir_inputs: DataDirInputs,
    pub(crate) config: Result<Config, ConfigErrors>,
    /// Where MCP clients keep their configuration.
    pub(crate) client_places: ClientPlaces,
    /// Whether `WAIAAS_SESSION_TOKEN` is set; its value is nobody's business here.
    pub(crate) token_in_environment: bool,
    /// Whether Telegram is left alone.
    pub(crate) offline: bool,
    /// The owner's door.
    pub(crate) admin_door: Door,
    /// The agents' door.
    pub(crate) agents_door: Door,
}

/// Runs every check, also when an earlier one failed; one that makes no sense then says why it
/// was left out.
pub(crate) async fn examine(machine: &Machine<'_>) -> Examination {
    let places = Places::of(machine);
    let (mut findings, obstacle) = data_directory::examine(machine, &places);
    if let Some(obstacle) = obstacle {
        findings.extend(left_out(machine, obstacle));
        return Examination::of(findings);
    }
    findings.extend(files::examine(machine, &places));
    findings.extend(configuration::examine(machine));
    let asked_ms = machine.clock.now_ms();
    let status = machine.admin_door.get::<StatusBody>("/status").await;
    let answered_ms = machine.clock.now_ms();
    // Side by side, so that several things that hang are waited for once.
    let (database, daemon, token_files, clients, telegram) = tokio::join!(
        database::observe(&places),
        daemon::examine(machine, &status),
        token_files::examine(machine, status.is_ok()),
        clients::examine(machine, status.as_ref().ok()),
        telegram::examine(machine, status.as_ref().ok()),
    );
    let status = status.ok();
    findings.extend(database::judge(
        machine,
        &places,
        &database,
        status.as_ref(),
    ));
    findings.extend(daemon);
    let sighting = status
        .as_ref()
        .map(|status| Sighting::new(asked_ms, answered_ms, status.server_time));
    findings.extend(clock::examine(machine, sighting, database.newest_at()));
    findings.extend(token_files);
    findings.extend(clients);
    findings.extend(telegram);
    Examination::of(findings)
}

/// What stays to be said when the data directory itself is in the way.
fn left_out(machine: &Machine<'_>, obstacle: Obstacle) -> Vec<Finding> {
    let why = match obstacle {
        Obstacle::NotSetUp => fl!(machine.texts, "cli-doctor-skip-set-up"),
        Obstacle::Refused => fl!(machine.texts, "cli-doctor-skip-data-dir"),
    };
    let rest = Check::ALL
        .into_iter()
        .filter(|check| *check != Check::DataDirectory);
    rest.flat_map(|check| {
        let mut findings = Findings::of(check);
        findings.not_checked(machine.texts, &why);
        findings
    })
    .collect()
}
