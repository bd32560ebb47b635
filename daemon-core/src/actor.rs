//! Who does something. Written into audit entries and messages.

use std::fmt;

use serde::{Deserialize, Serialize};
use waiaas_protocol::ids::AgentId;

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody on the owner's machine, through the admin socket.
    Machine {
        /// The peer's user id.
        uid: u32,
    },
    /// Somebody in the Telegram console.
    Telegram {
        /// Telegram user id.
        user_id: i64,
        /// `@name` or the display name, for messages.
        name: String,
    },
    /// An agent with its token.
    Agent {
        /// Which.
        id: AgentId,
    },
    /// The daemon by itself.
    Daemon,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine { uid } => write!(f, "machine:uid={uid}"),
            Self::Telegram { user_id, .. } => write!(f, "telegram:{user_id}"),
            Self::Agent { id } => write!(f, "agent:{id}"),
            Self::Daemon => f.write_str("daemon"),
        }
    }
}

impl Actor {
    /// How a message to a person names this actor: `@name`, or the audit form.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Telegram { name, .. } => name.clone(),
            other => other.to_string(),
        }
    }
}

/// Where a session came from, as alerts show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The command line or another client of the admin socket.
    Cli,
    /// The Telegram console.
    Telegram,
}

impl Source {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Telegram => "telegram",
        }
    }
}
