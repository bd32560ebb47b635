//! Use cases of wallets.

use sea_orm::ConnectionTrait;
use serde_json::json;
use waiaas_protocol::wire::CreateWalletRequest;

use super::{Chain, Wallet, WalletStatus, address, is_network, repo};
use crate::actor::Actor;
use crate::audit::{self, AuditEvent, Record};
use crate::core::Core;
use crate::error::Error;
use crate::issue::{Issue, Problem};
use crate::session::service as sessions;
use crate::{agent, name};

/// Adds a wallet.
///
/// # Errors
/// [`Error::RequestInvalid`] with every field that is wrong.
pub async fn create(
    core: &Core,
    actor: &Actor,
    request: &CreateWalletRequest,
) -> Result<Wallet, Error> {
    let now = core.clock.now_s();
    let chain = check(request)?;
    let wallet = Wallet {
        id: core.new_wallet_id(),
        name: request.name.clone(),
        chain,
        network: request.network.clone(),
        address: request.address.clone(),
        status: WalletStatus::Active,
        created_at: now,
    };
    let mut tx = core.db.begin_write().await?;
    if repo::by_name(&*tx, &wallet.name).await?.is_some() {
        return Err(Error::invalid("name", Problem::WalletNameTaken));
    }
    repo::insert(&*tx, &wallet).await?;
    let details = json!({
        "wallet_id": wallet.id, "name": wallet.name, "chain": wallet.chain.as_str(),
        "network": wallet.network, "address": wallet.address,
    });
    audit::repo::append(
        &mut tx,
        &Record::new(AuditEvent::WalletCreated, actor, details),
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(wallet)
}

fn check(request: &CreateWalletRequest) -> Result<Chain, Error> {
    let mut issues = Vec::new();
    let mut issue = |path: &str, problem: Problem| issues.push(Issue::new(path, problem));
    if let Err(cause) = name::check(&request.name) {
        issue("name", cause.into());
    }
    if !is_network(&request.network) {
        issue("network", Problem::BadNetwork);
    }
    let chain = Chain::parse(&request.chain);
    match chain {
        None => issue("chain", Problem::UnknownChain),
        Some(chain) => {
            if let Err(cause) = address::check(chain, &request.address) {
                issue("address", cause.into());
            }
        }
    }
    match chain {
        Some(chain) if issues.is_empty() => Ok(chain),
        _ => Err(Error::RequestInvalid(issues)),
    }
}

/// Finds a wallet by id or exact name.
///
/// # Errors
/// [`Error::WalletNotFound`] with the nearest name.
pub async fn resolve(db: &impl ConnectionTrait, reference: &str) -> Result<Wallet, Error> {
    let found = match reference.parse() {
        Ok(id) => repo::by_id(db, id).await?,
        Err(_) => repo::by_name(db, reference).await?,
    };
    if let Some(wallet) = found {
        return Ok(wallet);
    }
    let names = repo::list(db, false)
        .await?
        .into_iter()
        .map(|wallet| wallet.name);
    Err(Error::WalletNotFound {
        nearest: crate::name::nearest(reference, names),
    })
}

/// By name.
///
/// # Errors
/// As the database says.
pub async fn list(core: &Core, terminated: bool) -> Result<Vec<Wallet>, Error> {
    repo::list(core.db.read(), terminated).await
}

/// Removes a wallet: sessions that had only this one end, others get their earliest linked
/// wallet as default (PROTOCOL.md section 9). Idempotent.
///
/// # Errors
/// [`Error::WalletNotFound`].
pub async fn terminate(core: &Core, actor: &Actor, reference: &str) -> Result<Wallet, Error> {
    let now = core.clock.now_s();
    let mut tx = core.db.begin_write().await?;
    let mut wallet = resolve(&*tx, reference).await?;
    if wallet.status == WalletStatus::Terminated {
        return Ok(wallet);
    }
    repo::set_status(&*tx, wallet.id, WalletStatus::Terminated, now).await?;
    wallet.status = WalletStatus::Terminated;
    agent::repo::unlink_everywhere(&*tx, wallet.id).await?;
    let revoked = sessions::drop_wallet(core, &mut tx, actor, wallet.id, now).await?;
    let details =
        json!({ "wallet_id": wallet.id, "name": wallet.name, "revoked_sessions": revoked });
    audit::repo::append(
        &mut tx,
        &Record::new(AuditEvent::WalletTerminated, actor, details),
        now,
    )
    .await?;
    tx.commit().await?;
    core.ring();
    Ok(wallet)
}
