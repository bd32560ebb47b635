//! Which file belongs to which agent (PROTOCOL.md section 6): several agents on one machine
//! never share one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::TokenFileError;
use super::read;
use crate::ids::AgentId;

/// The file that the first agent of a machine gets.
pub const TOKEN_FILE_NAME: &str = "mcp-token";
/// The folder with one file for each further agent.
pub const AGENT_TOKEN_FOLDER: &str = "mcp-tokens";

/// `<data dir>/mcp-token`.
#[must_use]
pub fn shared_path(data_dir: &Path) -> PathBuf {
    data_dir.join(TOKEN_FILE_NAME)
}

/// `<data dir>/mcp-tokens/<agent id>`.
#[must_use]
pub fn agent_path(data_dir: &Path, agent_id: AgentId) -> PathBuf {
    data_dir.join(AGENT_TOKEN_FOLDER).join(agent_id.to_string())
}

/// The agent's file: `mcp-tokens/<agent id>` if that exists; else `mcp-token` if it is
/// absent or carries this agent's `aid`, expired or not; else `mcp-tokens/<agent id>`, which
/// does not exist yet (PROTOCOL.md section 6). A writer calls
/// [`TokenFileLock::acquire_for_agent`](super::TokenFileLock::acquire_for_agent) instead.
///
/// # Errors
/// A `mcp-token` that [`read`] refuses might be this agent's, so its refusal is returned
/// rather than stepped around: the owner has to hear of it.
pub fn select_path(data_dir: &Path, agent_id: AgentId) -> Result<PathBuf, TokenFileError> {
    let own = agent_path(data_dir, agent_id);
    if exists(&own)? {
        return Ok(own);
    }
    let shared = shared_path(data_dir);
    let Some(token) = read(&shared)? else {
        return Ok(shared);
    };
    let claims = token
        .unverified_claims()
        .map_err(|reason| TokenFileError::NotAToken {
            path: shared.clone(),
            reason,
        })?;
    Ok(if claims.agent_id == agent_id {
        shared
    } else {
        own
    })
}

/// The token files of this machine: `mcp-token` first, then `mcp-tokens/<agent id>` in the order
/// of their names. Only names are looked at, so that a file that will be refused is listed too.
///
/// # Errors
/// What the system says when the folder cannot be listed.
pub fn existing_paths(data_dir: &Path) -> Result<Vec<PathBuf>, TokenFileError> {
    let shared = shared_path(data_dir);
    let folder = data_dir.join(AGENT_TOKEN_FOLDER);
    let listing = TokenFileError::io(&folder, "list");
    let mut own = match fs::read_dir(&folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(listing)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(listing(error)),
    };
    // Locks, pending entries and leftovers lie beside the tokens.
    own.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.parse::<AgentId>().is_ok())
    });
    own.sort();
    Ok(exists(&shared)?
        .then_some(shared)
        .into_iter()
        .chain(own)
        .collect())
}

/// Also true for a link that leads nowhere: it is refused later, not overlooked.
fn exists(path: &Path) -> Result<bool, TokenFileError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(TokenFileError::io(path, "look at")(error)),
    }
}
