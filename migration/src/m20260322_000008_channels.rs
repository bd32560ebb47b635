//! Step 8: several channels of alerts. Each channel has its own attempts at an event and its own
//! time for the next one (PROTOCOL.md section 10).

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            big_integer("attempts").default(0).take(),
            big_integer_null("next_attempt_at"),
        ];
        for column in columns {
            let table = Table::alter()
                .table("notification_log")
                .add_column(column)
                .take();
            manager.alter_table(table).await?;
        }
        // What was logged until now was taken, or had nobody to tell, at the first attempt.
        let first = Query::update()
            .table("notification_log")
            .value("attempts", 1)
            .take();
        manager.execute(first).await?;
        manager.create_index(waiting_of_session()).await
    }
}

/// The first event of a session that still waits is looked for at each pass.
fn waiting_of_session() -> IndexCreateStatement {
    Index::create()
        .name("notification_outbox_waiting_of_session")
        .table("notification_outbox")
        .col("session_id")
        .col("seq")
        .and_where(Expr::col("done_at").is_null())
        .and_where(Expr::col("dead_at").is_null())
        .take()
}
