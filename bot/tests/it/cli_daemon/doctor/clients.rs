//! The programs that start our MCP server, by what their configuration says.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::home::Home;
use super::{Examined, Finding, examine, files};
use crate::cli::Cli;

/// Claude Code's file, which stands at the same place on every system.
fn file(home: &Home) -> PathBuf {
    home.cli.dir.path().join(".claude.json")
}

/// Lets Claude Code's file hold this entry.
fn write(home: &Home, entry: &Value) {
    let text = json!({ "mcpServers": { "waiaas": entry } }).to_string();
    fs::write(file(home), text).unwrap();
}

/// A machine whose data directory is healthy, without a daemon.
fn home() -> Home {
    Home::new()
}

/// The one thing that is wrong besides that no daemon runs.
fn fault(home: &Home, severity: &str) -> Finding {
    let examined = examine(home);
    let mut faults = examined.faults();
    faults.retain(|one| one.check != "daemon");
    assert_eq!(faults.len(), 1, "{:#?}", examined.findings);
    assert!(faults[0].is("clients", severity), "{faults:#?}");
    faults[0].clone()
}

fn of_clients(examined: &Examined) -> Vec<&Finding> {
    let is_client = |one: &&Finding| one.check == "clients";
    examined.findings.iter().filter(is_client).collect()
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_waiaas")
}

/// For this data directory, and whichever agent has a token file.
fn args(home: &Home) -> Value {
    json!(["mcp", "serve", "--data-dir", home.cli.data_dir()])
}

/// Lets the entry be one for this directory, with more arguments.
fn write_with(home: &Home, more: &[&str]) {
    let mut args = args(home);
    let words = args.as_array_mut().unwrap();
    words.extend(more.iter().map(|word| json!(word)));
    write(home, &json!({ "command": program(), "args": args }));
}

#[test]
fn what_setup_has_written_is_right() {
    let (home, _daemon) = Home::with_trader();
    for client in ["claude-desktop", "claude-code", "cursor", "vscode"] {
        home.ok(&["mcp", "setup", "--client", client, "--write"]);
    }
    let examined = examine(&home);
    assert!(examined.faults().is_empty(), "{:#?}", examined.findings);
    let said: Vec<&str> = of_clients(&examined)
        .iter()
        .filter(|one| one.severity == "ok")
        .map(|one| one.what.as_str())
        .collect();
    let line = |client: &str| format!("{client}: \"waiaas\" starts [program]");
    let expected = ["Claude Desktop", "Claude Code", "Cursor", "VS Code"].map(line);
    assert_eq!(said, expected);
}

#[test]
fn without_a_client_there_is_a_note() {
    let examined = examine(&home());
    let note = examined.note("clients", "no MCP client");
    assert_eq!(note.mend, "waiaas mcp setup");
    let home = home();
    write(
        &home,
        &json!({ "command": "claude", "args": ["mcp", "serve"] }),
    );
    examine(&home).note("clients", "no MCP client");
    let foreign = json!({ "command": "npx", "args": ["other", "serve"], "env": { "TOKEN": "x" } });
    write(&home, &foreign);
    examine(&home).note("clients", "no MCP client");
}

#[test]
fn a_program_that_cannot_be_started() {
    let home = home();
    let nowhere = home.cli.dir.path().join("nowhere/waiaas");
    write(&home, &json!({ "command": nowhere, "args": args(&home) }));
    let missing = fault(&home, "serious");
    assert!(
        missing
            .what
            .ends_with("starts [dir]/nowhere/waiaas, which does not exist"),
        "{missing:?}"
    );
    assert_eq!(
        missing.mend,
        "waiaas mcp setup --client claude-code --name waiaas --write"
    );
    fs::create_dir_all(&nowhere).unwrap();
    let folder = fault(&home, "serious");
    assert_eq!(folder.mend, missing.mend, "no mode makes it a program");
    fs::remove_dir(&nowhere).unwrap();
    fs::write(&nowhere, "#!/bin/sh\n").unwrap();
    files::allow(&nowhere, 0o644);
    let closed = fault(&home, "serious");
    assert_eq!(closed.mend, "chmod +x [dir]/nowhere/waiaas");
    files::allow(&nowhere, 0o755);
    assert_eq!(of_clients(&examine(&home))[0].severity, "ok");

    write(&home, &json!({ "command": "waiaas", "args": args(&home) }));
    let examined = examine(&home);
    examined.note("clients", "the client may not find");
}

#[test]
fn a_token_in_the_entry_is_serious_and_not_shown() {
    let home = home();
    let environment = json!({ "WAIAAS_SESSION_TOKEN": "wai_sess_e30.e30.e30" });
    let entry = json!({ "command": program(), "args": args(&home), "env": environment });
    write(&home, &entry);
    let finding = fault(&home, "serious");
    assert!(
        finding.what.contains("carries a session token"),
        "{finding:?}"
    );
    assert!(
        finding
            .mend
            .starts_with("take the token out of [dir]/.claude.json"),
        "{finding:?}"
    );
}

