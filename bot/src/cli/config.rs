//! `waiaas config`: what the daemon would be told, and where each value comes from. Also the
//! flags that go over every other source.

use clap::Subcommand;
use i18n_embed_fl::fl;
use waiaas_daemon_core::config::ConfigInputs;

use super::context::Context;
use super::output::Rows;
use super::texts::Texts;
use crate::report::{Exit, Failure, Outcome};

/// The configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Print every setting with its value and source; secrets as [set]
    Show(ConfigFlags),
    /// Say what is wrong with the configuration; exits 1 when anything is
    Check(ConfigFlags),
}

/// Values over the environment and the file.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ConfigFlags {
    /// Where agents connect (http.listen)
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What is logged (log.level)
    #[arg(long, value_name = "FILTER")]
    log_level: Option<String>,
    /// Form of log lines (log.format)
    #[arg(long, value_name = "FORM")]
    log_format: Option<String>,
    /// Any other setting; repeat for more
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = parse_setting)]
    settings: Vec<(String, String)>,
}

/// Settings that may not be given by a flag, since other users can read a program's arguments,
/// and what would carry them instead.
const SECRETS: [(&str, &str); 4] = [
    ("telegram.bot_token", "WAIAAS_TELEGRAM__BOT_TOKEN"),
    (
        "notify.discord_webhook_url",
        "WAIAAS_NOTIFY__DISCORD_WEBHOOK_URL",
    ),
    ("notify.ntfy_url", "WAIAAS_NOTIFY__NTFY_URL"),
    ("notify.ntfy_token", "WAIAAS_NOTIFY__NTFY_TOKEN"),
];

fn parse_setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected SECTION.KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

impl ConfigFlags {
    /// Adds the given flags to the sources.
    pub(super) fn apply(
        &self,
        inputs: ConfigInputs,
        texts: &Texts,
    ) -> Result<ConfigInputs, Failure> {
        let named = [
            ("http.listen", "--listen", &self.listen),
            ("log.level", "--log-level", &self.log_level),
            ("log.format", "--log-format", &self.log_format),
        ];
        let mut inputs = named
            .into_iter()
            .fold(inputs, |inputs, (key, flag, value)| match value {
                Some(value) => inputs.with_override(key, flag, value),
                None => inputs,
            });
        for (key, value) in &self.settings {
            if let Some((key, variable)) = SECRETS.iter().find(|(secret, _)| key == secret) {
                let failure = Failure::new(fl!(
                    texts,
                    "cli-secret-in-arguments",
                    key = (*key).to_owned()
                ));
                let failure = failure.with_hint(fl!(
                    texts,
                    "cli-secret-in-arguments-hint",
                    variable = (*variable).to_owned()
                ));
                return Err(failure.with_exit(Exit::Usage));
            }
            inputs = inputs.with_override(key, "--set", value);
        }
        Ok(inputs)
    }
}

impl Config {
    pub(super) fn run(self, context: &Context) -> Outcome {
        let texts = &context.texts;
        match self {
            Self::Show(flags) => {
                let config = context.config(&flags)?;
                let settings = config.describe();
                context.output.show(&settings, || {
                    let heading = [
                        fl!(texts, "cli-head-setting"),
                        fl!(texts, "cli-head-value"),
                        fl!(texts, "cli-head-source"),
                    ];
                    let rows = settings.iter().map(|setting| {
                        let value = setting.value.clone().unwrap_or_else(|| "-".to_owned());
                        [setting.key.clone(), value, setting.source.to_string()]
                    });
                    Rows::list(heading, rows)
                })
            }
            Self::Check(flags) => {
                let config = context.config(&flags)?;
                let dir = config.data_dir.display().to_string();
                let body = serde_json::json!({ "ok": true });
                context
                    .output
                    .say(&body, || fl!(texts, "cli-config-right", dir = dir))
            }
        }
    }
}
