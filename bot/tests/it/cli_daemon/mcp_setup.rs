//! `waiaas mcp setup`: the session, its token file, and what the client has to be told.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use super::home::{EVM, EVM_OTHER, Home, Transcript};
use crate::cli::Cli;

/// What a person reads, in one form and one language.
fn transcript(home: &Home, form: &'static str, name: &str) {
    let mut transcript = Transcript::new(home, form);
    for arguments in [
        &["mcp", "setup"][..],
        &["mcp", "setup", "--client", "claude-desktop"],
        &["mcp", "setup", "--client", "claude-code"],
        &["mcp", "setup", "--client", "cursor"],
        &["mcp", "setup", "--client", "vscode", "--name", "waiaas-2"],
        &["mcp", "setup", "--client", "json"],
        &["mcp", "setup", "--client", "cursor", "--write"],
        &["mcp", "setup", "--client", "cursor", "--write"],
        &[
            "mcp",
            "setup",
            "--client",
            "cursor",
            "--write",
            "--base-url",
            "http://localhost:3100/",
        ],
    ] {
        let ran = transcript.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}\n{}", ran.stderr);
        let said = ran.stdout + &ran.stderr;
        assert!(!said.contains("wai_sess_"), "{said}");
    }
    transcript.matches(name);
}

#[test]
fn t_09_mcp_setup_makes_a_session_and_prints_the_configuration() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::with_trader();
        transcript(&home, form, "mcp_setup");
    }
}

#[test]
fn t_09_mcp_setup_speaks_korean() {
    let home = Home::with(Cli::new().env("LANG", "ko_KR.UTF-8"));
    let _daemon = home.start(&[]);
    home.add_wallet("hot", EVM);
    home.ok(&["agent", "add", "거래 봇", "--wallet", "hot"]);
    transcript(&home, "table", "mcp_setup_korean");
}

#[test]
fn t_09_mcp_setup_leaves_a_live_session_in_the_agent_s_file() {
    let (home, daemon) = Home::with_trader();
    let body = home.json(&["mcp", "setup"]);
    let token = home.token();
    assert_eq!(daemon.who_am_i(&token), 200);
    assert_eq!(body["agent"]["name"], "trader");
    assert_eq!(body["session"]["state"], "ACTIVE");
    assert_eq!(body["session"]["constraints"]["expiresIn"], 604_800);
    assert_eq!(body["replacedSessionId"], Value::Null);
    let file = home.file("mcp-token").display().to_string();
    assert_eq!(body["tokenFile"], "[dir]/data/mcp-token");
    let shown = home.json(&["session", "show", body["session"]["id"].as_str().unwrap()]);
    assert!(file.ends_with("/data/mcp-token"));
    assert_eq!(shown["tokenFile"], body["tokenFile"]);

    // On demand the session in the file is replaced, and it is said.
    let new = ["mcp", "setup", "--new-session"];
    let again = home.json(&[&new[..], &["--agent", "trader"]].concat());
    assert_eq!(again["replacedSessionId"], body["session"]["id"]);
    assert_eq!(again["kept"], false);
    assert_eq!(daemon.who_am_i(&token), 401);
    assert_eq!(daemon.who_am_i(&home.token()), 200);
    let said = home.cli.run(&[&new[..], &["--output", "text"]].concat());
    let said = said.stderr;
    let replaced = again["session"]["id"].as_str().unwrap();
    assert!(
        said.contains(&format!("Session {replaced} was replaced")),
        "{said}"
    );
    let events = home.json(&["audit", "list", "--limit", "3"]).to_string();
    assert!(!events.contains("wai_sess_"), "{events}");
}

#[test]
fn a_live_session_goes_on_with_its_limits() {
    let (home, daemon) = Home::with_trader();
    let limited = ["--expires-in", "1h", "--max-renewals", "1"];
    let first = home.json(&[&["mcp", "setup"][..], &limited].concat());
    let (id, token) = (first["session"]["id"].as_str().unwrap(), home.token());
    assert_eq!(first["kept"], false);
    for more in [
        &[][..],
        &["--client", "cursor"],
        &["--client", "claude-code", "--write"],
        &["--base-url", "https://waiaas.example.com"],
    ] {
        let again = home.json(&[&["mcp", "setup"][..], more].concat());
        assert_eq!(again["kept"], true, "{more:?}");
        assert_eq!(again["session"]["id"], id, "{more:?}");
        assert_eq!(again["session"]["constraints"]["expiresIn"], 3600);
        assert_eq!(again["tokenFile"], "[dir]/data/mcp-token");
        assert_eq!(again["replacedSessionId"], Value::Null);
    }
    assert_eq!(
        (home.token(), daemon.who_am_i(&token)),
        (token.clone(), 200)
    );
    let said = home.cli.run(&["mcp", "setup", "--output", "text"]).stderr;
    assert!(said.contains(&format!("Session {id} goes on")), "{said}");
    assert_eq!(home.count("SELECT count(*) FROM sessions"), 1);

    for new in [
        &["--new-session"][..],
        &["--max-renewals", "2"],
        &["--wallet", "hot"],
        &["--default-wallet", "hot"],
    ] {
        let before = home.token();
        let body = home.json(&[&["mcp", "setup"][..], new].concat());
        assert_eq!(body["kept"], false, "{new:?}");
        assert!(body["replacedSessionId"].is_string(), "{new:?}");
        assert_eq!(daemon.who_am_i(&before), 401, "{new:?}");
    }
    let body = home.json(&["mcp", "setup"]);
    assert_eq!(body["kept"], true);
    home.ok(&["session", "revoke", body["session"]["id"].as_str().unwrap()]);
    let after = home.json(&["mcp", "setup"]);
    assert_eq!(after["kept"], false);
    assert_eq!(daemon.who_am_i(&home.token()), 200);
}

