//! Alerts: every event with its fields and its buttons (PROTOCOL.md section 10).

use i18n_embed_fl::fl;
use waiaas_daemon_core::notify::event::{Event, ExpiryCause, Power, Subject};

use super::grant::limit_lines;
use super::html::escape;
use super::session::{new_session_button, revoke_button, short_id};
use super::{Choice, Reader, View};
use crate::telegram::action::Action;
use crate::words;

/// Buttons of alerts that are not bound to a moment work for a week, seconds.
const ALERT_LIFETIME_S: i64 = 604_800;
/// A button must work for a moment at least, seconds.
const LIFETIME_MIN_S: i64 = 60;

/// The message of an event.
pub(in crate::telegram) fn view(reader: &Reader, event: &Event) -> View {
    match event {
        Event::SessionCreated { .. } => created(reader, event),
        Event::SessionRenewed { .. } => renewed(reader, event),
        Event::SessionExpiringSoon { .. } => expiring_soon(reader, event),
        Event::SessionTokenReused { .. } => token_reused(reader, event),
        Event::SessionRenewalRejected {
            subject,
            renewal_count,
            max_renewals,
            by,
            at,
        } => ended(
            reader,
            subject,
            fl!(
                reader.texts,
                "alert-renewal-rejected",
                agent = escape(&subject.agent_name),
                session = short_id(subject.session_id),
                count = renewal_count.to_owned(),
                max = max_renewals.to_owned(),
                by = who(reader, by),
                when = reader.moment(*at)
            ),
        ),
        Event::SessionRevoked {
            subject,
            by,
            reason,
            at,
            ..
        } => {
            let why = revoke_reason(reader, reason);
            ended(
                reader,
                subject,
                fl!(
                    reader.texts,
                    "alert-revoked",
                    agent = escape(&subject.agent_name),
                    session = short_id(subject.session_id),
                    by = who(reader, by),
                    when = reader.moment(*at),
                    why = why
                ),
            )
        }
        Event::SessionExpired {
            subject,
            at,
            last_used_at,
        } => {
            let seen = match last_used_at {
                Some(at) => reader.moment(*at),
                None => fl!(reader.texts, "console-never"),
            };
            ended(
                reader,
                subject,
                fl!(
                    reader.texts,
                    "alert-expired",
                    agent = escape(&subject.agent_name),
                    session = short_id(subject.session_id),
                    when = reader.moment(*at),
                    seen = seen
                ),
            )
        }
        Event::SessionClaimed { subject, from, at } => {
            let revoke = revoke_button(reader, subject.session_id, true).for_s(ALERT_LIFETIME_S);
            let text = fl!(
                reader.texts,
                "alert-claimed",
                agent = escape(&subject.agent_name),
                session = short_id(subject.session_id),
                from = escape(from),
                when = reader.moment(*at)
            );
            View::text(text).row([revoke])
        }
        Event::ClaimReused {
            subject,
            from,
            first_from,
            first_at,
            at,
        } => {
            let revoke = revoke_button(reader, subject.session_id, true).for_s(ALERT_LIFETIME_S);
            let text = fl!(
                reader.texts,
                "alert-claim-reused",
                agent = escape(&subject.agent_name),
                session = short_id(subject.session_id),
                from = escape(from),
                when = reader.moment(*at),
                first = escape(first_from),
                before = reader.moment(*first_at)
            );
            View::text(text).row([revoke])
        }
        Event::KillSwitchActivated {
            by,
            revoked_sessions,
            at,
        } => View::text(fl!(
            reader.texts,
            "alert-kill-switch-activated",
            by = who(reader, by),
            when = reader.moment(*at),
            count = revoked_sessions.to_owned()
        )),
        Event::KillSwitchRecovered { by, at } => View::text(fl!(
            reader.texts,
            "alert-kill-switch-recovered",
            by = who(reader, by),
            when = reader.moment(*at)
        )),
        Event::DatabaseFrozen { at } => View::text(fl!(
            reader.texts,
            "alert-database-frozen",
            when = reader.moment(*at)
        )),
        Event::OperatorRemoved { name, by, at, .. } => View::text(fl!(
            reader.texts,
            "alert-operator-removed",
            name = escape(name),
            by = who(reader, by),
            when = reader.moment(*at)
        )),
        Event::PowerAdded {
            what,
            subject,
            by,
            at,
        } => {
            let text = fl!(
                reader.texts,
                "alert-power-added",
                what = power(reader, *what),
                subject = escape(subject),
                by = who(reader, by),
                when = reader.moment(*at)
            );
            // Some powers name no subject.
            View::text(text.replace(" \n", "\n"))
        }
        Event::ChannelTest { channel, by, at } => View::text(fl!(
            reader.texts,
            "alert-channel-test",
            channel = channel_name(reader, channel),
            by = who(reader, by),
            when = reader.moment(*at)
        )),
    }
}

