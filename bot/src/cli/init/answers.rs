//! What was chosen for the configuration: by flags, then by questions for what is left open.
//! Every answer is checked at once by the configuration's own rules.

use std::io;

use dialoguer::theme::ColorfulTheme;
use dialoguer::{Input, Password};
use i18n_embed_fl::fl;
use secrecy::{ExposeSecret as _, SecretString};
use waiaas_daemon_core::config::{Config, ConfigInputs, Override};

use super::files::BOT_TOKEN_FILE_NAME;
use crate::cli::Texts;
use crate::report::{Exit, Failure};

/// The chosen values.
pub(super) struct Answers {
    values: Vec<Override>,
    /// Typed at the prompt; goes into a file of its own.
    pub(super) bot_token: Option<SecretString>,
}

impl Answers {
    /// The flags that stand for settings are choices too.
    pub(super) fn from_flags(inputs: &ConfigInputs) -> Self {
        Self {
            values: inputs.overrides.clone(),
            bot_token: None,
        }
    }

    pub(super) fn take(&mut self, key: &str, flag: &str, value: String) {
        self.values.push(Override {
            key: key.to_owned(),
            flag: flag.to_owned(),
            value,
        });
    }

    /// The sources with the answers on top, for the check of the whole.
    pub(super) fn over(&self, mut inputs: ConfigInputs) -> Result<ConfigInputs, Failure> {
        inputs.overrides.clone_from(&self.values);
        if let Some(token) = &self.bot_token {
            inputs = inputs.with_override("telegram.bot_token", "prompt", token.expose_secret());
        }
        Ok(inputs)
    }

    /// What goes into `config.toml`: everything but the token, which has its own file.
    pub(super) fn stored(&self) -> Vec<(&str, String)> {
        let values = self
            .values
            .iter()
            .map(|given| (given.key.as_str(), given.value.clone()));
        let token = self
            .bot_token
            .iter()
            .map(|_| ("telegram.bot_token_file", BOT_TOKEN_FILE_NAME.to_owned()));
        values.chain(token).collect()
    }

    /// Asks for what neither a flag nor the environment says.
    pub(super) fn ask(&mut self, texts: &Texts, inputs: &ConfigInputs) -> Result<(), Failure> {
        let theme = ColorfulTheme::default();
        if !self.knows("telegram.bot_token", inputs)
            && !self.knows("telegram.bot_token_file", inputs)
        {
            self.bot_token = ask_token(texts, &theme)?;
        }
        let console = self.bot_token.is_some()
            || self.knows("telegram.bot_token", inputs)
            || self.knows("telegram.bot_token_file", inputs);
        if console && !self.knows("telegram.owner_chat_id", inputs) {
            let question = fl!(texts, "cli-init-ask-owner");
            self.ask_text(&theme, "telegram.owner_chat_id", question, String::new())?;
        }
        if console && !self.knows("telegram.time_zone", inputs) {
            let zone = jiff::tz::TimeZone::system();
            let zone = zone.iana_name().unwrap_or("UTC").to_owned();
            self.ask_text(
                &theme,
                "telegram.time_zone",
                fl!(texts, "cli-init-ask-zone"),
                zone,
            )?;
        }
        if !self.knows("http.listen", inputs) {
            let question = fl!(texts, "cli-init-ask-listen");
            self.ask_text(&theme, "http.listen", question, "127.0.0.1:3100".to_owned())?;
        }
        Ok(())
    }

    fn knows(&self, key: &str, inputs: &ConfigInputs) -> bool {
        let variable = format!("WAIAAS_{}", key.replace('.', "__").to_uppercase());
        self.values.iter().any(|given| given.key == key)
            || inputs.environment.iter().any(|(name, _)| *name == variable)
    }

    /// An empty answer leaves the setting out.
    fn ask_text(
        &mut self,
        theme: &ColorfulTheme,
        key: &'static str,
        question: String,
        default: String,
    ) -> Result<(), Failure> {
        let mut input = Input::<String>::with_theme(theme)
            .with_prompt(question)
            .allow_empty(true);
        if !default.is_empty() {
            input = input.default(default);
        }
        let answer = input
            .validate_with(|answer: &String| match answer.is_empty() {
                true => Ok(()),
                false => check(key, answer),
            })
            .interact_text()
            .map_err(interrupted)?;
        if !answer.is_empty() {
            self.take(key, "prompt", answer);
        }
        Ok(())
    }
}

fn ask_token(texts: &Texts, theme: &ColorfulTheme) -> Result<Option<SecretString>, Failure> {
    let token = Password::with_theme(theme)
        .with_prompt(fl!(texts, "cli-init-ask-token"))
        .allow_empty_password(true)
        .validate_with(|token: &String| match token.trim().is_empty() {
            true => Ok(()),
            false => check("telegram.bot_token", token.trim()),
        })
        .interact()
        .map_err(interrupted)?;
    let token = token.trim();
    Ok((!token.is_empty()).then(|| SecretString::from(token)))
}

/// One value by its own rule; rules across settings are checked at the end.
fn check(key: &str, value: &str) -> Result<(), String> {
    let inputs = ConfigInputs::new(std::path::Path::new("/")).with_override(key, "prompt", value);
    Config::load(&inputs).map(|_| ()).map_err(|errors| {
        let texts = errors
            .problems()
            .iter()
            .map(|problem| match &problem.allowed {
                Some(allowed) => format!("{}; {allowed}", problem.problem),
                None => problem.problem.clone(),
            });
        texts.collect::<Vec<_>>().join("; ")
    })
}

fn interrupted(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted => Failure::without_words(Exit::Interrupted),
        _ => Failure::from_error(&error),
    }
}
