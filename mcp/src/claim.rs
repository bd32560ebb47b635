//! Redeems a claim code on an agent's machine (PROTOCOL.md section 6): the key is on the disk
//! before the code is sent, the token is in its file before the key goes. Whatever dies in
//! between, the same call again ends with the same token. Words are the caller's.

use std::path::{Path, PathBuf};
use std::time::Duration;

use waiaas_protocol::claim_code::ClaimCode;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::{SessionToken, TokenHash};
use waiaas_protocol::token_file::{
    self, RenewalKey, TokenFileError, TokenFileLock, read_claim_key, remove_claim_key,
    require_writable, shared_path, sweep_temporaries, write_claim_key,
};
use waiaas_protocol::wire::{ClaimSessionResponse, SessionSelf};

use crate::door::{Door, DoorError};

/// The longest wait for a lock that a keeper holds across a renewal, seconds.
const LOCK_WAIT_S_MAX: u64 = 15;

/// A session whose token stands in its file.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// What the daemon says of it.
    pub session: SessionSelf,
    /// Where its token is.
    pub token_file: PathBuf,
    /// The other session that the file held before.
    pub former: Option<SessionId>,
}

/// Why there is no token in its file.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Nothing was sent: a token could not be written here, or its key could not be kept.
    #[error(transparent)]
    Unwritable(TokenFileError),
    /// The daemon said no, or could not be reached.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// What came back does not belong together.
    #[error("the token in the answer is not that of the session in the answer")]
    Foreign,
    /// The code is used up, and its key is kept: the same call again goes on here.
    #[error(transparent)]
    NotStored(TokenFileError),
}

/// Redeems a code and writes the token; `random` makes the key where none is kept yet.
///
/// # Errors
/// [`ClaimError`]; after anything but a refusal of the code itself, the same call again goes
/// on where this one ended.
pub async fn redeem(
    door: &Door,
    data_dir: &Path,
    code: &ClaimCode,
    random: [u8; 16],
) -> Result<Claimed, ClaimError> {
    let (dir, hash) = (data_dir.to_owned(), code.hash());
    let key = blocking(move || keep_key(&dir, hash, random))
        .await
        .map_err(ClaimError::Unwritable)?;
    let answer = match door.claim(code, &key).await {
        Err(DoorError::Unreachable { again: true, .. }) => door.claim(code, &key).await,
        answered => answered,
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(refused) => {
            if is_final(&refused) {
                let dir = data_dir.to_owned();
                // A key that stays behind opens nothing.
                let _ = blocking(move || remove_claim_key(&dir, hash)).await;
            }
            return Err(refused.into());
        }
    };
    let ClaimSessionResponse { session, token } = answer;
    let token = token.0;
    let belongs = token.unverified_claims().is_ok_and(|claims| {
        claims.session_id == session.session_id && claims.agent_id == session.agent.id
    });
    if !belongs {
        return Err(ClaimError::Foreign);
    }
    let (dir, agent) = (data_dir.to_owned(), session.agent.id);
    let stored = blocking(move || {
        let wait = Duration::from_secs(LOCK_WAIT_S_MAX);
        let lock = TokenFileLock::acquire_for_agent(&dir, agent, wait)?;
        let stored = store(&lock, &token)?;
        // The token is safe; a key that stays behind opens nothing any more.
        if let Err(cause) = remove_claim_key(&dir, hash) {
            tracing::warn!(%cause, "the key of the claim stays behind");
        }
        Ok(stored)
    });
    let (token_file, former) = stored.await.map_err(ClaimError::NotStored)?;
    Ok(Claimed {
        session,
        token_file,
        former,
    })
}

/// Judges the place and keeps a key, under a lock, so that two calls for one code send one key.
fn keep_key(
    data_dir: &Path,
    code: TokenHash,
    random: [u8; 16],
) -> Result<RenewalKey, TokenFileError> {
    let wait = Duration::from_secs(LOCK_WAIT_S_MAX);
    let _lock = TokenFileLock::acquire(&shared_path(data_dir), wait)?;
    require_writable(data_dir)?;
    if let Some(kept) = read_claim_key(data_dir, code)? {
        return Ok(kept);
    }
    let key = RenewalKey::from_bytes(random);
    write_claim_key(data_dir, code, &key)?;
    Ok(key)
}

/// Writes the token, unless the file carries a later one of the same session already. Gives
/// the file, and the other session that it held.
fn store(
    lock: &TokenFileLock,
    token: &SessionToken,
) -> Result<(PathBuf, Option<SessionId>), TokenFileError> {
    let path = lock.token_path();
    sweep_temporaries(lock)?;
    let held = token_file::read(path)?.and_then(|held| held.unverified_claims().ok());
    let new = token.unverified_claims().ok();
    let same = held
        .zip(new)
        .filter(|(held, new)| held.session_id == new.session_id);
    let kept = same.is_some_and(|(held, new)| held.generation > new.generation);
    if !kept {
        token_file::write(path, token)?;
    }
    let former = held.filter(|_| same.is_none()).map(|held| held.session_id);
    Ok((path.to_owned(), former))
}

/// Whether asking again with this code is of no use.
fn is_final(refused: &DoorError) -> bool {
    matches!(refused, DoorError::Refused(refusal) if refusal.known() == Some(ErrorCode::ClaimInvalid))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TokenFileError> + Send + 'static,
) -> Result<T, TokenFileError> {
    let done = tokio::task::spawn_blocking(work).await;
    // A panic in there is a fault of ours and must not look like a file problem.
    done.unwrap_or_else(|cause| std::panic::resume_unwind(cause.into_panic()))
}
