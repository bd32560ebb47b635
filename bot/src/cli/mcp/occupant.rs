//! Our entry that stands under the wanted name in the client's file already: whom it serves,
//! whether that agent is still there, and which address it names. Who asks decides; what is not
//! ours is not looked at here, and `merged` refuses to replace it.

use std::path::Path;

use waiaas_mcp::door::BaseUrl;
use waiaas_protocol::wire::{AgentBody, AgentList, AgentStatusBody};

use crate::cli::client::AdminClient;
use crate::cli::context::Context;
use crate::mcp_clients::{Client, Standing, same_directory, standing};
use crate::report::Failure;

/// What is to be known of the entry before it is replaced.
#[derive(Debug, Default)]
pub(super) struct Occupant {
    /// The address it names, if an agent can use it.
    pub(super) base_url: Option<BaseUrl>,
    /// Whom it serves, as it stands there, when that agent was removed or never was.
    pub(super) gone: Option<String>,
    /// The name of another agent that it serves.
    pub(super) other_agent: Option<String>,
}

/// Looks at the entry, and asks the daemon about its agent where that is another one.
///
/// # Errors
/// When the daemon does not answer.
pub(super) async fn look(
    context: &Context,
    daemon: &AdminClient<'_>,
    (file, client, name): (&Path, Client, &str),
    agent: &AgentBody,
) -> Result<Occupant, Failure> {
    // A file that cannot be read is refused with its reason when the entry is tried.
    let entries = standing(file, client).unwrap_or_default();
    let Some(entry) = entries.into_iter().find(|entry| entry.name == name) else {
        return Ok(Occupant::default());
    };
    let base_url = entry.base_url.as_deref().and_then(|url| url.parse().ok());
    let occupant = Occupant {
        base_url,
        ..Occupant::default()
    };
    let own = |named: &str| named == agent.name || named == agent.id.to_string();
    let Some(named) = entry.agent.clone().filter(|named| !own(named)) else {
        return Ok(occupant);
    };
    let all = [("include", Some("terminated".to_owned()))];
    let known: AgentList = daemon.query("/agents", &all).await?;
    Ok(match whose(&known, &named) {
        Some(other) if other.status != AgentStatusBody::Terminated => Occupant {
            other_agent: Some(other.name.clone()),
            ..occupant
        },
        // An id is the same nowhere else. What this daemon does not know may be another's.
        Some(other) if other.id.to_string() == named => occupant.without(named),
        Some(_) | None if is_here(context, &entry)? => occupant.without(named),
        Some(_) | None => occupant,
    })
}

impl Occupant {
    fn without(self, agent: String) -> Self {
        Self {
            gone: Some(agent),
            ..self
        }
    }
}

/// The agent of this id or name; a removed one only where no other has the name.
fn whose<'a>(known: &'a AgentList, named: &str) -> Option<&'a AgentBody> {
    let is_meant = |agent: &&AgentBody| agent.name == named || agent.id.to_string() == named;
    let is_there = |agent: &&AgentBody| agent.status != AgentStatusBody::Terminated;
    let mut meant = known.agents.iter().filter(is_meant);
    let there = meant.clone().find(is_there);
    there.or_else(|| meant.next())
}

fn is_here(context: &Context, entry: &Standing) -> Result<bool, Failure> {
    let data_dir = context.data_dir()?;
    let data_dir = data_dir.to_str().unwrap_or_default();
    let named = entry.data_dir.as_deref();
    Ok(named.is_some_and(|named| same_directory(named, data_dir)))
}
