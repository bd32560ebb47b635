//! SQL of the system state.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, Set};

use super::{Switch, SystemState};
use crate::db::entity::system_state::{ActiveModel, Column, Entity};
use crate::error::Error;

const KILL_SWITCH: &str = "kill_switch";
const FROZEN: &str = "frozen";

/// Which switch to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The kill switch.
    KillSwitch,
    /// The freeze of a restored database.
    Frozen,
}

impl Key {
    const fn as_str(self) -> &'static str {
        match self {
            Self::KillSwitch => KILL_SWITCH,
            Self::Frozen => FROZEN,
        }
    }
}

/// Reads both switches.
///
/// # Errors
/// As the database says.
pub async fn load(db: &impl ConnectionTrait) -> Result<SystemState, Error> {
    let mut state = SystemState::default();
    for row in Entity::find().all(db).await? {
        let switch = serde_json::from_str::<Option<Switch>>(&row.value);
        match row.key.as_str() {
            KILL_SWITCH => state.kill_switch = switch.map_err(Error::internal)?,
            FROZEN => state.frozen = switch.map_err(Error::internal)?,
            _ => {}
        }
    }
    Ok(state)
}

/// Turns a switch on (`Some`) or off.
///
/// # Errors
/// As the database says.
pub async fn set(
    db: &impl ConnectionTrait,
    key: Key,
    value: Option<&Switch>,
    now: i64,
) -> Result<(), Error> {
    let row = ActiveModel {
        key: Set(key.as_str().to_owned()),
        value: Set(serde_json::to_string(&value).map_err(Error::internal)?),
        updated_at: Set(now),
    };
    let on_conflict = OnConflict::column(Column::Key)
        .update_columns([Column::Value, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
