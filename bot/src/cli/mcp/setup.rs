//! `waiaas mcp setup`: the client of an agent connected, to the live session in the agent's
//! token file or else to a new one. A live session goes on unless another is asked for, since
//! the owner may have limited it since. No token is printed or put into the client's
//! configuration.

use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use serde::Serialize;
use waiaas_mcp::door::BaseUrl;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::wire::{AgentBody, CreateSessionRequest, SessionBody};

use super::agent_choice;
use super::client_config::{self, ClientConfig, Written};
use super::daemon_address;
use super::hand_over::{self, HandedOver};
use super::occupant::{self, Occupant};
use crate::cli::client::AdminClient;
use crate::cli::constraints::ConstraintFlags;
use crate::cli::context::Context;
use crate::mcp_clients::{AgentRef, Client, Entry, Server};
use crate::report::{Exit, Failure, Outcome};

/// Clients take nothing longer as the name of a server.
const ENTRY_NAME_CHARS_MAX: usize = 64;

/// What to set up.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Setup {
    /// Agent, by name or id; without it the only one
    #[arg(long)]
    agent: Option<String>,
    /// Wallet it reaches, by name or id; repeat for more, without it the agent's own
    #[arg(long = "wallet", value_name = "WALLET")]
    wallets: Vec<String>,
    /// Which of them is the default; without it the first
    #[arg(long, value_name = "WALLET")]
    default_wallet: Option<String>,
    /// End the live session in the agent's file and make another; so does any wallet or limit
    #[arg(long)]
    new_session: bool,
    #[command(flatten)]
    limits: ConstraintFlags,
    /// The program that the agent runs in; without it what Claude Desktop and Claude Code need
    #[arg(long, value_enum)]
    client: Option<Client>,
    /// Name of the entry in the client's configuration: another one for a second agent
    #[arg(long, default_value = "waiaas", value_parser = entry_name)]
    name: String,
    /// Where the agent reaches the daemon, where it is not the usual address
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    /// Put the entry into the client's own file; the old one is kept beside it
    #[arg(long, requires = "client")]
    write: bool,
}

#[derive(Serialize)]
struct Agent<'a> {
    id: AgentId,
    name: &'a str,
}

/// The JSON form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    agent: Agent<'a>,
    session: &'a SessionBody,
    kept: bool,
    token_file: &'a str,
    replaced_session_id: Option<SessionId>,
    client: Option<&'static str>,
    name: &'a str,
    config_path: Option<String>,
    config: Entry<'a>,
    written: bool,
    backup: Option<String>,
    warnings: Vec<String>,
}

