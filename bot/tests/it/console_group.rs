//! The console in a group: the configured group and topic, each person by their own role, and
//! nothing that others there must not read.

use serde_json::{Value, json};
use waiaas_sandbox::{GroupSpec, MessageView, Person, PersonSpec};

use crate::harness::{OWNER_ID, PATIENCE, Setup, Story, TestDaemon, shown};

const GROUP: i64 = -1_001_234_567_890;
const OTHER_GROUP: i64 = -1_001_234_567_891;
const TOPIC: i64 = 9;
const BOT: &str = "waiaas_sandbox_bot";

/// A daemon with a group, or one topic of it.
struct Bench {
    daemon: TestDaemon,
    topic: Option<i64>,
}

impl Bench {
    async fn new(language: &'static str, topic: Option<i64>) -> Self {
        let mut settings = vec![("telegram.group_chat_id", GROUP.to_string())];
        settings.extend(topic.map(|topic| ("telegram.group_topic_id", topic.to_string())));
        let setup = Setup {
            language,
            settings,
            ..Setup::default()
        };
        let daemon = TestDaemon::with(setup).await.with_agent("trader").await;
        for id in [GROUP, OTHER_GROUP] {
            daemon.sandbox.group(GroupSpec {
                id,
                title: "Team".to_owned(),
                is_forum: topic.is_some(),
            });
        }
        Self { daemon, topic }
    }

    /// Writes in the group, where the bot listens; gives what it says there then.
    async fn say(&self, person: &Person, text: &str) -> Vec<MessageView> {
        self.say_in(GROUP, self.topic, person, text).await
    }

    async fn say_in(
        &self,
        group: i64,
        topic: Option<i64>,
        person: &Person,
        text: &str,
    ) -> Vec<MessageView> {
        let sent = person.send_in_group(group, topic, text).unwrap();
        self.daemon.quiet().await;
        let chat = self.daemon.sandbox.chat(group).unwrap();
        let later = chat.from_bot().filter(|one| one.id > sent);
        later.cloned().collect()
    }

    /// The one answer.
    async fn ask(&self, person: &Person, text: &str) -> MessageView {
        let mut answers = self.say(person, text).await;
        assert_eq!(answers.len(), 1, "{text}: {answers:#?}");
        answers.remove(0)
    }

    /// Taps in the group; gives the toast.
    async fn press(&self, person: &Person, message: &MessageView, label: &str) -> Option<String> {
        let query = person.tap_in(GROUP, message.id, label).unwrap();
        let toast = person.wait_for_answer(&query, PATIENCE).await;
        self.daemon.quiet().await;
        toast.unwrap().text
    }

    fn now(&self, message: &MessageView) -> MessageView {
        let chat = self.daemon.sandbox.chat(GROUP).unwrap();
        chat.message(message.id).unwrap().clone()
    }

    async fn pair(&self, role: &str, id: i64) -> Person {
        let spec = PersonSpec::new(id, role).with_username(role);
        let person = self.daemon.sandbox.person(spec);
        let body = json!({ "role": role });
        let code = self.daemon.admin("POST", "/v1/pairing", body).await.ok();
        let start = format!("/start {}", code["code"].as_str().unwrap());
        person.send_text(&start).unwrap();
        self.daemon.quiet().await;
        self.daemon.skip();
        person
    }

    fn private_messages(&self) -> usize {
        self.daemon.owner.chat().from_bot().count()
    }
}

fn data(message: &MessageView, row: usize) -> String {
    message.keyboard[row][0].callback_data.clone().unwrap()
}

