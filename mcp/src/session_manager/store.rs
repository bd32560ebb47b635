//! The token file, its lock and the renewal key beside it, as the keeper uses them
//! (PROTOCOL.md sections 5 and 6). File work runs on blocking threads; what the contents mean
//! is judged elsewhere.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{
    self, Pending, TokenFileError, TokenFileLock, WriteStep, read_pending, remove_pending,
    select_path, shared_path, sweep_temporaries, write_pending_with, write_with,
};

use crate::clock::SharedClock;

/// Between two looks at a lock that somebody else holds.
const LOCK_POLL_MS: u64 = 50;

/// The steps of a renewal in their order; tests stop, fail or kill a keeper before one.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The lock is held; look at the file again.
    LookAgain,
    /// Write the renewal key.
    Pending(WriteStep),
    /// The key is on the disk; send the request.
    Send,
    /// The answer is here; look whether the owner was faster.
    CompareFile,
    /// Write the new token.
    TokenFile(WriteStep),
    /// The token is on the disk; take it into use.
    TakeIntoUse,
    /// It is in use; remove the key.
    RemovePending,
    /// The key is gone; give the lock back.
    Unlock,
}

/// Asked before each step; an error fails a step that writes.
#[doc(hidden)]
pub type StepHook = Arc<dyn Fn(Step) -> io::Result<()> + Send + Sync>;

/// The files of one agent.
pub(super) struct Store {
    data_dir: PathBuf,
    hook: StepHook,
}

/// What lies on the disk.
#[derive(Default)]
pub(super) struct Found {
    pub(super) token: Option<SessionToken>,
    pub(super) pending: Option<Pending>,
    /// Why the entry beside the token was refused: then no renewal may be sent.
    pub(super) pending_refused: Option<String>,
}

/// The lock, held until the last clone is gone: also across work that its caller gave up on.
pub(super) type Lock = Arc<TokenFileLock>;

impl Store {
    pub(super) const fn new(data_dir: PathBuf, hook: StepHook) -> Self {
        Self { data_dir, hook }
    }

    /// Passes a step that writes nothing.
    pub(super) fn pass(&self, step: Step) {
        // There is nothing here that could fail; a test may end the process.
        let _ = (self.hook)(step);
    }

    /// Reads without the lock: good for noticing news, not for deciding to renew.
    pub(super) async fn look(&self, agent: Option<AgentId>) -> Result<Found, TokenFileError> {
        let data_dir = self.data_dir.clone();
        blocking(move || {
            let path = match agent {
                Some(agent) => select_path(&data_dir, agent)?,
                None => shared_path(&data_dir),
            };
            found(&path)
        })
        .await
    }

    /// Takes the lock, asking for `wait_ms_max` at most; `None` when it stays taken.
    pub(super) async fn lock(
        &self,
        agent: AgentId,
        clock: &SharedClock,
        wait_ms_max: u64,
    ) -> Result<Option<Lock>, TokenFileError> {
        for polls_left in (0..=wait_ms_max / LOCK_POLL_MS).rev() {
            let data_dir = self.data_dir.clone();
            let taken = blocking(move || {
                TokenFileLock::acquire_for_agent(&data_dir, agent, Duration::ZERO)
            });
            match taken.await {
                Ok(lock) => return Ok(Some(Arc::new(lock))),
                Err(TokenFileError::Locked { .. }) => {}
                Err(other) => return Err(other),
            }
            if polls_left > 0 {
                clock.sleep(Duration::from_millis(LOCK_POLL_MS)).await;
            }
        }
        Ok(None)
    }

    /// Reads under the lock.
    pub(super) async fn look_again(&self, lock: &Lock) -> Result<Found, TokenFileError> {
        self.pass(Step::LookAgain);
        on(lock, found).await
    }

    /// The token that stands in the file right before it is replaced.
    pub(super) async fn compare(
        &self,
        lock: &Lock,
    ) -> Result<Option<SessionToken>, TokenFileError> {
        self.pass(Step::CompareFile);
        on(lock, token_file::read).await
    }

    pub(super) async fn write_token(
        &self,
        lock: &Lock,
        token: SessionToken,
    ) -> Result<(), TokenFileError> {
        let hook = Arc::clone(&self.hook);
        on(lock, move |path| {
            write_with(path, &token, &mut |step| hook(Step::TokenFile(step)))
        })
        .await
    }

    pub(super) async fn write_pending(
        &self,
        lock: &Lock,
        pending: Pending,
    ) -> Result<(), TokenFileError> {
        let hook = Arc::clone(&self.hook);
        on(lock, move |path| {
            write_pending_with(path, &pending, &mut |step| hook(Step::Pending(step)))
        })
        .await
    }

    pub(super) async fn remove_pending(&self, lock: &Lock) -> Result<(), TokenFileError> {
        self.pass(Step::RemovePending);
        on(lock, remove_pending).await
    }

    /// Removes what a crash left; says how many files.
    pub(super) async fn sweep(&self, lock: &Lock) -> Result<usize, TokenFileError> {
        let lock = Arc::clone(lock);
        blocking(move || sweep_temporaries(&lock)).await
    }
}

fn found(path: &Path) -> Result<Found, TokenFileError> {
    let token = token_file::read(path)?;
    let (pending, pending_refused) = match read_pending(path) {
        Ok(pending) => (pending, None),
        // An entry of another form matches no token; the next key takes its place.
        Err(TokenFileError::NotAPendingEntry { .. }) => (None, None),
        Err(refused) => (None, Some(refused.to_string())),
    };
    Ok(Found {
        token,
        pending,
        pending_refused,
    })
}

async fn on<T: Send + 'static>(
    lock: &Lock,
    work: impl FnOnce(&Path) -> Result<T, TokenFileError> + Send + 'static,
) -> Result<T, TokenFileError> {
    let lock = Arc::clone(lock);
    blocking(move || work(lock.token_path())).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TokenFileError> + Send + 'static,
) -> Result<T, TokenFileError> {
    let done = tokio::task::spawn_blocking(work).await;
    // A panic in there is a fault of ours and must not look like a file problem.
    done.unwrap_or_else(|cause| std::panic::resume_unwind(cause.into_panic()))
}
