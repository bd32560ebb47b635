//! `/newsession`: which agent, what it would be granted, create and hand over.
//!
//! Creating is three steps (PROTOCOL.md section 6): the session stands in the database with
//! its hand-over open; the token file is written outside any transaction; the chat hears how
//! it ended in the transaction that ends it. A process that dies in between finishes at its
//! next start.

use serde::{Deserialize, Serialize};
use waiaas_daemon_core::Error;
use waiaas_daemon_core::actor::{Actor, Source};
use waiaas_daemon_core::agent::{Agent, AgentStatus, AgentView, service as agents};
use waiaas_daemon_core::console::outbox::{Draft, Target};
use waiaas_daemon_core::db::WriteTx;
use waiaas_daemon_core::session::constraints::Resolved;
use waiaas_daemon_core::session::handover::{self, Outcome, Plan};
use waiaas_daemon_core::session::service::{self, NewHandover, NewSession};
use waiaas_daemon_core::session::view::SessionView;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::wire::ConstraintsRequest;

use crate::telegram::action::Grant;
use crate::telegram::console::Console;
use crate::telegram::schema::{Argument, Handled};
use crate::telegram::turn::Turn;
use crate::telegram::view::grant::Offer;
use crate::telegram::view::{View, grant};

/// What the end of a hand-over needs to find its message again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::telegram) struct Note {
    pub(in crate::telegram) user_id: i64,
    pub(in crate::telegram) chat_id: i64,
    #[serde(default)]
    pub(in crate::telegram) thread_id: Option<i64>,
    pub(in crate::telegram) message_id: Option<i64>,
    pub(in crate::telegram) language: String,
    #[serde(default)]
    pub(in crate::telegram) time_zone: Option<String>,
}

impl Note {
    /// Of the message that was tapped.
    pub(super) fn of(turn: &Turn) -> Self {
        Self {
            user_id: turn.incoming.user_id,
            chat_id: turn.incoming.chat_id,
            thread_id: turn.incoming.thread_id.map(i64::from),
            message_id: turn.tapped_message(),
            language: turn.reader.language.code().to_owned(),
            time_zone: turn.reader.zone.iana_name().map(str::to_owned),
        }
    }
}

/// `/newsession [agent]`.
pub(in crate::telegram) async fn on_command(turn: Turn, name: Argument) -> Handled {
    let view = if name.0.is_empty() {
        choose(&turn, 0).await?
    } else {
        match agents::show(&turn.console.core, &name.0).await {
            Ok(agent) => confirm(&turn, &agent, None)?,
            Err(Error::AgentNotFound { nearest }) => {
                grant::unknown_agent(&turn.reader, &name.0, nearest.as_deref())
            }
            Err(cause) => return Err(cause),
        }
    };
    turn.finish_with(turn.say(view)).await
}

/// Agents to choose from; a single one is asked about at once.
pub(super) async fn choose(turn: &Turn, page: usize) -> Result<View, Error> {
    let mut all = agents::list(&turn.console.core, false).await?;
    let any = !all.is_empty();
    all.retain(|view| view.agent.status == AgentStatus::Active);
    match all.as_slice() {
        [] if any => Ok(grant::no_active_agents(&turn.reader)),
        [] => Ok(grant::no_agents(&turn.reader)),
        [only] => confirm(turn, only, None),
        several => Ok(grant::choose_agent(&turn.reader, several, page)),
    }
}

/// What an agent would be granted.
pub(super) async fn pick(turn: &Turn, agent_id: AgentId) -> Result<View, Error> {
    ask(turn, agent_id, None).await
}

/// The same with another renewal unit, seconds, and number of renewals; judged as if they had
/// been asked for now.
pub(super) async fn change(
    turn: &Turn,
    agent_id: AgentId,
    expires_in: i64,
    max_renewals: i64,
) -> Result<View, Error> {
    let choice = ConstraintsRequest {
        expires_in: Some(expires_in),
        max_renewals: Some(max_renewals),
        ..ConstraintsRequest::default()
    };
    ask(turn, agent_id, Some(choice)).await
}

async fn ask(
    turn: &Turn,
    agent_id: AgentId,
    choice: Option<ConstraintsRequest>,
) -> Result<View, Error> {
    match agents::show(&turn.console.core, &agent_id.to_string()).await {
        Ok(agent) => confirm(turn, &agent, choice),
        Err(cause @ Error::AgentNotFound { .. }) => turn.refusal(&cause),
        Err(cause) => Err(cause),
    }
}

/// What the agent would be granted, by its defaults or as chosen; then the choice goes on.
fn confirm(
    turn: &Turn,
    agent: &AgentView,
    choice: Option<ConstraintsRequest>,
) -> Result<View, Error> {
    let core = &turn.console.core;
    if let Err(cause) = agent.agent.status.require_active() {
        return turn.refusal(&cause);
    }
    if agent.wallets.is_empty() {
        let agent_name = Some(agent.agent.name.clone());
        return turn.refusal(&Error::SessionRequiresWallet { agent_name });
    }
    let offer = match offer(turn, &agent.agent, choice) {
        Ok(offer) => offer,
        Err(cause) => return turn.refusal(&cause),
    };
    let absolute = turn.now + core.policy.session_absolute_lifetime_s;
    Ok(grant::confirm(&turn.reader, agent, &offer, absolute))
}

