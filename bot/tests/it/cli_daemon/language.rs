//! Korean for whoever asks for it, from the command line and from the daemon; and what the
//! commands do when nobody reads.

use std::process::Stdio;

use super::home::{EVM, Home, Transcript, skipped};
use crate::cli::Cli;

#[test]
fn everything_is_said_in_korean() {
    let home = Home::with(Cli::new().env("LANG", "ko_KR.UTF-8"));
    let _daemon = home.start(&[]);
    let mut transcript = Transcript::new(&home, "table");
    let flags = ["--chain", "evm", "--network", "base", "--address"];
    for arguments in [
        &["wallet", "list"][..],
        &[&["wallet", "add", "지갑"][..], &flags, &[EVM]].concat(),
        &[&["wallet", "add", "지갑"][..], &flags, &["0x0"]].concat(),
        &["agent", "add", "거래 봇", "--wallet", "지갑"],
        &["agent", "list"],
        &["agent", "show", "거래 밧"],
        &["agent", "defaults", "거래 봇", "--max-renewals", "101"],
        &["session", "create", "--agent", "거래 봇"],
        &["session", "list"],
        &["agent", "suspend", "거래 봇"],
        &["session", "create", "--agent", "거래 봇"],
        &["killswitch", "on"],
        &["status"],
        &["keys", "rotate"],
        &["pair", "--no-wait"],
        &["audit", "verify"],
        &["db", "confirm-restore"],
        &["config", "check"],
    ] {
        if arguments == ["status"] {
            home.wait_for_outbox();
        }
        transcript.run(arguments);
    }
    transcript.matches("korean");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (home, _daemon) = Home::with_trader();
    for _ in 0..3 {
        home.create_session(&[]);
    }
    for arguments in [
        &["session", "list"][..],
        &["audit", "list", "--output", "json"],
        &["status"],
        &["config", "show"],
        &["openapi"],
        &["completions", "zsh"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = home.cli.command(arguments);
        let output = command
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), said.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let (home, _daemon) = Home::running();
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        skipped("there is no /dev/full here");
        return;
    };
    let output = home.cli.command(&["status"]).stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("No space left"), "{said}");
}
