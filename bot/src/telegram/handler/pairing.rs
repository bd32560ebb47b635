//! `/start [code]`.

use waiaas_daemon_core::console::operators::{self, Binding, PairedBy};
use waiaas_daemon_core::console::pairing::{self, Pairing};
use waiaas_protocol::wire::OperatorRole;

use super::stranger;
use crate::telegram::schema::{Argument, Handled};
use crate::telegram::turn::Turn;
use crate::telegram::view::help;

/// Somebody who is not paired: with a code they may become so.
pub(in crate::telegram) async fn by_stranger(turn: Turn, code: Argument) -> Handled {
    if code.0.is_empty() || !turn.incoming.is_private() {
        return stranger::on_message(turn).await;
    }
    redeem(turn, &code.0).await
}

/// Somebody who is paired: a greeting, and the code, if any, is used up.
pub(in crate::telegram) async fn by_operator(turn: Turn, code: Argument) -> Handled {
    if code.0.is_empty() {
        let name = turn.incoming.display_name.clone();
        return turn
            .finish_with(turn.say(help::greeting(&turn.reader, &name)))
            .await;
    }
    // Everybody in a group has read it now. It is left as it is: who sent it can use it yet.
    if !turn.incoming.is_private() {
        return turn
            .finish_with(turn.say(help::code_in_group(&turn.reader)))
            .await;
    }
    redeem(turn, &code.0).await
}

/// Somebody who guesses is told so once in this time, seconds.
const LOCKED_STEP_S: i64 = 3_600;

async fn redeem(turn: Turn, code: &str) -> Handled {
    let core = &turn.console.core;
    let incoming = &turn.incoming;
    let binding = Binding {
        user_id: incoming.user_id,
        chat_id: incoming.chat_id,
        // The code says which it is.
        role: OperatorRole::Viewer,
        username: incoming.username.clone(),
        display_name: Some(incoming.display_name.clone()),
        language: turn
            .console
            .first_language(incoming.language_code.as_deref()),
        time_zone: None,
        paired_by: PairedBy::PairingCode,
    };
    let mut tx = core.db.begin_write().await?;
    let outcome = pairing::redeem_in(core, &mut tx, code, &binding, turn.now).await?;
    let bound = operators::by_user(&*tx, incoming.user_id).await?;
    let role = bound.map(|operator| operator.role);
    let mut drafts = turn.say(help::pairing(&turn.reader, outcome, role));
    if outcome == Pairing::TooManyTries {
        // Said once an hour, so that guessing does not make the bot talk.
        let slot = turn.now.div_euclid(LOCKED_STEP_S);
        for draft in &mut drafts {
            draft.dedupe_key = Some(format!("pairing-locked:{}:{slot}", incoming.user_id));
        }
    }
    turn.finish(tx, drafts).await?;
    if outcome == Pairing::Paired {
        tracing::info!(user_id = incoming.user_id, "paired");
        turn.console.introduce_commands_to(incoming.user_id);
    }
    Ok(())
}
