//! What `waiaas mcp setup` refuses: with which words, with which exit code, and with nothing
//! left half-done.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;

use super::home::{Home, Transcript};
use crate::cli::Cli;

fn sessions(home: &Home) -> i64 {
    home.count("SELECT count(*) FROM sessions")
}

#[test]
fn each_refusal_says_what_to_do() {
    for (cli, name) in [
        (Cli::new(), "mcp_setup_refused"),
        (
            Cli::new().env("LANG", "ko_KR.UTF-8"),
            "mcp_setup_refused_korean",
        ),
    ] {
        let home = Home::with(cli);
        let _daemon = home.start(&[]);
        let mut transcript = Transcript::new(&home, "table");
        let mut refused = |arguments: &[&str], code: i32| {
            let ran = transcript.run(&[&["mcp", "setup"], arguments].concat());
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (Some(code), ""),
                "{arguments:?}"
            );
            assert_eq!(sessions(&home), 0, "{arguments:?}");
        };
        refused(&[], 1);
        home.add_wallet("hot", super::home::EVM);
        home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
        home.ok(&["agent", "suspend", "trader"]);
        refused(&[], 1);
        refused(&["--agent", "trader"], 1);
        home.ok(&["agent", "resume", "trader"]);
        refused(&["--agent", "tradr"], 1);
        refused(&["--wallet", "cold"], 1);
        refused(&["--max-renewals", "101"], 1);
        refused(&["--client", "json", "--write"], 2);
        home.add_watcher();
        refused(&[], 2);
        home.ok(&["killswitch", "on"]);
        refused(&["--agent", "trader"], 1);
        transcript.matches(name);
    }
}

#[test]
fn a_configuration_that_cannot_take_the_entry_is_left_alone_and_no_session_is_made() {
    for (cli, name) in [
        (Cli::new(), "mcp_setup_config_refused"),
        (
            Cli::new().env("LANG", "ko_KR.UTF-8"),
            "mcp_setup_config_refused_korean",
        ),
    ] {
        let home = Home::with(cli);
        let _daemon = home.start(&[]);
        home.add_wallet("hot", super::home::EVM);
        home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
        let file = home.cli.dir.path().join(".cursor/mcp.json");
        fs::create_dir(file.parent().unwrap()).unwrap();
        let mut transcript = Transcript::new(&home, "table");
        let mut refused = || {
            let setup = ["mcp", "setup", "--client", "cursor", "--write"];
            let ran = transcript.run(&setup);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
            assert_eq!(sessions(&home), 0);
            assert!(!home.file("mcp-token").exists());
        };
        let texts: [&[u8]; 8] = [
            b"{\n  \"mcpServers\": {\n    \"a\": tru\n  }\n}\n",
            b"[]\n",
            b"{ \"mcpServers\": [] }\n",
            b"{ \"mcpServers\": { \"waiaas\": { \"url\": \"https://example.org\" } } }\n",
            b"{ \"mcpServers\": { \"waiaas\": { \"command\": \"claude\", \"args\": [\"mcp\", \"serve\"] } } }\n",
            b"{ \"mcpServers\": { \"waiaas\": { \"command\": \"waiaas\", \"args\": [\"mcp\", \"serve\", \"--agent\", \"other\"] } } }\n",
            b"\xff\xfe{\0}\0",
            b"{} // \xed\xa0\x80",
        ];
        for text in texts {
            fs::write(&file, text).unwrap();
            refused();
            assert_eq!(fs::read(&file).unwrap(), text);
        }
        fs::remove_file(&file).unwrap();
        symlink("nowhere.json", &file).unwrap();
        refused();
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        refused();
        let names = fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "nothing is left beside it");
        transcript.matches(name);
    }
}

/// The lock of the token file cannot be taken: the session is there already and must go again.
#[test]
fn a_token_file_that_cannot_be_written_ends_the_new_session() {
    let (home, _daemon) = Home::with_trader();
    fs::create_dir(home.file("mcp-token.lock")).unwrap();
    let said = home.refused(&["mcp", "setup", "--client", "cursor", "--write"]);
    assert!(said.contains("TOKEN_FILE_UNWRITABLE"), "{said}");
    assert!(said.contains("is not a regular file"), "{said}");
    let listed = home.json(&["session", "list", "--state", "all"]);
    assert_eq!(listed["sessions"][0]["state"], "REVOKED");
    assert_eq!(listed["sessions"][0]["revokeReason"], "handover_failed");
    assert!(!home.file("mcp-token").exists());
    assert!(!home.cli.dir.path().join(".cursor").exists());

    fs::remove_dir(home.file("mcp-token.lock")).unwrap();
    home.ok(&["mcp", "setup"]);
    fs::set_permissions(home.file("mcp-token"), fs::Permissions::from_mode(0o644)).unwrap();
    let said = home.refused(&["mcp", "setup"]);
    assert!(said.contains("chmod 600"), "{said}");
    assert_eq!(sessions(&home), 2, "none was made for it");
}

