use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use waiaas_protocol::token_file::{Rule, TokenFileLock, agent_path, read, shared_path, write};

use crate::scene::{
    Scene, agent, child_path, give_away, make_dir, mode_of, names_in, put_file, spawn_child, token,
};

/// Long enough for any machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);
const LOCKED_LINE: &str = "child holds the lock";

#[test]
#[ignore = "a child process of the tests below"]
#[allow(clippy::print_stdout)]
fn child_that_holds_the_lock_until_its_input_ends() {
    let Some(path) = child_path() else { return };
    let _lock = TokenFileLock::try_acquire(&path).unwrap().unwrap();
    println!("\n{LOCKED_LINE}");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn the_lock_file_is_private_and_stays() {
    let scene = Scene::new();
    let lock = TokenFileLock::acquire(&scene.token_path(), PATIENCE).unwrap();
    assert_eq!(lock.token_path(), scene.token_path());
    let lock_path = scene.data_dir().join("mcp-token.lock");
    assert_eq!(
        [mode_of(&scene.data_dir()), mode_of(&lock_path)],
        [0o700, 0o600]
    );
    drop(lock);
    assert_eq!(names_in(&scene.data_dir()), ["mcp-token.lock"]);
}

#[test]
fn a_second_holder_is_refused_until_the_first_drops_it() {
    let scene = Scene::new();
    let path = scene.token_path();
    let first = TokenFileLock::try_acquire(&path).unwrap().unwrap();
    assert!(TokenFileLock::try_acquire(&path).unwrap().is_none());
    let error = TokenFileLock::acquire(&path, Duration::from_millis(20)).unwrap_err();
    assert_eq!(error.rule(), Rule::Lock);
    assert!(error.to_string().contains("20 ms"), "{error}");
    drop(first);
    // A process that another test is just starting may hold the file for a moment longer.
    let _second = TokenFileLock::acquire(&path, Duration::from_secs(10)).unwrap();
}

#[test]
fn locks_of_different_token_files_do_not_meet() {
    let scene = Scene::new();
    let _first = TokenFileLock::try_acquire(&scene.token_path())
        .unwrap()
        .unwrap();
    let other = agent_path(&scene.data_dir(), agent(2));
    assert!(TokenFileLock::try_acquire(&other).unwrap().is_some());
}

#[test]
fn another_process_keeps_us_out_until_it_dies() {
    let scene = Scene::new();
    let path = scene.token_path();
    let mut child = spawn_child(
        "token_file_lock::child_that_holds_the_lock_until_its_input_ends",
        &path,
        &[],
    );
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(
        output.lines().any(|line| line.unwrap() == LOCKED_LINE),
        "the child got no lock"
    );
    assert!(TokenFileLock::try_acquire(&path).unwrap().is_none());

    let waiting = thread::spawn({
        let path = path.clone();
        move || TokenFileLock::acquire(&path, PATIENCE).map(drop)
    });
    child.kill().unwrap();
    child.wait().unwrap();
    waiting.join().unwrap().unwrap();
}

#[test]
fn threads_take_turns() {
    let scene = Scene::new();
    let path = scene.token_path();
    write(&path, &token(1, 0)).unwrap();
    let inside = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let _lock = TokenFileLock::acquire(&path, PATIENCE).unwrap();
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    let claims = read(&path).unwrap().unwrap().unverified_claims().unwrap();
                    write(&path, &token(1, claims.generation + 1)).unwrap();
                    inside.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    });
    let claims = read(&path).unwrap().unwrap().unverified_claims().unwrap();
    assert_eq!(claims.generation, 40);
}

#[test]
fn a_lock_file_that_was_exchanged_does_not_let_two_in() {
    let scene = Scene::new();
    let path = scene.token_path();
    let stale = TokenFileLock::try_acquire(&path).unwrap().unwrap();
    fs::remove_file(scene.data_dir().join("mcp-token.lock")).unwrap();
    let fresh = TokenFileLock::try_acquire(&path)
        .unwrap()
        .expect("the new file is free");
    assert!(TokenFileLock::try_acquire(&path).unwrap().is_none());
    drop(stale);
    assert!(TokenFileLock::try_acquire(&path).unwrap().is_none());
    drop(fresh);
}

#[test]
fn s_04_a_lock_file_that_is_a_link_foreign_or_loose_is_refused() {
    let scene = Scene::new();
    make_dir(&scene.data_dir(), 0o700);
    let lock_path = scene.data_dir().join("mcp-token.lock");
    let refused = |rule: Rule| {
        let error = TokenFileLock::try_acquire(&scene.token_path()).unwrap_err();
        assert_eq!(error.rule(), rule, "{error}");
    };
    symlink(scene.root().join("elsewhere"), &lock_path).unwrap();
    refused(Rule::SymbolicLink);
    assert!(!scene.root().join("elsewhere").exists());
    fs::remove_file(&lock_path).unwrap();

    make_dir(&lock_path, 0o700);
    refused(Rule::RegularFile);
    fs::remove_dir(&lock_path).unwrap();

    put_file(&lock_path, b"", 0o666);
    refused(Rule::Mode);
    if give_away(&lock_path, "/etc/passwd") == lock_path {
        refused(Rule::Owner);
    }
}

#[test]
fn the_agents_file_is_chosen_again_under_the_lock() {
    let scene = Scene::new();
    let data_dir = scene.data_dir();
    let first = TokenFileLock::acquire_for_agent(&data_dir, agent(1), PATIENCE).unwrap();
    assert_eq!(first.token_path(), shared_path(&data_dir));
    thread::scope(|scope| {
        // The second agent may already wait for the same file; once the first has written,
        // it must turn to a file of its own either way.
        let second = scope.spawn(|| {
            let lock = TokenFileLock::acquire_for_agent(&data_dir, agent(2), PATIENCE).unwrap();
            write(lock.token_path(), &token(2, 0)).unwrap();
            lock.token_path().to_owned()
        });
        write(first.token_path(), &token(1, 0)).unwrap();
        drop(first);
        assert_eq!(second.join().unwrap(), agent_path(&data_dir, agent(2)));
    });
    assert_eq!(
        read(&shared_path(&data_dir)).unwrap().unwrap().hash(),
        token(1, 0).hash()
    );
}
