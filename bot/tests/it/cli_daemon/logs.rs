//! What the daemon writes about its work: never a token, whatever the level.

use std::io::{Read as _, Write as _};

use rustix::process::Signal;

use super::home::{Home, wait_for};
use super::http;
use crate::cli::Cli;

const BOT_TOKEN: &str = "123456789:AAbot-token-that-must-not-show_0123456";
/// The loudest there is, and loudest where client libraries name addresses and headers.
const LOUDEST: &str = "trace,reqwest::connect=trace,reqwest=trace,hyper_util::client=trace,\
                       hyper=trace,teloxide_core::net=trace,teloxide=trace,sqlx=trace,sea_orm=trace";

/// An address on which nobody listens.
pub(super) fn closed_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// An address where every request gets an answer that is none.
fn talking_nonsense() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // It may hang up whenever it likes.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 400 No\r\ncontent-length: 2\r\n\r\n<>");
        }
    });
    address
}

#[test]
fn no_level_shows_a_token() {
    for (level, format, telegram) in [
        ("trace", "text", closed_port()),
        (LOUDEST, "json", talking_nonsense()),
    ] {
        let cli = Cli::new()
            .env("WAIAAS_TELEGRAM__BOT_TOKEN", BOT_TOKEN)
            .env("WAIAAS_TELEGRAM__OWNER_CHAT_ID", "42")
            .env("WAIAAS_TELEGRAM__API_URL", &telegram);
        let home = Home::with(cli);
        let daemon = home.start(&["--log-level", level, "--log-format", format]);
        home.add_wallet("hot", super::home::EVM);
        home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
        home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
        let (id, token) = home.create_session(&[]);
        assert_eq!(daemon.who_am_i(&token), 200);
        assert_eq!(
            http::renew(daemon.addr, &id, &token, "0123456789abcdef").status,
            403
        );
        assert_eq!(
            http::get(daemon.addr, &format!("/v1/{token}"), Some(&token)).status,
            404
        );
        let query = format!("/v1/session?token={token}");
        assert_ne!(http::get(daemon.addr, &query, Some(&token)).status, 0);
        assert_eq!(daemon.who_am_i(&format!("{token}x")), 401);
        let pairing = home.json(&["pair", "--no-wait"]);
        home.ok(&["keys", "rotate"]);
        home.ok(&["session", "revoke", &id]);
        let channel = || home.json(&["status"])["channels"][0].clone();
        wait_for("Telegram's failure", || {
            (channel()["state"] != "ok").then_some(())
        });
        assert!(!channel().to_string().contains(BOT_TOKEN), "{}", channel());
        daemon.signal(Signal::TERM);
        let log = daemon.wait().log;
        assert!(log.contains("DEBUG"), "the level has taken effect");
        for chatty in ["reqwest::", "hyper_util::", "teloxide_core::"] {
            assert!(
                !log.contains(chatty),
                "{chatty} at {level}: no setting lets it speak"
            );
        }
        let secret = BOT_TOKEN.split_once(':').unwrap().1;
        let signature = token.rsplit_once('.').unwrap().1;
        let code = pairing["code"].as_str().unwrap();
        for word in ["wai_sess_", signature, secret, code] {
            let shown = log.lines().find(|line| line.contains(word));
            assert_eq!(shown, None, "{word} at {level}");
        }
    }
}

#[test]
fn every_line_of_the_json_form_is_json() {
    let home = Home::new();
    let daemon = home.start(&["--log-format", "json", "--log-level", "debug"]);
    home.ok(&["status"]);
    let log = daemon.stop().log;
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string(), "{line}");
    }
}

#[test]
fn what_is_no_level_is_refused() {
    let home = Home::new();
    let said = home.refused(&["run", "--log-level", "waiaas=loud,=,"]);
    assert!(said.contains("log.level"), "{said}");
    let said = home.refused(&["run", "--log-format", "xml"]);
    assert!(said.contains("log.format"), "{said}");
}
