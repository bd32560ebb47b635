//! The commands of the console.

use teloxide::utils::command::BotCommands;
use waiaas_daemon_core::console::roles::Permission;

/// What a person may type.
#[derive(Debug, Clone, PartialEq, Eq, BotCommands)]
#[command(rename_rule = "lowercase")]
pub(super) enum Command {
    /// `/start [code]`: pairs, or greets.
    Start(String),
    /// `/help`.
    Help,
    /// `/newsession [agent]`.
    NewSession(String),
    /// `/sessions`.
    Sessions,
    /// `/revoke [id]`.
    Revoke(String),
    /// `/agents`.
    Agents,
    /// `/wallets`.
    Wallets,
    /// `/audit [agent]`.
    Audit(String),
    /// `/killswitch`.
    KillSwitch,
    /// `/status`.
    Status,
    /// `/notify [zone]`.
    Notify(String),
    /// `/language`.
    Language,
    /// `/whoami`.
    WhoAmI,
}

impl Command {
    /// What somebody must be allowed to send it.
    pub(super) const fn permission(&self) -> Permission {
        match self {
            Self::Start(_)
            | Self::Help
            | Self::Sessions
            | Self::Agents
            | Self::Wallets
            | Self::Audit(_)
            | Self::Status
            | Self::Notify(_)
            | Self::Language
            | Self::WhoAmI => Permission::Read,
            Self::NewSession(_) => Permission::Issue,
            Self::Revoke(_) => Permission::Revoke,
            Self::KillSwitch => Permission::KillSwitch,
        }
    }
}

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// A command that is known.
    Command(Command),
    /// Anything else.
    Unknown,
}

/// Reads a message. `bot_name` is the bot's user name without `@`: a command for another bot
/// is unknown here.
pub(super) fn read(text: &str, bot_name: &str) -> Request {
    match Command::parse(text, bot_name) {
        Ok(command) => Request::Command(command),
        Err(_) => Request::Unknown,
    }
}

/// What somebody must be allowed to send a text; anybody may send what is no command.
pub(super) fn permission_of(text: &str, bot_name: &str) -> Permission {
    match read(text, bot_name) {
        Request::Command(command) => command.permission(),
        Request::Unknown => Permission::Read,
    }
}

/// Whether a message in a group is for us: a command that is known, or one that names the bot.
pub(super) fn is_for(text: &str, bot_name: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let named = first.split_once('@').is_some_and(|(command, name)| {
        command.starts_with('/') && !name.is_empty() && name.eq_ignore_ascii_case(bot_name)
    });
    named || matches!(read(text, bot_name), Request::Command(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_group_only_what_is_meant_for_us_is_for_us() {
        for (text, ours) in [
            ("/status", true),
            ("/status@waiaas_bot", true),
            ("/status@WAIAAS_bot x", true),
            ("/nonsense@waiaas_bot", true),
            ("/status@other_bot", false),
            ("/status@", false),
            ("/nonsense", false),
            ("hello @waiaas_bot", false),
            ("hello", false),
            ("", false),
        ] {
            assert_eq!(is_for(text, "waiaas_bot"), ours, "{text}");
        }
        assert!(!is_for("/status@other_bot", "") && !is_for("/nonsense@", ""));
    }

    #[test]
    fn commands_with_and_without_arguments() {
        let cases = [
            (
                "/newsession",
                Request::Command(Command::NewSession(String::new())),
            ),
            (
                "/newsession my agent",
                Request::Command(Command::NewSession("my agent".to_owned())),
            ),
            (
                "/start abc",
                Request::Command(Command::Start("abc".to_owned())),
            ),
            ("/status@waiaas_bot", Request::Command(Command::Status)),
            ("/status@other_bot", Request::Unknown),
            ("/killswitch", Request::Command(Command::KillSwitch)),
            (
                "/notify Asia/Seoul",
                Request::Command(Command::Notify("Asia/Seoul".to_owned())),
            ),
            ("/language", Request::Command(Command::Language)),
            ("/whoami", Request::Command(Command::WhoAmI)),
            ("/nonsense", Request::Unknown),
            ("hello", Request::Unknown),
            ("", Request::Unknown),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, "waiaas_bot"), expected, "{text}");
        }
    }
}
