//! The daemon: whether it runs and works, and whether agents reach it or somebody else at its
//! address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use i18n_embed_fl::fl;
use waiaas_protocol::wire::{Health, StatusBody};

use super::door::Fault;
use super::{Check, Findings, Machine};
use crate::cli::spell;
use crate::words;

/// More than this waits only when nothing can be sent.
const OUTBOX_DEPTH_MAX: u64 = 50;
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Who answers at the agents' address.
#[derive(Debug, PartialEq, Eq)]
enum AgentsDoor {
    /// There is no address to ask.
    Unknown,
    /// A daemon of ours, of this version.
    Daemon {
        version: String,
    },
    Nobody,
    Silent,
    /// Something else than a daemon.
    Stranger,
}

pub(super) async fn examine(machine: &Machine<'_>, status: &Result<StatusBody, Fault>) -> Findings {
    let address = address(machine, status);
    let door = match address {
        Some(address) => ask(machine, address).await,
        None => AgentsDoor::Unknown,
    };
    let shown = address
        .map(|address| address.to_string())
        .unwrap_or_default();
    let mut findings = Findings::of(Check::Daemon);
    match status {
        Ok(status) => running(machine, status, &door, &shown, &mut findings),
        Err(fault) => {
            not_running(machine, fault, &mut findings);
            // Behind a door that is only closed to us, the one who answers is our daemon.
            if *fault == Fault::Absent {
                squatter(machine, &door, &shown, &mut findings);
            }
        }
    }
    findings
}

/// Where the running daemon says that agents connect, else where the next one would.
fn address(machine: &Machine<'_>, status: &Result<StatusBody, Fault>) -> Option<SocketAddr> {
    let told = status
        .as_ref()
        .ok()
        .and_then(|status| status.listen.parse().ok());
    let configured = || {
        machine
            .config
            .as_ref()
            .ok()
            .map(|config| config.http.listen)
    };
    let address: SocketAddr = told.or_else(configured)?;
    // Port 0 is chosen at the start.
    (address.port() != 0).then(|| from_here(address))
}

/// An address that stands for every interface is reached over loopback.
fn from_here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn ask(machine: &Machine<'_>, address: SocketAddr) -> AgentsDoor {
    let url = format!("http://{address}/health");
    match machine.agents_door.get::<Health>(&url).await {
        Ok(health) => AgentsDoor::Daemon {
            version: health.version,
        },
        Err(Fault::Absent | Fault::Denied | Fault::Broken { .. }) => AgentsDoor::Nobody,
        Err(Fault::Silent) => AgentsDoor::Silent,
        Err(Fault::Unreadable | Fault::Refused { .. }) => AgentsDoor::Stranger,
    }
}

fn running(
    machine: &Machine<'_>,
    status: &StatusBody,
    door: &AgentsDoor,
    address: &str,
    findings: &mut Findings,
) {
    let (texts, program) = (machine.texts, &machine.program);
    findings.ok(fl!(
        texts,
        "cli-doctor-daemon-ok",
        version = status.version.clone(),
        span = spell(status.uptime_s),
        address = status.listen.clone(),
        sessions = status.live_sessions
    ));
    let restart = fl!(
        texts,
        "cli-doctor-mend-restart",
        command = format!("{program} run")
    );
    if status.version != VERSION {
        let what = fl!(
            texts,
            "cli-doctor-daemon-version",
            daemon = status.version.clone(),
            program = VERSION
        );
        findings.warning(what, restart.clone());
    }
    agents_door(machine, door, address, restart.clone(), findings);
    moved(machine, status, restart, findings);
    if status.kill_switch.active {
        let what = fl!(
            texts,
            "cli-doctor-daemon-locked",
            since = status
                .kill_switch
                .since
                .map(|at| at.to_string())
                .unwrap_or_default(),
            by = words::who_exactly(texts, status.kill_switch.by.as_deref().unwrap_or_default())
        );
        findings.warning(what, format!("{program} killswitch off"));
    }
    told(machine, status, findings);
}

/// An MCP server that is told no address takes the configured one.
fn moved(machine: &Machine<'_>, status: &StatusBody, restart: String, findings: &mut Findings) {
    let Ok(config) = &machine.config else {
        return;
    };
    let configured = config.http.listen;
    // Port 0 is another one at each start.
    if configured.port() == 0 || status.listen == configured.to_string() {
        return;
    }
    let what = fl!(
        machine.texts,
        "cli-doctor-door-moved",
        address = status.listen.clone(),
        configured = configured.to_string()
    );
    findings.warning(what, restart);
}

