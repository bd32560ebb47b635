//! The note beside the chat: what there is to try, and what the agents do with what the visitor
//! gives them. Text only; what stands between backticks is set as code, and a command can be
//! typed or copied with a tap.

use i18n_embed_fl::fl;
use waiaas_protocol::time::Timestamp;
use waiaas_sandbox::NoteField;

use super::board::{Doing, Doings, Work};
use super::cast::SCOUT;
use super::elsewhere::ClaimNews;
use crate::cli::Texts;

/// Where `HH:MM:SS` stands in RFC 3339.
const TIME_OF_DAY: std::ops::Range<usize> = 11..19;

/// How long a claim code is good, seconds of the daemon's clock (CONSOLE.md, "Messages").
const CLAIM_LIFETIME_S: u32 = 600;

/// What does not change during a demo.
pub(super) struct Facts {
    pub(super) speed: u32,
    pub(super) agent_door: String,
    pub(super) data_dir: String,
    /// The data directory of the other machine.
    pub(super) elsewhere: String,
    /// What starts this program in a terminal.
    pub(super) program: String,
}

/// The field into which the visitor puts a claim code.
pub(super) fn field(texts: &Texts) -> NoteField {
    NoteField {
        label: fl!(texts, "demo-field-label"),
        button: fl!(texts, "demo-field-button"),
    }
}

/// The note's lines: the title, what to try, what the agents do, and what the machine can.
pub(super) fn lines(
    texts: &Texts,
    facts: &Facts,
    doings: &Doings,
    news: Option<&ClaimNews>,
) -> Vec<String> {
    let mut lines = vec![fl!(texts, "demo-note-title")];
    lines.extend(to_try(texts, facts, news));
    lines.push(format!("# {}", fl!(texts, "demo-note-agents")));
    for (agent, doing) in doings {
        lines.extend(agent_lines(texts, agent, doing));
    }
    lines.push(fl!(texts, "demo-note-clock", speed = facts.speed));
    lines.extend(on_the_machine(texts, facts));
    lines
}

/// Each with its command; the field stands where its code is wanted.
fn to_try(texts: &Texts, facts: &Facts, news: Option<&ClaimNews>) -> [String; 9] {
    [
        fl!(texts, "demo-try-session"),
        fl!(
            texts,
            "demo-try-claim",
            seconds = CLAIM_LIFETIME_S.div_ceil(facts.speed)
        ),
        "[field]".to_owned(),
        claim_news(texts, news),
        fl!(texts, "demo-try-agents"),
        fl!(texts, "demo-try-notify"),
        fl!(texts, "demo-try-language"),
        fl!(texts, "demo-try-kill-switch"),
        fl!(texts, "demo-try-look"),
    ]
}

/// Commands for a terminal.
fn on_the_machine(texts: &Texts, facts: &Facts) -> [String; 5] {
    let (program, dir) = (|| facts.program.clone(), || facts.data_dir.clone());
    [
        format!("# {}", fl!(texts, "demo-note-machine")),
        fl!(texts, "demo-note-lift", program = program(), dir = dir()),
        fl!(
            texts,
            "demo-note-claim",
            program = program(),
            url = facts.agent_door.clone(),
            dir = facts.elsewhere.clone()
        ),
        fl!(
            texts,
            "demo-note-terminal",
            program = program(),
            dir = dir()
        ),
        fl!(texts, "demo-note-door", url = facts.agent_door.clone()),
    ]
}

/// What became of the newest code.
fn claim_news(texts: &Texts, news: Option<&ClaimNews>) -> String {
    match news {
        None => fl!(texts, "demo-claim-none"),
        Some(ClaimNews::Claimed) => fl!(texts, "demo-claim-done"),
        Some(ClaimNews::NoCode) => fl!(texts, "demo-claim-no-code"),
        Some(ClaimNews::Refused { code }) => fl!(texts, "demo-claim-refused", code = code.clone()),
        Some(ClaimNews::Failed) => fl!(texts, "demo-claim-failed"),
    }
}

fn agent_lines(texts: &Texts, agent: &str, doing: &Doing) -> Vec<String> {
    let agent = agent.to_owned();
    match doing {
        Doing::Waiting if agent == SCOUT => {
            vec![fl!(texts, "demo-note-waiting-elsewhere", agent = agent)]
        }
        Doing::Waiting => vec![fl!(texts, "demo-note-waiting", agent = agent)],
        Doing::Ended { code } => {
            vec![fl!(
                texts,
                "demo-note-ended",
                agent = agent,
                code = code.clone()
            )]
        }
        Doing::Stopped => vec![fl!(texts, "demo-note-stopped", agent = agent)],
        Doing::Suspended => vec![fl!(texts, "demo-note-suspended", agent = agent)],
        Doing::Troubled(reason) => {
            vec![fl!(
                texts,
                "demo-note-troubled",
                agent = agent,
                reason = reason.clone()
            )]
        }
        Doing::Working(work) => working(texts, agent, work),
    }
}

fn working(texts: &Texts, agent: String, work: &Work) -> Vec<String> {
    let mut lines = vec![
        fl!(
            texts,
            "demo-note-working",
            agent = agent,
            session = work.session_id.to_string(),
            count = work.renewal_count,
            max = work.max_renewals,
            time = time_of_day(work.expires_at)
        ),
        fl!(
            texts,
            "demo-note-token-file",
            path = work.token_file.display().to_string(),
            mode = mode(work)
        ),
    ];
    if let Some(code) = &work.last_unit {
        lines.push(fl!(texts, "demo-note-last-unit", code = code.clone()));
    }
    lines
}

fn time_of_day(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.get(TIME_OF_DAY).unwrap_or(&text).to_owned()
}

/// As the file system has it, not as it should be.
fn mode(work: &Work) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    match std::fs::metadata(&work.token_file) {
        Ok(metadata) => format!("{:04o}", metadata.permissions().mode() & 0o7777),
        Err(error) => error.to_string(),
    }
}
