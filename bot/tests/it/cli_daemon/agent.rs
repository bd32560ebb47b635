//! `waiaas agent`, its wallets and its limits.

use super::home::{EVM, EVM_OTHER, EVM_THIRD, Home, Transcript};

#[test]
fn an_agent_s_life() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::running();
        home.add_wallet("hot", EVM);
        let mut transcript = Transcript::new(&home, form);
        for arguments in [
            &["agent", "list"][..],
            &["agent", "add", "trader", "--wallet", "hot"],
            &["agent", "add", "<i>watcher</i>"],
            &["agent", "add", "trader"],
            &["agent", "add", "other", "--wallet", "hat"],
            &[
                "agent", "add", "other", "--wallet", "hot", "--wallet", "hot",
            ],
            &["agent", "list"],
            &["agent", "show", "trader"],
            &["agent", "show", "tradr"],
            &["agent", "show", "nothing alike"],
            &["agent", "suspend", "trader"],
            &["agent", "suspend", "trader"],
            &["agent", "resume", "trader"],
            &["agent", "resume", "trader"],
            &["agent", "remove", "trader"],
            &["agent", "remove", "trader"],
            &["agent", "suspend", "trader"],
            &["agent", "resume", "trader"],
            &["agent", "wallet", "add", "trader", "hot"],
            &["agent", "defaults", "trader", "--max-renewals", "3"],
            &["agent", "list"],
            &["agent", "list", "--all"],
            &["agent", "add", "trader"],
            &["agent", "suspend", "tradre"],
        ] {
            transcript.run(arguments);
        }
        transcript.matches("agent");
    }
}

#[test]
fn an_agent_s_wallets() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::with_trader();
        home.add_wallet("spare", EVM_OTHER);
        home.add_wallet("gone", EVM_OTHER);
        home.ok(&["wallet", "remove", "gone"]);
        home.add_wallet("third", EVM_THIRD);
        let mut transcript = Transcript::new(&home, form);
        for arguments in [
            &["agent", "wallet", "add", "trader", "hot"][..],
            &["agent", "wallet", "add", "trader", "gone"],
            &["agent", "wallet", "add", "trader", "spar"],
            &["agent", "wallet", "add", "trade", "spare"],
            &["agent", "wallet", "remove", "trader", "spare"],
            &["agent", "wallet", "default", "trader", "spare"],
            &["agent", "wallet", "add", "trader", "spare"],
            &["agent", "wallet", "remove", "trader", "hot"],
            &["agent", "wallet", "default", "trader", "spare"],
            &["agent", "wallet", "remove", "trader", "hot"],
            &["agent", "wallet", "add", "trader", "third", "--default"],
            &["wallet", "remove", "third"],
            &["agent", "show", "trader"],
            &["agent", "wallet", "remove", "trader", "spare"],
            &["session", "create", "--agent", "trader"],
        ] {
            transcript.run(arguments);
        }
        transcript.matches("agent_wallet");
    }
}

#[test]
fn an_agent_s_limits() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::with_trader();
        let mut transcript = Transcript::new(&home, form);
        let amounts = ["--max-amount-per-tx", "100", "--max-total-amount", "1000"];
        let sets = [
            "--allowed-op",
            "swap",
            "--allowed-op",
            "sign",
            "--allowed-destination",
            EVM,
        ];
        for arguments in [
            vec![
                "--expires-in",
                "1h",
                "--max-renewals",
                "3",
                "--renewal-reject-window",
                "10m",
            ],
            vec![],
            [&amounts[..], &sets, &["--max-transactions", "7"]].concat(),
            vec!["--expires-in", "299", "--max-renewals", "101"],
            vec!["--clear", "--max-renewals", "0"],
        ] {
            transcript.run(&[&["agent", "defaults", "trader"], &arguments[..]].concat());
        }
        transcript.run(&["session", "create", "--agent", "trader"]);
        transcript.run(&["agent", "defaults", "trader", "--clear"]);
        transcript.run(&["agent", "defaults", "trader"]);
        transcript.run(&["agent", "defaults", "nobody"]);
        transcript.matches("agent_defaults");
    }
}

#[test]
fn hostile_agent_names_are_refused_or_kept_as_text() {
    let (home, _daemon) = Home::running();
    let long = "한".repeat(10_000 / 3);
    for (name, why) in [
        ("", "name: must not be empty"),
        ("   ", "name: must not be empty"),
        (&long, "name: must have at most 64 characters"),
        (
            "a\u{202e}b",
            "name: must not contain control or text-direction characters (found U+202E)",
        ),
        ("a\u{200f}b", "found U+200F"),
        ("a\x1b[2Jb", "found U+001B"),
    ] {
        let said = home.refused(&["agent", "add", "--", name]);
        assert!(
            said.contains("REQUEST_INVALID") && said.contains(why),
            "{said}"
        );
        let shown = home.cli.run(&["agent", "show", "--", name]);
        let expected = if name.is_empty() { 2 } else { 1 };
        assert_eq!(shown.code, Some(expected), "{}", shown.stderr);
    }
    let name = "<a href=\"x\">&amp;</a> \\u{202e}";
    assert_eq!(home.json(&["agent", "add", name])["name"], name);
    assert_eq!(home.json(&["agent", "show", name])["name"], name);
    assert_eq!(
        home.json(&["agent", "list"])["agents"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
