//! The token files of this machine's agents: readable by the rules of PROTOCOL.md section 6,
//! and live in the daemon's eyes. Of a token only its claims are looked at.

mod observe;
mod refusal;

use i18n_embed_fl::fl;
use waiaas_mcp::session_manager::planned_renewal_at;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{AgentStatusBody, SessionBody, SessionStateBody};

use super::{Check, Findings, Machine};
use crate::cli::{moment, shell};
use crate::words;
use observe::{Holding, Known, PendingState, TokenFile};

/// How late a renewal may be: the keeper's jitter and pauses are shorter.
const RENEWAL_LATE_S_MAX: i64 = 600;

pub(super) async fn examine(machine: &Machine<'_>, daemon_runs: bool) -> Findings {
    let files = observe::token_files(machine, daemon_runs).await;
    let mut findings = Findings::of(Check::TokenFiles);
    refusal::folder(machine, observe::folder(machine), &mut findings);
    for file in &files {
        judge(machine, file, &mut findings);
    }
    let holds = |file: &TokenFile| !matches!(file.holding, Ok(None));
    if !files.iter().any(holds) {
        findings.note(
            fl!(machine.texts, "cli-doctor-token-none"),
            Some(set_up(machine, None)),
        );
    }
    if machine.token_in_environment {
        findings.note(
            fl!(machine.texts, "cli-doctor-token-variable"),
            Some("unset WAIAAS_SESSION_TOKEN".to_owned()),
        );
    }
    findings
}

fn judge(machine: &Machine<'_>, file: &TokenFile, findings: &mut Findings) {
    match &file.holding {
        Ok(Some(holding)) => {
            if owner_fits(machine, file, holding, findings) {
                token(machine, file, holding, findings);
            }
        }
        Ok(None) => {}
        Err(error) => refusal::token(machine, file, error, findings),
    }
    beside(machine, file, findings);
}

/// A keeper refuses another agent's token, so a file must carry the agent of its name.
fn owner_fits(
    machine: &Machine<'_>,
    file: &TokenFile,
    holding: &Holding,
    findings: &mut Findings,
) -> bool {
    let named = file.agent_of_name;
    let fits = named.is_none_or(|agent| agent == holding.claims.agent_id);
    if !fits {
        let what = fl!(
            machine.texts,
            "cli-doctor-token-other-agent",
            file = file.shown(machine),
            agent = holding.claims.agent_id.to_string()
        );
        findings.serious(what, remove_and_set_up(machine, file));
    }
    fits
}

fn token(machine: &Machine<'_>, file: &TokenFile, holding: &Holding, findings: &mut Findings) {
    let texts = machine.texts;
    match &holding.known {
        Known::NotAsked => alone(machine, file, holding, findings),
        Known::Unanswered => {
            alone(machine, file, holding, findings);
            findings.note(
                fl!(
                    texts,
                    "cli-doctor-token-unanswered",
                    file = file.shown(machine)
                ),
                None,
            );
        }
        Known::Unknown if holding.claims.expires_at <= machine.clock.now_s() => {
            alone(machine, file, holding, findings);
        }
        Known::Unknown => {
            let what = fl!(
                texts,
                "cli-doctor-token-unknown",
                file = file.shown(machine),
                session = holding.claims.session_id.to_string()
            );
            let agent = Some(holding.claims.agent_id);
            findings.serious(what, set_up(machine, agent));
        }
        Known::Session { session, agent } => {
            of_session(machine, file, holding, session, findings);
            if *agent == Some(AgentStatusBody::Suspended) {
                let name = session.agent_name.clone();
                let command = shell::operand(&name);
                findings.warning(
                    fl!(texts, "cli-doctor-token-suspended", agent = name),
                    format!("{} agent resume {command}", machine.program),
                );
            }
        }
    }
}

/// What the claims alone tell, while no daemon says more.
fn alone(machine: &Machine<'_>, file: &TokenFile, holding: &Holding, findings: &mut Findings) {
    let claims = &holding.claims;
    let now = Timestamp(machine.clock.now_s());
    let agent = claims.agent_id.to_string();
    if claims.expires_at <= now.unix_s() {
        let ended = Timestamp(claims.expires_at);
        expired(machine, file, &agent, ended, findings);
    } else {
        findings.ok(fl!(
            machine.texts,
            "cli-doctor-token-alone",
            file = file.shown(machine),
            agent = agent,
            session = claims.session_id.to_string(),
            expires = moment(machine.texts, now, Timestamp(claims.expires_at))
        ));
    }
}

