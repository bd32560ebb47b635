//! One renewal in the order that cannot strand an agent (PROTOCOL.md section 5): lock, look
//! again, renewal key on the disk, and only then the request; afterwards the new token on the
//! disk, and only then the key away. Whoever dies in between leaves what is needed to go on.

use std::time::Duration;

use waiaas_daemon_core::entropy::Entropy;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{
    self, Pending, RenewalKey, TokenFileError, TokenFileLock, read_pending, remove_pending,
    write_pending,
};

use super::{AgentError, Found};

/// How long another writer of the file is waited for.
const LOCK_WAIT_S_MAX: u64 = 5;

/// A renewal whose key is on the disk; holds the file's lock.
pub(super) struct Renewal {
    lock: TokenFileLock,
    pending: Pending,
}

impl Renewal {
    /// Takes up the renewal that was begun, or begins one; `None` when the file has got
    /// another token meanwhile.
    pub(super) async fn prepare(
        found: &Found,
        entropy: &Entropy,
    ) -> Result<Option<Self>, AgentError> {
        let (path, token, entropy) = (found.path.clone(), found.token.clone(), entropy.clone());
        let prepared = tokio::task::spawn_blocking(move || {
            let lock = TokenFileLock::acquire(&path, Duration::from_secs(LOCK_WAIT_S_MAX))?;
            if !still_holds(&lock, &token)? {
                return Ok(None);
            }
            let pending = key_on_disk(&lock, &token, &entropy)?;
            Ok(pending.map(|pending| Self { lock, pending }))
        });
        prepared.await?.map_err(AgentError::TokenFile)
    }

    pub(super) const fn session_id(&self) -> SessionId {
        self.pending.session_id
    }

    pub(super) const fn key(&self) -> &RenewalKey {
        &self.pending.renewal_key
    }

    /// Keeps the new token. Should that fail, the key stays, and the next try gets the same
    /// token again.
    pub(super) async fn finish(self, new: SessionToken) -> Result<(), AgentError> {
        self.on_disk(move |lock| {
            token_file::write(lock.token_path(), &new)?;
            remove_pending(lock.token_path())
        })
        .await
    }

    /// The daemon refused for good and rotated nothing: the key has no use any more.
    pub(super) async fn give_up(self) -> Result<(), AgentError> {
        self.on_disk(|lock| remove_pending(lock.token_path())).await
    }

    async fn on_disk(
        self,
        work: impl FnOnce(&TokenFileLock) -> Result<(), TokenFileError> + Send + 'static,
    ) -> Result<(), AgentError> {
        Ok(tokio::task::spawn_blocking(move || work(&self.lock)).await??)
    }
}

fn still_holds(lock: &TokenFileLock, token: &SessionToken) -> Result<bool, TokenFileError> {
    let held = token_file::read(lock.token_path())?;
    Ok(held.is_some_and(|held| held.hash() == token.hash()))
}

fn key_on_disk(
    lock: &TokenFileLock,
    token: &SessionToken,
    entropy: &Entropy,
) -> Result<Option<Pending>, TokenFileError> {
    let path = lock.token_path();
    if let Some(pending) = read_pending(path)? {
        if pending.matches(token) {
            return Ok(Some(pending));
        }
        remove_pending(path)?;
    }
    // A token that was parsed has claims; without them there is nothing to renew.
    let Ok(claims) = token.unverified_claims() else {
        return Ok(None);
    };
    let pending = Pending {
        session_id: claims.session_id,
        presented_token_hash: token.hash(),
        renewal_key: RenewalKey::from_bytes(entropy.bytes()),
    };
    write_pending(path, &pending)?;
    Ok(Some(pending))
}
