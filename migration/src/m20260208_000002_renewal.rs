//! Step 2: what renewal needs. Sessions made before it get the default number of renewals and an
//! absolute end thirty days after their creation.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null},
};

/// The default of that time (PROTOCOL.md section 3), fixed here so that the step never changes.
const MAX_RENEWALS: i64 = 30;
/// Likewise: thirty days.
const ABSOLUTE_LIFETIME_S: i64 = 2_592_000;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            big_integer("renewal_count").default(0).take(),
            big_integer("max_renewals").default(MAX_RENEWALS).take(),
            big_integer_null("last_renewed_at"),
            // Step 3 makes the table anew and drops this default, which no row keeps.
            big_integer("absolute_expires_at").default(0).take(),
        ];
        for column in columns {
            manager
                .alter_table(Table::alter().table("sessions").add_column(column).take())
                .await?;
        }
        let absolute_end = Expr::col("created_at").add(ABSOLUTE_LIFETIME_S);
        manager
            .execute(
                Query::update()
                    .table("sessions")
                    .value("absolute_expires_at", absolute_end)
                    .take(),
            )
            .await
    }
}
