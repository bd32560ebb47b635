//! The wallets that a session reaches: only linked ones, whatever is asked.

use axum::Json;
use axum::extract::State as Extract;
use waiaas_protocol::ids::WalletId;
use waiaas_protocol::wire::{SessionWalletBody, SessionWalletList};

use super::State;
use super::auth::AgentSession;
use super::extract::Path;
use crate::error::Error;
use crate::issue::Wanted;
use crate::session::LinkedWallet;
use crate::wallet::service as wallets;

/// The wallets linked to this session.
#[utoipa::path(get, path = "/v1/wallets", operation_id = "listWallets", tag = "wallet",
    responses((status = 200, description = "The wallets of the token's session", body = SessionWalletList)))]
pub(super) async fn list(session: AgentSession) -> Json<SessionWalletList> {
    let wallets = session
        .view
        .wallets
        .iter()
        .map(LinkedWallet::to_body)
        .collect();
    Json(SessionWalletList { wallets })
}

/// One wallet, if it is linked to this session.
#[utoipa::path(get, path = "/v1/wallets/{id}", operation_id = "showWallet", tag = "wallet",
    params(("id" = WalletId, Path, description = "Wallet id")),
    responses((status = 200, description = "The wallet", body = SessionWalletBody)))]
pub(super) async fn show(
    Extract(state): Extract<State>,
    session: AgentSession,
    Path(id): Path<String>,
) -> Result<Json<SessionWalletBody>, Error> {
    let id: WalletId = id.parse().map_err(|_| Error::invalid("id", Wanted::Id))?;
    match session.view.wallets.iter().find(|wallet| wallet.id == id) {
        Some(wallet) => Ok(Json(wallet.to_body())),
        None => Err(not_linked(&state, id).await),
    }
}

/// An agent learns whether an id exists, which it cannot guess, but never another's name.
async fn not_linked(state: &State, id: WalletId) -> Error {
    match wallets::resolve(state.core.db.read(), &id.to_string()).await {
        Ok(_) => Error::WalletAccessDenied,
        Err(Error::WalletNotFound { .. }) => Error::WalletNotFound { nearest: None },
        Err(other) => other,
    }
}
