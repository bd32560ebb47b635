//! The built program under the official SDKs, against a real daemon: one life of an agent, from
//! the first start without a session to the end of the client, with a rotation, a restart of
//! the daemon, the kill switch, a revocation and a cancelled call in between.
//!
//! `bot/tests/clients` has the clients, which do one step at a time; here stands what they do
//! and what must come out. Needs what `bot/tests/clients/prepare` installs; `.ci/run` prepares
//! it and runs these tests.

mod driver;
mod relay;

use serde_json::json;

use crate::harness::{PATIENCE, TestDaemon};
use driver::{Driver, Sdk};
use relay::Relay;

/// The renewal unit of the sessions here, seconds.
const UNIT_S: i64 = 3_600;
/// When the keeper renews at the latest: 60 % of the unit and all of the jitter.
const DUE_S: i64 = UNIT_S * 63 / 100;
const TOOLS: [&str; 4] = [
    "session_status",
    "list_wallets",
    "get_wallet",
    "get_address",
];
const SESSION: &str = "waiaas://session";
const SYSTEM_STATUS: &str = "waiaas://system/status";

#[tokio::test]
#[ignore = "needs the official SDKs; .ci/run installs them and runs this test"]
async fn the_python_sdk_with_initialize() {
    live(Sdk::Python { mode: "legacy" }).await;
}

#[tokio::test]
#[ignore = "needs the official SDKs; .ci/run installs them and runs this test"]
async fn the_python_sdk_with_the_newest_version() {
    live(Sdk::Python { mode: "auto" }).await;
}

#[tokio::test]
#[ignore = "needs the official SDKs; .ci/run installs them and runs this test"]
async fn the_typescript_sdk() {
    live(Sdk::TypeScript).await;
}

async fn live(sdk: Sdk) {
    let mut daemon = TestDaemon::new().await.with_agent("trader").await;
    let relay = Relay::to(daemon.agents_addr()).await;
    let mut client = Driver::start(sdk, daemon.data_dir(), &relay.url());

    comes_up_without_a_session(&mut client, sdk).await;
    let session = works_as_soon_as_there_is_one(&mut client, &daemon).await;
    lists_and_reads(&mut client).await;
    renews_between_two_calls(&mut client, &daemon, &session).await;
    outlives_a_restart(&mut client, &mut daemon, &relay).await;
    waits_while_every_agent_is_stopped(&mut client, &daemon).await;
    goes_on_with_another_session(&mut client, &daemon, &session).await;
    gives_a_cancelled_call_up(&mut client, &relay).await;
    hears_what_happened(&mut client).await;
    ends_with_its_client(client).await;
}

async fn comes_up_without_a_session(client: &mut Driver, sdk: Sdk) {
    let met = client.connect().await;
    assert_eq!(met["server"], "waiaas");
    assert_eq!(met["version"], sdk.version());
    assert!(
        met["instructions"]
            .as_str()
            .unwrap()
            .contains("/newsession")
    );
    assert_eq!(client.ok("tools", json!({})).await, json!(TOOLS));
    for tool in TOOLS {
        let said = client.call(tool, json!({})).await;
        assert_eq!(said["status"], "session_expired", "{tool}: {said}");
    }
    if sdk.has_initialize() {
        client.ok("ping", json!({})).await;
        client.ok("set_level", json!({ "level": "debug" })).await;
    }
}

/// Gives the id of the session.
async fn works_as_soon_as_there_is_one(client: &mut Driver, daemon: &TestDaemon) -> String {
    let session = hand_over(daemon).await;
    let said = client.call("session_status", json!({})).await;
    assert_eq!(said["sessionId"], *session);
    assert_eq!(said["timeLeft"], "1 hour");
    assert_eq!(said["renewalsLeft"], 30);
    session
}

async fn lists_and_reads(client: &mut Driver) {
    let listed = client.call("list_wallets", json!({})).await;
    let wallet = &listed["wallets"][0];
    assert_eq!(wallet["name"], "trader-wallet");
    assert_eq!(client.call("get_wallet", json!({})).await, *wallet);
    let named = json!({ "wallet": "trader-wallet" });
    let address = client.call("get_address", named).await;
    assert_eq!(address["address"], wallet["address"]);

    let refused = client
        .refused("get_wallet", json!({ "wallet": "trader-walet" }))
        .await;
    assert_eq!(refused["code"], "WALLET_NOT_FOUND");
    let refused = client
        .refused("get_wallet", json!({ "walet": "trader" }))
        .await;
    assert_eq!(refused["code"], "REQUEST_INVALID");
    let unknown = client
        .step("call", json!({ "tool": "send", "arguments": {} }))
        .await;
    assert_eq!(unknown.unwrap_err()["code"], -32602);

    let resources = client.ok("resources", json!({})).await;
    assert_eq!(
        resources,
        json!([SESSION, "waiaas://wallets", SYSTEM_STATUS])
    );
    assert_eq!(client.read("waiaas://wallets").await, listed);
    assert_eq!(client.read(SESSION).await["agent"], "trader");
    let status = client.read(SYSTEM_STATUS).await;
    assert_eq!(status["daemon"]["reachable"], true);
    assert_eq!(status["keeper"]["state"], "active");
    let unknown = client
        .step("read", json!({ "uri": "waiaas://nothing" }))
        .await;
    assert!(unknown.unwrap_err()["code"].is_i64());
}

