//! The client's side of `mcp setup`: prints what the client has to be told, or writes it into
//! the client's own file, and puts refusals into words.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;

use crate::cli::context::Context;
use crate::mcp_clients::{
    self, Client, ConfigError, JsonError, Put, Refused, Server, System, is_lax, merged,
    shell_command, snippet,
};
use crate::report::{Failure, Outcome};

/// Shown when no client was named.
const USUAL: [Client; 2] = [Client::ClaudeDesktop, Client::ClaudeCode];

/// The entry for our server, and the client that it is for.
pub(super) struct ClientConfig {
    pub(super) client: Option<Client>,
    pub(super) server: Server,
    /// The name of the agent whose entry stands under the name of ours.
    pub(super) other_agent: Option<String>,
}

/// An entry that was put into the client's file.
pub(super) struct Written {
    pub(super) put: Put,
    /// What the person must know about the file.
    pub(super) warnings: Vec<String>,
}

impl ClientConfig {
    /// The client whose shape the entry has; without one the shape that most understand.
    pub(super) fn shape(&self) -> Client {
        self.client.unwrap_or(Client::Json)
    }

    /// The named client's own file.
    pub(super) fn path(&self, context: &Context) -> Option<PathBuf> {
        place(context, self.client?)
    }

    /// Whether the file would take the entry, before anything else is done for it.
    pub(super) fn preview(&self, context: &Context, path: &Path) -> Outcome {
        let client = self.shape();
        mcp_clients::preview(path, &|text| merged(text, client, &self.server))
            .map_err(|error| self.failure(context, &error))
    }

    /// Puts the entry into the file.
    pub(super) fn put(&self, context: &Context, path: &Path) -> Result<Written, Failure> {
        let client = self.shape();
        let lax = Cell::new(false);
        let put = mcp_clients::put(path, context.now, &|text| {
            lax.set(is_lax(text) && !client.takes_comments());
            merged(text, client, &self.server)
        });
        let put = put.map_err(|error| self.failure(context, &error))?;
        let warning = || {
            let file = put.path.display().to_string();
            let client = client.title();
            fl!(
                context.texts,
                "cli-mcp-config-lax",
                file = file,
                client = client
            )
        };
        let warnings = lax.get().then(warning).into_iter().collect();
        Ok(Written { put, warnings })
    }

    /// Says what was written.
    pub(super) fn report(&self, context: &Context, written: &Written) -> Outcome {
        let put = &written.put;
        let texts = &context.texts;
        let client = self.shape().title();
        let file = put.path.display().to_string();
        let agent = self.server.agent.name.clone();
        let sentence = match put.changed {
            true => fl!(texts, "cli-mcp-written", file = file, agent = agent),
            false => fl!(texts, "cli-mcp-unchanged", file = file, agent = agent),
        };
        context.output.line(&crate::cli::terminal_safe(&sentence))?;
        if let Some(backup) = &put.backup {
            let file = backup.display().to_string();
            let remark = fl!(texts, "cli-mcp-backup", file = file);
            context.output.remark(&remark);
        }
        for warning in &written.warnings {
            context.output.remark(warning);
        }
        let remark = fl!(texts, "cli-mcp-restart", client = client);
        context.output.remark(&remark);
        Ok(())
    }

    /// Prints what the client has to be told: the words for the person, the rest to be copied.
    pub(super) fn print(&self, context: &Context) -> Outcome {
        match self.client {
            Some(client) => self.print_for(context, client, true),
            None => {
                for client in USUAL {
                    self.print_for(context, client, false)?;
                }
                let others = fl!(context.texts, "cli-mcp-other-clients");
                context.output.remark(&format!("\n{others}"));
                Ok(())
            }
        }
    }

