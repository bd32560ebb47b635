//! Step 8: each channel has its own attempts at an event.

use waiaas_migration::{STEPS, migrate};

use crate::old_data::Database;

#[tokio::test]
async fn what_was_logged_before_was_taken_at_the_first_attempt() {
    let step = STEPS
        .iter()
        .position(|name| name.contains("_channels"))
        .unwrap();
    let old = Database::old(step).await;
    let insert = "INSERT INTO notification_log VALUES ('e1', 'telegram', 'accepted', 5, NULL)";
    old.open().execute(insert, []).unwrap();
    migrate(&old.path()).await.unwrap();
    let row = old.open().query_row(
        "SELECT attempts, next_attempt_at FROM notification_log WHERE event_id = 'e1'",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)),
    );
    assert_eq!(row.unwrap(), (1, None));
}
