//! One-time pairing codes (CONSOLE.md, "Who may act"): 128 bits, ten minutes, single use,
//! five wrong tries per hour for all chats together. Only the hash is stored.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde_json::json;
use waiaas_protocol::token::TokenHash;
use waiaas_protocol::wire::OperatorRole;

use super::operators::{self, Binding};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::db::entity::{pairing_attempt, pairing_code};
use crate::error::Error;
use crate::notify::event::{Event, Power};
use crate::notify::outbox;

/// How long a code works, seconds.
pub const CODE_LIFETIME_S: i64 = 600;
/// Wrong tries in an hour, for all chats together.
pub const WRONG_TRIES_PER_HOUR_MAX: u64 = 5;
const HOUR_S: i64 = 3_600;

/// A code that was just made; shown once, on the terminal.
#[derive(Clone)]
pub struct NewCode {
    /// 32 hex digits.
    pub code: String,
    /// What it makes of whoever sends it.
    pub role: OperatorRole,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
}

impl std::fmt::Debug for NewCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewCode")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What became of a try to pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// Bound now.
    Paired,
    /// Was bound already; the code is used up all the same.
    AlreadyPaired,
    /// Wrong, used or late: not told apart.
    Refused,
    /// Too many wrong tries this hour.
    TooManyTries,
}

/// Makes a code that gives a role; none named: [`operators::next_role`].
///
/// # Errors
/// As the database says.
pub async fn create_code(
    core: &Core,
    actor: &Actor,
    role: Option<OperatorRole>,
) -> Result<NewCode, Error> {
    let now = core.clock.now_s();
    let code = core.entropy.hex::<16>();
    let expires_at = now + CODE_LIFETIME_S;
    let mut tx = core.db.begin_write().await?;
    let role = match role {
        Some(role) => role,
        None => operators::next_role(&*tx).await?,
    };
    // Codes that ran out are of no use to anybody.
    pairing_code::Entity::delete_many()
        .filter(pairing_code::Column::ExpiresAt.lt(now - HOUR_S))
        .exec(&*tx)
        .await?;
    let row = pairing_code::ActiveModel {
        code_hash: Set(TokenHash::of(&code).to_hex()),
        created_at: Set(now),
        expires_at: Set(expires_at),
        used_at: Set(None),
        used_by: Set(None),
        role: Set(role.as_str().to_owned()),
    };
    pairing_code::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await?;
    let details = json!({ "expires_at": expires_at, "role": role.as_str() });
    let record = Record::new(AuditEvent::PairingCodeCreated, actor, details);
    audit::repo::append(&mut tx, &record, now).await?;
    let event = Event::PowerAdded {
        what: Power::PairingCode,
        subject: String::new(),
        by: actor.label(),
        at: now,
    };
    outbox::enqueue(core, &*tx, &event, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(NewCode {
        code,
        role,
        created_at: now,
        expires_at,
    })
}

/// Redeems a code for somebody, in the caller's transaction; they get the code's role.
///
/// # Errors
/// As the database says; a wrong code is an answer, not an error.
pub async fn redeem_in(
    core: &Core,
    tx: &mut WriteTx,
    code: &str,
    binding: &Binding,
    now: i64,
) -> Result<Pairing, Error> {
    if wrong_tries(&**tx, now).await? >= WRONG_TRIES_PER_HOUR_MAX {
        return Ok(Pairing::TooManyTries);
    }
    let hash = TokenHash::of(code).to_hex();
    // One statement decides, so that a code cannot be used twice.
    let used = pairing_code::Entity::update_many()
        .col_expr(pairing_code::Column::UsedAt, Expr::value(now))
        .col_expr(pairing_code::Column::UsedBy, Expr::value(binding.user_id))
        .filter(pairing_code::Column::CodeHash.eq(&hash))
        .filter(pairing_code::Column::UsedAt.is_null())
        .filter(pairing_code::Column::ExpiresAt.gt(now))
        .exec(&**tx)
        .await?;
    if used.rows_affected == 1 {
        let code = pairing_code::Entity::find_by_id(&hash).one(&**tx).await?;
        let binding = Binding {
            role: code.map_or(OperatorRole::Viewer, |row| {
                OperatorRole::from_stored(&row.role)
            }),
            ..binding.clone()
        };
        let new = operators::bind_in(core, tx, &binding, now).await?;
        return Ok(if new {
            Pairing::Paired
        } else {
            Pairing::AlreadyPaired
        });
    }
    let row = pairing_attempt::ActiveModel {
        at: Set(now),
        chat_id: Set(binding.chat_id),
        ..Default::default()
    };
    pairing_attempt::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    let details = json!({ "user_id": binding.user_id, "chat_id": binding.chat_id });
    let record = Record::new(AuditEvent::PairingRefused, &Actor::Daemon, details);
    audit::repo::append(tx, &record, now).await?;
    Ok(Pairing::Refused)
}

async fn wrong_tries(db: &impl ConnectionTrait, now: i64) -> Result<u64, Error> {
    let recent = pairing_attempt::Entity::find()
        .filter(pairing_attempt::Column::At.gt(now - HOUR_S))
        .count(db)
        .await?;
    Ok(recent)
}