#[tokio::test]
async fn commands_and_taps_are_taken_in_the_group_and_answered_where_they_were_made() {
    for topic in [None, Some(TOPIC)] {
        let bench = Bench::new("en", topic).await;
        let owner = &bench.daemon.owner;
        let asked = bench.ask(owner, "/newsession").await;
        assert!(
            asked.text.contains("A session for trader"),
            "{}",
            asked.text
        );
        let named = bench.ask(owner, &format!("/sessions@{BOT}")).await;
        for message in [&asked, &named] {
            assert_eq!(message.thread_id, topic);
        }
        let before = bench.private_messages();
        assert_eq!(bench.press(owner, &asked, "Create").await, None);
        assert!(
            bench.now(&asked).text.contains('✅'),
            "{}",
            bench.now(&asked).text
        );
        let live = bench.daemon.live_sessions().await;
        assert_eq!(live.len(), 1);
        assert_eq!(
            bench.private_messages(),
            before + 1,
            "the alert goes to the private chat"
        );

        // A message that is gone is said anew, in its topic.
        let listed = bench.ask(owner, "/sessions").await;
        assert_eq!(
            bench
                .press(owner, &listed, &listed.keyboard[0][0].text)
                .await,
            None
        );
        let opened = bench.now(&listed);
        assert!(opened.text.contains(&live[0]), "{}", opened.text);
        let gone = waiaas_sandbox::Fault::Answer {
            code: 400,
            description: "Bad Request: message to edit not found".to_owned(),
        };
        bench
            .daemon
            .sandbox
            .faults()
            .next("editMessageText", 1, gone);
        assert_eq!(bench.press(owner, &opened, "Revoke").await, None);
        let chat = bench.daemon.sandbox.chat(GROUP).unwrap();
        let anew = chat.from_bot().last().unwrap().clone();
        assert!(anew.id > listed.id && anew.thread_id == topic, "{anew:#?}");
    }
}

#[tokio::test]
async fn only_the_configured_group_and_topic_count() {
    let bench = Bench::new("en", Some(TOPIC)).await;
    let owner = &bench.daemon.owner;
    for (group, topic) in [
        (GROUP, None),
        (GROUP, Some(TOPIC + 1)),
        (OTHER_GROUP, Some(TOPIC)),
    ] {
        for person in [owner, &bench.daemon.stranger] {
            for text in ["/newsession", "/sessions", "/start 0123", "/help"] {
                let said = bench
                    .say_in(group, topic, person, &format!("{text}@{BOT}"))
                    .await;
                assert!(said.is_empty(), "{group} {topic:?} {text}: {said:#?}");
            }
        }
        let said = bench
            .say_in(group, topic, &bench.daemon.stranger, "/whoami")
            .await;
        assert!(said.is_empty(), "{said:#?}");
    }
    assert!(bench.daemon.audit("CONSOLE_REFUSED").await.is_empty());
    assert!(bench.daemon.audit("PAIRING_REFUSED").await.is_empty());

    // A button of the right topic does not work from elsewhere.
    let asked = bench.ask(owner, "/newsession").await;
    for group in [OTHER_GROUP, OWNER_ID] {
        let query = owner.forge_tap(group, asked.id, &data(&asked, 0)).unwrap();
        let toast = owner.wait_for_answer(&query, PATIENCE).await.unwrap();
        assert_eq!(toast.text.as_deref(), Some("This button is not for you."));
    }
    bench.daemon.quiet().await;
    assert!(bench.daemon.live_sessions().await.is_empty());
}

