//! Which steps a database has; reads only, and creates nothing.

use std::path::Path;

use sea_orm_migration::{
    DbErr, SchemaManager,
    sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, QueryOrder},
    seaql_migrations,
};

use crate::{STEPS, database, error::MigrationError};

/// One step, and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStatus {
    /// Name of the step.
    pub name: String,
    /// When it was applied, in Unix seconds; `None` while it is pending.
    pub applied_at: Option<i64>,
    /// False for a step that a newer version applied and this one does not know.
    pub known: bool,
}

/// Lists this version's steps in order, then applied steps it does not know. A file that does
/// not exist has all steps pending.
///
/// # Errors
/// [`MigrationError::Database`] when the file cannot be opened or read as a database.
pub async fn status(path: &Path) -> Result<Vec<StepStatus>, MigrationError> {
    let fail = |source| MigrationError::Database {
        path: path.to_owned(),
        source,
    };
    let path = &database::absolute(path)?;
    if !path.exists() {
        return Ok(compare(&[]));
    }
    let db = database::open_read_only(path).await.map_err(fail)?;
    let applied = applied(&db).await;
    db.close().await.map_err(fail)?;
    Ok(compare(&applied.map_err(fail)?))
}

/// The recorded steps by name; empty when no step ever ran.
pub(crate) async fn applied(
    db: &DatabaseConnection,
) -> Result<Vec<seaql_migrations::Model>, DbErr> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    recorded(db).await
}

/// The recorded steps by name, where the table is known to exist.
async fn recorded(db: &impl ConnectionTrait) -> Result<Vec<seaql_migrations::Model>, DbErr> {
    seaql_migrations::Entity::find()
        .order_by_asc(seaql_migrations::Column::Version)
        .all(db)
        .await
}

/// This version's steps beside what the database recorded.
pub(crate) fn compare(applied: &[seaql_migrations::Model]) -> Vec<StepStatus> {
    let known = STEPS.iter().map(|name| StepStatus {
        name: (*name).to_owned(),
        applied_at: applied
            .iter()
            .find(|row| row.version == *name)
            .map(|row| row.applied_at),
        known: true,
    });
    let unknown = applied
        .iter()
        .filter(|row| !STEPS.contains(&row.version.as_str()));
    let unknown = unknown.map(|row| StepStatus {
        name: row.version.clone(),
        applied_at: Some(row.applied_at),
        known: false,
    });
    known.chain(unknown).collect()
}
