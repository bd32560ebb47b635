//! What a viewer, an operator and an owner may do, and what the others are told.

use serde_json::{Value, json};
use waiaas_sandbox::{MessageView, Person, PersonSpec};

use crate::harness::{OWNER_ID, PATIENCE, Story, TestDaemon, shown};

const SECOND_ID: i64 = 2002;

/// Pairs a second person, who gets this role.
async fn second(bench: &TestDaemon, role: &str) -> Person {
    let spec = PersonSpec::new(SECOND_ID, "Vera").with_language(bench.language);
    let person = bench.sandbox.person(spec);
    pair(bench, &person, json!({ "role": role })).await;
    person
}

async fn pair(bench: &TestDaemon, person: &Person, request: Value) {
    let body = bench.admin("POST", "/v1/pairing", request).await.ok();
    let code = body["code"].as_str().unwrap();
    person.send_text(&format!("/start {code}")).unwrap();
    bench.quiet().await;
}

/// Writes, and gives what the bot answers.
async fn write(bench: &TestDaemon, person: &Person, text: &str) -> MessageView {
    let sent = person.send_text(text).unwrap();
    bench.quiet().await;
    let chat = person.chat();
    chat.from_bot().find(|one| one.id > sent).unwrap().clone()
}

async fn toast(person: &Person, query: String) -> String {
    let answer = person.wait_for_answer(&query, PATIENCE).await.unwrap();
    answer.text.unwrap_or_default()
}

fn labels(message: &MessageView) -> Vec<&str> {
    let buttons = message.keyboard.iter().flatten();
    buttons.map(|button| button.text.as_str()).collect()
}

#[tokio::test]
async fn a_viewer_sees_everything_and_changes_nothing() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let viewer = second(&bench, "viewer").await;
        let paired = viewer.chat();
        let mut paired: Vec<String> = paired.from_bot().map(shown).collect();
        paired.sort();
        story.add("/start with a viewer's code", paired.join("\n\n"));
        bench.next().await;
        story.message("told to the owner", &bench.next().await);

        for text in ["/start", "/help", "/whoami", "/sessions"] {
            story.message(text, &write(&bench, &viewer, text).await);
        }
        let session = bench.issue("trader").await;
        bench.quiet().await;
        let alert = viewer.chat().last_from_bot().unwrap().clone();
        story.message("an alert", &alert);
        assert!(alert.keyboard.is_empty(), "no Revoke for a viewer");
        assert!(!bench.next().await.keyboard.is_empty(), "the owner has it");
        let list = write(&bench, &viewer, "/sessions").await;
        let query = viewer
            .tap(list.id, &list.keyboard[0][0].text.clone())
            .unwrap();
        assert_eq!(toast(&viewer, query).await, "");
        bench.quiet().await;
        let details = viewer.chat().message(list.id).unwrap().clone();
        story.message("details", &details);
        assert_eq!(labels(&details).len(), 2, "only Back and Refresh");

        let revoke = format!("/revoke {}", session.id);
        for (told, text) in [
            ("/newsession", "/newsession"),
            ("/newsession trader", "/newsession trader"),
            ("/revoke [id]", &revoke),
        ] {
            story.message(told, &write(&bench, &viewer, text).await);
        }
        assert_eq!(bench.live_sessions().await, [session.id]);
        let refused = bench.audit("ROLE_REFUSED").await;
        assert_eq!(refused.len(), 3);
        let entry: Value = serde_json::from_str(&refused[0]).unwrap();
        assert_eq!(
            entry,
            json!({ "user_id": SECOND_ID, "chat_id": SECOND_ID, "what": "message",
                "role": "viewer", "needed": "operator" })
        );
        story.assert(&bench, "viewer");
    }
}

#[tokio::test]
async fn a_button_that_was_shown_to_a_larger_role_does_nothing_for_a_smaller_one() {
    for language in ["en", "ko"] {
        let bench = TestDaemon::speaking(language)
            .await
            .with_agent("trader")
            .await;
        let mut story = Story::default();
        let session = bench.issue("trader").await;
        let alert = bench.next().await;
        let asked = bench.say("/newsession").await;
        bench.tamper("UPDATE operators SET role = 'viewer'").await;
        for message in [&alert, &asked] {
            let label = message.keyboard[0][0].text.clone();
            let answer = bench.press(message, &label).await;
            story.add(&label, answer.text.unwrap());
        }
        bench.quiet().await;
        let now = bench.owner.chat().message(asked.id).unwrap().clone();
        assert_eq!(shown(&now), shown(&asked), "nothing else changes");
        assert_eq!(
            bench.live_sessions().await,
            std::slice::from_ref(&session.id)
        );
        let refused = bench.audit("ROLE_REFUSED").await;
        assert_eq!(refused.len(), 2);
        assert!(refused.iter().all(|one| one.contains("\"what\":\"tap\"")));

        // The button was not used up by that.
        bench.tamper("UPDATE operators SET role = 'operator'").await;
        let create = asked.keyboard[0][0].text.clone();
        assert_eq!(bench.press(&asked, &create).await.text, None);
        bench.quiet().await;
        assert_eq!(bench.live_sessions().await.len(), 2);
        story.assert(&bench, "role_toast");
    }
}

