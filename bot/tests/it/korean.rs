//! A Korean chat is Korean throughout: every state of a channel, every reason why a token file
//! is refused, every alert with every reason in it, and what is kept of alerts given up. The
//! stories of the other files are looked through by `Story::assert`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::json;
use waiaas_daemon_core::actor::Actor;
use waiaas_daemon_core::audit::{self, AuditEvent, Record};
use waiaas_daemon_core::notify::event::{Event, ExpiryCause, Power};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::outbox;
use waiaas_daemon_core::notify::trouble::{Trouble, TroubleCode};
use waiaas_daemon_core::session::RevokeReason;

use crate::channels::{every_event, revoked_for, subject};
use crate::harness::{Story, TestDaemon, shown};

/// Without Telegram, whose state follows from every message of these tests.
const CHANNELS: [&str; 2] = ["discord", "ntfy"];
const AT_S: i64 = 1_770_546_385;

async fn korean() -> TestDaemon {
    TestDaemon::speaking("ko").await.with_agent("trader").await
}

/// Every trouble, with and without what the other side may have said.
fn every_trouble() -> Vec<Trouble> {
    let mute = |code: &TroubleCode| {
        let speaking = [
            TroubleCode::Said,
            TroubleCode::AddressRefused,
            TroubleCode::ServerAnswered,
        ];
        !speaking.contains(code)
    };
    let silent = TroubleCode::ALL.into_iter().filter(mute).map(Trouble::from);
    let saying = TroubleCode::ALL.map(|code| code.saying("502"));
    silent.chain(saying).collect()
}

#[tokio::test]
async fn status_names_every_state_and_every_problem_of_a_channel() {
    let bench = korean().await;
    let mut story = Story::default();
    let say = async |state: ChannelState, trouble: Option<Trouble>| {
        for name in CHANNELS {
            let core = bench.core();
            core.health
                .set(name, state, trouble.clone(), core.clock.now_s());
        }
        // What is told counts what waits to be sent.
        bench.quiet().await;
        bench.say("/status").await
    };
    for state in ChannelState::ALL {
        let shown = say(state, None).await;
        assert!(!shown.text.contains(state.as_str()), "{}", shown.text);
        story.message(state.as_str(), &shown);
    }
    for trouble in every_trouble() {
        say(ChannelState::Unreachable, Some(trouble)).await;
    }
    let quoted = Trouble::said("Forbidden: bot was kicked");
    let shown = say(ChannelState::Unreachable, Some(quoted)).await;
    story.message("what the other side says", &shown);
    let refused = TroubleCode::BotTokenRefused.into();
    let shown = say(ChannelState::Unauthorized, Some(refused)).await;
    story.message("a problem with words of ours", &shown);
    story.assert(&bench, "status_states");
}

/// What may stand where the token belongs, or around it.
const OBSTACLES: [fn(&Path); 8] = [
    |dir| std::os::unix::fs::symlink("elsewhere", dir.join("mcp-token")).unwrap(),
    |dir| fs::create_dir(dir.join("mcp-token")).unwrap(),
    |dir| private(&dir.join("mcp-token"), b"not a token"),
    |dir| private(&dir.join("mcp-token"), b"wai_sess_one.two"),
    |dir| private(&dir.join("mcp-token"), &[0xFF; 9]),
    |dir| private(&dir.join("mcp-token"), &[b'a'; 9_000]),
    |dir| {
        private(&dir.join("mcp-token"), b"");
        fs::set_permissions(dir.join("mcp-token"), Permissions::from_mode(0o644)).unwrap();
    },
    |dir| fs::create_dir(dir.join("mcp-token.lock")).unwrap(),
];

fn private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

fn clear(dir: &Path) {
    for name in ["mcp-token", "mcp-token.lock"] {
        let path = dir.join(name);
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
    }
}

#[tokio::test]
async fn each_reason_why_a_token_file_is_refused_is_said_in_korean() {
    let bench = korean().await;
    let mut story = Story::default();
    for obstacle in OBSTACLES {
        clear(bench.data_dir());
        let asked = bench.say("/newsession").await;
        obstacle(bench.data_dir());
        bench.tap_at(&asked, 0, 0).await;
        let refused = bench.settled(&asked).await;
        assert!(bench.live_sessions().await.is_empty());
        story.message("refused", &refused);
    }
    story.assert(&bench, "token_file_refusals");
}

