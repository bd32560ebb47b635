//! `waiaas init`: makes the data directory, the configuration, the database and the first
//! key. A second run says what is there and changes nothing; `--force` rewrites the
//! configuration alone and keeps the old one beside it.

mod answers;
mod files;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use waiaas_daemon_core::config::{self, Config, ConfigInputs};
use waiaas_protocol::data_dir::ensure_private_dir;

use super::config::ConfigFlags;
use super::context::Context;
use crate::app;
use crate::report::{Exit, Failure, Outcome};
use answers::Answers;
use files::Files;

/// Make the data directory.
#[derive(Debug, clap::Args)]
pub(super) struct Init {
    /// Ask nothing; take the flags and the defaults
    #[arg(long)]
    non_interactive: bool,
    /// Rewrite config.toml; the old one is kept beside it, nothing else is touched
    #[arg(long)]
    force: bool,
    /// File with nothing but the bot token, mode 0600; the token itself is never a flag
    #[arg(long, value_name = "FILE")]
    bot_token_file: Option<PathBuf>,
    /// The owner's Telegram id: pairs without a code
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    owner_chat_id: Option<String>,
    /// IANA time zone of dates in the chat, such as Asia/Seoul
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Language of the chat, en or ko
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    #[command(flatten)]
    config: ConfigFlags,
}

impl Init {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let data_dir = context.data_dir()?;
        let rewrite = self.force || !data_dir.join(config::CONFIG_FILE_NAME).exists();
        let mut files = Files::new(&data_dir);
        let config = match rewrite {
            false => {
                let config = context.config(&ConfigFlags::default())?;
                files.look_at(&config);
                config
            }
            true => self.write_config(context, &data_dir, &mut files)?,
        };
        if files.is_complete() && !rewrite {
            return files.report_existing(context);
        }
        if files.needs_keys_or_database() {
            let made = app::initialise(&config, &data_dir).await;
            made.map_err(|error| files.take_back(Failure::from_error(&error)))?;
        }
        files.report_created(context, &config)
    }

    /// Asks or takes the flags, checks everything, and only then writes.
    fn write_config(
        &self,
        context: &Context,
        data_dir: &Path,
        files: &mut Files,
    ) -> Result<Config, Failure> {
        let inputs = self.inputs_without_file(context)?;
        let answers = self.answers(context, &inputs)?;
        let config =
            Config::load(&answers.over(inputs)?).map_err(|errors| Failure::from_error(&errors))?;
        let state = ensure_private_dir(data_dir).map_err(|error| Failure::from_error(&error))?;
        if let Some(warning) = state.warning(data_dir) {
            context.output.remark(&warning);
        }
        files.look_at(&config);
        files
            .write(&answers, context.now)
            .map_err(|failure| files.take_back(failure))?;
        Ok(config)
    }

    /// The environment and the flags: a file that is about to be rewritten has no say.
    fn inputs_without_file(&self, context: &Context) -> Result<ConfigInputs, Failure> {
        context.config_inputs_without_file(&self.config)
    }

    fn answers(&self, context: &Context, inputs: &ConfigInputs) -> Result<Answers, Failure> {
        let mut answers = Answers::from_flags(inputs);
        if let Some(file) = &self.bot_token_file {
            let file = std::path::absolute(file).map_err(|error| Failure::from_error(&error))?;
            let text = file.into_os_string().into_string();
            let text = text.map_err(|_| Failure::new(fl!(context.texts, "cli-path-not-text")))?;
            answers.take("telegram.bot_token_file", "--bot-token-file", text);
        }
        let flags = [
            (
                "telegram.owner_chat_id",
                "--owner-chat-id",
                &self.owner_chat_id,
            ),
            ("telegram.time_zone", "--time-zone", &self.time_zone),
            ("telegram.language", "--language", &self.language),
        ];
        for (key, flag, value) in flags {
            if let Some(value) = value {
                answers.take(key, flag, value.clone());
            }
        }
        if self.non_interactive {
            return Ok(answers);
        }
        if !io::stdin().is_terminal() {
            let failure = Failure::new(fl!(context.texts, "cli-init-no-terminal"));
            let failure = failure.with_hint(fl!(context.texts, "cli-init-no-terminal-hint"));
            return Err(failure.with_exit(Exit::Usage));
        }
        answers.ask(&context.texts, inputs)?;
        Ok(answers)
    }
}
