//! The files that the daemon keeps: there, ours, and closed to everybody else. Token files
//! have rules of their own and a check of their own.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use waiaas_daemon_core::config::CONFIG_FILE_NAME;
use waiaas_daemon_core::setup::{SetupError, read_master_key};

use super::places::{Places, exists};
use super::{Check, Findings, Machine, Severity};
use crate::cli::{Texts, shell};

/// Write permission for the group or for everybody.
const WRITABLE_MODE: u32 = 0o022;
/// Any permission for the group or for everybody.
const OPEN_MODE: u32 = 0o077;
/// What the owner needs on a file that is only read, and on one that is written.
const OWNER_READS_MODE: u32 = 0o400;
const OWNER_WRITES_MODE: u32 = 0o600;
/// How many configurations that `init --force` has put aside are looked at.
const OLD_CONFIGS_MAX: usize = 32;

/// What a file is for, which decides what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `master.key`: nothing works without it.
    MasterKey,
    /// Another secret.
    Secret,
    /// `config.toml`.
    Config,
    /// The database and what stands beside it, and the audit anchor.
    Data,
    /// `admin.sock`.
    Socket,
}

/// What stands under a name.
#[derive(Debug)]
enum Fact {
    Absent,
    Link,
    Other,
    Found { uid: u32, mode: u32 },
    Unreadable(io::Error),
}

/// What is wrong with it.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Missing,
    Link,
    Form,
    Foreign { uid: u32 },
    Tight { mode: u32 },
    Writable { mode: u32 },
    Readable { mode: u32 },
    Unreadable { cause: String },
}

pub(super) fn examine(machine: &Machine<'_>, places: &Places) -> Findings {
    let texts = machine.texts;
    let mut findings = Findings::of(Check::Files);
    let our_uid = rustix::process::geteuid().as_raw();
    let mut there = 0;
    for (kind, path) in list(places) {
        let fact = look(kind, &path);
        there += usize::from(!matches!(fact, Fact::Absent));
        if let Some((severity, fault)) = judge(kind, &fact, our_uid) {
            let what = say(texts, kind, &path, &fault);
            let mend = mend(machine, places, kind, &path, &fault);
            findings.add(severity, what, Some(mend));
        }
    }
    if let Err(SetupError::BadMasterKey(path)) = read_master_key(&places.master_key) {
        findings.serious(
            fl!(texts, "cli-doctor-file-bad-key", file = shown(&path)),
            fl!(texts, "cli-doctor-file-restore", file = shown(&path)),
        );
    }
    if findings.is_empty() {
        findings.ok(fl!(texts, "cli-doctor-files-ok", count = there));
    }
    findings
}

fn list(places: &Places) -> Vec<(Kind, PathBuf)> {
    let mut list = vec![
        (Kind::MasterKey, places.master_key.clone()),
        (Kind::Data, places.anchor.clone()),
        (Kind::Config, places.config.clone()),
    ];
    let old = old_configs(&places.data_dir);
    list.extend(old.into_iter().map(|path| (Kind::Secret, path)));
    list.extend(
        places
            .bot_token
            .iter()
            .map(|path| (Kind::Secret, path.clone())),
    );
    list.push((Kind::Data, places.database.clone()));
    list.extend(places.beside_database().map(|path| (Kind::Data, path)));
    list.push((Kind::Socket, places.admin_socket.clone()));
    list
}

/// `config.toml.<time>.bak`: they may hold a bot token that was once written there.
fn old_configs(data_dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(data_dir) else {
        return Vec::new();
    };
    let is_old = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.and_then(|name| name.strip_prefix(CONFIG_FILE_NAME))
            .is_some_and(|rest| rest.ends_with(".bak"))
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut old: Vec<PathBuf> = paths.filter(is_old).take(OLD_CONFIGS_MAX).collect();
    old.sort();
    old
}

