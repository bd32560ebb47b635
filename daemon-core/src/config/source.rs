//! Where a value came from: shown by `config show` and named in every problem.

use std::fmt;

use serde::{Serialize, Serializer};

/// The origin of a value. Later variants win over earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Built in.
    Default,
    /// A line of the configuration file.
    File {
        /// Path of the file.
        path: String,
        /// Line, from 1.
        line: usize,
    },
    /// This environment variable.
    Environment(String),
    /// This flag, with its dashes.
    Flag(String),
}

impl Source {
    /// Higher wins.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Default => 0,
            Self::File { .. } => 1,
            Self::Environment(_) => 2,
            Self::Flag(_) => 3,
        }
    }

    /// The line in the configuration file; 0 for the other sources.
    pub(super) const fn line(&self) -> usize {
        match self {
            Self::File { line, .. } => *line,
            Self::Default | Self::Environment(_) | Self::Flag(_) => 0,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
