//! `waiaas mcp status`: what the keeper on this machine sees, file by file. Reads only: it
//! renews nothing, presents no token to anybody, and prints none.

use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use serde::Serialize;
use waiaas_mcp::session_manager::planned_renewal_at;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::{SessionToken, UnverifiedClaims};
use waiaas_protocol::token_file::{
    self, TokenFileError, existing_paths, is_locked, read_pending, select_path,
};
use waiaas_protocol::wire::{SessionBody, SessionStateBody};

use crate::cli::client::path;
use crate::cli::context::Context;
use crate::cli::duration::moment;
use crate::cli::output::Rows;
use crate::report::Outcome;

/// What the keeper sees.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Status {
    /// Only the file of this agent, by id
    #[arg(long, value_name = "ID")]
    agent: Option<AgentId>,
}

/// Everything at one moment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    data_dir: PathBuf,
    files: Vec<SeenFile>,
    /// Why the daemon's side of it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    daemon_problem: Option<String>,
}

/// One token file and what lies beside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeenFile {
    path: PathBuf,
    /// Octal.
    mode: Option<String>,
    /// The rule that the file breaks, and how to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(flatten)]
    token: Option<SeenToken>,
    pending: Pending,
    locked: bool,
    /// What the daemon says of the session.
    session: Option<SessionBody>,
}

/// What the token itself says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeenToken {
    agent_id: AgentId,
    session_id: SessionId,
    generation: u64,
    expires_at: Timestamp,
    /// When a keeper begins to renew it, at the earliest; absent where none will.
    next_renewal_at: Option<Timestamp>,
}

/// The renewal key beside the token.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Pending {
    /// No renewal is under way.
    None,
    /// A renewal was begun and not finished yet.
    Begun,
    /// A key of another token; the keeper removes it.
    Foreign,
    /// A key that the keeper does not read.
    Refused,
}

impl Status {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let data_dir = context.data_dir()?;
        let paths = match self.agent {
            Some(agent) => existing_file_of(&data_dir, agent),
            None => existing_paths(&data_dir),
        };
        let paths = paths.map_err(|error| context.unusable_file(&error))?;
        let mut seen = Seen {
            data_dir,
            files: paths.into_iter().map(|path| look(context, path)).collect(),
            daemon_problem: None,
        };
        ask_the_daemon(context, &mut seen).await?;
        print(context, &seen)
    }
}

fn existing_file_of(data_dir: &Path, agent: AgentId) -> Result<Vec<PathBuf>, TokenFileError> {
    let path = select_path(data_dir, agent)?;
    let is_there = existing_paths(data_dir)?.contains(&path);
    Ok(is_there.then_some(path).into_iter().collect())
}

fn look(context: &Context, path: PathBuf) -> SeenFile {
    let (token, refused) = match token_file::read(&path) {
        Ok(token) => (token, None),
        Err(error) => {
            let refused = context.unusable_file(&error);
            (None, Some(refused.message().to_owned()))
        }
    };
    let claims = token
        .as_ref()
        .and_then(|token| token.unverified_claims().ok());
    SeenFile {
        mode: mode(&path),
        refused,
        pending: pending(&path, token.as_ref()),
        // A lock that cannot be looked at shows in what a keeper says of it.
        locked: is_locked(&path).unwrap_or(false),
        token: claims.map(|claims| SeenToken::of(&claims)),
        session: None,
        path,
    }
}

impl SeenToken {
    fn of(claims: &UnverifiedClaims) -> Self {
        Self {
            agent_id: claims.agent_id,
            session_id: claims.session_id,
            generation: claims.generation,
            expires_at: Timestamp(claims.expires_at),
            next_renewal_at: Some(planned_renewal_at(claims)),
        }
    }
}

fn mode(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::symlink_metadata(path).ok()?;
    Some(format!("{:04o}", metadata.permissions().mode() & 0o7777))
}

fn pending(path: &Path, token: Option<&SessionToken>) -> Pending {
    match read_pending(path) {
        Ok(None) => Pending::None,
        Ok(Some(pending)) if token.is_some_and(|token| pending.matches(token)) => Pending::Begun,
        Ok(Some(_)) | Err(TokenFileError::NotAPendingEntry { .. }) => Pending::Foreign,
        Err(_) => Pending::Refused,
    }
}

