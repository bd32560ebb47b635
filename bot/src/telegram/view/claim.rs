//! A session for an agent on another machine: its claim code, and what became of it.

use i18n_embed_fl::fl;
use waiaas_daemon_core::console::outbox::CLAIM_CODE_MARK;
use waiaas_daemon_core::notify::event::Subject;
use waiaas_daemon_core::session::view::SessionView;

use super::alert::who;
use super::html::escape;
use super::session::{new_session_button, revoke_button, short_id};
use super::{Choice, Reader, View};
use crate::telegram::action::Action;

/// The button beside Create, for what Create would grant.
pub(in crate::telegram) fn button(reader: &Reader, create: &Action) -> Option<Choice> {
    let Action::Create {
        agent_id,
        constraints,
        wallets,
        default_wallet,
    } = create
    else {
        return None;
    };
    let action = Action::CreateForClaim {
        agent_id: *agent_id,
        constraints: constraints.clone(),
        wallets: wallets.clone(),
        default_wallet: *default_wallet,
    };
    let label = fl!(reader.texts, "console-button-another-machine");
    Some(Choice::new(label, action))
}

/// The code and how to use it. The code itself comes in when the message is sent.
pub(in crate::telegram) fn code(reader: &Reader, view: &SessionView, expires_at: i64) -> View {
    let session = &view.session;
    let lines = [
        fl!(
            reader.texts,
            "console-claim-title",
            agent = escape(&view.agent_name)
        ),
        String::new(),
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
