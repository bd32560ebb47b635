//! What asks before it acts: a person on a terminal, and nobody else (PROTOCOL.md section 9).

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::home::{Home, skipped};
use crate::cli::bounded_output;

/// Every command that cannot be undone.
const FINAL: [&[&str]; 8] = [
    &["session", "revoke"],
    &["killswitch", "on"],
    &["killswitch", "on", "--revoke-all"],
    &["keys", "rotate", "--revoke-all"],
    &["db", "confirm-restore"],
    &["agent", "remove", "trader"],
    &["wallet", "remove", "hot"],
    &["pair", "remove", "42"],
];

#[test]
fn nothing_is_asked_where_nobody_can_answer() {
    let (home, _daemon) = Home::with_trader();
    let (id, _) = home.create_session(&[]);
    for command in FINAL {
        let mut arguments = command.to_vec();
        if command == ["session", "revoke"] {
            arguments.push(&id);
        }
        // A pipe that stays open and says nothing: whoever reads it hangs.
        let (reader, _writer) = std::io::pipe().unwrap();
        let output = bounded_output(home.cli.command(&arguments).stdin(reader));
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = if command[0] == "pair" { 1 } else { 0 };
        assert_eq!(
            output.status.code(),
            Some(expected),
            "{arguments:?}\n{said}"
        );
        assert!(!said.contains("[y/N]"), "{said}");
    }
}

/// Runs a command on a terminal of its own and types an answer.
#[cfg(target_os = "linux")]
pub(super) fn on_a_terminal(
    home: &Home,
    arguments: &str,
    answer: &str,
) -> Option<(Option<i32>, String)> {
    let plain = home.cli.command(&[]);
    let line = format!("{} {arguments}", plain.get_program().to_str()?);
    let mut script = Command::new("/usr/bin/script");
    script
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .env_clear();
    script.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    script
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        skipped("there is no program that makes a terminal here");
        return None;
    };
    child.stdin.take()?.write_all(answer.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    Some((output.status.code(), String::from_utf8(output.stdout).ok()?))
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_on_a_terminal_is_asked_and_no_is_the_default() {
    let (home, _daemon) = Home::with_trader();
    let status = || home.json(&["agent", "show", "trader"])["status"].clone();
    for answer in ["\n", "n\n", "perhaps\n"] {
        let Some((code, said)) = on_a_terminal(&home, "agent remove trader", answer) else {
            return;
        };
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains("Remove agent trader?") && said.contains("[y/N]"),
            "{said}"
        );
        assert!(said.contains("Nothing was changed."), "{said}");
        assert_eq!(status(), "ACTIVE", "{answer:?}");
    }
    let (code, said) = on_a_terminal(&home, "agent list", "").unwrap();
    assert!(
        code == Some(0) && said.contains("\x1b[1mNAME"),
        "colours on a terminal: {said:?}"
    );
    let (_, said) = on_a_terminal(&home, "agent remove trader", "y\n").unwrap();
    assert!(said.contains("is removed"), "{said}");
    assert_eq!(status(), "TERMINATED");
    let (_, said) = on_a_terminal(&home, "wallet remove hot --yes", "").unwrap();
    assert!(
        !said.contains("[y/N]") && said.contains("is removed"),
        "{said}"
    );
}
