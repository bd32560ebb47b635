//! `/status`.

use waiaas_daemon_core::system::status;

use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view;

/// How the system is doing.
pub(in crate::telegram) async fn on_command(turn: Turn) -> Handled {
    let status = status::status(&turn.console.core, "").await?;
    turn.finish_with(turn.say(view::status::view(&turn.reader, &status)))
        .await
}
