//! Discord and ntfy: what they are sent, by event, level and language; and what happens when
//! they fail (PROTOCOL.md section 10).

use serde_json::{Value, json};
use waiaas_daemon_core::notify::event::{Event, ExpiryCause, Power, Subject};
use waiaas_daemon_core::notify::outbox;
use waiaas_daemon_core::session::constraints::Limits;
use waiaas_protocol::ids::{AgentId, SessionId};

use crate::harness::{Receiver, Reply, Setup, TestDaemon, logs};

/// When every test begins, as in the harness.
const NOW: i64 = 1_770_546_385;
/// Not a whole number of hours, so that "in 6 h" does not change while messages are paced.
const LATER: i64 = NOW + 6 * 3_600 + 1_800;
pub(crate) const WEBHOOK_TOKEN: &str = "Whsec-4f9c2b7de1";
pub(crate) const TOPIC: &str = "alerts-9d41c0aa";
pub(crate) const ACCESS_TOKEN: &str = "tk_d1f0e77ab3";

/// A daemon with both servers, the first choice first.
pub(crate) struct Bench {
    pub(crate) daemon: TestDaemon,
    pub(crate) discord: Receiver,
    pub(crate) ntfy: Receiver,
}

impl Bench {
    pub(crate) async fn new(language: &'static str, order: &str, paired: bool) -> Self {
        let (discord, ntfy) = (Receiver::start().await, Receiver::start().await);
        let webhook = format!("http://{}/api/webhooks/17/{WEBHOOK_TOKEN}", discord.address);
        let settings = vec![
            ("notify.discord_webhook_url", webhook),
            (
                "notify.ntfy_url",
                format!("http://{}/{TOPIC}", ntfy.address),
            ),
            ("notify.ntfy_token", ACCESS_TOKEN.to_owned()),
            ("notify.order", order.to_owned()),
            ("notify.language", language.to_owned()),
        ];
        let setup = Setup {
            language,
            paired,
            settings,
            ..Setup::default()
        };
        let daemon = TestDaemon::with(setup).await;
        // That somebody was paired is told, too.
        daemon.quiet().await;
        daemon.skip();
        discord.forget();
        ntfy.forget();
        Self {
            daemon,
            discord,
            ntfy,
        }
    }

    pub(crate) async fn tell(&self, event: &Event) {
        let core = self.daemon.core();
        let tx = core.db.begin_write().await.unwrap();
        outbox::enqueue(core, &*tx, event, NOW).await.unwrap();
        tx.commit().await.unwrap();
        core.ring();
    }

    /// Lets time pass until nothing waits for a channel.
    async fn all_told(&self, step_s: i64) {
        self.daemon
            .until("every event told", async || {
                self.daemon.clock.advance_s(step_s);
                self.daemon.core().ring();
                self.daemon.count(OPEN).await == 0
            })
            .await;
    }

    pub(crate) async fn received(&self, receiver: &Receiver, count: usize) {
        self.daemon
            .until("requests", async || receiver.received().len() >= count)
            .await;
    }
}

const OPEN: &str =
    "SELECT count(*) FROM notification_outbox WHERE done_at IS NULL AND dead_at IS NULL";

pub fn subject(name: &str) -> Subject {
    Subject {
        session_id: SessionId::from_parts(1, &[7; 10]),
        agent_id: AgentId::from_parts(1, &[8; 10]),
        agent_name: name.to_owned(),
    }
}

/// A session that was revoked for a reason.
pub fn revoked_for(reason: &str) -> Event {
    Event::SessionRevoked {
        subject: subject("trader"),
        by: "Olga".to_owned(),
        reason: reason.to_owned(),
        at: NOW,
        told_chat_id: None,
    }
}

pub(crate) fn revoked(by: &str) -> Event {
    Event::SessionRevoked {
        subject: subject("trader"),
        by: by.to_owned(),
        reason: "manual".to_owned(),
        at: NOW,
        told_chat_id: None,
    }
}

pub(crate) fn reused() -> Event {
    Event::SessionTokenReused {
        subject: subject("trader"),
        generation: 3,
        from: "203.0.113.9".to_owned(),
        at: NOW,
        session_ended: false,
    }
}

