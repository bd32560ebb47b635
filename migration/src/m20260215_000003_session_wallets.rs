//! Step 3: a session may have several wallets. The link moves from `sessions.wallet_id` to the
//! table `session_wallets`, and the column goes away.
//!
//! SQLite cannot drop a column that a foreign key uses, so `sessions` is made anew: new table,
//! copy, drop, rename, indexes; and `transactions` after it, so that its references are written
//! against the new table. This asks for a connection with foreign keys off before the transaction
//! begins, which the runner provides, and the step refuses any other: with foreign keys on,
//! dropping `sessions` would delete the links and cut the transactions off.

use sea_orm_migration::{
    prelude::{
        ForeignKeyAction::{Cascade, Restrict, SetNull},
        *,
    },
    schema::{
        big_integer, big_integer_null, boolean, string_len, string_len_null, text, text_null,
    },
    sea_orm::{DbBackend, Statement},
};

const ID_LENGTH: u32 = 36;
const MAX_RENEWALS: i64 = 30;

const LINK_WALLETS: &str = "INSERT INTO session_wallets \
     (session_id, wallet_id, is_default, created_at) \
     SELECT id, wallet_id, TRUE, created_at FROM sessions WHERE wallet_id IS NOT NULL";

const SESSION_COLUMNS: &str = "id, agent_id, token_hash, token_kid, expires_in, expires_at, \
     renewal_count, max_renewals, last_renewed_at, absolute_expires_at, constraints, source, \
     created_by, created_at, last_used_at, revoked_at, revoked_by, revoke_reason";

const TRANSACTION_COLUMNS: &str = "id, session_id, wallet_id, parent_id, operation, destination, \
     amount, status, created_at";

/// `fail_before` is for tests: the number of the statement to fail before, from 0; the number of
/// statements means after the last one.
pub(crate) struct Migration {
    pub(crate) fail_before: Option<usize>,
}

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20260215_000003_session_wallets"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        if backend != DbBackend::Sqlite {
            return Err(DbErr::BackendNotSupported {
                db: backend.as_str(),
                ctx: "table recreation",
            });
        }
        refuse_foreign_keys_on(manager).await?;
        let statements = statements();
        let end = statements.len();
        for (position, (name, sql)) in statements.into_iter().enumerate() {
            self.fault(position, name)?;
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        self.fault(end, "the end")
    }
}

impl Migration {
    fn fault(&self, position: usize, name: &str) -> Result<(), DbErr> {
        if self.fail_before == Some(position) {
            return Err(DbErr::Migration(format!("fault injected before: {name}")));
        }
        Ok(())
    }
}

async fn refuse_foreign_keys_on(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let ask = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_keys");
    let row = manager.get_connection().query_one_raw(ask).await?;
    let on = row.map(|row| row.try_get_by_index::<i32>(0)).transpose()?;
    if on == Some(0) {
        return Ok(());
    }
    Err(DbErr::Migration(
        "tables are made anew here, which needs a connection opened with foreign keys off".into(),
    ))
}

/// Every statement of the step, in order, with a name for tests and messages.
pub(crate) fn statements() -> Vec<(&'static str, String)> {
    vec![
        ("create session_wallets", build(&session_wallets())),
        ("link wallets", LINK_WALLETS.to_owned()),
        ("index the one default", build_index(&one_default())),
        (
            "index links by wallet",
            index("session_wallets_wallet_id", "session_wallets", "wallet_id"),
        ),
        ("create new sessions", build(&sessions("sessions_new"))),
        ("copy sessions", copy("sessions", SESSION_COLUMNS)),
        ("drop old sessions", "DROP TABLE sessions".to_owned()),
        (
            "rename sessions",
            "ALTER TABLE sessions_new RENAME TO sessions".to_owned(),
        ),
        (
            "index sessions by agent",
            index("sessions_agent_id", "sessions", "agent_id"),
        ),
        (
            "index sessions by expiry",
            index("sessions_expires_at", "sessions", "expires_at"),
        ),
        (
            "create new transactions",
            build(&transactions("transactions_new")),
        ),
        (
            "copy transactions",
            copy("transactions", TRANSACTION_COLUMNS),
        ),
        (
            "drop old transactions",
            "DROP TABLE transactions".to_owned(),
        ),
        (
            "rename transactions",
            "ALTER TABLE transactions_new RENAME TO transactions".to_owned(),
        ),
        (
            "index transactions by session",
            index("transactions_session_id", "transactions", "session_id"),
        ),
        (
            "index transactions by wallet",
            index("transactions_wallet_id", "transactions", "wallet_id"),
        ),
    ]
}

