use std::os::unix::fs::symlink;
use std::time::Duration;

use waiaas_protocol::token_file::{
    Rule, TokenFileLock, agent_path, existing_paths, is_locked, pending_path, platform_warning,
    read, select_path, shared_path, write,
};

use crate::scene::{Scene, agent, make_dir, put_file, token};

/// What stands in the data directory, and which file agent 1 gets.
#[derive(Debug)]
struct Case {
    shared_holds_token_of: Option<u8>,
    own_exists: bool,
    expect_own: bool,
}

#[test]
fn the_rule_for_several_agents() {
    let case = |shared_holds_token_of, own_exists, expect_own| Case {
        shared_holds_token_of,
        own_exists,
        expect_own,
    };
    let cases = [
        case(None, false, false),
        case(Some(1), false, false),
        case(Some(2), false, true),
        case(None, true, true),
        case(Some(1), true, true),
        case(Some(2), true, true),
    ];
    for case in cases {
        let scene = Scene::new();
        let data_dir = scene.data_dir();
        let (own, shared) = (agent_path(&data_dir, agent(1)), shared_path(&data_dir));
        if let Some(n) = case.shared_holds_token_of {
            // These tokens ended long ago: expiry must not matter.
            write(&shared, &token(n, 0)).unwrap();
        }
        if case.own_exists {
            write(&own, &token(1, 0)).unwrap();
        }
        let expected = if case.expect_own { &own } else { &shared };
        assert_eq!(
            &select_path(&data_dir, agent(1)).unwrap(),
            expected,
            "{case:?}"
        );
    }
}

#[test]
fn the_paths_are_those_of_the_protocol() {
    let scene = Scene::new();
    assert_eq!(shared_path(scene.root()), scene.root().join("mcp-token"));
    let own = scene.root().join(format!("mcp-tokens/{}", agent(1)));
    assert_eq!(agent_path(scene.root(), agent(1)), own);
}

#[test]
fn three_agents_get_three_files() {
    let scene = Scene::new();
    let data_dir = scene.data_dir();
    for n in 1..=3 {
        write(&select_path(&data_dir, agent(n)).unwrap(), &token(n, 0)).unwrap();
    }
    for n in 1..=3 {
        let path = select_path(&data_dir, agent(n)).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().hash(), token(n, 0).hash());
        assert_eq!(path == shared_path(&data_dir), n == 1);
    }
}

#[test]
fn a_refused_shared_file_is_reported_and_not_stepped_around() {
    let scene = Scene::new();
    let shared = scene.put_token_file(token(1, 0).expose().as_bytes(), 0o644);
    let rule = |scene: &Scene| select_path(&scene.data_dir(), agent(1)).unwrap_err().rule();
    assert_eq!(rule(&scene), Rule::Mode);
    put_file(&shared, b"garbage", 0o600);
    assert_eq!(rule(&scene), Rule::TokenForm);
}

#[test]
fn a_link_in_the_agents_own_place_is_chosen_and_then_refused() {
    let scene = Scene::new();
    let own = agent_path(&scene.data_dir(), agent(1));
    make_dir(own.parent().unwrap(), 0o700);
    symlink(scene.root().join("nowhere"), &own).unwrap();
    assert_eq!(select_path(&scene.data_dir(), agent(1)).unwrap(), own);
    assert_eq!(read(&own).unwrap_err().rule(), Rule::SymbolicLink);
}

#[test]
fn unix_needs_no_warning() {
    assert_eq!(platform_warning(), None);
}

#[test]
fn existing_files_are_listed_without_what_lies_beside_them() {
    let scene = Scene::new();
    let dir = scene.data_dir();
    assert!(existing_paths(&dir).unwrap().is_empty());
    let paths = [
        shared_path(&dir),
        agent_path(&dir, agent(1)),
        agent_path(&dir, agent(2)),
    ];
    for path in paths.iter().rev() {
        let _lock = TokenFileLock::try_acquire(path).unwrap().unwrap();
        write(path, &token(1, 0)).unwrap();
        put_file(&pending_path(path), b"{}", 0o600);
    }
    put_file(&paths[1].with_file_name("notes"), b"hello", 0o600);
    assert_eq!(existing_paths(&dir).unwrap(), paths);
}

#[test]
fn whether_a_file_is_locked_is_seen_without_making_anything() {
    let scene = Scene::new();
    let path = shared_path(&scene.data_dir());
    assert!(!is_locked(&path).unwrap());
    assert!(!scene.data_dir().exists(), "nothing was made");
    let lock = TokenFileLock::try_acquire(&path).unwrap().unwrap();
    assert!(is_locked(&path).unwrap());
    drop(lock);
    // A process that another test is just starting may hold the file for a moment longer.
    let is_free = |_| {
        std::thread::sleep(Duration::from_millis(10));
        !is_locked(&path).unwrap()
    };
    assert!((0..1_000).any(is_free));
}