#[tokio::test]
async fn a_data_directory_that_others_can_change_is_refused_in_korean() {
    let bench = korean().await;
    let asked = bench.say("/newsession").await;
    fs::set_permissions(bench.data_dir(), Permissions::from_mode(0o777)).unwrap();
    bench.tap_at(&asked, 0, 0).await;
    let refused = bench.settled(&asked).await;
    fs::set_permissions(bench.data_dir(), Permissions::from_mode(0o700)).unwrap();
    assert!(refused.text.contains("0777"), "{}", refused.text);
    bench.assert_korean_chat();
}

#[tokio::test]
async fn defaults_that_are_out_of_range_by_now_are_named_in_korean() {
    let bench = korean().await;
    let limits =
        r#"{"expiresIn":1,"maxRenewals":101,"maxAmountPerTx":"1.5","allowedOperations":[]}"#;
    let statement = format!("UPDATE agents SET default_constraints = '{limits}'");
    let database = rusqlite::Connection::open(bench.data_dir().join("waiaas.db")).unwrap();
    database.execute(&statement, []).unwrap();
    let refused = bench.say("/newsession").await;
    assert_eq!(refused.text.lines().count(), 5, "{}", refused.text);
    bench.assert_korean_chat();
}

/// Every alert, and the forms that the other lists leave out.
fn alerts() -> Vec<Event> {
    let by = || "machine:0".to_owned();
    let (from, first_from) = ("203.0.113.9".to_owned(), "198.51.100.7".to_owned());
    let mut alerts = every_event("telegram");
    alerts.extend([
        Event::SessionClaimed {
            subject: subject("trader"),
            from: from.clone(),
            at: AT_S,
        },
        Event::ClaimReused {
            subject: subject("trader"),
            from,
            first_from,
            first_at: AT_S,
            at: AT_S,
        },
        Event::SessionExpiringSoon {
            subject: subject("trader"),
            cause: ExpiryCause::AgentStopped,
            expires_at: AT_S,
            absolute_expires_at: AT_S,
            renewals_left: 0,
            max_renewals: 0,
        },
    ]);
    alerts.extend(RevokeReason::ALL.map(|reason| revoked_for(reason.as_str())));
    let powers = [
        Power::SigningKey,
        Power::AgentLimits,
        Power::AgentResumed,
        Power::AgentWallet,
        Power::SessionWallet,
        Power::PairingCode,
        Power::Viewer,
        Power::Operator,
        Power::Owner,
        Power::RestoredDatabase,
    ];
    alerts.extend(powers.map(|what| Event::PowerAdded {
        what,
        subject: "trader".to_owned(),
        by: by(),
        at: AT_S,
    }));
    for by in ["daemon", "pairing_code", "configuration", "machine:501"] {
        let by = by.to_owned();
        alerts.push(Event::KillSwitchRecovered { by, at: AT_S });
    }
    alerts
}

#[tokio::test]
async fn every_alert_is_korean() {
    let bench = korean().await;
    let before = bench.owner.chat().from_bot().count();
    let alerts: Vec<Event> = alerts()
        .into_iter()
        // A hostile name is English here, and belongs to other tests.
        .filter(|event| event.subject().is_none_or(|it| it.agent_name == "trader"))
        .collect();
    for event in &alerts {
        let core = bench.core();
        let tx = core.db.begin_write().await.unwrap();
        outbox::enqueue(core, &*tx, event, AT_S).await.unwrap();
        tx.commit().await.unwrap();
    }
    bench.core().ring();
    // The one who was removed has no chat: what is for them waits.
    bench
        .until("every alert", async || {
            bench.owner.chat().from_bot().count() - before == alerts.len()
        })
        .await;
    bench.assert_korean_chat();
}

#[tokio::test]
async fn what_was_given_up_has_its_reason_in_korean() {
    let bench = korean().await;
    let mut tx = bench.core().db.begin_write().await.unwrap();
    let mut kept: Vec<_> = every_trouble()
        .iter()
        .map(|trouble| trouble.recorded("event", Some("ntfy")))
        .collect();
    // As an older version has written it.
    kept.push(json!({ "event_id": "event", "channel": "ntfy", "reason": "timed out" }));
    for details in &kept {
        let event = AuditEvent::NotificationDeadLettered;
        let record = Record::new(event, &Actor::Daemon, details.clone());
        audit::repo::append(&mut tx, &record, AT_S).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut page = bench.say("/audit").await;
    assert!(page.text.contains("“timed out”"), "{}", page.text);
    for _ in 0..kept.len() / 8 {
        let older = page.keyboard[0].last().unwrap().text.clone();
        page = bench.tap(&page, &older).await;
        assert!(shown(&page).contains("전송 포기"), "{}", page.text);
        bench.assert_korean_chat();
    }
}
