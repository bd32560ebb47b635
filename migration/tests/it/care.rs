//! Step 9 on data of the step before.

use waiaas_migration::{STEPS, migrate_to};

use crate::old_data::{Database, number};

const STEP: &str = "m20260405_000009_care";

#[tokio::test]
async fn what_waits_still_waits_for_every_channel_and_summaries_go_with_their_operator() {
    let place = STEPS.iter().position(|step| *step == STEP).unwrap();
    let old = Database::old(place).await;
    old.open()
        .execute_batch(
            "INSERT INTO notification_outbox (event_id, event, level, payload, created_at,
                 next_attempt_at) VALUES ('e9', 'KILL_SWITCH_RECOVERED', 'WARNING', '{}', 5, 5);
             INSERT INTO telegram_outbox (chat_id, priority, method, payload, created_at,
                 next_attempt_at) VALUES (42, 1, 'send', '{}', 5, 5);",
        )
        .unwrap();
    migrate_to(&old.path(), place + 1).await.unwrap();
    let db = old.open();
    let event = "SELECT count(*) FROM notification_outbox
        WHERE event_id = 'e9' AND only_channel IS NULL";
    assert_eq!(number(&db, event), 1);
    let message = "SELECT count(*) FROM telegram_outbox
        WHERE chat_id = 42 AND priority = 2
        AND thread_id IS NULL AND living_key IS NULL";
    assert_eq!(number(&db, message), 1);

    db.execute_batch(
        "INSERT INTO operators (user_id, chat_id, role, source, paired_at)
             VALUES (42, 42, 'owner', 'pairing_code', 5);
         INSERT INTO daily_summaries VALUES (42, 540, NULL);
         INSERT INTO leases VALUES ('telegram', 'a', 5);",
    )
    .unwrap();
    for wrong in [
        "INSERT INTO daily_summaries VALUES (43, 540, NULL)",
        "INSERT INTO leases VALUES ('telegram', 'b', 6)",
    ] {
        assert!(db.execute(wrong, []).is_err(), "accepted: {wrong}");
    }
    db.execute("DELETE FROM operators", []).unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM daily_summaries"), 0);
}

#[tokio::test]
async fn what_waits_is_found_without_reading_what_was_told() {
    let database = Database::old(STEPS.len()).await;
    let db = database.open();
    let plan = |sql: &str| -> String {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement
            .query_map([], |row| row.get::<_, String>(3))
            .unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    };
    let waiting = plan(
        "SELECT seq FROM notification_outbox WHERE done_at IS NULL AND dead_at IS NULL
         ORDER BY seq LIMIT 64",
    );
    assert!(waiting.contains("notification_outbox_waiting"), "{waiting}");
    let told = plan("SELECT id FROM telegram_outbox WHERE event_id = 'e'");
    assert!(told.contains("telegram_outbox_event_id"), "{told}");
}
