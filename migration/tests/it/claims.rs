//! Step 6 on data of step 5.

use waiaas_migration::migrate_to;

use crate::old_data::{Database, number, session_id};

#[tokio::test]
async fn a_code_belongs_to_one_session_and_goes_with_it() {
    let old = Database::old(5).await;
    migrate_to(&old.path(), 6).await.unwrap();
    let db = old.open();
    let issue = "INSERT INTO claim_codes (code_hash, session_id, created_at, expires_at)
        VALUES (?1, ?2, 5, 605)";
    db.execute(issue, ["one", &session_id(1)]).unwrap();
    for (hash, session) in [
        ("one", session_id(2)),
        ("two", session_id(1)),
        ("three", "nobody".to_owned()),
    ] {
        assert!(db.execute(issue, [hash, &session]).is_err(), "{hash}");
    }
    db.execute("DELETE FROM sessions WHERE id = ?1", [session_id(1)])
        .unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM claim_codes"), 0);
}
