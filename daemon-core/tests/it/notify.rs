//! Which channel is given which event, when, and how often (PROTOCOL.md section 10).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use waiaas_daemon_core::notify::channel::{Channel, ChannelError, Delivery, DeliveryFuture, Pace};
use waiaas_daemon_core::notify::event::{Event, Subject};
use waiaas_daemon_core::notify::outbox::{self, Pending};
use waiaas_daemon_core::notify::trouble::{Trouble, TroubleCode};
use waiaas_daemon_core::notify::worker::{ATTEMPTS_MAX, WAITING_MAX_S, Worker};
use waiaas_protocol::ids::{AgentId, SessionId};

use crate::harness::{START_S, TestApp};

pub(crate) type Answer = Result<Delivery, ChannelError>;

pub(crate) fn away() -> Answer {
    Err(ChannelError::Later {
        reason: Trouble::said("away"),
        retry_after_s: None,
    })
}

pub(crate) fn never() -> Answer {
    Err(ChannelError::Never {
        reason: Trouble::said("refused"),
    })
}

/// A channel that answers as it is told, first by its list, then always the same.
pub(crate) struct Scripted {
    name: &'static str,
    answers: Mutex<VecDeque<Answer>>,
    otherwise: Mutex<Answer>,
    pub(crate) ready: AtomicBool,
    pace: Option<Pace>,
    asked: Mutex<Vec<Pending>>,
}

impl Scripted {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            answers: Mutex::default(),
            otherwise: Mutex::new(Ok(Delivery::Accepted)),
            ready: AtomicBool::new(true),
            pace: None,
            asked: Mutex::default(),
        }
    }

    pub(crate) fn always(&self, answer: Answer) {
        *self.otherwise.lock().unwrap() = answer;
    }

    pub(crate) fn next(&self, answer: Answer) {
        self.answers.lock().unwrap().push_back(answer);
    }

    /// What it was asked to take so far, by the text that marks each event.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(mark).collect()
    }
}

fn mark(pending: &Pending) -> String {
    match &pending.event {
        Event::SessionRevoked { by, .. }
        | Event::SessionRenewalRejected { by, .. }
        | Event::KillSwitchActivated { by, .. } => by.clone(),
        Event::SessionTokenReused { from, .. } => from.clone(),
        other => other.code().to_owned(),
    }
}

impl Channel for Scripted {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::SeqCst)
    }

    fn pace(&self) -> Option<Pace> {
        self.pace
    }

    fn deliver<'a>(&'a self, event: &'a Pending) -> DeliveryFuture<'a> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(event.clone());
            let next = self.answers.lock().unwrap().pop_front();
            next.unwrap_or_else(|| self.otherwise.lock().unwrap().clone())
        })
    }
}

pub(crate) struct Bench {
    pub(crate) app: TestApp,
    pub(crate) first: Arc<Scripted>,
    pub(crate) second: Arc<Scripted>,
    worker: Worker,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Scripted::new("first"), Scripted::new("second")).await
    }

    pub(crate) async fn with(first: Scripted, second: Scripted) -> Self {
        let app = TestApp::new().await;
        let (first, second) = (Arc::new(first), Arc::new(second));
        let worker = Worker::new(
            app.core.clone(),
            vec![first.clone() as _, second.clone() as _],
        );
        Self {
            app,
            first,
            second,
            worker,
        }
    }

    pub(crate) async fn enqueue(&self, event: Event) {
        let core = &self.app.core;
        let tx = core.db.begin_write().await.unwrap();
        outbox::enqueue(core, &*tx, &event, core.clock.now_s())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn info(&self, session: u128, mark: &str) {
        self.enqueue(Event::SessionRevoked {
            subject: subject(session),
            by: mark.to_owned(),
            reason: "manual".to_owned(),
            at: START_S,
            told_chat_id: None,
        })
        .await;
    }

    pub(crate) async fn critical(&self, session: u128, mark: &str) {
        self.enqueue(Event::SessionTokenReused {
            subject: subject(session),
            generation: 1,
            from: mark.to_owned(),
            at: START_S,
            session_ended: false,
        })
        .await;
    }

    /// Lets every lane do what there is to do.
    pub(crate) async fn work(&self) {
        while self.worker.pass().await.unwrap() {}
    }

    pub(crate) async fn later(&self, seconds: i64) {
        self.app.advance(seconds);
        self.work().await;
    }

    pub(crate) fn rows(&self, query: &str) -> Vec<String> {
        let sql = self.app.sql();
        let mut statement = sql.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0));
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// `channel status attempts`, in order of events and channels.
    pub(crate) fn log(&self) -> Vec<String> {
        self.rows(
            "SELECT l.channel || ' ' || l.status || ' ' || l.attempts FROM notification_log l \
             JOIN notification_outbox o ON o.event_id = l.event_id ORDER BY o.seq, l.channel",
        )
    }

    /// `done`, `dead` or `open` of each event, in order.
    pub(crate) fn ends(&self) -> Vec<String> {
        self.rows(
            "SELECT CASE WHEN done_at IS NOT NULL THEN 'done' \
             WHEN dead_at IS NOT NULL THEN 'dead' ELSE 'open' END \
             FROM notification_outbox ORDER BY seq",
        )
    }

    pub(crate) fn dead_letters(&self) -> Vec<Value> {
        let entries = self.app.audit_called("NOTIFICATION_DEAD_LETTERED");
        entries.into_iter().map(|entry| entry.details).collect()
    }
}

