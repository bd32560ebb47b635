//! Step 7: what each reader of the Telegram console may do and wants to hear (CONSOLE.md). A
//! pairing code carries the role that it gives; preferences go with their operator.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, integer, text},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Until now every code made an owner, and one that was handed out still does.
        let role = text("role").default("owner").take();
        let codes = Table::alter()
            .table("pairing_codes")
            .add_column(role)
            .take();
        manager.alter_table(codes).await?;
        manager.create_table(notification_preferences()).await?;
        manager.create_table(quiet_hours()).await
    }
}

fn notification_preferences() -> TableCreateStatement {
    Table::create()
        .table("notification_preferences")
        .col(big_integer("user_id"))
        .col(text("event"))
        .col(text("mode"))
        .primary_key(Index::create().col("user_id").col("event"))
        .foreign_key(&mut of_operator("notification_preferences"))
        .take()
}

fn quiet_hours() -> TableCreateStatement {
    Table::create()
        .table("quiet_hours")
        .col(big_integer("user_id").primary_key())
        .col(integer("from_minute"))
        .col(integer("to_minute"))
        .foreign_key(&mut of_operator("quiet_hours"))
        .take()
}

fn of_operator(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_user_id"))
        .from(table, "user_id")
        .to("operators", "user_id")
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}