impl Setup {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let target = self.target(context)?;
        let daemon = context.client()?;
        let agent = agent_choice::choose(context, &daemon, self.agent.as_deref()).await?;
        // An address or a file that will not do is found before there is a session.
        let config = self.config(context, &daemon, &agent, target.as_deref());
        let config = config
            .await
            .map_err(|failure| failure.with_fact(fl!(context.texts, "cli-mcp-no-session-made")))?;
        let made = self.session(context, &daemon, &agent).await?;
        let put = target.map(|file| config.put(context, &file)).transpose();
        report(context, &config, &made, put)
    }

    /// The file to write.
    fn target(&self, context: &Context) -> Result<Option<PathBuf>, Failure> {
        let Some(client) = self.client.filter(|_| self.write) else {
            return Ok(None);
        };
        let texts = &context.texts;
        if client == Client::Json {
            let failure = Failure::new(fl!(texts, "cli-mcp-json-has-no-file"));
            let hint = fl!(texts, "cli-mcp-json-has-no-file-hint");
            return Err(failure.with_hint(hint).with_exit(Exit::Usage));
        }
        let file = client_config::place(context, client);
        file.map(Some)
            .ok_or_else(|| Failure::new(fl!(texts, "cli-mcp-no-home")))
    }

    /// The entry, which the file would take.
    async fn config(
        &self,
        context: &Context,
        daemon: &AdminClient<'_>,
        agent: &AgentBody,
        target: Option<&Path>,
    ) -> Result<ClientConfig, Failure> {
        let occupant = match target.zip(self.client) {
            Some((file, client)) => {
                let place = (file, client, self.name.as_str());
                occupant::look(context, daemon, place, agent).await?
            }
            None => Occupant::default(),
        };
        let given = self.base_url.as_ref();
        let base_url = daemon_address::for_entry(context, daemon, given, occupant.base_url).await?;
        let server = self.server(context, agent, base_url.as_ref())?;
        let config = ClientConfig {
            client: self.client,
            server: server.in_place_of(occupant.gone),
            other_agent: occupant.other_agent,
        };
        if let Some(file) = target {
            config.preview(context, file)?;
        }
        Ok(config)
    }

    /// The session that goes on, or a new one.
    async fn session(
        self,
        context: &Context,
        daemon: &AdminClient<'_>,
        agent: &AgentBody,
    ) -> Result<HandedOver, Failure> {
        let names_wallets = !self.wallets.is_empty() || self.default_wallet.is_some();
        let asks_for_new = self.new_session || names_wallets || self.limits.any();
        if !asks_for_new && let Some(kept) = hand_over::kept(context, daemon, agent).await? {
            return Ok(kept);
        }
        let request = self.request(agent);
        hand_over::create(context, daemon, agent.id, &request).await
    }

    fn server(
        &self,
        context: &Context,
        agent: &AgentBody,
        base_url: Option<&BaseUrl>,
    ) -> Result<Server, Failure> {
        let agent = AgentRef {
            id: agent.id,
            name: agent.name.clone(),
        };
        let base_url = base_url.map(ToString::to_string);
        Server::new(
            &self.name,
            agent,
            &context.program_file()?,
            &context.data_dir()?,
            base_url.as_deref(),
        )
        .ok_or_else(|| Failure::new(fl!(context.texts, "cli-path-not-text")))
    }

    fn request(self, agent: &AgentBody) -> CreateSessionRequest {
        CreateSessionRequest {
            agent_id: agent.id.to_string(),
            wallet_ids: (!self.wallets.is_empty()).then_some(self.wallets),
            default_wallet_id: self.default_wallet,
            constraints: self.limits.alone(),
            to_token_file: true,
            ..CreateSessionRequest::default()
        }
    }
}

/// Tells of the session, and then of the client's configuration: the first is done also where
/// the second is not.
fn report(
    context: &Context,
    config: &ClientConfig,
    made: &HandedOver,
    put: Result<Option<Written>, Failure>,
) -> Outcome {
    let texts = &context.texts;
    if context.output.is_json() {
        let done = put.as_ref().ok().and_then(Option::as_ref);
        context.output.json(&body(context, config, made, done))?;
    } else {
        made.remark(context);
        for warning in made.warnings(context) {
            context.output.remark(&warning);
        }
        let file = made.token_file.clone();
        let remark = fl!(texts, "cli-mcp-token-file", file = file);
        context.output.remark(&remark);
        match &put {
            Ok(Some(written)) => config.report(context, written)?,
            Ok(None) | Err(_) => config.print(context)?,
        }
    }
    put.map(|_| ()).map_err(|failure| {
        let session = made.session.id.to_string();
        let file = made.token_file.clone();
        let stands = fl!(
            texts,
            "cli-mcp-session-stands",
            session = session,
            file = file
        );
        failure.with_fact(stands)
    })
}

fn body<'a>(
    context: &Context,
    config: &'a ClientConfig,
    made: &'a HandedOver,
    written: Option<&Written>,
) -> Body<'a> {
    let shown = |path: &PathBuf| path.display().to_string();
    let put = written.map(|written| &written.put);
    let mut warnings = made.warnings(context);
    warnings.extend(
        written
            .into_iter()
            .flat_map(|written| written.warnings.clone()),
    );
    let path = put.map(|put| put.path.clone());
    let path = path.or_else(|| config.path(context));
    Body {
        agent: Agent {
            id: made.session.agent_id,
            name: &made.session.agent_name,
        },
        session: &made.session,
        kept: made.kept,
        token_file: &made.token_file,
        replaced_session_id: made.replaced,
        client: config.client.map(Client::code),
        name: &config.server.name,
        config_path: path.as_ref().map(shown),
        config: config.server.entry(config.shape()),
        written: put.is_some_and(|put| put.changed),
        backup: put.and_then(|put| put.backup.as_ref()).map(shown),
        warnings,
    }
}

/// What every client takes as the name of a server.
fn entry_name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = !text.is_empty() && text.len() <= ENTRY_NAME_CHARS_MAX;
    match fits && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "expected 1 to {ENTRY_NAME_CHARS_MAX} letters, digits, - and _"
        )),
    }
}
