//! `waiaas mcp refresh-token`: a new session in the place of the one in the token file, with
//! every limit and every wallet of it, also when that one has ended or the agent has as many
//! sessions as it may (PROTOCOL.md sections 6 and 9, scenario T-10). The daemon creates,
//! writes and revokes, in this order.

use i18n_embed_fl::fl;
use serde::Serialize;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::{SessionId, WalletId};
use waiaas_protocol::wire::{
    CreateSessionRequest, SessionBody, SessionStateBody, SessionWalletBody, WalletList,
    WalletStatusBody,
};

use super::hand_over::{self, HandedOver};
use super::held::{self, Held, typed};
use crate::cli::client::AdminClient;
use crate::cli::constraints;
use crate::cli::context::Context;
use crate::report::{Failure, Outcome};

/// Which token to renew.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RefreshToken {
    /// Agent, by name or id; without it the only one with a token file here
    #[arg(long)]
    agent: Option<String>,
}

#[derive(Serialize)]
struct Wallet<'a> {
    id: WalletId,
    name: &'a str,
}

/// The JSON form: what really happened.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    new_session: &'a SessionBody,
    token_file: &'a str,
    old_session_id: SessionId,
    /// Absent when it had ended before.
    old_revoked: Option<bool>,
    skipped_wallets: Vec<Wallet<'a>>,
    warnings: Vec<String>,
}

/// The wallets that the new session gets, and those that it cannot get any more.
struct Inherited {
    kept: Vec<SessionWalletBody>,
    skipped: Vec<SessionWalletBody>,
}

impl RefreshToken {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let daemon = context.client()?;
        let held = held::find(context, &daemon, self.agent.as_deref()).await?;
        let old = old_session(context, &daemon, &held).await?;
        let wallets = inherit(context, &daemon, &old).await?;
        let request = successor(&old, &wallets);
        let made = hand_over::create(context, &daemon, old.agent_id, &request).await?;
        let old_revoked = fate(context, &daemon, &old, &made).await;
        let mut warnings = made.warnings(context);
        if old_revoked == Some(false) {
            let (session, program) = (old.id.to_string(), context.program());
            let still_live = fl!(
                context.texts,
                "cli-mcp-old-still-live",
                session = session,
                program = program
            );
            warnings.push(still_live);
        }
        let skipped = wallets.skipped.iter().map(|wallet| Wallet {
            id: wallet.id,
            name: &wallet.name,
        });
        let body = Body {
            new_session: &made.session,
            token_file: &made.token_file,
            old_session_id: old.id,
            old_revoked,
            skipped_wallets: skipped.collect(),
            warnings,
        };
        match context.output.is_json() {
            true => context.output.json(&body),
            false => print(context, &made, &body),
        }
    }
}

/// The session in the file, as the daemon knows it: live, expired or revoked.
async fn old_session(
    context: &Context,
    daemon: &AdminClient<'_>,
    held: &Held,
) -> Result<SessionBody, Failure> {
    let shown = hand_over::show(context, daemon, held.claims.session_id).await;
    let session = shown.map_err(
        |failure| match failure.is_code(ErrorCode::SessionNotFound) {
            true => held.is_unknown(context),
            false => failure,
        },
    )?;
    match session.agent_id == held.claims.agent_id {
        true => Ok(session),
        false => Err(held.belongs_to_another(context)),
    }
}

/// Parts the old session's wallets into those that are still there and those that were removed.
/// A session that lives has lost the latter already.
async fn inherit(
    context: &Context,
    daemon: &AdminClient<'_>,
    old: &SessionBody,
) -> Result<Inherited, Failure> {
    let include = [("include", Some("terminated".to_owned()))];
    let all: WalletList = daemon.query("/wallets", &include).await?;
    let is_removed = |linked: &SessionWalletBody| {
        let wallet = all.wallets.iter().find(|wallet| wallet.id == linked.id);
        wallet.is_none_or(|wallet| wallet.status == WalletStatusBody::Terminated)
    };
    let (skipped, kept): (Vec<_>, Vec<_>) = old.wallets.iter().cloned().partition(is_removed);
    if kept.is_empty() {
        let texts = &context.texts;
        let (program, agent) = (context.program(), typed(old.agent_id, &old.agent_name));
        let failure = Failure::new(fl!(texts, "cli-mcp-no-wallet-left"));
        let named = skipped
            .into_iter()
            .fold(failure, |failure, wallet| failure.with_fact(wallet.name));
        let hint = fl!(
            texts,
            "cli-mcp-no-wallet-left-hint",
            program = program,
            agent = agent
        );
        return Err(named.with_hint(hint));
    }
    Ok(Inherited { kept, skipped })
}

/// Every limit is asked for as it was granted, so that defaults which have changed since do
/// not matter.
fn successor(old: &SessionBody, wallets: &Inherited) -> CreateSessionRequest {
    let ids = wallets.kept.iter().map(|wallet| wallet.id.to_string());
    let default = wallets.kept.iter().find(|wallet| wallet.is_default);
    CreateSessionRequest {
        agent_id: old.agent_id.to_string(),
        wallet_ids: Some(ids.collect()),
        default_wallet_id: default.map(|wallet| wallet.id.to_string()),
        constraints: constraints::granted(&old.constraints),
        exact_constraints: true,
        replaces_session_id: is_live(old).then_some(old.id),
        to_token_file: true,
        ..CreateSessionRequest::default()
    }
}

fn is_live(session: &SessionBody) -> bool {
    session.state == SessionStateBody::Active
}

/// Whether the old session was revoked; `None` when it had ended by itself.
async fn fate(
    context: &Context,
    daemon: &AdminClient<'_>,
    old: &SessionBody,
    made: &HandedOver,
) -> Option<bool> {
    if !is_live(old) {
        return None;
    }
    if made.replaced == Some(old.id) {
        return Some(true);
    }
    match hand_over::show(context, daemon, old.id).await {
        Ok(now) => match now.state {
            SessionStateBody::Active => Some(false),
            SessionStateBody::Revoked => Some(true),
            SessionStateBody::Expired => None,
        },
        // Nobody can tell; to say that it ended could be false.
        Err(_) => Some(false),
    }
}

/// The file's path alone on standard output, the rest for the person.
fn print(context: &Context, made: &HandedOver, body: &Body<'_>) -> Outcome {
    let (texts, output) = (&context.texts, &context.output);
    made.remark(context);
    if body.old_revoked.is_none() {
        let session = body.old_session_id.to_string();
        output.remark(&fl!(texts, "cli-mcp-old-had-ended", session = session));
    }
    for wallet in &body.skipped_wallets {
        let name = wallet.name.to_owned();
        output.remark(&fl!(texts, "cli-mcp-wallet-skipped", name = name));
    }
    for warning in &body.warnings {
        output.remark(warning);
    }
    output.remark(&fl!(texts, "cli-session-token-file"));
    output.line(&crate::cli::terminal_safe(body.token_file))
}