#[tokio::test]
async fn general_is_a_topic_like_the_others() {
    let bench = Bench::new("en", Some(1)).await;
    let owner = &bench.daemon.owner;
    let said = bench.say_in(GROUP, None, owner, "/sessions").await;
    assert_eq!((said.len(), said[0].thread_id), (1, None));
    assert!(
        bench
            .say_in(GROUP, Some(TOPIC), owner, "/sessions")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_thread_of_replies_is_no_topic() {
    let bench = Bench::new("en", None).await;
    let owner = &bench.daemon.owner;
    let first = bench.ask(owner, "/sessions").await;
    owner.reply_in_group(GROUP, first.id, "/agents").unwrap();
    bench.daemon.quiet().await;
    let chat = bench.daemon.sandbox.chat(GROUP).unwrap();
    assert_eq!(chat.from_bot().count(), 2, "{}", chat.transcript());
    assert!(chat.from_bot().last().unwrap().text.contains("trader"));
}

#[tokio::test]
async fn a_group_is_for_talking() {
    let mut bench = Bench::new("en", None).await;
    let setup = "a bot that reads everything";
    bench.daemon.sandbox.read_all_group_messages(true);
    let people = [bench.daemon.owner.clone(), bench.daemon.stranger.clone()];
    for person in &people {
        for text in [
            "good morning",
            "see /newsession for that",
            "/status@other_bot",
            "/newsession@other_bot trader",
            "/unknown",
            "hey @waiaas_sandbox_bot",
        ] {
            let said = bench.say(person, text).await;
            assert!(said.is_empty(), "{setup}, {text}: {said:#?}");
        }
    }
    assert!(bench.daemon.audit("CONSOLE_REFUSED").await.is_empty());
    let handled = "SELECT count(*) FROM telegram_updates WHERE failed_at IS NOT NULL";
    assert_eq!(bench.daemon.count(handled).await, 0);
    // What names the bot is meant for it.
    let hint = bench.ask(&people[0], &format!("/unknown@{BOT}")).await;
    assert!(hint.text.contains("commands only"), "{}", hint.text);
    bench.daemon.stop().await;
}

#[tokio::test]
async fn each_person_acts_with_their_own_role_and_on_their_own_buttons() {
    let bench = Bench::new("en", Some(TOPIC)).await;
    let viewer = bench.pair("viewer", 2001).await;
    let operator = bench.pair("operator", 2002).await;
    let owner = &bench.daemon.owner;
    let refused = bench.ask(&viewer, "/newsession").await;
    assert!(refused.text.contains("another role"), "{}", refused.text);
    assert_eq!(refused.thread_id, Some(TOPIC));
    assert_eq!(bench.daemon.audit("ROLE_REFUSED").await.len(), 1);

    let asked = bench.ask(owner, "/newsession").await;
    let strangers = bench.daemon.stranger.clone();
    for person in [&viewer, &operator, &strangers] {
        let toast = bench.press(person, &asked, "Create").await;
        assert_eq!(toast.as_deref(), Some("This button is not for you."));
        assert_eq!(
            shown(&bench.now(&asked)),
            shown(&asked),
            "nothing else changes"
        );
    }
    assert!(bench.daemon.live_sessions().await.is_empty());
    let asked = bench.ask(&operator, "/newsession").await;
    assert_eq!(bench.press(&operator, &asked, "Create").await, None);
    assert_eq!(bench.daemon.live_sessions().await.len(), 1);
    let created = bench.daemon.audit("SESSION_CREATED").await;
    assert_eq!(created.len(), 1, "{created:?}");
    let actor = "SELECT actor FROM audit_log WHERE event = 'SESSION_CREATED'";
    assert!(bench.daemon.sql(actor).await[0][0].contains("2002"));

    // Removed from the list, still in the group.
    let path = "/v1/operators/2002";
    bench.daemon.admin("DELETE", path, Value::Null).await.ok();
    let refused = bench.ask(&operator, "/sessions").await;
    assert_eq!(refused.text, "This bot answers paired people only.");
}

#[tokio::test]
async fn strangers_in_the_group_are_refused_once_an_hour_and_audited() {
    for language in ["en", "ko"] {
        let bench = Bench::new(language, Some(TOPIC)).await;
        let stranger = &bench.daemon.stranger;
        let mut story = Story::default();
        story.message("/newsession", &bench.ask(stranger, "/newsession").await);
        for text in [
            "/newsession",
            "/whoami",
            "/start",
            "/start 0123456789abcdef",
            "/sessions",
        ] {
            let said = bench.say(stranger, text).await;
            assert!(said.is_empty(), "{text}: {said:#?}");
        }
        assert_eq!(stranger.chat().from_bot().count(), 0, "nothing in private");
        let refused = bench.daemon.audit("CONSOLE_REFUSED").await;
        assert_eq!(refused.len(), 1);
        assert!(refused[0].contains(&GROUP.to_string()), "{refused:?}");
        bench.daemon.advance(3_600).await;
        let code = bench.daemon.pairing_code().await;
        let refused = bench.ask(stranger, &format!("/start {code}")).await;
        assert_eq!(refused.thread_id, Some(TOPIC));
        story.message("/start with a code, an hour later", &refused);
        assert_eq!(
            bench.daemon.operators().await,
            [OWNER_ID],
            "the code was not used"
        );
        assert!(bench.daemon.audit("PAIRING_REFUSED").await.is_empty());
        stranger.send_text(&format!("/start {code}")).unwrap();
        bench.daemon.quiet().await;
        assert_eq!(
            bench.daemon.operators().await.len(),
            2,
            "it works in the private chat"
        );
        story.assert(&bench.daemon, "group_stranger");
    }
}

#[tokio::test]
async fn no_code_is_shown_or_taken_in_the_group() {
    for language in ["en", "ko"] {
        let bench = Bench::new(language, Some(TOPIC)).await;
        let owner = &bench.daemon.owner;
        let mut story = Story::default();
        let code = bench.daemon.pairing_code().await;
        let refused = bench.ask(owner, &format!("/start {code}")).await;
        story.message("/start with a code", &refused);
        let used = "SELECT count(*) FROM pairing_codes WHERE used_at IS NOT NULL";
        assert_eq!(bench.daemon.count(used).await, 1, "the owner's own alone");

        let asked = bench.ask(owner, "/newsession").await;
        let machine = asked.keyboard.iter().flatten().find(|button| {
            button.text.contains("another machine") || button.text.contains("다른 컴퓨터")
        });
        let machine = machine
            .unwrap_or_else(|| panic!("{}", shown(&asked)))
            .text
            .clone();
        for _ in 0..2 {
            let toast = bench.press(owner, &asked, &machine).await;
            story.add("For another machine", toast.unwrap());
        }
        assert_eq!(shown(&bench.now(&asked)), shown(&asked), "the offer stays");
        assert!(bench.daemon.live_sessions().await.is_empty());
        assert!(bench.daemon.audit("CLAIM_CODE_ISSUED").await.is_empty());
        let create = asked.keyboard[0][0].text.clone();
        assert_eq!(bench.press(owner, &asked, &create).await, None);
        assert_eq!(bench.daemon.live_sessions().await.len(), 1);
        story.assert(&bench.daemon, "group_codes");
    }
}

#[tokio::test]
async fn whoami_tells_a_paired_person_the_ids_of_any_group() {
    for language in ["en", "ko"] {
        let bench = Bench::new(language, Some(TOPIC)).await;
        let owner = &bench.daemon.owner;
        let mut story = Story::default();
        for (group, topic) in [
            (OTHER_GROUP, Some(77)),
            (OTHER_GROUP, None),
            (GROUP, Some(77)),
        ] {
            let said = bench.say_in(group, topic, owner, "/whoami").await;
            assert_eq!((said.len(), said[0].thread_id), (1, topic));
            story.message(&format!("{group}, topic {topic:?}"), &said[0]);
        }
        let said = bench
            .say_in(OTHER_GROUP, Some(77), owner, "/sessions")
            .await;
        assert!(said.is_empty(), "{said:#?}");
        story.assert(&bench.daemon, "group_whoami");
    }
}

#[tokio::test]
async fn a_hand_over_that_ends_after_a_restart_is_told_in_its_topic() {
    let mut bench = Bench::new("en", Some(TOPIC)).await;
    let owner = bench.daemon.owner.clone();
    let asked = bench.ask(&owner, "/newsession").await;
    std::fs::create_dir(bench.daemon.data_dir().join("mcp-token.lock")).unwrap();
    let gone = waiaas_sandbox::Fault::Answer {
        code: 400,
        description: "Bad Request: message to edit not found".to_owned(),
    };
    bench
        .daemon
        .sandbox
        .faults()
        .next("editMessageText", 10, gone);
    assert_eq!(bench.press(&owner, &asked, "Create").await, None);
    bench.daemon.kill().await;
    bench.daemon.start().await;
    bench.daemon.quiet().await;
    let chat = bench.daemon.sandbox.chat(GROUP).unwrap();
    let told: Vec<_> = chat.from_bot().filter(|one| one.id > asked.id).collect();
    assert!(
        !told.is_empty() && told.iter().all(|one| one.thread_id == Some(TOPIC)),
        "{told:#?}"
    );
    assert!(
        told.last().unwrap().text.contains("could not be written"),
        "{told:#?}"
    );
}
