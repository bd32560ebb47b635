//! The owner's side of the chat: write, tap, read on; and chats as text for snapshots.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use waiaas_sandbox::{MessageView, Person, Toast};

use super::{PATIENCE, TestDaemon, english_in};

/// How often a condition in the database is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What a person sees of a message: text with its markup, and the buttons in rows.
pub fn shown(message: &MessageView) -> String {
    let mut text = message.source.clone();
    for row in &message.keyboard {
        let labels: Vec<_> = row
            .iter()
            .map(|button| format!("[{}]", button.text))
            .collect();
        let _ = write!(text, "\n    {}", labels.join(" "));
    }
    text
}

/// What arrives in a chat in the course of a test, for one snapshot per language.
#[derive(Default)]
pub struct Story(String);

impl Story {
    /// Adds what is seen at some point.
    pub fn add(&mut self, when: &str, seen: impl AsRef<str>) {
        let _ = writeln!(self.0, "— {when}\n{}\n", seen.as_ref());
    }

    /// Adds a message.
    pub fn message(&mut self, when: &str, message: &MessageView) {
        let edited = if message.edited { " (edited)" } else { "" };
        self.add(&format!("{when}{edited}"), shown(message));
    }

    /// Compares with the snapshot, and in a Korean chat finds what is not Korean: in the story
    /// and in whatever else has arrived.
    pub fn assert(&self, bench: &TestDaemon, name: &str) {
        if bench.language == "ko" {
            let headings = |line: &&str| !line.starts_with('—');
            let story: Vec<_> = self.0.lines().filter(headings).collect();
            assert_korean(&story.join("\n"), &bench.data_dir().display().to_string());
            bench.assert_korean_chat();
        }
        self.assert_mixed(bench, name);
    }

    /// Compares with the snapshot only, for a chat in two languages. Ids and the data directory
    /// are redacted; times are not, since the clock stands still.
    pub fn assert_mixed(&self, bench: &TestDaemon, name: &str) {
        let dir = bench.data_dir().display().to_string();
        let text = self.0.replace(&dir, "[dir]");
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path("../snapshots");
        settings.add_filter(
            "[0-9a-f]{8}-[0-9a-f]{4}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?",
            "[id]",
        );
        settings.add_filter(r"\b[0-9a-f]{16}\b", "[kid]");
        settings.add_filter("([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", "[code]");
        settings.bind(|| {
            insta::assert_snapshot!(format!("console__{name}__{}", bench.language), text);
        });
    }
}

fn assert_korean(text: &str, data_dir: &str) {
    let english = english_in(&text.replace(data_dir, " "));
    assert!(english.is_empty(), "{english:?} in:\n{text}");
}

impl TestDaemon {
    /// Everything that the bot has said to the owner is Korean, buttons and toasts included.
    pub fn assert_korean_chat(&self) {
        let chat = self.owner.chat();
        let dir = self.data_dir().display().to_string();
        for message in chat.from_bot() {
            assert_korean(&shown(message), &dir);
        }
        for toast in chat.toasts.iter().filter_map(|toast| toast.text.as_deref()) {
            assert_korean(toast, &dir);
        }
    }

    /// Pairs the owner by a code and waits until everything about it has arrived.
    pub async fn pair(&self) {
        let code = self.pairing_code().await;
        self.owner.send_text(&format!("/start {code}")).unwrap();
        self.quiet().await;
        self.skip();
    }

    /// The owner writes; gives what the bot says next.
    pub async fn say(&self, text: &str) -> MessageView {
        let sent = self.owner.send_text(text).unwrap();
        self.seen.fetch_max(sent, Ordering::SeqCst);
        self.next().await
    }

    /// The next message of the bot that was not looked at yet.
    pub async fn next(&self) -> MessageView {
        let seen = self.seen.load(Ordering::SeqCst);
        let chat = self
            .owner
            .wait_for(
                |chat| chat.from_bot().any(|message| message.id > seen),
                PATIENCE,
            )
            .await
            .unwrap_or_else(|late| panic!("{late}"));
        let message = chat
            .from_bot()
            .find(|message| message.id > seen)
            .unwrap()
            .clone();
        self.seen.store(message.id, Ordering::SeqCst);
        message
    }

