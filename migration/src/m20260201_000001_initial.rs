//! Step 1: agents, wallets, sessions that belong to one wallet, transactions, the audit log, the
//! notification outbox and log, the key ring, and the system's own state.
//!
//! Times are Unix seconds, ids are texts of 36 characters, JSON is text.

use sea_orm_migration::{
    prelude::{
        ForeignKeyAction::{Cascade, Restrict, SetNull},
        *,
    },
    schema::{
        big_integer, big_integer_null, boolean, string_len, string_len_null, text, text_null,
    },
    sea_orm::DbBackend,
};

const ID_LENGTH: u32 = 36;

/// Makes the audit log append-only. The third one is needed because `INSERT OR REPLACE` removes
/// the old row without asking the second.
const AUDIT_TRIGGERS: [&str; 3] = [
    "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log \
     BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
    "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log \
     BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
    "CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log \
     WHEN EXISTS (SELECT 1 FROM audit_log WHERE seq = NEW.seq) \
     BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            agents(),
            wallets(),
            agent_wallets(),
            sessions(),
            transactions(),
            audit_log(),
            notification_outbox(),
            notification_log(),
            signing_keys(),
            system_state(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        protect_audit_log(manager).await
    }
}

async fn protect_audit_log(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    if backend != DbBackend::Sqlite {
        return Err(DbErr::BackendNotSupported {
            db: backend.as_str(),
            ctx: "audit_log triggers",
        });
    }
    for trigger in AUDIT_TRIGGERS {
        manager.get_connection().execute_unprepared(trigger).await?;
    }
    Ok(())
}

fn agents() -> TableCreateStatement {
    Table::create()
        .table("agents")
        .col(string_len("id", ID_LENGTH).primary_key())
        .col(text("name").unique_key())
        .col(one_of("status", &["ACTIVE", "SUSPENDED", "TERMINATED"]))
        .col(text_null("default_constraints"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .take()
}

fn wallets() -> TableCreateStatement {
    Table::create()
        .table("wallets")
        .col(string_len("id", ID_LENGTH).primary_key())
        .col(text("name").unique_key())
        .col(one_of("chain", &["evm", "solana"]))
        .col(text("network"))
        .col(text("address"))
        .col(one_of("status", &["ACTIVE", "TERMINATED"]))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .take()
}

fn agent_wallets() -> TableCreateStatement {
    Table::create()
        .table("agent_wallets")
        .col(string_len("agent_id", ID_LENGTH))
        .col(string_len("wallet_id", ID_LENGTH))
        .col(boolean("is_default"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("agent_id").col("wallet_id"))
        .foreign_key(&mut reference(
            "agent_wallets",
            "agent_id",
            "agents",
            Cascade,
        ))
        .foreign_key(&mut reference(
            "agent_wallets",
            "wallet_id",
            "wallets",
            Cascade,
        ))
        .take()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(string_len("id", ID_LENGTH).primary_key())
        .col(string_len("agent_id", ID_LENGTH))
        .col(string_len_null("wallet_id", ID_LENGTH))
        .col(text("token_hash").unique_key())
        .col(text("token_kid"))
        .col(big_integer("expires_in"))
        .col(big_integer("expires_at"))
        .col(text("constraints"))
        .col(text("source"))
        .col(text("created_by"))
        .col(big_integer("created_at"))
        .col(big_integer_null("last_used_at"))
        .col(big_integer_null("revoked_at"))
        .col(text_null("revoked_by"))
        .col(text_null("revoke_reason"))
        .foreign_key(&mut reference("sessions", "agent_id", "agents", Restrict))
        .foreign_key(&mut reference("sessions", "wallet_id", "wallets", Restrict))
        .take()
}

fn transactions() -> TableCreateStatement {
    Table::create()
        .table("transactions")
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

fn audit_log() -> TableCreateStatement {
    Table::create()
        .table("audit_log")
        .col(big_integer("seq").primary_key())
        .col(big_integer("at"))
        .col(text("event"))
        .col(text("actor"))
        .col(string_len_null("agent_id", ID_LENGTH))
        .col(string_len_null("session_id", ID_LENGTH))
        .col(text("details"))
        .col(text("prev_hash"))
        .col(text("hash"))
        .take()
}

fn notification_outbox() -> TableCreateStatement {
    Table::create()
        .table("notification_outbox")
        .col(big_integer("seq").primary_key().auto_increment())
        .col(string_len("event_id", ID_LENGTH).unique_key())
        .col(text("event"))
        .col(text("level"))
        .col(string_len_null("session_id", ID_LENGTH))
        .col(string_len_null("agent_id", ID_LENGTH))
        .col(text("payload"))
        .col(big_integer("created_at"))
        .col(big_integer("attempts").default(0))
        .col(big_integer("next_attempt_at"))
        .col(big_integer_null("done_at"))
        .col(big_integer_null("dead_at"))
        .col(text_null("last_error"))
        .take()
}

fn notification_log() -> TableCreateStatement {
    Table::create()
        .table("notification_log")
        .col(string_len("event_id", ID_LENGTH))
        .col(text("channel"))
        .col(text("status"))
        .col(big_integer("at"))
        .col(text_null("detail"))
        .primary_key(Index::create().col("event_id").col("channel"))
        .take()
}

fn signing_keys() -> TableCreateStatement {
    Table::create()
        .table("signing_keys")
        .col(text("kid").primary_key())
        .col(text("sealed"))
        .col(one_of("status", &["CURRENT", "RETIRING"]))
        .col(big_integer("created_at"))
        .col(big_integer_null("retired_at"))
        .take()
}

fn system_state() -> TableCreateStatement {
    Table::create()
        .table("system_state")
        .col(text("key").primary_key())
        .col(text("value"))
        .col(big_integer("updated_at"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("agent_wallets_one_default", "agent_wallets", "agent_id")
            .and_where(Expr::col("is_default").eq(true))
            .take(),
        index("sessions_agent_id", "sessions", "agent_id"),
        index("sessions_expires_at", "sessions", "expires_at"),
        index("transactions_session_id", "transactions", "session_id"),
        index("transactions_wallet_id", "transactions", "wallet_id"),
        index("audit_log_agent_id", "audit_log", "agent_id"),
        index("audit_log_session_id", "audit_log", "session_id"),
        index(
            "notification_outbox_due",
            "notification_outbox",
            "next_attempt_at",
        )
        .and_where(Expr::col("done_at").is_null())
        .and_where(Expr::col("dead_at").is_null())
        .take(),
        unique("signing_keys_one_current", "signing_keys", "status")
            .and_where(Expr::col("status").eq("CURRENT"))
            .take(),
    ]
}

fn one_of(column: &'static str, values: &'static [&'static str]) -> ColumnDef {
    text(column)
        .check(Expr::col(column).is_in(values.iter().copied()))
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

fn index(name: &str, table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create().name(name).table(table).col(column).take()
}

fn unique(name: &str, table: &'static str, column: &'static str) -> IndexCreateStatement {
    index(name, table, column).unique().take()
}
