//! Wallets: a name and a public address on a chain. This product holds no wallet key. Pure.

pub mod address;
pub mod repo;
pub mod service;

use waiaas_protocol::ids::WalletId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{WalletBody, WalletStatusBody};

/// The longest network name.
pub const NETWORK_BYTES_MAX: usize = 32;

/// Which chain an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// Ethereum and its kin.
    Evm,
    /// Solana.
    Solana,
}

impl Chain {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evm => "evm",
            Self::Solana => "solana",
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "evm" => Some(Self::Evm),
            "solana" => Some(Self::Solana),
            _ => None,
        }
    }
}

/// Whether it may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletStatus {
    /// It may.
    Active,
    /// It was removed.
    Terminated,
}

impl WalletStatus {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Terminated => "TERMINATED",
        }
    }
}

/// A wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "PROTOCOL.md section 1")]
pub struct Wallet {
    pub id: WalletId,
    pub name: String,
    pub chain: Chain,
    pub network: String,
    pub address: String,
    pub status: WalletStatus,
    pub created_at: i64,
}

impl Wallet {
    /// As shown on the wire.
    #[must_use]
    pub fn to_body(&self) -> WalletBody {
        WalletBody {
            id: self.id,
            name: self.name.clone(),
            chain: self.chain.as_str().to_owned(),
            network: self.network.clone(),
            address: self.address.clone(),
            status: match self.status {
                WalletStatus::Active => WalletStatusBody::Active,
                WalletStatus::Terminated => WalletStatusBody::Terminated,
            },
            created_at: Timestamp(self.created_at),
        }
    }
}

/// Whether a text may name a network: lowercase letters, digits and hyphens.
#[must_use]
pub fn is_network(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NETWORK_BYTES_MAX
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
