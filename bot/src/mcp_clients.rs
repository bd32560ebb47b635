//! What is known of the programs that start our MCP server: where each keeps its
//! configuration, what an entry looks like there, and how ours gets into it while every other
//! byte stays.
//!
//! Nothing here knows the daemon, a session or a token, and nothing that is written here ever
//! holds one: the entry names this program, a data directory and an agent. No environment is
//! read; the values that decide are handed in, but for this program's own path.

mod entry;
mod file;
mod json_edit;
mod merge;
mod place;
mod standing;

pub(crate) use entry::{AgentRef, Entry, Server, shell_command, snippet};
pub(crate) use file::{ConfigError, Put, preview, put};
pub(crate) use json_edit::{JsonError, is_lax};
pub(crate) use merge::{Refused, merged};
pub(crate) use place::{Places, System};
pub(crate) use standing::{Standing, same_directory, standing};

/// A program that starts MCP servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Client {
    // Plain comments: as documentation they would fill the help page.
    // The desktop application.
    ClaudeDesktop,
    // The command line program; its user scope.
    ClaudeCode,
    // The editor; its global file.
    Cursor,
    // The editor; the default profile's file.
    Vscode,
    // Any other: the shape that most understand, without a place of its own.
    Json,
}

impl Client {
    /// The name as people know it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "Claude Desktop",
            Self::ClaudeCode => "Claude Code",
            Self::Cursor => "Cursor",
            Self::Vscode => "VS Code",
            Self::Json => "JSON",
        }
    }

    /// The name as it is typed.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "claude-desktop",
            Self::ClaudeCode => "claude-code",
            Self::Cursor => "cursor",
            Self::Vscode => "vscode",
            Self::Json => "json",
        }
    }

    /// The key of the configuration that holds servers by name.
    pub(crate) const fn servers_key(self) -> &'static str {
        match self {
            Self::Vscode => "servers",
            Self::ClaudeDesktop | Self::ClaudeCode | Self::Cursor | Self::Json => "mcpServers",
        }
    }

    /// Whether it is known to take comments and trailing commas in its configuration.
    pub(crate) const fn takes_comments(self) -> bool {
        matches!(self, Self::Cursor | Self::Vscode)
    }

    /// Whether an entry says how it is spoken to.
    const fn names_transport(self) -> bool {
        matches!(self, Self::ClaudeCode | Self::Vscode)
    }
}
