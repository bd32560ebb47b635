//! `waiaas mcp setup --write`: the client's own file, before and after.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::home::Home;
use super::mcp_serve::Client;
use crate::cli::Cli;

/// Where each client looks on this system, below the home directory.
const FILES: [(&str, &str); 4] = if cfg!(target_os = "macos") {
    [
        (
            "claude-desktop",
            "Library/Application Support/Claude/claude_desktop_config.json",
        ),
        ("claude-code", ".claude.json"),
        ("cursor", ".cursor/mcp.json"),
        ("vscode", "Library/Application Support/Code/User/mcp.json"),
    ]
} else {
    [
        (
            "claude-desktop",
            ".config/Claude/claude_desktop_config.json",
        ),
        ("claude-code", ".claude.json"),
        ("cursor", ".cursor/mcp.json"),
        ("vscode", ".config/Code/User/mcp.json"),
    ]
};

fn below_home(home: &Home, file: &str) -> PathBuf {
    home.cli.dir.path().join(file)
}

fn place(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The backups beside a file.
fn backups(path: &Path) -> Vec<PathBuf> {
    let prefix = format!(
        "{}.waiaas-backup-",
        path.file_name().unwrap().to_str().unwrap()
    );
    let entries = fs::read_dir(path.parent().unwrap()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(&prefix)
    };
    paths.filter(is_ours).collect()
}

fn write(home: &Home, client: &str) -> Value {
    home.json(&["mcp", "setup", "--client", client, "--write"])
}

#[test]
fn a_new_file_is_made_for_each_client() {
    let (home, _daemon) = Home::with_trader();
    for (client, file) in FILES {
        let file = below_home(&home, file);
        let body = write(&home, client);
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("wai_sess_"), "{text}");
        let written: Value = serde_json::from_str(&text).unwrap();
        let key = if client == "vscode" {
            "servers"
        } else {
            "mcpServers"
        };
        let entry = &written[key]["waiaas"];
        let expected = |field: &str| match &entry[field] {
            Value::String(text) => Value::String(home.cli.neutral(text.clone())),
            other => serde_json::from_str(&home.cli.neutral(other.to_string())).unwrap(),
        };
        for field in ["type", "command", "args"] {
            let said = body["config"].get(field).unwrap_or(&Value::Null);
            assert_eq!(&expected(field), said, "{client}");
        }
        assert_eq!(mode(&file), 0o600, "{client}");
        assert_eq!(body["written"], true, "{client}");
        assert_eq!(body["backup"], Value::Null, "{client}");
        assert_eq!(body["client"], client);
        let shown = home.cli.neutral(file.display().to_string());
        assert_eq!(body["configPath"], shown);
        assert_eq!(backups(&file), [""; 0].map(PathBuf::from), "{client}");

        let again = write(&home, client);
        assert_eq!(again["written"], false, "{client}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "{client}");
    }
}

/// A client of the desktop starts what stands in its file without a shell's environment.
#[test]
fn what_is_written_starts_the_server_without_any_environment() {
    let (home, daemon) = Home::with_trader();
    home.add_watcher();
    let url = format!("http://{}", daemon.addr);
    for (agent, name) in [("watcher", "second"), ("trader", "first")] {
        let flags = [
            "--agent", agent, "--client", "cursor", "--name", name, "--write",
        ];
        let setup = [&["mcp", "setup", "--base-url", &url][..], &flags].concat();
        let session = home.json(&setup)["session"]["id"].clone();
        let text = fs::read_to_string(below_home(&home, ".cursor/mcp.json")).unwrap();
        let written: Value = serde_json::from_str(&text).unwrap();
        let entry = &written["mcpServers"][name];
        let args = entry["args"].as_array().unwrap();
        let mut command = Command::new(entry["command"].as_str().unwrap());
        command
            .args(args.iter().map(|word| word.as_str().unwrap()))
            .env_clear()
            .current_dir("/");
        let mut client = Client::of(&mut command);
        let status = client.call("session_status")["structuredContent"].clone();
        assert_eq!(status["sessionId"], session, "{status}");
        assert_eq!(client.close().0, Some(0));
    }
}

#[test]
fn what_stands_there_stays_and_is_kept_beside() {
    let (home, _daemon) = Home::with_trader();
    let (_, file) = FILES[3];
    let file = below_home(&home, file);
    let before = "\u{feff}// mine\r\n{\r\n\t\"servers\": {\r\n\t\t\"files\": { \"command\": \"npx\" } // yes\r\n\t},\r\n\t\"inputs\": [],\r\n}\r\n";
    place(&file, before);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let body = write(&home, "vscode");
    let after = fs::read_to_string(&file).unwrap();
    let (head, tail) = before.split_at(before.find(" // yes").unwrap());
    assert!(after.starts_with(&format!("{head}, // yes\r\n\t\t\"waiaas\": {{\r\n")));
    assert!(after.ends_with(&tail[" // yes".len()..]), "{after}");
    assert_eq!(mode(&file), 0o640);
    let [backup] = &backups(&file)[..] else {
        panic!("{:?}", backups(&file));
    };
    assert_eq!(fs::read_to_string(backup).unwrap(), before);
    assert_eq!(mode(backup), 0o640);
    let shown = home.cli.neutral(backup.display().to_string());
    assert_eq!(body["backup"], shown);

    // Without a change there is no second one.
    write(&home, "vscode");
    assert_eq!(backups(&file).len(), 1);
}

#[test]
fn a_second_agent_gets_an_entry_of_its_own() {
    let (home, _daemon) = Home::with_trader();
    write(&home, "cursor");
    home.add_watcher();
    let file = below_home(&home, ".cursor/mcp.json");
    let before = fs::read_to_string(&file).unwrap();
    let sessions = home.count("SELECT count(*) FROM sessions");
    let setup = [
        "mcp", "setup", "--agent", "watcher", "--client", "cursor", "--write",
    ];
    let said = home.refused(&setup);
    assert!(said.contains("for another agent already"), "{said}");
    assert!(said.contains("--name NAME"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    assert_eq!(home.count("SELECT count(*) FROM sessions"), sessions);

    home.ok(&[&setup[..], &["--name", "waiaas-watcher"]].concat());
    let after: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let agent = |name: &str| after["mcpServers"][name]["args"][5].clone();
    assert_eq!(
        agent("waiaas"),
        home.json(&["agent", "show", "trader"])["id"]
    );
    let watcher = home.json(&["agent", "show", "watcher"]);
    assert_eq!(agent("waiaas-watcher"), watcher["id"]);
}

#[test]
fn an_address_that_stands_there_stays_while_it_leads_to_the_daemon() {
    let (home, daemon) = Home::with_trader();
    let file = below_home(&home, ".cursor/mcp.json");
    let stands = || {
        let text = fs::read_to_string(&file).unwrap();
        let written: Value = serde_json::from_str(&text).unwrap();
        let args = written["mcpServers"]["waiaas"]["args"].as_array().unwrap();
        let at = args.iter().position(|word| word == "--base-url").unwrap();
        let url = args[at + 1].as_str().unwrap().to_owned();
        (url, args[at + 2..].to_vec())
    };
    let setup = ["mcp", "setup", "--client", "cursor", "--write"];
    let actual = format!("http://{}", daemon.addr);
    let same = format!("http://localhost:{}", daemon.addr.port());
    for (given, kept) in [
        ("https://waiaas.example.com", "https://waiaas.example.com"),
        (same.as_str(), same.as_str()),
        ("http://127.0.0.1:1", actual.as_str()),
    ] {
        home.ok(&[&setup[..], &["--base-url", given]].concat());
        assert_eq!(stands().0, given);
        home.ok(&setup);
        assert_eq!(stands().0, kept, "{given}");
    }
    // So does what a person has added.
    let text = fs::read_to_string(&file).unwrap();
    let quoted = format!("\"{actual}\"");
    fs::write(
        &file,
        text.replace(&quoted, &format!("{quoted}, \"--output\", \"json\"")),
    )
    .unwrap();
    home.ok(&[&setup[..], &["--base-url", &same]].concat());
    assert_eq!(stands(), (same, vec!["--output".into(), "json".into()]));
}

#[test]
fn the_entry_of_a_removed_agent_makes_room_and_that_of_another_directory_does_not() {
    let (home, _daemon) = Home::with_trader();
    home.add_watcher();
    let file = below_home(&home, ".cursor/mcp.json");
    let setup = ["mcp", "setup", "--client", "cursor", "--write"];
    let watcher = [&setup[..], &["--agent", "watcher"]].concat();
    home.ok(&watcher);
    let trader = [&setup[..], &["--agent", "trader"]].concat();
    let said = home.refused(&trader);
    assert!(
        said.contains("for another agent already: watcher"),
        "{said}"
    );

    home.ok(&["agent", "remove", "watcher", "--yes"]);
    home.ok(&trader);
    let id = home.json(&["agent", "show", "trader"])["id"].clone();
    let stands = fs::read_to_string(&file).unwrap();
    assert!(stands.contains(id.as_str().unwrap()), "{stands}");

    // Of an agent that this daemon does not know: only in this directory is it nobody's.
    let unknown = stands.replace(id.as_str().unwrap(), "01900000-0000-7000-8000-000000000000");
    let data = home.cli.data_dir().display().to_string();
    let elsewhere = unknown.replace(&data, "/nowhere/data");
    fs::write(&file, &elsewhere).unwrap();
    let said = home.refused(&trader);
    assert!(said.contains("for this data directory"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), elsewhere);
    fs::write(&file, &unknown).unwrap();
    home.ok(&trader);
    assert_eq!(fs::read_to_string(&file).unwrap(), stands);
}

#[test]
fn comments_are_kept_and_told_of_where_the_client_may_not_take_them() {
    let (home, _daemon) = Home::with_trader();
    for (client, file) in FILES {
        let file = below_home(&home, file);
        let clean = write(&home, client);
        assert_eq!(clean["warnings"], serde_json::json!([]), "{client}");
        for text in ["// mine\n{}\n", "{ \"a\": [1,], }\n"] {
            place(&file, text);
            let warnings = write(&home, client)["warnings"].to_string();
            let told = warnings.contains("comments or trailing commas");
            assert_eq!(told, client.starts_with("claude"), "{client}: {warnings}");
        }
        let again = write(&home, client);
        let told = again["warnings"] != serde_json::json!([]);
        assert_eq!(told, client.starts_with("claude"), "{client}, unchanged");
    }
}

#[test]
fn a_linked_file_stays_a_link() {
    let (home, _daemon) = Home::with_trader();
    let target = below_home(&home, "dotfiles/claude.json");
    place(&target, "{}\n");
    let link = below_home(&home, ".claude.json");
    symlink(&target, &link).unwrap();
    let body = write(&home, "claude-code");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let shown = home.cli.neutral(target.display().to_string());
    assert_eq!(body["configPath"], shown);
    assert!(fs::read_to_string(&target).unwrap().contains("\"waiaas\""));
    assert_eq!((backups(&link).len(), backups(&target).len()), (0, 1));
}

#[test]
fn the_environment_says_where_files_are() {
    let cli = Cli::new();
    let elsewhere = cli.dir.path().join("elsewhere");
    let elsewhere = elsewhere.to_str().unwrap();
    let cli = cli
        .env("XDG_CONFIG_HOME", elsewhere)
        .env("CLAUDE_CONFIG_DIR", elsewhere);
    let home = Home::with(cli);
    let _daemon = home.start(&[]);
    home.add_wallet("hot", super::home::EVM);
    home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
    write(&home, "claude-code");
    assert!(Path::new(elsewhere).join(".claude.json").exists());
    if cfg!(target_os = "linux") {
        write(&home, "vscode");
        assert!(Path::new(elsewhere).join("Code/User/mcp.json").exists());
    }
}
