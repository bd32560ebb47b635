//! The programs that start our MCP server: whether their entries would start it, for this data
//! directory and an agent of it, and without a token in them.

mod program;
mod target;
mod unreadable;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum as _;
use i18n_embed_fl::fl;
use tokio::time::Instant;
use waiaas_protocol::data_dir::{self, DataDirInputs};
use waiaas_protocol::wire::StatusBody;

use super::{Check, Findings, Machine};
use crate::cli::{Texts, shell};
use crate::mcp_clients::{Client, Standing, standing};
use program::Program;
use target::{Address, Whom};

/// How long the daemon is asked about all agents together.
const ASKING_MAX_S: u64 = 5;

/// Which data directory an entry would serve.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Serves {
    ThisOne,
    /// It names another, which may not be there.
    Another {
        dir: String,
        exists: bool,
    },
    /// It names none, and the default is not this one.
    TheDefault,
}

pub(super) async fn examine(machine: &Machine<'_>, status: Option<&StatusBody>) -> Findings {
    let texts = machine.texts;
    let mut findings = Findings::of(Check::Clients);
    let end = Instant::now() + Duration::from_secs(ASKING_MAX_S);
    for &client in Client::value_variants() {
        let Some(file) = client.config_path(&machine.client_places, Path::is_dir) else {
            continue;
        };
        match standing(&file, client) {
            Ok(entries) => {
                for entry in &entries {
                    let seen = look(machine, status, (client, &file, entry), end).await;
                    judge(texts, &machine.program, &seen, &mut findings);
                }
            }
            Err(error) => unreadable::say(texts, client, &error, &mut findings),
        }
    }
    if findings.is_empty() {
        findings.note(
            fl!(texts, "cli-doctor-client-none"),
            Some(format!("{} mcp setup", machine.program)),
        );
    }
    findings
}

struct Seen<'a> {
    client: Client,
    file: &'a Path,
    entry: &'a Standing,
    program: Program,
    serves: Serves,
    whom: Whom,
    address: Address,
}

impl Seen<'_> {
    /// Whether there is nothing to say but that it starts its program.
    fn is_right(&self) -> bool {
        self.serves == Serves::ThisOne
            && !self.entry.carries_token
            && self.whom == Whom::Served
            && self.address == Address::Usable
    }
}

async fn look<'a>(
    machine: &Machine<'_>,
    status: Option<&StatusBody>,
    (client, file, entry): (Client, &'a Path, &'a Standing),
    end: Instant,
) -> Seen<'a> {
    let serves = serves(machine, entry);
    // This daemon knows nothing of another directory's agents.
    let is_ours = serves == Serves::ThisOne;
    let agent = entry.agent.as_deref().filter(|_| is_ours);
    let listen = status.filter(|_| is_ours);
    let listen = listen.and_then(|status| status.listen.parse().ok());
    Seen {
        client,
        file,
        entry,
        program: Program::at(&entry.command),
        serves,
        whom: target::whom(machine, agent, status.is_some(), end).await,
        address: target::address(entry.base_url.as_deref(), listen),
    }
}

fn serves(machine: &Machine<'_>, entry: &Standing) -> Serves {
    let is_this = |path: &Path| same_directory(path, &machine.data_dir);
    match &entry.data_dir {
        Some(named) if is_this(Path::new(named)) => Serves::ThisOne,
        Some(named) => Serves::Another {
            dir: named.clone(),
            exists: Path::new(named).is_dir(),
        },
        None => {
            // What the client's own environment says is not known here.
            let default = data_dir::resolve(&DataDirInputs {
                flag: None,
                env: None,
                ..machine.data_dir_inputs.clone()
            });
            match default {
                Ok(default) if is_this(&default) => Serves::ThisOne,
                _ => Serves::TheDefault,
            }
        }
    }
}

/// By name where one of them does not exist.
fn same_directory(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    real(one) == real(other)
}

fn judge(texts: &Texts, program: &str, seen: &Seen<'_>, findings: &mut Findings) {
    let client = seen.client.title();
    let name = seen.entry.name.clone();
    let file = seen.file.display().to_string();
    if seen.entry.carries_token {
        findings.serious(
            fl!(
                texts,
                "cli-doctor-client-token",
                client = client,
                name = name.clone(),
                file = file.clone()
            ),
            fl!(
                texts,
                "cli-doctor-client-token-mend",
                file = file,
                command = format!("{program} session list")
            ),
        );
    }
    if let Serves::Another { dir, exists } = &seen.serves {
        elsewhere(texts, program, seen, (dir, *exists), findings);
        return;
    }
    start(texts, program, seen, findings);
    served(texts, program, seen, findings);
    found(texts, program, seen, findings);
}

