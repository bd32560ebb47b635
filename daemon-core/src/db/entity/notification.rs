//! Table `notification_outbox`. Never leaves repository files.

use sea_orm::entity::prelude::*;

/// A row of `notification_outbox`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification_outbox")]
#[allow(
    missing_docs,
    reason = "columns are described in PROTOCOL.md and the migrations"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub event_id: String,
    pub event: String,
    pub level: String,
    pub session_id: Option<String>,
    pub agent_id: Option<String>,
    pub payload: String,
    pub created_at: i64,
    pub attempts: i64,
    pub next_attempt_at: i64,
    pub done_at: Option<i64>,
    pub dead_at: Option<i64>,
    pub last_error: Option<String>,
    pub only_channel: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
