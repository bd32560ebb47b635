//! Where the data directory is, and whether it is private (PROTOCOL.md section 6).
//!
//! The location is a pure function over given values: reading the environment belongs to
//! the program's entry, so that tests and both binaries agree. The directory is made 0700;
//! an existing one is judged and never changed, because a mode that somebody chose is
//! theirs to correct. Nothing here knows what the files inside mean.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// The folder below `$XDG_DATA_HOME`.
const XDG_FOLDER: &str = "waiaas";
/// The folder below the home directory.
const HOME_FOLDER: &str = ".waiaas";
/// Write permission for the group or for everybody.
#[cfg(unix)]
const WRITABLE_BY_OTHERS_MODE: u32 = 0o022;
/// Any permission for the group or for everybody.
pub(crate) const ANY_ACCESS_BY_OTHERS_MODE: u32 = 0o077;

/// The four values that decide where the data directory is, highest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataDirInputs {
    /// `--data-dir`.
    pub flag: Option<PathBuf>,
    /// `WAIAAS_DATA_DIR`; empty counts as absent.
    pub env: Option<PathBuf>,
    /// `XDG_DATA_HOME`; empty or relative counts as absent, as its specification says.
    pub xdg_data_home: Option<PathBuf>,
    /// The home directory of the user; empty or relative counts as absent.
    pub home: Option<PathBuf>,
}

/// Why there is no usable data directory. Each message says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// None of the four values names a directory.
    #[error(
        "no data directory is known: neither --data-dir nor WAIAAS_DATA_DIR is set, and there \
         is no home directory; pass --data-dir DIR"
    )]
    Undetermined,
    /// `--data-dir` was given without a value.
    #[error("--data-dir is empty; pass a directory, or leave the flag out")]
    EmptyFlag,
    /// The directory itself is a symbolic link.
    #[error(
        "{path:?} is a symbolic link, and a link could be pointed elsewhere; use the directory \
         it leads to as the data directory"
    )]
    SymbolicLink {
        /// The refused directory.
        path: PathBuf,
    },
    /// Something else stands where the directory should be.
    #[error("{path:?} is not a directory; move it away, or choose another data directory")]
    NotADirectory {
        /// The refused path.
        path: PathBuf,
    },
    /// The directory belongs to another user.
    #[error(
        "{path:?} belongs to user {owner_uid}, and this program runs as user {our_uid}; run it \
         as the owner, or choose another data directory"
    )]
    NotOurs {
        /// The refused directory.
        path: PathBuf,
        /// Who owns it.
        owner_uid: u32,
        /// Who we are.
        our_uid: u32,
    },
    /// Group or others may replace the files inside.
    #[error(
        "{path:?} has mode {mode:04o}, so others can replace the files in it; run: chmod 700 \
         {path:?}"
    )]
    WritableByOthers {
        /// The refused directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The operating system refused.
    #[error("cannot {action} {path:?}: {error}; check that this user may, or choose another")]
    Io {
        /// The directory.
        path: PathBuf,
        /// What was tried, as a verb.
        action: &'static str,
        /// What the system said.
        error: io::Error,
    },
}

/// How [`ensure_private_dir`] found the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirState {
    /// It was absent and has been made with mode 0700.
    Created,
    /// It was there, and nobody else has access.
    Private,
    /// It was there and usable, but the group or others may look inside; worth a warning.
    ReadableByOthers {
        /// Its permission bits.
        mode: u32,
    },
}

impl DirState {
    /// The warning to show for this state, with its mend; `None` where all is well.
    #[must_use]
    pub fn warning(self, path: &Path) -> Option<String> {
        match self {
            Self::Created | Self::Private => None,
            Self::ReadableByOthers { mode } => Some(format!(
                "{path:?} has mode {mode:04o}, so others can see what is in it; run: chmod 700 \
                 {path:?}"
            )),
        }
    }
}

/// Picks the data directory: `--data-dir` > `WAIAAS_DATA_DIR` > `$XDG_DATA_HOME/waiaas` >
/// `~/.waiaas` (PROTOCOL.md section 6). Touches no file.
///
/// # Errors
/// [`DataDirError::EmptyFlag`] for an empty flag, [`DataDirError::Undetermined`] where no
/// value is usable.
pub fn resolve(inputs: &DataDirInputs) -> Result<PathBuf, DataDirError> {
    if let Some(flag) = &inputs.flag {
        return if is_empty(flag) {
            Err(DataDirError::EmptyFlag)
        } else {
            Ok(flag.clone())
        };
    }
    if let Some(env) = inputs.env.as_ref().filter(|path| !is_empty(path)) {
        return Ok(env.clone());
    }
    let below = |base: &Option<PathBuf>, folder: &str| {
        base.as_ref()
            .filter(|path| path.is_absolute())
            .map(|path| path.join(folder))
    };
    below(&inputs.xdg_data_home, XDG_FOLDER)
        .or_else(|| below(&inputs.home, HOME_FOLDER))
        .ok_or(DataDirError::Undetermined)
}

