//! A session for an agent on another machine: its claim code, and what became of it.

use i18n_embed_fl::fl;
use waiaas_daemon_core::console::outbox::CLAIM_CODE_MARK;
use waiaas_daemon_core::notify::event::Subject;
use waiaas_daemon_core::session::view::SessionView;

use super::alert::who;
use super::html::escape;
use super::session::{new_session_button, revoke_button, session_lines, short_id};
use super::{Choice, Reader, View};
use crate::telegram::action::{Action, Grant};

/// The button beside Create, for what Create would grant.
pub(in crate::telegram) fn button(reader: &Reader, grant: &Grant) -> Choice {
    let label = fl!(reader.texts, "console-button-another-machine");
    Choice::new(label, Action::CreateForClaim(grant.clone()))
}

/// The code and how to use it. The code itself comes in when the message is sent.
pub(in crate::telegram) fn code(reader: &Reader, view: &SessionView, expires_at: i64) -> View {
    let [session, expires, renewals] = session_lines(reader, &view.session);
    let lines = [
        fl!(
            reader.texts,
            "console-claim-title",
            agent = escape(&view.agent_name)
        ),
        String::new(),
        session,
        expires,
        renewals,
        String::new(),
        fl!(
            reader.texts,
            "console-claim-code",
            code = CLAIM_CODE_MARK,
            span = reader.duration(expires_at - reader.now),
            hour = reader.hour(expires_at)
        ),
        fl!(
            reader.texts,
            "console-claim-command",
            code = CLAIM_CODE_MARK
        ),
        fl!(reader.texts, "console-claim-warning"),
    ];
    View::text(lines.join("\n"))
}

/// The code was used: "claimed 14:02".
pub(in crate::telegram) fn used(reader: &Reader, subject: &Subject, from: &str, at: i64) -> View {
    let text = fl!(
        reader.texts,
        "console-claim-used",
        agent = escape(&subject.agent_name),
        session = short_id(subject.session_id),
        hour = reader.hour(at),
        from = escape(from)
    );
    View::text(text).row([revoke_button(reader, subject.session_id, true)])
}

/// Nobody used the code in time.
pub(in crate::telegram) fn ran_out(reader: &Reader, subject: &Subject) -> View {
    let text = fl!(
        reader.texts,
        "console-claim-ran-out",
        agent = escape(&subject.agent_name),
        session = short_id(subject.session_id)
    );
    View::text(text).row([new_session_button(reader, subject.agent_id)])
}

/// The session was ended before anybody used the code.
pub(in crate::telegram) fn ended(reader: &Reader, subject: &Subject, by: &str, at: i64) -> View {
    View::text(fl!(
        reader.texts,
        "console-revoked-by",
        agent = escape(&subject.agent_name),
        session = short_id(subject.session_id),
        by = who(reader, by),
        hour = reader.hour(at)
    ))
}
