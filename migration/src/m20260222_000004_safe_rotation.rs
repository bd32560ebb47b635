//! Step 4: what rotation without stranding and the hand-over to a token file need (PROTOCOL.md
//! sections 5 and 6), and the guard that raises an alert of a session only once (section 10).

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, string_len, text, text_null},
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
        for column in session_columns() {
            manager
                .alter_table(Table::alter().table("sessions").add_column(column).take())
                .await?;
        }
        // A token always lived exactly one unit until now, so its issue time can be told.
        let issued_at = Expr::col("expires_at").sub(Expr::col("expires_in"));
        manager
            .execute(
                Query::update()
                    .table("sessions")
                    .value("token_issued_at", issued_at)
                    .take(),
            )
            .await?;
        manager.create_index(previous_tokens()).await?;
        manager.create_table(session_alerts()).await
    }
}

fn session_columns() -> Vec<ColumnDef> {
    vec![
        text_null("previous_token_hash"),
        text_null("previous_token_kid"),
        text_null("renewal_key_hash"),
        big_integer("token_issued_at").default(0).take(),
        big_integer_null("token_first_used_at"),
        text_null("token_file"),
        big_integer_null("delivered_at"),
        text_null("handover"),
    ]
}

fn previous_tokens() -> IndexCreateStatement {
    Index::create()
        .name("sessions_previous_token_hash")
        .table("sessions")
        .col("previous_token_hash")
        .take()
}

fn session_alerts() -> TableCreateStatement {
    Table::create()
        .table("session_alerts")
        .col(string_len("session_id", ID_LENGTH))
        .col(text("cause"))
        .col(big_integer("generation"))
        .col(big_integer("created_at"))
        .primary_key(
            Index::create()
                .col("session_id")
                .col("cause")
                .col("generation"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_session_alerts_session_id")
                .from("session_alerts", "session_id")
                .to("sessions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
