//! The other machine of the demo: a data directory of its own, in which an agent waits for the
//! token that a claim code brings. What redeems the code here is what `waiaas mcp claim` uses.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use waiaas_daemon_core::entropy::Entropy;
use waiaas_mcp::claim::{self, ClaimError};
use waiaas_mcp::door::{Door, DoorError};
use waiaas_protocol::claim_code::ClaimCode;
use waiaas_protocol::data_dir::{DataDirError, ensure_private_dir};

/// Its folder in the demo's data directory, so that it goes away with it.
const FOLDER: &str = "another-machine";

/// What became of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClaimNews {
    /// What was typed is no code; nothing was sent.
    NoCode,
    /// The token is in its file.
    Claimed,
    /// The daemon said no.
    Refused {
        /// The code of the registry.
        code: String,
    },
    /// Nothing of the kind; the log has it.
    Failed,
}

/// The other machine.
pub(super) struct Elsewhere {
    dir: PathBuf,
    door: Arc<Door>,
    entropy: Entropy,
}

impl Elsewhere {
    /// Makes its data directory.
    pub(super) fn set_up(
        data_dir: &Path,
        door: Arc<Door>,
        entropy: Entropy,
    ) -> Result<Self, DataDirError> {
        let dir = data_dir.join(FOLDER);
        ensure_private_dir(&dir)?;
        Ok(Self { dir, door, entropy })
    }

    /// Where the agent there looks for its token.
    pub(super) fn data_dir(&self) -> &Path {
        &self.dir
    }

    /// Redeems a code as a person carries it over.
    pub(super) async fn redeem(&self, typed: &str) -> ClaimNews {
        let Ok(code) = ClaimCode::parse(typed) else {
            return ClaimNews::NoCode;
        };
        let random = self.entropy.bytes();
        match claim::redeem(&self.door, &self.dir, &code, random).await {
            Ok(_) => ClaimNews::Claimed,
            Err(ClaimError::Door(DoorError::Refused(refusal))) => {
                ClaimNews::Refused { code: refusal.code }
            }
            Err(cause) => {
                tracing::warn!(%cause, "a claim code of the demo was not redeemed");
                ClaimNews::Failed
            }
        }
    }
}
