//! `waiaas wallet`.

use super::home::{EVM, EVM_OTHER, Home, SOLANA, Transcript};

fn add<'a>(name: &'a str, chain: &'a str, network: &'a str, address: &'a str) -> [&'a str; 9] {
    [
        "wallet",
        "add",
        name,
        "--chain",
        chain,
        "--network",
        network,
        "--address",
        address,
    ]
}

#[test]
fn a_wallet_s_life() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::running();
        let mut transcript = Transcript::new(&home, form);
        for arguments in [
            &["wallet", "list"][..],
            &add("hot", "evm", "base", EVM),
            &add("cold", "solana", "mainnet-beta", SOLANA),
            &add("hot", "evm", "base", EVM_OTHER),
            &["wallet", "list"],
            &["wallet", "show", "hot"],
            &["wallet", "show", "hott"],
            &["wallet", "show", "nothing alike"],
            &["wallet", "remove", "cold"],
            &["wallet", "remove", "cold"],
            &["wallet", "remove", "colt"],
            &["wallet", "list"],
            &["wallet", "list", "--all"],
            &add("cold", "evm", "base", EVM),
        ] {
            transcript.run(arguments);
        }
        transcript.matches("wallet");
    }
}

#[test]
fn what_is_no_wallet_is_refused_with_every_reason() {
    let (home, _daemon) = Home::running();
    let long = "n".repeat(10_000);
    let mut transcript = Transcript::new(&home, "table");
    for (name, chain, network, address) in [
        ("", "evm", "base", EVM),
        (" padded", "evm", "base", EVM),
        ("turned\u{202e}round", "evm", "base", EVM),
        ("two\nlines", "evm", "base", EVM),
        (&long, "evm", "base", EVM),
        ("w", "bitcoin", "base", EVM),
        ("w", "evm", "Base Mainnet", EVM),
        ("w", "evm", "", EVM),
        ("w", "evm", "base", ""),
        (
            "w",
            "evm",
            "base",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
        ),
        ("w", "evm", "base", SOLANA),
        ("w", "solana", "devnet", EVM),
        ("w", "solana", "devnet", "O0Il"),
        ("w", "evm", "base", &long),
        ("\u{7}", "x", "X", "y"),
    ] {
        let ran = transcript.run(&add(name, chain, network, address));
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(1), ""),
            "{name:?} {address:?}"
        );
        let safe = |c: char| c == '\n' || !c.is_control();
        assert!(ran.stderr.chars().all(safe), "{:?}", ran.stderr);
    }
    transcript.matches("wallet_refused");
    assert_eq!(
        home.json(&["wallet", "list", "--all"])["wallets"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let (home, _daemon) = Home::running();
    let names = [
        "<b>&\"'</b>",
        "a/b?c=d#e%2f",
        "..",
        "-dash",
        "거래 봇 👩‍👩‍👧",
        "'; DROP TABLE wallets; --",
    ];
    for name in names {
        let flags = ["--chain", "evm", "--network", "base", "--address", EVM];
        let added = home.json(&[&["wallet", "add"][..], &flags, &["--", name]].concat());
        assert_eq!(added["name"], name);
        let id = added["id"].as_str().unwrap();
        assert_eq!(home.json(&["wallet", "show", id])["name"], name);
        if name == ".." {
            let refused = home.refused(&["wallet", "show", name]);
            assert!(refused.contains("Use the id instead"), "{refused}");
        } else {
            let shown = home.json(&["wallet", "show", "--", name]);
            assert_eq!(shown["id"], id);
        }
    }
    let listed = home.ok(&["wallet", "list"]);
    assert!(names.iter().all(|name| listed.contains(name)), "{listed}");
}
