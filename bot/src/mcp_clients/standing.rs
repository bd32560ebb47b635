//! What stands in a client's configuration of ours: the entries that start our server, as they
//! are. Whether they are right is for whoever asks.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use waiaas_protocol::token::TOKEN_PREFIX;

use super::entry::{AGENT_FLAG, BASE_URL_FLAG, DATA_DIR_FLAG, SERVE};
use super::file::{ConfigError, read};
use super::merge::Refused;
use super::{Client, json_edit};

/// What this program's file is called.
const PROGRAM_NAMES: [&str; 2] = ["waiaas", "waiaas.exe"];
/// The variable in which a token could be handed over.
const TOKEN_VARIABLE: &str = "WAIAAS_SESSION_TOKEN";

/// An entry that starts our server; of a token in it only that it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The key of the entry.
    pub(crate) name: String,
    /// The program; empty where the entry names none.
    pub(crate) command: String,
    /// The data directory it names.
    pub(crate) data_dir: Option<String>,
    /// The agent it names, by name or id.
    pub(crate) agent: Option<String>,
    /// The address of the daemon it names.
    pub(crate) base_url: Option<String>,
    /// Whether a session token stands in it.
    pub(crate) carries_token: bool,
}

/// Our entries in the file; none where there is no file.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read, or is nothing that the client could read.
pub(crate) fn standing(path: &Path, client: Client) -> Result<Vec<Standing>, ConfigError> {
    let Some(text) = read(path)? else {
        return Ok(Vec::new());
    };
    let servers = json_edit::get(&text, &[client.servers_key()]);
    let servers = servers.map_err(|error| ConfigError::Refused {
        path: path.to_owned(),
        why: Refused::from(error),
    })?;
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::to_str);
    Ok(ours(&servers.unwrap_or_default(), program))
}

fn ours(servers: &Value, program: Option<&str>) -> Vec<Standing> {
    let entries = servers.as_object().into_iter().flatten();
    entries
        .filter(|(_, entry)| starts_us(entry, program))
        .map(|(name, entry)| one_of_ours(name, entry))
        .collect()
}

/// Whether an entry starts our server. Other programs have an `mcp serve` too, so that it must
/// also name this program: by what its file is called, or by the very path of this one.
pub(super) fn starts_us(entry: &Value, program: Option<&str>) -> bool {
    let command = entry["command"].as_str().unwrap_or_default();
    let file_name = command.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_program = PROGRAM_NAMES.contains(&file_name) || program == Some(command);
    let args = words(entry);
    is_program && args.windows(SERVE.len()).any(|words| words == SERVE)
}

/// Whether both name the same directory; by their text where one of them does not exist.
pub(crate) fn same_directory(one: &str, other: &str) -> bool {
    let real = |path: &str| fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    real(one) == real(other)
}

fn one_of_ours(name: &str, entry: &Value) -> Standing {
    let args = words(entry);
    let owned = |text: &str| text.to_owned();
    Standing {
        name: name.to_owned(),
        command: entry["command"].as_str().unwrap_or_default().to_owned(),
        data_dir: flag_value(&args, DATA_DIR_FLAG).map(owned),
        agent: flag_value(&args, AGENT_FLAG).map(owned),
        base_url: flag_value(&args, BASE_URL_FLAG).map(owned),
        carries_token: carries_token(entry),
    }
}

/// The arguments of an entry; what is no text counts as absent.
pub(super) fn words(entry: &Value) -> Vec<&str> {
    let args = entry["args"].as_array().map_or(&[][..], Vec::as_slice);
    args.iter().filter_map(Value::as_str).collect()
}

/// What a flag is given, in one word or in two.
pub(super) fn flag_value<'a>(args: &[&'a str], flag: &str) -> Option<&'a str> {
    let joined = args
        .iter()
        .find_map(|word| word.strip_prefix(flag)?.strip_prefix('='));
    let at = args.iter().position(|word| *word == flag);
    joined.or_else(|| args.get(at? + 1).copied())
}

fn carries_token(entry: &Value) -> bool {
    let is_token = |text: &str| text.contains(TOKEN_PREFIX);
    match entry {
        Value::String(text) => is_token(text),
        Value::Array(values) => values.iter().any(carries_token),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key == TOKEN_VARIABLE || is_token(key) || carries_token(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_one(entry: Value) -> Option<Standing> {
        ours(&json!({ "waiaas": entry }), Some("/w")).pop()
    }

    #[test]
    fn an_entry_is_ours_by_what_it_starts() {
        let plain = json!({ "command": "/w", "args": ["mcp", "serve"] });
        let found = read_one(plain).expect("ours");
        assert_eq!(
            (found.name.as_str(), found.command.as_str()),
            ("waiaas", "/w")
        );
        assert_eq!((found.data_dir, found.agent), (None, None));
        for foreign in [
            json!({ "command": "claude", "args": ["mcp", "serve"] }),
            json!({ "command": "/opt/waiaas/other", "args": ["mcp", "serve"] }),
            json!({ "command": "/x/w", "args": ["mcp", "serve"] }),
            json!({ "args": ["mcp", "serve"] }),
            json!({ "command": "/w", "args": ["serve", "mcp"] }),
            json!({ "command": "mcp serve" }),
            json!({ "args": "mcp serve" }),
            json!("mcp serve"),
        ] {
            assert_eq!(read_one(foreign), None);
        }
        assert!(ours(&json!(["mcp", "serve"]), None).is_empty());
        for program in ["waiaas", "/old/bin/waiaas", r"C:\w\waiaas.exe"] {
            let moved = json!({ "command": program, "args": ["mcp", "serve"] });
            assert!(read_one(moved).is_some(), "{program}");
        }
    }

    #[test]
    fn flags_are_read_in_one_word_and_in_two() {
        let args = json!(["--data-dir=/d e", "mcp", "serve", "--agent", "trader"]);
        let found = read_one(json!({ "command": "waiaas", "args": args })).expect("ours");
        assert_eq!(found.data_dir.as_deref(), Some("/d e"));
        assert_eq!(found.agent.as_deref(), Some("trader"));
        let args = json!(["mcp", "serve", "--data-dir"]);
        let cut = read_one(json!({ "command": "waiaas", "args": args })).expect("ours");
        assert_eq!(cut.data_dir, None);
    }

    #[test]
    fn a_token_is_found_wherever_it_stands() {
        let entry = |more: Value| {
            let mut entry = json!({ "command": "waiaas", "args": ["mcp", "serve"] });
            let fields = entry.as_object_mut().expect("an object");
            fields.extend(more.as_object().expect("an object").clone());
            read_one(entry).expect("ours").carries_token
        };
        assert!(!entry(json!({ "env": { "PATH": "/bin" } })));
        assert!(entry(
            json!({ "env": { "WAIAAS_SESSION_TOKEN": "${TOKEN}" } })
        ));
        assert!(entry(json!({ "env": { "OTHER": "wai_sess_a.b.c" } })));
        assert!(entry(
            json!({ "args": ["mcp", "serve", "--token=wai_sess_a.b.c"] })
        ));
    }
}