fn session_wallets() -> TableCreateStatement {
    Table::create()
        .table("session_wallets")
        .col(string_len("session_id", ID_LENGTH))
        .col(string_len("wallet_id", ID_LENGTH))
        .col(boolean("is_default"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("session_id").col("wallet_id"))
        .foreign_key(&mut reference(
            "session_wallets",
            "session_id",
            "sessions",
            Cascade,
        ))
        .foreign_key(&mut reference(
            "session_wallets",
            "wallet_id",
            "wallets",
            Cascade,
        ))
        .take()
}

fn one_default() -> IndexCreateStatement {
    Index::create()
        .name("session_wallets_one_default")
        .table("session_wallets")
        .col("session_id")
        .unique()
        .and_where(Expr::col("is_default").eq(true))
        .take()
}

fn sessions(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(string_len("id", ID_LENGTH).primary_key())
        .col(string_len("agent_id", ID_LENGTH))
        .col(text("token_hash").unique_key())
        .col(text("token_kid"))
        .col(big_integer("expires_in"))
        .col(big_integer("expires_at"))
        .col(big_integer("renewal_count").default(0))
        .col(big_integer("max_renewals").default(MAX_RENEWALS))
        .col(big_integer_null("last_renewed_at"))
        .col(big_integer("absolute_expires_at"))
        .col(text("constraints"))
        .col(text("source"))
        .col(text("created_by"))
        .col(big_integer("created_at"))
        .col(big_integer_null("last_used_at"))
        .col(big_integer_null("revoked_at"))
        .col(text_null("revoked_by"))
        .col(text_null("revoke_reason"))
        .foreign_key(&mut reference("sessions", "agent_id", "agents", Restrict))
        .take()
}

/// The references name the tables as they are called in the end, so no rename has to mend them.
fn transactions(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(string_len("id", ID_LENGTH).primary_key())
        .col(string_len_null("session_id", ID_LENGTH))
        .col(string_len("wallet_id", ID_LENGTH))
        .col(string_len_null("parent_id", ID_LENGTH))
        .col(text("operation"))
        .col(text_null("destination"))
        .col(text("amount"))
        .col(text("status"))
        .col(big_integer("created_at"))
        .foreign_key(&mut reference(
            "transactions",
            "session_id",
            "sessions",
            SetNull,
        ))
        .foreign_key(&mut reference(
            "transactions",
            "wallet_id",
            "wallets",
            Restrict,
        ))
        .foreign_key(&mut reference(
            "transactions",
            "parent_id",
            "transactions",
            Cascade,
        ))
        .take()
}

fn reference(
    table: &'static str,
    column: &'static str,
    target: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(target, "id")
        .on_delete(on_delete)
        .take()
}

fn copy(table: &str, columns: &str) -> String {
    format!("INSERT INTO {table}_new ({columns}) SELECT {columns} FROM {table}")
}

fn index(name: &str, table: &'static str, column: &'static str) -> String {
    build_index(&Index::create().name(name).table(table).col(column).take())
}

fn build(table: &TableCreateStatement) -> String {
    table.build(SqliteQueryBuilder)
}

fn build_index(index: &IndexCreateStatement) -> String {
    index.build(SqliteQueryBuilder)
}
