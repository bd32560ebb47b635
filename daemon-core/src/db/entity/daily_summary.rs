//! Table `daily_summaries`. Never leaves repository files.

use sea_orm::entity::prelude::*;

/// A row of `daily_summaries`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_summaries")]
#[allow(
    missing_docs,
    reason = "columns are described in PROTOCOL.md and the migrations"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    pub minute: i32,
    pub told_day: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
