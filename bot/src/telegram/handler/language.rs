//! `/language`: English or Korean, for the one who asks and nobody else.

use waiaas_daemon_core::Error;
use waiaas_daemon_core::config::Language;
use waiaas_daemon_core::console::operators;
use waiaas_daemon_core::db::WriteTx;

use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::{View, language};

/// `/language`.
pub(in crate::telegram) async fn on_command(turn: Turn) -> Handled {
    turn.finish_with(turn.say(language::ask(&turn.reader)))
        .await
}

/// A language was tapped; says so in that language.
pub(super) async fn set(turn: &Turn, tx: &WriteTx, tag: &str) -> Result<View, Error> {
    let chosen = Language::of_tag(tag);
    let mut operator = turn.operator()?.clone();
    operators::set_language(&**tx, operator.user_id, chosen.code()).await?;
    operator.language = Some(chosen.code().to_owned());
    let reader = turn.console.reader_of(&operator, turn.now);
    Ok(language::chosen(&reader))
}
