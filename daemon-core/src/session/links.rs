//! The wallets of a session: SQL and use cases (PROTOCOL.md section 9). A session reaches
//! only the wallets linked to it, and exactly one of them is the default.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use serde_json::json;
use waiaas_protocol::ids::{SessionId, WalletId};

use super::{LinkedWallet, RevokeReason, Session, repo, service, view};
use crate::actor::Actor;
use crate::agent::service::WALLETS_PER_AGENT_MAX;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::db::entity::session as session_entity;
use crate::db::entity::session_wallet::{ActiveModel, Column, Entity};
use crate::db::entity::wallet as wallet_entity;
use crate::error::Error;
use crate::issue::Problem;
use crate::notify::event::{Event, Power};
use crate::notify::outbox;
use crate::wallet::{Wallet, WalletStatus, service as wallets};

/// Links a wallet.
///
/// # Errors
/// As the database says.
pub async fn insert(
    tx: &impl ConnectionTrait,
    session: SessionId,
    wallet: WalletId,
    is_default: bool,
    now: i64,
) -> Result<(), Error> {
    let row = ActiveModel {
        session_id: Set(session.to_string()),
        wallet_id: Set(wallet.to_string()),
        is_default: Set(is_default),
        created_at: Set(now),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The wallets of a session, earliest link first.
///
/// # Errors
/// As the database says.
pub async fn list(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Vec<LinkedWallet>, Error> {
    let links = Entity::find()
        .filter(Column::SessionId.eq(session.to_string()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::WalletId)
        .all(db)
        .await?;
    let ids: Vec<_> = links.iter().map(|link| link.wallet_id.clone()).collect();
    let rows = wallet_entity::Entity::find()
        .filter(wallet_entity::Column::Id.is_in(ids))
        .all(db)
        .await?;
    links
        .into_iter()
        .map(|link| {
            let row = rows.iter().find(|row| row.id == link.wallet_id);
            let row = row.ok_or_else(|| Error::internal("session_wallets names no wallet"))?;
            Ok(LinkedWallet {
                id: row.id.parse().map_err(Error::internal)?,
                name: row.name.clone(),
                chain: row.chain.clone(),
                network: row.network.clone(),
                address: row.address.clone(),
                is_default: link.is_default,
            })
        })
        .collect()
}

/// How many live sessions reach a wallet.
///
/// # Errors
/// As the database says.
pub async fn count_live_of(
    db: &impl ConnectionTrait,
    wallet: WalletId,
    now: i64,
) -> Result<u64, Error> {
    let linked = Query::select()
        .column(Column::SessionId)
        .from(Entity)
        .and_where(Column::WalletId.eq(wallet.to_string()))
        .to_owned();
    let live = session_entity::Entity::find()
        .filter(repo::live(now))
        .filter(session_entity::Column::Id.in_subquery(linked));
    Ok(live.count(db).await?)
}

async fn sessions_of(db: &impl ConnectionTrait, wallet: WalletId) -> Result<Vec<SessionId>, Error> {
    let links = Entity::find()
        .filter(Column::WalletId.eq(wallet.to_string()))
        .all(db)
        .await?;
    links
        .iter()
        .map(|link| link.session_id.parse().map_err(Error::internal))
        .collect()
}

async fn delete(
    tx: &impl ConnectionTrait,
    session: SessionId,
    wallet: WalletId,
) -> Result<(), Error> {
    Entity::delete_by_id((session.to_string(), wallet.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

async fn set_default(
    tx: &impl ConnectionTrait,
    session: SessionId,
    wallet: WalletId,
) -> Result<(), Error> {
    // The old default goes first: the partial unique index allows one.
    for (is_default, which) in [
        (false, Column::WalletId.ne(wallet.to_string())),
        (true, Column::WalletId.eq(wallet.to_string())),
    ] {
        Entity::update_many()
            .col_expr(Column::IsDefault, Expr::value(is_default))
            .filter(Column::SessionId.eq(session.to_string()))
            .filter(which)
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn live_session(core: &Core, tx: &WriteTx, reference: &str) -> Result<Session, Error> {
    let session = service::resolve(&**tx, reference).await?;
    if session.revocation.is_some() {
        return Err(Error::SessionRevoked);
    }
    if !session.is_live(core.clock.now_s()) {
        return Err(Error::invalid("session", Problem::SessionExpired));
    }
    Ok(session)
}

async fn record(
    tx: &mut WriteTx,
    event: AuditEvent,
    actor: &Actor,
    session: &Session,
    wallet: &Wallet,
    now: i64,
) -> Result<(), Error> {
    let details = json!({ "wallet_id": wallet.id, "wallet": wallet.name });
    record_about(tx, event, actor, session, details, now).await
}

async fn record_about(
    tx: &mut WriteTx,
    event: AuditEvent,
    actor: &Actor,
    session: &Session,
    details: serde_json::Value,
    now: i64,
) -> Result<(), Error> {
    let record = Record::new(event, actor, details)
        .agent(session.agent_id)
        .session(session.id);
    audit::repo::append(tx, &record, now).await
}

/// Links a wallet to a living session.
///
/// # Errors
/// [`Error::WalletAlreadyLinked`], [`Error::WalletTerminated`], [`Error::SessionRevoked`]
/// and the not-found ones.
pub async fn link(
    core: &Core,
    actor: &Actor,
    reference: &str,
    wallet: &str,
    make_default: bool,
) -> Result<view::SessionView, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let session = live_session(core, &tx, reference).await?;
    let wallet = wallets::resolve(&*tx, wallet).await?;
    if wallet.status == WalletStatus::Terminated {
        return Err(Error::WalletTerminated);
    }
    let linked = list(&*tx, session.id).await?;
    if linked.iter().any(|other| other.id == wallet.id) {
        return Err(Error::WalletAlreadyLinked);
    }
    if linked.len() >= WALLETS_PER_AGENT_MAX {
        return Err(Error::invalid(
            "wallet",
            Problem::AtMostWallets {
                max: WALLETS_PER_AGENT_MAX,
            },
        ));
    }
    insert(&*tx, session.id, wallet.id, linked.is_empty(), now).await?;
    if make_default {
        set_default(&*tx, session.id, wallet.id).await?;
    }
    record(
        &mut tx,
        AuditEvent::SessionWalletLinked,
        actor,
        &session,
        &wallet,
        now,
    )
    .await?;
    let view = view::load(&*tx, session).await?;
    let event = Event::PowerAdded {
        what: Power::SessionWallet,
        subject: format!(
            "{} → {} ({})",
            wallet.name, view.agent_name, view.session.id
        ),
        by: actor.label(),
        at: now,
    };
    outbox::enqueue(core, &*tx, &event, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(view)
}

/// Unlinks a wallet from a living session.
///
/// # Errors
/// [`Error::WalletNotFound`] when it is not linked, [`Error::SessionRequiresWallet`] for the
/// last one, [`Error::CannotRemoveDefaultWallet`] while others remain.
pub async fn unlink(
    core: &Core,
    actor: &Actor,
    reference: &str,
    wallet: &str,
) -> Result<view::SessionView, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let session = live_session(core, &tx, reference).await?;
    let wallet = wallets::resolve(&*tx, wallet).await?;
    let linked = list(&*tx, session.id).await?;
    let link = linked
        .iter()
        .find(|other| other.id == wallet.id)
        .ok_or(Error::WalletNotFound { nearest: None })?;
    if linked.len() == 1 {
        return Err(Error::SessionRequiresWallet { agent_name: None });
    }
    if link.is_default {
        return Err(Error::CannotRemoveDefaultWallet);
    }
    delete(&*tx, session.id, wallet.id).await?;
    record(
        &mut tx,
        AuditEvent::SessionWalletUnlinked,
        actor,
        &session,
        &wallet,
        now,
    )
    .await?;
    let view = view::load(&*tx, session).await?;
    tx.commit().await?;
    Ok(view)
}

/// Names another default wallet of a living session.
///
/// # Errors
/// [`Error::WalletNotFound`] when it is not linked.
pub async fn change_default(
    core: &Core,
    actor: &Actor,
    reference: &str,
    wallet: &str,
) -> Result<view::SessionView, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let session = live_session(core, &tx, reference).await?;
    let wallet = wallets::resolve(&*tx, wallet).await?;
    if !list(&*tx, session.id)
        .await?
        .iter()
        .any(|other| other.id == wallet.id)
    {
        return Err(Error::WalletNotFound { nearest: None });
    }
    set_default(&*tx, session.id, wallet.id).await?;
    record(
        &mut tx,
        AuditEvent::SessionDefaultWalletChanged,
        actor,
        &session,
        &wallet,
        now,
    )
    .await?;
    let view = view::load(&*tx, session).await?;
    tx.commit().await?;
    Ok(view)
}

/// Takes a removed wallet from every live session: the default moves to the earliest linked
/// other; a session that had only this one is revoked. Says how many were revoked.
///
/// # Errors
/// As the database says.
pub async fn drop_wallet(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    wallet: WalletId,
    now: i64,
) -> Result<u64, Error> {
    let mut revoked = 0;
    for id in sessions_of(&**tx, wallet).await? {
        let Some(session) = repo::by_id(&**tx, id).await? else {
            continue;
        };
        if !session.is_live(now) {
            continue;
        }
        let linked = list(&**tx, id).await?;
        let Some(next) = linked.iter().find(|other| other.id != wallet) else {
            let reason = RevokeReason::WalletTerminated;
            service::revoke_in(core, tx, actor, &session, reason, None, now).await?;
            revoked += 1;
            continue;
        };
        let was_default = linked
            .iter()
            .any(|link| link.id == wallet && link.is_default);
        delete(&**tx, id, wallet).await?;
        let details = json!({ "wallet_id": wallet, "trigger": "wallet_terminated" });
        record_about(
            tx,
            AuditEvent::SessionWalletUnlinked,
            actor,
            &session,
            details,
            now,
        )
        .await?;
        if was_default {
            set_default(&**tx, id, next.id).await?;
            let details = json!({ "wallet_id": next.id, "wallet": next.name });
            let event = AuditEvent::SessionDefaultWalletChanged;
            record_about(tx, event, actor, &session, details, now).await?;
        }
    }
    Ok(revoked)
}
