//! `waiaas mcp claim`: an agent's first session on a machine where no daemon runs. Redeems the
//! code that the owner was shown, and says how to start the MCP server with it.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use waiaas_mcp::claim::{self, ClaimError, Claimed};
use waiaas_mcp::door::{BaseUrl, Door, DoorError};
use waiaas_protocol::claim_code::ClaimCode;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::{AgentId, SessionId};
use waiaas_protocol::time::Timestamp;

use crate::app;
use crate::cli::context::Context;
use crate::cli::duration::moment;
use crate::cli::shell::quoted;
use crate::report::{Exit, Failure, Outcome};
use crate::words;

/// The longest input that is read for a code, bytes.
const INPUT_BYTES_MAX: u64 = 1_024;
const FROM_STDIN: &str = "-";

/// Redeem a claim code.
#[derive(clap::Args)]
pub(in crate::cli) struct Claim {
    /// The code that the owner was shown; `-` reads it from standard input
    #[arg(value_name = "CODE")]
    code: String,
    /// Where the daemon is: https://…, or http://… on this machine
    #[arg(long, value_name = "URL")]
    base_url: BaseUrl,
}

/// The code is a secret until it is used.
impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// What is there now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    agent_id: AgentId,
    agent_name: String,
    session_id: SessionId,
    expires_at: Timestamp,
    token_file: PathBuf,
    /// The other session that the file held; it lives on until its owner ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    former_session_id: Option<SessionId>,
    /// What an MCP client starts.
    serve: [String; 9],
}

impl Claim {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let code = self.read_code(context)?;
        let data_dir = context.data_dir()?;
        let entropy = app::system_entropy().map_err(|error| Failure::from_error(&error))?;
        let door = Door::new(self.base_url.clone());
        let claimed = claim::redeem(&door, &data_dir, &code, entropy.bytes()).await;
        let claimed = claimed.map_err(|error| self.refusal(context, &error))?;
        print(context, &self.done(claimed, &data_dir))
    }

    /// Nothing of what was typed is repeated: it may be a code with a slip in it.
    fn read_code(&self, context: &Context) -> Result<ClaimCode, Failure> {
        let mut typed = Zeroizing::new(String::new());
        if self.code == FROM_STDIN {
            let input = std::io::stdin().lock().take(INPUT_BYTES_MAX);
            let read = { input }.read_to_string(&mut typed);
            read.map_err(|error| Failure::from_error(&error))?;
        } else {
            typed.push_str(&self.code);
        }
        ClaimCode::parse(&typed).map_err(|error| {
            let failure = Failure::new(fl!(context.texts, "cli-mcp-claim-mistyped"));
            let failure = failure.caused_by(&error).with_exit(Exit::Usage);
            failure.with_hint(fl!(context.texts, "cli-mcp-claim-mistyped-hint"))
        })
    }

    fn refusal(&self, context: &Context, error: &ClaimError) -> Failure {
        let texts = &context.texts;
        match error {
            ClaimError::Unwritable(cause) => {
                let failure = Failure::new(fl!(texts, "cli-mcp-claim-unwritable"));
                let failure = failure.because(words::locale(texts).token_file(cause));
                failure.with_hint(fl!(texts, "cli-mcp-claim-unused-hint"))
            }
            ClaimError::NotStored(cause) => {
                let failure = Failure::new(fl!(texts, "cli-mcp-claim-not-stored"));
                let failure = failure.because(words::locale(texts).token_file(cause));
                failure.with_hint(fl!(texts, "cli-mcp-claim-again-hint"))
            }
            ClaimError::Door(DoorError::Refused(refusal))
                if refusal.known() == Some(ErrorCode::ClaimInvalid) =>
            {
                let failure = Failure::new(fl!(texts, "cli-mcp-claim-invalid"));
                failure.with_hint(fl!(texts, "cli-mcp-claim-invalid-hint"))
            }
            ClaimError::Door(DoorError::Refused(refusal)) => {
                let failure = Failure::new(refusal.message.clone());
                let failure = failure.with_fact(refusal.code.clone());
                failure.with_hint(fl!(texts, "cli-mcp-claim-again-hint"))
            }
            ClaimError::Door(DoorError::Unreachable { reason, .. }) => {
                let url = self.base_url.to_string();
                let failure = Failure::new(fl!(texts, "cli-mcp-claim-unreachable", url = url));
                let failure = failure.with_fact(reason.clone());
                failure.with_hint(fl!(texts, "cli-mcp-claim-again-hint"))
            }
            ClaimError::Foreign => Failure::from_error(error),
        }
    }

    fn done(&self, claimed: Claimed, data_dir: &Path) -> Done {
        let agent_id = claimed.session.agent.id;
        let words = [
            "waiaas",
            "mcp",
            "serve",
            "--agent",
            &agent_id.to_string(),
            "--base-url",
            &self.base_url.to_string(),
            "--data-dir",
            &data_dir.display().to_string(),
        ];
        Done {
            agent_id,
            agent_name: claimed.session.agent.name,
            session_id: claimed.session.session_id,
            expires_at: claimed.session.expires_at,
            token_file: claimed.token_file,
            former_session_id: claimed.former,
            serve: words.map(str::to_owned),
        }
    }
}

/// The command for the MCP client alone on standard output; the rest is for the person.
fn print(context: &Context, done: &Done) -> Outcome {
    if context.output.is_json() {
        return context.output.json(done);
    }
    let texts = &context.texts;
    context.output.remark(&fl!(
        texts,
        "cli-mcp-claim-done",
        agent = done.agent_name.clone(),
        session = done.session_id.to_string(),
        expires = moment(texts, context.now, done.expires_at),
        file = done.token_file.display().to_string()
    ));
    if let Some(former) = done.former_session_id {
        let former = former.to_string();
        context
            .output
            .remark(&fl!(texts, "cli-mcp-claim-former", session = former));
    }
    context.output.remark(&fl!(texts, "cli-mcp-claim-serve"));
    let words: Vec<String> = done.serve.iter().map(|word| quoted(word)).collect();
    context
        .output
        .line(&crate::cli::terminal_safe(&words.join(" ")))
}