/// The owner's door knows the sessions; without the daemon the rest is shown all the same.
async fn ask_the_daemon(context: &Context, seen: &mut Seen) -> Outcome {
    let client = context.client()?;
    for file in &mut seen.files {
        let Some(token) = &mut file.token else {
            continue;
        };
        let route = path(&["sessions", &token.session_id.to_string()], &context.texts)?;
        match client.get::<SessionBody>(&route).await {
            Ok(session) => {
                token.next_renewal_at =
                    token.next_renewal_at.filter(|at| is_granted(&session, *at));
                file.session = Some(session);
            }
            Err(failure) => {
                seen.daemon_problem
                    .get_or_insert(failure.message().to_owned());
            }
        }
    }
    Ok(())
}

/// Whether a renewal at this moment would be granted (PROTOCOL.md section 4, checks 3, 6 and 7).
fn is_granted(session: &SessionBody, at: Timestamp) -> bool {
    let ends_at_s = at.unix_s().saturating_add(session.constraints.expires_in);
    session.state == SessionStateBody::Active
        && session.renewals_left > 0
        && ends_at_s <= session.absolute_expires_at.unix_s()
}

fn print(context: &Context, seen: &Seen) -> Outcome {
    if context.output.is_json() {
        return context.output.json(seen);
    }
    let texts = &context.texts;
    if seen.files.is_empty() {
        let dir = seen.data_dir.display().to_string();
        context
            .output
            .remark(&fl!(texts, "cli-mcp-status-none", dir = dir));
        return Ok(());
    }
    for (index, file) in seen.files.iter().enumerate() {
        if index > 0 {
            context.output.line("")?;
        }
        context.output.show(file, || facts(context, file))?;
    }
    if let Some(problem) = &seen.daemon_problem {
        context.output.remark(&fl!(
            texts,
            "cli-mcp-status-daemon-problem",
            problem = problem.clone()
        ));
    }
    Ok(())
}

fn facts(context: &Context, file: &SeenFile) -> Rows {
    let texts = &context.texts;
    let when = |at| moment(texts, context.now, at);
    let (token, session) = (file.token.as_ref(), file.session.as_ref());
    let agent = match session {
        Some(session) => Some(session.agent_name.clone()),
        None => token.map(|token| token.agent_id.to_string()),
    };
    let next_renewal = token.map(|token| match token.next_renewal_at {
        Some(at) => when(at),
        None => fl!(texts, "cli-mcp-status-no-renewal"),
    });
    let pending = match file.pending {
        Pending::None => fl!(texts, "cli-mcp-status-pending-none"),
        Pending::Begun => fl!(texts, "cli-mcp-status-pending-begun"),
        Pending::Foreign => fl!(texts, "cli-mcp-status-pending-foreign"),
        Pending::Refused => fl!(texts, "cli-mcp-status-pending-refused"),
    };
    let lock = match file.locked {
        true => fl!(texts, "cli-mcp-status-locked"),
        false => fl!(texts, "cli-mcp-status-unlocked"),
    };
    Rows::facts([
        (
            fl!(texts, "cli-head-token-file"),
            Some(file.path.display().to_string()),
        ),
        (fl!(texts, "cli-mcp-head-mode"), file.mode.clone()),
        (fl!(texts, "cli-mcp-head-refused"), file.refused.clone()),
        (fl!(texts, "cli-head-agent"), agent),
        (
            fl!(texts, "cli-mcp-head-session"),
            token.map(|token| token.session_id.to_string()),
        ),
        (
            fl!(texts, "cli-head-state"),
            session.map(|session| crate::cli::session::state(session.state).to_owned()),
        ),
        (
            fl!(texts, "cli-head-renewals"),
            session.map(crate::cli::session::renewals),
        ),
        (
            fl!(texts, "cli-head-expires"),
            token.map(|token| when(token.expires_at)),
        ),
        (fl!(texts, "cli-mcp-head-next-renewal"), next_renewal),
        (
            fl!(texts, "cli-head-absolute-end"),
            session.map(|session| when(session.absolute_expires_at)),
        ),
        (fl!(texts, "cli-mcp-head-pending"), Some(pending)),
        (fl!(texts, "cli-mcp-head-lock"), Some(lock)),
    ])
}
