//! Words that chat and command line share for what the daemon says in codes. The texts stand in
//! `locales/`; a code that this version does not know is shown as it is.

use i18n_embed::LanguageLoader as _;
use i18n_embed_fl::fl;
use waiaas_daemon_core::i18n::Locale;
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::trouble::Trouble;
use waiaas_protocol::wire::{ChannelHealth, OperatorRole};

use crate::cli::Texts;

/// How the label of an actor on the machine begins; its user follows.
const MACHINE: &str = "machine:";

/// The locale that these texts are in, for what the daemon's own texts say.
pub(crate) fn locale(texts: &Texts) -> Locale {
    Locale::of_tag(&texts.current_language().to_string()).unwrap_or_default()
}

/// A channel by its proper name.
pub(crate) fn channel(texts: &Texts, name: &str) -> String {
    match name {
        "telegram" => fl!(texts, "channel-telegram"),
        "discord" => fl!(texts, "channel-discord"),
        "ntfy" => fl!(texts, "channel-ntfy"),
        other => other.to_owned(),
    }
}

/// How a channel is doing, in a word or two.
pub(crate) fn channel_state(texts: &Texts, state: &str) -> String {
    let Some(known) = ChannelState::parse(state) else {
        return state.to_owned();
    };
    match known {
        ChannelState::Off => fl!(texts, "channel-state-off"),
        ChannelState::Starting => fl!(texts, "channel-state-starting"),
        ChannelState::Ok => fl!(texts, "channel-state-ok"),
        ChannelState::Conflict => fl!(texts, "channel-state-conflict"),
        ChannelState::Undelivered => fl!(texts, "channel-state-undelivered"),
        ChannelState::Unauthorized => fl!(texts, "channel-state-unauthorized"),
        ChannelState::Unreachable => fl!(texts, "channel-state-unreachable"),
        ChannelState::Standby => fl!(texts, "channel-state-standby"),
    }
}

/// What is wrong with a channel and how to mend it.
pub(crate) fn channel_problem(texts: &Texts, channel: &ChannelHealth) -> Option<String> {
    let words = channel.problem.as_deref()?;
    let code = channel.problem_code.as_deref();
    let trouble = Trouble::restored(code, channel.problem_said.as_deref(), words);
    Some(locale(texts).trouble(&trouble))
}

/// A role by name.
pub(crate) fn role(texts: &Texts, role: OperatorRole) -> String {
    match role {
        OperatorRole::Viewer => fl!(texts, "console-role-viewer"),
        OperatorRole::Operator => fl!(texts, "console-role-operator"),
        OperatorRole::Owner => fl!(texts, "console-role-owner"),
    }
}

/// An actor as a person would name it; operators carry their own names, and whoever shows the
/// answer in markup escapes it.
pub(crate) fn who(texts: &Texts, by: &str) -> String {
    match by {
        "daemon" => fl!(texts, "alert-by-daemon"),
        "pairing_code" => fl!(texts, "alert-by-pairing-code"),
        "configuration" => fl!(texts, "alert-by-configuration"),
        by if by.starts_with(MACHINE) => fl!(texts, "alert-by-machine"),
        by => by.to_owned(),
    }
}

/// As [`who`], with the user of the machine: on the command line that is the machine's own.
pub(crate) fn who_exactly(texts: &Texts, by: &str) -> String {
    match by.strip_prefix(MACHINE) {
        Some(user) => fl!(texts, "cli-by-machine", user = user.to_owned()),
        None => who(texts, by),
    }
}
