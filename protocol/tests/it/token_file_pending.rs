use std::fs;
use std::io;
use std::os::unix::fs::symlink;

use waiaas_protocol::token_file::{
    Pending, RenewalKey, Rule, WriteStep, pending_path, read_pending, remove_pending,
    write_pending, write_pending_with,
};

use crate::scene::{Scene, agent, mode_of, names_in, put_file, session, token, token_with};

const KEY_HEX: &str = "07070707070707070707070707070707";

fn pending(n: u8) -> Pending {
    Pending {
        session_id: session(n),
        presented_token_hash: token(n, 0).hash(),
        renewal_key: RenewalKey::from_bytes([7; 16]),
    }
}

#[test]
fn the_entry_comes_back_as_it_was_written() {
    let scene = Scene::new();
    let path = scene.token_path();
    assert!(read_pending(&path).unwrap().is_none());
    write_pending(&path, &pending(1)).unwrap();
    assert_eq!(mode_of(&pending_path(&path)), 0o600);
    assert_eq!(names_in(&scene.data_dir()), ["mcp-token.pending"]);

    let found = read_pending(&path).unwrap().unwrap();
    assert_eq!(found.session_id, session(1));
    assert_eq!(found.presented_token_hash, token(1, 0).hash());
    assert_eq!(found.renewal_key.expose(), KEY_HEX);
    let stored = fs::read_to_string(pending_path(&path)).unwrap();
    assert!(!stored.contains("wai_sess_"), "{stored}");
}

#[test]
fn an_entry_matches_only_the_token_it_presents() {
    let entry = pending(1);
    assert!(entry.matches(&token(1, 0)));
    assert!(!entry.matches(&token(1, 1)));
    assert!(!entry.matches(&token(2, 0)));
    let other_signature = token_with(agent(1), session(1), 0, "another");
    assert!(!entry.matches(&other_signature));
    let wrong_session = Pending {
        session_id: session(2),
        ..entry
    };
    assert!(!wrong_session.matches(&token(1, 0)));
}

#[test]
fn the_key_is_visible_ascii_on_request_and_nowhere_else() {
    let key = RenewalKey::from_bytes([0xab; 16]);
    assert_eq!(key.expose(), "ab".repeat(16));
    let shown = format!("{key:?} {:#?}", pending(1));
    assert!(
        !shown.contains("abab") && !shown.contains(KEY_HEX),
        "{shown}"
    );
}

#[test]
fn removing_is_final_and_may_be_repeated() {
    let scene = Scene::new();
    let path = scene.token_path();
    write_pending(&path, &pending(1)).unwrap();
    remove_pending(&path).unwrap();
    remove_pending(&path).unwrap();
    assert!(read_pending(&path).unwrap().is_none());
    assert!(names_in(&scene.data_dir()).is_empty());
}

#[test]
fn s_04_the_rules_of_the_token_file_hold_for_the_entry() {
    let scene = Scene::new();
    let path = scene.token_path();
    write_pending(&path, &pending(1)).unwrap();
    let entry_path = pending_path(&path);
    let text = fs::read(&entry_path).unwrap();
    put_file(&entry_path, &text, 0o640);
    assert_eq!(read_pending(&path).unwrap_err().rule(), Rule::Mode);
    put_file(&entry_path, &[b' '; 1025], 0o600);
    assert_eq!(read_pending(&path).unwrap_err().rule(), Rule::Size);

    fs::remove_file(&entry_path).unwrap();
    let real = scene.root().join("real");
    put_file(&real, &text, 0o600);
    symlink(&real, &entry_path).unwrap();
    assert_eq!(read_pending(&path).unwrap_err().rule(), Rule::SymbolicLink);
    assert_eq!(
        write_pending(&path, &pending(2)).unwrap_err().rule(),
        Rule::SymbolicLink
    );
    remove_pending(&path).unwrap();
    assert_eq!(fs::read(&real).unwrap(), text);
}

#[test]
fn other_contents_are_refused_without_being_repeated() {
    let scene = Scene::new();
    let path = scene.token_path();
    write_pending(&path, &pending(1)).unwrap();
    let good = fs::read_to_string(pending_path(&path)).unwrap();
    let hash = token(1, 0).hash().to_hex();
    let cases = [
        String::new(),
        "{}".to_owned(),
        good[..good.len() - 1].to_owned(),
        good.replace(KEY_HEX, &KEY_HEX[..30]),
        good.replace(KEY_HEX, &format!("{KEY_HEX}07")),
        good.replace(KEY_HEX, &KEY_HEX.replace('7', "G")),
        good.replace(KEY_HEX, &KEY_HEX.replace('7', "A")),
        good.replace(&hash, &hash[..62]),
        good.replace(&session(1).to_string(), "not-an-id"),
    ];
    for text in cases {
        assert_ne!(text, good);
        put_file(&pending_path(&path), text.as_bytes(), 0o600);
        let error = read_pending(&path).unwrap_err();
        assert_eq!(error.rule(), Rule::PendingForm, "{text}");
        assert!(!format!("{error}{error:?}").contains("0707"), "{error}");
    }
}

#[test]
fn a_failure_at_any_step_keeps_the_former_entry_or_the_new_one() {
    for failing in WriteStep::ALL {
        let scene = Scene::new();
        let path = scene.token_path();
        write_pending(&path, &pending(1)).unwrap();
        let mut fail_there = |step: WriteStep| match step {
            step if step == failing => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            _ => Ok(()),
        };
        let error = write_pending_with(&path, &pending(2), &mut fail_there).unwrap_err();
        assert!(
            error.to_string().contains("make the file system writable"),
            "{error}"
        );
        let found = read_pending(&path).unwrap().unwrap();
        let expected = if failing == WriteStep::SyncDirectory {
            2
        } else {
            1
        };
        assert_eq!(found.session_id, session(expected), "{failing:?}");
        assert_eq!(
            names_in(&scene.data_dir()),
            ["mcp-token.pending"],
            "{failing:?}"
        );
    }
}
