//! Who may use the console. Default deny: a user id **and** its chat id must be here.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use serde_json::json;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{OperatorBody, OperatorRole};

use super::outbox as chat_outbox;
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::db::entity::operator::{ActiveModel, Column, Entity, Model};
use crate::error::Error;
use crate::notify::event::{Event, Power};
use crate::notify::outbox;

/// How somebody became an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairedBy {
    /// A one-time code.
    PairingCode,
    /// `telegram.owner_chat_id`.
    Configuration,
}

impl PairedBy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PairingCode => "pairing_code",
            Self::Configuration => "configuration",
        }
    }
}

/// Somebody who may use the console.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns of operators")]
pub struct Operator {
    pub user_id: i64,
    pub chat_id: i64,
    pub role: OperatorRole,
    pub username: Option<String>,
    pub display_name: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub source: String,
    pub paired_at: i64,
}

impl Operator {
    /// `@name`, the display name, or the id.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.username, &self.display_name) {
            (Some(name), _) => format!("@{name}"),
            (None, Some(name)) => name.clone(),
            (None, None) => self.user_id.to_string(),
        }
    }

    /// As the actor of what they do.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Telegram {
            user_id: self.user_id,
            name: self.label(),
        }
    }

    /// As shown on the wire.
    #[must_use]
    pub fn to_body(&self) -> OperatorBody {
        OperatorBody {
            user_id: self.user_id,
            chat_id: self.chat_id,
            role: self.role,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            source: self.source.clone(),
            paired_at: Timestamp(self.paired_at),
        }
    }
}

/// Who is to be bound.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the columns of operators")]
pub struct Binding {
    pub user_id: i64,
    pub chat_id: i64,
    pub role: OperatorRole,
    pub username: Option<String>,
    pub display_name: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub paired_by: PairedBy,
}

/// By user id.
///
/// # Errors
/// As the database says.
pub async fn by_user(db: &impl ConnectionTrait, user_id: i64) -> Result<Option<Operator>, Error> {
    Ok(Entity::find_by_id(user_id).one(db).await?.map(to_operator))
}

/// By time of pairing.
///
/// # Errors
/// As the database says.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Operator>, Error> {
    let query = Entity::find()
        .order_by_asc(Column::PairedAt)
        .order_by_asc(Column::UserId);
    Ok(query.all(db).await?.into_iter().map(to_operator).collect())
}

/// By time of pairing.
///
/// # Errors
/// As the database says.
pub async fn list(core: &Core) -> Result<Vec<Operator>, Error> {
    all(core.db.read()).await
}

/// How many there are.
///
/// # Errors
/// As the database says.
pub async fn count(db: &impl ConnectionTrait) -> Result<u64, Error> {
    Ok(Entity::find().count(db).await?)
}

/// The role of somebody who is paired without a role being named: whoever comes first owns.
///
/// # Errors
/// As the database says.
pub async fn next_role(db: &impl ConnectionTrait) -> Result<OperatorRole, Error> {
    Ok(if count(db).await? == 0 {
        OperatorRole::Owner
    } else {
        OperatorRole::Operator
    })
}

