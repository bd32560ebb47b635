use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use waiaas_protocol::token_file::{Rule, WriteStep, read, write, write_with};

use crate::scene::{Scene, give_away, make_dir, mode_of, names_in, put_file, token};

fn assert_refused(path: &Path, rule: Rule) {
    let error = write(path, &token(1, 1)).expect_err("must be refused");
    assert_eq!(error.rule(), rule, "{error}");
}

#[test]
fn t_11_written_file_has_mode_0600() {
    let scene = Scene::new();
    let path = scene.token_path();
    write(&path, &token(1, 0)).unwrap();
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(mode_of(&scene.data_dir()), 0o700);
    assert_eq!(fs::read(&path).unwrap(), token(1, 0).expose().as_bytes());
    assert_eq!(names_in(&scene.data_dir()), ["mcp-token"]);
}

#[test]
fn t_11_a_rewrite_mends_a_loose_mode() {
    let scene = Scene::new();
    let path = scene.put_token_file(b"something else", 0o644);
    write(&path, &token(1, 1)).unwrap();
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(read(&path).unwrap().unwrap().hash(), token(1, 1).hash());
}

#[test]
fn s_04_a_symbolic_link_is_refused_on_write_and_what_it_leads_to_is_untouched() {
    let scene = Scene::new();
    let real = scene.root().join("real");
    put_file(&real, b"precious", 0o600);
    make_dir(&scene.data_dir(), 0o700);
    for target in [
        real.as_path(),
        &scene.root().join("nowhere"),
        &scene.data_dir(),
    ] {
        symlink(target, scene.token_path()).unwrap();
        assert_refused(&scene.token_path(), Rule::SymbolicLink);
        assert!(scene.token_path().is_symlink());
        fs::remove_file(scene.token_path()).unwrap();
    }
    assert_eq!(fs::read(&real).unwrap(), b"precious");
    assert_eq!(names_in(scene.root()), ["real", "waiaas"]);
}

#[test]
fn s_04_a_directory_that_is_a_symbolic_link_is_refused_on_write() {
    let scene = Scene::new();
    let real = scene.root().join("real");
    make_dir(&real, 0o700);
    symlink(&real, scene.data_dir()).unwrap();
    assert_refused(&scene.token_path(), Rule::SymbolicLink);
    assert!(names_in(&real).is_empty());
}

#[test]
fn a_directory_that_others_may_write_to_is_refused() {
    let scene = Scene::new();
    make_dir(&scene.data_dir(), 0o770);
    assert_refused(&scene.token_path(), Rule::Mode);
    assert!(names_in(&scene.data_dir()).is_empty());
}

#[test]
fn another_users_target_or_directory_is_refused() {
    let scene = Scene::new();
    let ours = scene.put_token_file(b"theirs", 0o600);
    let foreign = give_away(&ours, "/etc/passwd");
    assert_refused(&foreign, Rule::Owner);
    let dir = scene.root().join("theirs");
    make_dir(&dir, 0o700);
    let foreign_dir = give_away(&dir, "/usr");
    assert_refused(&foreign_dir.join("mcp-token"), Rule::Owner);
}

#[test]
fn a_directory_in_the_files_place_and_a_path_without_a_name_are_refused() {
    let scene = Scene::new();
    make_dir(&scene.token_path(), 0o700);
    assert_refused(&scene.token_path(), Rule::RegularFile);
    assert_refused(&scene.data_dir().join(".."), Rule::Path);
    put_file(&scene.root().join("file"), b"", 0o600);
    assert_refused(&scene.root().join("file/mcp-token"), Rule::Directory);
}

#[test]
fn a_failure_at_any_step_leaves_a_whole_token_and_no_temporary_file() {
    for first_write in [true, false] {
        for failing in WriteStep::ALL {
            let scene = Scene::new();
            let path = scene.token_path();
            if !first_write {
                write(&path, &token(1, 0)).unwrap();
            }
            let mut fail_there = |step: WriteStep| match step {
                step if step == failing => Err(io::ErrorKind::StorageFull.into()),
                _ => Ok(()),
            };
            let error = write_with(&path, &token(1, 1), &mut fail_there).unwrap_err();
            assert_eq!(error.rule(), Rule::System);
            assert!(error.to_string().contains("free some space"), "{error}");
            assert!(error.to_string().contains(&format!("{path:?}")), "{error}");

            let renamed = failing == WriteStep::SyncDirectory;
            let expected = if renamed {
                Some(1)
            } else {
                (!first_write).then_some(0)
            };
            let found = read(&path)
                .unwrap()
                .map(|t| t.unverified_claims().unwrap().generation);
            assert_eq!(found, expected, "{failing:?}");
            let names = scene
                .data_dir()
                .exists()
                .then(|| names_in(&scene.data_dir()));
            let token_name = expected.map(|_| "mcp-token".to_owned());
            assert_eq!(
                names.unwrap_or_default(),
                Vec::from_iter(token_name),
                "{failing:?}"
            );
        }
    }
}

#[test]
fn the_hook_sees_every_step_once_and_the_temporary_file_is_private() {
    let scene = Scene::new();
    let mut seen = Vec::new();
    let mut look = |step: WriteStep| {
        seen.push(step);
        if step == WriteStep::WriteTemporary {
            let [name] = <[String; 1]>::try_from(names_in(&scene.data_dir())).unwrap();
            assert!(
                name.starts_with(".mcp-token.") && name.ends_with(".tmp"),
                "{name}"
            );
            assert_eq!(mode_of(&scene.data_dir().join(name)), 0o600);
        }
        Ok(())
    };
    write_with(&scene.token_path(), &token(1, 0), &mut look).unwrap();
    assert_eq!(seen, WriteStep::ALL);
}

#[test]
fn a_reader_beside_a_busy_writer_never_sees_a_part() {
    let scene = Scene::new();
    let path = scene.token_path();
    write(&path, &token(1, 0)).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for generation in 1..=200 {
                write(&path, &token(1, generation)).unwrap();
            }
        });
        let mut last = 0;
        while !writer.is_finished() {
            let claims = read(&path).unwrap().unwrap().unverified_claims().unwrap();
            assert!(claims.generation >= last);
            last = claims.generation;
        }
    });
}