/// Secrets and the configuration may be mounted through a link, and the daemon judges what it
/// opens; everything else must stand where its name is.
fn look(kind: Kind, path: &Path) -> Fact {
    let found = match kind {
        Kind::MasterKey | Kind::Secret | Kind::Config => fs::metadata(path),
        Kind::Data | Kind::Socket => fs::symlink_metadata(path),
    };
    let is_right = |metadata: &Metadata| match kind {
        Kind::Socket => metadata.file_type().is_socket(),
        _ => metadata.is_file(),
    };
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Fact::Absent,
        Err(error) => Fact::Unreadable(error),
        Ok(metadata) if metadata.is_symlink() => Fact::Link,
        Ok(metadata) if !is_right(&metadata) => Fact::Other,
        Ok(metadata) => Fact::Found {
            uid: metadata.uid(),
            mode: metadata.mode() & 0o7777,
        },
    }
}

fn judge(kind: Kind, fact: &Fact, our_uid: u32) -> Option<(Severity, Fault)> {
    use Severity::{Serious, Warning};
    let is_secret = matches!(kind, Kind::MasterKey | Kind::Secret);
    let needed = match kind {
        Kind::MasterKey | Kind::Secret | Kind::Config => OWNER_READS_MODE,
        Kind::Data | Kind::Socket => OWNER_WRITES_MODE,
    };
    match *fact {
        Fact::Absent => match kind {
            Kind::MasterKey => Some((Serious, Fault::Missing)),
            Kind::Config => Some((Warning, Fault::Missing)),
            Kind::Secret | Kind::Data | Kind::Socket => None,
        },
        // No daemon would take the place of a link under the socket's name.
        Fact::Link if kind == Kind::Socket => Some((Serious, Fault::Link)),
        Fact::Link => Some((Warning, Fault::Link)),
        Fact::Other => Some((Serious, Fault::Form)),
        Fact::Unreadable(ref error) => {
            let cause = error.to_string();
            Some((Serious, Fault::Unreadable { cause }))
        }
        Fact::Found { uid, .. } if uid != our_uid => Some((Serious, Fault::Foreign { uid })),
        Fact::Found { mode, .. } if mode & needed != needed => {
            Some((Serious, Fault::Tight { mode }))
        }
        // The kernel tells the daemon who calls, whatever the socket's mode.
        Fact::Found { mode, .. } if kind == Kind::Socket && mode & OPEN_MODE != 0 => {
            Some((Warning, Fault::Readable { mode }))
        }
        Fact::Found { mode, .. } if mode & WRITABLE_MODE != 0 => {
            Some((Serious, Fault::Writable { mode }))
        }
        Fact::Found { mode, .. } if mode & OPEN_MODE != 0 => {
            let severity = if is_secret { Serious } else { Warning };
            Some((severity, Fault::Readable { mode }))
        }
        Fact::Found { .. } => None,
    }
}

fn say(texts: &Texts, kind: Kind, path: &Path, fault: &Fault) -> String {
    let file = shown(path);
    let octal = |mode: &u32| format!("{mode:04o}");
    match fault {
        Fault::Missing if kind == Kind::MasterKey => {
            fl!(texts, "cli-doctor-file-no-key", file = file)
        }
        Fault::Missing => fl!(texts, "cli-doctor-file-no-config", file = file),
        Fault::Link => fl!(texts, "cli-doctor-file-link", file = file),
        Fault::Form if kind == Kind::Socket => {
            fl!(texts, "cli-doctor-file-no-socket", file = file)
        }
        Fault::Form => fl!(texts, "cli-doctor-file-irregular", file = file),
        Fault::Foreign { uid } => {
            fl!(
                texts,
                "cli-doctor-file-foreign",
                file = file,
                owner = uid.to_string()
            )
        }
        Fault::Tight { mode } => {
            fl!(
                texts,
                "cli-doctor-file-tight",
                file = file,
                mode = octal(mode)
            )
        }
        Fault::Writable { mode } => {
            fl!(
                texts,
                "cli-doctor-file-writable",
                file = file,
                mode = octal(mode)
            )
        }
        Fault::Readable { mode } => {
            fl!(
                texts,
                "cli-doctor-file-readable",
                file = file,
                mode = octal(mode)
            )
        }
        Fault::Unreadable { cause } => fl!(
            texts,
            "cli-doctor-file-unreadable",
            file = file,
            cause = cause.clone()
        ),
    }
}

