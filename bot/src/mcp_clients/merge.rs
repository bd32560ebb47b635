//! Puts our entry into a client's configuration. An entry that serves the same agent, or one
//! that is no more, is brought up to date, and what a person added to it stays; any other under
//! our name is refused, since it is not ours to replace.

use serde::Serialize as _;
use serde_json::Value;

use super::entry::{AGENT_FLAG, DATA_DIR_FLAG};
use super::json_edit::{self, JsonError};
use super::standing::{flag_value, same_directory, starts_us, words};
use super::{Client, Server};

/// Why a configuration is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It cannot be edited.
    Json(JsonError),
    /// The name is taken by an entry that serves another agent.
    OtherAgent {
        /// That agent, as the entry names it.
        agent: String,
    },
    /// The name is taken by something that does not start us for this data directory.
    Foreign,
}

impl From<JsonError> for Refused {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

/// The configuration with our entry; `None` when it stands there already.
///
/// # Errors
/// [`Refused`].
pub(crate) fn merged(
    text: &str,
    client: Client,
    server: &Server,
) -> Result<Option<String>, Refused> {
    let path = [client.servers_key(), server.name.as_str()];
    let entry = server.entry(client);
    let Some(standing) = json_edit::get(text, &path)? else {
        return Ok(Some(json_edit::set(text, &path, &entry)?));
    };
    judge(&standing, server)?;
    let mut wanted = entry
        .serialize(serde_json::value::Serializer)
        .expect("texts in memory are always JSON");
    wanted["args"] = server.args_over(&words(&standing)).into();
    let mut edited = text.to_owned();
    for (field, value) in wanted.as_object().into_iter().flatten() {
        if standing.get(field) != Some(value) {
            edited = json_edit::set(&edited, &[path[0], path[1], field.as_str()], value)?;
        }
    }
    Ok((edited != text).then_some(edited))
}

/// Whether an entry under our name is ours, and for this agent. An agent's id is the same
/// nowhere else; its name, and no agent at all, say something for one data directory only.
fn judge(standing: &Value, server: &Server) -> Result<(), Refused> {
    if !starts_us(standing, Some(&server.command)) {
        return Err(Refused::Foreign);
    }
    let args = words(standing);
    let data_dir = flag_value(&args, DATA_DIR_FLAG);
    let is_here = data_dir.is_some_and(|named| same_directory(named, &server.data_dir));
    let agent = &server.agent;
    match flag_value(&args, AGENT_FLAG) {
        // It serves whichever agent has a token file; naming one is an improvement.
        None if is_here => Ok(()),
        None => Err(Refused::Foreign),
        Some(named) if named == agent.id.to_string() => Ok(()),
        Some(named) if server.successor_of.as_deref() == Some(named) => Ok(()),
        Some(_) if data_dir.is_some() && !is_here => Err(Refused::Foreign),
        Some(named) if named == agent.name => Ok(()),
        Some(other) => Err(Refused::OtherAgent {
            agent: other.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
