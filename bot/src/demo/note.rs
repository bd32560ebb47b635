//! The note beside the chat: what the agents do with what the visitor gives them. Text only;
//! what stands between backticks is set as code.

use i18n_embed_fl::fl;
use waiaas_protocol::time::Timestamp;

use super::board::{Doing, Doings, Work};
use crate::cli::Texts;

/// Where `HH:MM:SS` stands in RFC 3339.
const TIME_OF_DAY: std::ops::Range<usize> = 11..19;

/// What does not change during a demo.
pub(super) struct Facts {
    pub(super) speed: u32,
    pub(super) agent_door: String,
    pub(super) data_dir: String,
}

/// The note's lines; the first is the heading.
pub(super) fn lines(texts: &Texts, facts: &Facts, doings: &Doings) -> Vec<String> {
    let mut lines = vec![
        fl!(texts, "demo-note-title"),
        fl!(texts, "demo-note-clock", speed = facts.speed),
    ];
    for (agent, doing) in doings {
        lines.extend(agent_lines(texts, agent, doing));
    }
    lines.push(fl!(texts, "demo-note-door", url = facts.agent_door.clone()));
    lines.push(fl!(
        texts,
        "demo-note-terminal",
        dir = facts.data_dir.clone()
    ));
    lines
}

fn agent_lines(texts: &Texts, agent: &str, doing: &Doing) -> Vec<String> {
    let agent = agent.to_owned();
    match doing {
        Doing::Waiting => vec![fl!(texts, "demo-note-waiting", agent = agent)],
        Doing::Ended { code } => {
            vec![fl!(
                texts,
                "demo-note-ended",
                agent = agent,
                code = code.clone()
            )]
        }
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
