//! Histories that this version cannot continue.

use waiaas_migration::{MigrationError, STEPS, migrate, status};

use crate::{dump, old_data::Database};

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_unchanged() {
    let newer = Database::old(3).await;
    let future = "INSERT INTO seaql_migrations VALUES ('m20990101_000009_future', 77)";
    newer.open().execute(future, []).unwrap();
    let before = (dump::schema(&newer.open()), dump::data(&newer.open()));
    let refusal = migrate(&newer.path()).await.unwrap_err();
    assert!(matches!(refusal, MigrationError::Newer { .. }), "{refusal}");
    assert!(
        refusal.to_string().contains("m20990101_000009_future"),
        "{refusal}"
    );
    assert!((dump::schema(&newer.open()), dump::data(&newer.open())) == before);
    let last = status(&newer.path()).await.unwrap().pop().unwrap();
    assert_eq!(
        (last.name.as_str(), last.applied_at),
        ("m20990101_000009_future", Some(77))
    );
    assert!(!last.known);
}

#[tokio::test]
async fn a_lost_record_of_an_earlier_step_is_refused() {
    let torn = Database::old(3).await;
    torn.open()
        .execute(
            "DELETE FROM seaql_migrations WHERE version = ?1",
            [STEPS[1]],
        )
        .unwrap();
    let refusal = migrate(&torn.path()).await.unwrap_err();
    let MigrationError::Gap { missing, .. } = &refusal else {
        panic!("{refusal}")
    };
    assert_eq!(missing, &[STEPS[1]]);
}
