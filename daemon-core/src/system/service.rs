//! Kill switch, freeze and status.

use serde_json::json;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{KillSwitchBody, RestoreConfirmation};

use super::Switch;
use super::repo::{self, Key};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::db::WriteTx;
use crate::error::Error;
use crate::notify::event::{Event, Power};
use crate::notify::outbox;
use crate::session::RevokeReason;
use crate::session::{repo as session_repo, service as sessions};

/// The kill switch as it stands.
///
/// # Errors
/// As the database says.
pub async fn kill_switch(core: &Core) -> Result<KillSwitchBody, Error> {
    Ok(to_body(
        repo::load(core.db.read()).await?.kill_switch.as_ref(),
        0,
    ))
}

/// Turns the kill switch on; from the commit on every agent request is refused. With
/// `revoke_all` every live session ends too. Idempotent: the first `since` stands.
///
/// # Errors
/// As the database says.
pub async fn activate(
    core: &Core,
    actor: &Actor,
    revoke_all: bool,
) -> Result<KillSwitchBody, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let (switch, revoked) = activate_in(core, &mut tx, actor, revoke_all, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(to_body(Some(&switch), revoked))
}

/// Turns the kill switch on in the caller's transaction; gives it as it stands then, and how
/// many sessions were ended. Idempotent: the first `since` stands and is told once.
///
/// # Errors
/// As the database says.
pub async fn activate_in(
    core: &Core,
    tx: &mut WriteTx,
    actor: &Actor,
    revoke_all: bool,
    now: i64,
) -> Result<(Switch, u64), Error> {
    let before = repo::load(&**tx).await?.kill_switch;
    let switch = before.clone().unwrap_or_else(|| Switch {
        since: now,
        by: actor.label(),
    });
    let live = session_repo::count_live(&**tx, None, now).await?;
    if before.is_none() {
        repo::set(&**tx, Key::KillSwitch, Some(&switch), now).await?;
        // Before the ends of the sessions: the owner hears the cause first.
        let revoked_sessions = if revoke_all { live } else { 0 };
        let event = Event::KillSwitchActivated {
            by: actor.label(),
            revoked_sessions,
            at: now,
        };
        outbox::enqueue(core, &**tx, &event, now).await?;
    }
    let revoked = if revoke_all {
        sessions::revoke_all_live(core, tx, actor, RevokeReason::KillSwitch, now).await?
    } else {
        0
    };
    if before.is_none() || revoked > 0 {
        let details = json!({ "revoked_sessions": revoked });
        let record = Record::new(AuditEvent::KillSwitchActivated, actor, details);
        audit::repo::append(tx, &record, now).await?;
    }
    Ok((switch, revoked))
}

/// Turns the kill switch off. Only the machine may (CONSOLE.md, tier 2): the caller proves
/// that by calling from the admin door. No time is given back.
///
/// # Errors
/// As the database says.
pub async fn recover(core: &Core, actor: &Actor) -> Result<KillSwitchBody, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    if repo::load(&*tx).await?.kill_switch.is_some() {
        repo::set(&*tx, Key::KillSwitch, None, now).await?;
        let record = Record::new(AuditEvent::KillSwitchRecovered, actor, json!({}));
        audit::repo::append(&mut tx, &record, now).await?;
        let event = Event::KillSwitchRecovered {
            by: actor.label(),
            at: now,
        };
        outbox::enqueue(core, &*tx, &event, now).await?;
        tx.commit().await?;
        core.ring();
    }
    Ok(to_body(None, 0))
}

fn to_body(switch: Option<&Switch>, revoked_sessions: u64) -> KillSwitchBody {
    KillSwitchBody {
        active: switch.is_some(),
        since: switch.map(|s| Timestamp(s.since)),
        by: switch.map(|s| s.by.clone()),
        revoked_sessions,
    }
}

/// Compares the database with the anchor and freezes every session when the database is
/// older (PROTOCOL.md section 9). Called once at start.
///
/// # Errors
/// As the database says; [`Error::Internal`] when the anchor cannot be read.
pub async fn freeze_if_restored(core: &Core) -> Result<bool, Error> {
    let now = core.clock.now_s();
    let head = audit::repo::head(core.db.read()).await?;
    let anchor = core.db.anchor().read().map_err(Error::internal)?;
    let current = match &anchor {
        Some(anchor) if anchor.seq == 0 => true,
        Some(anchor) => {
            audit::repo::hash_at(core.db.read(), anchor.seq)
                .await?
                .as_deref()
                == Some(&anchor.hash)
        }
        None => head.seq == 0,
    };
    if current && repo::load(core.db.read()).await?.frozen.is_none() {
        // The process may have died between a commit and the anchor.
        core.db.anchor().advance(head).await;
        return Ok(false);
    }
    core.db.anchor().hold();
    let mut tx = core.db.begin_write().await?;
    if repo::load(&*tx).await?.frozen.is_none() {
        let switch = Switch {
            since: now,
            by: Actor::Daemon.label(),
        };
        repo::set(&*tx, Key::Frozen, Some(&switch), now).await?;
        let details = json!({ "database_seq": head.seq, "anchor_seq": anchor.map(|a| a.seq) });
        let record = Record::new(AuditEvent::DatabaseRestoreFrozen, &Actor::Daemon, details);
        audit::repo::append(&mut tx, &record, now).await?;
        outbox::enqueue(core, &*tx, &Event::DatabaseFrozen { at: now }, now).await?;
    }
    tx.commit().await?;
    tracing::error!(
        "the database is older than what this daemon remembers of it: every session is frozen \
         until the owner confirms with `waiaas db confirm-restore`"
    );
    Ok(true)
}

/// The owner confirms on the machine that a restored database may serve. The freeze goes last:
/// a try that fails in between leaves everything frozen, and the next one goes on.
///
/// # Errors
/// As the database says; [`Error::Internal`] when the anchor cannot be written.
pub async fn confirm_restore(core: &Core, actor: &Actor) -> Result<RestoreConfirmation, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    if repo::load(&*tx).await?.frozen.is_none() {
        return Ok(RestoreConfirmation { was_frozen: false });
    }
    let record = Record::new(AuditEvent::DatabaseRestoreConfirmed, actor, json!({}));
    audit::repo::append(&mut tx, &record, now).await?;
    let event = Event::PowerAdded {
        what: Power::RestoredDatabase,
        subject: String::new(),
        by: actor.label(),
        at: now,
    };
    outbox::enqueue(core, &*tx, &event, now).await?;
    tx.commit().await?;
    let head = audit::repo::head(core.db.read()).await?;
    core.db.anchor().reset(&head).map_err(Error::internal)?;
    let tx = core.db.begin_write().await?;
    repo::set(&*tx, Key::Frozen, None, now).await?;
    tx.commit().await?;
    core.ring();
    Ok(RestoreConfirmation { was_frozen: true })
}