/// Whether the owner hears of what happens.
fn told(machine: &Machine<'_>, status: &StatusBody, findings: &mut Findings) {
    let (texts, program) = (machine.texts, &machine.program);
    if status.dead_letters > 0 {
        let count = status.dead_letters;
        findings.warning(
            fl!(texts, "cli-doctor-daemon-dead-letters", count = count),
            format!("{program} audit list"),
        );
    }
    if status.outbox_depth > OUTBOX_DEPTH_MAX {
        let count = status.outbox_depth;
        findings.warning(
            fl!(texts, "cli-doctor-daemon-outbox", count = count),
            format!("{program} status"),
        );
    }
    // Without a bot there is nobody to pair with; the check of Telegram says so.
    if status.operators == 0 && !status.channels.is_empty() {
        findings.warning(
            fl!(texts, "cli-doctor-daemon-unpaired"),
            format!("{program} pair"),
        );
    }
}

fn agents_door(
    machine: &Machine<'_>,
    door: &AgentsDoor,
    address: &str,
    restart: String,
    findings: &mut Findings,
) {
    let texts = machine.texts;
    match door {
        AgentsDoor::Daemon { .. } | AgentsDoor::Unknown => {}
        AgentsDoor::Nobody | AgentsDoor::Silent => findings.serious(
            fl!(
                texts,
                "cli-doctor-door-closed",
                address = address.to_owned()
            ),
            restart,
        ),
        AgentsDoor::Stranger => stranger(machine, address, findings),
    }
}

fn not_running(machine: &Machine<'_>, fault: &Fault, findings: &mut Findings) {
    let (texts, program) = (machine.texts, &machine.program);
    let dir = machine.data_dir.display().to_string();
    let run = format!("{program} run");
    let restart = fl!(texts, "cli-doctor-mend-restart", command = run.clone());
    let (what, mend) = match fault {
        Fault::Absent => (fl!(texts, "cli-doctor-daemon-down"), run),
        Fault::Denied => (
            fl!(texts, "cli-socket-denied", dir = dir),
            fl!(texts, "cli-socket-denied-hint"),
        ),
        Fault::Silent => (fl!(texts, "cli-doctor-daemon-silent"), restart),
        Fault::Unreadable => (fl!(texts, "cli-doctor-daemon-unreadable"), restart),
        Fault::Refused { code, message } => (
            fl!(
                texts,
                "cli-doctor-daemon-refuses",
                code = code.clone(),
                message = message.clone()
            ),
            restart,
        ),
        Fault::Broken { cause } => (
            fl!(texts, "cli-doctor-daemon-broken", cause = cause.clone()),
            restart,
        ),
    };
    findings.serious(what, mend);
}

/// Who would keep the next start from binding the agents' address.
fn squatter(machine: &Machine<'_>, door: &AgentsDoor, address: &str, findings: &mut Findings) {
    let texts = machine.texts;
    match door {
        AgentsDoor::Unknown | AgentsDoor::Nobody => {}
        AgentsDoor::Daemon { version } => findings.warning(
            fl!(
                texts,
                "cli-doctor-door-other-daemon",
                address = address.to_owned(),
                version = version.clone()
            ),
            fl!(texts, "cli-doctor-door-other-daemon-mend"),
        ),
        AgentsDoor::Silent | AgentsDoor::Stranger => stranger(machine, address, findings),
    }
}

fn stranger(machine: &Machine<'_>, address: &str, findings: &mut Findings) {
    let texts = machine.texts;
    let port = address.rsplit(':').next().unwrap_or_default();
    let command = if cfg!(target_os = "macos") {
        format!("lsof -nP -iTCP:{port} -sTCP:LISTEN")
    } else {
        format!("ss -ltnp 'sport = :{port}'")
    };
    findings.serious(
        fl!(
            texts,
            "cli-doctor-door-stranger",
            address = address.to_owned()
        ),
        fl!(texts, "cli-doctor-door-stranger-mend", command = command),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_is_reached_over_loopback() {
        for (listen, reached) in [
            ("0.0.0.0:3100", "127.0.0.1:3100"),
            ("[::]:3100", "[::1]:3100"),
            ("10.0.0.7:3100", "10.0.0.7:3100"),
        ] {
            let address = from_here(listen.parse().expect("an address"));
            assert_eq!(address.to_string(), reached);
        }
    }
}
