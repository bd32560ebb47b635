//! Lists and details of sessions, and their end.

use i18n_embed_fl::fl;
use waiaas_daemon_core::console::roles::Permission;
use waiaas_daemon_core::session::view::SessionView;
use waiaas_daemon_core::session::{Session, SessionState};
use waiaas_protocol::ids::{AgentId, SessionId};

use super::alert::who;
use super::audit::Told;
use super::grant::limit_lines;
use super::html::escape;
use super::time::bar;
use super::{Choice, Page, Reader, View, shorten};
use crate::telegram::action::Action;

/// Characters that stand for a session in a chat. UUIDs of version 7 begin with the time, so
/// fewer would not tell two sessions of one hour apart.
const SHORT_ID_CHARS: usize = 13;

/// The beginning of an id: enough for `/revoke`.
pub(in crate::telegram) fn short_id(id: SessionId) -> String {
    short_id_text(&id.to_string())
}

/// As [`short_id`], of an id as it is stored.
pub(super) fn short_id_text(id: &str) -> String {
    id.chars().take(SHORT_ID_CHARS).collect()
}

/// Which session it is, when its token ends, and its renewals: what a confirmation says of it.
pub(super) fn session_lines(reader: &Reader, session: &Session) -> [String; 3] {
    [
        fl!(
            reader.texts,
            "console-session-line",
            session = short_id(session.id)
        ),
        fl!(
            reader.texts,
            "console-expires-line",
            when = reader.moment(session.expires_at)
        ),
        fl!(
            reader.texts,
            "console-renewals-line",
            count = session.renewal_count,
            max = session.max_renewals
        ),
    ]
}

/// The button that begins a new session for an agent.
pub(in crate::telegram) fn new_session_button(reader: &Reader, agent_id: AgentId) -> Choice {
    Choice::new(
        fl!(reader.texts, "console-button-new-session"),
        Action::NewSession { agent_id },
    )
}

/// The button that asks before it revokes; `aside` on alerts, which stay as they are.
pub(in crate::telegram) fn revoke_button(
    reader: &Reader,
    session_id: SessionId,
    aside: bool,
) -> Choice {
    let action = Action::AskRevoke { session_id, aside };
    Choice::new(fl!(reader.texts, "console-button-revoke"), action)
}

/// Live sessions, a page of them.
pub(in crate::telegram) fn list(reader: &Reader, sessions: &[SessionView], page: usize) -> View {
    if sessions.is_empty() {
        return View::text(if reader.may(Permission::Issue) {
            fl!(reader.texts, "console-no-sessions")
        } else {
            fl!(reader.texts, "console-no-sessions-look")
        });
    }
    let page = Page::of(sessions, page);
    let mut lines = vec![if page.pages > 1 {
        fl!(
            reader.texts,
            "console-sessions-title-paged",
            count = sessions.len(),
            page = page.shown_number(),
            pages = page.pages
        )
    } else {
        fl!(
            reader.texts,
            "console-sessions-title",
            count = sessions.len()
        )
    }];
    let mut view = View::text("");
    for session in page.rows {
        lines.push(String::new());
        lines.extend(summary(reader, session));
        let label = fl!(
            reader.texts,
            "console-button-session",
            agent = session.agent_name.clone(),
            left = reader.span(session.session.expires_at - reader.now)
        );
        let session_id = session.session.id;
        view = view.row([Choice::new(
            label,
            Action::OpenSession {
                session_id,
                page: page.number,
            },
        )]);
    }
    let turners = page.turners(|page| Action::SessionsPage { page });
    if !turners.is_empty() {
        view = view.row(turners);
    }
    view.html = lines.join("\n");
    view
}

fn summary(reader: &Reader, view: &SessionView) -> [String; 2] {
    let session = &view.session;
    let left = session.expires_at - reader.now;
    [
        fl!(
            reader.texts,
            "console-session-head",
            agent = escape(&view.agent_name),
            session = short_id(session.id)
        ),
        fl!(
            reader.texts,
            "console-session-left",
            bar = bar(left, session.expires_in),
            left = reader.relative(session.expires_at),
            count = session.renewal_count,
            max = session.max_renewals,
            seen = last_seen(reader, view)
        ),
    ]
}

fn last_seen(reader: &Reader, view: &SessionView) -> String {
    match view.session.last_used_at {
        Some(at) => reader.relative(at),
        None => fl!(reader.texts, "console-never"),
    }
}

