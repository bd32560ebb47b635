//! Loading and rotating the keyring (PROTOCOL.md section 2).

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{KeyBody, KeyList, RotateKeysResponse};

use super::keyring::Keyring;
use super::repo;
use super::secret::{KeyBytes, MasterKey};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::entropy::Entropy;
use crate::error::Error;
use crate::notify::event::{Event, Power};
use crate::notify::outbox;
use crate::session::RevokeReason;
use crate::session::{repo as session_repo, service as sessions};

/// A key outlives the sessions that name it by so many seconds: should the clock have been
/// ahead, no session is cut off when it is set right.
const CLOCK_SLACK_S: i64 = 604_800;

/// Opens every stored key under the master key.
///
/// # Errors
/// [`Error::Internal`] when there is no current key or one does not open: then the master
/// key is not the one that sealed them.
pub async fn load(db: &impl ConnectionTrait, master: &MasterKey) -> Result<Keyring, Error> {
    let stored = repo::list(db).await?;
    let current = stored
        .iter()
        .find(|key| key.current)
        .ok_or_else(|| Error::internal("there is no current signing key; run `waiaas init`"))?;
    let open = |kid: &str, sealed: &str| {
        master
            .open(kid, sealed)
            .map_err(|cause| Error::internal(format!("{cause} (key {kid})")))
    };
    let mut keyring = Keyring::new(current.kid.clone(), open(&current.kid, &current.sealed)?);
    for key in stored.iter().filter(|key| !key.current) {
        keyring.add(key.kid.clone(), open(&key.kid, &key.sealed)?);
    }
    Ok(keyring)
}

/// Makes and stores a new current key in the caller's transaction.
///
/// # Errors
/// As the database says.
pub async fn create_current(
    tx: &impl ConnectionTrait,
    master: &MasterKey,
    entropy: &Entropy,
    now: i64,
) -> Result<(String, KeyBytes), Error> {
    let kid = entropy.hex::<8>();
    let key = KeyBytes::new(entropy.bytes());
    let sealed = master.seal(&kid, &key).map_err(Error::internal)?;
    repo::replace_current(tx, &kid, &sealed, now).await?;
    Ok((kid, key))
}

/// Signs with a new key from now on; deletes the keys that no live session names. Living
/// sessions go on with their key, unless `revoke_all` ends them.
///
/// # Errors
/// As the database says.
pub async fn rotate(
    core: &Core,
    actor: &Actor,
    revoke_all: bool,
) -> Result<RotateKeysResponse, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let revoked_sessions = if revoke_all {
        sessions::revoke_all_live(core, &mut tx, actor, RevokeReason::KeysRevoked, now).await?
    } else {
        0
    };
    let (kid, key) = create_current(&*tx, &core.master_key, &core.entropy, now).await?;
    let named = session_repo::live_kids(&*tx, now, CLOCK_SLACK_S).await?;
    let mut deleted_kids = Vec::new();
    for stored in repo::list(&*tx).await? {
        if !stored.current && !named.contains_key(&stored.kid) {
            repo::delete_retiring(&*tx, &stored.kid).await?;
            deleted_kids.push(stored.kid);
        }
    }
    let details = json!({
        "current_kid": kid, "deleted_kids": deleted_kids, "revoked_sessions": revoked_sessions,
    });
    audit::repo::append(
        &mut tx,
        &Record::new(AuditEvent::KeysRotated, actor, details),
        now,
    )
    .await?;
    let event = Event::PowerAdded {
        what: Power::SigningKey,
        subject: kid.clone(),
        by: actor.label(),
        at: now,
    };
    outbox::enqueue(core, &*tx, &event, now).await?;
    // Before the commit: whoever reads the new name from the database must find the key.
    core.change_keyring(|keyring| keyring.add(kid.clone(), key.clone()));
    tx.commit().await?;
    core.change_keyring(|keyring| {
        keyring.rotate(kid.clone(), key);
        for kid in &deleted_kids {
            keyring.remove(kid);
        }
    });
    core.ring();
    Ok(RotateKeysResponse {
        current_kid: kid,
        deleted_kids,
        revoked_sessions,
    })
}

/// Every key with the number of live sessions that name it.
///
/// # Errors
/// As the database says.
pub async fn list(core: &Core) -> Result<KeyList, Error> {
    let named: BTreeMap<String, u64> =
        session_repo::live_kids(core.db.read(), core.clock.now_s(), 0).await?;
    let keys = repo::list(core.db.read()).await?;
    Ok(KeyList {
        keys: keys
            .into_iter()
            .map(|key| KeyBody {
                live_sessions: named.get(&key.kid).copied().unwrap_or(0),
                current: key.current,
                created_at: Timestamp(key.created_at),
                kid: key.kid,
            })
            .collect(),
    })
}
