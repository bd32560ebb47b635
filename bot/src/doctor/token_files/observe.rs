//! What lies in the data directory, and what the daemon knows of it. Read without locks and
//! without changing anything; the text of a token is dropped as soon as its claims are known.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use waiaas_protocol::data_dir::{DataDirError, DirState, ensure_private_dir};
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token::{SessionToken, UnverifiedClaims};
use waiaas_protocol::token_file::{
    AGENT_TOKEN_FOLDER, TokenFileError, agent_path, read, read_pending, shared_path,
};
use waiaas_protocol::wire::{AgentBody, AgentStatusBody, SessionBody};

use super::super::door::Fault;
use super::super::places::exists;
use super::Machine;

/// How many agents' files are looked at.
const TOKEN_FILES_MAX: usize = 64;
/// How long the daemon is asked about all of them together.
const ASKING_MAX_S: u64 = 5;
/// How often a file is read that a renewal changes while it is looked at.
const LOOKS_MAX: usize = 2;
const OPEN_MODE: u32 = 0o077;

/// One agent's file, and what stands beside it.
#[derive(Debug)]
pub(super) struct TokenFile {
    pub(super) path: PathBuf,
    /// Whose it must be; `mcp-token` may be anybody's.
    pub(super) agent_of_name: Option<AgentId>,
    pub(super) holding: Result<Option<Holding>, TokenFileError>,
    pub(super) pending: Result<PendingState, TokenFileError>,
    /// Why no writer could take the lock.
    pub(super) lock: Option<TokenFileError>,
    /// Temporary files of writers that died.
    pub(super) leftovers: usize,
}

/// A token, without its text.
#[derive(Debug)]
pub(super) struct Holding {
    pub(super) claims: UnverifiedClaims,
    pub(super) known: Known,
}

/// What the daemon says of the token's session.
#[derive(Debug)]
pub(super) enum Known {
    /// No daemon runs.
    NotAsked,
    /// It did not answer this question.
    Unanswered,
    /// There is no such session.
    Unknown,
    Session {
        session: Box<SessionBody>,
        agent: Option<AgentStatusBody>,
    },
}

/// The renewal that is under way beside a token file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PendingState {
    None,
    /// It presents the token in the file.
    Matches,
    /// It presents another one, and the next renewal removes it.
    Foreign,
}

impl TokenFile {
    /// Its path below the data directory.
    pub(super) fn shown(&self, machine: &Machine<'_>) -> String {
        let below = self.path.strip_prefix(&machine.data_dir);
        below.unwrap_or(&self.path).display().to_string()
    }
}

/// How the folder of the further agents is; `None` where there is none.
pub(super) fn folder(machine: &Machine<'_>) -> Option<Result<DirState, DataDirError>> {
    let folder = machine.data_dir.join(AGENT_TOKEN_FOLDER);
    // Asked first, since the judgement would make a missing directory.
    exists(&folder).then(|| ensure_private_dir(&folder))
}

/// Every token file there is or was, the shared one first.
pub(super) async fn token_files(machine: &Machine<'_>, daemon_runs: bool) -> Vec<TokenFile> {
    let end = Instant::now() + Duration::from_secs(ASKING_MAX_S);
    let shared = (shared_path(&machine.data_dir), None);
    let own = agents(&machine.data_dir.join(AGENT_TOKEN_FOLDER));
    let own = own
        .into_iter()
        .map(|agent| (agent_path(&machine.data_dir, agent), Some(agent)));
    let mut files = Vec::new();
    for (path, agent) in std::iter::once(shared).chain(own) {
        let mut file = look(path, agent);
        if daemon_runs {
            ask(machine, &mut file, end).await;
        }
        files.push(file);
    }
    files
}

/// The agents that have a file, or something beside where theirs was.
fn agents(folder: &Path) -> Vec<AgentId> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let agent = |name: &str| -> Option<AgentId> { name.split('.').next()?.parse().ok() };
    let mut agents: Vec<AgentId> = entries
        .filter_map(|entry| agent(entry.ok()?.file_name().to_str()?))
        .collect();
    agents.sort();
    agents.dedup();
    agents.truncate(TOKEN_FILES_MAX);
    agents
}

