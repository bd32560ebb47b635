//! `/wallets`: which there are, and who uses them. Wallets are added and removed on the machine.

use sea_orm::ConnectionTrait;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::agent::repo as agents;
use waiaas_daemon_core::db::WriteTx;
use waiaas_daemon_core::session::links;
use waiaas_daemon_core::wallet::repo;
use waiaas_protocol::ids::WalletId;

use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::{Page, View, wallet};

/// `/wallets`.
pub(in crate::telegram) async fn on_command(turn: Turn) -> Handled {
    let view = list(&turn, turn.console.core.db.read(), 0).await?;
    turn.finish_with(turn.say(view)).await
}

/// A page of wallets.
pub(super) async fn list(
    turn: &Turn,
    db: &impl ConnectionTrait,
    page: usize,
) -> Result<View, Error> {
    let all = repo::list(db, false).await?;
    Ok(wallet::list(&turn.reader, &Page::of(&all, page), all.len()))
}

/// The details of a wallet.
pub(super) async fn open(
    turn: &Turn,
    tx: &WriteTx,
    id: WalletId,
    page: usize,
) -> Result<View, Error> {
    let Some(found) = repo::by_id(&**tx, id).await? else {
        return list(turn, &**tx, page).await;
    };
    let users = agents::using_wallet(&**tx, id).await?;
    let live = links::count_live_of(&**tx, id, turn.now).await?;
    Ok(wallet::details(&turn.reader, &found, &users, live, page))
}