/// Makes the directory and its missing parents with mode 0700, or judges the existing one
/// (PROTOCOL.md section 6). An existing directory is never changed.
///
/// # Errors
/// Refuses a symbolic link, anything that is no directory, another user's directory and one
/// that the group or others may write to.
pub fn ensure_private_dir(path: &Path) -> Result<DirState, DataDirError> {
    PrivateDir::ensure(path).map(|dir| dir.state)
}

/// A directory that passed the checks, held open so that it can be synced.
pub(crate) struct PrivateDir {
    state: DirState,
    #[cfg(unix)]
    handle: fs::File,
}

impl PrivateDir {
    pub(crate) fn ensure(path: &Path) -> Result<Self, DataDirError> {
        // A trailing separator would make the checks look through a symbolic link.
        let path: PathBuf = path.components().collect();
        let created = create_missing(&path)?;
        let mut dir = Self::open(&path)?;
        if created && dir.state == DirState::Private {
            dir.state = DirState::Created;
        }
        Ok(dir)
    }

    /// Opens an existing directory under the same rules.
    pub(crate) fn open(path: &Path) -> Result<Self, DataDirError> {
        let found = fs::symlink_metadata(path).map_err(io_error(path, "look at"))?;
        if found.is_symlink() {
            return Err(DataDirError::SymbolicLink {
                path: path.to_owned(),
            });
        }
        if !found.is_dir() {
            return Err(DataDirError::NotADirectory {
                path: path.to_owned(),
            });
        }
        #[cfg(unix)]
        {
            // Judged once more on the descriptor: the name may have changed hands meanwhile.
            let handle = open_dir(path).map_err(io_error(path, "open the directory"))?;
            let metadata = handle.metadata().map_err(io_error(path, "look at"))?;
            let state = judge(path, &metadata)?;
            Ok(Self { state, handle })
        }
        #[cfg(not(unix))]
        Ok(Self {
            state: DirState::Private,
        })
    }

    /// Makes a rename or removal inside the directory survive a power cut. Windows has no
    /// such call and needs none.
    pub(crate) fn sync(&self) -> io::Result<()> {
        #[cfg(unix)]
        self.handle.sync_all()?;
        Ok(())
    }
}

#[cfg(unix)]
fn judge(path: &Path, metadata: &Metadata) -> Result<DirState, DataDirError> {
    if let Some((owner_uid, our_uid)) = foreign_owner(metadata) {
        return Err(DataDirError::NotOurs {
            path: path.to_owned(),
            owner_uid,
            our_uid,
        });
    }
    let mode = permission_bits(metadata);
    if mode & WRITABLE_BY_OTHERS_MODE != 0 {
        return Err(DataDirError::WritableByOthers {
            path: path.to_owned(),
            mode,
        });
    }
    if mode & ANY_ACCESS_BY_OTHERS_MODE != 0 {
        return Ok(DirState::ReadableByOthers { mode });
    }
    Ok(DirState::Private)
}

#[cfg(unix)]
fn open_dir(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NOFOLLOW | OFlags::DIRECTORY;
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// Makes every missing directory of the path; tells whether the last one was missing.
fn create_missing(path: &Path) -> Result<bool, DataDirError> {
    let is_missing = |path: &&Path| {
        !path.as_os_str().is_empty()
            && fs::symlink_metadata(path)
                .is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    for dir in missing.iter().rev() {
        match create_dir_0700(dir) {
            Ok(()) => sync_parent(dir).map_err(io_error(dir, "store the new directory"))?,
            // Another process was faster; the caller judges what it made.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io_error(dir, "make the directory")(error)),
        }
    }
    Ok(!missing.is_empty())
}

fn create_dir_0700(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Without this a power cut could take a new directory, and a token in it, away again.
fn sync_parent(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(parent_of(path))?.sync_all()?;
    Ok(())
}

/// The directory a path lies in; `.` for a bare name.
pub(crate) fn parent_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !is_empty(parent))
        .unwrap_or(Path::new("."))
}

/// The owner and us, where the two differ. Always `None` on Windows (PROTOCOL.md section 6).
pub(crate) fn foreign_owner(metadata: &Metadata) -> Option<(u32, u32)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let our_uid = rustix::process::geteuid().as_raw();
        (metadata.uid() != our_uid).then_some((metadata.uid(), our_uid))
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// The permission bits; on Windows those of a private file (PROTOCOL.md section 6).
pub(crate) fn permission_bits(metadata: &Metadata) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o7777
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        0o600
    }
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

fn io_error(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> DataDirError {
    move |error| DataDirError::Io {
        path: path.to_owned(),
        action,
        error,
    }
}
