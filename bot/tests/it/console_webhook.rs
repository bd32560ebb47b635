//! Webhook mode: Telegram brings updates to a door of the daemon's own, through a proxy.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::harness::{Front, OWNER_ID, PATIENCE, Setup, TestDaemon, logs, shown};

const PATH: &str = "/tg/hook-7";
const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
const OPEN_UPDATES: &str =
    "SELECT count(*) FROM telegram_updates WHERE handled_at IS NULL AND failed_at IS NULL";
const UPDATES: &str = "SELECT count(*) FROM telegram_updates";

/// A daemon that Telegram reaches through a proxy.
struct Bench {
    daemon: TestDaemon,
    front: Front,
}

impl Bench {
    async fn new() -> Self {
        let front = Front::start().await;
        let settings = vec![
            ("telegram.webhook_url", front.url(PATH)),
            ("telegram.webhook_listen", "127.0.0.1:0".to_owned()),
        ];
        let setup = Setup {
            settings,
            ..Setup::default()
        };
        let daemon = TestDaemon::prepare(setup).await;
        let mut bench = Self { daemon, front };
        bench.start().await;
        bench.daemon.pair().await;
        bench
    }

    async fn start(&mut self) {
        self.daemon.start().await;
        self.front.lead_to(self.daemon.webhook_addr());
    }

    /// Starts again, without a webhook.
    async fn poll_from_now_on(&mut self) {
        self.daemon.stop().await;
        self.daemon.configure(&[("telegram.webhook_url", "")]);
        self.daemon.start().await;
    }

    fn secret(&self) -> String {
        let token = SecretString::from(self.daemon.sandbox.bot_token());
        let secret = self.daemon.core().master_key.webhook_secret(&token);
        secret.expose_secret().to_owned()
    }

    /// A request straight to the door; gives status and body.
    async fn post(&self, path: &str, secret: Option<&str>, body: String) -> (u16, String) {
        self.request("POST", path, secret, body).await
    }

    async fn request(
        &self,
        method: &str,
        path: &str,
        secret: Option<&str>,
        body: String,
    ) -> (u16, String) {
        let url = format!("http://{}{path}", self.daemon.webhook_addr());
        let mut request = reqwest::Client::new()
            .request(method.parse().unwrap(), url)
            .header("content-type", "application/json")
            .body(body);
        if let Some(secret) = secret {
            request = request.header(SECRET_HEADER, secret);
        }
        let response = request.send().await.unwrap();
        (
            response.status().as_u16(),
            response.text().await.unwrap_or_default(),
        )
    }

    async fn telegram_is(&self, state: &str) {
        self.daemon
            .until(&format!("telegram is {state}"), async || {
                self.health().await == state
            })
            .await;
    }

    async fn health(&self) -> String {
        let health = self.daemon.agent("GET", "/health", None).await.ok();
        health["telegram"].as_str().unwrap().to_owned()
    }

    async fn problem(&self) -> String {
        let status = self.daemon.admin("GET", "/v1/status", Value::Null).await;
        let problem = status.ok()["channels"][0]["problem"].clone();
        problem.as_str().unwrap_or_default().to_owned()
    }

    async fn bot_api(&self, method: &str, params: Value) -> Value {
        let sandbox = &self.daemon.sandbox;
        let url = format!("{}/bot{}/{method}", sandbox.url(), sandbox.bot_token());
        let answer = reqwest::Client::new().post(url).json(&params).send().await;
        let answer: Value = serde_json::from_str(&answer.unwrap().text().await.unwrap()).unwrap();
        answer["result"].clone()
    }

    /// How many answers have arrived that contain this.
    fn answers(&self, part: &str) -> usize {
        let chat = self.daemon.owner.chat();
        chat.from_bot()
            .filter(|one| one.text.contains(part))
            .count()
    }

    async fn answered(&self, part: &str, times: usize) {
        self.daemon
            .until(part, async || self.answers(part) >= times)
            .await;
        self.daemon.quiet().await;
        assert_eq!(
            self.answers(part),
            times,
            "{}",
            self.daemon.owner.chat().transcript()
        );
    }
}

