//! Who speaks of several daemons on one database: the lease by itself, without a daemon.

use std::sync::Arc;

use waiaas_daemon_core::lease::{DaemonId, LEASE_S, Lease};

use crate::harness::TestApp;

/// A daemon on the same database, under a name of its own.
fn named(app: &TestApp, own: &str, former: Option<&str>) -> Lease {
    let id = DaemonId {
        own: own.to_owned(),
        former: former.map(str::to_owned),
    };
    let mut core = app.core.clone();
    core.daemon_id = Arc::new(id);
    Lease::new(&core, "test")
}

async fn held(lease: &Lease) -> bool {
    lease.hold().await.unwrap()
}

#[tokio::test]
async fn one_has_it_until_it_ends_or_is_given_back() {
    let app = TestApp::new().await;
    let (first, second) = (named(&app, "a", None), named(&app, "b", None));
    assert!(held(&first).await && !held(&second).await);
    app.clock.advance_s(LEASE_S - 1);
    assert!(!held(&second).await, "it has not ended");
    assert!(held(&first).await, "renewed");
    app.clock.advance_s(LEASE_S);
    assert!(held(&second).await && !held(&first).await);
    second.give_back().await.unwrap();
    assert!(held(&first).await, "given back");
    second.give_back().await.unwrap();
    assert!(
        held(&first).await && !held(&second).await,
        "not its to give"
    );
}

#[tokio::test]
async fn a_successor_waits_for_nobody_and_a_copy_takes_it_once() {
    let app = TestApp::new().await;
    let original = named(&app, "a", None);
    assert!(held(&original).await);
    let copy = named(&app, "b", Some("a"));
    assert!(held(&copy).await, "it takes itself for the successor");
    app.clock.advance_s(LEASE_S);
    assert!(held(&original).await, "the copy has let it end");
    assert!(!held(&copy).await, "and does not take it a second time");
}

#[tokio::test]
async fn a_daemon_that_never_speaks_knows_whether_another_does() {
    let app = TestApp::new().await;
    let silent = named(&app, "b", Some("a"));
    assert!(!silent.is_known_to_others().await.unwrap(), "nobody has it");
    let other = named(&app, "c", None);
    assert!(held(&other).await);
    assert!(silent.is_known_to_others().await.unwrap());
}

#[tokio::test]
async fn a_directory_without_channels_inherits_from_its_former_self() {
    let app = TestApp::new().await;
    assert!(held(&named(&app, "a", None)).await);
    let successor = named(&app, "b", Some("a"));
    assert!(!successor.is_known_to_others().await.unwrap());
    let next = named(&app, "c", Some("b"));
    assert!(!next.is_known_to_others().await.unwrap(), "twice in a row");
}

#[tokio::test]
async fn a_lease_from_a_clock_that_was_wrong_is_not_waited_for() {
    let app = TestApp::new().await;
    let (first, second) = (named(&app, "a", None), named(&app, "b", None));
    app.clock.advance_s(86_400);
    assert!(held(&first).await);
    app.clock.advance_s(-86_400);
    assert!(held(&second).await);
    assert!(!held(&first).await, "its own memory is no proof");
}
