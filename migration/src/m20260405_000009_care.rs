//! Step 9: what makes the console last for months. Which of several daemons speaks for all, who
//! wants a daily summary, which messages are kept up to date in place, the topic that a message
//! belongs to, and tests of a single channel (CONSOLE.md, "Living with Telegram").

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, integer, text, text_null},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(leases()).await?;
        manager.create_table(daily_summaries()).await?;
        let columns = [
            ("telegram_outbox", big_integer_null("thread_id")),
            ("telegram_outbox", text_null("living_key")),
            ("notification_outbox", text_null("only_channel")),
        ];
        for (table, mut column) in columns {
            let table = Table::alter().table(table).add_column(column.take()).take();
            manager.alter_table(table).await?;
        }
        // Critical alerts have a place of their own, before the others.
        let priority = Query::update()
            .table("telegram_outbox")
            .value("priority", Expr::col("priority").add(1))
            .and_where(Expr::col("priority").gte(1))
            .take();
        manager.execute(priority).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn leases() -> TableCreateStatement {
    Table::create()
        .table("leases")
        .col(text("name").primary_key())
        .col(text("holder"))
        .col(big_integer("expires_at"))
        .take()
}

fn daily_summaries() -> TableCreateStatement {
    Table::create()
        .table("daily_summaries")
        .col(big_integer("user_id").primary_key())
        .col(integer("minute"))
        .col(text_null("told_day"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_daily_summaries_user_id")
                .from("daily_summaries", "user_id")
                .to("operators", "user_id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

/// What waits is looked for at each pass and must not cost a look at what was told long ago.
fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("notification_outbox_waiting")
            .table("notification_outbox")
            .col("seq")
            .and_where(Expr::col("done_at").is_null())
            .and_where(Expr::col("dead_at").is_null())
            .take(),
        Index::create()
            .name("telegram_outbox_event_id")
            .table("telegram_outbox")
            .col("event_id")
            .take(),
        Index::create()
            .name("telegram_outbox_session_id")
            .table("telegram_outbox")
            .col("session_id")
            .col("chat_id")
            .col("id")
            .take(),
        Index::create()
            .name("telegram_messages_keyboard")
            .table("telegram_messages")
            .col("keyboard_outbox_id")
            .take(),
    ]
}
