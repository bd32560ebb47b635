//! `/newsession`: which agent, what it would be granted, and what became of it.

use i18n_embed_fl::fl;
use waiaas_daemon_core::agent::{AgentView, AgentWallet};
use waiaas_daemon_core::session::constraints::{Limits, Resolved};
use waiaas_daemon_core::session::handover::Outcome;
use waiaas_daemon_core::session::view::SessionView;
use waiaas_protocol::ids::AgentId;

use super::html::{escape, with_code};
use super::session::{ended, new_session_button, session_lines, short_id};
use super::{Choice, Page, Reader, View, claim, shorten};
use crate::telegram::action::{Action, Grant};
use crate::telegram::preset;

/// There is no agent that could be given a session.
pub(in crate::telegram) fn no_agents(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-no-agents"))
}

/// There are agents, but none of them may act.
pub(in crate::telegram) fn no_active_agents(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-no-active-agents"))
}

/// No agent has this name.
pub(in crate::telegram) fn unknown_agent(
    reader: &Reader,
    name: &str,
    nearest: Option<&str>,
) -> View {
    let name = escape(&shorten(name));
    View::text(match nearest {
        Some(nearest) => fl!(
            reader.texts,
            "console-unknown-agent-nearest",
            name = name,
            nearest = escape(nearest)
        ),
        None => fl!(reader.texts, "console-unknown-agent", name = name),
    })
}

/// An inline keyboard of agents.
pub(in crate::telegram) fn choose_agent(
    reader: &Reader,
    agents: &[AgentView],
    page: usize,
) -> View {
    let page = Page::of(agents, page);
    let mut view = View::text(if page.pages > 1 {
        fl!(
            reader.texts,
            "console-choose-agent-paged",
            page = page.shown_number(),
            pages = page.pages
        )
    } else {
        fl!(reader.texts, "console-choose-agent")
    });
    for agent in page.rows {
        let action = Action::PickAgent {
            agent_id: agent.agent.id,
        };
        view = view.row([Choice::new(agent.agent.name.clone(), action)]);
    }
    let turners = page.turners(|page| Action::AgentsPage { page });
    if !turners.is_empty() {
        view = view.row(turners);
    }
    view.row([cancel_button(reader)])
}

/// The button that leaves everything as it is.
pub(super) fn cancel_button(reader: &Reader) -> Choice {
    Choice::new(fl!(reader.texts, "console-button-cancel"), Action::Cancel)
}

/// What would be granted, and within which bounds it can be changed.
#[derive(Debug, Clone)]
pub(in crate::telegram) struct Offer {
    /// What Create grants.
    pub(in crate::telegram) granted: Resolved,
    /// The resolved defaults.
    pub(in crate::telegram) ceiling: Resolved,
    /// Whether the presets are shown.
    pub(in crate::telegram) changing: bool,
}

/// What would be granted, with Create, Change and Cancel, or with the presets to choose from.
pub(in crate::telegram) fn confirm(
    reader: &Reader,
    agent: &AgentView,
    offer: &Offer,
    absolute_expires_at: i64,
) -> View {
    let granted = &offer.granted;
    let mut lines = vec![
        fl!(
            reader.texts,
            "console-grant-title",
            agent = escape(&agent.agent.name)
        ),
        String::new(),
        fl!(
            reader.texts,
            "console-grant-time",
            unit = reader.duration(granted.expires_in),
            renewals = granted.max_renewals
        ),
        fl!(
            reader.texts,
            "console-absolute-end",
            when = reader.moment(absolute_expires_at)
        ),
    ];
    lines.push(wallets_line(reader, &agent.wallets));
    lines.extend(limit_lines(reader, &granted.limits));
    let grant = Grant {
        agent_id: agent.agent.id,
        constraints: Box::new(granted.to_request()),
        wallets: agent.wallets.iter().map(|wallet| wallet.id).collect(),
        default_wallet: agent
            .wallets
            .iter()
            .find(|wallet| wallet.is_default)
            .map(|w| w.id),
    };
    let another_machine = claim::button(reader, &grant);
    let mut view = View::text(lines.join("\n"));
    let presets = preset_rows(reader, agent.agent.id, offer);
    let any = presets.iter().any(|row| row.len() > 1);
    if offer.changing {
        view.rows
            .extend(presets.into_iter().filter(|row| row.len() > 1));
    }
    view = view.row([
        Choice::new(
            fl!(reader.texts, "console-button-create"),
            Action::Create(grant),
        ),
        cancel_button(reader),
    ]);
    if any && !offer.changing {
        let change = change_to(agent.agent.id, granted.expires_in, granted.max_renewals);
        let label = fl!(reader.texts, "console-button-change");
        view = view.row([Choice::new(label, change)]);
    }
    view.row([another_machine])
}

