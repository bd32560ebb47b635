//! SQL of what time does to sessions: the guards that keep an alert from being told twice,
//! what the scanner looks for, and the purge. No rules.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use waiaas_protocol::ids::SessionId;

use super::Session;
use super::repo::{live, to_session};
use crate::db::entity::session::{Column, Entity};
use crate::db::entity::session_alert;
use crate::error::Error;

/// Writes the guard of an alert; says whether this was the first time.
///
/// # Errors
/// As the database says.
pub async fn guard_alert(
    tx: &impl ConnectionTrait,
    id: SessionId,
    cause: &str,
    generation: i64,
    now: i64,
) -> Result<bool, Error> {
    use session_alert::Column as Alert;
    let row = session_alert::ActiveModel {
        session_id: Set(id.to_string()),
        cause: Set(cause.to_owned()),
        generation: Set(generation),
        created_at: Set(now),
    };
    let on_conflict = OnConflict::columns([Alert::SessionId, Alert::Cause, Alert::Generation])
        .do_nothing()
        .to_owned();
    let inserted = session_alert::Entity::insert(row)
        .on_conflict(on_conflict)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Live sessions whose token runs out soon for their unit, without a guard of this cause in
/// their generation: `now >= expires_at − min(86400, expires_in × 0.2)`.
///
/// # Errors
/// As the database says.
pub async fn running_out(
    db: &impl ConnectionTrait,
    now: i64,
    limit: u64,
) -> Result<Vec<Session>, Error> {
    let margin = Expr::cust("MIN(86400, sessions.expires_in / 5)");
    // What ends by itself was told when it came near its end; what could go on is its agent's.
    let unguarded = Expr::cust_with_values(
        "NOT EXISTS (SELECT 1 FROM session_alerts a WHERE a.session_id = sessions.id AND \
         ((a.cause = 'agent_stopped' AND a.generation = sessions.renewal_count) \
          OR (a.cause = 'near_end' AND (sessions.renewal_count >= sessions.max_renewals \
              OR ? + sessions.expires_in > sessions.absolute_expires_at))))",
        [now],
    );
    // An agent that has no token yet has not stopped renewing.
    let held = Expr::cust(
        "NOT EXISTS (SELECT 1 FROM claim_codes c WHERE c.session_id = sessions.id \
         AND c.used_at IS NULL)",
    );
    let rows = Entity::find()
        .filter(live(now))
        .filter(Expr::col(Column::ExpiresAt).sub(margin).lte(now))
        .filter(unguarded)
        .filter(held)
        .order_by_asc(Column::ExpiresAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(to_session).collect()
}

/// Sessions that ran out and whose end was not told yet.
///
/// # Errors
/// As the database says.
pub async fn ran_out(
    db: &impl ConnectionTrait,
    now: i64,
    limit: u64,
) -> Result<Vec<Session>, Error> {
    let unguarded = Expr::cust(
        "NOT EXISTS (SELECT 1 FROM session_alerts a WHERE a.session_id = sessions.id \
         AND a.cause = 'expired')",
    );
    let rows = Entity::find()
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.lte(now))
        .filter(unguarded)
        .order_by_asc(Column::ExpiresAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(to_session).collect()
}

/// Deletes sessions that ended before `before`, at most `limit`; says how many.
///
/// # Errors
/// As the database says.
pub async fn purge(tx: &impl ConnectionTrait, before: i64, limit: u64) -> Result<u64, Error> {
    // After a long downtime the owner must hear of an end before its row goes.
    let told = Expr::cust(
        "EXISTS (SELECT 1 FROM session_alerts a WHERE a.session_id = sessions.id \
         AND a.cause = 'expired')",
    );
    let ids: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(
            Column::RevokedAt
                .lt(before)
                .or(Column::ExpiresAt.lt(before).and(told)),
        )
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(tx)
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let deleted = Entity::delete_many()
        .filter(Column::Id.is_in(ids))
        .exec(tx)
        .await?;
    Ok(deleted.rows_affected)
}