fn limits() -> Limits {
    serde_json::from_value(json!({
        "renewal_reject_window": 3600,
        "max_transactions": 10,
        "allowed_operations": ["TRANSFER"],
    }))
    .unwrap()
}

/// Every event once, those with two forms twice; a hostile name among them. The test of a
/// channel is of this one.
pub fn every_event(channel: &str) -> Vec<Event> {
    let by = || "machine:0".to_owned();
    vec![
        Event::SessionCreated {
            subject: subject("*a* <@1> @everyone [x](https://y) `z` &lt;"),
            expires_in: 86_400,
            max_renewals: 30,
            expires_at: LATER,
            absolute_expires_at: NOW + 2_592_000,
            limits: limits(),
            wallets: vec!["hot_wallet".to_owned()],
            source: "telegram".to_owned(),
            told_chat_id: None,
        },
        Event::SessionRenewed {
            subject: subject("trader"),
            renewal_count: 4,
            max_renewals: 30,
            expires_at: LATER,
            absolute_expires_at: NOW + 2_592_000,
            reject_by: LATER,
        },
        Event::SessionRenewalRejected {
            subject: subject("trader"),
            renewal_count: 4,
            max_renewals: 30,
            by: "Olga".to_owned(),
            at: LATER,
        },
        revoked("Olga"),
        Event::SessionExpiringSoon {
            subject: subject("trader"),
            cause: ExpiryCause::NearEnd,
            expires_at: LATER,
            absolute_expires_at: LATER,
            renewals_left: 3,
            max_renewals: 30,
        },
        Event::SessionExpired {
            subject: subject("trader"),
            at: LATER,
            last_used_at: None,
        },
        reused(),
        Event::SessionTokenReused {
            subject: subject("trader"),
            generation: 3,
            from: "203.0.113.9".to_owned(),
            at: LATER,
            session_ended: true,
        },
        Event::KillSwitchActivated {
            by: by(),
            revoked_sessions: 2,
            at: LATER,
        },
        Event::KillSwitchRecovered {
            by: by(),
            at: LATER,
        },
        Event::DatabaseFrozen { at: LATER },
        Event::OperatorRemoved {
            user_id: 1,
            chat_id: 1,
            language: None,
            time_zone: None,
            name: "Olga".to_owned(),
            by: by(),
            at: LATER,
        },
        Event::PowerAdded {
            what: Power::AgentResumed,
            subject: "trader".to_owned(),
            by: by(),
            at: LATER,
        },
        Event::ChannelTest {
            channel: channel.to_owned(),
            by: by(),
            at: LATER,
        },
    ]
}

/// The bodies in the order of the events, event ids redacted.
fn shown(receiver: &Receiver) -> String {
    let body = |one: &crate::harness::Received| serde_json::to_string_pretty(&one.body).unwrap();
    let bodies: Vec<String> = receiver.received().iter().map(body).collect();
    bodies.join("\n")
}

fn assert_bodies(name: &str, receiver: &Receiver) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[event]");
    settings.bind(|| insta::assert_snapshot!(name, shown(receiver)));
}

#[tokio::test]
async fn every_event_in_every_language_as_discord_and_ntfy_are_sent_it() {
    for language in ["en", "ko"] {
        for order in ["discord", "ntfy"] {
            let bench = Bench::new(language, order, false).await;
            for event in every_event(order) {
                bench.tell(&event).await;
                // One by one, so that CRITICAL overtakes nothing; and at a pace that the
                // channels take, so that what is told does not depend on how fast this runs.
                bench.all_told(0).await;
                bench.daemon.clock.advance_s(10);
            }
            let (first, second) = match order {
                "discord" => (&bench.discord, &bench.ntfy),
                _ => (&bench.ntfy, &bench.discord),
            };
            assert_bodies(&format!("channel_{order}__{language}"), first);
            let all = every_event(order).len();
            assert_eq!(first.received().len(), all, "each once");
            assert_eq!(second.received().len(), 4, "CRITICAL only");
        }
    }
}

