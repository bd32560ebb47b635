//! The files of a data directory as `init` sees them: what was there, what this run made,
//! and how to take it back when a later step fails.

use std::fs;
use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use waiaas_daemon_core::audit::anchor::Anchor;
use waiaas_daemon_core::config::{self, Config, starter_text, write_private};
use waiaas_protocol::time::Timestamp;

use super::answers::Answers;
use crate::cli::context::Context;
use crate::report::{Failure, Outcome};

/// Where `init` keeps a bot token that was typed.
pub(super) const BOT_TOKEN_FILE_NAME: &str = "bot-token";

/// What SQLite and the schema's lock put beside a database.
const DATABASE_COMPANIONS: [&str; 4] = ["-wal", "-shm", "-journal", ".migrate.lock"];

/// What happened to the files.
pub(super) struct Files {
    data_dir: PathBuf,
    /// Whether nobody else makes files here while this run goes on.
    alone: bool,
    data_dir_is_new: bool,
    config: PathBuf,
    database: PathBuf,
    master_key: PathBuf,
    existing: Vec<PathBuf>,
    backup: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    data_dir: String,
    existing: Vec<String>,
    created: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config_backup: Option<String>,
}

impl Files {
    /// Notes what is there before anything is written.
    pub(super) fn look(config: &Config, data_dir_is_new: bool, alone: bool) -> Self {
        let mut files = Self {
            data_dir: config.data_dir.clone(),
            alone,
            data_dir_is_new,
            config: config.data_dir.join(config::CONFIG_FILE_NAME),
            database: config.database.path.clone(),
            master_key: config.security.master_key_file.clone(),
            existing: Vec::new(),
            backup: None,
        };
        let mut existing: Vec<_> = files.all().into_iter().chain(files.companions()).collect();
        existing.retain(|path| path.exists());
        files.existing = existing;
        files
    }

    fn all(&self) -> [PathBuf; 4] {
        let bot_token = self.data_dir.join(BOT_TOKEN_FILE_NAME);
        [
            self.config.clone(),
            bot_token,
            self.database.clone(),
            self.master_key.clone(),
        ]
    }

    /// What stands beside them and is not worth a word of its own.
    fn companions(&self) -> Vec<PathBuf> {
        let beside = |end: &&str| {
            let mut name = self.database.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        let mut companions = vec![Anchor::path_beside(&self.master_key)];
        // Those of a database that was there belong to what is in it.
        if !self.existing.contains(&self.database) {
            companions.extend(DATABASE_COMPANIONS.iter().map(beside));
        }
        companions
    }

    /// Whether a daemon could start here.
    pub(super) fn is_complete(&self) -> bool {
        self.existing.contains(&self.config) && !self.needs_keys_or_database()
    }

    pub(super) fn needs_keys_or_database(&self) -> bool {
        !self.existing.contains(&self.database) || !self.existing.contains(&self.master_key)
    }

    /// Writes the bot token and the configuration; an old configuration is kept beside it.
    pub(super) fn write(&mut self, answers: &Answers, now: Timestamp) -> Outcome {
        if let Some(token) = &answers.bot_token {
            self.write_one(
                self.data_dir.join(BOT_TOKEN_FILE_NAME),
                token.expose_secret(),
            )?;
        }
        if self.existing.contains(&self.config) {
            let name = format!("{}.{}.bak", config::CONFIG_FILE_NAME, now.unix_s());
            let backup = self.data_dir.join(name);
            fs::rename(&self.config, &backup).map_err(|error| cannot_write(&backup, &error))?;
            self.backup = Some(backup);
        }
        self.write_one(self.config.clone(), &starter_text(&answers.stored()))
    }

    fn write_one(&self, path: PathBuf, text: &str) -> Outcome {
        write_private(&path, text).map_err(|error| cannot_write(&path, &error))
    }

    /// Removes what this run made, so that nothing half-made stays, and passes the reason on.
    pub(super) fn take_back(&self, failure: Failure) -> Failure {
        // The first failure is what the person must read; a second one would only hide it.
        for path in self.all().into_iter().chain(self.companions()) {
            if self.alone && !self.existing.contains(&path) {
                let _ = fs::remove_file(path);
            }
        }
        if let Some(backup) = &self.backup {
            let _ = fs::rename(backup, &self.config);
        }
        if self.data_dir_is_new {
            let _ = fs::remove_dir(&self.data_dir);
        }
        failure
    }

    /// The directory was ready before.
    pub(super) fn report_existing(&self, context: &Context) -> Outcome {
        context.output.say(&self.body(&[]), || {
            let dir = self.data_dir.display().to_string();
            let files = names(&self.known()).join(", ");
            let program = context.program();
            fl!(
                context.texts,
                "cli-init-exists",
                dir = dir,
                files = files,
                program = program
            )
        })
    }

    /// The files that were there before.
    fn known(&self) -> Vec<PathBuf> {
        let all = self.all().into_iter();
        all.filter(|path| self.existing.contains(path)).collect()
    }

    /// What was made, what to do next, and what to beware of. A database that was made whole
    /// counts as made.
    pub(super) fn report_created(
        &self,
        context: &Context,
        config: &Config,
        mended: bool,
    ) -> Outcome {
        let texts = &context.texts;
        let is_new = |path: &PathBuf| {
            let mended = mended && *path == self.database;
            path.exists() && (mended || !self.existing.contains(path))
        };
        let created: Vec<PathBuf> = self.all().into_iter().filter(is_new).collect();
        context.output.say(&self.body(&created), || {
            let dir = self.data_dir.display().to_string();
            match created.is_empty() {
                true => fl!(texts, "cli-init-rewritten", dir = dir),
                false => {
                    let files = names(&created).join(", ");
                    fl!(texts, "cli-init-done", dir = dir, files = files)
                }
            }
        })?;
        if let Some(backup) = &self.backup {
            let file = backup.display().to_string();
            context
                .output
                .remark(&fl!(texts, "cli-init-backup", file = file));
        }
        let program = context.program();
        let next = match &config.telegram {
            None => fl!(texts, "cli-init-next-no-bot", program = program),
            Some(telegram) if telegram.owner_chat_id.is_some() => {
                fl!(texts, "cli-init-next-owner", program = program)
            }
            Some(_) => fl!(texts, "cli-init-next-pair", program = program),
        };
        context.output.remark(&format!("\n{next}"));
        context
            .output
            .remark(&format!("\n{}", fl!(texts, "cli-init-warning")));
        Ok(())
    }

    fn body(&self, created: &[PathBuf]) -> Body {
        let shown = |path: &Path| path.display().to_string();
        Body {
            data_dir: shown(&self.data_dir),
            existing: self.known().iter().map(|path| shown(path)).collect(),
            created: created.iter().map(|path| shown(path)).collect(),
            config_backup: self.backup.as_deref().map(shown),
        }
    }
}

fn names(paths: &[PathBuf]) -> Vec<String> {
    paths
        .iter()
        .map(|path| {
            path.file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

pub(super) fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}