/// What the owner writes, as Telegram brings it.
fn update(id: i64, text: &str) -> String {
    json!({
        "update_id": id,
        "message": {
            "message_id": 9_000 + id % 1_000, "date": 1_770_546_385, "text": text,
            "chat": { "id": OWNER_ID, "type": "private", "first_name": "Olga" },
            "from": { "id": OWNER_ID, "is_bot": false, "first_name": "Olga", "username": "olga" },
        },
    })
    .to_string()
}

#[tokio::test]
async fn updates_are_brought_and_answered_each_once_in_their_order() {
    let bench = Bench::new().await;
    let daemon = &bench.daemon;
    let commands = ["/sessions", "/agents", "/wallets", "/whoami", "/language"];
    for command in commands {
        daemon.owner.send_text(command).unwrap();
    }
    daemon.quiet().await;
    let answers: Vec<String> = daemon.unseen().iter().map(shown).collect();
    assert_eq!(answers.len(), commands.len(), "{answers:#?}");
    for (answer, part) in answers
        .iter()
        .zip(["session", "agent", "wallet", "1001", "한국어"])
    {
        assert!(answer.contains(part), "{part} in {answer}");
    }
    let asked = daemon.say("/language").await;
    daemon.tap(&asked, "한국어").await;

    let set = daemon.sandbox.calls_of("setWebhook");
    assert_eq!(set.len(), 1, "{set:#?}");
    let params = &set[0].params;
    assert_eq!(params["url"], bench.front.url(PATH));
    assert_eq!(params["max_connections"].to_string().trim_matches('"'), "1");
    let kinds = params["allowed_updates"].to_string().replace('\\', "");
    assert!(
        kinds.contains("\"message\"") && kinds.contains("\"callback_query\""),
        "{kinds}"
    );
    assert!(daemon.sandbox.calls_of("getUpdates").is_empty());
    assert_eq!(bench.health().await, "ok");
    assert!(!logs().contains(&bench.secret()));
    let kept = daemon.every_value().await;
    assert!(
        !kept
            .iter()
            .any(|(_, value)| value.contains(&bench.secret()))
    );
}

#[tokio::test]
async fn who_does_not_show_the_secret_is_not_listened_to() {
    let bench = Bench::new().await;
    let before = bench.daemon.count(UPDATES).await;
    let (secret, body) = (bench.secret(), update(600_000_001, "/whoami"));
    let longer = format!("{secret}0");
    let wrong = [
        None,
        Some(""),
        Some("0"),
        Some(longer.as_str()),
        Some(&secret[1..]),
    ];
    let told = logs()
        .matches("calls the webhook without its secret")
        .count();
    for wrong in wrong {
        let refused = bench.post(PATH, wrong, body.clone()).await;
        assert_eq!(refused, (401, String::new()), "{wrong:?}");
    }
    let said = logs();
    let now = said.matches("calls the webhook without its secret").count();
    assert_eq!(now - told, 1, "told once, not for each");
    assert!(!said.contains(&longer[1..]), "no value is logged");

    for path in [
        "/",
        "/tg",
        "/tg/hook-7/",
        "/tg/hook-70",
        "/tg/HOOK-7",
        "/health",
        "/v1/session",
    ] {
        let refused = bench.post(path, Some(&secret), body.clone()).await;
        assert_eq!(refused, (404, String::new()), "{path}");
    }
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let refused = bench
            .request(method, PATH, Some(&secret), body.clone())
            .await;
        assert_eq!(refused, (404, String::new()), "{method}");
    }
    let door = reqwest::Client::new();
    let agents = format!("http://{}{PATH}", bench.daemon.agents_addr());
    let at_the_agents = door.post(agents).header(SECRET_HEADER, &secret).body(body);
    assert_eq!(at_the_agents.send().await.unwrap().status(), 404);
    assert_eq!(
        bench.daemon.count(UPDATES).await,
        before,
        "nothing is stored"
    );
}

