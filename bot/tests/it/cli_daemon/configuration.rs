//! A daemon with a wrong configuration does not start, and says everything that is wrong.

use std::fs;

use super::home::{Home, settings};

const WRONG: &str = r#"
[http]
listn = "127.0.0.1:1"
request_timeout_s = 0
behind_tls_proxy = "perhaps"

[security]
max_sessions_per_agent = 51
session_absolute_lifetime = 3
expires_in = 299
on_token_reuse = "shrug"

[telegramm]
bot_token = "1:x"
"#;

#[test]
fn every_wrong_value_is_named_with_place_range_and_nearest_key() {
    let home = Home::new();
    fs::write(home.file("config.toml"), WRONG).unwrap();
    let said = home.refused(&["run", "--set", "log.fromat=json"]);
    settings().bind(|| insta::assert_snapshot!("configuration_wrong", said));
    assert!(!home.file("admin.sock").exists());
    fs::write(home.file("config.toml"), "[http\n").unwrap();
    let said = home.refused(&["run"]);
    assert!(said.contains("config.toml:1: is not valid TOML"), "{said}");
}

#[test]
fn flags_go_over_the_environment_and_that_over_the_file() {
    let home =
        Home::with(crate::cli::Cli::new().env("WAIAAS_SECURITY__MAX_SESSIONS_PER_AGENT", "1"));
    let daemon = home.start(&[]);
    home.add_wallet("hot", super::home::EVM);
    home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
    home.create_session(&[]);
    let said = home.refused(&["session", "create", "--agent", "trader"]);
    assert!(said.contains("SESSION_LIMIT_EXCEEDED"), "{said}");
    assert!(daemon.stop().status.success());
    let _daemon = home.start(&["--set", "security.max_sessions_per_agent=2"]);
    home.create_session(&[]);
}