#[tokio::test]
async fn an_operator_issues_and_revokes_but_does_not_answer_for_an_old_token() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    let operator = second(&bench, "operator").await;
    let asked = write(&bench, &operator, "/newsession").await;
    let query = operator.tap(asked.id, "Create").unwrap();
    assert_eq!(toast(&operator, query).await, "");
    bench.quiet().await;
    assert_eq!(bench.live_sessions().await.len(), 1);

    let issued = bench.issue("trader").await;
    bench.advance(43_200).await;
    bench.renew(&issued).await;
    bench.advance(61).await;
    let path = format!("/v1/sessions/{}/renew", issued.id);
    for _ in 0..2 {
        bench.agent("PUT", &path, Some(&issued.token)).await;
    }
    bench.quiet().await;
    let (theirs, owners) = (operator.chat(), bench.owner.chat());
    let reused = |chat: &waiaas_sandbox::ChatView| {
        let mut all = chat.from_bot();
        all.find(|one| one.text.contains("An old token")).cloned()
    };
    let (theirs, owners) = (reused(&theirs).unwrap(), reused(&owners).unwrap());
    assert_eq!(labels(&theirs), ["Revoke"]);
    assert_eq!(labels(&owners), ["Revoke", "It was me"]);

    let mine = owners.keyboard[0][1].callback_data.clone().unwrap();
    let query = operator.forge_tap(SECOND_ID, theirs.id, &mine).unwrap();
    assert_eq!(toast(&operator, query).await, "This button is not for you.");
    let said = write(&bench, &operator, &format!("/revoke {}", issued.id)).await;
    assert!(said.text.starts_with("Revoke session"), "{}", said.text);
    assert!(bench.audit("ROLE_REFUSED").await.is_empty());
}

#[tokio::test]
async fn the_first_is_owner_the_next_operator_and_a_role_is_raised_but_never_lowered() {
    let bench = TestDaemon::unpaired("en").await;
    let roles = async || {
        let body = bench.admin("GET", "/v1/operators", Value::Null).await.ok();
        let all = body["operators"].as_array().unwrap().clone();
        let role = |one: &Value| one["role"].as_str().unwrap().to_owned();
        all.iter().map(role).collect::<Vec<_>>()
    };
    pair(&bench, &bench.owner, Value::Null).await;
    assert_eq!(roles().await, ["owner"]);
    bench.clock.advance_s(1);
    let kim = bench.sandbox.person(PersonSpec::new(SECOND_ID, "Kim"));
    pair(&bench, &kim, Value::Null).await;
    assert_eq!(roles().await, ["owner", "operator"]);
    pair(&bench, &kim, json!({ "role": "viewer" })).await;
    assert_eq!(roles().await, ["owner", "operator"], "not lowered");
    assert!(
        kim.chat()
            .from_bot()
            .any(|one| one.text.contains("already, as operator"))
    );
    pair(&bench, &kim, json!({ "role": "owner" })).await;
    assert_eq!(roles().await, ["owner", "owner"]);
    let told = bench.owner.chat();
    assert!(
        told.from_bot()
            .any(|one| one.text.contains("as owner: Kim")),
        "{}",
        told.transcript()
    );

    let wrong = json!({ "role": "king" });
    let refused = bench.admin("POST", "/v1/pairing", wrong).await;
    assert_eq!(refused.code(), "REQUEST_INVALID");
}

#[tokio::test]
async fn the_menu_of_a_viewer_has_what_a_viewer_may_send() {
    let bench = TestDaemon::new().await;
    second(&bench, "viewer").await;
    let menu = |chat: i64| {
        let calls = bench.sandbox.calls_of("setMyCommands");
        let of_chat = |call: &&waiaas_sandbox::Call| {
            call.params["scope"].to_string().contains(&chat.to_string())
        };
        let newest = calls.iter().rfind(of_chat)?;
        Some(newest.params["commands"].to_string())
    };
    bench
        .until("the menu of the new viewer", async || {
            menu(SECOND_ID).is_some()
        })
        .await;
    let viewer = menu(SECOND_ID).unwrap();
    assert!(viewer.contains("sessions") && viewer.contains("language"));
    assert!(!viewer.contains("newsession") && !viewer.contains("revoke"));
    assert!(menu(OWNER_ID).unwrap().contains("newsession"));
}

#[tokio::test]
async fn a_role_that_this_version_does_not_know_may_only_look() {
    let bench = TestDaemon::new().await.with_agent("trader").await;
    bench.tamper("UPDATE operators SET role = 'admin'").await;
    let refused = bench.say("/newsession").await;
    assert!(refused.text.contains("another role: operator"));
    assert!(bench.say("/sessions").await.text.contains("No live"));
}
