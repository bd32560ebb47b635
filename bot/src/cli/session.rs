//! `waiaas session`: issue, look at and end sessions.

use clap::builder::NonEmptyStringValueParser;
use clap::{Subcommand, ValueEnum};
use i18n_embed_fl::fl;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::wire::{
    CreateSessionRequest, CreateSessionResponse, LinkWalletRequest, RevokeSessionRequest,
    RevokeSessionResponse, SessionBody, SessionList, SessionStateBody, SetDefaultWalletRequest,
};

use super::ask::Yes;
use super::client::path;
use super::constraints::{self, ConstraintFlags};
use super::context::Context;
use super::duration::{moment, relative};
use super::output::Rows;
use crate::report::Outcome;

/// Sessions.
#[derive(Debug, Subcommand)]
pub(super) enum Session {
    /// Issue a session; its token is printed this once
    Create(Box<Create>),
    /// List sessions, newest first
    List(List),
    /// Show one session
    Show(Which),
    /// End a session; its token fails on the next request
    Revoke {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        yes: Yes,
    },
    /// The wallets that a session reaches
    #[command(subcommand)]
    Wallet(SessionWallet),
}

/// One session.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Session id, or a unique beginning of it (4 characters or more)
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    session: String,
}

/// What is granted.
#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// Agent, by name or id
    #[arg(long)]
    agent: String,
    /// Wallet it reaches, by name or id; repeat for more, without it the agent's own
    #[arg(long = "wallet", value_name = "WALLET")]
    wallets: Vec<String>,
    /// Which of them is the default; without it the first
    #[arg(long, value_name = "WALLET")]
    default_wallet: Option<String>,
    #[command(flatten)]
    limits: ConstraintFlags,
    /// A session of the same agent that this one replaces
    #[arg(long, value_name = "SESSION")]
    replaces: Option<SessionId>,
    /// Write the token into the agent's token file and do not print it
    #[arg(long)]
    to_token_file: bool,
    /// For an agent on another machine: print a code that it redeems there with `waiaas mcp claim`
    #[arg(long, conflicts_with = "to_token_file")]
    claim: bool,
}

/// Which sessions to list.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Only of this agent, by name or id
    #[arg(long)]
    agent: Option<String>,
    /// Only in this state
    #[arg(long, value_enum, default_value_t = StateFilter::Live)]
    state: StateFilter,
    /// At most so many, 1 to 100
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Only those made before this session: the next page
    #[arg(long, value_name = "SESSION")]
    before: Option<SessionId>,
}

/// States to list.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum StateFilter {
    Live,
    Expired,
    Revoked,
    All,
}

/// Changes of a session's wallets.
#[derive(Debug, Subcommand)]
pub(super) enum SessionWallet {
    /// Let the session reach another wallet
    Add {
        #[command(flatten)]
        pair: SessionAndWallet,
        /// Make it the default at once
        #[arg(long)]
        default: bool,
    },
    /// Take a wallet from the session
    Remove(SessionAndWallet),
    /// Make one of its wallets the default
    Default(SessionAndWallet),
}

/// A session and a wallet.
#[derive(Debug, clap::Args)]
pub(super) struct SessionAndWallet {
    /// Session id, or a unique beginning of it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    session: String,
    /// Name or id of the wallet
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    wallet: String,
}

impl Session {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Create(create) => create.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::Show(Which { session }) => {
                let path = path(&["sessions", &session], &context.texts)?;
                let session: SessionBody = context.client()?.get(&path).await?;
                context.output.show(&session, || facts(context, &session))
            }
            Self::Revoke { which, yes } => revoke(context, &which.session, &yes).await,
            Self::Wallet(change) => change.run(context).await,
        }
    }
}

