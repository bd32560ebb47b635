//! `waiaas notify log` against the whole daemon: what was told, and what became of it.

use serde_json::Value;

use crate::channels::{Bench, reused, revoked};
use crate::harness::{Reply, Story, TestDaemon};

const ALL: &str = "telegram,discord,ntfy";

#[tokio::test]
async fn what_became_of_each_alert_is_read_in_both_languages() {
    for language in ["en", "ko"] {
        let bench = Bench::new(language, ALL, true).await;
        let mut story = Story::default();
        let daemon = &bench.daemon;
        bench.discord.next(Reply::Status(400));
        bench.ntfy.always(Reply::Wait(120));
        bench.tell(&reused()).await;
        bench.received(&bench.discord, 1).await;
        bench.received(&bench.ntfy, 1).await;
        bench.tell(&revoked("Olga")).await;
        daemon.next().await;
        daemon.next().await;
        let chats = "SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL";
        daemon
            .until("both told", async || daemon.count(chats).await == 0)
            .await;
        let noted = "SELECT count(*) FROM notification_log l JOIN notification_outbox o \
                     ON o.event_id = l.event_id WHERE o.level = 'CRITICAL'";
        daemon
            .until("all noted", async || daemon.count(noted).await == 3)
            .await;
        for typed in [
            "notify log --limit 2",
            "notify log --failed",
            "notify log --status waiting",
            "notify log --channel ntfy",
            "notify log --channel telegram --status dead",
            "notify log --event session_revoked --output json",
            "notify log --event SESION_REVOKED",
            "notify log --channel discort",
            "notify log --agent nobody",
            "notify log --before 1",
        ] {
            story.add("machine", daemon.transcript(typed).await);
        }
        story.assert_mixed(daemon, "notify_log");
    }
}

#[tokio::test]
async fn an_empty_log_says_how_to_fill_it() {
    let daemon = TestDaemon::unpaired("en").await;
    let said = daemon.transcript("notify log").await;
    assert!(said.contains("! There are no alerts yet."), "{said}");
    assert!(said.contains("waiaas notify test"), "{said}");
    let filtered = daemon.transcript("notify log --failed").await;
    assert!(
        filtered.contains("! There are no such alerts."),
        "{filtered}"
    );
    let json = daemon.run(&["notify", "log", "--output", "json"]).await;
    let page: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(page["notifications"], serde_json::json!([]));
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let bench = Bench::new("en", ALL, true).await;
    for _ in 0..120 {
        bench.tell(&revoked("Olga")).await;
    }
    bench.daemon.quiet().await;
    let (mut before, mut seen) = (None::<String>, Vec::new());
    loop {
        let mut asked = vec![
            "notify",
            "log",
            "--event",
            "SESSION_REVOKED",
            "--limit",
            "50",
        ];
        asked.extend(
            before
                .iter()
                .flat_map(|before| ["--before", before.as_str()]),
        );
        let ran = bench.daemon.run(&asked).await;
        assert_eq!(ran.code, Some(0));
        let rows = ran.stdout.lines().skip(1);
        seen.extend(rows.map(|row| row.split(' ').next().unwrap().parse::<i64>().unwrap()));
        let Some((_, next)) = ran.stderr.trim().split_once("--before ") else {
            break;
        };
        before = Some(next.to_owned());
    }
    assert_eq!(seen.len(), 120);
    assert!(seen.is_sorted_by(|one, next| one > next), "{seen:?}");
}
