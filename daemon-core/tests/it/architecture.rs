//! The dependency rules of the sources: what a kind of file may not import, so that rules stay
//! pure, SQL stays in repositories and HTTP stays at the door.

use std::path::{Path, PathBuf};

/// Files that hold rules and values only.
const PURE: [&str; 28] = [
    "actor.rs",
    "clock.rs",
    "entropy.rs",
    "issue.rs",
    "name.rs",
    "agent/mod.rs",
    "audit/mod.rs",
    "claim/mod.rs",
    "console/preferences/mod.rs",
    "console/roles.rs",
    "console/summary/mod.rs",
    "lease/mod.rs",
    "notify/delivery.rs",
    "notify/event.rs",
    "notify/health.rs",
    "notify/lane.rs",
    "notify/routing.rs",
    "notify/trouble.rs",
    "notify/wording.rs",
    "session/constraints.rs",
    "session/mod.rs",
    "session/renewal.rs",
    "system/mod.rs",
    "token/claims.rs",
    "token/keyring.rs",
    "token/mod.rs",
    "wallet/address.rs",
    "wallet/mod.rs",
];
const FRAMEWORKS: [&str; 6] = ["sea_orm", "axum", "teloxide", "tokio", "hyper", "tower"];

fn source_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file as path below `src` and text, without what only tests use.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![source_dir()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(source_dir())
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
                found.push((name, text));
            }
        }
    }
    assert!(found.len() > 50);
    found
}

/// The lines of code that name something, comments left out.
fn naming<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let word = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|part| part == name)
    };
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//") && word(line))
        .collect()
}

#[test]
fn pure_files_import_no_framework_and_never_wait() {
    let sources = sources();
    for pure in PURE {
        let (_, text) = sources.iter().find(|(name, _)| name == pure).expect(pure);
        for framework in FRAMEWORKS {
            assert_eq!(naming(text, framework), Vec::<&str>::new(), "{pure}");
        }
        for waiting in ["async", "await"] {
            assert_eq!(naming(text, waiting), Vec::<&str>::new(), "{pure}");
        }
    }
}

#[test]
fn http_is_spoken_at_the_door_only() {
    for (name, text) in sources() {
        if name.starts_with("http/") {
            assert_eq!(naming(&text, "sea_orm"), Vec::<&str>::new(), "{name}");
            assert_eq!(naming(&text, "entity"), Vec::<&str>::new(), "{name}");
        } else {
            for framework in ["axum", "hyper", "tower_http", "StatusCode"] {
                assert_eq!(naming(&text, framework), Vec::<&str>::new(), "{name}");
            }
        }
    }
}

#[test]
fn repositories_hold_no_rules_and_raise_no_alarms() {
    for (name, text) in sources() {
        if name.ends_with("repo.rs") {
            for higher in ["service", "outbox", "http", "Core"] {
                assert_eq!(naming(&text, higher), Vec::<&str>::new(), "{name}");
            }
        }
    }
}

#[test]
fn plain_tokens_are_exposed_in_few_places() {
    const ALLOWED: [&str; 4] = ["token/secret.rs", "token/keyring.rs", "setup.rs", "config"];
    for (name, text) in sources() {
        if !ALLOWED.iter().any(|allowed| name.starts_with(allowed)) {
            assert_eq!(naming(&text, "expose"), Vec::<&str>::new(), "{name}");
        }
    }
}

#[test]
fn one_function_opens_write_transactions() {
    for (name, text) in sources() {
        if name != "db/mod.rs" {
            for opener in ["begin_with_options", "TransactionTrait"] {
                assert_eq!(naming(&text, opener), Vec::<&str>::new(), "{name}");
            }
            assert!(!text.contains(".begin()"), "{name}");
        }
    }
}

#[test]
fn every_module_says_what_lives_in_it() {
    for (name, text) in sources() {
        assert!(text.starts_with("//! "), "{name}");
    }
}
