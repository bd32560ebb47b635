//! What the daemon remembers of the audit chain outside the database: the position and hash
//! of its newest entry, in `audit.anchor` beside `master.key`.
//!
//! A database whose chain is shorter than the anchor, or differs at the anchor, was restored
//! from an older copy (PROTOCOL.md section 9). A longer chain is fine: the process died
//! between commit and anchor.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// The newest entry of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Position; 0 before the first entry.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// Whether the anchor must reach the disk before the caller gets its answer.
    #[serde(skip)]
    pub sync: bool,
}

/// The anchor file, and the last value written to it.
#[derive(Debug)]
pub struct Anchor {
    path: PathBuf,
    last_seq: Arc<Mutex<i64>>,
    held: AtomicBool,
}

impl Anchor {
    /// Where the anchor stands for a master key.
    #[must_use]
    pub fn path_beside(master_key: &Path) -> PathBuf {
        master_key.with_file_name("audit.anchor")
    }

    /// Uses the anchor file at `path`, which need not exist yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, last_seq: Arc::default(), held: AtomicBool::new(false) }
    }

    /// What the file says; `None` when there is none.
    ///
    /// # Errors
    /// An I/O error, also when the file cannot be understood.
    pub fn read(&self) -> io::Result<Option<Head>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::other),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    /// Stops moving: the database is older than the file and the owner must decide.
    pub fn hold(&self) {
        self.held.store(true, Ordering::SeqCst);
    }

    /// Sets the file to `head`, also backward: the owner has confirmed a restored database.
    ///
    /// # Errors
    /// An I/O error; the file is then as before.
    pub fn reset(&self, head: &Head) -> io::Result<()> {
        let mut last = self.last_seq.lock().unwrap_or_else(PoisonError::into_inner);
        write(&self.path, head, true)?;
        *last = head.seq;
        self.held.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Moves the file forward. A failure is logged and not passed on: what it records has
    /// been committed.
    pub async fn advance(&self, head: Head) {
        if self.held.load(Ordering::SeqCst) {
            return;
        }
        let path = self.path.clone();
        let last_seq = Arc::clone(&self.last_seq);
        let written = tokio::task::spawn_blocking(move || {
            let mut last = last_seq.lock().unwrap_or_else(PoisonError::into_inner);
            if head.seq <= *last {
                return Ok(());
            }
            write(&path, &head, head.sync)?;
            *last = head.seq;
            Ok::<(), io::Error>(())
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(cause)) => {
                tracing::error!(%cause, path = %self.path.display(), "audit anchor not written");
            }
            Err(cause) => tracing::error!(%cause, "audit anchor not written"),
        }
    }
}

fn write(path: &Path, head: &Head, sync: bool) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    // Named temporary files are made 0600.
    let mut file = tempfile::Builder::new().prefix(".audit.anchor.").tempfile_in(directory)?;
    serde_json::to_writer(&mut file, head)?;
    file.flush()?;
    if sync {
        file.as_file().sync_all()?;
    }
    file.persist(path)?;
    if sync {
        std::fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}
