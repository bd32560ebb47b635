//! `waiaas audit`: what happened, and whether the record of it is whole (PROTOCOL.md
//! section 9).

use clap::Subcommand;
use i18n_embed_fl::fl;
use waiaas_protocol::wire::{AuditPage, AuditVerification};

use super::context::Context;
use super::output::Rows;
use crate::report::{Failure, Outcome};

/// The audit trail.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// List entries, newest first
    List {
        /// Only about this agent, by name or id
        #[arg(long)]
        agent: Option<String>,
        /// Only about this session, by id or a unique beginning of it
        #[arg(long)]
        session: Option<String>,
        /// At most so many, 1 to 200
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
        /// Only those before this position: the next page
        #[arg(long, value_name = "SEQ")]
        before: Option<i64>,
    },
    /// Walk the whole chain; exits 1 when an entry was changed or is missing
    Verify,
}

impl Audit {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::List {
                agent,
                session,
                limit,
                before,
            } => {
                let query = [
                    ("agent", agent),
                    ("session", session),
                    ("limit", limit.map(|limit| limit.to_string())),
                    ("before", before.map(|before| before.to_string())),
                ];
                let page: AuditPage = context.client()?.query("/audit", &query).await?;
                print_page(context, &page)
            }
            Self::Verify => verify(context).await,
        }
    }
}

fn print_page(context: &Context, page: &AuditPage) -> Outcome {
    let texts = &context.texts;
    let heading = [
        fl!(texts, "cli-head-seq"),
        fl!(texts, "cli-head-at"),
        fl!(texts, "cli-head-event"),
        fl!(texts, "cli-head-actor"),
        fl!(texts, "cli-head-about"),
        fl!(texts, "cli-head-details"),
    ];
    let rows = page.entries.iter().map(|entry| {
        let session = entry.session_id.map(|id| id.to_string());
        let about = session.or_else(|| entry.agent_id.map(|id| id.to_string()));
        [
            entry.seq.to_string(),
            entry.at.to_string(),
            entry.event.clone(),
            entry.actor.clone(),
            about.unwrap_or_default(),
            entry.details.to_string(),
        ]
    });
    let empty = || {
        page.entries
            .is_empty()
            .then(|| fl!(texts, "cli-audit-none"))
    };
    context
        .output
        .show_list(page, empty, || Rows::list(heading, rows))?;
    if let Some(next) = page.next.filter(|_| !context.output.is_json()) {
        context
            .output
            .remark(&fl!(texts, "cli-next-page", next = next.to_string()));
    }
    Ok(())
}

async fn verify(context: &Context) -> Outcome {
    let texts = &context.texts;
    let found: AuditVerification = context.client()?.get("/audit/verify").await?;
    if found.intact {
        let entries = found.entries;
        return context
            .output
            .say(&found, || fl!(texts, "cli-audit-intact", entries = entries));
    }
    if context.output.is_json() {
        context.output.json(&found)?;
    }
    let seq = found
        .first_bad_seq
        .map(|seq| seq.to_string())
        .unwrap_or_default();
    let failure = Failure::new(fl!(texts, "cli-audit-broken", seq = seq));
    let failure = found.problem.into_iter().fold(failure, Failure::with_fact);
    Err(failure.with_hint(fl!(texts, "cli-audit-broken-hint")))
}