    /// Takes everything that has arrived as looked at.
    pub fn skip(&self) {
        let newest = self.owner.messages().last().map_or(0, |message| message.id);
        self.seen.fetch_max(newest, Ordering::SeqCst);
    }

    /// What has arrived from the bot and was not looked at.
    pub fn unseen(&self) -> Vec<MessageView> {
        let seen = self.seen.load(Ordering::SeqCst);
        self.owner
            .chat()
            .from_bot()
            .filter(|message| message.id > seen)
            .cloned()
            .collect()
    }

    /// The owner taps a button and the bot answers it.
    pub async fn press(&self, message: &MessageView, label: &str) -> Toast {
        let query = self.owner.tap(message.id, label).unwrap();
        answered(&self.owner, &query).await
    }

    /// The owner taps; gives the message as it was changed.
    pub async fn tap(&self, message: &MessageView, label: &str) -> MessageView {
        let toast = self.press(message, label).await;
        assert_eq!(toast.text, None, "a tap that works has no toast");
        self.changed(message).await
    }

    /// As [`TestDaemon::tap`], by the button's place, whatever its label's language.
    pub async fn tap_at(&self, message: &MessageView, row: usize, column: usize) -> MessageView {
        self.tap(message, &message.keyboard[row][column].text.clone())
            .await
    }

    /// The message as soon as it looks different.
    pub async fn changed(&self, before: &MessageView) -> MessageView {
        let differs = |now: &MessageView| shown(now) != shown(before);
        self.message_when(before.id, differs).await
    }

    /// The message as soon as it satisfies the condition.
    pub async fn message_when(
        &self,
        id: i64,
        mut condition: impl FnMut(&MessageView) -> bool,
    ) -> MessageView {
        let chat = self
            .owner
            .wait_for(
                |chat| chat.message(id).is_some_and(&mut condition),
                PATIENCE,
            )
            .await
            .unwrap_or_else(|late| panic!("{late}"));
        chat.message(id).unwrap().clone()
    }

    /// The message when nothing is under way any more.
    pub async fn settled(&self, message: &MessageView) -> MessageView {
        self.quiet().await;
        self.owner.chat().message(message.id).unwrap().clone()
    }

    /// Waits until nothing is under way: every update handled, every hand-over ended, every
    /// event and message delivered or given up. What leads to the next is looked at first.
    pub async fn quiet(&self) {
        const STAGES: [&str; 4] = [
            "SELECT count(*) FROM telegram_updates WHERE handled_at IS NULL AND failed_at IS NULL",
            "SELECT count(*) FROM sessions WHERE handover IS NOT NULL AND delivered_at IS NULL \
             AND revoked_at IS NULL",
            "SELECT count(*) FROM notification_outbox WHERE done_at IS NULL AND dead_at IS NULL",
            "SELECT count(*) FROM telegram_outbox WHERE sent_at IS NULL AND dead_at IS NULL",
        ];
        self.until("every update fetched", async || {
            self.sandbox.pending_updates() == 0
        })
        .await;
        for stage in STAGES {
            if !self.comes_true(async || self.count(stage).await == 0).await {
                let waiting = "SELECT id, method, priority, attempts, last_error, payload \
                    FROM telegram_outbox WHERE sent_at IS NULL AND dead_at IS NULL";
                let waiting = self.sql(waiting).await;
                panic!(
                    "waited in vain for: {stage}\n{waiting:#?}\n{}",
                    self.owner.chat().transcript()
                );
            }
        }
    }

    /// Waits for a condition outside the chat.
    pub async fn until(&self, what: &str, mut condition: impl AsyncFnMut() -> bool) {
        if !self.comes_true(&mut condition).await {
            panic!(
                "waited in vain for: {what}\n{}",
                self.owner.chat().transcript()
            );
        }
    }

    async fn comes_true(&self, mut condition: impl AsyncFnMut() -> bool) -> bool {
        let waiting = async {
            while !condition().await {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.is_ok()
    }
}

/// The bot's answer to somebody's tap.
pub async fn answered(person: &Person, query: &str) -> Toast {
    person
        .wait_for_answer(query, PATIENCE)
        .await
        .unwrap_or_else(|late| panic!("{late}"))
}
