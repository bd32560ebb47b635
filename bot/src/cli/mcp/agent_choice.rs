//! Which agent `mcp setup` is for: the one that was named, the only one, or the one that the
//! person chooses.

use i18n_embed_fl::fl;
use waiaas_protocol::wire::{AgentBody, AgentList, AgentStatusBody};

use crate::cli::ask;
use crate::cli::client::{AdminClient, path};
use crate::cli::context::Context;
use crate::report::{Exit, Failure};

/// Asks the daemon for it; an unknown name comes back with the nearest known one.
pub(super) async fn choose(
    context: &Context,
    daemon: &AdminClient<'_>,
    named: Option<&str>,
) -> Result<AgentBody, Failure> {
    if let Some(name) = named {
        return daemon.get(&path(&["agents", name], &context.texts)?).await;
    }
    let all: AgentList = daemon.get("/agents").await?;
    let any = !all.agents.is_empty();
    let is_active = |agent: &AgentBody| agent.status == AgentStatusBody::Active;
    let mut active: Vec<_> = all.agents.into_iter().filter(is_active).collect();
    match active.len() {
        0 => Err(nobody(context, any)),
        1 => Ok(active.swap_remove(0)),
        _ if ask::can_ask() => {
            let question = fl!(context.texts, "cli-mcp-choose-agent");
            let names: Vec<_> = active.iter().map(|agent| agent.name.clone()).collect();
            let chosen = ask::choose(context, &question, &names)?;
            Ok(active.swap_remove(chosen))
        }
        _ => Err(several(context, &active)),
    }
}

fn nobody(context: &Context, any: bool) -> Failure {
    let (texts, program) = (&context.texts, context.program());
    match any {
        false => Failure::new(fl!(texts, "cli-mcp-no-agents")).with_hint(fl!(
            texts,
            "cli-mcp-no-agents-hint",
            program = program
        )),
        true => Failure::new(fl!(texts, "cli-mcp-no-active-agents")).with_hint(fl!(
            texts,
            "cli-mcp-no-active-agents-hint",
            program = program
        )),
    }
}

fn several(context: &Context, agents: &[AgentBody]) -> Failure {
    let texts = &context.texts;
    let failure = Failure::new(fl!(texts, "cli-mcp-several-agents"));
    let named = agents.iter().fold(failure, |failure, agent| {
        failure.with_fact(agent.name.clone())
    });
    let hint = fl!(texts, "cli-mcp-several-agents-hint");
    named.with_hint(hint).with_exit(Exit::Usage)
}
