//! A daemon that dies, or is overtaken, in the middle of what it does.

use serde_json::json;
use waiaas_daemon_core::actor::{Actor, Source};
use waiaas_daemon_core::console::inbox;
use waiaas_daemon_core::session::service::{self, NewHandover, NewSession};
use waiaas_protocol::token_file::TokenFileLock;
use waiaas_protocol::wire::ConstraintsRequest;
use waiaas_sandbox::Fault;

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon, shown};

#[tokio::test]
async fn an_update_that_was_stored_and_not_handled_is_handled_after_the_crash_and_once() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    bench.say("/whoami").await;
    bench.quiet().await;
    let newest = "SELECT max(update_id), payload FROM telegram_updates";
    let row = bench.sql(newest).await.remove(0);
    let id: i64 = row[0].parse().unwrap();
    // The bell is not rung: the daemon dies between storing and handling.
    let lost = id - 1_000;
    let payload = row[1]
        .replace(&row[0], &lost.to_string())
        .replace("/whoami", "/newsession");
    inbox::store(bench.core(), &[(lost, payload)])
        .await
        .unwrap();
    bench.kill().await;
    bench.start().await;
    let answer = bench.next().await;
    assert!(
        answer.text.contains("A session for trader"),
        "{}",
        answer.text
    );
    bench.quiet().await;
    bench.kill().await;
    bench.start().await;
    bench.quiet().await;
    assert!(bench.unseen().is_empty(), "handled once");
    bench.say("/whoami").await;
}

/// A tap on Create as far as a crash lets it come: the session stands, its token file does not.
async fn begin_hand_over(bench: &TestDaemon, message_id: i64) -> String {
    let token_file = bench.token_file().display().to_string();
    let note = json!({
        "user_id": OWNER_ID, "chat_id": OWNER_ID, "message_id": message_id,
        "language": bench.language,
    });
    let actor = Actor::Telegram {
        user_id: OWNER_ID,
        name: "@olga".to_owned(),
    };
    let new = NewSession {
        agent: "trader".to_owned(),
        wallets: None,
        default_wallet: None,
        constraints: ConstraintsRequest::default(),
        exact_constraints: false,
        replaces: None,
        source: Source::Telegram,
        handover: Some(NewHandover {
            token_file,
            note: Some(note),
        }),
        claim: false,
        told_chat_id: Some(OWNER_ID),
    };
    let created = service::create(bench.core(), &actor, &new).await.unwrap();
    assert!(!bench.token_file().exists());
    created.view.session.id.to_string()
}

#[tokio::test]
async fn a_hand_over_that_a_crash_cut_short_is_finished_in_the_same_message() {
    for language in ["en", "ko"] {
        let mut bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let asked = bench.say("/newsession").await;
        let id = begin_hand_over(&bench, asked.id).await;
        bench.kill().await;
        bench.start().await;
        let done = bench.settled(&asked).await;
        assert!(done.text.contains('✅'), "{}", shown(&done));
        let token = std::fs::read_to_string(bench.token_file()).unwrap();
        assert_eq!(bench.whoami(&token).await.ok()["sessionId"], id);
        bench.kill().await;
        bench.start().await;
        bench.quiet().await;
        assert_eq!(
            bench.audit("SESSION_DELIVERED").await.len(),
            1,
            "finished once"
        );
    }
}

#[tokio::test]
async fn a_hand_over_that_cannot_be_finished_after_the_crash_is_revoked_and_told() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    let asked = bench.say("/newsession").await;
    begin_hand_over(&bench, asked.id).await;
    bench.kill().await;
    std::fs::create_dir(bench.data_dir().join("mcp-token.lock")).unwrap();
    bench.start().await;
    let told = bench.settled(&asked).await;
    assert!(
        told.text.contains("could not be written"),
        "{}",
        shown(&told)
    );
    assert!(bench.live_sessions().await.is_empty());
    assert!(!bench.token_file().exists());
}

#[tokio::test]
async fn a_session_that_is_ended_while_its_token_file_is_written_is_not_confirmed() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let asked = bench.say("/newsession").await;
        let lock = TokenFileLock::acquire(&bench.token_file(), PATIENCE).unwrap();
        let working = bench.tap_at(&asked, 0, 0).await;
        story.message("Create", &working);
        bench
            .until("the session stands", async || {
                bench.live_sessions().await.len() == 1
            })
            .await;
        let on = json!({ "active": true, "revokeAll": true });
        bench.admin("PUT", "/v1/kill-switch", on).await.ok();
        drop(lock);
        let told = bench.changed(&working).await;
        story.message("the kill switch, before the file was written", &told);
        bench.quiet().await;
        assert!(bench.live_sessions().await.is_empty());
        story.assert(&bench, "newsession_ended_meanwhile");
    }
}

#[tokio::test]
async fn buttons_survive_a_crash_and_ones_that_ran_out_are_swept() {
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    let first = bench.say("/newsession").await;
    bench.kill().await;
    bench.start().await;
    let cancelled = bench.tap(&first, "Cancel").await;
    assert!(cancelled.keyboard.is_empty());

    let second = bench.say("/newsession").await;
    bench.advance(3_599).await;
    let third = bench.say("/newsession").await;
    bench.advance(1).await;
    let swept = bench
        .message_when(second.id, |now| now.keyboard.is_empty())
        .await;
    assert_eq!(swept.text, second.text);
    bench.quiet().await;
    let stays = bench.owner.chat().message(third.id).unwrap().clone();
    assert_eq!(shown(&stays), shown(&third), "it has not run out");
    assert!(bench.unseen().is_empty());
}

#[tokio::test]
async fn a_message_that_was_sent_but_not_marked_comes_again_after_the_crash_and_the_rest_in_order()
{
    let mut bench = TestDaemon::new().await.with_agent("trader").await;
    bench.add_agent("watcher").await;
    bench.quiet().await;
    bench.skip();
    let wait = Fault::TooManyRequests { retry_after_s: 5 };
    bench.sandbox.faults().next("sendMessage", 1, wait);
    bench.issue("trader").await;
    bench
        .until("the message is put off", async || {
            bench
                .count("SELECT count(*) FROM telegram_outbox WHERE attempts = 1")
                .await
                == 1
        })
        .await;
    bench.issue("watcher").await;
    bench
        .until("both are in the chat's queue", async || {
            let queued = "SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL";
            bench.count(queued).await == 2
        })
        .await;
    // Nobody can write: what is sent now cannot be marked before the daemon dies.
    let path = bench.data_dir().join("waiaas.db");
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.busy_timeout(PATIENCE).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    bench.clock.advance_s(6);
    bench.core().ring();
    let first = bench.next().await;
    bench.kill().await;
    drop(lock);
    bench.start().await;
    bench.quiet().await;
    let (again, rest) = match bench.unseen().as_slice() {
        [again, rest] => (again.clone(), rest.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        again.text, first.text,
        "it was not marked, so it comes again"
    );
    assert_ne!(rest.text, first.text);
    // Both copies carry the same buttons, and these work once.
    for (copy, works) in [(&first, true), (&again, false)] {
        let label = copy.keyboard[0][0].text.clone();
        assert_eq!(bench.press(copy, &label).await.text.is_none(), works);
    }
    bench.quiet().await;
    let log = "SELECT count(*) FROM notification_log WHERE channel = 'telegram'";
    let events = "SELECT count(*) FROM notification_outbox";
    assert_eq!(
        bench.count(log).await,
        bench.count(events).await,
        "marked once each"
    );
}