#[tokio::test]
async fn what_is_no_update_is_refused_and_what_is_not_understood_is_set_aside() {
    let bench = Bench::new().await;
    let secret = bench.secret();
    let before = bench.daemon.count(UPDATES).await;
    let foreign = [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"update_id":"7"}"#,
        r#"{"update_id":-7}"#,
    ];
    for foreign in foreign {
        let refused = bench.post(PATH, Some(&secret), foreign.to_owned()).await;
        assert_eq!(refused, (400, String::new()), "{foreign}");
    }
    let long = update(600_000_001, &"x".repeat(1 << 20));
    assert_eq!(bench.post(PATH, Some(&secret), long).await.0, 413);
    assert_eq!(
        bench.daemon.count(UPDATES).await,
        before,
        "nothing is stored"
    );

    let strange = r#"{"update_id":600000001,"message":7}"#.to_owned();
    let taken = bench.post(PATH, Some(&secret), strange).await;
    assert_eq!(taken, (200, String::new()));
    bench.daemon.quiet().await;
    assert_eq!(bench.daemon.count(UPDATES).await, before + 1);
    bench.daemon.say("/whoami").await;

    let leaked = update(600_000_002, "/revoke wai_sess_e30.e30.e30");
    assert_eq!(bench.post(PATH, Some(&secret), leaked).await.0, 200);
    bench.daemon.quiet().await;
    let kept = bench.daemon.every_value().await;
    assert!(!kept.iter().any(|(_, value)| value.contains("wai_sess_e30")));
}

#[tokio::test]
async fn what_cannot_be_stored_is_brought_again_and_handled_once() {
    let bench = Bench::new().await;
    let daemon = &bench.daemon;
    let writable = async |on: &str| {
        let pragma = format!("PRAGMA query_only = {on}");
        daemon.core().db.execute_unprepared(&pragma).await.unwrap();
    };
    writable("ON").await;
    let refused = bench
        .post(PATH, Some(&bench.secret()), update(600_000_001, "/agents"))
        .await;
    assert_eq!(refused, (503, String::new()));
    daemon.owner.send_text("/whoami").unwrap();
    let repeated = async || {
        let info = bench.bot_api("getWebhookInfo", json!({})).await;
        info["last_error_message"]
            .as_str()
            .is_some_and(|it| it.contains("503"))
    };
    daemon.until("a delivery that failed", repeated).await;
    writable("OFF").await;
    bench.answered("1001", 1).await;
    assert_eq!(
        bench.answers("no agent yet"),
        0,
        "what was not stored was not handled"
    );
}

#[tokio::test]
async fn a_daemon_that_dies_after_storing_and_before_answering_handles_the_update_once() {
    let mut bench = Bench::new().await;
    bench.front.lose_answers_of(bench.daemon.webhook_addr());
    bench.daemon.owner.send_text("/whoami").unwrap();
    bench.front.until_lost().await;
    bench.daemon.kill().await;
    bench.front.lead_nowhere();
    assert_eq!(
        bench.daemon.sandbox.pending_updates(),
        1,
        "Telegram brings it again"
    );
    bench.start().await;
    bench.answered("1001", 1).await;
    assert_eq!(bench.daemon.count(OPEN_UPDATES).await, 0);
}

#[tokio::test]
async fn the_same_update_twice_is_handled_once() {
    let bench = Bench::new().await;
    let secret = bench.secret();
    for _ in 0..3 {
        let twice = bench
            .post(PATH, Some(&secret), update(600_000_001, "/whoami"))
            .await;
        assert_eq!(twice, (200, String::new()));
    }
    bench.answered("1001", 1).await;
    bench
        .post(PATH, Some(&secret), update(600_000_001, "/whoami"))
        .await;
    bench.answered("1001", 1).await;
}

