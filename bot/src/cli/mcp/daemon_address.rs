//! Where an agent on this machine reaches the daemon: as `config.toml` says, unless the daemon
//! says that it listens elsewhere. A token goes in the clear to a loopback address alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use i18n_embed_fl::fl;
use reqwest::Url;
use waiaas_daemon_core::config::{Config, ConfigInputs};
use waiaas_mcp::door::{BaseUrl, Door};
use waiaas_protocol::wire::StatusBody;

use crate::cli::client::AdminClient;
use crate::cli::config::ConfigFlags;
use crate::cli::context::Context;
use crate::report::{Exit, Failure};

/// What a model is told where the configuration does not say it.
const CONFIG_UNREADABLE: &str = "its config.toml cannot be read, so its address is not known; `waiaas doctor` says what is wrong";

/// The door of this data directory's daemon. A configuration that cannot be read keeps no agent
/// from starting, but nothing is sent to a guessed address: `waiaas doctor` is where it is mended.
///
/// # Errors
/// When no token may be sent there.
pub(super) fn configured(context: &Context) -> Result<Door, Failure> {
    let Ok(config) = context.config(&ConfigFlags::default()) else {
        tracing::warn!("config.toml cannot be read, so the daemon is not looked for");
        return Ok(Door::closed(CONFIG_UNREADABLE.to_owned()));
    };
    let listen = config.http.listen;
    let base_url = reachable(listen).ok_or_else(|| out_of_reach(context, listen))?;
    Ok(Door::new(base_url))
}

/// What a client's entry has to say of the address: what was given, what stands there and still
/// leads to the daemon, or where the daemon is when `mcp serve` would look elsewhere.
///
/// # Errors
/// When the daemon cannot be asked, or listens where no token may be sent.
pub(super) async fn for_entry(
    context: &Context,
    daemon: &AdminClient<'_>,
    given: Option<&BaseUrl>,
    standing: Option<BaseUrl>,
) -> Result<Option<BaseUrl>, Failure> {
    if let Some(given) = given {
        return Ok(Some(given.clone()));
    }
    let is_proxy = |url: &BaseUrl| url.to_string().starts_with("https://");
    if standing.as_ref().is_some_and(is_proxy) {
        return Ok(standing);
    }
    let status: StatusBody = daemon.get("/status").await?;
    let Ok(listen) = status.listen.parse() else {
        return Ok(standing);
    };
    let standing = standing.filter(|url| leads_to(url, listen));
    if standing.is_some() {
        return Ok(standing);
    }
    let actual = reachable(listen).ok_or_else(|| out_of_reach(context, listen))?;
    let found = in_the_file(context)?.and_then(reachable);
    Ok((found.as_ref() != Some(&actual)).then_some(actual))
}

/// What a client of the desktop finds: it has none of the shell's environment. `None` where the
/// file cannot be read.
fn in_the_file(context: &Context) -> Result<Option<SocketAddr>, Failure> {
    let inputs = ConfigInputs::new(&context.data_dir()?).with_file();
    let config = inputs.and_then(|inputs| Config::load(&inputs));
    Ok(config.ok().map(|config| config.http.listen))
}

/// Whether plain HTTP to this address arrives at the daemon.
fn leads_to(url: &BaseUrl, listen: SocketAddr) -> bool {
    let Ok(url) = Url::parse(&url.to_string()) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let is_host = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => listen.ip().is_unspecified() || ip == listen.ip(),
        Err(_) => listen.ip().is_unspecified() || listen.ip().is_loopback(),
    };
    is_host && url.port_or_known_default() == Some(listen.port())
}

/// The same address as this machine's own programs reach it; `None` where plain HTTP would
/// have to leave the machine, or another user's program could stand at the address we guess.
fn reachable(mut listen: SocketAddr) -> Option<BaseUrl> {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    format!("http://{listen}").parse().ok()
}

fn out_of_reach(context: &Context, listen: SocketAddr) -> Failure {
    let listen = listen.to_string();
    Failure::new(fl!(context.texts, "cli-mcp-serve-listen", listen = listen))
        .with_hint(fl!(context.texts, "cli-mcp-serve-listen-hint"))
        .with_exit(Exit::Usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_the_daemon_when_host_and_port_do() {
        for (url, listen, expected) in [
            ("http://127.0.0.1:3100", "127.0.0.1:3100", true),
            ("http://localhost:3100", "127.0.0.1:3100", true),
            ("http://localhost:3100", "192.0.2.1:3100", false),
            ("http://127.0.0.1:3100", "0.0.0.0:3100", true),
            ("http://[::1]:3100", "[::]:3100", true),
            ("http://[::1]:3100", "127.0.0.1:3100", false),
            ("http://127.0.0.1:3101", "127.0.0.1:3100", false),
            ("http://127.0.0.1", "127.0.0.1:80", true),
        ] {
            let url_parsed: BaseUrl = url.parse().expect("a base URL");
            let listen_parsed = listen.parse().expect("an address");
            assert_eq!(
                leads_to(&url_parsed, listen_parsed),
                expected,
                "{url} {listen}"
            );
        }
    }

    #[test]
    fn a_token_in_the_clear_stays_on_this_machine() {
        let shown = |listen: &str| {
            let url = reachable(listen.parse().expect("an address"));
            url.map(|url| url.to_string())
        };
        assert_eq!(shown("0.0.0.0:1").as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(shown("[::]:1").as_deref(), Some("http://[::1]:1"));
        assert_eq!(shown("192.0.2.1:1"), None);
    }
}