#[tokio::test]
async fn the_secret_stands_where_the_server_wants_it_and_nowhere_else() {
    let mut bench = Bench::new("en", "discord,ntfy", true).await;
    bench.discord.next(Reply::Status(500));
    bench.discord.next(Reply::Status(404));
    bench.discord.next(Reply::Wait(7));
    bench.discord.next(Reply::Status(400));
    bench.ntfy.next(Reply::Status(401));
    bench.ntfy.next(Reply::Status(413));
    bench.tell(&reused()).await;
    bench.all_told(2).await;
    let refused = format!(
        "http://{}/api/webhooks/17/{WEBHOOK_TOKEN}",
        bench.discord.address
    );
    let discord = bench.discord.received();
    assert_eq!(discord.len(), 4);
    assert_eq!(discord[0].path, format!("/api/webhooks/17/{WEBHOOK_TOKEN}"));
    let ntfy = bench.ntfy.received();
    assert_eq!(ntfy[0].path, "/");
    assert!(
        ntfy[0]
            .head
            .contains(&format!("authorization: bearer {ACCESS_TOKEN}"))
    );
    assert_eq!(ntfy[0].body["topic"], TOPIC);
    assert_eq!(
        bench.daemon.audit("NOTIFICATION_DEAD_LETTERED").await.len(),
        2
    );
    // Nobody listens any more.
    let Bench { discord, ntfy, .. } = bench;
    drop((discord, ntfy));
    bench = Bench {
        daemon: bench.daemon,
        discord: Receiver::start().await,
        ntfy: Receiver::start().await,
    };
    bench.tell(&reused()).await;
    bench
        .daemon
        .until("away", async || {
            bench.daemon.clock.advance_s(10);
            bench.daemon.core().ring();
            let states = ["discord", "ntfy"].map(|name| bench.daemon.core().health.state(name));
            states.iter().all(|state| state.as_str() == "unreachable")
        })
        .await;
    let status = bench
        .daemon
        .admin("GET", "/v1/status", Value::Null)
        .await
        .ok();
    assert_eq!(
        status["channels"][0]["problem"],
        "no connection: connection refused"
    );
    let mut console = bench.daemon.say("/status").await;
    // Alerts go ahead of an answer.
    while console.text.starts_with('🚨') {
        console = bench.daemon.next().await;
    }
    assert!(console.text.contains("Discord"), "{}", console.text);

    let secrets = [WEBHOOK_TOKEN, TOPIC, ACCESS_TOKEN, refused.as_str()];
    let told = |text: &str| secrets.iter().any(|secret| text.contains(secret));
    assert!(!told(&status.to_string()), "{status}");
    assert!(!told(&console.text), "{}", console.text);
    for (place, value) in bench.daemon.every_value().await {
        assert!(!told(&value), "{place}: {value}");
    }
    let log = logs();
    assert!(
        log.contains("the server answered 404"),
        "the log was recorded"
    );
    assert_eq!(log.lines().find(|line| told(line)), None);
}

#[tokio::test]
async fn a_429_is_waited_out_and_the_next_channel_takes_over_meanwhile() {
    let bench = Bench::new("en", "discord,ntfy,telegram", true).await;
    bench.discord.next(Reply::Wait(120));
    bench.tell(&reused()).await;
    bench.received(&bench.discord, 1).await;
    bench.received(&bench.ntfy, 1).await;
    bench.tell(&revoked("Olga")).await;
    bench.received(&bench.ntfy, 2).await;
    bench.daemon.clock.advance_s(119);
    bench.daemon.core().ring();
    bench.tell(&revoked("Petra")).await;
    bench.received(&bench.ntfy, 3).await;
    assert_eq!(bench.discord.received().len(), 1, "not before its time");
    bench.daemon.clock.advance_s(1);
    bench.daemon.core().ring();
    bench.received(&bench.discord, 2).await;
    let ids = |receiver: &Receiver| -> Vec<Value> {
        let received = receiver.received();
        received
            .iter()
            .map(|one| one.body["embeds"][0]["footer"]["text"].clone())
            .collect()
    };
    assert_eq!(
        ids(&bench.discord)[0],
        ids(&bench.discord)[1],
        "the same event"
    );
}

