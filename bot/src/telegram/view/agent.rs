//! `/agents`: the list, the details of one, and what became of its state.

use i18n_embed_fl::fl;
use waiaas_daemon_core::agent::status::SUSPEND_UNDO_S;
use waiaas_daemon_core::agent::{Agent, AgentStatus, AgentView};
use waiaas_daemon_core::session::constraints::Resolved;

use super::alert::who;
use super::grant::{limit_lines, no_agents, wallets_line};
use super::html::escape;
use super::session::new_session_button;
use super::{Choice, Page, Reader, View};
use crate::telegram::action::Action;

const MINUTE_S: i64 = 60;

/// A page of agents; `views` are the rows of the page, `count` is how many there are in all.
pub(in crate::telegram) fn list(
    reader: &Reader,
    views: &[AgentView],
    page: &Page<'_, Agent>,
    count: usize,
) -> View {
    if views.is_empty() {
        return no_agents(reader);
    }
    let mut lines = vec![if page.pages > 1 {
        fl!(
            reader.texts,
            "console-agents-title-paged",
            count = count,
            page = page.shown_number(),
            pages = page.pages
        )
    } else {
        fl!(reader.texts, "console-agents-title", count = count)
    }];
    lines.push(String::new());
    let mut view = View::text("");
    for row in views {
        lines.push(fl!(
            reader.texts,
            "console-agent-summary",
            agent = escape(&row.agent.name),
            state = state(reader, row.agent.status),
            count = row.live_sessions
        ));
        let action = Action::OpenAgent {
            agent_id: row.agent.id,
            page: page.number,
        };
        view = view.row([Choice::new(label(&row.agent), action)]);
    }
    let turners = page.turners(|page| Action::AgentListPage { page });
    if !turners.is_empty() {
        view = view.row(turners);
    }
    view.html = lines.join("\n");
    view
}

fn label(agent: &Agent) -> String {
    match agent.status {
        AgentStatus::Active => agent.name.clone(),
        AgentStatus::Suspended | AgentStatus::Terminated => format!("⏸ {}", agent.name),
    }
}

fn state(reader: &Reader, status: AgentStatus) -> String {
    match status {
        AgentStatus::Active => fl!(reader.texts, "console-agent-active"),
        AgentStatus::Suspended => fl!(reader.texts, "console-agent-suspended"),
        AgentStatus::Terminated => fl!(reader.texts, "console-agent-terminated"),
    }
}

/// One agent with what a new session of it would get.
pub(in crate::telegram) fn details(
    reader: &Reader,
    view: &AgentView,
    granted: Option<&Resolved>,
    page: usize,
) -> View {
    let agent_id = view.agent.id;
    let text = View::text(detail_lines(reader, view, granted).join("\n"));
    let back = Choice::new(
        fl!(reader.texts, "console-button-back"),
        Action::AgentListPage { page },
    );
    let entries = Action::AuditPage {
        agent_id: Some(agent_id),
        before: None,
        page: 0,
    };
    let audit = Choice::new(fl!(reader.texts, "console-button-audit"), entries);
    match view.agent.status {
        AgentStatus::Active => {
            let suspend = fl!(reader.texts, "console-button-suspend");
            text.row([
                Choice::new(suspend, Action::Suspend { agent_id, page }),
                new_session_button(reader, agent_id),
            ])
        }
        AgentStatus::Suspended => {
            let resume = fl!(reader.texts, "console-button-resume");
            text.row([Choice::new(resume, Action::Resume { agent_id, page })])
        }
        AgentStatus::Terminated => text,
    }
    .row([back, audit])
}

fn detail_lines(reader: &Reader, view: &AgentView, granted: Option<&Resolved>) -> Vec<String> {
    let agent = &view.agent;
    let mut lines = vec![
        fl!(
            reader.texts,
            "console-agent-head",
            agent = escape(&agent.name)
        ),
        fl!(
            reader.texts,
            "console-agent-state-line",
            state = state(reader, agent.status)
        ),
        fl!(
            reader.texts,
            "console-status-sessions",
            count = view.live_sessions
        ),
    ];
    lines.push(if view.wallets.is_empty() {
        fl!(reader.texts, "console-agent-no-wallets")
    } else {
        wallets_line(reader, &view.wallets)
    });
    if let Some(granted) = granted.filter(|_| agent.status != AgentStatus::Terminated) {
        lines.push(String::new());
        lines.push(fl!(reader.texts, "console-agent-defaults-title"));
        lines.push(fl!(
            reader.texts,
            "console-grant-time",
            unit = reader.duration(granted.expires_in),
            renewals = granted.max_renewals
        ));
        lines.extend(limit_lines(reader, &granted.limits));
    }
    lines
}

/// Suspended, said in place, with Undo for a while.
pub(in crate::telegram) fn suspended(
    reader: &Reader,
    view: &AgentView,
    by: &str,
    audit_seq: i64,
) -> View {
    let minutes = SUSPEND_UNDO_S / MINUTE_S;
    let text = fl!(
        reader.texts,
        "console-agent-suspended-by",
        agent = escape(&view.agent.name),
        by = who(reader, by),
        hour = reader.hour(reader.now),
        count = view.live_sessions,
        minutes = minutes
    );
    let undo = Action::UndoSuspend {
        agent_id: view.agent.id,
        audit_seq,
    };
    let undo = Choice::new(fl!(reader.texts, "console-button-undo"), undo);
    View::text(text).row([undo.for_s(SUSPEND_UNDO_S)])
}

/// Resumed, said in place.
pub(in crate::telegram) fn resumed(reader: &Reader, view: &AgentView, by: &str) -> View {
    View::text(fl!(
        reader.texts,
        "console-agent-resumed-by",
        agent = escape(&view.agent.name),
        by = who(reader, by),
        hour = reader.hour(reader.now)
    ))
}

/// The suspension is undone, said in place.
pub(in crate::telegram) fn suspension_undone(reader: &Reader, view: &AgentView, by: &str) -> View {
    View::text(fl!(
        reader.texts,
        "console-agent-suspension-undone",
        agent = escape(&view.agent.name),
        by = who(reader, by),
        hour = reader.hour(reader.now)
    ))
}