fn offer(turn: &Turn, agent: &Agent, choice: Option<ConstraintsRequest>) -> Result<Offer, Error> {
    let ceiling = ceiling(turn, agent)?;
    let changing = choice.is_some();
    let granted = match choice {
        Some(constraints) => resolve(turn, agent, constraints)?,
        None => ceiling.clone(),
    };
    Ok(Offer {
        granted,
        ceiling,
        changing,
    })
}

/// What an agent would be granted without a choice, which is also the most it can be.
///
/// # Errors
/// [`Error::RequestInvalid`] when the defaults are out of range by now.
pub(super) fn ceiling(turn: &Turn, agent: &Agent) -> Result<Resolved, Error> {
    resolve(turn, agent, ConstraintsRequest::default())
}

fn resolve(turn: &Turn, agent: &Agent, constraints: ConstraintsRequest) -> Result<Resolved, Error> {
    let granted = Grant::on_own_wallets(agent.id, constraints);
    let new = new_session(turn, &granted, None, None);
    service::resolve_constraints(&turn.console.core, agent, &new)
}

pub(super) fn new_session(
    turn: &Turn,
    granted: &Grant,
    plan: Option<&Plan>,
    note: Option<serde_json::Value>,
) -> NewSession {
    let token_file = plan.map(|plan| plan.token_file.clone()).unwrap_or_default();
    NewSession {
        agent: granted.agent_id.to_string(),
        wallets: (!granted.wallets.is_empty())
            .then(|| granted.wallets.iter().map(ToString::to_string).collect()),
        default_wallet: granted.default_wallet.map(|id| id.to_string()),
        constraints: (*granted.constraints).clone(),
        exact_constraints: false,
        replaces: plan.and_then(|plan| plan.replaces),
        source: Source::Telegram,
        handover: Some(NewHandover { token_file, note }),
        claim: false,
        told_chat_id: Some(turn.incoming.chat_id),
    }
}

/// Creates the session in the turn's transaction.
///
/// # Errors
/// A refusal of the create; then the caller must drop the transaction.
pub(super) async fn create(
    turn: &Turn,
    tx: &mut WriteTx,
    granted: &Grant,
) -> Result<(SessionId, Vec<Draft>), Error> {
    let core = &turn.console.core;
    let plan = handover::plan(core, granted.agent_id).await?;
    let note = serde_json::to_value(Note::of(turn)).map_err(Error::internal)?;
    let new = new_session(turn, granted, Some(&plan), Some(note));
    let created = service::create_in(core, tx, &turn.actor()?, &new).await?;
    let view = grant::working(&turn.reader, &created.view.agent_name);
    Ok((created.view.session.id, turn.replace(view)))
}

/// Writes the token file in the background and tells the chat how it went.
pub(super) fn hand_over(console: &Console, actor: Actor, id: SessionId) {
    let task = console.clone();
    console.tasks.spawn(async move {
        let finish = |view: &SessionView, outcome: &Outcome| messages(&task, view, outcome);
        match handover::deliver(&task.core, &actor, id, &finish).await {
            Ok(_) | Err(Error::TokenFileUnwritable(_) | Error::SessionRevoked) => {}
            Err(cause) => {
                tracing::error!(%cause, session_id = %id, "hand-over not finished; the next pass goes on with it");
            }
        }
    });
}

impl Console {
    /// Finishes hand-overs that were begun at least so many seconds ago and not finished.
    ///
    /// # Errors
    /// As the database says.
    pub async fn resume_handovers(&self, min_age_s: i64) -> Result<(), Error> {
        let finish = |view: &SessionView, outcome: &Outcome| messages(self, view, outcome);
        handover::resume_all(&self.core, &finish, min_age_s)
            .await
            .map(|_| ())
    }
}

/// The message of the chat that asked, if a chat did.
fn messages(console: &Console, view: &SessionView, outcome: &Outcome) -> Vec<Draft> {
    let note = view
        .session
        .handover
        .as_ref()
        .and_then(|handover| handover.record.note.clone());
    let Some(note) = note.and_then(|note| serde_json::from_value::<Note>(note).ok()) else {
        return Vec::new();
    };
    let now = console.core.clock.now_s();
    let reader = console.reader_in(&note.language, note.time_zone.as_deref(), now);
    let words = grant::outcome(&reader, view, outcome);
    let mut drafts = match note.message_id {
        Some(id) => words.into_edit(note.user_id, note.chat_id, Target::Message(id), now),
        None => words.into_sends(note.user_id, note.chat_id, now),
    };
    for draft in &mut drafts {
        draft.session_id = Some(view.session.id.to_string());
        draft.thread_id = note.thread_id;
    }
    drafts
}