#[tokio::test]
async fn from_polling_to_a_webhook_and_back_no_update_is_lost() {
    let mut bench = Bench::new().await;
    bench.poll_from_now_on().await;
    bench.telegram_is("ok").await;
    assert_eq!(bench.daemon.sandbox.calls_of("deleteWebhook").len(), 1);
    bench.daemon.say("/agents").await;

    let paused = bench.daemon.sandbox.faults();
    paused.go_away();
    bench.daemon.owner.send_text("/whoami").unwrap();
    bench.daemon.stop().await;
    let url = bench.front.url(PATH);
    bench.daemon.configure(&[("telegram.webhook_url", &url)]);
    bench.daemon.sandbox.faults().come_back();
    bench.start().await;
    bench.answered("1001", 1).await;

    // Telegram goes on with other chats while it cannot deliver one update: the newest that
    // came is newer than one that did not.
    bench.front.lead_nowhere();
    bench.daemon.owner.send_text("/wallets").unwrap();
    let newer = update(600_000_001, "/whoami");
    assert_eq!(bench.post(PATH, Some(&bench.secret()), newer).await.0, 200);
    bench.answered_while_pending("1001", 2).await;
    bench.poll_from_now_on().await;
    bench.answered("no wallet yet", 1).await;
    let forgotten = "SELECT count(*) FROM system_state WHERE key = 'telegram_webhook'";
    assert_eq!(bench.daemon.count(forgotten).await, 0);
    bench.daemon.say("/language").await;
    assert_eq!(bench.answers("1001"), 2, "nothing is handled again");
}

impl Bench {
    /// As [`Bench::answered`], while Telegram keeps something back.
    async fn answered_while_pending(&self, part: &str, times: usize) {
        self.daemon
            .until(part, async || self.answers(part) >= times)
            .await;
        assert_eq!(self.daemon.sandbox.pending_updates(), 1);
    }
}

#[tokio::test]
async fn polling_leaves_a_webhook_of_somebody_else_alone() {
    let mut bench = Bench::new().await;
    bench.daemon.stop().await;
    let foreign = json!({ "url": "http://127.0.0.1:9/somebody-elses" });
    bench.bot_api("setWebhook", foreign).await;
    bench.daemon.configure(&[("telegram.webhook_url", "")]);
    bench.daemon.start().await;
    bench.telegram_is("conflict").await;
    let problem = bench.problem().await;
    assert!(problem.contains("a webhook is set") && !problem.contains("somebody-elses"));
    assert!(bench.daemon.sandbox.calls_of("deleteWebhook").is_empty());
    bench.bot_api("deleteWebhook", json!({})).await;
    bench.telegram_is("ok").await;
    bench.daemon.say("/whoami").await;
}

#[tokio::test]
async fn a_webhook_that_somebody_else_has_set_is_told_and_taken_back() {
    let bench = Bench::new().await;
    for rival in [
        json!({ "url": "http://127.0.0.1:9/somebody-elses" }),
        json!({ "url": "" }),
    ] {
        let set = bench.daemon.sandbox.calls_of("setWebhook").len();
        bench.bot_api("setWebhook", rival).await;
        bench.telegram_is("conflict").await;
        let problem = bench.problem().await;
        assert!(
            problem.contains("another program has set a webhook"),
            "{problem}"
        );
        assert!(!problem.contains("somebody-elses") && !problem.contains(&bench.secret()));
        let before = bench.daemon.sandbox.calls_of("setWebhook").len();
        assert_eq!(
            before - set,
            1,
            "the rival's alone: it is taken back slowly"
        );
        bench.telegram_is("ok").await;
        bench.daemon.say("/whoami").await;
    }
}

#[tokio::test]
async fn a_way_that_is_broken_is_told_and_what_waits_arrives_when_it_is_mended() {
    let bench = Bench::new().await;
    bench.front.lead_nowhere();
    bench.daemon.owner.send_text("/whoami").unwrap();
    bench.telegram_is("undelivered").await;
    let problem = bench.problem().await;
    assert!(
        problem.contains("cannot deliver to telegram.webhook_url: "),
        "{problem}"
    );
    assert!(
        !problem.contains(&bench.secret()) && !problem.contains(bench.daemon.sandbox.bot_token())
    );
    // Messages go out all the same, and do not hide it.
    let daemon = bench.daemon.with_agent("trader").await;
    let bench = Bench {
        daemon,
        front: bench.front,
    };
    bench.daemon.issue("trader").await;
    bench.daemon.next().await;
    assert_eq!(bench.health().await, "undelivered");

    bench.front.lead_to(bench.daemon.webhook_addr());
    bench.answered("1001", 1).await;
    bench.telegram_is("ok").await;
    assert_eq!(bench.problem().await, "");
}