pub(crate) fn subject(session: u128) -> Subject {
    let mut random = [0; 10];
    random.copy_from_slice(&session.to_be_bytes()[6..]);
    Subject {
        session_id: SessionId::from_parts(1, &random),
        agent_id: AgentId::from_parts(1, &random),
        agent_name: "trader".to_owned(),
    }
}

#[tokio::test]
async fn info_goes_to_one_channel_only_and_to_the_next_when_that_fails() {
    let bench = Bench::new().await;
    bench.info(1, "a").await;
    bench.work().await;
    bench.first.next(away());
    bench.info(1, "b").await;
    bench.work().await;
    bench.later(2).await;
    bench.info(1, "c").await;
    bench.work().await;
    assert_eq!(bench.first.asked(), ["a", "b", "c"]);
    assert_eq!(bench.second.asked(), ["b"]);
    assert_eq!(bench.ends(), ["done", "done", "done"]);
    assert_eq!(
        bench.log(),
        [
            "first accepted 1",
            "first waiting 1",
            "second accepted 1",
            "first accepted 1"
        ]
    );
}

#[tokio::test]
async fn critical_goes_to_all_and_to_each_once() {
    let bench = Bench::new().await;
    bench.second.next(away());
    bench.critical(1, "a").await;
    bench.work().await;
    assert_eq!(bench.ends(), ["open"], "one channel still waits");
    bench.later(1).await;
    assert_eq!(bench.second.asked().len(), 1, "not before its time");
    bench.later(1).await;
    bench.later(3_600).await;
    assert_eq!(bench.first.asked(), ["a"]);
    assert_eq!(bench.second.asked(), ["a", "a"], "failed, then taken");
    assert_eq!(bench.ends(), ["done"]);
    assert_eq!(bench.log(), ["first accepted 1", "second accepted 2"]);
}

#[tokio::test]
async fn a_channel_that_asks_to_wait_is_left_alone_for_so_long() {
    let bench = Bench::new().await;
    bench.second.next(Err(ChannelError::Later {
        reason: TroubleCode::AskedToWait.into(),
        retry_after_s: Some(90),
    }));
    bench.critical(1, "a").await;
    bench.critical(2, "b").await;
    bench.work().await;
    bench.later(89).await;
    assert_eq!(bench.second.asked(), ["a"], "nor is it given another event");
    bench.later(1).await;
    assert_eq!(bench.second.asked(), ["a", "a", "b"]);
    assert_eq!(
        bench.log()[1],
        "second accepted 1",
        "a pause that was asked for is no failure"
    );
}

#[tokio::test]
async fn a_channel_away_for_an_hour_delays_no_other_and_gets_its_own_in_order() {
    let bench = Bench::new().await;
    bench.first.always(away());
    bench.critical(1, "c1").await;
    bench.info(1, "i1").await;
    for minute in 0..60 {
        if minute == 30 {
            bench.critical(1, "c2").await;
            bench.info(1, "i2").await;
        }
        bench.later(60).await;
    }
    assert_eq!(
        bench.second.asked(),
        ["c1", "i1", "c2", "i2"],
        "at once, and in order"
    );
    let tries = bench.first.asked();
    assert!(tries.iter().all(|event| event == "c1"), "{tries:?}");
    assert!((12..40).contains(&tries.len()), "{} tries", tries.len());
    bench.first.always(Ok(Delivery::Accepted));
    bench.later(300).await;
    let came = bench.first.asked()[tries.len()..].to_vec();
    assert_eq!(came, ["c1", "c2"], "the others were told elsewhere");
    assert_eq!(bench.ends(), ["done"; 4]);
    assert!(bench.dead_letters().is_empty());
}