fn mend(machine: &Machine<'_>, places: &Places, kind: Kind, path: &Path, fault: &Fault) -> String {
    let texts = machine.texts;
    let word = shell::quoted_path(path);
    match fault {
        // A new key could not open what the lost one has sealed.
        Fault::Missing if kind == Kind::MasterKey && exists(&places.database) => {
            fl!(texts, "cli-doctor-file-restore", file = shown(path))
        }
        Fault::Missing => format!("{} init", machine.program),
        Fault::Link if kind == Kind::Socket => format!("rm {word}"),
        Fault::Link if path == places.database => linked_database(machine, path),
        Fault::Link => {
            let command = format!("mv -f \"$(readlink -f {word})\" {word}");
            fl!(texts, "cli-doctor-mend-stopped", command = command)
        }
        Fault::Form => format!("mv {word} {word}.old"),
        Fault::Foreign { .. } => format!("sudo chown \"$(id -u)\" {word}"),
        Fault::Tight { .. } | Fault::Writable { .. } | Fault::Readable { .. } => {
            format!("chmod 600 {word}")
        }
        Fault::Unreadable { .. } => format!("ls -l {word}"),
    }
}

/// The newest changes may stand in the log beside the real file, so they move with it; the
/// database comes last, when what it needs is there.
fn linked_database(machine: &Machine<'_>, path: &Path) -> String {
    let texts = machine.texts;
    let word = shell::quoted_path(path);
    let Ok(real) = fs::canonicalize(path) else {
        let command = format!("{} init", machine.program);
        return fl!(
            texts,
            "cli-doctor-db-missing-mend",
            file = shown(path),
            command = command
        );
    };
    let real = shell::quoted_path(&real);
    let command = format!(
        "for end in -wal -shm ''; do [ ! -e {real}\"$end\" ] || mv -f {real}\"$end\" {word}\"$end\"; done"
    );
    fl!(texts, "cli-doctor-mend-stopped", command = command)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_file_is_judged_by_what_it_is_for() {
        use Severity::{Serious, Warning};
        const US: u32 = 1000;
        let found = |mode| Fact::Found { uid: US, mode };
        let cases = [
            (Kind::MasterKey, found(0o600), None),
            (Kind::MasterKey, found(0o400), None),
            (Kind::MasterKey, found(0o000), Some(Serious)),
            (Kind::MasterKey, found(0o640), Some(Serious)),
            (Kind::MasterKey, Fact::Absent, Some(Serious)),
            (Kind::MasterKey, Fact::Other, Some(Serious)),
            (Kind::Secret, Fact::Absent, None),
            (Kind::Secret, found(0o604), Some(Serious)),
            (Kind::Config, Fact::Absent, Some(Warning)),
            (Kind::Config, found(0o644), Some(Warning)),
            (Kind::Config, found(0o620), Some(Serious)),
            (Kind::Data, Fact::Absent, None),
            (Kind::Data, found(0o600), None),
            (Kind::Data, found(0o400), Some(Serious)),
            (Kind::Data, found(0o640), Some(Warning)),
            (Kind::Data, found(0o602), Some(Serious)),
            (Kind::Data, Fact::Link, Some(Warning)),
            (
                Kind::Data,
                Fact::Found {
                    uid: 0,
                    mode: 0o600,
                },
                Some(Serious),
            ),
            (Kind::Socket, Fact::Absent, None),
            (Kind::Socket, found(0o600), None),
            (Kind::Socket, found(0o666), Some(Warning)),
            (Kind::Socket, Fact::Other, Some(Serious)),
            (Kind::Socket, Fact::Link, Some(Serious)),
        ];
        for (kind, fact, expected) in cases {
            let severity = judge(kind, &fact, US).map(|(severity, _)| severity);
            assert_eq!(severity, expected, "{kind:?} {fact:?}");
        }
    }
}
