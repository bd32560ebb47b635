//! The owner's wallets.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use waiaas_protocol::wire::{CreateWalletRequest, WalletBody, WalletList};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::{self, Path};
use super::super::query::Query;
use crate::error::Error;
use crate::wallet::{Wallet, service as wallets};

/// Every wallet, by name.
#[utoipa::path(get, path = "/v1/wallets", operation_id = "listWallets", tag = "wallet",
    params(("include" = Option<String>, Query, description = "`terminated`: the removed ones too")),
    responses((status = 200, description = "Wallets", body = WalletList)))]
pub(in crate::http) async fn list(
    Extract(state): Extract<State>,
    mut query: Query,
) -> Result<Json<WalletList>, Error> {
    let terminated = query
        .choice("include", &[("terminated", true)])
        .unwrap_or(false);
    query.finish()?;
    let wallets = wallets::list(&state.core, terminated).await?;
    Ok(Json(WalletList {
        wallets: wallets.iter().map(Wallet::to_body).collect(),
    }))
}

/// Adds a wallet: a name and a public address.
#[utoipa::path(post, path = "/v1/wallets", operation_id = "createWallet", tag = "wallet",
    request_body = CreateWalletRequest,
    responses((status = 201, description = "Added", body = WalletBody)))]
pub(in crate::http) async fn create(
    Extract(state): Extract<State>,
    admin: Admin,
    extract::Json(request): extract::Json<CreateWalletRequest>,
) -> Result<(StatusCode, Json<WalletBody>), Error> {
    let wallet = wallets::create(&state.core, &admin.actor, &request).await?;
    Ok((StatusCode::CREATED, Json(wallet.to_body())))
}

/// One wallet.
#[utoipa::path(get, path = "/v1/wallets/{wallet}", operation_id = "showWallet", tag = "wallet",
    params(("wallet" = String, Path, description = "Id or name")),
    responses((status = 200, description = "The wallet", body = WalletBody)))]
pub(in crate::http) async fn show(
    Extract(state): Extract<State>,
    Path(wallet): Path<String>,
) -> Result<Json<WalletBody>, Error> {
    let wallet = wallets::resolve(state.core.db.read(), &wallet).await?;
    Ok(Json(wallet.to_body()))
}

/// Removes a wallet; sessions that had only this one end.
#[utoipa::path(delete, path = "/v1/wallets/{wallet}", operation_id = "removeWallet", tag = "wallet",
    params(("wallet" = String, Path, description = "Id or name")),
    responses((status = 200, description = "Removed, also when it was before", body = WalletBody)))]
pub(in crate::http) async fn remove(
    Extract(state): Extract<State>,
    admin: Admin,
    Path(wallet): Path<String>,
) -> Result<Json<WalletBody>, Error> {
    let wallet = wallets::terminate(&state.core, &admin.actor, &wallet).await?;
    Ok(Json(wallet.to_body()))
}
