//! `/help`, `/start`, `/whoami`, pairing, and what strangers are told.

use i18n_embed_fl::fl;
use waiaas_daemon_core::console::pairing::Pairing;
use waiaas_daemon_core::console::roles::Permission;
use waiaas_protocol::wire::OperatorRole;

use super::html::escape;
use super::{Reader, View};
use crate::telegram::command;
use crate::words;

/// What this role may do: the lines of commands that it may not send are left out.
pub(in crate::telegram) fn help(reader: &Reader) -> View {
    let text = fl!(reader.texts, "console-help");
    let lines = text.lines().filter(|line| offers(reader, line));
    View::text(lines.collect::<Vec<_>>().join("\n"))
}

/// Whether a line may be shown: one that begins with a command, if the role may send it.
fn offers(reader: &Reader, line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or_default();
    reader.may(command::permission_of(first, ""))
}

/// The greeting of somebody who is paired.
pub(in crate::telegram) fn greeting(reader: &Reader, name: &str) -> View {
    let hello = fl!(reader.texts, "console-greeting", name = escape(name));
    View::text(format!("{hello}\n{}", next_step(reader)))
}

fn next_step(reader: &Reader) -> String {
    if reader.may(Permission::Issue) {
        fl!(reader.texts, "console-next-issue")
    } else {
        fl!(reader.texts, "console-next-look")
    }
}

/// A role by name.
pub(in crate::telegram) fn role(reader: &Reader, role: OperatorRole) -> String {
    words::role(&reader.texts, role)
}

/// A command that the role may not send.
pub(in crate::telegram) fn role_refusal(reader: &Reader, needed: OperatorRole) -> View {
    let needed = role(reader, needed);
    View::text(fl!(reader.texts, "console-role-refusal", role = needed))
}

/// A button that the role may not use.
pub(in crate::telegram) fn toast_role(reader: &Reader, needed: OperatorRole) -> String {
    let needed = role(reader, needed);
    fl!(reader.texts, "console-toast-role", role = needed)
}

/// Unknown text.
pub(in crate::telegram) fn hint(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-hint"))
}

/// Ids of user, chat and topic, for the configuration.
pub(in crate::telegram) fn who_am_i(
    reader: &Reader,
    user_id: i64,
    chat_id: i64,
    thread_id: Option<i32>,
    known: Option<OperatorRole>,
) -> View {
    let mut lines = vec![
        fl!(
            reader.texts,
            "console-whoami-user",
            id = user_id.to_string()
        ),
        fl!(
            reader.texts,
            "console-whoami-chat",
            id = chat_id.to_string()
        ),
    ];
    if let Some(thread) = thread_id {
        lines.push(fl!(
            reader.texts,
            "console-whoami-topic",
            id = thread.to_string()
        ));
    }
    lines.push(match known {
        Some(known) if chat_id != user_id => {
            let role = role(reader, known);
            fl!(reader.texts, "console-whoami-group", role = role)
        }
        Some(known) => {
            let role = role(reader, known);
            fl!(reader.texts, "console-whoami-paired", role = role)
        }
        None => fl!(reader.texts, "console-whoami-stranger"),
    });
    View::text(lines.join("\n"))
}

/// What became of a pairing code, and the role that the sender has now.
pub(in crate::telegram) fn pairing(
    reader: &Reader,
    outcome: Pairing,
    bound: Option<OperatorRole>,
) -> View {
    let role = role(reader, bound.unwrap_or(OperatorRole::Viewer));
    View::text(match outcome {
        Pairing::Paired => {
            let reader = bound.map_or_else(|| reader.clone(), |it| reader.clone().with_role(it));
            let paired = fl!(reader.texts, "console-paired", role = role);
            format!("{paired}\n{}", next_step(&reader))
        }
        Pairing::AlreadyPaired => fl!(reader.texts, "console-already-paired", role = role),
        Pairing::Refused => fl!(reader.texts, "console-pairing-refused"),
        Pairing::TooManyTries => fl!(reader.texts, "console-pairing-too-many"),
    })
}

/// The one short refusal of a stranger.
pub(in crate::telegram) fn refusal(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-refusal"))
}

/// The same in a group.
pub(in crate::telegram) fn refusal_in_group(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-refusal-group"))
}

/// A pairing code that was written where others read it.
pub(in crate::telegram) fn code_in_group(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-code-in-group"))
}

impl Reader {
    /// A claim code that was asked for where others would read it.
    pub(in crate::telegram) fn toast_claim_in_group(&self) -> String {
        fl!(self.texts, "console-toast-claim-in-group")
    }

    /// A button that is not for the one who taps.
    pub(in crate::telegram) fn toast_not_yours(&self) -> String {
        fl!(self.texts, "console-toast-not-yours")
    }

    /// A button that was used before.
    pub(in crate::telegram) fn toast_used(&self) -> String {
        fl!(self.texts, "console-toast-used")
    }

    /// A button that came too late.
    pub(in crate::telegram) fn toast_expired(&self) -> String {
        fl!(self.texts, "console-toast-expired")
    }

    /// The names of the commands in a menu, with what they do.
    pub(in crate::telegram) fn menu(&self, operator: bool) -> Vec<(&'static str, String)> {
        let texts = &self.texts;
        let mut menu = Vec::new();
        if operator {
            menu.extend([
                ("newsession", fl!(texts, "console-menu-newsession")),
                ("sessions", fl!(texts, "console-menu-sessions")),
                ("revoke", fl!(texts, "console-menu-revoke")),
                ("agents", fl!(texts, "console-menu-agents")),
                ("wallets", fl!(texts, "console-menu-wallets")),
                ("audit", fl!(texts, "console-menu-audit")),
                ("status", fl!(texts, "console-menu-status")),
                ("killswitch", fl!(texts, "console-menu-killswitch")),
                ("notify", fl!(texts, "console-menu-notify")),
                ("language", fl!(texts, "console-menu-language")),
                ("help", fl!(texts, "console-menu-help")),
            ]);
        } else {
            menu.push(("start", fl!(texts, "console-menu-start")));
        }
        menu.push(("whoami", fl!(texts, "console-menu-whoami")));
        menu.retain(|(name, _)| offers(self, &format!("/{name}")));
        menu
    }
}
