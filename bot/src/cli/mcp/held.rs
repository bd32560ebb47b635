//! Which session an agent's token file holds. What the file says is not proved here; the
//! daemon's word about that session counts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token::UnverifiedClaims;
use waiaas_protocol::token_file::{self, TokenFileError};
use waiaas_protocol::wire::{AgentBody, AgentList};

use crate::cli::client::{AdminClient, path};
use crate::cli::context::Context;
use crate::report::{Exit, Failure};

/// A token file and what it says of itself.
pub(super) struct Held {
    pub(super) file: PathBuf,
    pub(super) claims: UnverifiedClaims,
    /// The agent as a person types it.
    pub(super) agent: String,
}

/// The named agent's file, or the only one on this machine.
pub(super) async fn find(
    context: &Context,
    daemon: &AdminClient<'_>,
    named: Option<&str>,
) -> Result<Held, Failure> {
    let data_dir = context.data_dir()?;
    let (agent, typed) = match named {
        Some(name) => {
            let path = path(&["agents", name], &context.texts)?;
            let agent: AgentBody = daemon.get(&path).await?;
            (agent.id, typed(agent.id, &agent.name))
        }
        None => only_agent(context, daemon, &data_dir).await?,
    };
    let unreadable = |error: TokenFileError| context.unusable_file(&error);
    let file = token_file::select_path(&data_dir, agent).map_err(unreadable)?;
    let claims = claims(&file).map_err(unreadable)?;
    let claims = claims.ok_or_else(|| nothing(context, Some(&typed)))?;
    let held = Held {
        file,
        claims,
        agent: typed,
    };
    match claims.agent_id == agent {
        true => Ok(held),
        false => Err(held.belongs_to_another(context)),
    }
}

impl Held {
    /// The session in the file is not this agent's.
    pub(super) fn belongs_to_another(&self, context: &Context) -> Failure {
        let file = self.file.display().to_string();
        let failure = Failure::new(fl!(context.texts, "cli-mcp-foreign-token", file = file));
        failure.with_hint(setup_hint(context, &self.agent))
    }

    /// The daemon has forgotten the session in the file.
    pub(super) fn is_unknown(&self, context: &Context) -> Failure {
        let file = self.file.display().to_string();
        let failure = Failure::new(fl!(context.texts, "cli-mcp-session-unknown", file = file));
        failure.with_hint(setup_hint(context, &self.agent))
    }
}

/// An agent in a command to copy: its name where a shell takes that as one word.
pub(super) fn typed(id: AgentId, name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let is_flag = name.starts_with('-');
    match !is_flag && name.chars().all(plain) {
        true => name.to_owned(),
        false => id.to_string(),
    }
}

/// What to run for a session from scratch.
fn setup_hint(context: &Context, agent: &str) -> String {
    let (program, agent) = (context.program(), agent.to_owned());
    fl!(
        context.texts,
        "cli-mcp-setup-hint",
        program = program,
        agent = agent
    )
}

fn nothing(context: &Context, agent: Option<&str>) -> Failure {
    let texts = &context.texts;
    let program = context.program();
    match agent {
        Some(name) => {
            let agent = name.to_owned();
            let failure = Failure::new(fl!(texts, "cli-mcp-no-token-of-agent", agent = agent));
            failure.with_hint(setup_hint(context, name))
        }
        None => {
            let failure = Failure::new(fl!(texts, "cli-mcp-no-token"));
            failure.with_hint(fl!(texts, "cli-mcp-no-token-hint", program = program))
        }
    }
}

fn claims(file: &Path) -> Result<Option<UnverifiedClaims>, TokenFileError> {
    let Some(token) = token_file::read(file)? else {
        return Ok(None);
    };
    let claims = token.unverified_claims();
    claims
        .map(Some)
        .map_err(|reason| TokenFileError::NotAToken {
            path: file.to_owned(),
            reason,
        })
}

/// The one agent that has a token file here.
async fn only_agent(
    context: &Context,
    daemon: &AdminClient<'_>,
    data_dir: &Path,
) -> Result<(AgentId, String), Failure> {
    // Asked first: without the daemon there is nothing to be done with any file.
    let all = [("include", Some("terminated".to_owned()))];
    let known: AgentList = daemon.query("/agents", &all).await?;
    let files = token_file::existing_paths(data_dir);
    let files = files.map_err(|error| context.unusable_file(&error))?;
    let mut agents = BTreeSet::new();
    for file in &files {
        match claims(file) {
            Ok(Some(claims)) => {
                agents.insert(claims.agent_id);
            }
            Ok(None) => {}
            Err(error) => return Err(context.unusable_file(&error)),
        }
    }
    let mut agents = agents.into_iter();
    match (agents.next(), agents.next()) {
        (None, _) => Err(nothing(context, None)),
        (Some(only), None) => Ok((only, typed(only, &name_of(&known, only)))),
        (Some(first), Some(second)) => {
            let several = [first, second].into_iter().chain(agents);
            Err(which(context, &known, several))
        }
    }
}

fn name_of(known: &AgentList, id: AgentId) -> String {
    let agent = known.agents.iter().find(|agent| agent.id == id);
    agent.map_or_else(|| id.to_string(), |agent| agent.name.clone())
}

fn which(context: &Context, known: &AgentList, agents: impl Iterator<Item = AgentId>) -> Failure {
    let texts = &context.texts;
    let failure = Failure::new(fl!(texts, "cli-mcp-several-tokens"));
    let named = agents.fold(failure, |failure, id| failure.with_fact(name_of(known, id)));
    let hint = fl!(texts, "cli-mcp-several-agents-hint");
    named.with_hint(hint).with_exit(Exit::Usage)
}
