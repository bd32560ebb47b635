//! Preferences in the database; they go with their operator.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::{Mode, Preferences, QuietHours};
use crate::db::entity::{notification_preference, quiet_hours};
use crate::error::Error;

/// What somebody has chosen; nobody has chosen anything at first.
///
/// # Errors
/// As the database says.
pub async fn load(db: &impl ConnectionTrait, user_id: i64) -> Result<Preferences, Error> {
    use notification_preference::{Column, Entity};
    let chosen = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .all(db)
        .await?;
    let quiet = quiet_hours::Entity::find_by_id(user_id).one(db).await?;
    Ok(Preferences {
        modes: chosen
            .into_iter()
            .map(|row| (row.event, Mode::from_stored(&row.mode)))
            .collect(),
        quiet: quiet.map(|row| QuietHours {
            from_minute: row.from_minute,
            to_minute: row.to_minute,
        }),
    })
}

/// Writes how an event is to arrive.
///
/// # Errors
/// As the database says.
pub async fn set_mode(
    tx: &impl ConnectionTrait,
    user_id: i64,
    code: &str,
    mode: Mode,
) -> Result<(), Error> {
    use notification_preference::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        user_id: Set(user_id),
        event: Set(code.to_owned()),
        mode: Set(mode.as_str().to_owned()),
    };
    let on_conflict = OnConflict::columns([Column::UserId, Column::Event])
        .update_column(Column::Mode)
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Writes the quiet hours; none: every hour is loud.
///
/// # Errors
/// As the database says.
pub async fn set_quiet_hours(
    tx: &impl ConnectionTrait,
    user_id: i64,
    quiet: Option<QuietHours>,
) -> Result<(), Error> {
    use quiet_hours::{ActiveModel, Column, Entity};
    let Some(quiet) = quiet else {
        Entity::delete_by_id(user_id).exec(tx).await?;
        return Ok(());
    };
    let row = ActiveModel {
        user_id: Set(user_id),
        from_minute: Set(quiet.from_minute),
        to_minute: Set(quiet.to_minute),
    };
    let on_conflict = OnConflict::column(Column::UserId)
        .update_columns([Column::FromMinute, Column::ToMinute])
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
