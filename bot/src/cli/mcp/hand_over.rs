//! Has the daemon make a session and put its token into the agent's file, and finds out what
//! became of it when the answer is a refusal.
//!
//! The daemon makes the session, writes the file, and then, in one transaction, marks it
//! delivered and ends what the file held before (PROTOCOL.md section 6). When only that last
//! step fails, the file holds a live token although the request was refused; the daemon
//! finishes the hand-over later, and what was asked for is done.

use std::path::Path;

use i18n_embed_fl::fl;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token_file;
use waiaas_protocol::wire::{
    CreateSessionRequest, CreateSessionResponse, SessionBody, SessionStateBody,
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
    let file = token_file::select_path(data_dir, agent).ok()?;
    let token = token_file::read(&file).ok()??;
    let claims = token.unverified_claims().ok()?;
    (claims.agent_id == agent).then(|| (claims.session_id, file.display().to_string()))
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
            renewals = session.constraints.max_renewals
        ));
        let limits = constraints::granted(&session.constraints);
        output.remark_rows(&Rows::facts(constraints::rows(context, &limits)));
        if let Some(replaced) = &self.replaced {
            let replaced = replaced.to_string();
            output.remark(&fl!(texts, "cli-session-replaced", session = replaced));
        }
    }
}
