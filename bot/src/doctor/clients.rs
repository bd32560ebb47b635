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
mod tests {
    use super::*;
    use crate::cli;
    use crate::doctor::Severity;

    fn entry(carries_token: bool) -> Standing {
        Standing {
            name: "waiaas".to_owned(),
            command: "/opt/waiaas".to_owned(),
            data_dir: None,
            agent: Some("-x".to_owned()),
            base_url: None,
            carries_token,
        }
    }

    fn seen(entry: &Standing) -> Seen<'_> {
        Seen {
            client: Client::ClaudeCode,
            file: Path::new("/home/kim/.claude.json"),
            entry,
            program: Program::Runs,
            serves: Serves::ThisOne,
            whom: Whom::Served,
            address: Address::Usable,
        }
    }

    fn judged(seen: &Seen<'_>) -> Vec<(Severity, String)> {
        let mut findings = Findings::of(Check::Clients);
        judge(&cli::texts_in_english(), "waiaas", seen, &mut findings);
        findings
            .into_iter()
            .map(|one| (one.severity, one.mend.unwrap_or_default()))
            .collect()
    }

    fn severities(seen: &Seen<'_>) -> Vec<Severity> {
        let judged = judged(seen).into_iter();
        judged.map(|(severity, _)| severity).collect()
    }

    #[test]
    fn an_entry_is_judged_by_what_it_would_start() {
        use Severity::{Note, Ok, Serious, Warning};
        let another = |exists| Serves::Another {
            dir: "/other".to_owned(),
            exists,
        };
        let this = || Serves::ThisOne;
        for (program, serves, carries_token, expected) in [
            (Program::Runs, this(), false, vec![Ok]),
            (Program::Runs, this(), true, vec![Serious]),
            (Program::Runs, Serves::TheDefault, false, vec![Warning]),
            (Program::Missing, this(), false, vec![Serious]),
            (Program::NotExecutable, this(), false, vec![Serious]),
            (Program::NotAFile, this(), false, vec![Serious]),
            (Program::Closed, this(), false, vec![Serious]),
            (Program::LookedUp, this(), false, vec![Note]),
            (Program::Runs, another(true), false, vec![Note]),
            (Program::Missing, another(true), false, vec![Warning]),
            (Program::Runs, another(false), false, vec![Warning]),
            (Program::Runs, another(true), true, vec![Serious, Note]),
        ] {
            let entry = entry(carries_token);
            let found = severities(&Seen {
                program,
                serves: serves.clone(),
                ..seen(&entry)
            });
            assert_eq!(found, expected, "{program:?} {serves:?} {carries_token}");
        }
    }

    #[test]
    fn an_entry_is_judged_by_whom_it_serves_and_where_it_looks() {
        use Severity::{Serious, Warning};
        let entry = entry(false);
        for (whom, expected) in [
            (Whom::NotAnId, Serious),
            (Whom::Unknown, Serious),
            (Whom::Terminated, Serious),
            (Whom::NoToken, Warning),
        ] {
            let seen = Seen {
                whom,
                ..seen(&entry)
            };
            assert_eq!(severities(&seen), [expected], "{whom:?}");
        }
        let listen = "127.0.0.1:3100".parse().expect("an address");
        let reason = "it is no address".to_owned();
        for (address, expected) in [
            (Address::Refused { reason }, Serious),
            (Address::Misses { listen }, Warning),
        ] {
            let seen = Seen {
                address: address.clone(),
                ..seen(&entry)
            };
            assert_eq!(severities(&seen), [expected], "{address:?}");
        }
    }

    #[test]
    fn only_a_file_is_made_executable_and_no_agent_is_taken_for_a_flag() {
        let entry = entry(false);
        let again = "waiaas mcp setup --agent=-x --client claude-code --name waiaas --write";
        for (program, mend) in [
            (Program::NotExecutable, "chmod +x /opt/waiaas"),
            (Program::NotAFile, again),
            (Program::Closed, again),
            (Program::Missing, again),
        ] {
            let seen = Seen {
                program,
                ..seen(&entry)
            };
            assert_eq!(judged(&seen)[0].1, mend, "{program:?}");
        }
    }
}
