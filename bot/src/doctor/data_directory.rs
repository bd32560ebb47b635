//! The data directory itself: which one and why, whether it is ours and private, and whether
//! there is room (PROTOCOL.md section 6).

mod refusal;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use i18n_embed_fl::fl;
use rustix::fs::StatVfsMountFlags;
use waiaas_protocol::data_dir::{self, DataDirError, DataDirInputs, DirState, ensure_private_dir};

use super::places::{Places, exists};
use super::{Check, Finding, Findings, Machine};
use crate::cli::{Texts, shell};

/// Below this the owner should make room soon, bytes.
const FREE_LOW_BYTES: u64 = 128 << 20;
/// Below this the next renewal may find no room, bytes.
const FREE_NONE_BYTES: u64 = 4 << 20;
/// What the owner needs on a directory.
const OWNER_MODE: u32 = 0o700;

/// Why nothing else can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// `init` has not been run.
    NotSetUp,
    /// No daemon would use this directory.
    Refused,
}

/// Which of the four values named the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Flag,
    Variable,
    XdgDataHome,
    Home,
}

/// What is free on its file system.
#[derive(Debug, Clone, Copy)]
struct Space {
    free_bytes: u64,
    read_only: bool,
}

#[derive(Debug)]
enum Standing {
    Missing,
    Refused(DataDirError),
    Usable { mode: u32, state: DirState },
}

struct Seen<'a> {
    path: &'a Path,
    origin: Origin,
    standing: Standing,
    set_up: bool,
    /// `None` where the system does not tell.
    space: Option<Space>,
    our_uid: u32,
}

pub(super) fn examine(machine: &Machine<'_>, places: &Places) -> (Vec<Finding>, Option<Obstacle>) {
    let seen = Seen {
        path: &machine.data_dir,
        origin: origin(&machine.data_dir_inputs),
        standing: look(&machine.data_dir),
        set_up: places.is_set_up(),
        space: space(&machine.data_dir),
        our_uid: rustix::process::geteuid().as_raw(),
    };
    let (findings, obstacle) = judge(machine.texts, &machine.program, &seen);
    (findings.into_iter().collect(), obstacle)
}

/// The value that the choice rests on, found by the rule that makes the choice.
fn origin(inputs: &DataDirInputs) -> Origin {
    let names = |only: DataDirInputs| data_dir::resolve(&only).is_ok();
    let nothing = DataDirInputs::default;
    if inputs.flag.is_some() {
        Origin::Flag
    } else if names(DataDirInputs {
        env: inputs.env.clone(),
        ..nothing()
    }) {
        Origin::Variable
    } else if names(DataDirInputs {
        xdg_data_home: inputs.xdg_data_home.clone(),
        ..nothing()
    }) {
        Origin::XdgDataHome
    } else {
        Origin::Home
    }
}

fn look(path: &Path) -> Standing {
    // Asked first, since the judgement would make a missing directory.
    if !exists(path) {
        return Standing::Missing;
    }
    let mode = || fs::metadata(path).map(|metadata| metadata.permissions().mode() & 0o7777);
    match ensure_private_dir(path) {
        Ok(state) => Standing::Usable {
            mode: mode().unwrap_or(OWNER_MODE),
            state,
        },
        Err(error) => Standing::Refused(error),
    }
}

fn space(path: &Path) -> Option<Space> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(Space {
        free_bytes: found.f_bavail.saturating_mul(found.f_frsize),
        read_only: found.f_flag.contains(StatVfsMountFlags::RDONLY),
    })
}

fn judge(texts: &Texts, program: &str, seen: &Seen<'_>) -> (Findings, Option<Obstacle>) {
    let mut findings = Findings::of(Check::DataDirectory);
    let dir = seen.path.display().to_string();
    let origin = origin_text(texts, seen.origin);
    let init = format!("{program} init");
    let (obstacle, refused) = match &seen.standing {
        Standing::Missing => {
            let what = fl!(texts, "cli-doctor-dir-missing", dir = dir, origin = origin);
            findings.serious(what, init);
            return (findings, Some(Obstacle::NotSetUp));
        }
        Standing::Refused(error @ DataDirError::WritableByOthers { .. }) => (None, Some(error)),
        Standing::Refused(error) => (Some(Obstacle::Refused), Some(error)),
        Standing::Usable { .. } => (None, None),
    };
    if obstacle.is_none() {
        findings.ok(chosen(texts, seen));
    }
    if let Some(error) = refused {
        refusal::say(texts, seen.path, error, &mut findings);
    }
    if obstacle.is_some() {
        return (findings, obstacle);
    }
    access(texts, seen, &mut findings);
    room(texts, seen, &mut findings);
    if !seen.set_up {
        findings.serious(fl!(texts, "cli-doctor-dir-empty", dir = dir), init);
        return (findings, Some(Obstacle::NotSetUp));
    }
    let uid = seen.our_uid.to_string();
    findings.note(
        fl!(texts, "cli-doctor-dir-same-user", uid = uid),
        Some(fl!(texts, "cli-doctor-dir-same-user-mend")),
    );
    (findings, None)
}

