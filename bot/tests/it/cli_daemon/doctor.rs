//! `waiaas doctor`: a machine on which all is well, and one test for each thing that can be
//! wrong, which breaks exactly that thing. Whatever it finds, it shows no secret.

mod clients;
mod database;
mod files;
mod machine;
mod telegram;
mod tokens;

use std::fs;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Runtime;
use waiaas_daemon_core::config::write_private;
use waiaas_sandbox::{Sandbox, SandboxConfig};

use super::home::{Daemon, Home, settings, wait_for};
use crate::cli::{Cli, Ran};

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    check: String,
    severity: String,
    what: String,
    mend: String,
}

/// A run in JSON, after everything that holds of every run has been checked.
struct Examined {
    code: Option<i32>,
    findings: Vec<Finding>,
}

impl Finding {
    fn is(&self, check: &str, severity: &str) -> bool {
        (self.check.as_str(), self.severity.as_str()) == (check, severity)
    }
}

impl Examined {
    /// What is not as it should be.
    fn faults(&self) -> Vec<&Finding> {
        let is_fault =
            |one: &&Finding| one.is(&one.check, "warning") || one.is(&one.check, "serious");
        self.findings.iter().filter(is_fault).collect()
    }

    /// The one thing that is wrong.
    fn only(&self, check: &str, severity: &str) -> Finding {
        let faults = self.faults();
        assert!(
            faults.len() == 1 && faults[0].is(check, severity),
            "{:#?}",
            self.findings
        );
        faults[0].clone()
    }

    /// The note of this check that says so.
    fn note(&self, check: &str, part: &str) -> &Finding {
        let says = |one: &&Finding| one.is(check, "note") && one.what.contains(part);
        self.findings
            .iter()
            .find(says)
            .unwrap_or_else(|| panic!("no note about {part}: {:#?}", self.findings))
    }
}

/// Examines without Telegram's doing.
fn examine(home: &Home) -> Examined {
    examine_with(home, &[])
}

fn examine_with(home: &Home, flags: &[&str]) -> Examined {
    let arguments = [&["--output", "json", "doctor"], flags].concat();
    let ran = home.cli.run(&arguments);
    assert_no_secret(home, &ran);
    let body: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings: Vec<Finding> = body["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| Finding {
            check: text(&one["check"]),
            severity: text(&one["severity"]),
            what: text(&one["what"]),
            mend: text(&one["mend"]),
        })
        .collect();
    let count = |severity| {
        findings
            .iter()
            .filter(|one| one.severity == severity)
            .count()
    };
    assert_eq!(body["serious"], count("serious"));
    assert_eq!(body["warnings"], count("warning"));
    assert_eq!(
        ran.code,
        Some(i32::from(count("serious") > 0)),
        "{findings:#?}"
    );
    for one in &findings {
        let needs_mend = matches!(one.severity.as_str(), "warning" | "serious");
        assert!(!needs_mend || !one.mend.is_empty(), "{one:?}");
        assert!(!one.what.contains('\n'), "{one:?}");
    }
    Examined {
        code: ran.code,
        findings,
    }
}

/// Every secret of the data directory that the test has not broken.
fn assert_no_secret(home: &Home, ran: &Ran) {
    for name in ["mcp-token", "master.key", "bot-token"] {
        let text = fs::read_to_string(home.file(name)).unwrap_or_default();
        let secret = text.trim();
        // A signature or key is enough; texts that a test wrote are shorter.
        let tail = secret.rsplit(['.', ':']).next().unwrap_or_default();
        if tail.len() >= 30 {
            let shown = [&ran.stdout, &ran.stderr].map(|text| text.contains(tail));
            assert_eq!(shown, [false, false], "{name} is shown");
        }
    }
    assert!(!ran.stdout.contains("wai_sess_"), "{}", ran.stdout);
    assert!(!ran.stderr.contains("wai_sess_"), "{}", ran.stderr);
}

/// A stand-in for Telegram, and a data directory that is configured for it.
struct Bot {
    sandbox: Sandbox,
    // Runs the stand-in while a test waits for a command.
    _runtime: Runtime,
}

impl Bot {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let started = runtime.block_on(Sandbox::start(SandboxConfig::default()));
        let sandbox = started.unwrap();
        // Otherwise the first answer would come after half a minute.
        let hold = Some(Duration::from_millis(20));
        sandbox.faults().hold_polls_at_most(hold);
        Self {
            sandbox,
            _runtime: runtime,
        }
    }

    /// The environment of a machine with this bot; its token is in a file.
    fn home(&self, cli: Cli) -> Home {
        let home = Home::with(cli.env("WAIAAS_TELEGRAM__API_URL", &self.sandbox.url()));
        write_private(&home.file("bot-token"), self.sandbox.bot_token()).unwrap();
        let path = home.file("bot-token").display().to_string();
        Home {
            cli: home.cli.env("WAIAAS_TELEGRAM__BOT_TOKEN_FILE", &path),
        }
    }
}

