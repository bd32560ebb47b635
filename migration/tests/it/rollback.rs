//! A step that fails leaves the database exactly as before, and the next run succeeds.

use waiaas_migration::{
    MigrationError, Rehearsal, STEPS, migrate, rehearse, session_wallets_statements,
};

use crate::{
    dump,
    old_data::{Database, number},
};

#[tokio::test]
async fn a_fault_at_each_statement_of_step_3_rolls_back_whole() {
    let fresh = Database::absent();
    migrate(&fresh.path()).await.unwrap();
    let wanted = dump::schema(&fresh.open());
    let old = Database::old(2).await;
    let before = (dump::schema(&old.open()), dump::data(&old.open()));
    let statements = session_wallets_statements();
    assert!(statements.len() >= 16, "the hook sees the statements");
    for position in 0..=statements.len() {
        let name = statements.get(position).copied().unwrap_or("the end");
        let run = Rehearsal {
            fail_before: Some(position),
            ..Rehearsal::default()
        };
        let failure = rehearse(&old.path(), &run).await.unwrap_err();
        let MigrationError::Step { step, source } = failure else {
            panic!("{failure}")
        };
        assert_eq!(step, STEPS[2]);
        assert!(source.to_string().contains(name), "{source} at {name}");
        let after = (dump::schema(&old.open()), dump::data(&old.open()));
        assert!(after == before, "changed by a fault before: {name}");
    }
    let report = migrate(&old.path()).await.unwrap();
    assert_eq!(report.applied, STEPS[2..]);
    assert_eq!(dump::schema(&old.open()), wanted);
    assert_eq!(
        number(&old.open(), "SELECT count(*) FROM session_wallets"),
        100
    );
}

#[tokio::test]
async fn steps_before_the_failing_one_stay() {
    let fresh = Database::absent();
    let run = Rehearsal {
        fail_before: Some(4),
        ..Rehearsal::default()
    };
    rehearse(&fresh.path(), &run).await.unwrap_err();
    let recorded = "SELECT count(*) FROM seaql_migrations";
    assert_eq!(number(&fresh.open(), recorded), 2);
    assert_eq!(migrate(&fresh.path()).await.unwrap().applied, STEPS[2..]);
}

#[tokio::test]
async fn a_dangling_reference_stops_the_step_before_its_commit() {
    let old = Database::old(2).await;
    let db = old.open();
    db.pragma_update(None, "foreign_keys", false).unwrap();
    db.execute(
        "UPDATE transactions SET session_id = 'nobody' WHERE id = 'tx-1-a'",
        [],
    )
    .unwrap();
    let before = (dump::schema(&db), dump::data(&db));
    let failure = migrate(&old.path()).await.unwrap_err();
    let MigrationError::ForeignKeys { step, tables, rows } = &failure else {
        panic!("{failure}")
    };
    assert_eq!((step.as_str(), rows), (STEPS[2], &1));
    assert_eq!(tables, &["transactions"]);
    assert!((dump::schema(&db), dump::data(&db)) == before);
    db.execute(
        "UPDATE transactions SET session_id = NULL WHERE id = 'tx-1-a'",
        [],
    )
    .unwrap();
    migrate(&old.path()).await.unwrap();
}

#[tokio::test]
async fn a_statement_that_the_database_refuses_rolls_back_too() {
    let old = Database::old(2).await;
    old.open()
        .execute("CREATE TABLE transactions_new (taken TEXT)", [])
        .unwrap();
    let before = (dump::schema(&old.open()), dump::data(&old.open()));
    let failure = migrate(&old.path()).await.unwrap_err();
    assert!(
        matches!(&failure, MigrationError::Step { step, .. } if step == STEPS[2]),
        "{failure}"
    );
    assert!((dump::schema(&old.open()), dump::data(&old.open())) == before);
}
