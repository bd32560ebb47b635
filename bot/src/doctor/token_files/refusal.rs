//! Token files and their neighbours that nobody would read or write: which rule of PROTOCOL.md
//! section 6 they break, and how to mend it.

use std::path::Path;

use i18n_embed_fl::fl;
use waiaas_protocol::data_dir::{DataDirError, DirState};
use waiaas_protocol::token_file::{AGENT_TOKEN_FOLDER, TokenFileError};

use super::observe::TokenFile;
use super::{Findings, Machine, remove_and_set_up};
use crate::cli::shell;
use crate::words;

/// The token itself.
pub(super) fn token(
    machine: &Machine<'_>,
    file: &TokenFile,
    error: &TokenFileError,
    findings: &mut Findings,
) {
    let word = shell::quoted_path(&file.path);
    let mend = match error {
        TokenFileError::OpenToOthers { .. } => format!("chmod 600 {word}"),
        TokenFileError::NotOurs { .. } => format!("sudo chown \"$(id -u)\" {word}"),
        TokenFileError::NotRegularFile { .. } => format!("mv {word} {word}.old"),
        TokenFileError::Io { .. } => format!("ls -l {word}"),
        TokenFileError::SymbolicLink { .. }
        | TokenFileError::TooLarge { .. }
        | TokenFileError::NotText { .. }
        | TokenFileError::NotAToken { .. }
        | TokenFileError::NotAPendingEntry { .. }
        | TokenFileError::NoFileName { .. }
        | TokenFileError::Locked { .. }
        | TokenFileError::Directory(_) => remove_and_set_up(machine, file),
    };
    findings.serious(what(machine, error), mend);
}

/// The lock or the pending entry: without them no token is ever replaced.
pub(super) fn beside(machine: &Machine<'_>, error: &TokenFileError, findings: &mut Findings) {
    let word = path_of(error).map(shell::quoted_path).unwrap_or_default();
    let mend = match error {
        TokenFileError::OpenToOthers { .. } => format!("chmod 600 {word}"),
        TokenFileError::NotOurs { .. } => format!("sudo chown \"$(id -u)\" {word}"),
        TokenFileError::NotRegularFile { .. } => format!("mv {word} {word}.old"),
        TokenFileError::Io { .. } => format!("ls -l {word}"),
        _ => format!("rm {word}"),
    };
    findings.serious(what(machine, error), mend);
}

/// The folder of the further agents.
pub(super) fn folder(
    machine: &Machine<'_>,
    found: Option<Result<DirState, DataDirError>>,
    findings: &mut Findings,
) {
    let texts = machine.texts;
    let path = machine.data_dir.join(AGENT_TOKEN_FOLDER);
    let word = shell::quoted_path(&path);
    let dir = path.display().to_string();
    let octal = |mode: u32| format!("{mode:04o}");
    match found {
        None | Some(Ok(DirState::Created | DirState::Private)) => {}
        Some(Ok(DirState::ReadableByOthers { mode })) => findings.warning(
            fl!(
                texts,
                "cli-doctor-dir-readable",
                dir = dir,
                mode = octal(mode)
            ),
            format!("chmod 700 {word}"),
        ),
        Some(Err(DataDirError::WritableByOthers { mode, .. })) => findings.serious(
            fl!(
                texts,
                "cli-doctor-dir-writable",
                dir = dir,
                mode = octal(mode)
            ),
            format!("chmod 700 {word}"),
        ),
        Some(Err(DataDirError::NotOurs { owner_uid, .. })) => findings.serious(
            fl!(
                texts,
                "cli-doctor-file-foreign",
                file = dir,
                owner = owner_uid.to_string()
            ),
            format!("sudo chown \"$(id -u)\" {word}"),
        ),
        Some(Err(DataDirError::Io { error, .. })) => findings.serious(
            fl!(
                texts,
                "cli-doctor-dir-closed",
                dir = dir,
                cause = error.to_string()
            ),
            format!("ls -ld {word}"),
        ),
        Some(Err(_)) => findings.serious(
            fl!(texts, "cli-doctor-token-folder", dir = dir),
            format!("mv {word} {word}.old"),
        ),
    }
}

fn what(machine: &Machine<'_>, error: &TokenFileError) -> String {
    let texts = machine.texts;
    let file = path_of(error)
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    match error {
        TokenFileError::SymbolicLink { .. } => fl!(texts, "cli-doctor-token-link", file = file),
        TokenFileError::NotRegularFile { .. } => {
            fl!(texts, "cli-doctor-file-irregular", file = file)
        }
        TokenFileError::NotOurs { owner_uid, .. } => fl!(
            texts,
            "cli-doctor-file-foreign",
            file = file,
            owner = owner_uid.to_string()
        ),
        TokenFileError::OpenToOthers { mode, .. } => fl!(
            texts,
            "cli-doctor-token-open",
            file = file,
            mode = format!("{mode:04o}")
        ),
        TokenFileError::TooLarge { .. }
        | TokenFileError::NotText { .. }
        | TokenFileError::NotAToken { .. } => {
            fl!(texts, "cli-doctor-token-form", file = file)
        }
        TokenFileError::NotAPendingEntry { .. } => {
            fl!(texts, "cli-doctor-token-pending-form", file = file)
        }
        TokenFileError::Io { error, .. } => fl!(
            texts,
            "cli-doctor-file-unreadable",
            file = file,
            cause = error.to_string()
        ),
        // Not from reading: as whoever writes would be told.
        TokenFileError::NoFileName { .. }
        | TokenFileError::Locked { .. }
        | TokenFileError::Directory(_) => words::locale(texts).token_file(error),
    }
}

fn path_of(error: &TokenFileError) -> Option<&Path> {
    match error {
        TokenFileError::SymbolicLink { path }
        | TokenFileError::NotRegularFile { path }
        | TokenFileError::NotOurs { path, .. }
        | TokenFileError::OpenToOthers { path, .. }
        | TokenFileError::TooLarge { path, .. }
        | TokenFileError::NotText { path }
        | TokenFileError::NotAToken { path, .. }
        | TokenFileError::NotAPendingEntry { path }
        | TokenFileError::NoFileName { path }
        | TokenFileError::Locked { path, .. }
        | TokenFileError::Io { path, .. } => Some(path),
        TokenFileError::Directory(_) => None,
    }
}
