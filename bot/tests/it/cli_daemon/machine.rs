//! The commands about the daemon as a whole: status, kill switch, keys, pairing.

use super::home::{Daemon, Home, Transcript, wait_for};
use super::http;
use super::logs::closed_port;
use crate::cli::Cli;

#[test]
fn status() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::with_trader();
        home.create_session(&[]);
        home.ok(&["killswitch", "on"]);
        home.wait_for_outbox();
        let mut transcript = Transcript::new(&home, form);
        transcript.run(&["status"]);
        transcript.matches("status");
    }
}

#[test]
fn the_kill_switch() {
    for form in ["table", "json"] {
        let (home, daemon) = Home::with_trader();
        let (_, token) = home.create_session(&[]);
        let mut transcript = Transcript::new(&home, form);
        transcript.run(&["killswitch", "status"]);
        transcript.run(&["killswitch", "on"]);
        assert_eq!(daemon.who_am_i(&token), 503);
        assert_eq!(http::get(daemon.addr, "/health", None).status, 200);
        transcript.run(&["killswitch", "on"]);
        transcript.run(&["session", "create", "--agent", "trader"]);
        transcript.run(&["killswitch", "off"]);
        transcript.run(&["killswitch", "off"]);
        assert_eq!(daemon.who_am_i(&token), 200);
        transcript.run(&["killswitch", "on", "--revoke-all"]);
        transcript.run(&["killswitch", "status"]);
        transcript.run(&["killswitch", "off"]);
        assert_eq!(daemon.who_am_i(&token), 401);
        transcript.matches("killswitch");
    }
}

#[test]
fn keys() {
    for form in ["table", "json"] {
        let (home, daemon) = Home::with_trader();
        let (_, token) = home.create_session(&[]);
        let mut transcript = Transcript::new(&home, form);
        transcript.run(&["keys", "list"]);
        transcript.run(&["keys", "rotate"]);
        transcript.run(&["keys", "list"]);
        assert_eq!(daemon.who_am_i(&token), 200);
        transcript.run(&["keys", "rotate", "--revoke-all"]);
        transcript.run(&["keys", "list"]);
        assert_eq!(daemon.who_am_i(&token), 401);
        transcript.matches("keys");
    }
}

/// A daemon with a bot, at an address where nobody listens.
fn with_silent_telegram() -> (Home, Daemon) {
    let cli = Cli::new()
        .env("WAIAAS_TELEGRAM__BOT_TOKEN", "123456789:AAbot-token")
        .env("WAIAAS_TELEGRAM__API_URL", &closed_port());
    let home = Home::with(cli);
    let daemon = home.start(&[]);
    wait_for("Telegram's failure", || {
        let status = home.json(&["status"]);
        (status["channels"][0]["state"] == "unreachable").then_some(())
    });
    (home, daemon)
}

#[test]
fn pairing() {
    for form in ["table", "json"] {
        let (home, _daemon) = with_silent_telegram();
        let mut transcript = Transcript::new(&home, form);
        transcript.run(&["pair", "list"]);
        transcript.run(&["pair", "--no-wait"]);
        transcript.run(&["pair", "remove", "42"]);
        let sql = "INSERT INTO operators (user_id, chat_id, role, username, source, paired_at) \
                   VALUES (42, 42, 'owner', 'kim', 'pairing_code', 1770546385)";
        home.database().execute(sql, []).unwrap();
        transcript.run(&["pair", "list"]);
        transcript.run(&["pair", "remove", "42"]);
        transcript.run(&["pair", "list"]);
        transcript.matches("pair");
    }
}

#[test]
fn without_a_bot_no_code_is_made_and_it_says_how_to_have_one() {
    let (home, _daemon) = Home::running();
    for arguments in [&["pair"][..], &["--output", "json", "pair", "--no-wait"]] {
        let said = home.refused(arguments);
        assert!(said.contains("@BotFather"), "{said}");
        assert!(said.contains("telegram.bot_token_file"), "{said}");
        assert!(said.contains("config.toml"), "{said}");
    }
    assert_eq!(home.count("SELECT count(*) FROM pairing_codes"), 0);
}

#[test]
fn every_pairing_code_is_new() {
    let (home, _daemon) = with_silent_telegram();
    let code = || {
        home.json(&["pair", "--no-wait"])["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (first, second) = (code(), code());
    assert_ne!(first, second);
    let stored = format!("SELECT count(*) FROM pairing_codes WHERE code_hash = '{first}'");
    assert_eq!(home.count(&stored), 0, "only the hash is kept");
    assert_eq!(home.count("SELECT count(*) FROM pairing_codes"), 2);
}
