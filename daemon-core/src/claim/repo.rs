//! SQL of claim codes. No rules.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::token::TokenHash;

use super::{Claim, Used};
use crate::db::entity::claim_code::{ActiveModel, Column, Entity, Model};
use crate::db::entity::session;
use crate::error::Error;

/// Inserts a code that was not used yet.
///
/// # Errors
/// As the database says.
pub async fn insert(tx: &impl ConnectionTrait, claim: &Claim) -> Result<(), Error> {
    let row = ActiveModel {
        code_hash: Set(claim.code_hash.to_hex()),
        session_id: Set(claim.session_id.to_string()),
        replaces_session_id: Set(claim.replaces.map(|id| id.to_string())),
        note: Set(claim.note.as_ref().map(ToString::to_string)),
        created_at: Set(claim.created_at),
        expires_at: Set(claim.expires_at),
        used_at: Set(None),
        used_from: Set(None),
        key_hash: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// By the code's hash.
///
/// # Errors
/// As the database says.
pub async fn by_hash(db: &impl ConnectionTrait, hash: TokenHash) -> Result<Option<Claim>, Error> {
    let row = Entity::find_by_id(hash.to_hex()).one(db).await?;
    row.map(to_claim).transpose()
}

/// The code of a session, if it has one.
///
/// # Errors
/// As the database says.
pub async fn of_session(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Option<Claim>, Error> {
    let row = Entity::find()
        .filter(Column::SessionId.eq(session.to_string()))
        .one(db)
        .await?;
    row.map(to_claim).transpose()
}

/// Uses a code up; says whether nobody had.
///
/// # Errors
/// As the database says.
pub async fn mark_used(
    tx: &impl ConnectionTrait,
    hash: TokenHash,
    used: &Used,
) -> Result<bool, Error> {
    let done = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(used.at))
        .col_expr(Column::UsedFrom, Expr::value(used.from.clone()))
        .col_expr(
            Column::KeyHash,
            Expr::value(used.key_hash.map(TokenHash::to_hex)),
        )
        .filter(Column::CodeHash.eq(hash.to_hex()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(used.at))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Sessions whose code ran out unused and that nobody has ended yet, at most `limit`.
///
/// # Errors
/// As the database says.
pub async fn ran_out_unused(
    db: &impl ConnectionTrait,
    now: i64,
    limit: u64,
) -> Result<Vec<SessionId>, Error> {
    let not_ended = Query::select()
        .column(session::Column::Id)
        .from(session::Entity)
        .and_where(session::Column::RevokedAt.is_null())
        .take();
    let ids: Vec<String> = Entity::find()
        .select_only()
        .column(Column::SessionId)
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.lte(now))
        .filter(Column::SessionId.in_subquery(not_ended))
        .order_by_asc(Column::ExpiresAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let bad = || Error::internal("a claim code has a bad session_id");
    ids.iter().map(|id| id.parse().map_err(|_| bad())).collect()
}

fn to_claim(row: Model) -> Result<Claim, Error> {
    let bad = |what: &str| {
        let text = format!(
            "the claim code of session {} has a bad {what}",
            row.session_id
        );
        Error::internal(text)
    };
    let hash = |text: &str, what: &str| TokenHash::from_hex(text).ok_or_else(|| bad(what));
    let id = |text: &str, what: &str| text.parse().map_err(|_| bad(what));
    let used = row.used_at.map(|at| {
        let key = row.key_hash.as_deref();
        Ok::<_, Error>(Used {
            at,
            from: row.used_from.clone().unwrap_or_default(),
            key_hash: key.map(|text| hash(text, "key_hash")).transpose()?,
        })
    });
    let replaces = row.replaces_session_id.as_deref();
    Ok(Claim {
        code_hash: hash(&row.code_hash, "code_hash")?,
        session_id: id(&row.session_id, "session_id")?,
        replaces: replaces
            .map(|text| id(text, "replaces_session_id"))
            .transpose()?,
        note: row
            .note
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok()),
        created_at: row.created_at,
        expires_at: row.expires_at,
        used: used.transpose()?,
    })
}
