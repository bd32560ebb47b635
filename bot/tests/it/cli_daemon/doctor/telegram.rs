//! Telegram, as this program and as the daemon see it.

use super::super::home::Daemon;
use super::super::http;
use super::{Bot, examine, examine_with, healthy, wait_for_poller};
use crate::cli::Cli;

#[test]
fn a_refused_token_is_serious_and_told_once() {
    let bot = Bot::start();
    let (home, _daemon) = healthy(&bot, Cli::new());
    bot.sandbox.faults().revoke_token(true);
    wait_for_poller(&home, "unauthorized");
    let finding = examine(&home).only("telegram", "serious");
    assert!(
        finding.what.contains("refuses the bot token"),
        "{finding:?}"
    );
    assert!(
        finding.mend.contains("put it into [dir]/data/bot-token"),
        "{finding:?}"
    );
}

#[test]
fn a_telegram_that_is_away_is_a_warning() {
    let bot = Bot::start();
    let (home, _daemon) = healthy(&bot, Cli::new());
    bot.sandbox.faults().go_away();
    wait_for_poller(&home, "unreachable");
    let finding = examine(&home).only("telegram", "warning");
    assert!(finding.what.contains("cannot be reached"), "{finding:?}");
    assert!(!finding.what.contains("/GetMe"), "{finding:?}");
    assert!(
        finding
            .mend
            .contains("curl -sS -o /dev/null http://127.0.0.1:"),
        "{finding:?}"
    );
}

#[test]
fn offline_asks_nothing_and_takes_the_daemon_s_word() {
    let bot = Bot::start();
    let (home, _daemon) = healthy(&bot, Cli::new());
    let asked = bot.sandbox.calls_of("getWebhookInfo").len();
    let examined = examine_with(&home, &["--offline"]);
    assert!(examined.faults().is_empty());
    examined.note("telegram", "not checked: --offline");
    assert_eq!(bot.sandbox.calls_of("getWebhookInfo").len(), asked);
    examine(&home);
    assert_eq!(bot.sandbox.calls_of("getWebhookInfo").len(), asked + 1);
    bot.sandbox.faults().go_away();
    wait_for_poller(&home, "unreachable");
    let finding = examine_with(&home, &["--offline"]).only("telegram", "warning");
    assert!(
        finding.what.starts_with("the daemon cannot reach Telegram"),
        "{finding:?}"
    );
}

#[test]
fn a_webhook_and_a_rival_keep_the_daemon_from_hearing() {
    let bot = Bot::start();
    let (home, _daemon) = healthy(&bot, Cli::new());
    let token = bot.sandbox.bot_token().to_owned();
    let method = |method: &str| {
        let address = ([127, 0, 0, 1], bot.sandbox.port()).into();
        let answer = http::get(address, &format!("/bot{token}/{method}"), None);
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    method("setWebhook?url=http://127.0.0.1:9/secret-path");
    wait_for_poller(&home, "conflict");
    let examined = examine(&home);
    let faults = examined.faults();
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[0].is("telegram", "warning"), "{faults:?}");
    assert!(faults[0].mend.contains("deleteWebhook"), "{faults:?}");
    assert!(faults[1].is("telegram", "serious"), "{faults:?}");
    let said = format!("{:?}", examined.findings);
    assert!(
        !said.contains("secret-path") && !said.contains(&token),
        "{said}"
    );

    // The command does what it says, and no argument of a program holds the token.
    let shell = std::process::Command::new("sh")
        .args([
            "-c",
            &faults[0]
                .mend
                .replace("[dir]", &home.cli.dir.path().display().to_string()),
        ])
        .output()
        .unwrap();
    let answer = String::from_utf8(shell.stdout).unwrap();
    assert!(answer.contains(r#""ok":true"#), "{answer}");
    wait_for_poller(&home, "ok");
    assert!(examine(&home).faults().is_empty());

    bot.sandbox.faults().rival_poller(1_000);
    wait_for_poller(&home, "conflict");
    let finding = examine(&home).only("telegram", "serious");
    assert!(
        finding.what.contains("another program polls"),
        "{finding:?}"
    );
}

#[test]
fn in_webhook_mode_only_the_webhook_of_ours_is_right() {
    let bot = Bot::start();
    let listen = http::free_address();
    let url = format!("http://{listen}/tg");
    let cli = Cli::new()
        .env("WAIAAS_TELEGRAM__WEBHOOK_URL", &url)
        .env("WAIAAS_TELEGRAM__WEBHOOK_LISTEN", &listen.to_string());
    let (home, _daemon) = healthy(&bot, cli);
    let examined = examine(&home);
    assert!(examined.faults().is_empty(), "{:#?}", examined.findings);
    let said = format!("{:?}", examined.findings);
    assert!(
        said.contains(&format!("brings what people write to {url}")),
        "{said}"
    );

    let token = bot.sandbox.bot_token().to_owned();
    for (set, part) in [
        (
            "setWebhook?url=http://127.0.0.1:9/secret-path",
            "another program has set a webhook",
        ),
        ("deleteWebhook", "no webhook is set for this bot"),
    ] {
        let address = ([127, 0, 0, 1], bot.sandbox.port()).into();
        let answer = http::get(address, &format!("/bot{token}/{set}"), None);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let examined = examine(&home);
        let finding = examined.only("telegram", "warning");
        assert!(finding.what.contains(part), "{finding:?}");
        let said = format!("{:?}", examined.findings);
        assert!(
            !said.contains("secret-path") && !said.contains(&token),
            "{said}"
        );
    }
}

#[test]
fn a_daemon_with_another_token_or_none() {
    let bot = Bot::start();
    let home = bot.home(Cli::new());
    let mut command = home.cli.command(&["run"]);
    command.env_remove("WAIAAS_TELEGRAM__BOT_TOKEN_FILE");
    let daemon = Daemon::spawn(command);
    let finding = examine(&home).only("telegram", "warning");
    assert!(
        finding.what.contains("the running daemon has no bot"),
        "{finding:?}"
    );
    assert!(daemon.stop().status.success());

    let mut command = home.cli.command(&["run"]);
    command.env_remove("WAIAAS_TELEGRAM__BOT_TOKEN_FILE");
    command.env("WAIAAS_TELEGRAM__BOT_TOKEN", "12:an-older-token");
    let _daemon = Daemon::spawn(command);
    wait_for_poller(&home, "unauthorized");
    let examined = examine(&home);
    let faults = examined.faults();
    let finding = faults.iter().find(|one| one.is("telegram", "serious"));
    let finding = finding.expect("a serious fault");
    assert!(
        finding.what.contains("started with another one"),
        "{finding:?}"
    );
}

#[test]
fn strange_answers_show_no_token() {
    let bot = Bot::start();
    let (home, _daemon) = healthy(&bot, Cli::new());
    use waiaas_sandbox::Fault;
    for fault in [
        Fault::NotJson { code: 200 },
        Fault::CloseConnection,
        Fault::TooManyRequests { retry_after_s: 7 },
        Fault::Answer {
            code: 403,
            description: "Forbidden: odd".to_owned(),
        },
    ] {
        bot.sandbox.faults().next("getMe", 1, fault.clone());
        let examined = examine(&home);
        let faults = examined.faults();
        assert!(
            faults.iter().any(|one| one.is("telegram", "warning")),
            "{fault:?} {faults:?}"
        );
        let said = format!("{faults:?}");
        assert!(!said.contains(bot.sandbox.bot_token()), "{said}");
    }
}
