//! The schema that comes out, from whichever side one arrives.

use sea_orm_migration::MigratorTrait;
use waiaas_migration::{Migrator, STEPS, migrate, migrate_to, status};

use crate::{
    dump,
    old_data::{Database, number},
};

#[tokio::test]
async fn the_final_schema_is_the_checked_in_one() {
    let fresh = Database::absent();
    migrate(&fresh.path()).await.unwrap();
    insta::assert_snapshot!("final_schema", dump::statements(&fresh.open()));
}

#[tokio::test]
async fn a_fresh_database_ends_like_one_migrated_step_by_step_with_data() {
    let fresh = Database::absent();
    migrate(&fresh.path()).await.unwrap();
    let old = Database::old(1).await;
    for steps in 2..=STEPS.len() {
        let report = migrate_to(&old.path(), steps).await.unwrap();
        assert_eq!(report.applied, [STEPS[steps - 1]], "one step at a time");
        assert_eq!(
            number(&old.open(), "SELECT count(*) FROM pragma_foreign_key_check"),
            0
        );
    }
    assert_eq!(dump::schema(&old.open()), dump::schema(&fresh.open()));
    assert_eq!(number(&old.open(), "SELECT count(*) FROM sessions"), 107);
}

#[tokio::test]
async fn no_table_keeps_a_name_from_a_table_recreation() {
    let old = Database::old(STEPS.len()).await;
    assert!(!dump::schema(&old.open()).contains("_new"));
}

#[tokio::test]
async fn the_last_step_leaves_older_tables_alone() {
    let old = Database::old(STEPS.len() - 1).await;
    let db = old.open();
    // A new column is no change of the others.
    let tables: Vec<(String, String)> = dump::tables(&db)
        .into_iter()
        .filter(|table| table != "seaql_migrations")
        .map(|table| (dump::columns(&db, &table).join(", "), table))
        .collect();
    let data = |db: &rusqlite::Connection| -> String {
        let of = |(columns, table): &(String, String)| dump::table_data(db, table, columns);
        tables.iter().map(of).collect()
    };
    let before = data(&db);
    migrate(&old.path()).await.unwrap();
    assert!(data(&old.open()) == before, "the step has changed old data");
}

#[tokio::test]
async fn the_names_are_those_of_the_steps() {
    let names: Vec<String> = Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect();
    assert_eq!(names, STEPS);
    let absent = Database::absent();
    let listed = status(&absent.path()).await.unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|step| step.name.as_str())
            .collect::<Vec<_>>(),
        STEPS
    );
}

#[tokio::test]
async fn values_outside_the_closed_sets_are_refused() {
    let db = Database::old(STEPS.len()).await;
    let db = db.open();
    for wrong in [
        "UPDATE agents SET status = 'ASLEEP'",
        "UPDATE wallets SET chain = 'bitcoin'",
        "UPDATE wallets SET status = 'SUSPENDED'",
        "UPDATE signing_keys SET status = 'OLD'",
        "INSERT INTO signing_keys VALUES ('k2', 'sealed', 'CURRENT', 6, NULL)",
        "UPDATE agent_wallets SET is_default = TRUE",
        "INSERT INTO agents SELECT 'other', name, status, NULL, 1, 1 FROM agents LIMIT 1",
        "UPDATE sessions SET token_hash = 'one for all'",
    ] {
        assert!(db.execute(wrong, []).is_err(), "accepted: {wrong}");
    }
}
