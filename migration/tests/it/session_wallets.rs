//! Step 3 on data of steps 1 and 2: links, survivors, and references that still hold.

use sea_orm_migration::{MigratorTrait, sea_orm::Database as SeaOrm};
use waiaas_migration::{Migrator, STEPS, migrate, migrate_to};

use crate::{
    dump,
    old_data::{Database, SESSIONS, WALLETS, WITHOUT_WALLET, number, session_id, wallet_id},
};

const KEPT_COLUMNS: &str = "id, agent_id, token_hash, token_kid, expires_in, expires_at, \
     renewal_count, max_renewals, last_renewed_at, absolute_expires_at, constraints, source, \
     created_by, created_at, last_used_at, revoked_at, revoked_by, revoke_reason";

#[tokio::test]
async fn each_session_with_a_wallet_has_exactly_that_one_as_default() {
    let old = Database::old(2).await;
    let before = dump::table_data(&old.open(), "sessions", "id, wallet_id, created_at");
    migrate_to(&old.path(), 3).await.unwrap();
    let db = old.open();
    let links = "sessions LEFT JOIN session_wallets ON session_id = id AND is_default = 1";
    let columns = "id, wallet_id, sessions.created_at";
    assert_eq!(
        dump::table_data(&db, links, columns).replace(links, "sessions"),
        before
    );
    assert_eq!(
        number(&db, "SELECT count(*) FROM session_wallets"),
        SESSIONS as i64
    );
    assert_eq!(
        number(&db, "SELECT count(DISTINCT wallet_id) FROM session_wallets"),
        WALLETS as i64
    );
    let later = "SELECT count(*) FROM session_wallets l JOIN sessions s ON s.id = l.session_id
                 WHERE l.created_at <> s.created_at OR l.is_default <> 1";
    assert_eq!(number(&db, later), 0);
}

#[tokio::test]
async fn sessions_without_a_wallet_survive_without_one() {
    let old = Database::old(3).await;
    let bare = "SELECT count(*) FROM sessions WHERE id NOT IN
                (SELECT session_id FROM session_wallets)";
    assert_eq!(number(&old.open(), bare), WITHOUT_WALLET as i64);
}

#[tokio::test]
async fn the_column_is_gone_and_all_others_keep_their_values() {
    let old = Database::old(2).await;
    let before = dump::table_data(&old.open(), "sessions", KEPT_COLUMNS);
    migrate_to(&old.path(), 3).await.unwrap();
    let db = old.open();
    assert_eq!(
        dump::columns(&db, "sessions"),
        KEPT_COLUMNS.split(", ").collect::<Vec<_>>()
    );
    assert_eq!(dump::table_data(&db, "sessions", KEPT_COLUMNS), before);
}

#[tokio::test]
async fn a_token_issued_before_still_opens_its_session() {
    let old = Database::old(STEPS.len()).await;
    let db = old.open();
    for n in 0..SESSIONS + WITHOUT_WALLET {
        let found: (String, String) = db
            .query_row(
                "SELECT id, token_kid FROM sessions WHERE token_hash = ?1",
                [format!("hash-of-{n}")],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(found, (session_id(n), "k1".to_owned()));
    }
}

#[tokio::test]
async fn transactions_still_reference_their_sessions() {
    let old = Database::old(2).await;
    let before = dump::table_data(&old.open(), "transactions", "*");
    migrate(&old.path()).await.unwrap();
    let db = old.open();
    assert_eq!(dump::table_data(&db, "transactions", "*"), before);
    assert_eq!(
        number(&db, "SELECT count(*) FROM pragma_foreign_key_check"),
        0
    );
    db.execute("DELETE FROM sessions WHERE id = ?1", [session_id(3)])
        .unwrap();
    let cut_off = "SELECT count(*) FROM transactions WHERE session_id IS NULL";
    assert_eq!(
        number(&db, cut_off),
        2,
        "set null, and only for the deleted session"
    );
    let links = "SELECT count(*) FROM session_wallets";
    assert_eq!(
        number(&db, links),
        SESSIONS as i64 - 1,
        "its link went with it"
    );
    db.execute("DELETE FROM transactions WHERE id = 'tx-3-a'", [])
        .unwrap();
    let children = "SELECT count(*) FROM transactions WHERE id = 'tx-3-b'";
    assert_eq!(
        number(&db, children),
        0,
        "a transaction goes with its parent"
    );
    let paid = db.execute("DELETE FROM wallets WHERE id = ?1", [wallet_id(0)]);
    assert!(paid.is_err(), "a wallet with transactions stays");
    let owned = db.execute("DELETE FROM agents WHERE id = 'agent-0'", []);
    assert!(owned.is_err(), "an agent with sessions stays");
    let stray = "UPDATE transactions SET session_id = 'nobody' WHERE id = 'tx-4-a'";
    assert!(db.execute(stray, []).is_err(), "references are enforced");
}

#[tokio::test]
async fn a_session_may_have_more_wallets_but_one_default() {
    let old = Database::old(3).await;
    let db = old.open();
    let link = "INSERT INTO session_wallets VALUES (?1, ?2, ?3, 5)";
    db.execute(link, (session_id(0), wallet_id(1), false))
        .unwrap();
    assert!(
        db.execute(link, (session_id(0), wallet_id(2), true))
            .is_err()
    );
    assert!(
        db.execute(link, (session_id(0), wallet_id(1), false))
            .is_err()
    );
}

#[tokio::test]
async fn a_connection_with_foreign_keys_on_is_refused() {
    let old = Database::old(2).await;
    let before = (dump::schema(&old.open()), dump::data(&old.open()));
    let unprepared = SeaOrm::connect(format!("sqlite:{}", old.path().display()))
        .await
        .unwrap();
    let refusal = Migrator::up(&unprepared, None).await.unwrap_err();
    unprepared.close().await.unwrap();
    assert!(
        refusal.to_string().contains("foreign keys off"),
        "{refusal}"
    );
    assert_eq!((dump::schema(&old.open()), dump::data(&old.open())), before);
}
