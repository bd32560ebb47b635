//! What an entry for our server looks like: the program, the data directory and the agent.
//! Never a token, and no environment at all.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token::TOKEN_PREFIX;

use super::{Client, System};

/// What our server is started with.
pub(super) const SERVE: [&str; 2] = ["mcp", "serve"];
/// The flag that names whom it serves.
pub(super) const AGENT_FLAG: &str = "--agent";
/// The flag that names the data directory.
pub(super) const DATA_DIR_FLAG: &str = "--data-dir";
/// The flag that names the daemon's address.
pub(super) const BASE_URL_FLAG: &str = "--base-url";

/// Whom an entry serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentRef {
    /// What our entries carry.
    pub(crate) id: AgentId,
    /// What a person may have written instead.
    pub(crate) name: String,
}

/// Our server, as a client starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// The key of its entry.
    pub(crate) name: String,
    /// Whom it serves.
    pub(crate) agent: AgentRef,
    pub(super) command: String,
    pub(super) data_dir: String,
    args: Vec<String>,
    /// A removed agent, as the entry that stands under this name spells it.
    pub(super) successor_of: Option<String>,
}

/// An entry as it stands in a configuration; its fields in the order in which people expect
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    transport: Option<&'static str>,
    command: &'a str,
    args: &'a [String],
}

impl Server {
    /// Takes absolute paths: a client of the desktop has no shell's environment and no working
    /// directory. `None` when a path is no UTF-8 text, which JSON cannot hold.
    pub(crate) fn new(
        name: &str,
        agent: AgentRef,
        program: &Path,
        data_dir: &Path,
        base_url: Option<&str>,
    ) -> Option<Self> {
        let data_dir = data_dir.to_str()?.to_owned();
        let mut args = SERVE.map(str::to_owned).to_vec();
        args.extend([DATA_DIR_FLAG.to_owned(), data_dir.clone()]);
        args.extend([AGENT_FLAG.to_owned(), agent.id.to_string()]);
        if let Some(url) = base_url {
            args.extend([BASE_URL_FLAG.to_owned(), url.to_owned()]);
        }
        Some(Self {
            name: name.to_owned(),
            agent,
            command: program.to_str()?.to_owned(),
            data_dir,
            args,
            successor_of: None,
        })
    }

    /// Lets it take the place of an entry that serves this agent, which is no more.
    pub(crate) fn in_place_of(self, agent: Option<String>) -> Self {
        let successor_of = agent;
        Self {
            successor_of,
            ..self
        }
    }

    /// Its arguments, and behind them what a person added to those of an entry of ours. A token
    /// is not carried on: nothing takes one there, and every process list would show it.
    pub(super) fn args_over(&self, standing: &[&str]) -> Vec<String> {
        let mut args = self.args.clone();
        let mut rest = standing.iter().peekable();
        while let Some(&word) = rest.next() {
            let is_ours = |flag: &&str| word.strip_prefix(*flag).is_some();
            match [AGENT_FLAG, DATA_DIR_FLAG, BASE_URL_FLAG]
                .iter()
                .find(|flag| is_ours(flag))
            {
                Some(flag) if word == *flag => {
                    rest.next();
                }
                Some(flag) if word[flag.len()..].starts_with('=') => {}
                _ if word == SERVE[0] && rest.peek() == Some(&&SERVE[1]) => {
                    rest.next();
                }
                _ if word.contains(TOKEN_PREFIX) => {}
                _ => args.push(word.to_owned()),
            }
        }
        args
    }

    /// The entry for this client.
    pub(crate) fn entry(&self, client: Client) -> Entry<'_> {
        Entry {
            transport: client.names_transport().then_some("stdio"),
            command: &self.command,
            args: &self.args,
        }
    }
}

/// The smallest configuration that holds the entry, for people to copy.
pub(crate) fn snippet(client: Client, server: &Server) -> String {
    let servers = BTreeMap::from([(&server.name, server.entry(client))]);
    let whole = BTreeMap::from([(client.servers_key(), servers)]);
    serde_json::to_string_pretty(&whole).expect("texts in memory are always JSON")
}