fn origin_text(texts: &Texts, origin: Origin) -> String {
    match origin {
        Origin::Flag => fl!(texts, "cli-doctor-origin-flag"),
        Origin::Variable => fl!(texts, "cli-doctor-origin-variable"),
        Origin::XdgDataHome => fl!(texts, "cli-doctor-origin-xdg"),
        Origin::Home => fl!(texts, "cli-doctor-origin-home"),
    }
}

fn chosen(texts: &Texts, seen: &Seen<'_>) -> String {
    let dir = seen.path.display().to_string();
    let origin = origin_text(texts, seen.origin);
    match seen.space {
        Some(space) if space.free_bytes >= FREE_LOW_BYTES => {
            let free = spell_bytes(space.free_bytes);
            fl!(
                texts,
                "cli-doctor-dir-chosen-free",
                dir = dir,
                origin = origin,
                free = free
            )
        }
        _ => fl!(texts, "cli-doctor-dir-chosen", dir = dir, origin = origin),
    }
}

fn access(texts: &Texts, seen: &Seen<'_>, findings: &mut Findings) {
    let Standing::Usable { mode, state } = seen.standing else {
        return;
    };
    let dir = seen.path.display().to_string();
    let mend = format!("chmod 700 {}", shell::quoted_path(seen.path));
    let shown = format!("{mode:04o}");
    if let DirState::ReadableByOthers { .. } = state {
        let what = fl!(
            texts,
            "cli-doctor-dir-readable",
            dir = dir.clone(),
            mode = shown.clone()
        );
        findings.warning(what, mend.clone());
    }
    if mode & OWNER_MODE != OWNER_MODE {
        let what = fl!(texts, "cli-doctor-dir-tight", dir = dir, mode = shown);
        findings.serious(what, mend);
    }
}

fn room(texts: &Texts, seen: &Seen<'_>, findings: &mut Findings) {
    let Some(space) = seen.space else {
        return;
    };
    let dir = seen.path.display().to_string();
    let free = spell_bytes(space.free_bytes);
    let mend = format!("df -h {}", shell::quoted_path(seen.path));
    if space.read_only {
        let mend = format!("findmnt --target {}", shell::quoted_path(seen.path));
        findings.serious(fl!(texts, "cli-doctor-dir-read-only", dir = dir), mend);
    } else if space.free_bytes < FREE_NONE_BYTES {
        let what = fl!(texts, "cli-doctor-dir-full", dir = dir, free = free);
        findings.serious(what, mend);
    } else if space.free_bytes < FREE_LOW_BYTES {
        let what = fl!(texts, "cli-doctor-dir-low", dir = dir, free = free);
        findings.warning(what, mend);
    }
}

/// Decimal, one digit: `63.1 GB`.
fn spell_bytes(bytes: u64) -> String {
    let (unit, name) = match bytes {
        1_000_000_000.. => (1_000_000_000, "GB"),
        1_000_000.. => (1_000_000, "MB"),
        _ => (1_000, "kB"),
    };
    let tenths = bytes / (unit / 10);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::cli;
    use crate::doctor::Severity;

    fn path(text: &str) -> Option<PathBuf> {
        Some(PathBuf::from(text))
    }

    #[test]
    fn the_origin_follows_the_order_of_the_choice() {
        let all = DataDirInputs {
            flag: path("/flag"),
            env: path("/env"),
            xdg_data_home: path("/xdg"),
            home: path("/home"),
        };
        assert_eq!(origin(&all), Origin::Flag);
        let env = DataDirInputs { flag: None, ..all };
        assert_eq!(origin(&env), Origin::Variable);
        let xdg = DataDirInputs {
            env: path(""),
            ..env
        };
        assert_eq!(origin(&xdg), Origin::XdgDataHome);
        let relative = DataDirInputs {
            xdg_data_home: path("relative"),
            ..xdg
        };
        assert_eq!(origin(&relative), Origin::Home);
    }

    #[test]
    fn room_is_judged_by_what_a_renewal_needs() {
        use Severity::{Note, Ok, Serious, Warning};
        let texts = cli::texts_in_english();
        let judged = |free_bytes, read_only| {
            let seen = Seen {
                path: Path::new("/data"),
                origin: Origin::Home,
                standing: Standing::Usable {
                    mode: 0o700,
                    state: DirState::Private,
                },
                set_up: true,
                space: Some(Space {
                    free_bytes,
                    read_only,
                }),
                our_uid: 1000,
            };
            judge(&texts, "waiaas", &seen).0.severities()
        };
        assert_eq!(judged(FREE_LOW_BYTES, false), [Ok, Note]);
        assert_eq!(judged(FREE_LOW_BYTES - 1, false), [Ok, Warning, Note]);
        assert_eq!(judged(FREE_NONE_BYTES, false), [Ok, Warning, Note]);
        assert_eq!(judged(FREE_NONE_BYTES - 1, false), [Ok, Serious, Note]);
        assert_eq!(judged(FREE_LOW_BYTES, true), [Ok, Serious, Note]);
    }

    #[test]
    fn bytes_are_spelt_with_one_digit() {
        for (bytes, text) in [
            (0, "0.0 kB"),
            (999_999, "999.9 kB"),
            (4 << 20, "4.1 MB"),
            (63_190_000_000, "63.1 GB"),
        ] {
            assert_eq!(spell_bytes(bytes), text);
        }
    }
}
