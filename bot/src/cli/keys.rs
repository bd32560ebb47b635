//! `waiaas keys`: the keys that sign tokens (PROTOCOL.md section 2). Their bytes never leave
//! the daemon.

use clap::Subcommand;
use i18n_embed_fl::fl;
use waiaas_protocol::wire::{KeyList, RotateKeysRequest, RotateKeysResponse};

use super::ask::Yes;
use super::context::Context;
use super::output::Rows;
use crate::report::Outcome;

/// Signing keys.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// List signing keys, newest first
    List,
    /// Sign with a new key from now on; live sessions go on
    Rotate {
        /// End every live session too; this cannot be undone
        #[arg(long)]
        revoke_all: bool,
        #[command(flatten)]
        yes: Yes,
    },
}

impl Keys {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        match self {
            Self::List => {
                let list: KeyList = context.client()?.get("/keys").await?;
                context.output.show(&list, || rows(context, &list))
            }
            Self::Rotate { revoke_all, yes } => rotate(context, revoke_all, &yes).await,
        }
    }
}

async fn rotate(context: &Context, revoke_all: bool, yes: &Yes) -> Outcome {
    let texts = &context.texts;
    if revoke_all {
        yes.confirm(context, &fl!(texts, "cli-keys-revoke-all-ask"))?;
    }
    let request = RotateKeysRequest { revoke_all };
    let rotated: RotateKeysResponse = context.client()?.post("/keys/rotate", &request).await?;
    if rotated.revoked_sessions > 0 {
        let count = rotated.revoked_sessions;
        context
            .output
            .remark(&fl!(texts, "cli-sessions-ended", count = count));
    }
    let deleted = rotated.deleted_kids.len();
    let kid = rotated.current_kid.clone();
    context.output.say(&rotated, || {
        fl!(texts, "cli-keys-rotated", kid = kid, deleted = deleted)
    })
}

fn rows(context: &Context, list: &KeyList) -> Rows {
    let texts = &context.texts;
    let heading = [
        fl!(texts, "cli-head-key"),
        fl!(texts, "cli-head-state"),
        fl!(texts, "cli-head-sessions"),
        fl!(texts, "cli-head-created"),
    ];
    let rows = list.keys.iter().map(|key| {
        let state = if key.current { "CURRENT" } else { "RETIRING" };
        [
            key.kid.clone(),
            state.to_owned(),
            key.live_sessions.to_string(),
            key.created_at.to_string(),
        ]
    });
    Rows::list(heading, rows)
}
