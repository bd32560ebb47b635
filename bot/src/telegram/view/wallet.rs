//! `/wallets`: the list, and the details of one.

use i18n_embed_fl::fl;
use waiaas_daemon_core::agent::Agent;
use waiaas_daemon_core::wallet::{Chain, Wallet, WalletStatus};

use super::html::escape;
use super::{Choice, Page, Reader, View};
use crate::telegram::action::Action;

/// A page of wallets; `count` is how many there are in all.
pub(in crate::telegram) fn list(reader: &Reader, page: &Page<'_, Wallet>, count: usize) -> View {
    if page.rows.is_empty() {
        return View::text(fl!(reader.texts, "console-no-wallets"));
    }
    let mut lines = vec![if page.pages > 1 {
        fl!(
            reader.texts,
            "console-wallets-title-paged",
            count = count,
            page = page.shown_number(),
            pages = page.pages
        )
    } else {
        fl!(reader.texts, "console-wallets-title", count = count)
    }];
    lines.push(String::new());
    let mut view = View::text("");
    for wallet in page.rows {
        lines.push(fl!(
            reader.texts,
            "console-wallet-summary",
            wallet = escape(&wallet.name),
            chain = chain(wallet.chain),
            network = escape(&wallet.network)
        ));
        let action = Action::OpenWallet {
            wallet_id: wallet.id,
            page: page.number,
        };
        view = view.row([Choice::new(wallet.name.clone(), action)]);
    }
    let turners = page.turners(|page| Action::WalletsPage { page });
    if !turners.is_empty() {
        view = view.row(turners);
    }
    view.html = lines.join("\n");
    view
}

/// As chains call themselves, in every language.
const fn chain(chain: Chain) -> &'static str {
    match chain {
        Chain::Evm => "EVM",
        Chain::Solana => "Solana",
    }
}

/// One wallet, with its whole address to copy and the agents that get it by default.
pub(in crate::telegram) fn details(
    reader: &Reader,
    wallet: &Wallet,
    users: &[Agent],
    live_sessions: u64,
    page: usize,
) -> View {
    let mut lines = vec![
        fl!(
            reader.texts,
            "console-wallet-summary",
            wallet = escape(&wallet.name),
            chain = chain(wallet.chain),
            network = escape(&wallet.network)
        ),
        fl!(
            reader.texts,
            "console-wallet-address",
            address = escape(&wallet.address)
        ),
    ];
    if wallet.status == WalletStatus::Terminated {
        lines.push(fl!(reader.texts, "console-wallet-terminated"));
    } else {
        lines.push(users_line(reader, users));
        lines.push(fl!(
            reader.texts,
            "console-status-sessions",
            count = live_sessions
        ));
    }
    let back = fl!(reader.texts, "console-button-back");
    View::text(lines.join("\n")).row([Choice::new(back, Action::WalletsPage { page })])
}

fn users_line(reader: &Reader, users: &[Agent]) -> String {
    if users.is_empty() {
        return fl!(reader.texts, "console-wallet-unused");
    }
    let names: Vec<_> = users.iter().map(|agent| escape(&agent.name)).collect();
    fl!(
        reader.texts,
        "console-wallet-users",
        agents = names.join(", ")
    )
}
