//! `waiaas wallet`: the public addresses that sessions may reach.

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use i18n_embed_fl::fl;
use waiaas_protocol::wire::{CreateWalletRequest, WalletBody, WalletList, WalletStatusBody};

use super::ask::Yes;
use super::client::path;
use super::context::Context;
use super::output::Rows;
use crate::report::Outcome;

/// Wallets.
#[derive(Debug, Subcommand)]
pub(super) enum Wallet {
    /// Add a wallet by its public address
    Add {
        /// Unique name, 1 to 64 characters
        name: String,
        /// evm or solana
        #[arg(long)]
        chain: String,
        /// Such as base or mainnet-beta
        #[arg(long)]
        network: String,
        /// Public address
        #[arg(long)]
        address: String,
    },
    /// List wallets
    List {
        /// Removed ones too
        #[arg(long)]
        all: bool,
    },
    /// Show one wallet
    Show {
        /// Name or id
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        wallet: String,
    },
    /// Remove a wallet; sessions that reach only this one end
    Remove {
        /// Name or id
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        wallet: String,
        #[command(flatten)]
        yes: Yes,
    },
}

impl Wallet {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let texts = &context.texts;
        match self {
            Self::Add {
                name,
                chain,
                network,
                address,
            } => {
                let request = CreateWalletRequest {
                    name,
                    chain,
                    network,
                    address,
                };
                let added: WalletBody = client.post("/wallets", &request).await?;
                let name = added.name.clone();
                context
                    .output
                    .say(&added, || fl!(texts, "cli-wallet-added", name = name))
            }
            Self::List { all } => {
                let include = all.then(|| "terminated".to_owned());
                let list: WalletList = client.query("/wallets", &[("include", include)]).await?;
                print_list(context, &list)
            }
            Self::Show { wallet } => {
                let wallet: WalletBody = client.get(&path(&["wallets", &wallet], texts)?).await?;
                context.output.show(&wallet, || facts(context, &wallet))
            }
            Self::Remove { wallet, yes } => {
                let path = path(&["wallets", &wallet], texts)?;
                yes.confirm(context, &fl!(texts, "cli-wallet-remove-ask", name = wallet))?;
                let removed: WalletBody = client.delete(&path).await?;
                let name = removed.name.clone();
                context
                    .output
                    .say(&removed, || fl!(texts, "cli-wallet-removed", name = name))
            }
        }
    }
}

fn print_list(context: &Context, list: &WalletList) -> Outcome {
    let texts = &context.texts;
    let heading = [
        fl!(texts, "cli-head-name"),
        fl!(texts, "cli-head-chain"),
        fl!(texts, "cli-head-network"),
        fl!(texts, "cli-head-address"),
        fl!(texts, "cli-head-state"),
        fl!(texts, "cli-head-id"),
    ];
    let rows = list.wallets.iter().map(|wallet| {
        [
            wallet.name.clone(),
            wallet.chain.clone(),
            wallet.network.clone(),
            wallet.address.clone(),
            state(wallet.status).to_owned(),
            wallet.id.to_string(),
        ]
    });
    let empty = || {
        list.wallets
            .is_empty()
            .then(|| fl!(texts, "cli-wallet-none"))
    };
    context
        .output
        .show_list(list, empty, || Rows::list(heading, rows))
}

fn facts(context: &Context, wallet: &WalletBody) -> Rows {
    let texts = &context.texts;
    Rows::facts([
        (fl!(texts, "cli-head-name"), Some(wallet.name.clone())),
        (fl!(texts, "cli-head-id"), Some(wallet.id.to_string())),
        (fl!(texts, "cli-head-chain"), Some(wallet.chain.clone())),
        (fl!(texts, "cli-head-network"), Some(wallet.network.clone())),
        (fl!(texts, "cli-head-address"), Some(wallet.address.clone())),
        (
            fl!(texts, "cli-head-state"),
            Some(state(wallet.status).to_owned()),
        ),
        (
            fl!(texts, "cli-head-created"),
            Some(wallet.created_at.to_string()),
        ),
    ])
}

const fn state(status: WalletStatusBody) -> &'static str {
    match status {
        WalletStatusBody::Active => "ACTIVE",
        WalletStatusBody::Terminated => "TERMINATED",
    }
}