#[tokio::test]
async fn telegram_away_at_the_start_or_refusing_the_token_is_told_and_waited_for() {
    let mut bench = Bench::new().await;
    bench.daemon.stop().await;
    bench.daemon.sandbox.faults().go_away();
    bench.start().await;
    bench.telegram_is("unreachable").await;
    bench.daemon.sandbox.faults().come_back();
    bench.telegram_is("ok").await;
    bench.daemon.sandbox.faults().revoke_token(true);
    bench.telegram_is("unauthorized").await;
    bench.daemon.sandbox.faults().revoke_token(false);
    bench.telegram_is("ok").await;
    bench.daemon.say("/whoami").await;
}

#[tokio::test]
async fn a_command_that_names_a_bot_waits_until_it_is_known_which_one_this_is() {
    let mut bench = Bench::new().await;
    bench.daemon.stop().await;
    bench.daemon.sandbox.faults().go_away();
    bench.start().await;
    bench.telegram_is("unreachable").await;
    let named = update(600_000_001, "/whoami@waiaas_sandbox_bot");
    assert_eq!(bench.post(PATH, Some(&bench.secret()), named).await.0, 200);
    bench.daemon.sandbox.faults().come_back();
    bench.answered("1001", 1).await;
    assert_eq!(bench.answers("commands only"), 0);
}

#[tokio::test]
async fn another_address_in_the_configuration_is_set_and_an_old_one_is_known_until_it_is() {
    let mut bench = Bench::new().await;
    bench.daemon.stop().await;
    let url = bench.front.url("/");
    bench.daemon.configure(&[("telegram.webhook_url", &url)]);
    bench.start().await;
    bench.daemon.say("/whoami").await;
    let info = bench.bot_api("getWebhookInfo", json!({})).await;
    assert_eq!(info["url"], url);

    // The next address never gets as far as Telegram; the one before is still ours.
    bench.daemon.stop().await;
    let url = bench.front.url("/third");
    bench.daemon.configure(&[("telegram.webhook_url", &url)]);
    let refusal = waiaas_sandbox::Fault::Answer {
        code: 400,
        description: "Bad Request: bad webhook: nobody there".to_owned(),
    };
    bench
        .daemon
        .sandbox
        .faults()
        .next("setWebhook", 1_000, refusal);
    bench.start().await;
    bench.telegram_is("undelivered").await;
    let problem = bench.problem().await;
    assert!(
        problem.contains("refuses telegram.webhook_url: Bad Request: bad webhook"),
        "{problem}"
    );
    bench.poll_from_now_on().await;
    bench.telegram_is("ok").await;
    bench.daemon.say("/whoami").await;
}

#[tokio::test]
async fn of_two_daemons_the_one_that_is_called_stores_and_the_one_with_the_lease_handles() {
    let mut bench = Bench::new().await;
    let peer = bench.daemon.neighbour().await;
    bench
        .daemon
        .until("standby", async || peer.telegram() == "standby")
        .await;
    bench.front.lead_to(peer.webhook_addr());
    for command in ["/whoami", "/agents", "/wallets"] {
        bench.daemon.say(command).await;
    }
    bench.daemon.quiet().await;
    assert!(bench.daemon.unseen().is_empty(), "each once");
    assert_eq!(bench.daemon.sandbox.calls_of("setWebhook").len(), 1);

    // The holder dies; the other takes over and goes on with what both have stored.
    bench.daemon.kill().await;
    bench.daemon.owner.send_text("/language").unwrap();
    bench.daemon.clock.advance_s(60);
    let answer = bench.daemon.next().await;
    assert!(shown(&answer).contains("한국어"), "{}", shown(&answer));
    let settled = tokio::time::timeout(PATIENCE, async {
        while peer.telegram() != "ok" || bench.daemon.sandbox.pending_updates() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    settled.await.unwrap();
    assert!(bench.daemon.unseen().is_empty());
}