/// The command that lets Claude Code write the entry itself.
pub(crate) fn shell_command(server: &Server, system: System) -> String {
    let fixed = ["claude", "mcp", "add", "--scope", "user"];
    let words = fixed.into_iter().chain([server.name.as_str(), "--"]);
    let words = words.chain([server.command.as_str()]);
    let words = words.chain(server.args.iter().map(String::as_str));
    let quoted = words.map(|word| quoted(word, system));
    quoted.collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str, system: System) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,\\".contains(c);
    match system {
        _ if !word.is_empty() && word.chars().all(|c| plain(c) && c != '\\') => word.to_owned(),
        System::Windows if !word.is_empty() && word.chars().all(plain) => word.to_owned(),
        // A path there holds no quotation mark.
        System::Windows => format!("\"{word}\""),
        System::Linux | System::MacOs => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn server(program: &str, data_dir: &str, base_url: Option<&str>) -> Server {
        let agent = AgentRef {
            id: "01900000-0000-7000-8000-000000000000".parse().unwrap(),
            name: "trader".to_owned(),
        };
        Server::new(
            "waiaas",
            agent,
            program.as_ref(),
            data_dir.as_ref(),
            base_url,
        )
        .unwrap()
    }

    #[test]
    fn the_entry_names_program_directory_and_agent_and_nothing_else() {
        let server = server("/opt/waiaas", "/home/kim/.waiaas", None);
        insta::assert_snapshot!(snippet(Client::ClaudeDesktop, &server), @r#"
        {
          "mcpServers": {
            "waiaas": {
              "command": "/opt/waiaas",
              "args": [
                "mcp",
                "serve",
                "--data-dir",
                "/home/kim/.waiaas",
                "--agent",
                "01900000-0000-7000-8000-000000000000"
              ]
            }
          }
        }
        "#);
        for other in [Client::Cursor, Client::Json] {
            assert_eq!(
                snippet(other, &server),
                snippet(Client::ClaudeDesktop, &server)
            );
        }
    }

    #[test]
    fn two_clients_want_the_transport_and_one_another_key() {
        let server = server("/opt/waiaas", "/d", Some("http://127.0.0.1:3100"));
        let read = |client| -> serde_json::Value {
            serde_json::from_str(&snippet(client, &server)).unwrap()
        };
        let (code, vscode) = (read(Client::ClaudeCode), read(Client::Vscode));
        assert_eq!(code["mcpServers"]["waiaas"]["type"], "stdio");
        assert_eq!(vscode["servers"]["waiaas"]["type"], "stdio");
        let args = &vscode["servers"]["waiaas"]["args"];
        assert_eq!(args[6], "--base-url");
        assert_eq!(args[7], "http://127.0.0.1:3100");
    }

    #[test]
    fn the_command_for_claude_code_survives_every_path() {
        let odd = server("/Users/Kim Lee/it's/waiaas", "/d", None);
        assert_eq!(
            shell_command(&odd, System::MacOs),
            r"claude mcp add --scope user waiaas -- '/Users/Kim Lee/it'\''s/waiaas' mcp serve --data-dir /d --agent 01900000-0000-7000-8000-000000000000"
        );
        let windows = server(r"C:\Program Files\waiaas.exe", r"C:\w", None);
        assert_eq!(
            shell_command(&windows, System::Windows),
            r#"claude mcp add --scope user waiaas -- "C:\Program Files\waiaas.exe" mcp serve --data-dir C:\w --agent 01900000-0000-7000-8000-000000000000"#
        );
        assert!(shell_command(&windows, System::Linux).contains(r"'C:\w'"));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_makes_no_entry() {
        use std::os::unix::ffi::OsStrExt as _;

        let agent = server("/w", "/d", None).agent;
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"/d/\xff"));
        assert_eq!(Server::new("waiaas", agent, "/w".as_ref(), odd, None), None);
    }
}
