//! The renewal that is under way: its key is on disk before the request is sent, so that
//! any process can finish it after any crash (PROTOCOL.md section 5). Making the key and
//! sending the request is for the client; here it is only kept.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::atomic_write::{StepHook, replace};
use super::error::TokenFileError;
use super::private_file::read_text;
use crate::data_dir::{PrivateDir, parent_of};
use crate::ids::SessionId;
use crate::token::{SessionToken, TokenHash};

const PENDING_SUFFIX: &str = ".pending";
const PENDING_BYTES_MAX: usize = 1024;
const RENEWAL_KEY_BYTES: usize = 16;

/// The random 128 bits that make a repeated renewal the same renewal; a secret, since with
/// the old token it opens the new one.
#[derive(Clone)]
pub struct RenewalKey(SecretString);

impl RenewalKey {
    /// Takes bytes that the caller drew from a secure random source.
    #[must_use]
    pub fn from_bytes(random: [u8; RENEWAL_KEY_BYTES]) -> Self {
        Self(SecretString::from(hex::encode(random)))
    }

    /// 32 lowercase hex digits, as sent in `Idempotency-Key` (PROTOCOL.md section 5).
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(super) fn from_hex(text: String) -> Option<Self> {
        let text = SecretString::from(text);
        let digits = text.expose_secret().as_bytes();
        let is_hex = digits
            .iter()
            .all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        (digits.len() == 2 * RENEWAL_KEY_BYTES && is_hex).then_some(Self(text))
    }
}

impl fmt::Debug for RenewalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RenewalKey([redacted])")
    }
}

/// One renewal under way.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The session that is renewed.
    pub session_id: SessionId,
    /// The hash of the token that the request presents.
    pub presented_token_hash: TokenHash,
    /// The key that every retry sends again.
    pub renewal_key: RenewalKey,
}

impl Pending {
    /// Whether this renewal presents that very token. An entry that does not match the
    /// token file is to be removed (PROTOCOL.md section 5).
    #[must_use]
    pub fn matches(&self, token: &SessionToken) -> bool {
        self.presented_token_hash == token.hash()
            && token
                .unverified_claims()
                .is_ok_and(|claims| claims.session_id == self.session_id)
    }
}

#[derive(Serialize)]
struct EntryOut<'a> {
    session_id: SessionId,
    presented_token_hash: String,
    renewal_key: &'a str,
}

#[derive(Deserialize)]
struct EntryIn {
    session_id: SessionId,
    presented_token_hash: String,
    renewal_key: String,
}

/// `<token file>.pending`.
#[must_use]
pub fn pending_path(token_path: &Path) -> PathBuf {
    let mut name = token_path.as_os_str().to_owned();
    name.push(PENDING_SUFFIX);
    PathBuf::from(name)
}

/// Stores the entry, 0600 and on the disk when it returns; only then may the request be
/// sent (PROTOCOL.md section 5). Call it while holding the token file's lock.
///
/// # Errors
/// Those of [`write`](super::write); the renewal must then not be sent.
pub fn write_pending(token_path: &Path, pending: &Pending) -> Result<(), TokenFileError> {
    write_pending_with(token_path, pending, &mut |_| Ok(()))
}

/// [`write_pending`] with a hook before each step, for tests.
#[doc(hidden)]
pub fn write_pending_with(
    token_path: &Path,
    pending: &Pending,
    hook: &mut StepHook<'_>,
) -> Result<(), TokenFileError> {
    let path = pending_path(token_path);
    let entry = EntryOut {
        session_id: pending.session_id,
        presented_token_hash: pending.presented_token_hash.to_hex(),
        renewal_key: pending.renewal_key.expose(),
    };
    let json = serde_json::to_vec(&entry)
        .map_err(|error| TokenFileError::io(&path, "encode")(io::Error::from(error)))?;
    replace(&path, &Zeroizing::new(json), hook)
}

/// The renewal under way, or `None`.
///
/// # Errors
/// Refuses the file by the rules of [`read`](super::read), and
/// [`TokenFileError::NotAPendingEntry`] for other contents.
pub fn read_pending(token_path: &Path) -> Result<Option<Pending>, TokenFileError> {
    let path = pending_path(token_path);
    let Some(text) = read_text(&path, PENDING_BYTES_MAX)? else {
        return Ok(None);
    };
    decode(&text)
        .map(Some)
        .ok_or(TokenFileError::NotAPendingEntry { path })
}

fn decode(text: &str) -> Option<Pending> {
    let entry: EntryIn = serde_json::from_str(text).ok()?;
    Some(Pending {
        session_id: entry.session_id,
        presented_token_hash: TokenHash::from_hex(&entry.presented_token_hash)?,
        renewal_key: RenewalKey::from_hex(entry.renewal_key)?,
    })
}

/// Removes the entry for good; nothing happens where there is none. Call it once the new
/// token is safe on disk, or the entry matches no token (PROTOCOL.md section 5).
///
/// # Errors
/// Reports what the system refused; the entry may then still be there, which is harmless.
pub fn remove_pending(token_path: &Path) -> Result<(), TokenFileError> {
    let path = pending_path(token_path);
    match fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(TokenFileError::io(&path, "remove")(error)),
    }
    PrivateDir::open(parent_of(&path))?
        .sync()
        .map_err(TokenFileError::io(&path, "store the directory of"))
}
