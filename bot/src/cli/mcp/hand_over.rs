//! Has the daemon make a session and put its token into the agent's file, and finds out what
//! became of it when the answer is a refusal; or finds the live session that is there already.
//!
//! The daemon makes the session, writes the file, and then, in one transaction, marks it
//! delivered and ends what the file held before (PROTOCOL.md section 6). When only that last
//! step fails, the file holds a live token although the request was refused; the daemon
//! finishes the hand-over later, and what was asked for is done.

use std::path::Path;

use i18n_embed_fl::fl;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::UnverifiedClaims;
use waiaas_protocol::token_file;
use waiaas_protocol::wire::{
    AgentBody, AgentStatusBody, CreateSessionRequest, CreateSessionResponse, SessionBody,
    SessionStateBody,
};

use crate::cli::client::{AdminClient, path};
use crate::cli::constraints;
use crate::cli::context::Context;
use crate::cli::duration::moment;
use crate::cli::output::Rows;
use crate::report::Failure;

/// How sessions of the admin socket say where they came from.
const OUR_SOURCE: &str = "cli";

/// A session whose token stands in its file.
pub(super) struct HandedOver {
    pub(super) session: SessionBody,
    pub(super) token_file: String,
    /// The session that ended with it.
    pub(super) replaced: Option<SessionId>,
    /// The daemon has yet to take note of it, and to end what the file held before.
    pub(super) unfinished: bool,
    /// It was there before; nothing was made.
    pub(super) kept: bool,
}

/// The live session whose token stands in the file of an agent that may act.
///
/// # Errors
/// When the daemon does not say what became of it.
pub(super) async fn kept(
    context: &Context,
    daemon: &AdminClient<'_>,
    agent: &AgentBody,
) -> Result<Option<HandedOver>, Failure> {
    let Some((claims, token_file)) = in_file(&context.data_dir()?, agent.id) else {
        return Ok(None);
    };
    // A file that missed a renewal holds a token that ends before its session does.
    let is_usable = claims.expires_at > context.now.0;
    if agent.status != AgentStatusBody::Active || !is_usable {
        return Ok(None);
    }
    let session = match show(context, daemon, claims.session_id).await {
        Ok(session) => session,
        Err(failure) if failure.is_code(ErrorCode::SessionNotFound) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let is_live = session.state == SessionStateBody::Active && session.agent_id == agent.id;
    Ok(is_live.then_some(HandedOver {
        session,
        token_file,
        replaced: None,
        unfinished: false,
        kept: true,
    }))
}

/// Makes the session that the request asks for, its token in the agent's file.
pub(super) async fn create(
    context: &Context,
    daemon: &AdminClient<'_>,
    agent: AgentId,
    request: &CreateSessionRequest,
) -> Result<HandedOver, Failure> {
    let data_dir = context.data_dir()?;
    let before = held(&data_dir, agent);
    let created: Result<CreateSessionResponse, Failure> = daemon.post("/sessions", request).await;
    match created {
        Ok(created) => Ok(HandedOver {
            token_file: created.token_file.unwrap_or_default(),
            session: created.session,
            replaced: created.replaced_session_id,
            unfinished: false,
            kept: false,
        }),
        Err(failure) => {
            let after = held(&data_dir, agent).filter(|after| before.as_ref() != Some(after));
            let Some((id, token_file)) = after else {
                return Err(failure);
            };
            let Ok(session) = show(context, daemon, id).await else {
                return Err(failure);
            };
            if !made_by_this_run(context, &session, agent) {
                return Err(failure);
            }
            Ok(HandedOver {
                session,
                token_file,
                replaced: None,
                unfinished: true,
                kept: false,
            })
        }
    }
}

/// Somebody else, such as the console, may have been at the same file.
fn made_by_this_run(context: &Context, session: &SessionBody, agent: AgentId) -> bool {
    session.agent_id == agent
        && session.state == SessionStateBody::Active
        && session.source == OUR_SOURCE
        && session.created_at >= context.now
}

/// The session in the agent's file, and the file. One that cannot be read is the daemon's to
/// refuse.
fn held(data_dir: &Path, agent: AgentId) -> Option<(SessionId, String)> {
    let (claims, file) = in_file(data_dir, agent)?;
    Some((claims.session_id, file))
}

fn in_file(data_dir: &Path, agent: AgentId) -> Option<(UnverifiedClaims, String)> {
    let file = token_file::select_path(data_dir, agent).ok()?;
    let token = token_file::read(&file).ok()??;
    let claims = token.unverified_claims().ok()?;
    (claims.agent_id == agent).then(|| (claims, file.display().to_string()))
}

/// One session, by its id.
pub(super) async fn show(
    context: &Context,
    daemon: &AdminClient<'_>,
    id: SessionId,
) -> Result<SessionBody, Failure> {
    let path = path(&["sessions", &id.to_string()], &context.texts)?;
    daemon.get(&path).await
}

impl HandedOver {
    /// What the person must know about a hand-over that is not finished.
    pub(super) fn warnings(&self, context: &Context) -> Vec<String> {
        let warning = || fl!(context.texts, "cli-mcp-unfinished");
        self.unfinished.then(warning).into_iter().collect()
    }

    /// Says on standard error which session there is now, and with which limits.
    pub(super) fn remark(&self, context: &Context) {
        let (texts, output) = (&context.texts, &context.output);
        let session = &self.session;
        let when = |at: Timestamp| moment(texts, context.now, at);
        output.remark(&fl!(
            texts,
            "cli-session-created",
            session = session.id.to_string(),
            agent = session.agent_name.clone(),
            expires = when(session.expires_at),
            end = when(session.absolute_expires_at),
            renewals = session.renewals_left
        ));
        let limits = constraints::granted(&session.constraints);
        output.remark_rows(&Rows::facts(constraints::rows(context, &limits)));
        if self.kept {
            let session = session.id.to_string();
            output.remark(&fl!(texts, "cli-mcp-session-goes-on", session = session));
        }
        if let Some(replaced) = &self.replaced {
            let replaced = replaced.to_string();
            output.remark(&fl!(texts, "cli-session-replaced", session = replaced));
        }
    }
}
