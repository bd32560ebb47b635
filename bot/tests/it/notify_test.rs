//! `waiaas notify test` against the whole daemon: what the channels get, what the person at the
//! machine reads, and how the command ends.

use serde_json::Value;
use waiaas_sandbox::PersonSpec;

use crate::channels::{ACCESS_TOKEN, Bench, TOPIC, WEBHOOK_TOKEN};
use crate::harness::{Reply, Story, TestDaemon, shown};

const ALL: &str = "telegram,discord,ntfy";
const TESTS: &str = "SELECT count(*) FROM notification_outbox WHERE event = 'CHANNEL_TEST'";
const OPEN: &str =
    "SELECT count(*) FROM notification_outbox WHERE done_at IS NULL AND dead_at IS NULL";

#[tokio::test]
async fn every_channel_gets_it_and_the_person_reads_so_in_both_languages() {
    for language in ["en", "ko"] {
        let bench = Bench::new(language, ALL, true).await;
        let mut story = Story::default();
        for typed in ["notify test", "notify test --output json"] {
            let read = bench.daemon.transcript(typed).await;
            assert!(read.ends_with("exit 0"), "{read}");
            story.add("machine", read);
        }
        let alert = bench.daemon.next().await;
        assert!(!alert.silent, "asked for on purpose");
        story.message("phone", &alert);
        if language == "ko" {
            bench.daemon.assert_korean_chat();
        }
        story.assert_mixed(&bench.daemon, "channel_test");
        assert_eq!(bench.discord.received().len(), 2);
        assert_eq!(bench.ntfy.received().len(), 2);
        assert_eq!(bench.daemon.unseen().len(), 1);
    }
}

#[tokio::test]
async fn one_channel_alone_is_asked_even_when_it_is_the_last_choice() {
    let bench = Bench::new("en", ALL, true).await;
    let ran = bench.daemon.run(&["notify", "test", "ntfy"]).await;
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "ntfy  delivered\n")
    );
    bench.daemon.quiet().await;
    assert_eq!(bench.ntfy.received().len(), 1);
    assert!(bench.discord.received().is_empty());
    assert!(bench.daemon.unseen().is_empty());
}

#[tokio::test]
async fn a_webhook_that_is_refused_is_told_with_the_reason_and_the_next_try() {
    let bench = Bench::new("en", ALL, true).await;
    bench.discord.always(Reply::Status(401));
    let asked = ["notify", "test", "discord", "--wait", "30"];
    let ran = bench.daemon.run_while_time_passes(&asked).await;
    assert_eq!(ran.code, Some(1));
    let told = "discord  not delivered yet: the server answered 401: the address or the token is \
                not right; next try in ";
    assert!(ran.stdout.starts_with(told), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("Error: Not every channel has delivered"),
        "{}",
        ran.stderr
    );
    assert!(bench.ntfy.received().is_empty(), "no other takes over");
    assert!(bench.daemon.unseen().is_empty());
    bench.discord.always(Reply::Status(204));
    let ran = bench.daemon.run(&["notify", "test", "discord"]).await;
    assert_eq!(ran.code, Some(0), "at once: {}{}", ran.stdout, ran.stderr);
}

