//! Step 5: the Telegram console. Who may speak, how one becomes an operator, the updates that came
//! in, the messages that go out, and the buttons under them.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, integer, string_len_null, text, text_null},
};

const ID_LENGTH: u32 = 36;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            operators(),
            pairing_codes(),
            pairing_attempts(),
            telegram_refusals(),
            telegram_updates(),
            telegram_outbox(),
            callbacks(),
            telegram_messages(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn operators() -> TableCreateStatement {
    Table::create()
        .table("operators")
        .col(big_integer("user_id").primary_key())
        .col(big_integer("chat_id"))
        .col(text("role"))
        .col(text_null("username"))
        .col(text_null("display_name"))
        .col(text_null("language"))
        .col(text_null("time_zone"))
        .col(text("source"))
        .col(big_integer("paired_at"))
        .take()
}

fn pairing_codes() -> TableCreateStatement {
    Table::create()
        .table("pairing_codes")
        .col(text("code_hash").primary_key())
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("used_at"))
        .col(big_integer_null("used_by"))
        .take()
}

fn pairing_attempts() -> TableCreateStatement {
    Table::create()
        .table("pairing_attempts")
        .col(big_integer("id").primary_key().auto_increment())
        .col(big_integer("at"))
        .col(big_integer("chat_id"))
        .take()
}

fn telegram_refusals() -> TableCreateStatement {
    Table::create()
        .table("telegram_refusals")
        .col(big_integer("user_id").primary_key())
        .col(big_integer("refused_at"))
        .take()
}

fn telegram_updates() -> TableCreateStatement {
    Table::create()
        .table("telegram_updates")
        .col(big_integer("update_id").primary_key())
        .col(text("payload"))
        .col(big_integer("received_at"))
        .col(big_integer("attempts").default(0))
        .col(big_integer_null("handled_at"))
        .col(big_integer_null("failed_at"))
        .col(text_null("error"))
        .take()
}

fn telegram_outbox() -> TableCreateStatement {
    Table::create()
        .table("telegram_outbox")
        .col(big_integer("id").primary_key().auto_increment())
        .col(text_null("dedupe_key").unique_key())
        .col(big_integer("chat_id"))
        .col(integer("priority"))
        .col(text("method"))
        .col(text("payload"))
        .col(string_len_null("event_id", ID_LENGTH))
        .col(string_len_null("session_id", ID_LENGTH))
        .col(big_integer("created_at"))
        .col(big_integer("next_attempt_at"))
        .col(big_integer("attempts").default(0))
        .col(big_integer_null("sent_at"))
        .col(big_integer_null("message_id"))
        .col(big_integer_null("dead_at"))
        .col(text_null("last_error"))
        .take()
}

fn callbacks() -> TableCreateStatement {
    Table::create()
        .table("callbacks")
        .col(text("handle").primary_key())
        .col(text("action"))
        .col(big_integer("user_id"))
        .col(big_integer("chat_id"))
        .col(big_integer("outbox_id"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("used_at"))
        .col(big_integer_null("used_by_update"))
        .col(big_integer_null("swept_at"))
        .take()
}

fn telegram_messages() -> TableCreateStatement {
    Table::create()
        .table("telegram_messages")
        .col(big_integer("chat_id"))
        .col(big_integer("message_id"))
        .col(big_integer_null("keyboard_outbox_id"))
        .col(string_len_null("session_id", ID_LENGTH))
        .col(big_integer("updated_at"))
        .primary_key(Index::create().col("chat_id").col("message_id"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("pairing_attempts_at", "pairing_attempts", &["at"]),
        index("telegram_updates_open", "telegram_updates", &["update_id"])
            .and_where(Expr::col("handled_at").is_null())
            .and_where(Expr::col("failed_at").is_null())
            .take(),
        index(
            "telegram_outbox_due",
            "telegram_outbox",
            &["chat_id", "priority", "id"],
        )
        .and_where(Expr::col("sent_at").is_null())
        .and_where(Expr::col("dead_at").is_null())
        .take(),
        index("callbacks_outbox_id", "callbacks", &["outbox_id"]),
        index("callbacks_expires_at", "callbacks", &["expires_at"]),
    ]
}

fn index(
    name: &str,
    table: &'static str,
    columns: &'static [&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}
