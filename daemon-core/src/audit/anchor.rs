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

/// Positions that the file has had: any, and safe from a power cut.
#[derive(Debug, Default)]
struct Written {
    seq: i64,
    synced_seq: i64,
}

/// The anchor file, and the last value written to it.
#[derive(Debug)]
pub struct Anchor {
    path: PathBuf,
    last: Arc<Mutex<Written>>,
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
        Self {
            path,
            last: Arc::default(),
            held: AtomicBool::new(false),
        }
    }

    /// What the file says; `None` when there is none, or when it cannot be understood: both
    /// prove nothing about the database.
    ///
    /// # Errors
    /// An I/O error.
    pub fn read(&self) -> io::Result<Option<Head>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)
                .inspect_err(|cause| tracing::error!(%cause, "audit anchor not readable"))
                .ok()),
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
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        write(&self.path, head, true)?;
        *last = Written {
            seq: head.seq,
            synced_seq: head.seq,
        };
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
        let last = Arc::clone(&self.last);
        let written = tokio::task::spawn_blocking(move || {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if head.seq > last.seq {
                write(&path, &head, head.sync)?;
                last.seq = head.seq;
            } else if head.sync && head.seq > last.synced_seq {
                // A later commit was faster; what it wrote must be safe before we answer.
                sync_directory(&path)?;
            } else {
                return Ok(());
            }
            if head.sync {
                last.synced_seq = last.seq;
            }
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
    let mut file = tempfile::Builder::new()
        .prefix(".audit.anchor.")
        .tempfile_in(directory)?;
    serde_json::to_writer(&mut file, head)?;
    file.flush()?;
    // Always: a rename that reaches the disk before its content leaves an empty file.
    file.as_file().sync_data()?;
    file.persist(path)?;
    if sync { sync_directory(path) } else { Ok(()) }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::File::open(directory)?.sync_all()
}
