//! A directory that no daemon would use: by which rule, and how to mend it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use waiaas_protocol::data_dir::DataDirError;

use super::Findings;
use crate::cli::{Texts, shell};
use crate::words;

pub(super) fn say(texts: &Texts, path: &Path, error: &DataDirError, findings: &mut Findings) {
    let dir = path.display().to_string();
    let word = shell::quoted_path(path);
    match error {
        DataDirError::SymbolicLink { .. } => {
            let target = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from("DIR"));
            findings.serious(
                fl!(texts, "cli-doctor-dir-link", dir = dir),
                format!("waiaas --data-dir {} doctor", shell::quoted_path(&target)),
            );
        }
        DataDirError::NotADirectory { .. } => findings.serious(
            fl!(texts, "cli-doctor-dir-no-dir", dir = dir),
            format!("mv {word} {word}.old"),
        ),
        DataDirError::NotOurs {
            owner_uid, our_uid, ..
        } => findings.serious(
            fl!(
                texts,
                "cli-doctor-dir-foreign",
                dir = dir,
                owner = owner_uid.to_string(),
                uid = our_uid.to_string()
            ),
            format!("sudo -u '#{owner_uid}' waiaas --data-dir {word} doctor"),
        ),
        DataDirError::WritableByOthers { mode, .. } => findings.serious(
            fl!(
                texts,
                "cli-doctor-dir-writable",
                dir = dir,
                mode = format!("{mode:04o}")
            ),
            format!("chmod 700 {word}"),
        ),
        DataDirError::Io { error, .. } => findings.serious(
            fl!(
                texts,
                "cli-doctor-dir-closed",
                dir = dir,
                cause = error.to_string()
            ),
            io_mend(error, &word),
        ),
        DataDirError::Undetermined | DataDirError::EmptyFlag => {
            findings.serious(
                words::locale(texts).data_dir(error),
                "waiaas --data-dir DIR doctor".to_owned(),
            );
        }
    }
}

fn io_mend(error: &io::Error, word: &str) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!("ls -ld {word}; chmod 700 {word}"),
        _ => format!("ls -ld {word}"),
    }
}
