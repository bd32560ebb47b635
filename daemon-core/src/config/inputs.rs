//! What a configuration is loaded from, handed in by the caller.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::problem::{ConfigErrors, ConfigProblem};
use super::source::Source;

/// What every environment variable of ours starts with.
pub(super) const ENV_PREFIX: &str = "WAIAAS_";
const CONFIG_FILE_BYTES_MAX: u64 = 1 << 20;
const OTHERS_MODE: u32 = 0o077;

/// The text of a configuration file.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Its path, for messages.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Whether other users may read it: then it may hold no secret.
    pub readable_by_others: bool,
}

/// A value given by a flag, over everything else.
#[derive(Debug, Clone)]
pub struct Override {
    /// `section.key`.
    pub key: String,
    /// The flag's name with its dashes, for messages.
    pub flag: String,
    /// The value as typed.
    pub value: String,
}

/// All sources of one configuration.
#[derive(Debug, Clone)]
pub struct ConfigInputs {
    /// The data directory; should be absolute.
    pub data_dir: PathBuf,
    /// `config.toml`, where there is one.
    pub file: Option<ConfigFile>,
    /// Variables that are configuration keys: `WAIAAS_…` with `__` in the name.
    pub environment: Vec<(String, OsString)>,
    /// Values of flags.
    pub overrides: Vec<Override>,
}

impl ConfigInputs {
    /// No source but the defaults.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            file: None,
            environment: Vec::new(),
            overrides: Vec::new(),
        }
    }

    /// Adds `config.toml` of the data directory, if it exists.
    ///
    /// # Errors
    /// When the file is there and cannot be read, is not UTF-8, or is larger than 1 MiB.
    pub fn with_file(mut self) -> Result<Self, ConfigErrors> {
        let path = self.data_dir.join(super::CONFIG_FILE_NAME);
        self.file = read(&path).map_err(|problem| {
            ConfigErrors::from(ConfigProblem {
                key: String::new(),
                place: Source::File {
                    path: path.display().to_string(),
                    line: 1,
                },
                value: None,
                problem,
                allowed: None,
                nearest: None,
            })
        })?;
        Ok(self)
    }

    /// Adds the environment; of all variables only `WAIAAS_…` with `__` in the name count,
    /// so that `WAIAAS_DATA_DIR` and `WAIAAS_SESSION_TOKEN` are not looked at.
    #[must_use]
    pub fn with_environment(
        mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let ours = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.strip_prefix(ENV_PREFIX)?
                .contains("__")
                .then_some((name, value))
        });
        self.environment.extend(ours);
        // The process environment has no order of its own; messages should have one.
        self.environment.sort();
        self
    }

    /// Adds the value of a flag.
    #[must_use]
    pub fn with_override(mut self, key: &str, flag: &str, value: impl Into<String>) -> Self {
        self.overrides.push(Override {
            key: key.to_owned(),
            flag: flag.to_owned(),
            value: value.into(),
        });
        self
    }
}

fn read(path: &Path) -> Result<Option<ConfigFile>, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.len() > CONFIG_FILE_BYTES_MAX {
        return Err(format!("is larger than {CONFIG_FILE_BYTES_MAX} bytes"));
    }
    let mut bytes = Vec::new();
    file.take(CONFIG_FILE_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(Some(ConfigFile {
        path: path.to_owned(),
        text: String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?,
        readable_by_others: metadata.permissions().mode() & OTHERS_MODE != 0,
    }))
}
