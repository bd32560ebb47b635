//! Whom an entry serves and where it looks for the daemon, read as `waiaas mcp serve` reads it:
//! what that command refuses keeps the agent from starting. The judgement is the caller's.

use std::net::{IpAddr, SocketAddr};

use tokio::time::{Instant, timeout_at};
use waiaas_mcp::door::BaseUrl;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token_file::select_path;
use waiaas_protocol::wire::{AgentBody, AgentStatusBody};

use super::super::door::Fault;
use super::super::places::exists;
use super::Machine;

/// Whom an entry serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// The agent of the shared token file, or one that can have a session.
    Served,
    /// What it names is no agent's id, and nothing else is taken.
    NotAnId,
    /// The daemon does not know the agent.
    Unknown,
    /// The agent has been removed.
    Terminated,
    /// There is no token file for it.
    NoToken,
}

/// Where an entry looks for the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// As configured, or at an address of which nothing bad is known.
    Usable,
    /// No address that is taken; why not, without the address, which may carry a password.
    Refused { reason: String },
    /// On this machine, but not where the daemon is.
    Misses { listen: SocketAddr },
}

/// What `named` is to the daemon, if one runs, and to the token files; `end` is the last moment
/// to wait for.
pub(super) async fn whom(
    machine: &Machine<'_>,
    named: Option<&str>,
    daemon_runs: bool,
    end: Instant,
) -> Whom {
    let Some(named) = named else {
        return Whom::Served;
    };
    let Ok(agent) = named.parse::<AgentId>() else {
        return Whom::NotAnId;
    };
    if daemon_runs {
        let path = format!("/agents/{agent}");
        match timeout_at(end, machine.admin_door.get::<AgentBody>(&path)).await {
            Ok(Ok(found)) if found.status == AgentStatusBody::Terminated => {
                return Whom::Terminated;
            }
            Ok(Err(Fault::Refused { code, .. })) if code == ErrorCode::AgentNotFound.as_str() => {
                return Whom::Unknown;
            }
            // One that did not answer is no reason to doubt the entry.
            Ok(Ok(_) | Err(_)) | Err(_) => {}
        }
    }
    match select_path(&machine.data_dir, agent) {
        Ok(path) if !exists(&path) => Whom::NoToken,
        // What is wrong with the file is for the check of the token files.
        Ok(_) | Err(_) => Whom::Served,
    }
}

/// Another machine's address is a proxy's, and so is an encrypted one; of those nothing is
/// known here.
pub(super) fn address(named: Option<&str>, listen: Option<SocketAddr>) -> Address {
    let Some(named) = named else {
        return Address::Usable;
    };
    if let Err(error) = named.parse::<BaseUrl>() {
        let reason = error.to_string();
        return Address::Refused { reason };
    }
    match (reqwest::Url::parse(named), listen) {
        (Ok(url), Some(listen)) if url.scheme() == "http" && !leads_to(&url, listen) => {
            Address::Misses { listen }
        }
        _ => Address::Usable,
    }
}

/// Whether a connection to this address of this machine reaches who listens there.
fn leads_to(url: &reqwest::Url, listen: SocketAddr) -> bool {
    let bare = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_host = match bare.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) if listen.ip().is_unspecified() => {
            listen.is_ipv6() || ip.to_ipv4_mapped().is_some()
        }
        // The IPv6 address for every interface takes IPv4 too.
        Ok(IpAddr::V4(_)) if listen.ip().is_unspecified() => true,
        Ok(ip) => ip.to_canonical() == listen.ip().to_canonical(),
        // A name for this machine's own addresses: nothing else is spoken to in the clear.
        Err(_) => listen.ip().is_unspecified() || listen.ip().to_canonical().is_loopback(),
    };
    is_host && url.port_or_known_default() == Some(listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serve_refuses_is_refused() {
        for named in [
            "nonsense",
            "http://10.0.0.5:3100",
            "ftp://127.0.0.1",
            "http://me:secret@127.0.0.1:3100",
        ] {
            let Address::Refused { reason } = address(Some(named), None) else {
                panic!("{named} is taken");
            };
            assert!(!reason.contains("secret"), "{reason}");
        }
    }

    #[test]
    fn only_an_address_on_this_machine_can_miss_the_daemon() {
        for (listen, named, misses) in [
            ("127.0.0.1:3100", "http://127.0.0.1:3100", false),
            ("127.0.0.1:3100", "http://localhost:3100", false),
            ("127.0.0.1:3100", "http://[::1]:3100", true),
            ("127.0.0.1:3100", "http://127.0.0.2:3100", true),
            ("127.0.0.1:3100", "http://127.0.0.1:3101", true),
            ("127.0.0.1:3100", "http://127.0.0.1", true),
            ("127.0.0.1:3100", "https://waiaas.example.com", false),
            ("127.0.0.1:3100", "https://127.0.0.1:8443", false),
            ("[::1]:3100", "http://localhost:3100", false),
            ("[::1]:3100", "http://127.0.0.1:3100", true),
            ("0.0.0.0:3100", "http://127.0.0.1:3100", false),
            ("0.0.0.0:3100", "http://[::1]:3100", true),
            ("[::]:3100", "http://127.0.0.1:3100", false),
            ("10.0.0.7:3100", "http://127.0.0.1:3100", true),
        ] {
            let listen = listen.parse().expect("an address");
            let expected = match misses {
                true => Address::Misses { listen },
                false => Address::Usable,
            };
            let found = address(Some(named), Some(listen));
            assert_eq!(found, expected, "{named} against {listen}");
        }
        assert_eq!(address(None, None), Address::Usable);
        let here = Some("http://127.0.0.1:1");
        assert_eq!(address(here, None), Address::Usable, "no daemon runs");
    }
}
