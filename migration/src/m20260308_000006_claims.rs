//! Step 6: claim codes, by which an agent on another machine gets its first token (PROTOCOL.md
//! section 6). A code belongs to one session and goes with it; only its hash is here.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, string_len, string_len_null, text, text_null},
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
        manager.create_table(claim_codes()).await?;
        manager.create_index(unused_codes()).await
    }
}

fn claim_codes() -> TableCreateStatement {
    Table::create()
        .table("claim_codes")
        .col(text("code_hash").primary_key())
        .col(string_len("session_id", ID_LENGTH).unique_key())
        .col(string_len_null("replaces_session_id", ID_LENGTH))
        .col(text_null("note"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("used_at"))
        .col(text_null("used_from"))
        .col(text_null("key_hash"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_claim_codes_session_id")
                .from("claim_codes", "session_id")
                .to("sessions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn unused_codes() -> IndexCreateStatement {
    Index::create()
        .name("claim_codes_unused")
        .table("claim_codes")
        .col("expires_at")
        .and_where(Expr::col("used_at").is_null())
        .take()
}