/// An entry for another data directory: this machine's other daemon, or what is left of one.
fn elsewhere(
    texts: &Texts,
    program: &str,
    seen: &Seen<'_>,
    (dir, exists): (&str, bool),
    findings: &mut Findings,
) {
    let client = seen.client.title();
    let (name, command) = (seen.entry.name.clone(), seen.entry.command.clone());
    if !exists {
        findings.warning(
            fl!(
                texts,
                "cli-doctor-client-no-dir",
                client = client,
                name = name,
                dir = dir.to_owned()
            ),
            replace(texts, program, seen),
        );
    } else if seen.program == Program::Missing {
        findings.warning(
            fl!(
                texts,
                "cli-doctor-client-missing",
                client = client,
                name = name,
                command = command
            ),
            replace(texts, program, seen),
        );
    } else {
        findings.note(
            fl!(
                texts,
                "cli-doctor-client-elsewhere",
                client = client,
                name = name,
                dir = dir.to_owned()
            ),
            Some(format!("waiaas {} doctor", shell::flag("--data-dir", dir))),
        );
    }
}

/// Whether the client could start the program, for this directory.
fn start(texts: &Texts, program: &str, seen: &Seen<'_>, findings: &mut Findings) {
    let client = seen.client.title();
    let (name, command) = (seen.entry.name.clone(), seen.entry.command.clone());
    let again = set_up(program, seen);
    match seen.program {
        Program::Runs if seen.is_right() => {
            findings.ok(fl!(
                texts,
                "cli-doctor-client-ok",
                client = client,
                name = name.clone(),
                command = command
            ));
        }
        Program::Runs => {}
        Program::Missing => findings.serious(
            fl!(
                texts,
                "cli-doctor-client-missing",
                client = client,
                name = name.clone(),
                command = command
            ),
            again.clone(),
        ),
        Program::NotExecutable | Program::NotAFile => {
            let mend = match seen.program {
                Program::NotExecutable => format!("chmod +x {}", shell::quoted(&command)),
                _ => again.clone(),
            };
            let what = fl!(
                texts,
                "cli-doctor-client-not-executable",
                client = client,
                name = name.clone(),
                command = command
            );
            findings.serious(what, mend);
        }
        Program::Closed => findings.serious(
            fl!(
                texts,
                "cli-doctor-client-closed",
                client = client,
                name = name.clone(),
                command = command
            ),
            again.clone(),
        ),
        Program::LookedUp => findings.note(
            fl!(
                texts,
                "cli-doctor-client-looked-up",
                client = client,
                name = name.clone(),
                command = command
            ),
            Some(again.clone()),
        ),
    }
    if seen.serves == Serves::TheDefault {
        findings.warning(
            fl!(
                texts,
                "cli-doctor-client-default",
                client = client,
                name = name
            ),
            again,
        );
    }
}

/// Whether there is somebody to serve.
fn served(texts: &Texts, program: &str, seen: &Seen<'_>, findings: &mut Findings) {
    let client = seen.client.title();
    let name = seen.entry.name.clone();
    let agent = seen.entry.agent.clone().unwrap_or_default();
    match seen.whom {
        Whom::Served => {}
        Whom::NotAnId => findings.serious(
            fl!(
                texts,
                "cli-doctor-client-agent-id",
                client = client,
                name = name,
                agent = agent
            ),
            set_up(program, seen),
        ),
        Whom::Unknown => findings.serious(
            fl!(
                texts,
                "cli-doctor-client-agent-unknown",
                client = client,
                name = name,
                agent = agent
            ),
            replace(texts, program, seen),
        ),
        Whom::Terminated => findings.serious(
            fl!(
                texts,
                "cli-doctor-client-agent-removed",
                client = client,
                name = name,
                agent = agent
            ),
            replace(texts, program, seen),
        ),
        Whom::NoToken => findings.warning(
            fl!(
                texts,
                "cli-doctor-client-no-token",
                client = client,
                name = name,
                agent = agent
            ),
            set_up(program, seen),
        ),
    }
}

/// Whether it would find the daemon.
fn found(texts: &Texts, program: &str, seen: &Seen<'_>, findings: &mut Findings) {
    let client = seen.client.title();
    let name = seen.entry.name.clone();
    match &seen.address {
        Address::Usable => {}
        Address::Refused { reason } => findings.serious(
            fl!(
                texts,
                "cli-doctor-client-address",
                client = client,
                name = name,
                reason = reason.clone()
            ),
            set_up(program, seen),
        ),
        Address::Misses { listen } => findings.warning(
            fl!(
                texts,
                "cli-doctor-client-misses",
                client = client,
                name = name,
                url = seen.entry.base_url.clone().unwrap_or_default(),
                address = listen.to_string()
            ),
            set_up(program, seen),
        ),
    }
}

/// The command that brings the entry up to date.
fn set_up(program: &str, seen: &Seen<'_>) -> String {
    let agent = match &seen.entry.agent {
        Some(agent) => format!(" {}", shell::flag("--agent", agent)),
        None => String::new(),
    };
    let name = shell::flag("--name", &seen.entry.name);
    let client = seen.client.code();
    format!("{program} mcp setup{agent} --client {client} {name} --write")
}

/// The same for an entry whose agent or directory is gone: while it stands, its name is taken.
fn replace(texts: &Texts, program: &str, seen: &Seen<'_>) -> String {
    let name = shell::flag("--name", &seen.entry.name);
    let client = seen.client.code();
    fl!(
        texts,
        "cli-doctor-client-replace",
        name = seen.entry.name.clone(),
        file = seen.file.display().to_string(),
        command = format!("{program} mcp setup --client {client} {name} --write")
    )
}

#[cfg(test)]
mod tests;