/// Binds somebody in the caller's transaction; says whether that adds anything. A known
/// operator's role is raised, never lowered: for that they are removed and paired again.
/// Everybody hears of a new operator and of a larger role.
///
/// # Errors
/// As the database says.
pub async fn bind_in(
    core: &Core,
    tx: &mut WriteTx,
    binding: &Binding,
    now: i64,
) -> Result<bool, Error> {
    let known = by_user(&**tx, binding.user_id).await?;
    let known_role = known.as_ref().map(|operator| operator.role);
    let role = known_role.map_or(binding.role, |known| known.max(binding.role));
    if known.is_some_and(|known| known.chat_id == binding.chat_id && known.role == role) {
        return Ok(false);
    }
    let row = ActiveModel {
        user_id: Set(binding.user_id),
        chat_id: Set(binding.chat_id),
        role: Set(role.as_str().to_owned()),
        username: Set(binding.username.clone()),
        display_name: Set(binding.display_name.clone()),
        language: Set(binding.language.clone()),
        time_zone: Set(binding.time_zone.clone()),
        source: Set(binding.paired_by.as_str().to_owned()),
        paired_at: Set(now),
    };
    let on_conflict = OnConflict::column(Column::UserId)
        .update_columns([
            Column::ChatId,
            Column::Role,
            Column::Username,
            Column::DisplayName,
            Column::PairedAt,
        ])
        .to_owned();
    Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(&**tx)
        .await?;
    let details = json!({
        "user_id": binding.user_id, "chat_id": binding.chat_id, "role": role.as_str(),
        "source": binding.paired_by.as_str(),
    });
    let record = Record::new(AuditEvent::OperatorPaired, &Actor::Daemon, details);
    audit::repo::append(tx, &record, now).await?;
    let subject = binding
        .username
        .as_ref()
        .map(|name| format!("@{name}"))
        .or_else(|| binding.display_name.clone())
        .unwrap_or_else(|| binding.user_id.to_string());
    let by = binding.paired_by.as_str().to_owned();
    let event = Event::PowerAdded {
        what: power_of(role),
        subject,
        by,
        at: now,
    };
    outbox::enqueue(core, &**tx, &event, now).await?;
    Ok(true)
}

const fn power_of(role: OperatorRole) -> Power {
    match role {
        OperatorRole::Viewer => Power::Viewer,
        OperatorRole::Operator => Power::Operator,
        OperatorRole::Owner => Power::Owner,
    }
}

/// Binds the owner that the configuration names, if not bound already.
///
/// # Errors
/// As the database says.
pub async fn bind_configured(core: &Core, binding: &Binding) -> Result<bool, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let new = bind_in(core, &mut tx, binding, now).await?;
    if new {
        tx.commit().await?;
        core.ring();
    }
    Ok(new)
}

/// Writes the language that somebody has chosen (CONSOLE.md, `/language`).
///
/// # Errors
/// As the database says.
pub async fn set_language(
    tx: &impl ConnectionTrait,
    user_id: i64,
    language: &str,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Language, Expr::value(language))
        .filter(Column::UserId.eq(user_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Writes the time zone that somebody has chosen, an IANA name.
///
/// # Errors
/// As the database says.
pub async fn set_time_zone(
    tx: &impl ConnectionTrait,
    user_id: i64,
    zone: &str,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::TimeZone, Expr::value(zone))
        .filter(Column::UserId.eq(user_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Remembers how Telegram shows somebody, and the language they read until they choose one.
///
/// # Errors
/// As the database says.
pub async fn refresh(tx: &impl ConnectionTrait, operator: &Operator) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::Username, Expr::value(operator.username.clone()))
        .col_expr(
            Column::DisplayName,
            Expr::value(operator.display_name.clone()),
        )
        .col_expr(Column::Language, Expr::value(operator.language.clone()))
        .filter(Column::UserId.eq(operator.user_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes the console away from somebody.
///
/// # Errors
/// [`Error::OperatorNotFound`].
pub async fn remove(core: &Core, actor: &Actor, user_id: i64) -> Result<Operator, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let operator = by_user(&*tx, user_id)
        .await?
        .ok_or(Error::OperatorNotFound)?;
    Entity::delete_by_id(user_id).exec(&*tx).await?;
    chat_outbox::withdraw(&*tx, operator.chat_id, now).await?;
    let details = json!({ "user_id": user_id, "chat_id": operator.chat_id });
    audit::repo::append(
        &mut tx,
        &Record::new(AuditEvent::OperatorRemoved, actor, details),
        now,
    )
    .await?;
    let event = Event::OperatorRemoved {
        user_id,
        chat_id: operator.chat_id,
        language: operator.language.clone(),
        time_zone: operator.time_zone.clone(),
        name: operator.label(),
        by: actor.label(),
        at: now,
    };
    outbox::enqueue(core, &*tx, &event, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(operator)
}

fn to_operator(row: Model) -> Operator {
    Operator {
        user_id: row.user_id,
        chat_id: row.chat_id,
        role: OperatorRole::from_stored(&row.role),
        username: row.username,
        display_name: row.display_name,
        language: row.language,
        time_zone: row.time_zone,
        source: row.source,
        paired_at: row.paired_at,
    }
}
