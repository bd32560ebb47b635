//! Rewrites a client's configuration file in one step: what was there is kept beside it, a
//! crash at any point leaves the old contents or the new ones, and a file that somebody else
//! changes meanwhile is read again rather than overwritten.
//!
//! A symbolic link is followed, since whoever keeps such files elsewhere and links them has
//! chosen so; what is replaced is the file that it leads to.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use waiaas_protocol::time::Timestamp;

use super::Refused;

/// The largest configuration that is read. Claude Code keeps its history in the same file.
const CONFIG_BYTES_MAX: usize = 64 << 20;
/// How often a file that changes under us is read anew.
const ATTEMPTS_MAX: usize = 5;
/// How many backups of the same second are kept apart.
const BACKUPS_PER_SECOND_MAX: usize = 100;

/// Why a configuration file was not changed; it stands as it was.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// The operating system refused.
    Io {
        /// What was touched.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// A symbolic link that leads nowhere.
    DanglingLink(PathBuf),
    /// A directory, pipe, socket or device.
    NotAFile(PathBuf),
    /// Larger than [`CONFIG_BYTES_MAX`].
    TooLarge(PathBuf),
    /// Not UTF-8.
    NotText(PathBuf),
    /// It changed at every attempt.
    Busy(PathBuf),
    /// What it holds does not let our entry in.
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        why: Refused,
    },
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Put {
    /// The file, links followed.
    pub(crate) path: PathBuf,
    /// Whether it had to be changed.
    pub(crate) changed: bool,
    /// What it held before; `None` when it is new or was not changed.
    pub(crate) backup: Option<PathBuf>,
}

/// Makes the new text from the old one; `None` when nothing has to change.
pub(crate) type Edit<'a> = &'a dyn Fn(&str) -> Result<Option<String>, Refused>;

/// The text of the file; `None` where there is none.
///
/// # Errors
/// [`ConfigError`].
pub(super) fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let config = Config::read(path)?;
    Ok(config.old.map(|(text, _)| text))
}

/// Whether the file would take the change, and the directory the new file: it is written there
/// and dropped again, with the directories that had to be made for it.
///
/// # Errors
/// [`ConfigError`].
pub(crate) fn preview(path: &Path, edit: Edit<'_>) -> Result<(), ConfigError> {
    let config = Config::read(path)?;
    if let Some(text) = config.edited(edit)? {
        let _directories = Directories::make(&config.path)?;
        // The later of the two is dropped first, so that the directories are empty again.
        let _new = config.temporary(&text)?;
    }
    Ok(())
}

/// Changes the file; makes it, mode 0600, and its directory where they are missing.
///
/// # Errors
/// [`ConfigError`]; the file then stands as it was, and nothing of ours is left beside it.
pub(crate) fn put(path: &Path, now: Timestamp, edit: Edit<'_>) -> Result<Put, ConfigError> {
    put_with(path, now, edit, &mut || {})
}

/// [`put`] with a hook that runs when everything but the last step is done.
fn put_with(
    path: &Path,
    now: Timestamp,
    edit: Edit<'_>,
    before_last_step: &mut dyn FnMut(),
) -> Result<Put, ConfigError> {
    for _ in 0..ATTEMPTS_MAX {
        let config = Config::read(path)?;
        let Some(text) = config.edited(edit)? else {
            return Ok(Put {
                path: config.path,
                changed: false,
                backup: None,
            });
        };
        let directories = Directories::make(&config.path)?;
        let new = config.temporary(&text)?;
        let backup = config.back_up(now)?;
        before_last_step();
        if config.replace(new)? {
            directories.keep();
            return Ok(Put {
                path: config.path,
                changed: true,
                backup: backup.map(Backup::keep),
            });
        }
    }
    Err(ConfigError::Busy(path.to_owned()))
}

/// A configuration file as it was read.
struct Config {
    /// Links followed.
    path: PathBuf,
    /// `None` where there is no file.
    old: Option<(String, Metadata)>,
}

