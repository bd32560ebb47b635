use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use waiaas_protocol::data_dir::{
    DataDirError, DataDirInputs, DirState, ensure_private_dir, resolve,
};

use crate::scene::{Scene, give_away, make_dir, mode_of, put_file};

fn inputs(values: [Option<&str>; 4]) -> DataDirInputs {
    let [flag, env, xdg_data_home, home] = values.map(|value| value.map(PathBuf::from));
    DataDirInputs {
        flag,
        env,
        xdg_data_home,
        home,
    }
}

#[test]
fn the_highest_given_value_decides() {
    let cases = [
        ([Some("/f"), Some("/e"), Some("/x"), Some("/h")], "/f"),
        ([Some("rel"), Some("/e"), Some("/x"), Some("/h")], "rel"),
        ([None, Some("/e"), Some("/x"), Some("/h")], "/e"),
        ([None, Some(""), Some("/x"), Some("/h")], "/x/waiaas"),
        ([None, None, Some("/x"), Some("/h")], "/x/waiaas"),
        ([None, None, Some(""), Some("/h")], "/h/.waiaas"),
        ([None, None, Some("rel"), Some("/h")], "/h/.waiaas"),
        ([None, None, None, Some("/h")], "/h/.waiaas"),
    ];
    for (values, expected) in cases {
        assert_eq!(
            resolve(&inputs(values)).unwrap(),
            Path::new(expected),
            "{values:?}"
        );
    }
}

#[test]
fn no_usable_value_is_a_clear_error() {
    for values in [[None; 4], [None, Some(""), Some("rel"), Some("")]] {
        let error = resolve(&inputs(values)).unwrap_err();
        assert!(matches!(error, DataDirError::Undetermined));
        assert!(error.to_string().contains("--data-dir DIR"), "{error}");
    }
    let empty_flag = inputs([Some(""), Some("/e"), None, None]);
    assert!(matches!(resolve(&empty_flag), Err(DataDirError::EmptyFlag)));
}

#[test]
fn a_missing_directory_is_made_private_with_its_parents() {
    let scene = Scene::new();
    let dir = scene.root().join("share/waiaas");
    assert_eq!(ensure_private_dir(&dir).unwrap(), DirState::Created);
    assert_eq!(
        [mode_of(&dir), mode_of(dir.parent().unwrap())],
        [0o700, 0o700]
    );
    assert_eq!(ensure_private_dir(&dir).unwrap(), DirState::Private);
}

#[test]
fn a_readable_directory_is_reported_and_left_alone() {
    let scene = Scene::new();
    make_dir(&scene.data_dir(), 0o755);
    let state = ensure_private_dir(&scene.data_dir()).unwrap();
    assert_eq!(state, DirState::ReadableByOthers { mode: 0o755 });
    assert!(
        state
            .warning(&scene.data_dir())
            .unwrap()
            .contains("chmod 700")
    );
    assert_eq!(DirState::Private.warning(&scene.data_dir()), None);
    assert_eq!(mode_of(&scene.data_dir()), 0o755);
}

#[test]
fn a_directory_that_others_may_write_to_is_refused() {
    let scene = Scene::new();
    for mode in [0o720, 0o702, 0o777, 0o1777] {
        make_dir(&scene.data_dir(), mode);
        let error = ensure_private_dir(&scene.data_dir()).unwrap_err();
        assert!(matches!(error, DataDirError::WritableByOthers { mode: seen, .. } if seen == mode));
        assert!(error.to_string().contains("chmod 700"), "{error}");
        assert_eq!(mode_of(&scene.data_dir()), mode);
    }
}

#[test]
fn a_symbolic_link_is_refused_also_with_a_trailing_separator() {
    let scene = Scene::new();
    let real = scene.root().join("real");
    make_dir(&real, 0o700);
    symlink(&real, scene.data_dir()).unwrap();
    let with_separator = PathBuf::from(format!("{}/", scene.data_dir().display()));
    for path in [scene.data_dir(), with_separator, scene.data_dir().join(".")] {
        let error = ensure_private_dir(&path).unwrap_err();
        assert!(
            matches!(error, DataDirError::SymbolicLink { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_link_that_leads_nowhere_is_refused_and_nothing_made() {
    let scene = Scene::new();
    symlink(scene.root().join("nowhere"), scene.data_dir()).unwrap();
    let error = ensure_private_dir(&scene.data_dir()).unwrap_err();
    assert!(
        matches!(error, DataDirError::SymbolicLink { .. }),
        "{error}"
    );
    assert!(!scene.root().join("nowhere").exists());
}

#[test]
fn a_file_in_its_place_is_refused() {
    let scene = Scene::new();
    put_file(&scene.data_dir(), b"", 0o600);
    let error = ensure_private_dir(&scene.data_dir()).unwrap_err();
    assert!(
        matches!(error, DataDirError::NotADirectory { .. }),
        "{error}"
    );
    let below = ensure_private_dir(&scene.data_dir().join("below")).unwrap_err();
    assert!(matches!(below, DataDirError::Io { .. }), "{below}");
    assert!(fs::metadata(scene.data_dir()).unwrap().is_file());
}

#[test]
fn another_users_directory_is_refused() {
    let scene = Scene::new();
    make_dir(&scene.data_dir(), 0o700);
    let foreign = give_away(&scene.data_dir(), "/usr");
    let error = ensure_private_dir(&foreign).unwrap_err();
    assert!(matches!(error, DataDirError::NotOurs { .. }), "{error}");
}