    fn print_for(&self, context: &Context, client: Client, in_full: bool) -> Outcome {
        let (texts, output) = (&context.texts, &context.output);
        let title = client.title();
        let has_command = client == Client::ClaudeCode;
        if has_command {
            let run = fl!(texts, "cli-mcp-run-command", client = title);
            output.remark(&format!("\n{run}"));
            output.line(&shell_command(&self.server, System::HERE))?;
            if !in_full {
                return Ok(());
            }
        }
        let file = place(context, client).map(|file| file.display().to_string());
        let where_to = match file {
            None => fl!(texts, "cli-mcp-put-anywhere"),
            Some(file) if has_command => {
                fl!(
                    texts,
                    "cli-mcp-put-into-instead",
                    client = title,
                    file = file
                )
            }
            Some(file) => fl!(texts, "cli-mcp-put-into", client = title, file = file),
        };
        output.remark(&format!("\n{where_to}"));
        output.line(&snippet(client, &self.server))
    }

    fn failure(&self, context: &Context, error: &ConfigError) -> Failure {
        let texts = &context.texts;
        let shown = |path: &Path| path.display().to_string();
        match error {
            ConfigError::Io { path, error } => {
                let file = shown(path);
                Failure::new(fl!(texts, "cli-mcp-config-io", file = file)).caused_by(error)
            }
            ConfigError::DanglingLink(path) => {
                let failure = Failure::new(fl!(texts, "cli-mcp-config-link", file = shown(path)));
                failure.with_hint(fl!(texts, "cli-mcp-config-link-hint"))
            }
            ConfigError::NotAFile(path) => {
                Failure::new(fl!(texts, "cli-mcp-config-no-file", file = shown(path)))
                    .with_hint(fl!(texts, "cli-mcp-config-mend"))
            }
            ConfigError::TooLarge(path) => {
                Failure::new(fl!(texts, "cli-mcp-config-large", file = shown(path)))
                    .with_hint(fl!(texts, "cli-mcp-config-mend"))
            }
            ConfigError::NotText(path) => {
                Failure::new(fl!(texts, "cli-mcp-config-no-text", file = shown(path)))
                    .with_hint(fl!(texts, "cli-mcp-config-mend"))
            }
            ConfigError::Busy(path) => {
                let failure = Failure::new(fl!(texts, "cli-mcp-config-busy", file = shown(path)));
                let client = self.shape().title();
                failure.with_hint(fl!(texts, "cli-mcp-config-busy-hint", client = client))
            }
            ConfigError::Refused { path, why } => self.refusal(context, shown(path), why),
        }
    }

    fn refusal(&self, context: &Context, file: String, why: &Refused) -> Failure {
        let texts = &context.texts;
        let name = self.server.name.clone();
        match why {
            Refused::Json(error) => not_json(context, file, error),
            Refused::OtherAgent { agent } => Failure::new(fl!(
                texts,
                "cli-mcp-name-of-other-agent",
                file = file,
                name = name,
                agent = self.other_agent.clone().unwrap_or_else(|| agent.clone())
            ))
            .with_hint(fl!(texts, "cli-mcp-name-taken-hint")),
            Refused::Foreign => {
                Failure::new(fl!(texts, "cli-mcp-name-taken", file = file, name = name))
                    .with_hint(fl!(texts, "cli-mcp-name-taken-hint"))
            }
        }
    }
}

fn not_json(context: &Context, file: String, error: &JsonError) -> Failure {
    let texts = &context.texts;
    let hint = fl!(texts, "cli-mcp-config-mend");
    let failure = match error {
        JsonError::Syntax {
            line,
            column,
            problem,
        } => {
            let (line, column) = (*line, *column);
            let failure = fl!(
                texts,
                "cli-mcp-config-syntax",
                file = file,
                line = line,
                column = column
            );
            Failure::new(failure).with_fact(problem.clone())
        }
        JsonError::NotAnObject { key, line, column } => {
            let (line, column) = (*line, *column);
            Failure::new(match key {
                Some(key) => fl!(
                    texts,
                    "cli-mcp-config-key-shape",
                    file = file,
                    key = key.clone(),
                    line = line,
                    column = column
                ),
                None => fl!(
                    texts,
                    "cli-mcp-config-shape",
                    file = file,
                    line = line,
                    column = column
                ),
            })
        }
    };
    failure.with_hint(hint)
}

/// The client's own file on this machine.
pub(super) fn place(context: &Context, client: Client) -> Option<PathBuf> {
    client.config_path(&context.client_places(), Path::is_dir)
}
