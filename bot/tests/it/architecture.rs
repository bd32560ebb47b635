//! Which of our crates may know which, and which files of the agent's side hold rules only.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Each crate and those of ours that it may depend on.
const EDGES: [(&str, &[&str]); 6] = [
    ("waiaas-protocol", &[]),
    ("waiaas-migration", &[]),
    ("waiaas-sandbox", &[]),
    ("waiaas-mcp", &["waiaas-protocol"]),
    (
        "waiaas-daemon-core",
        &["waiaas-protocol", "waiaas-migration"],
    ),
    (
        "waiaas",
        &[
            "waiaas-protocol",
            "waiaas-migration",
            "waiaas-sandbox",
            "waiaas-mcp",
            "waiaas-daemon-core",
        ],
    ),
];

/// Rules of the session keeper: no I/O, no waiting, no clock.
const PURE: [&str; 5] = [
    "candidate.rs",
    "memory.rs",
    "outlook.rs",
    "reaction.rs",
    "schedule.rs",
];
const IMPURE: [&str; 6] = ["tokio", "reqwest", "async", "await", "std::fs", "clock::"];

#[test]
fn no_crate_depends_on_more_of_ours_than_it_may() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert_eq!(packages.len(), EDGES.len(), "a crate that has no rule yet");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let (_, allowed) = EDGES.iter().find(|(known, _)| *known == name).expect(name);
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = dependency["name"].as_str().unwrap();
            let is_ours = EDGES.iter().any(|(known, _)| *known == on);
            assert!(!is_ours || allowed.contains(&on), "{name} depends on {on}");
        }
    }
}

#[test]
fn the_keepers_rules_neither_wait_nor_touch_the_world() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mcp/src/session_manager");
    for pure in PURE {
        let text = std::fs::read_to_string(folder.join(pure)).unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for impure in IMPURE {
                assert!(!line.contains(impure), "{pure}: {line}");
            }
        }
    }
}