#[test]
fn t_11_the_written_file_has_mode_0600() {
    let (home, _daemon) = Home::with_trader();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    for command in ["setup", "refresh-token"] {
        home.ok(&["mcp", command]);
        assert_eq!(mode(&home.file("mcp-token")), 0o600, "{command}");
        assert_eq!(mode(&home.cli.data_dir()), 0o700, "{command}");
    }
    home.add_watcher();
    for command in ["setup", "refresh-token"] {
        home.ok(&["mcp", command, "--agent", "watcher"]);
        let watcher = home.json(&["agent", "show", "watcher"]);
        let own = home
            .file("mcp-tokens")
            .join(watcher["id"].as_str().unwrap());
        assert_eq!(mode(&own), 0o600, "{command}");
        assert_eq!(mode(own.parent().unwrap()), 0o700, "{command}");
    }
}

#[test]
fn limits_and_wallets_are_what_was_asked_for() {
    let (home, _daemon) = Home::with_trader();
    home.add_wallet("spare", EVM_OTHER);
    let wallets = [
        "--wallet",
        "spare",
        "--wallet",
        "hot",
        "--default-wallet",
        "hot",
    ];
    let times = ["--expires-in", "2d", "--max-renewals", "3"];
    let amounts = ["--max-amount", "5", "--allowed-ops", "swap,sign"];
    let body = home.json(&[&["mcp", "setup"][..], &wallets, &times, &amounts].concat());
    let limits = &body["session"]["constraints"];
    assert_eq!(limits["expiresIn"], 172_800);
    assert_eq!(limits["maxRenewals"], 3);
    assert_eq!(limits["maxAmountPerTx"], "5");
    assert_eq!(
        limits["allowedOperations"],
        serde_json::json!(["swap", "sign"])
    );
    let wallets = body["session"]["wallets"].as_array().unwrap();
    let names: Vec<_> = wallets.iter().map(|wallet| &wallet["name"]).collect();
    assert_eq!(names, ["hot", "spare"]);
    assert_eq!(wallets[0]["isDefault"], true);
}

#[test]
fn the_entry_starts_this_program_for_this_directory_and_agent() {
    let (home, daemon) = Home::with_trader();
    let body = home.json(&["mcp", "setup"]);
    let id = body["agent"]["id"].as_str().unwrap();
    // The configuration says port 0, where nothing would find the daemon.
    let url = format!("http://{}", daemon.addr);
    let args = [
        "mcp",
        "serve",
        "--data-dir",
        "[dir]/data",
        "--agent",
        id,
        "--base-url",
        &url,
    ];
    assert_eq!(body["config"]["command"], "[program]");
    assert_eq!(body["config"]["args"], serde_json::json!(args));
    assert_eq!(body["config"].get("env"), None);
    // A directory that was named in another way is absolute all the same.
    let mut command = home.cli.command(&["mcp", "setup", "--client", "json"]);
    command
        .args(["--data-dir", "data"])
        .current_dir(home.cli.dir.path());
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let directory = &printed["mcpServers"]["waiaas"]["args"][3];
    let directory = Path::new(directory.as_str().unwrap());
    assert_eq!(directory, home.cli.data_dir());
}

#[test]
fn one_active_agent_is_taken_and_of_several_one_must_be_named() {
    let (home, _daemon) = Home::with_trader();
    home.add_watcher();
    home.ok(&["agent", "suspend", "trader"]);
    assert_eq!(home.json(&["mcp", "setup"])["agent"]["name"], "watcher");
    home.ok(&["agent", "resume", "trader"]);
    let sessions = home.count("SELECT count(*) FROM sessions");
    let ran = home.cli.run(&["mcp", "setup"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ran.stderr,
        "Error: There are several agents, and none was named\n  trader\n  watcher\n\
         Hint: Name one: --agent NAME\n"
    );
    assert_eq!(home.count("SELECT count(*) FROM sessions"), sessions);
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_on_a_terminal_chooses_the_agent() {
    use super::question::on_a_terminal;

    let (home, _daemon) = Home::with_trader();
    home.add_watcher();
    let live = || home.json(&["session", "list"])["sessions"].clone();
    for answer in ["\n", "0\n", "3\n", "-1\n", "trad\n"] {
        let Some((code, said)) = on_a_terminal(&home, "mcp setup", answer) else {
            return;
        };
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("  2  watcher"), "{said}");
        assert!(said.contains("Which agent is it for? [1-2]"), "{said}");
        assert!(said.contains("Nothing was changed."), "{said}");
        assert_eq!(live(), serde_json::json!([]), "{answer:?}");
    }
    for (answer, agent) in [("2\n", "watcher"), ("trader\n", "trader")] {
        let setup = "mcp setup --client cursor";
        let (code, said) = on_a_terminal(&home, setup, answer).unwrap();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("\"mcpServers\""), "{said}");
        assert_eq!(live()[0]["agentName"], agent, "{said}");
    }
}