fn of_session(
    machine: &Machine<'_>,
    file: &TokenFile,
    holding: &Holding,
    session: &SessionBody,
    findings: &mut Findings,
) {
    let agent = session.agent_name.as_str();
    match session.state {
        SessionStateBody::Active => of_live_session(machine, file, holding, session, findings),
        SessionStateBody::Expired => {
            expired(machine, file, agent, session.expires_at, findings);
        }
        SessionStateBody::Revoked => {
            let at = session.revoked_at.map(|at| at.to_string());
            let what = fl!(
                machine.texts,
                "cli-doctor-token-revoked",
                file = file.shown(machine),
                agent = agent.to_owned(),
                at = at.unwrap_or_default(),
                by = words::who_exactly(
                    machine.texts,
                    session.revoked_by.as_deref().unwrap_or_default()
                )
            );
            findings.warning(what, reissue(machine, agent));
        }
    }
}

/// A live session has one token: the one of its newest generation.
fn of_live_session(
    machine: &Machine<'_>,
    file: &TokenFile,
    holding: &Holding,
    session: &SessionBody,
    findings: &mut Findings,
) {
    let texts = machine.texts;
    let agent = session.agent_name.as_str();
    let generation = i64::try_from(holding.claims.generation).unwrap_or(i64::MAX);
    let is_pending = matches!(file.pending, Ok(PendingState::Matches));
    if generation == session.renewal_count {
        let now = Timestamp(machine.clock.now_s());
        findings.ok(fl!(
            texts,
            "cli-doctor-token-ok",
            file = file.shown(machine),
            agent = agent.to_owned(),
            session = session.id.to_string(),
            expires = moment(texts, now, session.expires_at),
            count = session.renewal_count.to_string(),
            max = session.constraints.max_renewals.to_string()
        ));
        if !is_pending {
            overdue(machine, file, holding, session, findings);
        }
    } else if generation > session.renewal_count || !is_pending {
        let what = fl!(
            texts,
            "cli-doctor-token-replaced",
            file = file.shown(machine),
            agent = agent.to_owned()
        );
        findings.serious(what, reissue(machine, agent));
    }
}

/// A renewal that would be granted and that nobody asks for.
fn overdue(
    machine: &Machine<'_>,
    file: &TokenFile,
    holding: &Holding,
    session: &SessionBody,
    findings: &mut Findings,
) {
    let planned = planned_renewal_at(&holding.claims);
    let late_s = machine.clock.now_s().saturating_sub(planned.unix_s());
    let is_possible = session.renewals_left > 0 && session.absolute_expires_at > session.expires_at;
    if is_possible && late_s > RENEWAL_LATE_S_MAX {
        let what = fl!(
            machine.texts,
            "cli-doctor-token-overdue",
            file = file.shown(machine),
            agent = session.agent_name.clone(),
            at = planned.to_string()
        );
        findings.note(what, None);
    }
}

fn expired(
    machine: &Machine<'_>,
    file: &TokenFile,
    agent: &str,
    at: Timestamp,
    findings: &mut Findings,
) {
    let what = fl!(
        machine.texts,
        "cli-doctor-token-expired",
        file = file.shown(machine),
        agent = agent.to_owned(),
        at = at.to_string()
    );
    findings.warning(what, reissue(machine, agent));
}

/// What lies beside the token. A lock that somebody holds is no fault: it ends with its holder.
fn beside(machine: &Machine<'_>, file: &TokenFile, findings: &mut Findings) {
    let texts = machine.texts;
    let shown = file.shown(machine);
    match &file.pending {
        Ok(PendingState::None) => {}
        Ok(PendingState::Matches) => {
            findings.note(
                fl!(texts, "cli-doctor-token-pending", file = shown.clone()),
                None,
            );
        }
        Ok(PendingState::Foreign) => {
            let what = fl!(
                texts,
                "cli-doctor-token-pending-foreign",
                file = shown.clone()
            );
            findings.note(what, None);
        }
        Err(error) => refusal::beside(machine, error, findings),
    }
    if let Some(error) = &file.lock {
        refusal::beside(machine, error, findings);
    }
    if file.leftovers > 0 {
        let count = file.leftovers;
        let what = fl!(
            texts,
            "cli-doctor-token-leftovers",
            file = shown,
            count = count
        );
        findings.note(what, None);
    }
}

/// The command that gives the agent, by name or id, a session like the one in its file.
fn reissue(machine: &Machine<'_>, agent: &str) -> String {
    let agent = shell::flag("--agent", agent);
    format!("{} mcp refresh-token {agent}", machine.program)
}

/// The command that gives it one from scratch, where the file names no session to go by.
fn set_up(machine: &Machine<'_>, agent: Option<AgentId>) -> String {
    match agent {
        Some(agent) => format!("{} mcp setup --agent {agent}", machine.program),
        None => format!("{} mcp setup", machine.program),
    }
}

/// The same where the file itself stands in the way.
fn remove_and_set_up(machine: &Machine<'_>, file: &TokenFile) -> String {
    let word = shell::quoted_path(&file.path);
    let set_up = set_up(machine, file.agent_of_name);
    format!("rm {word} && {set_up}")
}
