//! Strangers: one short refusal per hour and an audit entry, then silence.

use waiaas_daemon_core::console::refusals;

use crate::telegram::auth::What;
use crate::telegram::command::{self, Command, Request};
use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::{View, help};

/// A message of a stranger.
pub(in crate::telegram) async fn on_message(turn: Turn) -> Handled {
    let incoming = &turn.incoming;
    let mut tx = turn.console.core.db.begin_write().await?;
    let (user, chat) = (incoming.user_id, incoming.chat_id);
    let tell = refusals::note_in(&mut tx, user, chat, "message", turn.now).await?;
    let drafts = if tell {
        turn.say(words(&turn))
    } else {
        Vec::new()
    };
    turn.finish(tx, drafts).await
}

/// In a group nobody's ids are told to a stranger, and a code is everybody's to read.
fn words(turn: &Turn) -> View {
    let What::Message { text } = &turn.incoming.what else {
        return help::refusal(&turn.reader);
    };
    if turn.incoming.is_private() {
        return help::refusal(&turn.reader);
    }
    match command::read(text, &turn.console.bot_name()) {
        Request::Command(Command::Start(code)) if !code.trim().is_empty() => {
            help::code_in_group(&turn.reader)
        }
        Request::Command(_) | Request::Unknown => help::refusal_in_group(&turn.reader),
    }
}

/// A tap of a stranger: answered, as every tap is, and nothing else changes.
pub(in crate::telegram) async fn on_tap(turn: Turn) -> Handled {
    let incoming = &turn.incoming;
    let mut tx = turn.console.core.db.begin_write().await?;
    let (user, chat) = (incoming.user_id, incoming.chat_id);
    refusals::note_in(&mut tx, user, chat, "tap", turn.now).await?;
    let toast = turn.reader.toast_not_yours();
    turn.finish(tx, turn.answer(Some(toast))).await
}