impl Create {
    async fn run(self, context: &Context) -> Outcome {
        let request = CreateSessionRequest {
            agent_id: self.agent,
            wallet_id: None,
            wallet_ids: (!self.wallets.is_empty()).then_some(self.wallets),
            default_wallet_id: self.default_wallet,
            constraints: self.limits.alone(),
            replaces_session_id: self.replaces,
            to_token_file: self.to_token_file,
            exact_constraints: false,
            claim: self.claim,
        };
        let created: CreateSessionResponse = context.client()?.post("/sessions", &request).await?;
        if context.output.is_json() {
            return context.output.json(&created);
        }
        print_created(context, &created)
    }
}

/// The token or the path of its file alone on standard output, so that it can be piped; the
/// rest is for the person.
fn print_created(context: &Context, created: &CreateSessionResponse) -> Outcome {
    let texts = &context.texts;
    let session = &created.session;
    context.output.remark(&fl!(
        texts,
        "cli-session-created",
        session = session.id.to_string(),
        agent = session.agent_name.clone(),
        expires = moment(texts, created.server_time, session.expires_at),
        end = moment(texts, created.server_time, session.absolute_expires_at),
        renewals = session.constraints.max_renewals
    ));
    if let Some(replaced) = &created.replaced_session_id {
        let replaced = replaced.to_string();
        context
            .output
            .remark(&fl!(texts, "cli-session-replaced", session = replaced));
    }
    if let Some(file) = &created.token_file {
        context.output.remark(&fl!(texts, "cli-session-token-file"));
        context.output.line(&super::terminal_safe(file))?;
    }
    if let (Some(code), Some(until)) = (&created.claim_code, created.claim_expires_at) {
        let until = moment(texts, created.server_time, until);
        let remark = fl!(texts, "cli-session-claim-once", until = until);
        context.output.remark(&remark);
        context.output.line(code.0.expose())?;
        context
            .output
            .remark(&fl!(texts, "cli-session-claim-command"));
    }
    if let Some(token) = &created.token {
        context.output.remark(&fl!(texts, "cli-session-token-once"));
        context.output.line(token.0.expose())?;
    }
    Ok(())
}

impl List {
    async fn run(self, context: &Context) -> Outcome {
        let state = self
            .state
            .to_possible_value()
            .map(|state| state.get_name().to_owned());
        let query = [
            ("agent", self.agent),
            ("state", state),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("before", self.before.map(|before| before.to_string())),
        ];
        let list: SessionList = context.client()?.query("/sessions", &query).await?;
        let texts = &context.texts;
        let empty = || {
            list.sessions
                .is_empty()
                .then(|| fl!(texts, "cli-session-none"))
        };
        context
            .output
            .show_list(&list, empty, || rows(context, &list))?;
        if let Some(next) = list.next.filter(|_| !context.output.is_json()) {
            let next = next.to_string();
            context
                .output
                .remark(&fl!(texts, "cli-next-page", next = next));
        }
        Ok(())
    }
}

async fn revoke(context: &Context, session: &str, yes: &Yes) -> Outcome {
    let texts = &context.texts;
    let path = path(&["sessions", session, "revoke"], texts)?;
    yes.confirm(
        context,
        &fl!(texts, "cli-session-revoke-ask", session = session),
    )?;
    let request = RevokeSessionRequest::default();
    let revoked: RevokeSessionResponse = context.client()?.post(&path, &request).await?;
    context.output.say(&revoked, || {
        let session = revoked.session_id.to_string();
        let at = revoked.revoked_at.to_string();
        match revoked.already_revoked {
            true => fl!(
                texts,
                "cli-session-revoked-before",
                session = session,
                at = at
            ),
            false => fl!(texts, "cli-session-revoked", session = session),
        }
    })
}

impl SessionWallet {
    async fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let texts = &context.texts;
        let body: SessionBody = match self {
            Self::Add {
                pair: SessionAndWallet { session, wallet },
                default,
            } => {
                let request = LinkWalletRequest {
                    wallet,
                    make_default: default,
                };
                client
                    .post(&path(&["sessions", &session, "wallets"], texts)?, &request)
                    .await?
            }
            Self::Remove(SessionAndWallet { session, wallet }) => {
                client
                    .delete(&path(&["sessions", &session, "wallets", &wallet], texts)?)
                    .await?
            }
            Self::Default(SessionAndWallet { session, wallet }) => {
                let path = path(&["sessions", &session, "default-wallet"], texts)?;
                client
                    .put(&path, &SetDefaultWalletRequest { wallet })
                    .await?
            }
        };
        context.output.show(&body, || facts(context, &body))
    }
}

