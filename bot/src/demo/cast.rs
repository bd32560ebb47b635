//! Who plays in the demo: three agents with their wallets, added through the owner's door as
//! the command line would add them. The addresses are public examples; the daemon holds no
//! wallet key, in a demo or otherwise.

use std::time::Duration;

use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{self, TokenFileLock, agent_path};
use waiaas_protocol::wire::{
    AgentBody, ConstraintsRequest, CreateAgentRequest, CreateSessionRequest, CreateSessionResponse,
    CreateWalletRequest, WalletBody,
};

use super::DemoError;
use super::stage::Stage;

/// The agent that the visitor gives sessions to.
pub(super) const TRADER: &str = "trader";
/// The agent with short times, whose session is there from the start.
pub(super) const WATCHER: &str = "watcher";

/// The agent on another machine, which gets its session by a claim code.
pub(super) const SCOUT: &str = "scout";

/// Seconds from one of the trader's renewals to the end of its token.
pub(super) const TRADER_EXPIRES_IN_S: i64 = 3_600;
const TRADER_MAX_RENEWALS: i64 = 12;
/// The shortest unit there is (PROTOCOL.md section 3).
pub(super) const WATCHER_EXPIRES_IN_S: i64 = 300;
pub(super) const WATCHER_MAX_RENEWALS: i64 = 4;
/// The shortest advice there is: the demo's renewals follow each other closely.
const REJECT_WINDOW_S: i64 = 300;
const LOCK_WAIT_S_MAX: u64 = 5;

/// Name, chain, network, address.
const WALLETS: [[&str; 4]; 3] = [
    [
        "treasury",
        "evm",
        "base",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    ],
    [
        "spending",
        "evm",
        "base",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    ],
    [
        "observed",
        "solana",
        "mainnet-beta",
        "So11111111111111111111111111111111111111112",
    ],
];

/// One agent of the demo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) id: AgentId,
}

/// Every agent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cast {
    pub(super) trader: Member,
    pub(super) watcher: Member,
    pub(super) scout: Member,
}

/// Adds wallets and agents.
pub(super) async fn add(stage: &Stage) -> Result<Cast, DemoError> {
    for [name, chain, network, address] in WALLETS.map(|wallet| wallet.map(str::to_owned)) {
        let wallet = CreateWalletRequest {
            name,
            chain,
            network,
            address,
        };
        let _: WalletBody = stage.owner_door.post("/v1/wallets", &wallet).await?;
    }
    let trader = limits(TRADER_EXPIRES_IN_S, TRADER_MAX_RENEWALS);
    let watcher = limits(WATCHER_EXPIRES_IN_S, WATCHER_MAX_RENEWALS);
    let scout = trader.clone();
    Ok(Cast {
        trader: add_agent(stage, TRADER, &["spending", "treasury"], trader).await?,
        watcher: add_agent(stage, WATCHER, &["observed"], watcher).await?,
        scout: add_agent(stage, SCOUT, &["observed"], scout).await?,
    })
}

fn limits(expires_in: i64, max_renewals: i64) -> ConstraintsRequest {
    ConstraintsRequest {
        expires_in: Some(expires_in),
        max_renewals: Some(max_renewals),
        renewal_reject_window: Some(REJECT_WINDOW_S),
        ..ConstraintsRequest::default()
    }
}

async fn add_agent(
    stage: &Stage,
    name: &'static str,
    wallets: &[&str],
    constraints: ConstraintsRequest,
) -> Result<Member, DemoError> {
    let agent = CreateAgentRequest {
        name: name.to_owned(),
        wallets: wallets.iter().map(|&wallet| wallet.to_owned()).collect(),
        default_constraints: Some(constraints),
    };
    let added: AgentBody = stage.owner_door.post("/v1/agents", &agent).await?;
    Ok(Member { name, id: added.id })
}

/// Gives an agent a session from the machine and puts the token into a file of its own, so
/// that the shared file stays free for what the visitor issues (PROTOCOL.md section 6).
pub(super) async fn issue(stage: &Stage, member: &Member) -> Result<(), DemoError> {
    let request = CreateSessionRequest {
        agent_id: member.id.to_string(),
        ..Default::default()
    };
    let created: CreateSessionResponse = stage.owner_door.post("/v1/sessions", &request).await?;
    let token = created.token.ok_or(DemoError::TokenMissing)?.0;
    keep(stage, member, token).await
}

async fn keep(stage: &Stage, member: &Member, token: SessionToken) -> Result<(), DemoError> {
    let path = agent_path(stage.data_dir(), member.id);
    let written = tokio::task::spawn_blocking(move || {
        let lock = TokenFileLock::acquire(&path, Duration::from_secs(LOCK_WAIT_S_MAX))?;
        token_file::write(lock.token_path(), &token)
    });
    Ok(written.await.map_err(|_| DemoError::TokenMissing)??)
}
