//! `waiaas db`: the database file itself. `status`, `migrate` and `backup` work on the file
//! and need no daemon; `confirm-restore` asks the daemon, which judges a restored file.

mod backup;

use std::path::PathBuf;

use clap::Subcommand;
use i18n_embed_fl::fl;
use serde::Serialize;
use waiaas_migration::StepStatus;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::RestoreConfirmation;

use super::ask::Yes;
use super::config::ConfigFlags;
use super::context::Context;
use super::output::Rows;
use crate::report::{Failure, Outcome};

/// The database file.
#[derive(Debug, Subcommand)]
pub(super) enum Db {
    /// List schema steps and whether the database has them
    Status,
    /// Apply the pending schema steps; `run` does this by itself
    Migrate,
    /// Copy the database, whole and consistent, also while the daemon runs
    Backup {
        /// A file that does not exist yet
        file: PathBuf,
    },
    /// After a restore: let the daemon serve the older database again
    ConfirmRestore {
        #[command(flatten)]
        yes: Yes,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StepBody {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_at: Option<Timestamp>,
    known: bool,
}

impl From<StepStatus> for StepBody {
    fn from(step: StepStatus) -> Self {
        Self {
            name: step.name,
            applied_at: step.applied_at.map(Timestamp),
            known: step.known,
        }
    }
}

impl Db {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::Status => status(context).await,
            Self::Migrate => migrate(context).await,
            Self::Backup { file } => {
                let database = database_file(context)?;
                backup::run(context, &database, &file).await
            }
            Self::ConfirmRestore { yes } => confirm_restore(context, &yes).await,
        }
    }
}

/// The configured file.
fn database_file(context: &Context) -> Result<PathBuf, Failure> {
    Ok(context.config(&ConfigFlags::default())?.database.path)
}

async fn status(context: &Context) -> Outcome {
    let steps = waiaas_migration::status(&database_file(context)?)
        .await
        .map_err(|error| Failure::from_error(&error))?;
    let steps: Vec<StepBody> = steps.into_iter().map(StepBody::from).collect();
    let texts = &context.texts;
    context.output.show(&steps, || {
        let heading = [fl!(texts, "cli-head-step"), fl!(texts, "cli-head-applied")];
        let rows = steps.iter().map(|step| {
            let state = match (step.applied_at, step.known) {
                (Some(at), true) => at.to_string(),
                (_, false) => fl!(texts, "cli-db-newer"),
                (None, true) => fl!(texts, "cli-db-pending"),
            };
            [step.name.clone(), state]
        });
        Rows::list(heading, rows)
    })
}

async fn migrate(context: &Context) -> Outcome {
    let path = database_file(context)?;
    let report = waiaas_migration::migrate(&path)
        .await
        .map_err(|error| Failure::from_error(&error))?;
    let body = serde_json::json!({ "created": report.created, "applied": report.applied });
    let count = report.applied.len();
    context.output.say(&body, || {
        fl!(context.texts, "cli-db-migrated", count = count)
    })
}

async fn confirm_restore(context: &Context, yes: &Yes) -> Outcome {
    let texts = &context.texts;
    yes.confirm(context, &fl!(texts, "cli-db-confirm-ask"))?;
    let client = context.client()?;
    let done: RestoreConfirmation = client
        .post("/restore/confirm", &serde_json::json!({}))
        .await?;
    context.output.say(&done, || match done.was_frozen {
        true => fl!(texts, "cli-db-confirmed"),
        false => fl!(texts, "cli-db-not-frozen"),
    })
}