fn rows(context: &Context, list: &SessionList) -> Rows {
    let texts = &context.texts;
    let heading = [
        fl!(texts, "cli-head-id"),
        fl!(texts, "cli-head-agent"),
        fl!(texts, "cli-head-state"),
        fl!(texts, "cli-head-expires"),
        fl!(texts, "cli-head-renewals"),
        fl!(texts, "cli-head-last-used"),
        fl!(texts, "cli-head-wallets"),
    ];
    let rows = list.sessions.iter().map(|session| {
        let last_used = session
            .last_used_at
            .map(|at| relative(texts, context.now, at));
        [
            session.id.to_string(),
            session.agent_name.clone(),
            state(session.state).to_owned(),
            relative(texts, context.now, session.expires_at),
            renewals(session),
            last_used.unwrap_or_else(|| fl!(texts, "cli-never")),
            wallets(context, session),
        ]
    });
    Rows::list(heading, rows)
}

fn facts(context: &Context, session: &SessionBody) -> Rows {
    let texts = &context.texts;
    let when = |at| moment(texts, context.now, at);
    let mut rows = vec![
        (fl!(texts, "cli-head-id"), Some(session.id.to_string())),
        (
            fl!(texts, "cli-head-agent"),
            Some(session.agent_name.clone()),
        ),
        (
            fl!(texts, "cli-head-state"),
            Some(state(session.state).to_owned()),
        ),
        (
            fl!(texts, "cli-head-expires"),
            Some(when(session.expires_at)),
        ),
        (
            fl!(texts, "cli-head-absolute-end"),
            Some(when(session.absolute_expires_at)),
        ),
        (fl!(texts, "cli-head-renewals"), Some(renewals(session))),
        (
            fl!(texts, "cli-head-last-renewed"),
            session.last_renewed_at.map(when),
        ),
        (
            fl!(texts, "cli-head-last-used"),
            session.last_used_at.map(when),
        ),
        (
            fl!(texts, "cli-head-wallets"),
            Some(wallets(context, session)),
        ),
        (
            fl!(texts, "cli-head-created"),
            Some(when(session.created_at)),
        ),
        (fl!(texts, "cli-head-source"), Some(session.source.clone())),
        (
            fl!(texts, "cli-head-token-file"),
            session.token_file.clone(),
        ),
        (fl!(texts, "cli-head-revoked"), session.revoked_at.map(when)),
        (
            fl!(texts, "cli-head-revoked-by"),
            session.revoked_by.clone(),
        ),
        (fl!(texts, "cli-head-reason"), session.revoke_reason.clone()),
    ];
    rows.extend(constraints::rows(
        context,
        &constraints::granted(&session.constraints),
    ));
    Rows::facts(rows)
}

pub(super) fn renewals(session: &SessionBody) -> String {
    format!(
        "{}/{}",
        session.renewal_count, session.constraints.max_renewals
    )
}

fn wallets(context: &Context, session: &SessionBody) -> String {
    let names = session
        .wallets
        .iter()
        .map(|wallet| match wallet.is_default {
            true => fl!(
                context.texts,
                "cli-default-wallet",
                name = wallet.name.clone()
            ),
            false => wallet.name.clone(),
        });
    names.collect::<Vec<_>>().join(", ")
}

pub(super) const fn state(state: SessionStateBody) -> &'static str {
    match state {
        SessionStateBody::Active => "ACTIVE",
        SessionStateBody::Expired => "EXPIRED",
        SessionStateBody::Revoked => "REVOKED",
    }
}
