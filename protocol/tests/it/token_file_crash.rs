//! The death of the process at each step of a write, for real: a child process writes and
//! ends without cleaning up.

use std::process;

use waiaas_protocol::token_file::{
    TokenFileLock, WriteStep, read, sweep_temporaries, write, write_with,
};

use crate::scene::{Scene, child_path, names_in, put_file, spawn_child, token};

const CHILD_STEP_ENV: &str = "WAIAAS_TEST_CHILD_STEP";
const CHILD_DIED_CODE: i32 = 86;

#[test]
#[ignore = "a child process of the tests below"]
fn child_that_dies_at_a_step() {
    let Some(path) = child_path() else { return };
    let fatal = std::env::var(CHILD_STEP_ENV).unwrap();
    let _lock = TokenFileLock::try_acquire(&path).unwrap().unwrap();
    let mut die_there = |step: WriteStep| {
        if format!("{step:?}") == fatal {
            process::exit(CHILD_DIED_CODE);
        }
        Ok(())
    };
    write_with(&path, &token(1, 1), &mut die_there).unwrap();
}

fn let_a_writer_die(path: &std::path::Path, step: WriteStep) {
    let step = format!("{step:?}");
    let mut child = spawn_child(
        "token_file_crash::child_that_dies_at_a_step",
        path,
        &[(CHILD_STEP_ENV, &step)],
    );
    assert_eq!(
        child.wait().unwrap().code(),
        Some(CHILD_DIED_CODE),
        "{step}"
    );
}

#[test]
fn a_crash_at_any_step_leaves_the_old_token_or_the_new_one_and_a_sweep_tidies_up() {
    for fatal in WriteStep::ALL {
        let scene = Scene::new();
        let path = scene.token_path();
        write(&path, &token(1, 0)).unwrap();
        let_a_writer_die(&path, fatal);

        let generation = read(&path)
            .unwrap()
            .unwrap()
            .unverified_claims()
            .unwrap()
            .generation;
        assert_eq!(
            generation,
            u64::from(fatal == WriteStep::SyncDirectory),
            "{fatal:?}"
        );

        let has_temporary = [
            WriteStep::WriteTemporary,
            WriteStep::SyncTemporary,
            WriteStep::Rename,
        ];
        let lock = TokenFileLock::try_acquire(&path)
            .unwrap()
            .expect("died with its holder");
        let swept = sweep_temporaries(&lock).unwrap();
        assert_eq!(
            swept,
            usize::from(has_temporary.contains(&fatal)),
            "{fatal:?}"
        );
        assert_eq!(names_in(&scene.data_dir()), ["mcp-token", "mcp-token.lock"]);
    }
}

#[test]
fn the_next_write_succeeds_beside_the_leftovers() {
    let scene = Scene::new();
    let_a_writer_die(&scene.token_path(), WriteStep::Rename);
    write(&scene.token_path(), &token(1, 2)).unwrap();
    assert_eq!(
        read(&scene.token_path()).unwrap().unwrap().hash(),
        token(1, 2).hash()
    );
}

#[test]
fn a_sweep_removes_only_leftovers_of_this_token_file() {
    let scene = Scene::new();
    let path = scene.put_token_file(token(1, 0).expose().as_bytes(), 0o600);
    let random = "abcDEF0123456789";
    let leftovers = [
        format!(".mcp-token.{random}.tmp"),
        format!(".mcp-token.pending.{random}.tmp"),
    ];
    let others = [
        format!(".mcp-token.{random}"),
        format!(".mcp-token.{random}x.tmp"),
        ".mcp-token.abc-EF0123456789.tmp".to_owned(),
        format!(".other-token.{random}.tmp"),
        format!("mcp-token.{random}.tmp"),
        ".mcp-token.tmp".to_owned(),
    ];
    for name in leftovers.iter().chain(&others) {
        put_file(&scene.data_dir().join(name), b"", 0o600);
    }
    let link = format!(".mcp-token.{}.tmp", "L".repeat(16));
    std::os::unix::fs::symlink(&path, scene.data_dir().join(&link)).unwrap();

    let lock = TokenFileLock::try_acquire(&path).unwrap().unwrap();
    assert_eq!(sweep_temporaries(&lock).unwrap(), 2);
    assert_eq!(sweep_temporaries(&lock).unwrap(), 0);
    let mut expected = others.to_vec();
    expected.extend([link, "mcp-token".to_owned(), "mcp-token.lock".to_owned()]);
    expected.sort();
    assert_eq!(names_in(&scene.data_dir()), expected);
}
