//! No token, key or secret ever enters a chat, a button, the database or the log.

use crate::harness::{Setup, TestDaemon, logs};

#[tokio::test]
async fn no_secret_in_any_chat_call_row_file_or_log() {
    // A seed of its own: the log is everybody's, and equal seeds make equal codes.
    let setup = Setup {
        seed: 1_000,
        ..Setup::default()
    };
    let mut bench = TestDaemon::with(setup).await.with_agent("trader").await;
    let code = bench.pairing_code().await;
    bench.next().await;
    let asked = bench.say("/newsession").await;
    bench.tap(&asked, "Create").await;
    bench.settled(&asked).await;
    let from_file = std::fs::read_to_string(bench.token_file()).unwrap();
    let first = bench.issue("trader").await;
    bench.advance(43_200).await;
    let second = bench.renew(&first).await;
    bench.advance(61).await;
    let path = format!("/v1/sessions/{}/renew", first.id);
    bench.agent("PUT", &path, Some(&first.token)).await;
    // Failures of every kind, each with a chance to say too much.
    bench.sandbox.faults().revoke_token(true);
    bench.sandbox.faults().rival_poller(1);
    bench.issue("trader").await;
    bench
        .until("refused", async || {
            bench.core().health.state("telegram").as_str() == "unauthorized"
        })
        .await;
    bench.sandbox.faults().revoke_token(false);
    bench.sandbox.faults().go_away();
    bench
        .until("away", async || {
            bench.core().health.state("telegram").as_str() == "unreachable"
        })
        .await;
    bench.sandbox.faults().come_back();
    bench
        .owner
        .send_text(&format!("/revoke {}", from_file.trim()))
        .unwrap();
    bench.owner.send_text(&format!("/start {code}")).unwrap();
    bench.say("/status").await;
    bench.quiet().await;

    let bot_token = bench.sandbox.bot_token().to_owned();
    let secret_part = bot_token.split_once(':').unwrap().1.to_owned();
    let tokens = [from_file.as_str(), &first.token, &second.token];
    let says_too_much = |text: &str| {
        text.contains(&secret_part) || tokens.iter().any(|token| text.contains(&token[9..]))
    };
    for call in bench.sandbox.calls() {
        let text = format!("{:?} {:?}", call.params, call.outcome);
        // What the owner types comes with getUpdates; it is theirs.
        if call.method != "getUpdates" {
            assert!(
                !text.contains("wai_sess_") && !says_too_much(&text),
                "{} {text}",
                call.method
            );
        }
    }
    for message in bench.owner.messages().iter().filter(|one| one.from_bot) {
        assert!(!says_too_much(&message.source), "{}", message.source);
    }
    let mut looked_at = 0;
    for (place, value) in bench.every_value().await {
        looked_at += 1;
        assert!(
            !value.contains("wai_sess_") && !says_too_much(&value),
            "{place}: {value}"
        );
        // Used up, a pairing code is no secret any more; the inbox forgets it after two days.
        assert!(
            place == "telegram_updates.payload" || !value.contains(&code),
            "{place}: {value}"
        );
    }
    assert!(looked_at > 500, "{looked_at} values are not all there are");
    let log = logs();
    assert!(log.contains("unreachable"), "the log was recorded");
    let told =
        |line: &&str| line.contains("wai_sess_") || says_too_much(line) || line.contains(&code);
    assert_eq!(log.lines().find(told), None);

    bench.stop().await;
}