impl Config {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let path = follow(path)?;
        let old = read_text(&path)?;
        Ok(Self { path, old })
    }

    fn edited(&self, edit: Edit<'_>) -> Result<Option<String>, ConfigError> {
        let text = self.old.as_ref().map_or("", |(text, _)| text);
        edit(text).map_err(|why| ConfigError::Refused {
            path: self.path.clone(),
            why,
        })
    }

    /// The new contents on the disk, beside the file and with its owner and mode.
    fn temporary(&self, text: &str) -> Result<NamedTempFile, ConfigError> {
        let failed = io_error(&self.path);
        let mut temporary = beside(&self.path, ".tmp").map_err(&failed)?;
        let write = |temporary: &mut NamedTempFile| {
            if let Some((_, metadata)) = &self.old {
                inherit(temporary.as_file(), metadata)?;
            }
            temporary.write_all(text.as_bytes())?;
            temporary.as_file().sync_all()
        };
        write(&mut temporary).map_err(&failed)?;
        Ok(temporary)
    }

    /// What was read, under a name of its own.
    fn back_up(&self, now: Timestamp) -> Result<Option<Backup>, ConfigError> {
        let Some((text, metadata)) = &self.old else {
            return Ok(None);
        };
        let mut file = beside(&self.path, ".backup").map_err(io_error(&self.path))?;
        let written = inherit(file.as_file(), metadata)
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.as_file().sync_all());
        written.map_err(io_error(&self.path))?;
        for number in 0..BACKUPS_PER_SECOND_MAX {
            let path = backup_path(&self.path, now, number);
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(Some(Backup(path))),
                Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = refused.file;
                }
                Err(refused) => return Err(io_error(&path)(refused.error)),
            }
        }
        let error = io::Error::from(io::ErrorKind::AlreadyExists);
        Err(io_error(&backup_path(&self.path, now, 0))(error))
    }

    /// Puts the new file in place, unless the old one is no longer what was read: then `false`.
    fn replace(&self, new: NamedTempFile) -> Result<bool, ConfigError> {
        let failed = io_error(&self.path);
        let put = match &self.old {
            Some((old, _)) => {
                let now = read_text(&self.path)?;
                if now.is_none_or(|(now, _)| now != *old) {
                    return Ok(false);
                }
                new.persist(&self.path)
            }
            None => new.persist_noclobber(&self.path),
        };
        match put {
            Ok(_) => {}
            Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
                return Ok(false);
            }
            Err(refused) => return Err(failed(refused.error)),
        }
        // The new contents stand; without this a power cut could bring the old ones back.
        let _ = sync_directory(&self.path);
        Ok(true)
    }
}

/// A copy that is removed again unless the change it was made for is done.
struct Backup(PathBuf);

impl Backup {
    fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // The failure that led here is what the person must read.
            let _ = fs::remove_file(&self.0);
        }
    }
}

/// Directories that were made for a file, removed again unless it is made too.
struct Directories(Vec<PathBuf>);

impl Directories {
    fn make(path: &Path) -> Result<Self, ConfigError> {
        let parent = parent_of(path);
        let missing = parent.ancestors().take_while(|dir| !dir.exists());
        let made = Self(missing.map(Path::to_owned).collect());
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(parent).map_err(io_error(parent))?;
        Ok(made)
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Directories {
    fn drop(&mut self) {
        for dir in &self.0 {
            // One that somebody else has put something into stays.
            let _ = fs::remove_dir(dir);
        }
    }
}

fn follow(path: &Path) -> Result<PathBuf, ConfigError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => match fs::canonicalize(path) {
            Ok(target) => Ok(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ConfigError::DanglingLink(path.to_owned()))
            }
            Err(error) => Err(io_error(path)(error)),
        },
        Ok(_) => Ok(path.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(io_error(path)(error)),
    }
}

fn read_text(path: &Path) -> Result<Option<(String, Metadata)>, ConfigError> {
    let failed = io_error(path);
    // Looked at before it is opened: to open a pipe is to wait for its other end.
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(ConfigError::NotAFile(path.to_owned()));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    let file = File::open(path).map_err(&failed)?;
    let metadata = file.metadata().map_err(&failed)?;
    let mut bytes = Vec::new();
    file.take(CONFIG_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(&failed)?;
    if bytes.len() > CONFIG_BYTES_MAX {
        return Err(ConfigError::TooLarge(path.to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| ConfigError::NotText(path.to_owned()))?;
    Ok(Some((text, metadata)))
}

/// A private file in the same directory, so that a rename can put it in place.
fn beside(path: &Path, suffix: &str) -> io::Result<NamedTempFile> {
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(suffix)
        .tempfile_in(parent_of(path))
}

/// Gives a file the owner and the mode of the one that it replaces.
fn inherit(file: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};

        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            fchown(file, Some(old.uid()), Some(old.gid()))?;
        }
    }
    file.set_permissions(old.permissions())
}

/// `<file>.waiaas-backup-20260208T102625Z`, with a number where that is taken.
fn backup_path(path: &Path, now: Timestamp, number: usize) -> PathBuf {
    let time = now.to_string().replace(['-', ':'], "");
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".waiaas-backup-{time}"));
    if number > 0 {
        name.push(format!("-{number}"));
    }
    PathBuf::from(name)
}

fn parent_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

fn sync_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent_of(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> ConfigError {
    let path = path.to_owned();
    move |error| ConfigError::Io {
        path: path.clone(),
        error,
    }
}

#[cfg(test)]
mod tests;
