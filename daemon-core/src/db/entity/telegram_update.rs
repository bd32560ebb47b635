//! Table `telegram_updates`. Never leaves repository files.

use sea_orm::entity::prelude::*;

/// A row of `telegram_updates`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "telegram_updates")]
#[allow(
    missing_docs,
    reason = "columns are described in PROTOCOL.md and the migrations"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub update_id: i64,
    pub payload: String,
    pub received_at: i64,
    pub attempts: i64,
    pub handled_at: Option<i64>,
    pub failed_at: Option<i64>,
    pub error: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
