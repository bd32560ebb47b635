//! Step 2 on data of step 1.

use waiaas_migration::migrate_to;

use crate::{
    dump,
    old_data::{Database, number},
};

const OLD_COLUMNS: &str = "id, agent_id, wallet_id, token_hash, token_kid, expires_in, expires_at, \
     constraints, source, created_by, created_at, last_used_at, revoked_at, revoked_by";

#[tokio::test]
async fn old_sessions_get_defaults_and_an_absolute_end() {
    let old = Database::old(1).await;
    let before = dump::table_data(&old.open(), "sessions", OLD_COLUMNS);
    migrate_to(&old.path(), 2).await.unwrap();
    let db = old.open();
    let as_it_should_be = "SELECT count(*) FROM sessions WHERE renewal_count = 0
        AND max_renewals = 30 AND last_renewed_at IS NULL
        AND absolute_expires_at = created_at + 2592000";
    assert_eq!(number(&db, as_it_should_be), 107);
    assert_eq!(dump::table_data(&db, "sessions", OLD_COLUMNS), before);
}