#[tokio::test]
async fn when_every_channel_is_away_each_event_waits_and_comes_in_order() {
    let bench = Bench::new().await;
    bench.first.always(away());
    bench.second.always(away());
    for event in ["a", "b", "c"] {
        bench.info(1, event).await;
    }
    for _ in 0..60 {
        bench.later(60).await;
    }
    assert_eq!(bench.ends(), ["open"; 3]);
    bench.second.always(Ok(Delivery::Accepted));
    let before = bench.second.asked().len();
    bench.later(300).await;
    assert_eq!(bench.second.asked()[before..], ["a", "b", "c"]);
    assert_eq!(bench.ends(), ["done"; 3]);
}

#[tokio::test]
async fn what_a_channel_never_takes_is_dead_there_audited_and_goes_elsewhere() {
    let bench = Bench::new().await;
    bench.first.always(never());
    bench.info(1, "a").await;
    bench.critical(1, "b").await;
    bench.work().await;
    assert_eq!(bench.second.asked(), ["a", "b"]);
    assert_eq!(bench.ends(), ["done", "done"]);
    let dead = bench.dead_letters();
    assert_eq!(dead.len(), 2, "one for each event");
    assert!(
        dead.iter()
            .all(|row| row["channel"] == "first" && row["reason"] == "refused")
    );
    bench.second.always(never());
    bench.info(1, "c").await;
    bench.work().await;
    assert_eq!(bench.ends()[2], "dead");
    let channels: Vec<_> = bench.dead_letters()[2..]
        .iter()
        .map(|row| row["channel"].clone())
        .collect();
    assert_eq!(channels, ["first", "second"]);
}

#[tokio::test]
async fn after_the_last_attempt_an_event_is_given_up_and_the_next_has_its_turn() {
    let bench = Bench::new().await;
    bench.second.always(away());
    bench.critical(1, "a").await;
    bench.critical(1, "b").await;
    bench.work().await;
    let mut steps = 0;
    while bench.dead_letters().is_empty() {
        bench.later(300).await;
        steps += 1;
        assert!(steps <= ATTEMPTS_MAX, "never given up");
    }
    assert_eq!(bench.log()[1], format!("second dead {ATTEMPTS_MAX}"));
    assert_eq!(bench.ends()[0], "done", "the first channel has told it");
    assert_eq!(bench.dead_letters()[0]["reason"], "away");
    bench.second.always(Ok(Delivery::Accepted));
    bench.later(300).await;
    assert_eq!(bench.second.asked().last().unwrap(), "b");
    assert_eq!(bench.ends(), ["done", "done"]);
}

#[tokio::test]
async fn a_channel_that_is_gone_for_good_gathers_nothing() {
    let bench = Bench::new().await;
    bench.second.always(away());
    for session in 0..50 {
        bench.critical(session, "a").await;
    }
    bench.work().await;
    bench.later(WAITING_MAX_S + 1).await;
    assert_eq!(bench.dead_letters().len(), 50);
    assert_eq!(bench.ends(), vec!["done"; 50]);
    assert!(bench.second.asked().len() < 5, "it was not asked for each");
}

#[tokio::test]
async fn nobody_to_tell_on_one_channel_means_the_next_and_on_none_the_end() {
    let bench = Bench::new().await;
    bench.first.always(Ok(Delivery::NoRecipient));
    bench.info(1, "a").await;
    bench.work().await;
    assert_eq!(bench.second.asked(), ["a"]);
    bench.second.always(Ok(Delivery::NoRecipient));
    bench.info(1, "b").await;
    bench.critical(1, "c").await;
    bench.work().await;
    bench.later(3_600).await;
    assert_eq!(bench.ends(), ["done"; 3]);
    assert_eq!(bench.second.asked(), ["a", "b", "c"], "asked once each");
    assert!(bench.dead_letters().is_empty());
}

#[tokio::test]
async fn what_everybody_on_one_channel_switched_off_does_not_come_by_the_next() {
    let bench = Bench::new().await;
    bench.first.always(Ok(Delivery::SwitchedOff));
    bench.info(1, "a").await;
    bench.work().await;
    bench.later(3_600).await;
    assert_eq!(bench.ends(), ["done"]);
    assert!(bench.second.asked().is_empty());
}