#[tokio::test]
async fn what_the_server_will_never_take_is_given_up_and_told_so() {
    let bench = Bench::new("en", ALL, true).await;
    bench.discord.always(Reply::Status(400));
    let ran = bench.daemon.run(&["notify", "test", "discord"]).await;
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout, "discord  given up: the server answered 400\n");
    assert!(ran.stderr.contains("is not tried again"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_server_that_asks_to_wait_longer_than_the_command_does_ends_it_at_once() {
    let bench = Bench::new("en", ALL, true).await;
    bench.discord.always(Reply::Wait(320));
    let asked = ["notify", "test", "--wait", "300"];
    let ran = bench.daemon.run(&asked).await;
    assert_eq!(ran.code, Some(1), "one of three is enough");
    assert_eq!(
        ran.stdout,
        "telegram  in the chat of @olga\n\
         discord   not delivered yet: the server asks to wait; next try in 5m 20s\n\
         ntfy      delivered\n"
    );
    assert!(ran.stderr.contains("waiaas notify log"), "{}", ran.stderr);
    // A second one does not go before its time either, and says the same.
    let ran = bench.daemon.run(&["notify", "test", "discord"]).await;
    let told = "discord  not delivered yet: the server asks to wait; next try in 5m 20s\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), told));
    assert_eq!(bench.discord.received().len(), 1);
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_longer_than_was_said() {
    let bench = Bench::new("en", ALL, true).await;
    bench.discord.always(Reply::Silence);
    let asked = ["notify", "test", "discord", "--wait", "0"];
    let ran = bench.daemon.run(&asked).await;
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout, "discord  not delivered yet\n");
    assert_eq!(bench.daemon.count(OPEN).await, 1, "it goes on");
}

#[tokio::test]
async fn while_telegram_is_away_the_chat_waits_and_gets_it_afterwards() {
    let bench = Bench::new("en", ALL, true).await;
    let daemon = &bench.daemon;
    daemon.sandbox.faults().go_away();
    let away = async || daemon.core().health.state("telegram").as_str() == "unreachable";
    daemon.until("away", away).await;
    let asked = ["notify", "test", "telegram", "--wait", "30"];
    let ran = daemon.run_while_time_passes(&asked).await;
    assert_eq!(ran.code, Some(1));
    let told = "telegram  not yet in the chat of @olga: ";
    assert!(ran.stdout.starts_with(told), "{}", ran.stdout);
    assert!(ran.stdout.contains("; next try in "), "{}", ran.stdout);
    assert!(bench.discord.received().is_empty(), "no other takes over");
    // What stands behind it waits for the same.
    let second = daemon.run(&asked).await;
    let before_try = |text: &str| text.split("; next try").next().unwrap().to_owned();
    assert_eq!(before_try(&second.stdout), before_try(&ran.stdout));
    assert!(
        second.stdout.contains("; next try in "),
        "{}",
        second.stdout
    );
    daemon.sandbox.faults().come_back();
    let alert = daemon.next().await;
    assert!(
        alert.text.contains("Test alert for Telegram"),
        "{}",
        alert.text
    );
    daemon.quiet().await;
    let ran = daemon
        .run(&["notify", "log", "--event", "CHANNEL_TEST"])
        .await;
    let arrived = ran.stdout.matches("in the chat of @olga").count();
    assert_eq!(arrived, 2, "{}", ran.stdout);
    assert!(!ran.stdout.contains("not yet"), "{}", ran.stdout);
}

#[tokio::test]
async fn with_nobody_paired_it_says_so_and_how_to_pair() {
    for (language, told, hint) in [
        (
            "en",
            "telegram  nobody is paired\n",
            "Pair a phone with `waiaas pair`",
        ),
        (
            "ko",
            "telegram  연결된 사람이 없음\n",
            "`waiaas pair`로 휴대폰을 연결",
        ),
    ] {
        let bench = Bench::new(language, ALL, false).await;
        let ran = bench.daemon.run(&["notify", "test", "telegram"]).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), told));
        assert!(ran.stderr.contains(hint), "{}", ran.stderr);
        assert!(bench.discord.received().is_empty(), "no other takes over");
    }
}

/// Somebody else may look on.
async fn with_viewer(daemon: &TestDaemon) -> waiaas_sandbox::Person {
    let viewer = daemon.sandbox.person(PersonSpec::new(2002, "Kim"));
    let code = serde_json::json!({ "role": "viewer" });
    let code = daemon.admin("POST", "/v1/pairing", code).await.ok();
    let code = code["code"].as_str().unwrap();
    viewer.send_text(&format!("/start {code}")).unwrap();
    daemon.quiet().await;
    daemon.skip();
    viewer
}

#[tokio::test]
async fn it_goes_to_everybody_on_telegram_and_a_chat_that_blocked_the_bot_is_named() {
    let bench = Bench::new("en", ALL, true).await;
    let daemon = &bench.daemon;
    let viewer = with_viewer(daemon).await;
    let ran = daemon.run(&["notify", "test", "telegram"]).await;
    let both = "telegram  in the chat of @olga\ntelegram  in the chat of Kim\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), both));
    let theirs = viewer.messages();
    let theirs = theirs.last().unwrap();
    assert!(theirs.text.contains("Test alert"), "{}", theirs.text);
    assert!(theirs.keyboard.is_empty(), "{}", shown(theirs));
    viewer.block_bot();
    let ran = daemon.run(&["notify", "test", "telegram"]).await;
    assert_eq!(ran.code, Some(1), "one chat of two is not all");
    let (first, second) = ran.stdout.split_once('\n').unwrap();
    assert_eq!(first, "telegram  in the chat of @olga");
    let told = "telegram  not yet in the chat of Kim: ";
    assert!(
        second.starts_with(told) && second.contains("blocked") && second.contains("in 1h"),
        "{second}"
    );
    daemon.advance(604_801).await;
    let given_up = "SELECT count(*) FROM telegram_outbox WHERE dead_at IS NOT NULL";
    daemon
        .until("it is given up", async || daemon.count(given_up).await == 1)
        .await;
    let failed = daemon.run(&["notify", "log", "--failed"]).await;
    assert_eq!(
        failed.stdout.matches("CHANNEL_TEST").count(),
        2,
        "{}",
        failed.stdout
    );
}