/// One session with what it may, and what happened to it of late.
pub(in crate::telegram) fn details(
    reader: &Reader,
    view: &SessionView,
    recent: &[Told],
    page: usize,
) -> View {
    let text = View::text(detail_lines(reader, view, recent).join("\n"));
    let session = &view.session;
    let back = Choice::new(
        fl!(reader.texts, "console-button-back"),
        Action::SessionsPage { page },
    );
    let session_id = session.id;
    let new_session = new_session_button(reader, session.agent_id);
    if session.is_live(reader.now) {
        let again = Action::OpenSession { session_id, page };
        let refresh = Choice::new(fl!(reader.texts, "console-button-refresh"), again);
        text.row([revoke_button(reader, session_id, false), new_session])
            .row([back, refresh])
    } else {
        text.row([new_session, back])
    }
}

fn detail_lines(reader: &Reader, view: &SessionView, recent: &[Told]) -> Vec<String> {
    let session = &view.session;
    let mut lines = vec![fl!(
        reader.texts,
        "console-session-head",
        agent = escape(&view.agent_name),
        session = session.id.to_string()
    )];
    lines.push(state_line(reader, view));
    lines.push(fl!(
        reader.texts,
        "console-renewals-line",
        count = session.renewal_count,
        max = session.max_renewals
    ));
    lines.push(fl!(
        reader.texts,
        "console-absolute-end",
        when = reader.moment(session.absolute_expires_at)
    ));
    lines.push(fl!(
        reader.texts,
        "console-last-seen-line",
        seen = last_seen(reader, view)
    ));
    let names = view.wallets.iter().map(|wallet| {
        let name = escape(&wallet.name);
        if wallet.is_default {
            fl!(reader.texts, "console-default-wallet", name = name)
        } else {
            name
        }
    });
    let names = names.collect::<Vec<_>>().join(", ");
    lines.push(fl!(reader.texts, "console-wallets-line", wallets = names));
    lines.extend(limit_lines(reader, &session.limits));
    if !recent.is_empty() {
        lines.push(String::new());
        lines.push(fl!(reader.texts, "console-session-recent"));
        lines.extend(recent.iter().map(|told| told.brief(reader)));
    }
    lines
}

fn state_line(reader: &Reader, view: &SessionView) -> String {
    match view.session.state(reader.now) {
        SessionState::Active { expires_at } => {
            fl!(
                reader.texts,
                "console-expires-line",
                when = reader.moment(expires_at)
            )
        }
        SessionState::Expired { at } => {
            fl!(
                reader.texts,
                "console-expired-line",
                when = reader.moment(at)
            )
        }
        SessionState::Revoked { at, by } => fl!(
            reader.texts,
            "console-revoked-line",
            by = who(reader, &by),
            when = reader.moment(at)
        ),
    }
}

/// Asks before a session is ended.
pub(in crate::telegram) fn ask_revoke(reader: &Reader, view: &SessionView) -> View {
    let session_id = view.session.id;
    let text = fl!(
        reader.texts,
        "console-ask-revoke",
        agent = escape(&view.agent_name),
        session = short_id(session_id)
    );
    View::text(text).row([
        Choice::new(
            fl!(reader.texts, "console-button-revoke-now"),
            Action::Revoke { session_id },
        ),
        Choice::new(fl!(reader.texts, "console-button-cancel"), Action::Cancel),
    ])
}

/// An ended session says so in place: "Revoked by @name, 14:02".
pub(in crate::telegram) fn ended(reader: &Reader, view: &SessionView, rejected: bool) -> View {
    let (by, at) = match &view.session.revocation {
        Some(end) => (who(reader, &end.by), end.at),
        None => (String::new(), reader.now),
    };
    let agent = escape(&view.agent_name);
    let session = short_id(view.session.id);
    let hour = reader.hour(at);
    let text = if rejected {
        fl!(
            reader.texts,
            "console-rejected-by",
            agent = agent,
            session = session,
            by = by,
            hour = hour
        )
    } else {
        fl!(
            reader.texts,
            "console-revoked-by",
            agent = agent,
            session = session,
            by = by,
            hour = hour
        )
    };
    View::text(text)
}

/// No session has this id.
pub(in crate::telegram) fn unknown(reader: &Reader, id: &str) -> View {
    View::text(fl!(
        reader.texts,
        "console-unknown-session",
        id = escape(&shorten(id))
    ))
}

/// Several sessions begin so.
pub(in crate::telegram) fn ambiguous(reader: &Reader, prefix: &str) -> View {
    View::text(fl!(
        reader.texts,
        "console-ambiguous-session",
        id = escape(&shorten(prefix))
    ))
}

/// "It was me", said in place.
pub(in crate::telegram) fn reuse_acknowledged(
    reader: &Reader,
    view: &SessionView,
    by: &str,
) -> View {
    View::text(fl!(
        reader.texts,
        "console-reuse-acknowledged",
        agent = escape(&view.agent_name),
        session = short_id(view.session.id),
        by = escape(by),
        hour = reader.hour(reader.now)
    ))
}
