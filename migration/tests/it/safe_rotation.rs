//! Step 4 on data of step 3.

use waiaas_migration::migrate_to;

use crate::old_data::{Database, number, session_id};

#[tokio::test]
async fn old_sessions_get_their_issue_time_and_nothing_else() {
    let old = Database::old(3).await;
    migrate_to(&old.path(), 4).await.unwrap();
    let as_it_should_be = "SELECT count(*) FROM sessions
        WHERE token_issued_at = created_at AND token_issued_at = expires_at - expires_in
        AND previous_token_hash IS NULL AND previous_token_kid IS NULL
        AND renewal_key_hash IS NULL AND token_first_used_at IS NULL
        AND token_file IS NULL AND delivered_at IS NULL AND handover IS NULL";
    assert_eq!(number(&old.open(), as_it_should_be), 107);
}

#[tokio::test]
async fn an_alert_is_raised_once_and_goes_with_its_session() {
    let old = Database::old(4).await;
    let db = old.open();
    let raise = "INSERT INTO session_alerts VALUES (?1, 'NEAR_END', 0, 5)";
    db.execute(raise, [session_id(1)]).unwrap();
    assert!(db.execute(raise, [session_id(1)]).is_err());
    assert!(db.execute(raise, ["nobody"]).is_err());
    db.execute("DELETE FROM sessions WHERE id = ?1", [session_id(1)])
        .unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM session_alerts"), 0);
}
