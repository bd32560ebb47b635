//! What a visit looks at beside the chat: the token file on the disk, and what its token
//! opens at the agents' door.

use std::path::{Path, PathBuf};

use waiaas_mcp::door::DoorError;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file;
use waiaas_protocol::wire::SessionSelf;

use super::steps::missing;
use crate::demo::DemoError;
use crate::demo::stage::Stage;

/// The mode that PROTOCOL.md section 6 asks for.
const TOKEN_FILE_MODE: u32 = 0o600;

/// A token that came by the file.
pub(super) struct Issued {
    pub(super) token: SessionToken,
    /// The file's mode, octal.
    pub(super) mode: String,
    /// Whose session it opens, and which wallets that reaches.
    pub(super) agent: String,
    pub(super) wallets: String,
}

/// Where a session for the first agent of a machine goes.
pub(super) fn shared_token_file(data_dir: &Path) -> PathBuf {
    token_file::shared_path(data_dir)
}

/// The file is there, private, and its token opens the agents' door.
pub(super) async fn token_file_works(stage: &Stage, path: &Path) -> Result<Issued, DemoError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path);
    let metadata = metadata.map_err(|error| missing(&format!("the token file: {error}")))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode != TOKEN_FILE_MODE {
        return Err(missing(&format!(
            "mode 0600 of the token file; it is {mode:04o}"
        )));
    }
    let token = token_file::read(path)?.ok_or_else(|| missing("a token in its file"))?;
    let session = who_am_i(stage, &token).await?;
    let wallets: Vec<&str> = session
        .wallets
        .iter()
        .map(|wallet| wallet.name.as_str())
        .collect();
    Ok(Issued {
        token,
        mode: format!("{mode:04o}"),
        agent: session.agent.name.clone(),
        wallets: wallets.join(", "),
    })
}

/// The code with which a token is refused; `None` if it is not refused.
pub(super) async fn refusal_of(stage: &Stage, token: &SessionToken) -> Option<String> {
    match who_am_i(stage, token).await {
        Err(DoorError::Refused(refusal)) => Some(refusal.code),
        Err(DoorError::Unreachable { .. }) | Ok(_) => None,
    }
}

async fn who_am_i(stage: &Stage, token: &SessionToken) -> Result<SessionSelf, DoorError> {
    stage.agent_door.get("/v1/session", Some(token)).await
}
