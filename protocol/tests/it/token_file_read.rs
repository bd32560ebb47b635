use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, Mode, mkfifoat};
use waiaas_protocol::token::{SessionToken, TOKEN_BYTES_MAX};
use waiaas_protocol::token_file::{Rule, TokenFileError, read};

use crate::scene::{Scene, give_away, make_dir, token};

fn refusal(path: &Path) -> TokenFileError {
    read(path).expect_err("must be refused")
}

/// Checks the rule, and that the message names the path, and that it holds no token.
fn assert_refused(path: &Path, rule: Rule, mend: &str) {
    let error = refusal(path);
    let message = error.to_string();
    assert_eq!(error.rule(), rule, "{message}");
    assert!(message.contains(mend), "{message}");
    assert!(message.contains(&format!("{path:?}")), "{message}");
    assert!(!format!("{message}{error:?}").contains("eyJ"), "{message}");
}

fn read_back(path: &Path) -> Option<SessionToken> {
    read(path).unwrap()
}

#[test]
fn an_absent_file_is_no_error() {
    let scene = Scene::new();
    assert!(read_back(&scene.token_path()).is_none());
    make_dir(&scene.data_dir(), 0o700);
    assert!(read_back(&scene.token_path()).is_none());
}

#[test]
fn a_private_token_is_read_and_white_space_trimmed() {
    let scene = Scene::new();
    let token = token(1, 0);
    for mode in [0o600, 0o400] {
        let text = format!(" \t{}\r\n\n", token.expose());
        let path = scene.put_token_file(text.as_bytes(), mode);
        assert_eq!(read_back(&path).unwrap().expose(), token.expose());
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn s_01_a_file_with_mode_0644_is_refused_with_the_mend() {
    let scene = Scene::new();
    let path = scene.put_token_file(token(1, 0).expose().as_bytes(), 0o644);
    let error = refusal(&path);
    assert!(matches!(
        error,
        TokenFileError::OpenToOthers { mode: 0o644, .. }
    ));
    assert_refused(&path, Rule::Mode, &format!("chmod 600 {path:?}"));
    assert!(error.to_string().contains("0644"), "{error}");
}

#[test]
fn s_01_every_bit_for_others_is_refused() {
    let scene = Scene::new();
    for bit in 0..6 {
        let path = scene.put_token_file(token(1, 0).expose().as_bytes(), 0o600 | (1 << bit));
        assert_refused(&path, Rule::Mode, "chmod 600");
    }
}

#[test]
fn s_02_what_is_not_a_jwt_is_refused() {
    let scene = Scene::new();
    let token = token(1, 0);
    let without_prefix = token.expose().strip_prefix("wai_sess_").unwrap();
    let two_tokens = format!("{0}\n{0}", token.expose());
    let json = format!(r#"{{"token":"{}"}}"#, token.expose());
    for text in [
        "",
        "\n",
        "hello",
        "wai_sess_",
        without_prefix,
        &two_tokens,
        &json,
    ] {
        let path = scene.put_token_file(text.as_bytes(), 0o600);
        assert_refused(&path, Rule::TokenForm, "issue the session anew");
    }
    let path = scene.put_token_file(b"wai_sess_\xff\xfe.e30.e30", 0o600);
    assert_refused(&path, Rule::TokenForm, "UTF-8");
}

#[test]
fn s_02_a_cut_jwt_is_refused_wherever_the_cut_reaches_the_payload() {
    let scene = Scene::new();
    let token = token(1, 0);
    let end_of_payload = token.expose().rfind('.').unwrap();
    for length in 0..=end_of_payload + 1 {
        let path = scene.put_token_file(&token.expose().as_bytes()[..length], 0o600);
        assert_refused(&path, Rule::TokenForm, "issue the session anew");
    }
}

#[test]
fn s_04_a_symbolic_link_is_refused_on_read() {
    let scene = Scene::new();
    let real = scene.put_token_file(token(1, 0).expose().as_bytes(), 0o600);
    let link = scene.data_dir().join("link");
    symlink(&real, &link).unwrap();
    assert_refused(&link, Rule::SymbolicLink, "remove it");
    let dangling = scene.data_dir().join("dangling");
    symlink(scene.data_dir().join("nowhere"), &dangling).unwrap();
    assert_refused(&dangling, Rule::SymbolicLink, "remove it");
}

#[test]
fn a_file_that_is_not_regular_is_refused_without_waiting() {
    let scene = Scene::new();
    make_dir(&scene.data_dir(), 0o700);
    let [fifo, socket, dir] = ["fifo", "socket", "dir"].map(|name| scene.data_dir().join(name));
    mkfifoat(CWD, &fifo, Mode::RUSR | Mode::WUSR).unwrap();
    let _listener = UnixListener::bind(&socket).unwrap();
    make_dir(&dir, 0o700);
    for path in [&fifo, &socket, &dir, Path::new("/dev/null")] {
        assert_refused(path, Rule::RegularFile, "not a regular file");
    }
}

#[test]
fn another_users_file_is_refused() {
    let scene = Scene::new();
    let ours = scene.put_token_file(token(1, 0).expose().as_bytes(), 0o600);
    let foreign = give_away(&ours, "/etc/passwd");
    assert_refused(&foreign, Rule::Owner, "run it as the owner");
}

#[test]
fn more_than_4_kib_is_refused_and_4_kib_are_read() {
    let scene = Scene::new();
    let token = token(1, 0);
    let padded = |length: usize| format!("{:length$}", token.expose());
    let path = scene.put_token_file(padded(TOKEN_BYTES_MAX).as_bytes(), 0o600);
    assert_eq!(read_back(&path).unwrap().hash(), token.hash());
    let path = scene.put_token_file(padded(TOKEN_BYTES_MAX + 1).as_bytes(), 0o600);
    assert_refused(&path, Rule::Size, "4096 bytes");
}

#[test]
fn what_the_system_refuses_is_passed_on_with_the_path() {
    let scene = Scene::new();
    let file = scene.put_token_file(b"", 0o600);
    assert_refused(&file.join("below"), Rule::System, "cannot open");
}

#[test]
fn a_hostile_path_cannot_write_to_the_terminal() {
    let scene = Scene::new();
    let path = scene.root().join("a\u{1b}[31m\n\u{202e}b");
    fs::write(&path, "no token").unwrap();
    let message = refusal(&path).to_string();
    assert!(
        !message.contains(['\u{1b}', '\n', '\u{202e}']),
        "{message:?}"
    );
}
