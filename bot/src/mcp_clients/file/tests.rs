//! What happens to the file on the disk, also when somebody else is at it.
#![allow(clippy::unwrap_used)]

#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt as _, symlink};

use tempfile::TempDir;

use super::*;
use crate::mcp_clients::merge::Refused;

/// 2026-02-08T10:26:25Z.
const NOW: Timestamp = Timestamp(1_770_546_385);
const BACKUP: &str = "config.json.waiaas-backup-20260208T102625Z";

fn append(text: &str) -> Result<Option<String>, Refused> {
    Ok((!text.ends_with('!')).then(|| format!("{text}!")))
}

fn refuse(_: &str) -> Result<Option<String>, Refused> {
    Err(Refused::Foreign)
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A directory with a file of this text, mode 0644.
fn scene(text: &str) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("config.json");
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    (dir, path)
}

#[test]
fn the_old_contents_are_kept_beside_and_the_mode_stays() {
    let (dir, path) = scene("old");
    let done = put(&path, NOW, &append).unwrap();
    let backup = dir.path().join(BACKUP);
    assert_eq!(
        done,
        Put {
            path: path.clone(),
            changed: true,
            backup: Some(backup.clone())
        }
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "old!");
    assert_eq!(fs::read_to_string(&backup).unwrap(), "old");
    assert_eq!(names(dir.path()), ["config.json", BACKUP]);
    #[cfg(unix)]
    assert_eq!((mode(&path), mode(&backup)), (0o644, 0o644));

    let again = put(&path, NOW, &append).unwrap();
    assert_eq!((again.changed, again.backup), (false, None));
    assert_eq!(names(dir.path()), ["config.json", BACKUP]);
}

#[test]
fn a_backup_never_takes_the_place_of_another() {
    let (dir, path) = scene("one");
    put(&path, NOW, &append).unwrap();
    fs::write(&path, "two").unwrap();
    put(&path, NOW, &append).unwrap();
    let second = format!("{BACKUP}-1");
    assert_eq!(names(dir.path()), ["config.json", BACKUP, &second]);
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!((read(BACKUP), read(&second)), ("one".into(), "two".into()));
}

#[cfg(unix)]
#[test]
fn a_missing_file_and_its_directories_are_made_private() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a/b/config.json");
    let done = put(&path, NOW, &append).unwrap();
    assert_eq!((done.changed, done.backup), (true, None));
    assert_eq!(fs::read_to_string(&path).unwrap(), "!");
    let modes = ["a", "a/b", "a/b/config.json"].map(|name| mode(&dir.path().join(name)));
    assert_eq!(modes, [0o700, 0o700, 0o600]);
    assert_eq!(names(&dir.path().join("a/b")), ["config.json"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_leads_to_is_changed() {
    let (dir, path) = scene("old");
    let place = TempDir::new().unwrap();
    let link = place.path().join("linked.json");
    symlink(&path, &link).unwrap();
    let done = put(&link, NOW, &append).unwrap();
    assert_eq!(done.path, fs::canonicalize(&path).unwrap());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&link).unwrap(), "old!");
    assert_eq!(names(dir.path()), ["config.json", BACKUP]);
    assert_eq!(names(place.path()), ["linked.json"]);

    fs::remove_file(&path).unwrap();
    let refused = put(&link, NOW, &append);
    assert!(matches!(refused, Err(ConfigError::DanglingLink(at)) if at == link));
    assert!(!path.exists());
}

#[test]
fn a_refused_edit_leaves_no_trace() {
    let (dir, path) = scene("old");
    let refused = put(&path, NOW, &refuse);
    assert!(matches!(
        refused,
        Err(ConfigError::Refused { path: at, why: Refused::Foreign }) if at == path
    ));
    let missing = dir.path().join("a/b/config.json");
    assert!(put(&missing, NOW, &refuse).is_err());
    assert_eq!(names(dir.path()), ["config.json"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert!(preview(&path, &refuse).is_err());
    assert!(preview(&path, &append).is_ok());
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

#[test]
fn what_is_no_text_file_is_refused() {
    let dir = TempDir::new().unwrap();
    let refused = put(dir.path(), NOW, &append);
    assert!(matches!(refused, Err(ConfigError::NotAFile(_))));
    let binary = dir.path().join("binary");
    fs::write(&binary, b"\xff\xfe{\0}\0").unwrap();
    let refused = put(&binary, NOW, &append);
    assert!(matches!(refused, Err(ConfigError::NotText(_))));
    let below = binary.join("config.json");
    assert!(matches!(
        put(&below, NOW, &append),
        Err(ConfigError::Io { .. })
    ));
    assert_eq!(names(dir.path()), ["binary"]);
}

#[test]
fn a_huge_file_is_refused() {
    let (dir, path) = scene("");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(CONFIG_BYTES_MAX as u64 + 1).unwrap();
    let refused = put(&path, NOW, &append);
    assert!(matches!(refused, Err(ConfigError::TooLarge(_))));
    assert_eq!(names(dir.path()), ["config.json"]);
}

#[test]
fn a_change_by_somebody_else_is_read_again_and_kept() {
    let (dir, path) = scene("old");
    let mut others = 0;
    let done = put_with(&path, NOW, &append, &mut || {
        others += 1;
        if others < 3 {
            fs::write(&path, format!("theirs {others}")).unwrap();
        }
    });
    let backup = done.unwrap().backup.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs 2!");
    assert_eq!(fs::read_to_string(backup).unwrap(), "theirs 2");
    assert_eq!(names(dir.path()), ["config.json", BACKUP]);
}

#[test]
fn a_file_that_never_rests_is_left_to_the_other() {
    let (dir, path) = scene("old");
    let mut others = 0;
    let refused = put_with(&path, NOW, &append, &mut || {
        others += 1;
        fs::write(&path, format!("theirs {others}")).unwrap();
    });
    assert!(matches!(refused, Err(ConfigError::Busy(_))));
    assert_eq!(others, ATTEMPTS_MAX);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        format!("theirs {ATTEMPTS_MAX}")
    );
    assert_eq!(names(dir.path()), ["config.json"]);
}

#[test]
fn a_file_that_appears_or_vanishes_meanwhile_is_seen() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("config.json");
    let mut others = 0;
    put_with(&path, NOW, &append, &mut || {
        others += 1;
        if others == 1 {
            fs::write(&path, "theirs").unwrap();
        }
    })
    .unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs!");

    let (_dir, path) = scene("old");
    let mut others = 0;
    let done = put_with(&path, NOW, &append, &mut || {
        others += 1;
        if others == 1 {
            fs::remove_file(&path).unwrap();
        }
    });
    assert_eq!(done.unwrap().backup, None);
    assert_eq!(fs::read_to_string(&path).unwrap(), "!");
}

#[test]
fn directories_that_were_made_for_nothing_are_removed() {
    let dir = TempDir::new().unwrap();
    // There is no room in the name for what the temporary file's adds.
    let path = dir.path().join("a/b").join("c".repeat(250));
    let refused = put(&path, NOW, &append);
    assert!(matches!(refused, Err(ConfigError::Io { .. })));
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn a_backup_that_cannot_be_made_stops_the_change() {
    let dir = TempDir::new().unwrap();
    // Room for the temporary file's name, and none for the backup's.
    let path = dir.path().join("c".repeat(230));
    fs::write(&path, "old").unwrap();
    let refused = put(&path, NOW, &append);
    assert!(matches!(refused, Err(ConfigError::Io { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(dir.path()).len(), 1);
}
