//! `/killswitch`.

use i18n_embed_fl::fl;
use waiaas_daemon_core::system::Switch;

use super::alert::who;
use super::grant::cancel_button;
use super::{Choice, Reader, View};
use crate::telegram::action::Action;

/// What would be stopped, and what that means.
pub(in crate::telegram) fn ask(reader: &Reader, live_sessions: u64, active_agents: u64) -> View {
    let text = fl!(
        reader.texts,
        "console-kill-switch-ask",
        sessions = live_sessions,
        agents = active_agents
    );
    let confirm = fl!(reader.texts, "console-button-kill-switch");
    View::text(text).row([
        Choice::new(confirm, Action::ActivateKillSwitch),
        cancel_button(reader),
    ])
}

/// It is on; nothing is offered, since only the machine can lift it.
pub(in crate::telegram) fn is_on(reader: &Reader, switch: &Switch) -> View {
    View::text(fl!(
        reader.texts,
        "console-kill-switch-is-on",
        by = who(reader, &switch.by),
        when = reader.moment(switch.since)
    ))
}
