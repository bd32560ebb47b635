//! The programs that start our MCP server: whether their entries would start it, for this data
//! directory, and without a token in them.

mod unreadable;

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use i18n_embed_fl::fl;
use waiaas_protocol::data_dir::{self, DataDirInputs};
use waiaas_protocol::wire::StatusBody;

use super::{Check, Findings, Machine};
use crate::cli::{Texts, shell};
use crate::mcp_clients::{Client, Standing, standing};

/// Any permission to execute.
const EXECUTABLE_MODE: u32 = 0o111;

/// What stands where an entry says the program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Runs,
    Missing,
    NotExecutable,
    /// No absolute path: the client looks for it in its own way.
    LookedUp,
}

/// Which data directory an entry would serve.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Serves {
    ThisOne,
    /// It names another.
    Another(String),
    /// It names none, and the default is not this one.
    TheDefault,
}

pub(super) fn examine(machine: &Machine<'_>, status: Option<&StatusBody>) -> Findings {
    let texts = machine.texts;
    let mut findings = Findings::of(Check::Clients);
    let listen = status.and_then(|status| status.listen.parse().ok());
    for &client in Client::value_variants() {
        let Some(file) = client.config_path(&machine.client_places, Path::is_dir) else {
            continue;
        };
        match standing(&file, client) {
            Ok(entries) => {
                for entry in &entries {
                    let seen = Seen {
                        client,
                        file: &file,
                        entry,
                        program: program(&entry.command),
                        serves: serves(machine, entry),
                        missed: listen.filter(|listen| misses(entry, *listen)),
                    };
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
    /// Where the daemon is, when the entry looks for it somewhere else on this machine.
    missed: Option<SocketAddr>,
}

impl Seen<'_> {
    /// Whether there is nothing to say but that it starts its program.
    fn is_right(&self) -> bool {
        self.serves == Serves::ThisOne && !self.entry.carries_token && self.missed.is_none()
    }
}

fn program(command: &str) -> Program {
    let path = Path::new(command);
    if !path.is_absolute() {
        return Program::LookedUp;
    }
    match fs::metadata(path) {
        Ok(found) if found.is_file() => match found.permissions().mode() & EXECUTABLE_MODE {
            0 => Program::NotExecutable,
            _ => Program::Runs,
        },
        Ok(_) => Program::NotExecutable,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Program::NotExecutable,
        Err(_) => Program::Missing,
    }
}

fn serves(machine: &Machine<'_>, entry: &Standing) -> Serves {
    let is_this = |path: &Path| same_directory(path, &machine.data_dir);
    match &entry.data_dir {
        Some(named) if is_this(Path::new(named)) => Serves::ThisOne,
        Some(named) => Serves::Another(named.clone()),
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

/// Whether the entry names an address on this machine at which the daemon is not. Another
/// machine's address is a proxy's, of which nothing is known here.
fn misses(entry: &Standing, listen: SocketAddr) -> bool {
    let named = entry.base_url.as_deref().map(reqwest::Url::parse);
    let Some(Ok(url)) = named else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|ip| ip.is_loopback());
    is_here && url.scheme() == "http" && url.port_or_known_default() != Some(listen.port())
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
    if let Serves::Another(dir) = &seen.serves {
        findings.note(
            fl!(
                texts,
                "cli-doctor-client-elsewhere",
                client = client,
                name = name,
                dir = dir.clone()
            ),
            Some(format!("waiaas --data-dir {} doctor", shell::quoted(dir))),
        );
        return;
    }
    start(texts, program, seen, findings);
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
        Program::NotExecutable => findings.serious(
            fl!(
                texts,
                "cli-doctor-client-not-executable",
                client = client,
                name = name.clone(),
                command = command.clone()
            ),
            format!("chmod +x {}", shell::quoted(&command)),
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
    if let Some(listen) = seen.missed {
        let url = seen.entry.base_url.clone().unwrap_or_default();
        findings.warning(
            fl!(
                texts,
                "cli-doctor-client-misses",
                client = client,
                name = name.clone(),
                url = url,
                address = listen.to_string()
            ),
            again.clone(),
        );
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

/// The command that brings the entry up to date.
fn set_up(program: &str, seen: &Seen<'_>) -> String {
    let agent = match &seen.entry.agent {
        Some(agent) => format!(" --agent {}", shell::quoted(agent)),
        None => String::new(),
    };
    let name = shell::quoted(&seen.entry.name);
    let client = seen.client.code();
    format!("{program} mcp setup{agent} --client {client} --name {name} --write")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;
    use crate::doctor::Severity;

    fn judged(program: Program, serves: Serves, carries_token: bool) -> Vec<Severity> {
        let entry = Standing {
            name: "waiaas".to_owned(),
            command: "/opt/waiaas".to_owned(),
            data_dir: None,
            agent: None,
            base_url: None,
            carries_token,
        };
        let seen = Seen {
            client: Client::ClaudeCode,
            file: Path::new("/home/kim/.claude.json"),
            entry: &entry,
            program,
            serves,
            missed: None,
        };
        let mut findings = Findings::of(Check::Clients);
        judge(&cli::texts_in_english(), "waiaas", &seen, &mut findings);
        findings.severities()
    }

    #[test]
    fn only_an_address_on_this_machine_can_miss_the_daemon() {
        let listen = "127.0.0.1:3100".parse().expect("an address");
        for (base_url, expected) in [
            (None, false),
            (Some("http://127.0.0.1:3100"), false),
            (Some("http://localhost:3100"), false),
            (Some("http://[::1]:3101"), true),
            (Some("http://127.0.0.1"), true),
            (Some("https://waiaas.example.com"), false),
            (Some("nonsense"), false),
        ] {
            let entry = Standing {
                name: "waiaas".to_owned(),
                command: "/opt/waiaas".to_owned(),
                data_dir: None,
                agent: None,
                base_url: base_url.map(str::to_owned),
                carries_token: false,
            };
            assert_eq!(misses(&entry, listen), expected, "{base_url:?}");
        }
    }

    #[test]
    fn an_entry_is_judged_by_what_it_would_start() {
        use Severity::{Note, Ok, Serious, Warning};
        let another = || Serves::Another("/other".to_owned());
        for (program, serves, carries_token, expected) in [
            (Program::Runs, Serves::ThisOne, false, vec![Ok]),
            (Program::Runs, Serves::ThisOne, true, vec![Serious]),
            (Program::Runs, Serves::TheDefault, false, vec![Warning]),
            (Program::Missing, Serves::ThisOne, false, vec![Serious]),
            (
                Program::NotExecutable,
                Serves::ThisOne,
                false,
                vec![Serious],
            ),
            (Program::LookedUp, Serves::ThisOne, false, vec![Note]),
            (Program::Missing, another(), false, vec![Note]),
            (Program::Runs, another(), true, vec![Serious, Note]),
        ] {
            let found = judged(program, serves.clone(), carries_token);
            assert_eq!(found, expected, "{program:?} {serves:?} {carries_token}");
        }
    }
}
