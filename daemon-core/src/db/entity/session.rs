//! Table `sessions`. Never leaves repository files.

use sea_orm::entity::prelude::*;

/// A row of `sessions`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
#[allow(
    missing_docs,
    reason = "columns are described in PROTOCOL.md and the migrations"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agent_id: String,
    pub token_hash: String,
    pub token_kid: String,
    pub expires_in: i64,
    pub expires_at: i64,
    pub constraints: String,
    pub source: String,
    pub created_by: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub revoked_by: Option<String>,
    pub revoke_reason: Option<String>,
    pub renewal_count: i64,
    pub max_renewals: i64,
    pub last_renewed_at: Option<i64>,
    pub absolute_expires_at: i64,
    pub previous_token_hash: Option<String>,
    pub previous_token_kid: Option<String>,
    pub renewal_key_hash: Option<String>,
    pub token_issued_at: i64,
    pub token_first_used_at: Option<i64>,
    pub token_file: Option<String>,
    pub delivered_at: Option<i64>,
    pub handover: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