fn channel_name(reader: &Reader, channel: &str) -> String {
    match channel {
        "telegram" => fl!(reader.texts, "alert-channel-telegram"),
        "discord" => fl!(reader.texts, "alert-channel-discord"),
        "ntfy" => fl!(reader.texts, "alert-channel-ntfy"),
        other => escape(other),
    }
}

fn ended(reader: &Reader, subject: &Subject, html: String) -> View {
    let button = new_session_button(reader, subject.agent_id).for_s(ALERT_LIFETIME_S);
    View::text(html).row([button])
}

fn created(reader: &Reader, event: &Event) -> View {
    let Event::SessionCreated {
        subject,
        expires_in,
        max_renewals,
        expires_at,
        absolute_expires_at,
        limits,
        wallets,
        source,
        ..
    } = event
    else {
        return View::text(String::new());
    };
    let wallets = wallets
        .iter()
        .map(|name| escape(name))
        .collect::<Vec<_>>()
        .join(", ");
    let mut lines = vec![
        fl!(
            reader.texts,
            "alert-created",
            agent = escape(&subject.agent_name),
            session = short_id(subject.session_id),
            source = source_text(reader, source)
        ),
        fl!(
            reader.texts,
            "console-grant-time",
            unit = reader.duration(*expires_in),
            renewals = max_renewals.to_owned()
        ),
        fl!(
            reader.texts,
            "console-expires-line",
            when = reader.moment(*expires_at)
        ),
        fl!(
            reader.texts,
            "console-absolute-end",
            when = reader.moment(*absolute_expires_at)
        ),
        fl!(reader.texts, "console-wallets-line", wallets = wallets),
    ];
    lines.extend(limit_lines(reader, limits));
    let revoke = revoke_button(reader, subject.session_id, true).for_s(ALERT_LIFETIME_S);
    View::text(lines.join("\n")).row([revoke])
}

fn renewed(reader: &Reader, event: &Event) -> View {
    let Event::SessionRenewed {
        subject,
        renewal_count,
        max_renewals,
        expires_at,
        absolute_expires_at,
        reject_by,
    } = event
    else {
        return View::text(String::new());
    };
    let text = fl!(
        reader.texts,
        "alert-renewed",
        agent = escape(&subject.agent_name),
        session = short_id(subject.session_id),
        count = renewal_count.to_owned(),
        max = max_renewals.to_owned(),
        expires = reader.moment(*expires_at),
        left = reader.span((absolute_expires_at - reader.now).max(0)),
        until = reader.moment(*reject_by)
    );
    let reject = Action::Reject {
        session_id: subject.session_id,
    };
    // The window is advice, never a lock: the button works as long as the token does.
    let lifetime = (expires_at - reader.now).max(LIFETIME_MIN_S);
    let button = Choice::new(fl!(reader.texts, "alert-button-reject"), reject).for_s(lifetime);
    View::text(text).row([button])
}