async fn renews_between_two_calls(client: &mut Driver, daemon: &TestDaemon, session: &str) {
    let before = std::fs::read_to_string(daemon.token_file()).unwrap();
    daemon.advance(DUE_S).await;
    // Tells the keeper how late it is.
    client.call("session_status", json!({})).await;
    until("the session is renewed", async || {
        daemon.session(session).await["renewalCount"] == 1
    })
    .await;
    let said = client.call("session_status", json!({})).await;
    assert_eq!(said["renewalsLeft"], 29);
    assert_eq!(said["sessionId"], session);
    let after = std::fs::read_to_string(daemon.token_file()).unwrap();
    assert_ne!(before, after);
}

async fn outlives_a_restart(client: &mut Driver, daemon: &mut TestDaemon, relay: &Relay) {
    daemon.kill().await;
    let said = client.call("list_wallets", json!({})).await;
    assert_eq!(said["status"], "daemon_unavailable");
    let status = client.read(SYSTEM_STATUS).await;
    assert_eq!(status["daemon"]["reachable"], false);
    daemon.start().await;
    relay.retarget(daemon.agents_addr());
    let said = client.call("list_wallets", json!({})).await;
    assert_eq!(said["wallets"][0]["name"], "trader-wallet");
}

async fn waits_while_every_agent_is_stopped(client: &mut Driver, daemon: &TestDaemon) {
    let switch = async |active: bool| {
        let body = json!({ "active": active });
        daemon.admin("PUT", "/v1/kill-switch", body).await.ok();
    };
    switch(true).await;
    let said = client.call("get_address", json!({})).await;
    assert_eq!(said["status"], "kill_switch_active");
    assert_eq!(client.read(SESSION).await["status"], "kill_switch_active");
    switch(false).await;
    let said = client.call("get_address", json!({})).await;
    assert_eq!(said["name"], "trader-wallet");
}

async fn goes_on_with_another_session(client: &mut Driver, daemon: &TestDaemon, session: &str) {
    let path = format!("/v1/sessions/{session}/revoke");
    daemon.admin("POST", &path, json!({})).await.ok();
    let said = client.call("list_wallets", json!({})).await;
    assert_eq!(said["status"], "session_expired");
    assert_eq!(client.read(SESSION).await["status"], "session_expired");
    let next = hand_over(daemon).await;
    let said = client.call("session_status", json!({})).await;
    assert_eq!(said["sessionId"], *next);
}

async fn gives_a_cancelled_call_up(client: &mut Driver, relay: &Relay) {
    relay.hold();
    let call = json!({ "tool": "list_wallets", "arguments": {} });
    client.ok("begin_call", call).await;
    relay.until_held().await;
    assert_eq!(client.ok("cancel", json!({})).await, "cancelled");
    relay.until_abandoned().await;
    relay.release();
    let said = client.call("list_wallets", json!({})).await;
    assert_eq!(said["wallets"][0]["name"], "trader-wallet");
}

async fn hears_what_happened(client: &mut Driver) {
    let heard = client.ok("news", json!({})).await;
    let messages = heard.as_array().unwrap().iter();
    let levels: Vec<_> = messages
        .map(|message| message["level"].as_str().unwrap())
        .collect();
    for level in ["info", "notice", "warning"] {
        assert!(levels.contains(&level), "no {level}: {heard}");
    }
}

async fn ends_with_its_client(mut client: Driver) {
    client.ok("close", json!({})).await;
    assert_eq!(client.server_exit_code(), 0);
    let log = client.stop().await;
    assert!(!log.contains("wai_sess_"), "{log}");
}

/// A session of the trader whose token is in the token file; gives its id.
async fn hand_over(daemon: &TestDaemon) -> String {
    let limits = json!({ "expiresIn": UNIT_S });
    let created = daemon.hand_over("trader", limits).await;
    created["session"]["id"].as_str().unwrap().to_owned()
}

/// Waits until it is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(20);
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "waited in vain: {what}");
}
