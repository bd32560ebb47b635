//! `/help`, `/whoami`, and text that is no command.

use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::help;

/// `/help`.
pub(in crate::telegram) async fn on_help(turn: Turn) -> Handled {
    turn.finish_with(turn.say(help::help(&turn.reader))).await
}

/// Anything else gets one hint.
pub(in crate::telegram) async fn on_unknown(turn: Turn) -> Handled {
    turn.finish_with(turn.say(help::hint(&turn.reader))).await
}

/// `/whoami`; works for strangers too, who are answered once in a while.
pub(in crate::telegram) async fn who_am_i(turn: Turn) -> Handled {
    /// A stranger gets one answer in this time, seconds.
    const STRANGER_STEP_S: i64 = 10;
    let incoming = &turn.incoming;
    let known = turn.operator().ok().map(|operator| operator.role);
    let view = help::who_am_i(
        &turn.reader,
        incoming.user_id,
        incoming.chat_id,
        incoming.thread_id,
        known,
    );
    let mut drafts = turn.say(view);
    if known.is_none() {
        for draft in &mut drafts {
            let slot = turn.now.div_euclid(STRANGER_STEP_S);
            draft.dedupe_key = Some(format!("whoami:{}:{slot}", incoming.user_id));
        }
    }
    turn.finish_with(drafts).await
}
