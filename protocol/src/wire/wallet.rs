//! Wallets on the wire. Only public facts: this product holds no wallet key.

use serde::{Deserialize, Serialize};

use crate::ids::WalletId;
use crate::time::Timestamp;

/// `ACTIVE` or `TERMINATED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WalletStatusBody {
    /// May be linked and used.
    Active,
    /// Removed; kept for the records.
    Terminated,
}

/// A wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletBody {
    /// Id.
    pub id: WalletId,
    /// Unique name, 1 to 64 graphemes.
    pub name: String,
    /// `evm` or `solana`.
    pub chain: String,
    /// Such as `base` or `mainnet-beta`.
    pub network: String,
    /// Public address.
    pub address: String,
    /// State.
    pub status: WalletStatusBody,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A list of wallets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletList {
    /// By name.
    pub wallets: Vec<WalletBody>,
}

/// Adds a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateWalletRequest {
    /// 1 to 64 graphemes, unique.
    pub name: String,
    /// `evm` or `solana`.
    pub chain: String,
    /// Lowercase letters, digits and hyphens, 1 to 32.
    pub network: String,
    /// Checked for the chain: EIP-55 or all one case; base58 of 32 bytes.
    pub address: String,
}