/// Pairs the sandbox's person, as a phone does.
fn pair(bot: &Bot, home: &Home) {
    let code = home.json(&["pair", "--no-wait"])["code"].clone();
    let start = format!("/start {}", code.as_str().unwrap());
    bot.sandbox.page_person().send_text(&start).unwrap();
    wait_for("the pairing", || {
        (home.json(&["status"])["operators"] == 1).then_some(())
    });
}

/// Waits until the daemon says this of its poller.
fn wait_for_poller(home: &Home, state: &str) {
    wait_for("the poller's state", || {
        let status = home.json(&["status"]);
        (status["channels"][0]["state"] == state).then_some(())
    });
}

/// A machine on which all is well: a daemon with a bot, an owner, an agent with a token
/// file, and a client that starts it.
fn healthy(bot: &Bot, cli: Cli) -> (Home, Daemon) {
    let home = bot.home(cli);
    let daemon = home.start(&[]);
    pair(bot, &home);
    home.add_wallet("hot", super::home::EVM);
    home.ok(&["agent", "add", "trader", "--wallet", "hot"]);
    home.ok(&["mcp", "setup", "--client", "claude-code", "--write"]);
    home.wait_for_outbox();
    wait_for_poller(&home, "ok");
    (home, daemon)
}

/// The same without a bot.
fn without_bot() -> (Home, Daemon) {
    let (home, daemon) = Home::with_trader();
    home.ok(&["session", "create", "--agent", "trader", "--to-token-file"]);
    (home, daemon)
}

/// What a person reads, for a snapshot; machine and moment do not count.
fn shown(home: &Home, arguments: &[&str]) -> String {
    let ran = home.cli.run(arguments);
    assert_no_secret(home, &ran);
    let mut text = ran.stdout;
    for line in ran.stderr.lines() {
        text.push_str(&format!("! {line}\n"));
    }
    text.push_str(&format!("exit {}\n", ran.code.unwrap_or(-1)));
    text
}

fn assert_matches(name: &str, text: &str) {
    let mut settings = settings();
    for (pattern, shown) in [
        (r"\d+\.\d [kMG]B", "[space]"),
        (r"user \d+", "user [uid]"),
        (r"사용자\(\d+\)", "사용자([uid])"),
        (r"사용자 \d+", "사용자 [uid]"),
        (r"sport = :\d+", "sport = :[port]"),
    ] {
        settings.add_filter(pattern, shown);
    }
    settings.bind(|| insta::assert_snapshot!(format!("doctor_{name}"), text));
}

#[test]
fn a_healthy_machine() {
    for (language, form) in [("en", "table"), ("ko", "table"), ("en", "json")] {
        let bot = Bot::start();
        let locale = format!("{language}_KR.UTF-8");
        let (home, _daemon) = healthy(&bot, Cli::new().env("LANG", &locale));
        let examined = examine(&home);
        assert_eq!(examined.faults(), Vec::<&Finding>::new());
        assert_eq!(examined.code, Some(0));
        let text = shown(&home, &["doctor", "--output", form]);
        assert_matches(&format!("healthy_{language}_{form}"), &text);
    }
}

#[test]
fn before_init_there_is_one_thing_to_do_and_nothing_is_made() {
    for language in ["en", "ko"] {
        let home = Home {
            cli: Cli::new().env("LANG", &format!("{language}_KR.UTF-8")),
        };
        let text = shown(&home, &["doctor"]);
        assert_matches(&format!("before_init_{language}"), &text);
        let finding = examine(&home).only("data_directory", "serious");
        assert_eq!(finding.mend, "waiaas init");
        assert!(!home.cli.data_dir().exists());

        fs::create_dir(home.cli.data_dir()).unwrap();
        files::allow(&home.cli.data_dir(), 0o700);
        let finding = examine(&home).only("data_directory", "serious");
        assert_eq!(finding.mend, "waiaas init");
        assert_eq!(fs::read_dir(home.cli.data_dir()).unwrap().count(), 0);
    }
}

/// As much as can be wrong at once, in both languages.
#[test]
fn a_machine_on_which_much_is_wrong() {
    for language in ["en", "ko"] {
        let bot = Bot::start();
        let locale = format!("{language}_KR.UTF-8");
        let cli = Cli::new()
            .env("LANG", &locale)
            .env("WAIAAS_SESSION_TOKEN", "wai_sess_e30.e30.e30");
        let (home, daemon) = healthy(&bot, cli);
        home.ok(&["agent", "suspend", "trader"]);
        home.ok(&["killswitch", "on"]);
        tokens::lag_behind(&home);
        home.wait_for_outbox();
        bot.sandbox.faults().revoke_token(true);
        wait_for_poller(&home, "unauthorized");
        files::allow(&home.cli.data_dir(), 0o755);
        files::allow(&home.file("config.toml"), 0o644);
        files::allow(&home.file("master.key"), 0o644);
        files::allow(&home.file("audit.anchor"), 0o622);
        let text = shown(&home, &["doctor"]);
        assert_matches(&format!("ill_{language}"), &text);
        drop(daemon);
    }
}
