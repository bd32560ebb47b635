//! `waiaas agent`: the programs that may be given sessions, their wallets and their limits.

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use i18n_embed_fl::fl;
use waiaas_protocol::wire::{
    AgentBody, AgentList, AgentStatusBody, ConstraintsRequest, CreateAgentRequest,
    LinkWalletRequest, SetDefaultWalletRequest,
};

use super::ask::Yes;
use super::client::path;
use super::constraints::{self, ConstraintFlags};
use super::context::Context;
use super::output::Rows;
use crate::report::Outcome;

/// Agents.
#[derive(Debug, Subcommand)]
pub(super) enum Agent {
    /// Add an agent
    Add {
        /// Unique name, 1 to 64 characters
        name: String,
        /// A wallet its sessions get, by name or id; repeat for more, the first is the default
        #[arg(long = "wallet", value_name = "WALLET")]
        wallets: Vec<String>,
    },
    /// List agents
    List {
        /// Removed ones too
        #[arg(long)]
        all: bool,
    },
    /// Show one agent
    Show(Which),
    /// Refuse this agent's requests until it is resumed
    Suspend(Which),
    /// Let a suspended agent go on
    Resume(Which),
    /// Remove an agent; its sessions end
    Remove {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        yes: Yes,
    },
    /// The wallets that this agent's new sessions get
    #[command(subcommand)]
    Wallet(AgentWallet),
    /// Show or set the limits that this agent's new sessions get
    Defaults {
        #[command(flatten)]
        which: Which,
        /// Forget the limits set before, and set only those given here
        #[arg(long)]
        clear: bool,
        #[command(flatten)]
        limits: ConstraintFlags,
    },
}

/// One agent.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Name or id of the agent
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    agent: String,
}

/// Changes of an agent's wallets.
#[derive(Debug, Subcommand)]
pub(super) enum AgentWallet {
    /// Give the agent another wallet
    Add {
        #[command(flatten)]
        pair: AgentAndWallet,
        /// Make it the default at once
        #[arg(long)]
        default: bool,
    },
    /// Take a wallet from the agent
    Remove(AgentAndWallet),
    /// Make one of its wallets the default
    Default(AgentAndWallet),
}

/// An agent and a wallet.
#[derive(Debug, clap::Args)]
pub(super) struct AgentAndWallet {
    /// Name or id of the agent
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    agent: String,
    /// Name or id of the wallet
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    wallet: String,
}

impl Agent {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let texts = &context.texts;
        match self {
            Self::Add { name, wallets } => {
                let request = CreateAgentRequest {
                    name,
                    wallets,
                    default_constraints: None,
                };
                let added: AgentBody = client.post("/agents", &request).await?;
                let name = added.name.clone();
                context
                    .output
                    .say(&added, || fl!(texts, "cli-agent-added", name = name))
            }
            Self::List { all } => {
                let include = all.then(|| "terminated".to_owned());
                let list: AgentList = client.query("/agents", &[("include", include)]).await?;
                print_list(context, &list)
            }
            Self::Show(Which { agent }) => {
                let agent: AgentBody = client.get(&path(&["agents", &agent], texts)?).await?;
                context.output.show(&agent, || facts(context, &agent))
            }
            Self::Suspend(Which { agent }) => {
                let path = path(&["agents", &agent, "suspend"], texts)?;
                let agent: AgentBody = client.post(&path, &serde_json::json!({})).await?;
                let name = agent.name.clone();
                context
                    .output
                    .say(&agent, || fl!(texts, "cli-agent-suspended", name = name))
            }
            Self::Resume(Which { agent }) => {
                let path = path(&["agents", &agent, "resume"], texts)?;
                let agent: AgentBody = client.post(&path, &serde_json::json!({})).await?;
                let name = agent.name.clone();
                context
                    .output
                    .say(&agent, || fl!(texts, "cli-agent-resumed", name = name))
            }
            Self::Remove {
                which: Which { agent },
                yes,
            } => remove(context, &agent, &yes).await,
            Self::Wallet(change) => change.run(context).await,
            Self::Defaults {
                which,
                clear,
                limits,
            } => defaults(context, &which.agent, clear, limits).await,
        }
    }
}

