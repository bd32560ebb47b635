//! What every command is given: where the data directory is, how to print, which language.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use i18n_embed_fl::fl;
use secrecy::SecretString;
use waiaas_daemon_core::config::{Config, ConfigInputs, Language};
use waiaas_protocol::data_dir::{self, DataDirError, DataDirInputs};
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token_file::TokenFileError;

use super::client::AdminClient;
use super::config::ConfigFlags;
use super::output::{Format, Output};
use super::shell;
use super::texts::{self, Texts};
use crate::mcp_clients::{Places, System};
use crate::report::{Failure, stderr_has_colour};
use crate::words;

/// The process environment and the time at which the program started.
#[derive(Debug)]
pub(crate) struct Environment {
    variables: Vec<(OsString, OsString)>,
    now: Timestamp,
    program: Option<PathBuf>,
}

impl Environment {
    /// Takes the variables as the system gives them, and Unix seconds.
    pub(crate) fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        now_s: i64,
    ) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            now: Timestamp(now_s),
            program: None,
        }
    }

    /// Takes this program's own file, where the system tells it.
    pub(crate) fn with_program(self, program: Option<PathBuf>) -> Self {
        Self { program, ..self }
    }

    fn get(&self, name: &str) -> Option<&OsStr> {
        let found = self.variables.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_os_str())
            .filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.to_str().map(str::to_owned)
    }
}

/// What every command is given.
pub(super) struct Context {
    pub(super) texts: Texts,
    pub(super) output: Output,
    /// When the program started.
    pub(super) now: Timestamp,
    pub(super) language: Language,
    data_dir_flag: Option<PathBuf>,
    environment: Environment,
}

impl Context {
    pub(super) fn new(
        environment: Environment,
        data_dir_flag: Option<PathBuf>,
        format: Format,
    ) -> Result<Self, Box<dyn Error>> {
        let language = texts::language(|name| environment.text(name));
        let no_color = environment.get("NO_COLOR").is_some();
        Ok(Self {
            texts: texts::load(language)?,
            output: Output::new(format, no_color, stderr_has_colour(no_color)),
            now: environment.now,
            language,
            data_dir_flag,
            environment,
        })
    }

    /// What the choice of the data directory is made from.
    pub(super) fn data_dir_inputs(&self) -> DataDirInputs {
        let path = |name: &str| self.environment.get(name).map(PathBuf::from);
        DataDirInputs {
            flag: self.data_dir_flag.clone(),
            env: path("WAIAAS_DATA_DIR"),
            xdg_data_home: path("XDG_DATA_HOME"),
            home: etcetera::home_dir().ok(),
        }
    }

    /// The data directory, absolute; it need not exist.
    pub(super) fn data_dir(&self) -> Result<PathBuf, Failure> {
        let chosen = data_dir::resolve(&self.data_dir_inputs());
        let chosen = chosen.map_err(|error| self.unusable_dir(&error))?;
        std::path::absolute(chosen).map_err(|error| Failure::from_error(&error))
    }

    /// The data directory is refused.
    pub(super) fn unusable_dir(&self, error: &DataDirError) -> Failure {
        Failure::new(words::locale(&self.texts).data_dir(error))
    }

    /// A token file is refused.
    pub(super) fn unusable_file(&self, error: &TokenFileError) -> Failure {
        Failure::new(words::locale(&self.texts).token_file(error))
    }

    /// Whether an environment variable is set and not empty.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.environment.get(name).is_some()
    }

    /// The environment and the flags.
    pub(super) fn config_inputs_without_file(
        &self,
        flags: &ConfigFlags,
    ) -> Result<ConfigInputs, Failure> {
        let inputs = ConfigInputs::new(&self.data_dir()?)
            .with_environment(self.environment.variables.iter().cloned());
        flags.apply(inputs, &self.texts)
    }

    /// The configuration, or everything that is wrong with it.
    pub(super) fn config(&self, flags: &ConfigFlags) -> Result<Config, Failure> {
        let inputs = self.config_inputs_without_file(flags)?;
        let loaded = inputs.with_file().and_then(|inputs| Config::load(&inputs));
        loaded.map_err(|errors| Failure::from_error(&errors))
    }

    /// Whether there is a desktop on which a browser could open a page.
    pub(super) fn has_display(&self) -> bool {
        let named = |name: &str| self.environment.get(name).is_some();
        cfg!(target_os = "macos") || named("DISPLAY") || named("WAYLAND_DISPLAY")
    }

    /// `WAIAAS_SESSION_TOKEN` (PROTOCOL.md section 2).
    pub(super) fn session_token(&self) -> Option<SecretString> {
        self.environment
            .text("WAIAAS_SESSION_TOKEN")
            .map(SecretString::from)
    }

    /// This program's own file, absolute: what another program has to start.
    pub(super) fn program_file(&self) -> Result<PathBuf, Failure> {
        let known = self.environment.program.clone();
        known.ok_or_else(|| Failure::new(fl!(self.texts, "cli-mcp-no-program")))
    }

    /// The values that decide where MCP clients keep their configuration.
    pub(super) fn client_places(&self) -> Places {
        let path = |name: &str| self.environment.get(name).map(PathBuf::from);
        Places {
            system: System::HERE,
            home: etcetera::home_dir().ok(),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            app_data: path("APPDATA"),
            local_app_data: path("LOCALAPPDATA"),
            claude_config_dir: path("CLAUDE_CONFIG_DIR"),
        }
    }

    /// What starts this program from where the person is: its name where it is on the path, else
    /// its file, as short as it can be.
    pub(super) fn program_word(&self) -> String {
        let name = PathBuf::from("waiaas");
        let Some(file) = &self.environment.program else {
            return name.display().to_string();
        };
        let path = self.environment.get("PATH").unwrap_or_default();
        if std::env::split_paths(path).any(|dir| dir.join(&name).is_file()) {
            return name.display().to_string();
        }
        let here = std::env::current_dir().ok();
        let below = here.and_then(|here| file.strip_prefix(here).ok());
        shell::quoted_path(below.unwrap_or(file))
    }

    /// How the person would call this program for the same data directory again.
    pub(super) fn program(&self) -> String {
        match &self.data_dir_flag {
            Some(dir) => format!("waiaas --data-dir {}", shell::quoted_path(dir)),
            None => "waiaas".to_owned(),
        }
    }

    /// A client of the daemon that serves this data directory.
    pub(super) fn client(&self) -> Result<AdminClient<'_>, Failure> {
        AdminClient::new(&self.data_dir()?, self.language.code(), &self.texts)
    }
}