fn change_to(agent_id: AgentId, expires_in: i64, max_renewals: i64) -> Action {
    Action::Change {
        agent_id,
        expires_in,
        max_renewals,
    }
}

/// Renewal units and numbers of renewals up to the ceilings; what stands in the message is
/// marked.
fn preset_rows(reader: &Reader, agent_id: AgentId, offer: &Offer) -> [Vec<Choice>; 2] {
    let (unit, renewals) = (offer.granted.expires_in, offer.granted.max_renewals);
    let mark = |label: String, chosen: bool| {
        if chosen {
            format!("✓ {label}")
        } else {
            label
        }
    };
    let units = preset::expires_in(offer.ceiling.expires_in)
        .into_iter()
        .map(|preset| {
            let label = mark(reader.duration(preset), preset == unit);
            Choice::new(label, change_to(agent_id, preset, renewals))
        });
    let counts = preset::max_renewals(offer.ceiling.max_renewals)
        .into_iter()
        .map(|preset| {
            let label = fl!(reader.texts, "console-button-renewals", count = preset);
            let label = mark(label, preset == renewals);
            Choice::new(label, change_to(agent_id, unit, preset))
        });
    [units.collect(), counts.collect()]
}

/// The wallets that an agent gets by default, in one line.
pub(super) fn wallets_line(reader: &Reader, wallets: &[AgentWallet]) -> String {
    let names = wallets.iter().map(|wallet| {
        let name = escape(&wallet.name);
        if wallet.is_default {
            fl!(reader.texts, "console-default-wallet", name = name)
        } else {
            name
        }
    });
    let names = names.collect::<Vec<_>>().join(", ");
    fl!(reader.texts, "console-wallets-line", wallets = names)
}

/// The limits that there are, one a line.
pub(in crate::telegram) fn limit_lines(reader: &Reader, limits: &Limits) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(amount) = &limits.max_amount_per_tx {
        lines.push(fl!(
            reader.texts,
            "console-limit-per-tx",
            amount = amount.as_str().to_owned()
        ));
    }
    if let Some(amount) = &limits.max_total_amount {
        lines.push(fl!(
            reader.texts,
            "console-limit-total",
            amount = amount.as_str().to_owned()
        ));
    }
    if let Some(count) = limits.max_transactions {
        lines.push(fl!(
            reader.texts,
            "console-limit-transactions",
            count = count
        ));
    }
    if let Some(operations) = &limits.allowed_operations {
        let list = escape(&operations.join(", "));
        lines.push(fl!(reader.texts, "console-limit-operations", list = list));
    }
    if let Some(destinations) = &limits.allowed_destinations {
        lines.push(fl!(
            reader.texts,
            "console-limit-destinations",
            count = destinations.len()
        ));
    }
    if lines.is_empty() {
        lines.push(fl!(reader.texts, "console-no-limits"));
    }
    lines
}

/// The session is being handed over.
pub(in crate::telegram) fn working(reader: &Reader, agent_name: &str) -> View {
    View::text(fl!(
        reader.texts,
        "console-creating",
        agent = escape(agent_name)
    ))
}

/// The hand-over is over.
pub(in crate::telegram) fn outcome(reader: &Reader, view: &SessionView, outcome: &Outcome) -> View {
    let agent = escape(&view.agent_name);
    match outcome {
        Outcome::Delivered {
            token_file,
            replaced,
        } => {
            let [session, expires, renewals] = session_lines(reader, &view.session);
            let mut lines = vec![
                fl!(reader.texts, "console-created-title", agent = agent),
                String::new(),
                session,
                expires,
                renewals,
                fl!(
                    reader.texts,
                    "console-token-file-line",
                    path = escape(token_file)
                ),
            ];
            if let Some(former) = replaced {
                lines.push(fl!(
                    reader.texts,
                    "console-replaced-line",
                    session = short_id(*former)
                ));
            }
            View::text(lines.join("\n"))
        }
        Outcome::Failed { cause } => {
            let reason = with_code(&reader.locale().token_file(cause));
            let text = fl!(
                reader.texts,
                "console-handover-failed",
                agent = agent,
                reason = reason
            );
            View::text(text).row([new_session_button(reader, view.session.agent_id)])
        }
        Outcome::Ended => ended(reader, view, false),
    }
}

/// Something was refused; `message` and `hints` are the error's own texts, in which commands
/// stand between backticks.
pub(in crate::telegram) fn refused(reader: &Reader, message: &str, hints: &[String]) -> View {
    let mut lines = vec![fl!(
        reader.texts,
        "console-refused",
        message = with_code(message)
    )];
    lines.extend(hints.iter().map(|hint| with_code(hint)));
    View::text(lines.join("\n"))
}

/// The person changed their mind.
pub(in crate::telegram) fn cancelled(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-cancelled"))
}