fn look(path: PathBuf, agent_of_name: Option<AgentId>) -> TokenFile {
    let token = read(&path);
    let pending = read_pending(&path).map(|pending| match (pending, &token) {
        (None, _) => PendingState::None,
        (Some(pending), Ok(Some(token))) if pending.matches(token) => PendingState::Matches,
        (Some(_), _) => PendingState::Foreign,
    });
    TokenFile {
        holding: token.map(|token| token.as_ref().and_then(holding)),
        pending,
        lock: lock_fault(&beside(&path, ".lock")),
        leftovers: leftovers(&path),
        path,
        agent_of_name,
    }
}

fn holding(token: &SessionToken) -> Option<Holding> {
    // A text without these claims is no token, and has been refused.
    let claims = token.unverified_claims().ok()?;
    Some(Holding {
        claims,
        known: Known::NotAsked,
    })
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// What [`waiaas_protocol::token_file::TokenFileLock`] would refuse, found without making or
/// taking the lock.
fn lock_fault(path: &Path) -> Option<TokenFileError> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::symlink_metadata(path).ok()?;
    let path = path.to_owned();
    let our_uid = rustix::process::geteuid().as_raw();
    let mode = metadata.mode() & 0o7777;
    if metadata.is_symlink() {
        Some(TokenFileError::SymbolicLink { path })
    } else if !metadata.is_file() {
        Some(TokenFileError::NotRegularFile { path })
    } else if metadata.uid() != our_uid {
        Some(TokenFileError::NotOurs {
            path,
            owner_uid: metadata.uid(),
            our_uid,
        })
    } else if mode & OPEN_MODE != 0 {
        Some(TokenFileError::OpenToOthers { path, mode })
    } else {
        None
    }
}

/// Counts `.<name>.….tmp` beside the file: a crash left them, or a writer is at work.
fn leftovers(path: &Path) -> usize {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return 0;
    };
    let Ok(entries) = fs::read_dir(dir) else {
        return 0;
    };
    let prefix = format!(".{}.", name.display());
    let is_leftover = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_str().unwrap_or_default();
        name.starts_with(&prefix) && name.ends_with(".tmp")
    };
    entries.flatten().filter(is_leftover).count()
}

/// Fills in what the daemon knows. A file that was renewed between the look and the answer is
/// looked at once more.
async fn ask(machine: &Machine<'_>, file: &mut TokenFile, end: Instant) {
    for look_number in 1..=LOOKS_MAX {
        let Ok(Some(holding)) = &mut file.holding else {
            return;
        };
        let asked = timeout_at(end, known(machine, &holding.claims)).await;
        holding.known = asked.unwrap_or(Known::Unanswered);
        if look_number == LOOKS_MAX || fits(holding) {
            return;
        }
        let again = look(file.path.clone(), file.agent_of_name);
        let claims = |file: &TokenFile| {
            let holding = file.holding.as_ref().ok()?.as_ref()?;
            Some(holding.claims)
        };
        if claims(&again) == claims(file) {
            return;
        }
        *file = again;
    }
}

fn fits(holding: &Holding) -> bool {
    match &holding.known {
        Known::Session { session, .. } => {
            i64::try_from(holding.claims.generation) == Ok(session.renewal_count)
        }
        Known::NotAsked | Known::Unanswered | Known::Unknown => true,
    }
}

async fn known(machine: &Machine<'_>, claims: &UnverifiedClaims) -> Known {
    let door = &machine.admin_door;
    let path = format!("/sessions/{}", claims.session_id);
    match door.get::<SessionBody>(&path).await {
        Ok(session) => {
            let path = format!("/agents/{}", session.agent_id);
            let agent = door.get::<AgentBody>(&path).await;
            Known::Session {
                session: Box::new(session),
                agent: agent.ok().map(|agent| agent.status),
            }
        }
        Err(Fault::Refused { code, .. }) if code == ErrorCode::SessionNotFound.as_str() => {
            Known::Unknown
        }
        Err(_) => Known::Unanswered,
    }
}
