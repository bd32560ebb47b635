//! `waiaas init`: makes the data directory, the configuration, the database and the first
//! key. A second run says what is there and changes nothing; `--force` rewrites the
//! configuration alone and keeps the old one beside it. A run that fails leaves nothing, and
//! one that was killed is finished by the next.

mod answers;
mod files;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use i18n_embed_fl::fl;
use waiaas_daemon_core::config::{self, Config, ConfigInputs};
use waiaas_protocol::data_dir::{DirState, ensure_private_dir};

use super::config::ConfigFlags;
use super::context::Context;
use super::run::already_running;
use crate::app;
use crate::lifecycle::DirectoryLock;
use crate::report::{Exit, Failure, Outcome};
use crate::words;
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
        let (config, answers) = match rewrite {
            true => self
                .choose(context)
                .map(|(config, answers)| (config, Some(answers)))?,
            false => (context.config(&ConfigFlags::default())?, None),
        };
        let state = ensure_private_dir(&data_dir).map_err(|error| context.unusable_dir(&error))?;
        if let DirState::ReadableByOthers { mode } = state {
            let warning = words::locale(&context.texts).readable_dir(&data_dir, mode);
            context.output.remark(&warning);
        }
        let lock = DirectoryLock::take(&data_dir);
        let lock = lock.map_err(|error| files::cannot_write(&data_dir, &error))?;
        // From here to the end nobody else makes files here, so that what this run has made
        // can be told from the rest.
        let alone = lock.is_some();
        let mut files = Files::look(&config, state == DirState::Created, alone);
        let made = make(context, &config, answers.as_ref(), &mut files, alone).await;
        let mended = made.map_err(|failure| files.take_back(failure))?;
        if files.is_complete() && !rewrite && !mended {
            return files.report_existing(context);
        }
        files.report_created(context, &config, mended)
    }

    /// Asks or takes the flags, and checks everything before anything is written.
    fn choose(&self, context: &Context) -> Result<(Config, Answers), Failure> {
        let inputs = self.inputs_without_file(context)?;
        let answers = self.answers(context, &inputs)?;
        let config =
            Config::load(&answers.over(inputs)?).map_err(|errors| Failure::from_error(&errors))?;
        Ok((config, answers))
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

/// Writes the configuration if there are answers, and makes what else is missing. Says whether
/// a database without a signing key, as a killed run leaves it, was made whole.
async fn make(
    context: &Context,
    config: &Config,
    answers: Option<&Answers>,
    files: &mut Files,
    alone: bool,
) -> Result<bool, Failure> {
    if !alone && files.needs_keys_or_database() {
        return Err(already_running(context, &config.data_dir));
    }
    if let Some(answers) = answers {
        files.write(answers, context.now)?;
    }
    if !alone {
        return Ok(false);
    }
    let made = app::initialise(config, &config.data_dir).await;
    let made = made.map_err(|error| Failure::from_error(&error))?;
    Ok(made.signing_key_created && !made.database_created)
}