#[test]
fn another_data_directory_than_this_one() {
    let home = home();
    let other = home.cli.dir.path().join("other data");
    let args = json!(["mcp", "serve", format!("--data-dir={}", other.display())]);
    write(&home, &json!({ "command": program(), "args": args }));
    let gone = fault(&home, "warning");
    assert!(gone.what.ends_with("which does not exist"), "{gone:?}");
    let mend = r#"take the entry "waiaas" out of [dir]/.claude.json; "#;
    assert!(gone.mend.starts_with(mend), "{gone:?}");
    fs::create_dir(&other).unwrap();
    let examined = examine(&home);
    let note = examined.note("clients", "serves another data directory");
    assert_eq!(note.mend, "waiaas --data-dir '[dir]/other data' doctor");
    write(
        &home,
        &json!({ "command": "/nowhere/waiaas", "args": args }),
    );
    let dead = fault(&home, "warning");
    assert!(dead.what.contains("starts /nowhere/waiaas"), "{dead:?}");

    let entry = json!({ "command": program(), "args": ["mcp", "serve"] });
    write(&home, &entry);
    let finding = fault(&home, "warning");
    assert!(
        finding.what.contains("names no data directory"),
        "{finding:?}"
    );
    let default = Home::with(Cli::new().env("WAIAAS_DATA_DIR", ""));
    write(&default, &entry);
    assert_eq!(of_clients(&examine(&default))[0].severity, "ok");
}

#[test]
fn an_address_at_which_the_daemon_is_not() {
    let (home, daemon) = Home::with_trader();
    let write_url = |url: &str| write_with(&home, &["--base-url", url]);
    write_url(&format!("http://{}", daemon.addr));
    assert!(examine(&home).faults().is_empty());
    write_url("http://127.0.0.1:1");
    let finding = fault(&home, "warning");
    assert!(
        finding
            .what
            .contains("looks for the daemon at http://127.0.0.1:1,"),
        "{finding:?}"
    );
    write_url(&format!("http://[::1]:{}", daemon.addr.port()));
    fault(&home, "warning");
    for refused in ["http://10.0.0.5:3100", "nonsense", "http://a:b@127.0.0.1"] {
        write_url(refused);
        let finding = fault(&home, "serious");
        assert!(
            finding.what.contains("--base-url that the MCP server"),
            "{finding:?}"
        );
        assert!(!finding.what.contains("a:b"), "{finding:?}");
    }
}

#[test]
fn an_agent_that_cannot_be_served() {
    let (home, daemon) = Home::with_trader();
    write_with(&home, &["--agent", "day trader"]);
    let name = fault(&home, "serious");
    assert!(name.what.contains("takes only an agent's id"), "{name:?}");
    assert_eq!(
        name.mend,
        "waiaas mcp setup --agent 'day trader' --client claude-code --name waiaas --write"
    );
    write_with(&home, &["--agent=-x"]);
    let flag = fault(&home, "serious");
    assert!(flag.mend.contains(" --agent=-x "), "{flag:?}");

    write_with(&home, &["--agent", "01900000-0000-7000-8000-000000000000"]);
    let unknown = fault(&home, "serious");
    assert!(
        unknown.what.ends_with("which the daemon does not know"),
        "{unknown:?}"
    );
    assert!(unknown.mend.starts_with("take the entry"), "{unknown:?}");

    let id = home.json(&["agent", "show", "trader"])["id"].clone();
    write_with(&home, &["--agent", id.as_str().unwrap()]);
    let no_token = fault(&home, "warning");
    assert!(
        no_token.what.ends_with("which has no token file here"),
        "{no_token:?}"
    );
    home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
    assert!(examine(&home).faults().is_empty());
    home.ok(&["agent", "remove", "trader", "--yes"]);
    let examined = examine(&home);
    let removed = |one: &&Finding| one.what.ends_with("which has been removed");
    let removed = examined.findings.iter().find(removed);
    assert!(removed.unwrap().is("clients", "serious"), "{removed:?}");
    assert!(daemon.stop().status.success());
    assert_eq!(of_clients(&examine(&home))[0].severity, "ok");
}

#[test]
fn a_configuration_that_the_client_cannot_read() {
    let home = home();
    fs::write(file(&home), "{\n  \"mcpServers\": {\n").unwrap();
    let finding = fault(&home, "warning");
    assert!(
        finding
            .what
            .starts_with("Claude Code cannot read its configuration"),
        "{finding:?}"
    );
    assert!(finding.mend.starts_with("${EDITOR:-vi} +"), "{finding:?}");
    fs::write(file(&home), [0xFF, 0xFE]).unwrap();
    assert!(fault(&home, "warning").what.contains("is not UTF-8"));
    fs::remove_file(file(&home)).unwrap();
    std::os::unix::fs::symlink("/nowhere/else", file(&home)).unwrap();
    let link = fault(&home, "warning");
    assert_eq!(
        link.mend,
        "mend the link, or remove it: rm [dir]/.claude.json"
    );
}
