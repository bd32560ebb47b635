//! Table `operators`. Never leaves repository files.

use sea_orm::entity::prelude::*;

/// A row of `operators`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operators")]
#[allow(
    missing_docs,
    reason = "columns are described in PROTOCOL.md and the migrations"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    pub chat_id: i64,
    pub role: String,
    pub username: Option<String>,
    pub display_name: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub source: String,
    pub paired_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
