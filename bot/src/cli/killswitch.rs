//! `waiaas killswitch`: refuse every agent at once (PROTOCOL.md section 9).

use clap::Subcommand;
use i18n_embed_fl::fl;
use waiaas_protocol::wire::{KillSwitchBody, KillSwitchRequest};

use super::ask::Yes;
use super::context::Context;
use super::status;
use crate::report::Outcome;

const PATH: &str = "/kill-switch";

/// The kill switch.
#[derive(Debug, Subcommand)]
pub(super) enum KillSwitch {
    /// Answer every agent with SYSTEM_LOCKED from the next request on
    On {
        /// End every live session too; this cannot be undone
        #[arg(long)]
        revoke_all: bool,
        #[command(flatten)]
        yes: Yes,
    },
    /// Let agents go on; no time is given back
    Off,
    /// Say whether it is on
    Status,
}

impl KillSwitch {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let texts = &context.texts;
        let body: KillSwitchBody = match self {
            Self::On { revoke_all, yes } => {
                let question = match revoke_all {
                    true => fl!(texts, "cli-killswitch-revoke-all-ask"),
                    false => fl!(texts, "cli-killswitch-on-ask"),
                };
                yes.confirm(context, &question)?;
                client
                    .put(
                        PATH,
                        &KillSwitchRequest {
                            active: true,
                            revoke_all,
                        },
                    )
                    .await?
            }
            Self::Off => {
                let request = KillSwitchRequest {
                    active: false,
                    revoke_all: false,
                };
                client.put(PATH, &request).await?
            }
            Self::Status => client.get(PATH).await?,
        };
        if body.revoked_sessions > 0 {
            let count = body.revoked_sessions;
            context
                .output
                .remark(&fl!(texts, "cli-sessions-ended", count = count));
        }
        context
            .output
            .say(&body, || status::kill_switch(texts, &body))
    }
}