#[tokio::test]
async fn nobody_on_one_and_away_on_the_other_is_not_the_end() {
    let bench = Bench::new().await;
    bench.first.always(Ok(Delivery::NoRecipient));
    bench.second.always(away());
    bench.info(1, "a").await;
    bench.critical(2, "b").await;
    bench.work().await;
    assert_eq!(bench.ends(), ["open", "open"]);
    bench.second.always(Ok(Delivery::Accepted));
    bench.later(300).await;
    assert_eq!(bench.ends(), ["done", "done"]);
}

#[tokio::test]
async fn a_channel_that_is_not_ready_is_asked_when_no_other_is_left() {
    let bench = Bench::new().await;
    bench.first.ready.store(false, Ordering::SeqCst);
    bench.info(1, "a").await;
    bench.critical(1, "b").await;
    bench.work().await;
    assert_eq!(bench.second.asked(), ["a", "b"]);
    assert_eq!(
        bench.first.asked(),
        ["b"],
        "critical goes into its queue all the same"
    );
    bench.second.always(away());
    bench.info(1, "c").await;
    bench.work().await;
    assert_eq!(bench.ends()[2], "open", "either may come back first");
    bench.second.always(never());
    bench.later(2).await;
    assert_eq!(bench.first.asked(), ["b", "c"]);
    assert_eq!(bench.ends()[2], "done");
}

#[tokio::test]
async fn a_paced_channel_gets_no_more_than_it_takes() {
    let mut first = Scripted::new("first");
    first.pace = Some(Pace {
        burst: 3,
        interval_ms: 2_000,
    });
    let bench = Bench::with(first, Scripted::new("second")).await;
    for session in 0..6 {
        bench.info(session, &session.to_string()).await;
    }
    bench.work().await;
    assert_eq!(bench.first.asked(), ["0", "1", "2"]);
    assert!(bench.second.asked().is_empty(), "waiting is no failure");
    bench.later(2).await;
    assert_eq!(bench.first.asked().len(), 4);
    bench.later(60).await;
    assert_eq!(bench.first.asked().len(), 6);
}

#[tokio::test]
async fn a_critical_event_overtakes_a_storm_of_others() {
    let mut first = Scripted::new("first");
    first.pace = Some(Pace {
        burst: 1,
        interval_ms: 1_000,
    });
    let bench = Bench::with(first, Scripted::new("second")).await;
    for session in 0..100 {
        bench.info(session, "i").await;
    }
    bench.critical(1_000, "c").await;
    bench.work().await;
    assert_eq!(bench.first.asked(), ["c"]);
    assert_eq!(bench.second.asked(), ["c"]);
}

#[tokio::test]
async fn without_channels_events_end_and_so_do_those_of_a_channel_that_was_taken_away() {
    let bench = Bench::new().await;
    bench.second.always(away());
    bench.critical(1, "a").await;
    bench.work().await;
    assert_eq!(bench.ends(), ["open"]);
    let only = Worker::new(bench.app.core.clone(), vec![bench.first.clone() as _]);
    only.pass().await.unwrap();
    assert_eq!(bench.ends(), ["done"]);
    bench.info(1, "b").await;
    let none = Worker::new(bench.app.core.clone(), Vec::new());
    none.pass().await.unwrap();
    assert_eq!(bench.ends(), ["done", "done"]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_buried_once_and_blocks_nothing() {
    let bench = Bench::new().await;
    bench.info(1, "a").await;
    bench
        .app
        .sql()
        .execute("UPDATE notification_outbox SET payload = '{}'", [])
        .unwrap();
    bench.info(1, "b").await;
    bench.work().await;
    assert_eq!(bench.ends(), ["dead", "done"]);
    assert_eq!(bench.dead_letters().len(), 1);
}

#[tokio::test]
async fn what_was_sent_and_not_marked_is_sent_again_and_nothing_overtakes_it() {
    let bench = Bench::new().await;
    bench.info(1, "a").await;
    bench.info(1, "b").await;
    // As a crash leaves it: the channel has it, the mark is not there.
    bench.worker.pass().await.unwrap();
    let undo = "DELETE FROM notification_log; UPDATE notification_outbox SET done_at = NULL;";
    bench.app.sql().execute_batch(undo).unwrap();
    let anew = Worker::new(bench.app.core.clone(), vec![bench.first.clone() as _]);
    while anew.pass().await.unwrap() {}
    assert_eq!(bench.first.asked(), ["a", "a", "b"]);
    let ids: Vec<String> = bench
        .first
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(|pending| pending.event_id.clone())
        .collect();
    assert_eq!(ids[0], ids[1], "told apart by its id");
}