#[tokio::test]
async fn what_somebody_has_switched_off_does_not_swallow_it() {
    let bench = Bench::new("en", ALL, true).await;
    bench
        .daemon
        .tamper(
            "INSERT INTO quiet_hours VALUES (1001, 0, 1439);
             INSERT INTO notification_preferences VALUES (1001, 'CHANNEL_TEST', 'off');",
        )
        .await;
    let ran = bench.daemon.run(&["notify", "test", "telegram"]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(!bench.daemon.next().await.silent, "with a sound");
    let menu = shown(&bench.daemon.say("/notify").await);
    assert!(!menu.contains("Test"), "nothing to choose: {menu}");
}

#[tokio::test]
async fn nobody_can_ask_for_it_in_the_chat() {
    let bench = Bench::new("en", ALL, true).await;
    for text in [
        "/notify test",
        "/notify test discord",
        "/test",
        "/notify log",
    ] {
        bench.daemon.say(text).await;
    }
    bench.daemon.quiet().await;
    assert_eq!(bench.daemon.count(TESTS).await, 0);
    assert!(bench.discord.received().is_empty());
}

#[tokio::test]
async fn a_channel_that_is_not_there_is_refused_and_nothing_is_sent() {
    for (language, unknown, none) in [
        (
            "en",
            "Did you mean \"discord\"?",
            "No channel of alerts is configured",
        ),
        (
            "ko",
            "혹시 \"discord\"인가요?",
            "설정된 알림 채널이 없습니다",
        ),
    ] {
        let bench = TestDaemon::speaking(language).await;
        let ran = bench.run(&["notify", "test", "diskord"]).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
        assert!(ran.stderr.contains(unknown), "{}", ran.stderr);
        assert!(ran.stderr.contains("telegram"), "{}", ran.stderr);
        let ran = bench.run(&["notify", "test", "discord"]).await;
        assert_eq!(ran.code, Some(1));
        let setting = "notify.discord_webhook_url_file";
        assert!(ran.stderr.contains(setting), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("CHANNEL_NOT_CONFIGURED"),
            "{}",
            ran.stderr
        );
        assert_eq!(bench.count(TESTS).await, 0);
        bench.core().health.set_alert_channels(Vec::new());
        let ran = bench.run(&["notify", "test"]).await;
        assert!(ran.stderr.contains(none), "{}", ran.stderr);
    }
}

/// Whether the process has a handler of its own for Ctrl-C.
#[cfg(target_os = "linux")]
fn catches_interrupt(status: &str) -> bool {
    let text = std::fs::read_to_string(status).unwrap();
    let mask = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    u64::from_str_radix(mask.unwrap().trim(), 16).unwrap() & 0b10 != 0
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn ctrl_c_ends_the_wait_and_not_the_test() {
    let bench = Bench::new("en", ALL, true).await;
    use rustix::process::{Pid, Signal, kill_process};
    use std::process::Stdio;

    bench.discord.always(Reply::Silence);
    let cli = crate::cli::Cli::new();
    let mut command = cli.command(&["notify", "test", "discord", "--wait", "300"]);
    command.env("WAIAAS_DATA_DIR", bench.daemon.data_dir());
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.unwrap();
    let pid = Pid::from_child(&child);
    bench.received(&bench.discord, 1).await;
    let status = format!("/proc/{}/status", child.id());
    bench
        .daemon
        .until("it listens", async || catches_interrupt(&status))
        .await;
    kill_process(pid, Signal::INT).unwrap();
    let output = tokio::task::spawn_blocking(|| child.wait_with_output());
    let output = output.await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("Stopped waiting. The test goes on"), "{said}");
    assert_eq!(bench.daemon.count(OPEN).await, 1);
}

#[tokio::test]
async fn no_secret_of_a_channel_is_told_by_what_went_wrong() {
    let bench = Bench::new("en", ALL, true).await;
    bench.discord.always(Reply::Status(404));
    bench.ntfy.always(Reply::Status(403));
    let asked = ["notify", "test", "--wait", "30"];
    let test = bench.daemon.run_while_time_passes(&asked).await;
    let Bench {
        daemon,
        discord,
        ntfy,
    } = bench;
    drop((discord, ntfy));
    let gone = daemon.run_while_time_passes(&asked).await;
    assert!(
        gone.stdout.contains("connection refused"),
        "{}",
        gone.stdout
    );
    let log = daemon.run(&["notify", "log"]).await;
    let json = daemon.run(&["notify", "log", "--output", "json"]).await;
    assert!(serde_json::from_str::<Value>(&json.stdout).is_ok());
    for ran in [test, gone, log, json] {
        for secret in [
            WEBHOOK_TOKEN,
            TOPIC,
            ACCESS_TOKEN,
            daemon.sandbox.bot_token(),
        ] {
            assert!(!ran.stdout.contains(secret), "{}", ran.stdout);
            assert!(!ran.stderr.contains(secret), "{}", ran.stderr);
        }
    }
}
