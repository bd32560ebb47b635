//! The wallets that the session reaches: all of them, one of them, or its address alone.

use schemars::JsonSchema;
use serde::Serialize;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::WalletId;
use waiaas_protocol::wire::{SessionWalletBody, SessionWalletList};

use super::result::{map, refusal};
use crate::api_client::{ApiClient, Outcome};
use crate::door::Refusal;

/// How alike two names must be for "did you mean", 0 to 1.
const LIKENESS_MIN: f64 = 0.75;
/// How many known names a refusal lists.
const KNOWN_NAMES_MAX: usize = 20;
/// How much of an unknown name a refusal repeats, characters.
const REPEATED_CHARS_MAX: usize = 64;

/// A wallet that the session reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wallet {
    /// Id of the wallet.
    pub(crate) id: String,
    /// Name that its owner gave it.
    pub(crate) name: String,
    /// `evm` or `solana`.
    pub(crate) chain: String,
    /// Network of that chain, such as `base` or `mainnet-beta`.
    pub(crate) network: String,
    /// Public address.
    pub(crate) address: String,
    /// Whether it is the one that is meant when no wallet is named.
    pub(crate) is_default: bool,
}

/// The wallets of the session, the earliest link first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WalletList {
    /// Exactly one of them is the default.
    pub(crate) wallets: Vec<Wallet>,
}

/// Where a wallet is paid.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Address {
    /// Public address.
    address: String,
    /// `evm` or `solana`.
    chain: String,
    /// Network of that chain.
    network: String,
    /// Name of the wallet.
    name: String,
}

impl From<SessionWalletBody> for Wallet {
    fn from(body: SessionWalletBody) -> Self {
        Self {
            id: body.id.to_string(),
            name: body.name,
            chain: body.chain,
            network: body.network,
            address: body.address,
            is_default: body.is_default,
        }
    }
}

impl From<SessionWalletList> for WalletList {
    fn from(body: SessionWalletList) -> Self {
        Self {
            wallets: body.wallets.into_iter().map(Wallet::from).collect(),
        }
    }
}

impl From<Wallet> for Address {
    fn from(wallet: Wallet) -> Self {
        Self {
            address: wallet.address,
            chain: wallet.chain,
            network: wallet.network,
            name: wallet.name,
        }
    }
}

/// All of them.
pub(crate) async fn load(client: &ApiClient) -> Outcome<WalletList> {
    map(client.wallets().await, WalletList::from)
}

/// The wallet of this id or name, or the default one.
pub(super) async fn find(client: &ApiClient, wanted: Option<String>) -> Outcome<Wallet> {
    let Some(wanted) = wanted else {
        return pick(load(client).await, default_of);
    };
    if wanted.parse::<WalletId>().is_ok() {
        match client.wallet(&wanted).await {
            // A name may look like an id.
            Outcome::Refused(refusal) if refusal.known() == Some(ErrorCode::WalletNotFound) => {}
            answered => return map(answered, Wallet::from),
        }
    }
    pick(load(client).await, |list| named(list, &wanted))
}

/// The address of the wallet of this id or name, or of the default one.
pub(super) async fn find_address(client: &ApiClient, wanted: Option<String>) -> Outcome<Address> {
    map(find(client, wanted).await, Address::from)
}

fn pick(
    outcome: Outcome<WalletList>,
    choose: impl FnOnce(WalletList) -> Result<Wallet, Refusal>,
) -> Outcome<Wallet> {
    match outcome {
        Outcome::Success(list) => match choose(list) {
            Ok(wallet) => Outcome::Success(wallet),
            Err(refusal) => Outcome::Refused(refusal),
        },
        Outcome::Waiting(guidance) => Outcome::Waiting(guidance),
        Outcome::Refused(refusal) => Outcome::Refused(refusal),
    }
}

fn default_of(list: WalletList) -> Result<Wallet, Refusal> {
    let mut wallets = list.wallets.into_iter();
    wallets.find(|wallet| wallet.is_default).ok_or_else(|| {
        refusal(
            ErrorCode::WalletNotFound,
            "This session has no default wallet.".to_owned(),
            "Name a wallet; list_wallets tells which there are.",
        )
    })
}

fn named(list: WalletList, wanted: &str) -> Result<Wallet, Refusal> {
    let found = list.wallets.iter().position(|wallet| wallet.name == wanted);
    match found {
        Some(at) => Ok(list
            .wallets
            .into_iter()
            .nth(at)
            .expect("it was found there")),
        None => Err(unknown(&list.wallets, wanted)),
    }
}

fn unknown(wallets: &[Wallet], wanted: &str) -> Refusal {
    let wanted: String = wanted.chars().take(REPEATED_CHARS_MAX).collect();
    let mut message = format!("This session reaches no wallet \"{wanted}\".");
    if let Some(name) = nearest(wallets, &wanted) {
        message.push_str(&format!(" Did you mean \"{name}\"?"));
    }
    let known: Vec<String> = wallets
        .iter()
        .take(KNOWN_NAMES_MAX)
        .map(|wallet| format!("\"{}\"", wallet.name))
        .collect();
    message.push_str(&format!(" It reaches {}", known.join(", ")));
    match wallets.len().saturating_sub(KNOWN_NAMES_MAX) {
        0 => message.push('.'),
        more => message.push_str(&format!(" and {more} more.")),
    }
    refusal(
        ErrorCode::WalletNotFound,
        message,
        "Call again with one of these names, or without a wallet for the default one; \
         list_wallets tells all of them.",
    )
}

fn nearest<'a>(wallets: &'a [Wallet], wanted: &str) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    wallets
        .iter()
        .map(|wallet| {
            let likeness = strsim::jaro_winkler(&wanted, &wallet.name.to_lowercase());
            (likeness, wallet.name.as_str())
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wallets(names: &[&str]) -> WalletList {
        let wallet = |name: &&str| Wallet {
            id: String::new(),
            name: (*name).to_owned(),
            chain: "evm".to_owned(),
            network: "base".to_owned(),
            address: String::new(),
            is_default: *name == names[0],
        };
        WalletList {
            wallets: names.iter().map(wallet).collect(),
        }
    }

    #[test]
    fn a_name_is_matched_whole_and_the_nearest_is_only_offered() {
        let found = named(wallets(&["Main", "main", "cold"]), "main").map(|found| found.name);
        assert_eq!(found, Ok("main".to_owned()));
        let refused = named(wallets(&["treasury", "cold"]), "TREASURE").expect_err("unknown");
        assert_eq!(refused.code, "WALLET_NOT_FOUND");
        assert_eq!(
            refused.message,
            "This session reaches no wallet \"TREASURE\". Did you mean \"treasury\"? \
             It reaches \"treasury\", \"cold\"."
        );
        let refused = named(wallets(&["cold"]), "").expect_err("no name");
        assert_eq!(
            refused.message,
            "This session reaches no wallet \"\". It reaches \"cold\"."
        );
    }

    #[test]
    fn a_refusal_has_an_end() {
        let names: Vec<String> = (0..25).map(|number| format!("wallet {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let refused = named(wallets(&names), &"x".repeat(500)).expect_err("unknown");
        assert!(
            refused.message.ends_with("\"wallet 19\" and 5 more."),
            "{}",
            refused.message
        );
        assert!(!refused.message.contains(&"x".repeat(65)));
    }
}
