//! What the demo's agents are doing right now, for the note beside the chat and for the
//! script. Agents write it, nobody decides by it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use waiaas_protocol::ids::SessionId;
use waiaas_protocol::time::Timestamp;

/// What one agent does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doing {
    /// There is no token in its file.
    Waiting,
    /// The daemon takes its token.
    Working(Work),
    /// The daemon refused its token; it waits for another one in its file.
    Ended {
        /// Why, as a code of the registry.
        code: String,
    },
    /// The kill switch is on.
    Stopped,
    /// The owner has suspended it.
    Suspended,
    /// Something went wrong that may pass, in words.
    Troubled(String),
}

/// A session at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) token_file: PathBuf,
    pub(super) session_id: SessionId,
    pub(super) renewal_count: i64,
    pub(super) max_renewals: i64,
    pub(super) expires_at: Timestamp,
    /// Why it will not be renewed any more, as a code of the registry.
    pub(super) last_unit: Option<String>,
}

/// Everybody's doing, by name.
pub(super) type Doings = BTreeMap<String, Doing>;

/// Shared by all agents; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Board(Arc<watch::Sender<Doings>>);

impl Board {
    /// Says what an agent does; readers hear of it only when it is something else.
    pub(super) fn write(&self, agent: &str, doing: Doing) {
        self.0.send_if_modified(|doings| {
            let news = doings.get(agent) != Some(&doing);
            if news {
                doings.insert(agent.to_owned(), doing);
            }
            news
        });
    }

    /// Follows all changes.
    pub(super) fn follow(&self) -> watch::Receiver<Doings> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_news_is_heard() {
        let board = Board::default();
        let mut reader = board.follow();
        board.write("trader", Doing::Waiting);
        assert!(reader.has_changed().expect("open"));
        reader.mark_unchanged();
        board.write("trader", Doing::Waiting);
        assert!(!reader.has_changed().expect("open"));
        board.write(
            "trader",
            Doing::Ended {
                code: "SESSION_REVOKED".to_owned(),
            },
        );
        assert!(reader.has_changed().expect("open"));
    }
}