#[tokio::test]
async fn a_silent_channel_does_not_hold_up_the_chat() {
    let bench = Bench::new("en", "discord,ntfy,telegram", true).await;
    bench.discord.always(Reply::Silence);
    bench.tell(&reused()).await;
    let alert = bench.daemon.next().await;
    assert!(alert.text.contains("An old token"), "{}", alert.text);
    bench.received(&bench.ntfy, 1).await;
    assert_eq!(bench.daemon.count(OPEN).await, 1, "one channel still waits");
}

#[tokio::test]
async fn while_telegram_is_away_the_next_channel_is_told() {
    let bench = Bench::new("en", "telegram,discord,ntfy", true).await;
    bench.daemon.sandbox.faults().go_away();
    bench
        .daemon
        .until("away", async || {
            bench.daemon.core().health.state("telegram").as_str() == "unreachable"
        })
        .await;
    bench.tell(&revoked("Olga")).await;
    bench.received(&bench.discord, 1).await;
    bench.daemon.sandbox.faults().come_back();
    bench
        .daemon
        .until("back", async || {
            bench.daemon.core().health.state("telegram").as_str() == "ok"
        })
        .await;
    bench.tell(&revoked("Petra")).await;
    let alert = bench.daemon.next().await;
    assert!(alert.text.contains("Petra"), "{}", alert.text);
    assert_eq!(bench.discord.received().len(), 1);
}

#[tokio::test]
async fn a_daemon_killed_between_sending_and_marking_sends_again_in_order() {
    let mut bench = Bench::new("en", "discord,ntfy,telegram", true).await;
    bench.discord.next(Reply::Silence);
    bench.tell(&revoked("first")).await;
    bench.tell(&revoked("second")).await;
    bench.received(&bench.discord, 1).await;
    bench.daemon.kill().await;
    bench.daemon.start().await;
    bench.received(&bench.discord, 3).await;
    let told: Vec<(bool, String)> = bench
        .discord
        .received()
        .iter()
        .map(|one| {
            let embed = &one.body["embeds"][0];
            let text = embed["description"].as_str().unwrap();
            let id = embed["footer"]["text"].as_str().unwrap();
            (text.contains("first"), id.to_owned())
        })
        .collect();
    let firsts: Vec<bool> = told.iter().map(|(first, _)| *first).collect();
    assert_eq!(firsts, [true, true, false]);
    assert_eq!(told[0].1, told[1].1, "told apart by the event's id");
    assert_eq!(json!(bench.ntfy.received().len()), 0);
}

#[tokio::test]
async fn while_everybody_has_blocked_the_bot_the_next_channel_is_told_and_the_chat_keeps_its_copy()
{
    let bench = Bench::new("en", "telegram,discord,ntfy", true).await;
    bench.daemon.owner.block_bot();
    bench.tell(&revoked("daemon")).await;
    let daemon = &bench.daemon;
    daemon
        .until("the chat is known to be shut", async || {
            let shut = "SELECT count(*) FROM telegram_outbox WHERE last_error LIKE 'the chat is %'";
            daemon.count(shut).await == 1
        })
        .await;
    // Nobody knew yet; the event is opened again for the next channel.
    bench.received(&bench.discord, 1).await;
    bench.tell(&revoked("daemon")).await;
    bench.received(&bench.discord, 2).await;
    assert!(bench.ntfy.received().is_empty());
    daemon.owner.unblock_bot();
    daemon.owner.send_text("/whoami").unwrap();
    daemon.quiet().await;
    let told = daemon.unseen();
    let revoked = told.iter().filter(|one| one.text.contains("was revoked"));
    assert_eq!(revoked.count(), 2, "{}", daemon.owner.chat().transcript());
}

#[tokio::test]
async fn an_alert_follows_no_redirect() {
    let bench = Bench::new("en", "discord,telegram,ntfy", true).await;
    let elsewhere = Receiver::start().await;
    bench.discord.next(Reply::Elsewhere(elsewhere.address));
    bench.tell(&revoked("daemon")).await;
    bench.daemon.quiet().await;
    assert!(
        elsewhere.received().is_empty(),
        "an alert has left the house"
    );
    let told = bench.daemon.next().await;
    assert!(told.text.contains("was revoked"), "{}", told.text);
    let discord = bench.daemon.core().health.state("discord").as_str();
    assert_eq!(discord, "unauthorized");
}