fn expiring_soon(reader: &Reader, event: &Event) -> View {
    let Event::SessionExpiringSoon {
        subject,
        cause,
        expires_at,
        absolute_expires_at,
        renewals_left,
        max_renewals,
    } = event
    else {
        return View::text(String::new());
    };
    let cause = match cause {
        ExpiryCause::NearEnd => fl!(reader.texts, "alert-cause-near-end"),
        ExpiryCause::AgentStopped => fl!(reader.texts, "alert-cause-agent-stopped"),
    };
    let text = fl!(
        reader.texts,
        "alert-expiring-soon",
        agent = escape(&subject.agent_name),
        session = short_id(subject.session_id),
        cause = cause,
        expires = reader.moment(*expires_at),
        absolute = reader.moment(*absolute_expires_at),
        left = renewals_left.to_owned(),
        max = max_renewals.to_owned()
    );
    View::text(text).row([
        new_session_button(reader, subject.agent_id).for_s(ALERT_LIFETIME_S),
        revoke_button(reader, subject.session_id, true).for_s(ALERT_LIFETIME_S),
    ])
}

fn token_reused(reader: &Reader, event: &Event) -> View {
    let Event::SessionTokenReused {
        subject,
        generation,
        from,
        at,
        session_ended,
    } = event
    else {
        return View::text(String::new());
    };
    let agent = escape(&subject.agent_name);
    let session = short_id(subject.session_id);
    let from = escape(from);
    let when = reader.moment(*at);
    if *session_ended {
        let text = fl!(
            reader.texts,
            "alert-token-reused-ended",
            agent = agent,
            session = session,
            from = from,
            when = when
        );
        return ended(reader, subject, text);
    }
    let text = fl!(
        reader.texts,
        "alert-token-reused",
        agent = agent,
        session = session,
        from = from,
        when = when
    );
    let mine = Action::ReuseMine {
        session_id: subject.session_id,
        generation: *generation,
    };
    View::text(text).row([
        revoke_button(reader, subject.session_id, true).for_s(ALERT_LIFETIME_S),
        Choice::new(fl!(reader.texts, "alert-button-mine"), mine).for_s(ALERT_LIFETIME_S),
    ])
}

fn source_text(reader: &Reader, source: &str) -> String {
    match source {
        "telegram" => fl!(reader.texts, "alert-source-telegram"),
        _ => fl!(reader.texts, "alert-source-machine"),
    }
}

/// Why a session was ended, in words.
pub(super) fn revoke_reason(reader: &Reader, reason: &str) -> String {
    match reason {
        "renewal_rejected" => fl!(reader.texts, "alert-reason-renewal-rejected"),
        "replaced" => fl!(reader.texts, "alert-reason-replaced"),
        "handover_failed" => fl!(reader.texts, "alert-reason-handover-failed"),
        "claim_expired" => fl!(reader.texts, "alert-reason-claim-expired"),
        "token_reused" => fl!(reader.texts, "alert-reason-token-reused"),
        "agent_terminated" => fl!(reader.texts, "alert-reason-agent-terminated"),
        "wallet_terminated" => fl!(reader.texts, "alert-reason-wallet-terminated"),
        "kill_switch" => fl!(reader.texts, "alert-reason-kill-switch"),
        "keys_revoked" => fl!(reader.texts, "alert-reason-keys-revoked"),
        _ => fl!(reader.texts, "alert-reason-manual"),
    }
}

fn power(reader: &Reader, what: Power) -> String {
    match what {
        Power::SigningKey => fl!(reader.texts, "alert-power-signing-key"),
        Power::AgentLimits => fl!(reader.texts, "alert-power-agent-limits"),
        Power::AgentResumed => fl!(reader.texts, "alert-power-agent-resumed"),
        Power::AgentWallet => fl!(reader.texts, "alert-power-agent-wallet"),
        Power::SessionWallet => fl!(reader.texts, "alert-power-session-wallet"),
        Power::PairingCode => fl!(reader.texts, "alert-power-pairing-code"),
        Power::Viewer => fl!(reader.texts, "alert-power-viewer"),
        Power::Operator => fl!(reader.texts, "alert-power-operator"),
        Power::Owner => fl!(reader.texts, "alert-power-owner"),
        Power::RestoredDatabase => fl!(reader.texts, "alert-power-restored-database"),
    }
}

/// An actor as a person would name it; operators carry their own names.
pub(super) fn who(reader: &Reader, by: &str) -> String {
    escape(&words::who(&reader.texts, by))
}
