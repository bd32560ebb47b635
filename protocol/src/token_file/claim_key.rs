//! The claim that is under way: its idempotency key is on disk before the claim code is sent,
//! so that a lost answer can be asked for again after any crash (PROTOCOL.md sections 5 and 6).
//! A code is good once, so whether a token file could be written is judged before, too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::atomic_write::{WriteStep, probe, replace};
use super::error::TokenFileError;
use super::pending::RenewalKey;
use super::private_file::{read_text, refuse_foreign_target};
use super::select::{AGENT_TOKEN_FOLDER, shared_path};
use super::{existing_paths, read};
use crate::data_dir::PrivateDir;
use crate::token::TokenHash;

const KEY_BYTES_MAX: usize = 256;
/// Hex digits of the code's hash in the name: enough to tell two codes apart.
const NAME_DIGITS: usize = 16;

/// `<data dir>/mcp-claim-<beginning of the code's hash>.pending`.
#[must_use]
pub fn claim_key_path(data_dir: &Path, code: TokenHash) -> PathBuf {
    let hash = code.to_hex();
    data_dir.join(format!("mcp-claim-{}.pending", &hash[..NAME_DIGITS]))
}

/// The key of a claim that was begun, or `None`.
///
/// # Errors
/// Refuses the file by the rules of [`read`], and [`TokenFileError::NotAPendingEntry`] for
/// other contents.
pub fn read_claim_key(
    data_dir: &Path,
    code: TokenHash,
) -> Result<Option<RenewalKey>, TokenFileError> {
    let path = claim_key_path(data_dir, code);
    let Some(text) = read_text(&path, KEY_BYTES_MAX)? else {
        return Ok(None);
    };
    RenewalKey::from_hex(text.trim().to_owned())
        .map(Some)
        .ok_or(TokenFileError::NotAPendingEntry { path })
}

/// Stores the key, 0600 and on the disk when it returns; only then may the code be sent. Call
/// it while holding the lock of `mcp-token`, so that two commands for one code share a key.
///
/// # Errors
/// Those of [`write`](super::write); the code must then not be sent.
pub fn write_claim_key(
    data_dir: &Path,
    code: TokenHash,
    key: &RenewalKey,
) -> Result<(), TokenFileError> {
    let path = claim_key_path(data_dir, code);
    replace(&path, key.expose().as_bytes(), &mut |_| Ok(()))
}

/// Removes the key for good; nothing happens where there is none. Call it once the token is
/// safe on disk, or the code was refused.
///
/// # Errors
/// Reports what the system refused; the key may then still be there, which is harmless.
pub fn remove_claim_key(data_dir: &Path, code: TokenHash) -> Result<(), TokenFileError> {
    let path = claim_key_path(data_dir, code);
    match fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(TokenFileError::io(&path, "remove")(error)),
    }
    PrivateDir::open(data_dir)?
        .sync()
        .map_err(TokenFileError::io(&path, "store the directory of"))
}

/// Whether a token could be written here for an agent that is not known yet: judges every file
/// and directory that may be chosen, and tries their directories with a file that goes again.
/// Makes the data directory where it is missing.
///
/// # Errors
/// The refusals of [`read`] and [`write`](super::write).
pub fn require_writable(data_dir: &Path) -> Result<(), TokenFileError> {
    let shared = shared_path(data_dir);
    let folder = data_dir.join(AGENT_TOKEN_FOLDER);
    PrivateDir::ensure(data_dir)?;
    // One that is not understood could be anybody's.
    read(&shared)?;
    probe(&shared).map_err(TokenFileError::io(
        &shared,
        WriteStep::CreateTemporary.action(),
    ))?;
    // A folder that is not there yet is made beside what was just tried.
    if fs::symlink_metadata(&folder).is_ok() {
        PrivateDir::ensure(&folder)?;
        let inside = folder.join("any");
        probe(&inside).map_err(TokenFileError::io(&folder, "write into"))?;
    }
    existing_paths(data_dir)?
        .iter()
        .try_for_each(|path| refuse_foreign_target(path))
}