/// The directory takes no file, also where only a link leads there.
#[cfg(target_os = "linux")]
#[test]
fn a_configuration_that_cannot_be_written_is_found_before_there_is_a_session() {
    use super::disk::Tmpfs;

    let (home, _daemon) = Home::with_trader();
    let folder = home.cli.dir.path().join("read-only");
    let disk = Tmpfs::mount(&folder, "size=1m,mode=0700");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("mcp.json");
    fs::write(&file, "{}\n").unwrap();
    match &disk {
        Some(disk) => disk.remount("ro"),
        None => fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap(),
    }
    let cursor = home.cli.dir.path().join(".cursor");
    fs::create_dir(&cursor).unwrap();
    let setup = ["mcp", "setup", "--client", "cursor", "--write"];
    let refused = || {
        let said = home.refused(&setup);
        assert!(said.contains("could not be changed"), "{said}");
        assert!(said.contains("No session was made"), "{said}");
        assert_eq!(sessions(&home), 0);
        assert!(!home.file("mcp-token").exists());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    };
    symlink(&file, cursor.join("mcp.json")).unwrap();
    refused();
    fs::remove_file(cursor.join("mcp.json")).unwrap();
    fs::remove_dir(&cursor).unwrap();
    symlink(&folder, &cursor).unwrap();
    refused();
    fs::remove_file(&cursor).unwrap();
    symlink(folder.join("missing"), &cursor).unwrap();
    refused();
    if disk.is_none() {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// There is room for the new file, but not for the copy of the old one beside it: that shows
/// only when the session is there.
#[cfg(target_os = "linux")]
#[test]
fn a_configuration_that_cannot_be_kept_beside_leaves_a_session_that_is_told_of() {
    use super::disk::Tmpfs;

    let (home, daemon) = Home::with_trader();
    let folder = home.cli.dir.path().join(".cursor");
    let Some(_disk) = Tmpfs::mount(&folder, "size=1m,mode=0700") else {
        return;
    };
    let file = folder.join("mcp.json");
    let before = format!("{{ \"history\": \"{}\" }}\n", "x".repeat(400 << 10));
    fs::write(&file, &before).unwrap();
    let setup = ["mcp", "setup", "--client", "cursor", "--write"];
    for form in ["table", "json"] {
        let mut transcript = Transcript::new(&home, form);
        let ran = transcript.run(&setup);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        if form == "json" {
            let body: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(body["written"], false);
            assert_eq!(body["session"]["state"], "ACTIVE");
        }
        assert!(
            ran.stderr.contains("is live, and its token is in"),
            "{}",
            ran.stderr
        );
        assert_eq!(daemon.who_am_i(&home.token()), 200);
        assert!(fs::read_to_string(&file).unwrap() == before);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        transcript.matches("mcp_setup_not_written");
    }
}

/// No token goes in the clear to an address that others can listen at.
#[cfg(target_os = "linux")]
#[test]
fn an_address_beyond_this_machine_needs_a_proxy() {
    let home = Home::new();
    let door = canned_status(&home, "192.0.2.1:3100");
    let refusal = home.cli.run(&["mcp", "setup", "--agent", "trader"]);
    door.join().unwrap();
    assert_eq!((refusal.code, refusal.stdout.as_str()), (Some(2), ""));
    assert!(
        refusal.stderr.contains("192.0.2.1:3100"),
        "{}",
        refusal.stderr
    );
    assert!(
        refusal.stderr.contains("--base-url https://"),
        "{}",
        refusal.stderr
    );
    assert!(
        refusal.stderr.contains("No session was made"),
        "{}",
        refusal.stderr
    );
}

/// A daemon that listens elsewhere; it shows one agent and its own state, and no more.
#[cfg(target_os = "linux")]
fn canned_status(home: &Home, listen: &str) -> std::thread::JoinHandle<()> {
    use crate::cli::{http, read_request};

    let socket = home.file("admin.sock");
    let _ = fs::remove_file(&socket);
    let listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    let agent = serde_json::json!({
        "id": "0190a8f2-0000-7000-8000-000000000000", "name": "trader", "status": "ACTIVE",
        "wallets": [], "liveSessions": 0, "createdAt": "2026-02-08T10:26:25Z",
    });
    let status = serde_json::json!({
        "version": "0.0.0", "startedAt": "2026-02-08T10:26:25Z", "uptimeS": 1, "listen": listen,
        "liveSessions": 0, "outboxDepth": 0, "deadLetters": 0, "channels": [], "operators": 0,
        "killSwitch": { "active": false }, "serverTime": "2026-02-08T10:26:25Z",
    });
    std::thread::spawn(move || {
        for answer in [agent, status] {
            let (mut stream, _) = listener.accept().unwrap();
            read_request(&mut stream);
            let answer = http("200 OK", &answer.to_string());
            std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
        }
    })
}
