//! `/help`, `/start`, `/whoami`, pairing, and what strangers are told.

use i18n_embed_fl::fl;
use waiaas_daemon_core::console::pairing::Pairing;

use super::html::escape;
use super::{Reader, View};

/// What this role may do.
pub(in crate::telegram) fn help(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-help"))
}

/// The greeting of somebody who is paired.
pub(in crate::telegram) fn greeting(reader: &Reader, name: &str) -> View {
    View::text(fl!(reader.texts, "console-greeting", name = escape(name)))
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
    known: bool,
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
    lines.push(if known {
        fl!(reader.texts, "console-whoami-paired")
    } else {
        fl!(reader.texts, "console-whoami-stranger")
    });
    View::text(lines.join("\n"))
}

/// What became of a pairing code.
pub(in crate::telegram) fn pairing(reader: &Reader, outcome: Pairing) -> View {
    View::text(match outcome {
        Pairing::Paired => fl!(reader.texts, "console-paired"),
        Pairing::AlreadyPaired => fl!(reader.texts, "console-already-paired"),
        Pairing::Refused => fl!(reader.texts, "console-pairing-refused"),
        Pairing::TooManyTries => fl!(reader.texts, "console-pairing-too-many"),
    })
}

/// The one short refusal of a stranger.
pub(in crate::telegram) fn refusal(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-refusal"))
}

impl Reader {
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
                ("language", fl!(texts, "console-menu-language")),
                ("help", fl!(texts, "console-menu-help")),
            ]);
        } else {
            menu.push(("start", fl!(texts, "console-menu-start")));
        }
        menu.push(("whoami", fl!(texts, "console-menu-whoami")));
        menu
    }
}
