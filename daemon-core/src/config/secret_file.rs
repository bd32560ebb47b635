//! Reads a secret that the owner keeps in a file of its own. A file that others can read is
//! refused, because then it is no secret.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::inputs::ConfigInputs;
use super::reader::Reader;
use super::schema::Key;
use super::value::{Raw, allowed, check};

const SECRET_BYTES_MAX: u64 = 4096;
const OTHERS_MODE: u32 = 0o077;

/// Why a file is not taken, and how to mend it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) problem: String,
    pub(super) allowed: String,
}

/// The secret, or the file with it and what the file holds, whichever comes from the higher
/// source.
pub(super) fn given(
    reader: &mut Reader,
    inputs: &ConfigInputs,
    direct: &Key,
    in_file: &Key,
) -> Option<(SecretString, Option<PathBuf>)> {
    let rank = |key: &Key| reader.source(key).map(|source| source.rank());
    let (direct_rank, file_rank) = (rank(direct), rank(in_file));
    if direct_rank.is_some() && direct_rank == file_rank {
        let problem = format!(
            "{} is given in the same place, and only one can count",
            direct.path()
        );
        reader.refuse(in_file, &problem, "one of the two");
        return None;
    }
    if direct_rank > file_rank {
        let secret = reader.text(direct)?;
        return Some((SecretString::from(secret), None));
    }
    let path = inputs.data_dir.join(reader.text(in_file)?);
    match read(&path) {
        Ok(secret) => match check(direct, &Raw::Text(&secret)) {
            Ok(_) => Some((SecretString::from(secret), Some(path))),
            Err(problem) => {
                let problem = format!("the text in this file {problem}");
                reader.refuse(in_file, &problem, &allowed(direct.rule));
                None
            }
        },
        Err(refusal) => {
            reader.refuse(in_file, &refusal.problem, &refusal.allowed);
            None
        }
    }
}

/// The text of the file, without white space around it. A symbolic link is followed, as
/// orchestrators mount secrets through one; the checks are made on what was opened.
fn read(path: &Path) -> Result<String, Refusal> {
    let unreadable = |error: io::Error| Refusal {
        problem: format!("{} cannot be read: {error}", path.display()),
        allowed: "the path of a readable file".to_owned(),
    };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > SECRET_BYTES_MAX {
        return Err(Refusal {
            problem: format!("{} is no regular file or too large", path.display()),
            allowed: format!("a file of at most {SECRET_BYTES_MAX} bytes"),
        });
    }
    let mode = metadata.permissions().mode();
    if mode & OTHERS_MODE != 0 {
        return Err(Refusal {
            problem: format!("{} can be read by other users", path.display()),
            allowed: format!("mode 0600; mend it with: chmod 600 {}", path.display()),
        });
    }
    let mut text = String::new();
    file.take(SECRET_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(text.trim().to_owned())
}
