//! Opening files that only we may read (PROTOCOL.md section 6): without following links,
//! judged on the descriptor. What the contents mean is for the callers.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use secrecy::zeroize::Zeroizing;

use super::error::TokenFileError;
use crate::data_dir::{ANY_ACCESS_BY_OTHERS_MODE, foreign_owner, permission_bits};

/// Reads a whole private file; `None` where there is none. The copy in memory is wiped when
/// it is dropped.
pub(super) fn read_text(
    path: &Path,
    bytes_max: usize,
) -> Result<Option<Zeroizing<String>>, TokenFileError> {
    let file = match open_without_following(OpenOptions::new().read(true), path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(open_refused(path, "open", error)),
    };
    refuse_unless_private(&file, path)?;
    // One byte more than allowed shows that there is too much; the capacity keeps the
    // buffer from moving and leaving a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(bytes_max + 1));
    file.take(bytes_max as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(TokenFileError::io(path, "read"))?;
    if bytes.len() > bytes_max {
        return Err(TokenFileError::TooLarge {
            path: path.to_owned(),
            bytes_max,
        });
    }
    let text = str::from_utf8(&bytes).map_err(|_| TokenFileError::NotText {
        path: path.to_owned(),
    })?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// Opens a file for locking, making it with mode 0600 where it is missing.
pub(super) fn open_or_create(path: &Path) -> Result<File, TokenFileError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let file = open_without_following(&mut options, path)
        .map_err(|error| open_refused(path, "open", error))?;
    refuse_unless_private(&file, path)?;
    Ok(file)
}

/// Judges what a rename would replace. Its mode does not matter, since the new file brings
/// its own.
pub(super) fn refuse_foreign_target(path: &Path) -> Result<(), TokenFileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => refuse_foreign(&metadata, path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(TokenFileError::io(path, "look at")(error)),
    }
}

fn refuse_unless_private(file: &File, path: &Path) -> Result<(), TokenFileError> {
    let metadata = file
        .metadata()
        .map_err(TokenFileError::io(path, "look at"))?;
    refuse_foreign(&metadata, path)?;
    let mode = permission_bits(&metadata);
    if mode & ANY_ACCESS_BY_OTHERS_MODE != 0 {
        return Err(TokenFileError::OpenToOthers {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

fn refuse_foreign(metadata: &Metadata, path: &Path) -> Result<(), TokenFileError> {
    if metadata.is_symlink() {
        return Err(TokenFileError::SymbolicLink {
            path: path.to_owned(),
        });
    }
    if !metadata.is_file() {
        return Err(TokenFileError::NotRegularFile {
            path: path.to_owned(),
        });
    }
    if let Some((owner_uid, our_uid)) = foreign_owner(metadata) {
        return Err(TokenFileError::NotOurs {
            path: path.to_owned(),
            owner_uid,
            our_uid,
        });
    }
    Ok(())
}

#[cfg(unix)]
fn open_without_following(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    // Without NONBLOCK a pipe at this place would hold us until somebody opens its other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(windows)]
fn open_without_following(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;

    // Opens the link itself, which the check on the descriptor then refuses.
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    options
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)
}

/// Tells the refusals apart that the system makes for us at opening.
fn open_refused(path: &Path, action: &'static str, error: io::Error) -> TokenFileError {
    if error.kind() == io::ErrorKind::IsADirectory {
        return TokenFileError::NotRegularFile {
            path: path.to_owned(),
        };
    }
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        match Errno::from_io_error(&error) {
            // The second is what some BSDs answer for a link.
            Some(Errno::LOOP | Errno::MLINK) => {
                return TokenFileError::SymbolicLink {
                    path: path.to_owned(),
                };
            }
            // A socket, or a device without a driver.
            Some(Errno::NXIO) => {
                return TokenFileError::NotRegularFile {
                    path: path.to_owned(),
                };
            }
            _ => {}
        }
    }
    TokenFileError::io(path, action)(error)
}
