//! The audit log can only grow.

use waiaas_migration::STEPS;

use crate::{
    dump,
    old_data::{Database, number},
};

#[tokio::test]
async fn entries_are_added_and_never_changed_or_removed() {
    let database = Database::old(STEPS.len()).await;
    let db = database.open();
    let before = dump::table_data(&db, "audit_log", "*");
    for wrong in [
        "UPDATE audit_log SET details = '{\"forged\":true}'",
        "UPDATE audit_log SET seq = 7 WHERE seq = 1",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE seq = 1",
        "INSERT OR REPLACE INTO audit_log VALUES (1, 6, 'FORGED', 'me', NULL, NULL, '{}', '', 'b')",
        "INSERT INTO audit_log VALUES (1, 6, 'FORGED', 'me', NULL, NULL, '{}', '', 'b')
         ON CONFLICT (seq) DO UPDATE SET event = 'FORGED'",
    ] {
        let refusal = db.execute(wrong, []).unwrap_err();
        assert!(
            refusal.to_string().contains("append-only"),
            "{refusal} at {wrong}"
        );
    }
    assert_eq!(dump::table_data(&db, "audit_log", "*"), before);
    let next = "INSERT INTO audit_log VALUES (2, 6, 'REVOKED', 'me', NULL, NULL, '{}', 'a', 'b')";
    db.execute(next, []).unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM audit_log"), 2);
}
