//! The OpenAPI documents: served, checked in, and the same.

use std::path::PathBuf;

use serde_json::Value;
use waiaas_daemon_core::http::{Door, openapi};

use crate::harness::{Call, TestApp};

/// Set it to any value to write the files instead of comparing them.
const UPDATE: &str = "UPDATE_OPENAPI";

fn checked_in(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../openapi")
        .join(name)
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch for whoever runs the tests"
)]
fn the_checked_in_documents_are_the_generated_ones() {
    for (door, name) in [(Door::Agent, "agent.json"), (Door::Admin, "admin.json")] {
        let path = checked_in(name);
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&path, openapi(door)).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stored == openapi(door),
            "{name} has drifted; run the tests with {UPDATE}=1"
        );
    }
}

#[tokio::test]
async fn each_door_serves_its_own() {
    let app = TestApp::new().await;
    let agent = app.agent_call(Call::new("GET", "/openapi.json")).await;
    assert_eq!((agent.status, agent.text), (200, openapi(Door::Agent)));
    let admin = app.admin("GET", "/openapi.json", Value::Null).await;
    assert_eq!((admin.status, admin.text), (200, openapi(Door::Admin)));
}

#[test]
fn every_reference_leads_somewhere_and_the_version_is_3_1() {
    for door in [Door::Agent, Door::Admin] {
        let document: Value = serde_json::from_str(&openapi(door)).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
        assert!(!text.contains("\"$ref\":\"http"));
    }
}
