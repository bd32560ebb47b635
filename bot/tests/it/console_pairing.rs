//! Who becomes an operator, and how: codes, `owner_chat_id`, and what is refused.

use waiaas_sandbox::{Person, PersonSpec};

use crate::harness::{OWNER_ID, PATIENCE, Setup, Story, TestDaemon, shown};

/// Writes and waits for the answer that comes after what is in the chat already.
async fn write(person: &Person, text: &str) -> String {
    let sent = person.send_text(text).unwrap();
    let answered = |chat: &waiaas_sandbox::ChatView| chat.from_bot().any(|one| one.id > sent);
    let chat = person.wait_for(answered, PATIENCE).await.unwrap();
    shown(chat.from_bot().find(|one| one.id > sent).unwrap())
}

#[tokio::test]
async fn the_right_code_pairs_once_and_the_machine_sees_who() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::unpaired(language).await;
        let mut story = Story::default();
        assert!(bench.operators().await.is_empty());
        let code = bench.pairing_code().await;
        bench.owner.send_text(&format!("/start {code}")).unwrap();
        bench.quiet().await;
        // The answer and the alert about a new operator are no sequence.
        let mut arrived: Vec<String> = bench.unseen().iter().map(shown).collect();
        arrived.sort();
        arrived
            .iter()
            .for_each(|one| story.add("/start with the right code", one));
        bench.skip();
        assert_eq!(bench.operators().await, [OWNER_ID]);
        let list = bench
            .admin("GET", "/v1/operators", serde_json::Value::Null)
            .await
            .ok();
        assert_eq!(list["operators"][0]["username"], "olga");
        assert_eq!(list["operators"][0]["chatId"], OWNER_ID);

        story.message("/start", &bench.say("/start").await);
        story.message("the used code", &bench.say(&format!("/start {code}")).await);
        let second = bench.pairing_code().await;
        story.message("the machine makes a second code", &bench.next().await);
        story.message(
            "the second code",
            &bench.say(&format!("/start {second}")).await,
        );
        story.add(
            "the second code, used up",
            write(&bench.stranger, &format!("/start {second}")).await,
        );
        bench.quiet().await;
        assert_eq!(bench.operators().await, [OWNER_ID]);
        assert!(bench.unseen().is_empty(), "nobody was added");
        story.assert(&bench, "pairing");
    }
}

#[tokio::test]
async fn a_wrong_and_a_late_code_pair_nobody() {
    let bench = TestDaemon::unpaired("en").await;
    let code = bench.pairing_code().await;
    let wrong = write(&bench.owner, "/start 0123456789abcdef0123456789abcdef").await;
    assert!(wrong.contains("does not work"), "{wrong}");
    bench.advance(600).await;
    let late = write(&bench.owner, &format!("/start {code}")).await;
    assert_eq!(late, wrong, "wrong and late are not told apart");
    assert!(bench.operators().await.is_empty());
    assert_eq!(bench.audit("PAIRING_REFUSED").await.len(), 2);
    assert!(bench.audit("OPERATOR_PAIRED").await.is_empty());
}

#[tokio::test]
async fn five_wrong_tries_of_anybody_lock_pairing_for_an_hour_and_guessing_ends_in_silence() {
    let bench = TestDaemon::unpaired("en").await;
    let code = bench.pairing_code().await;
    for wrong in 0..5 {
        write(&bench.stranger, &format!("/start {wrong}")).await;
    }
    let refused = write(&bench.owner, &format!("/start {code}")).await;
    assert!(refused.contains("Too many wrong codes"), "{refused}");
    assert!(
        bench.operators().await.is_empty(),
        "even the right code is refused"
    );

    for wrong in 5..9 {
        bench
            .stranger
            .send_text(&format!("/start {wrong}"))
            .unwrap();
    }
    bench.quiet().await;
    let told = bench
        .stranger
        .chat()
        .from_bot()
        .filter(|one| one.text.contains("Too many"))
        .count();
    assert_eq!(told, 1, "{}", bench.stranger.chat().transcript());

    bench.advance(3_600).await;
    let fresh = bench.pairing_code().await;
    let paired = write(&bench.owner, &format!("/start {fresh}")).await;
    bench.quiet().await;
    assert_eq!(bench.operators().await, [OWNER_ID], "{paired}");
}

#[tokio::test]
async fn owner_chat_id_pairs_without_a_code_and_the_name_follows_with_the_first_message() {
    for language in ["en", "ko"] {
        let settings = vec![("telegram.owner_chat_id", OWNER_ID.to_string())];
        let setup = Setup {
            language,
            paired: false,
            settings,
            ..Setup::default()
        };
        let mut bench = TestDaemon::prepare(setup).await;
        let mut story = Story::default();
        // A bot cannot write to somebody who never wrote to it.
        bench.owner.send_text("/start").unwrap();
        bench.start().await;
        bench.quiet().await;
        assert_eq!(bench.operators().await, [OWNER_ID]);
        // The greeting and the alert are no sequence, nor is the name known before both.
        let greeted = bench
            .unseen()
            .into_iter()
            .find(|one| one.text.contains("Olga"))
            .unwrap();
        story.message("/start", &greeted);
        bench.skip();
        story.message("/start again", &bench.say("/start").await);
        let list = bench
            .admin("GET", "/v1/operators", serde_json::Value::Null)
            .await
            .ok();
        assert_eq!(list["operators"][0]["source"], "configuration");
        assert_eq!(list["operators"][0]["username"], "olga", "{list}");

        bench.stop().await;
        bench.start().await;
        bench.quiet().await;
        assert!(
            bench.unseen().is_empty(),
            "the second start binds nobody anew"
        );
        assert_eq!(bench.audit("OPERATOR_PAIRED").await.len(), 1);
        story.assert_mixed(&bench, "owner_chat_id");
    }
}

#[tokio::test]
async fn a_second_operator_is_told_in_their_own_language() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let spec = PersonSpec::new(2002, "지우").with_language("ko-KR");
    let second = bench.sandbox.person(spec);
    let code = bench.pairing_code().await;
    second.send_text(&format!("/start {code}")).unwrap();
    bench.quiet().await;
    assert!(bench.next().await.text.contains("A pairing code was made"));
    let heard = bench.next().await;
    assert!(
        heard.text.contains("지우"),
        "the first operator hears of it: {}",
        shown(&heard)
    );

    bench.issue("trader").await;
    bench.quiet().await;
    assert!(bench.next().await.text.contains("has a new session"));
    let korean = second.chat().last_from_bot().unwrap().clone();
    assert!(korean.text.contains("새 세션"), "{}", shown(&korean));
}
