//! Step 7 on data of the step before.

use waiaas_migration::{STEPS, migrate_to};

use crate::old_data::{Database, number};

const STEP: &str = "m20260315_000007_preferences";

#[tokio::test]
async fn an_old_code_makes_an_owner_and_preferences_go_with_their_operator() {
    let place = STEPS.iter().position(|step| *step == STEP).unwrap();
    let old = Database::old(place).await;
    let code = "INSERT INTO pairing_codes (code_hash, created_at, expires_at) VALUES ('c', 5, 605)";
    old.open().execute(code, []).unwrap();
    migrate_to(&old.path(), place + 1).await.unwrap();
    let db = old.open();
    let owners = "SELECT count(*) FROM pairing_codes WHERE role = 'owner'";
    assert_eq!(number(&db, owners), 1);

    db.execute_batch(
        "INSERT INTO operators (user_id, chat_id, role, source, paired_at)
             VALUES (42, 42, 'owner', 'pairing_code', 5);
         INSERT INTO notification_preferences VALUES (42, 'SESSION_RENEWED', 'off');
         INSERT INTO quiet_hours VALUES (42, 1320, 420);",
    )
    .unwrap();
    for twice in [
        "INSERT INTO notification_preferences VALUES (42, 'SESSION_RENEWED', 'on')",
        "INSERT INTO quiet_hours VALUES (42, 0, 60)",
        "INSERT INTO quiet_hours VALUES (43, 0, 60)",
    ] {
        assert!(db.execute(twice, []).is_err(), "accepted: {twice}");
    }
    db.execute("DELETE FROM operators", []).unwrap();
    let left = "SELECT (SELECT count(*) FROM notification_preferences)
        + (SELECT count(*) FROM quiet_hours)";
    assert_eq!(number(&db, left), 0);
}