async fn remove(context: &Context, agent: &str, yes: &Yes) -> Outcome {
    let texts = &context.texts;
    let path = path(&["agents", agent], texts)?;
    yes.confirm(context, &fl!(texts, "cli-agent-remove-ask", name = agent))?;
    let removed: AgentBody = context.client()?.delete(&path).await?;
    let name = removed.name.clone();
    context
        .output
        .say(&removed, || fl!(texts, "cli-agent-removed", name = name))
}

async fn defaults(context: &Context, agent: &str, clear: bool, given: ConstraintFlags) -> Outcome {
    let client = context.client()?;
    let agent_path = path(&["agents", agent], &context.texts)?;
    let mut body: AgentBody = client.get(&agent_path).await?;
    if clear || given.any() {
        let before = body
            .default_constraints
            .filter(|_| !clear)
            .unwrap_or_default();
        let limits = given.over(before);
        body = client
            .put(&format!("{agent_path}/defaults"), &limits)
            .await?;
    }
    let limits = body.default_constraints.unwrap_or_default();
    let none = limits == ConstraintsRequest::default();
    let empty = || none.then(|| fl!(context.texts, "cli-agent-no-defaults"));
    let rows = || Rows::facts(constraints::rows(context, &limits));
    context.output.show_list(&limits, empty, rows)
}

impl AgentWallet {
    async fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let texts = &context.texts;
        let body: AgentBody = match self {
            Self::Add {
                pair: AgentAndWallet { agent, wallet },
                default,
            } => {
                let request = LinkWalletRequest {
                    wallet,
                    make_default: default,
                };
                client
                    .post(&path(&["agents", &agent, "wallets"], texts)?, &request)
                    .await?
            }
            Self::Remove(AgentAndWallet { agent, wallet }) => {
                client
                    .delete(&path(&["agents", &agent, "wallets", &wallet], texts)?)
                    .await?
            }
            Self::Default(AgentAndWallet { agent, wallet }) => {
                let path = path(&["agents", &agent, "default-wallet"], texts)?;
                client
                    .put(&path, &SetDefaultWalletRequest { wallet })
                    .await?
            }
        };
        context.output.show(&body, || facts(context, &body))
    }
}

fn print_list(context: &Context, list: &AgentList) -> Outcome {
    let texts = &context.texts;
    let heading = [
        fl!(texts, "cli-head-name"),
        fl!(texts, "cli-head-state"),
        fl!(texts, "cli-head-sessions"),
        fl!(texts, "cli-head-wallets"),
        fl!(texts, "cli-head-id"),
    ];
    let rows = list.agents.iter().map(|agent| {
        [
            agent.name.clone(),
            state(agent.status).to_owned(),
            agent.live_sessions.to_string(),
            wallets(context, agent),
            agent.id.to_string(),
        ]
    });
    let empty = || list.agents.is_empty().then(|| fl!(texts, "cli-agent-none"));
    context
        .output
        .show_list(list, empty, || Rows::list(heading, rows))
}

fn facts(context: &Context, agent: &AgentBody) -> Rows {
    let texts = &context.texts;
    let mut rows = vec![
        (fl!(texts, "cli-head-name"), Some(agent.name.clone())),
        (fl!(texts, "cli-head-id"), Some(agent.id.to_string())),
        (
            fl!(texts, "cli-head-state"),
            Some(state(agent.status).to_owned()),
        ),
        (
            fl!(texts, "cli-head-sessions"),
            Some(agent.live_sessions.to_string()),
        ),
        (
            fl!(texts, "cli-head-wallets"),
            Some(wallets(context, agent)),
        ),
        (
            fl!(texts, "cli-head-created"),
            Some(agent.created_at.to_string()),
        ),
    ];
    if let Some(limits) = &agent.default_constraints {
        rows.extend(constraints::rows(context, limits));
    }
    Rows::facts(rows)
}

fn wallets(context: &Context, agent: &AgentBody) -> String {
    let names = agent.wallets.iter().map(|wallet| match wallet.is_default {
        true => fl!(
            context.texts,
            "cli-default-wallet",
            name = wallet.name.clone()
        ),
        false => wallet.name.clone(),
    });
    names.collect::<Vec<_>>().join(", ")
}

const fn state(status: AgentStatusBody) -> &'static str {
    match status {
        AgentStatusBody::Active => "ACTIVE",
        AgentStatusBody::Suspended => "SUSPENDED",
        AgentStatusBody::Terminated => "TERMINATED",
    }
}
