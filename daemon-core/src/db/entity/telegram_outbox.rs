//! Table `telegram_outbox`. Never leaves repository files.

use sea_orm::entity::prelude::*;

/// A row of `telegram_outbox`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "telegram_outbox")]
#[allow(
    missing_docs,
    reason = "columns are described in PROTOCOL.md and the migrations"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub dedupe_key: Option<String>,
    pub chat_id: i64,
    pub priority: i64,
    pub method: String,
    pub payload: String,
    pub event_id: Option<String>,
    pub session_id: Option<String>,
    pub created_at: i64,
    pub next_attempt_at: i64,
    pub attempts: i64,
    pub sent_at: Option<i64>,
    pub message_id: Option<i64>,
    pub dead_at: Option<i64>,
    pub last_error: Option<String>,
    pub thread_id: Option<i64>,
    pub living_key: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
