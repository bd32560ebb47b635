//! The daily summary's mark: whoever sets it tells, and nobody else.

use sea_orm::ConnectionTrait as _;
use waiaas_daemon_core::console::summary::repo;

use crate::harness::TestApp;

#[tokio::test]
async fn a_day_is_marked_by_one_and_the_next_day_anew() {
    let app = TestApp::new().await;
    let tx = app.core.db.begin_write().await.unwrap();
    let rows = "INSERT INTO operators (user_id, chat_id, role, source, paired_at)
             VALUES (42, 42, 'owner', 'pairing_code', 5);
         INSERT INTO daily_summaries VALUES (42, 540, NULL);";
    tx.execute_unprepared(rows).await.unwrap();
    let days = ["2026-02-08", "2026-02-08", "2026-02-09", "2026-02-09"];
    let mut marked = Vec::new();
    for day in days {
        marked.push(repo::mark_told(&*tx, 42, day).await.unwrap());
    }
    assert_eq!(marked, [true, false, true, false]);
    assert!(!repo::mark_told(&*tx, 43, "2026-02-09").await.unwrap());
}
