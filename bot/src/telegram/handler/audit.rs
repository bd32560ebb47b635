//! `/audit [agent]` and the recent entries of a session. Entries are only read here; whatever is
//! done is recorded by the use case that does it.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::agent::{Agent, repo as agent_repo, service as agents};
use waiaas_daemon_core::audit::Entry;
use waiaas_daemon_core::audit::repo::{self, Filter};
use waiaas_daemon_core::console::operators;
use waiaas_protocol::ids::{AgentId, SessionId};

use crate::telegram::schema::{Argument, Handled};
use crate::telegram::turn::Turn;
use crate::telegram::view::audit::Told;
use crate::telegram::view::{PAGE_ROWS, Page, View, audit};

/// Entries under the details of a session.
const RECENT_ROWS: u64 = 5;

/// `/audit [agent]`.
pub(in crate::telegram) async fn on_command(turn: Turn, name: Argument) -> Handled {
    let db = turn.console.core.db.read();
    let view = if name.0.is_empty() {
        show(&turn, db, None, None, 0).await?
    } else {
        match agents::resolve(db, &name.0).await {
            Ok(agent) => show(&turn, db, Some(agent), None, 0).await?,
            Err(Error::AgentNotFound { nearest }) => {
                audit::unknown_agent(&turn.reader, &name.0, nearest.as_deref())
            }
            Err(cause) => return Err(cause),
        }
    };
    turn.finish_with(turn.say(view)).await
}

/// A page of entries; `before` keeps the pages as they were when the first one was shown.
pub(super) async fn page(
    turn: &Turn,
    db: &impl ConnectionTrait,
    agent_id: Option<AgentId>,
    before: Option<i64>,
    page: usize,
) -> Result<View, Error> {
    let agent = match agent_id {
        Some(id) => agent_repo::by_id(db, id).await?,
        None => None,
    };
    show(turn, db, agent, before, page).await
}

async fn show(
    turn: &Turn,
    db: &impl ConnectionTrait,
    agent: Option<Agent>,
    before: Option<i64>,
    page: usize,
) -> Result<View, Error> {
    let before = match before {
        Some(before) => before,
        None => repo::head(db).await?.seq + 1,
    };
    let filter = Filter {
        agent_id: agent.as_ref().map(|agent| agent.id.to_string()),
        session_id: None,
        before: Some(before),
    };
    let count = usize::try_from(repo::count(db, &filter).await?).unwrap_or(usize::MAX);
    let (number, pages) = Page::<Told>::place(count, page);
    let offset = (number * PAGE_ROWS) as u64;
    let entries = repo::page(db, &filter, offset, PAGE_ROWS as u64).await?;
    let told = with_names(db, entries).await?;
    let page = Page {
        rows: told.as_slice(),
        number,
        pages,
    };
    Ok(audit::list(&turn.reader, agent.as_ref(), &page, before))
}

/// The newest entries about a session.
pub(super) async fn recent(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Vec<Told>, Error> {
    let filter = Filter {
        session_id: Some(session.to_string()),
        ..Filter::default()
    };
    with_names(db, repo::list(db, &filter, RECENT_ROWS).await?).await
}

/// Entries name people and agents by their ids; a chat names them as a person would.
async fn with_names(db: &impl ConnectionTrait, entries: Vec<Entry>) -> Result<Vec<Told>, Error> {
    let people: HashMap<String, String> = operators::all(db)
        .await?
        .into_iter()
        .map(|operator| (operator.user_id.to_string(), operator.label()))
        .collect();
    let mut told = Vec::with_capacity(entries.len());
    for entry in entries {
        let agent = match entry.agent_id.as_deref().map(str::parse) {
            Some(Ok(id)) => agent_repo::by_id(db, id).await?.map(|agent| agent.name),
            Some(Err(_)) | None => None,
        };
        told.push(Told::new(entry, agent, &people));
    }
    Ok(told)
}
