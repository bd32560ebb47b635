//! A tap of an operator: the button is used up in the transaction of what it does.

use waiaas_daemon_core::Error;
use waiaas_daemon_core::agent::AgentStatus;
use waiaas_daemon_core::console::callbacks::{self, Taken, Tap, Unusable};
use waiaas_daemon_core::console::messages;
use waiaas_daemon_core::console::outbox::{self, Call, Draft, Priority, Target};
use waiaas_daemon_core::db::WriteTx;
use waiaas_daemon_core::session::RevokeReason;

use super::{agents, audit, claim, kill_switch, language, new_session, notify, sessions, wallets};
use crate::telegram::action::{Action, Grant};
use crate::telegram::auth::What;
use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::grant;

/// A tap.
pub(in crate::telegram) async fn on_tap(turn: Turn) -> Handled {
    let mut tx = turn.console.core.db.begin_write().await?;
    let taken = match take(&turn, &tx).await? {
        Ok(taken) => taken,
        Err(unusable) => return not_usable(&turn, tx, unusable).await,
    };
    let action: Action = serde_json::from_value(taken.action.clone()).map_err(Error::internal)?;
    let action = match action {
        Action::Create(grant) => return create(turn, tx, &taken, &grant).await,
        Action::CreateForClaim(_) if !turn.incoming.is_private() => {
            return not_in_group(&turn, tx).await;
        }
        Action::CreateForClaim(grant) => return create_for_claim(turn, tx, &taken, &grant).await,
        other => other,
    };
    let speaks_anew = matches!(action, Action::SetLanguage { .. });
    let drafts = act(&turn, &mut tx, &taken, action).await?;
    turn.finish(tx, join(turn.answer(None), drafts)).await?;
    if speaks_anew {
        turn.console.introduce_commands_to(turn.incoming.user_id);
    }
    Ok(())
}

async fn take(turn: &Turn, tx: &WriteTx) -> Result<Result<Taken, Unusable>, Error> {
    let What::Tap { data, .. } = &turn.incoming.what else {
        return Ok(Err(Unusable::Foreign));
    };
    let tap = Tap {
        data,
        user_id: turn.incoming.user_id,
        chat_id: turn.incoming.chat_id,
        update_id: turn.update_id(),
    };
    callbacks::take(&**tx, tap, turn.now).await
}

fn join(mut first: Vec<Draft>, second: Vec<Draft>) -> Vec<Draft> {
    first.extend(second);
    first
}

/// Everything but Create, which may be refused after it has begun.
async fn act(
    turn: &Turn,
    tx: &mut WriteTx,
    taken: &Taken,
    action: Action,
) -> Result<Vec<Draft>, Error> {
    // What is begun aside leaves its message as it was, with everything that it offers.
    let aside = match action {
        Action::NewSession { agent_id } => Some(new_session::pick(turn, agent_id).await?),
        Action::AskRevoke {
            session_id,
            aside: true,
        } => Some(sessions::ask_revoke(turn, tx, session_id).await?),
        _ => None,
    };
    if let Some(view) = aside {
        if let Some(message_id) = turn.tapped_message() {
            let core = &turn.console.core;
            outbox::renew_keyboard(core, &**tx, taken.outbox_id, message_id, turn.now).await?;
        }
        return Ok(turn.say(view));
    }
    callbacks::close_keyboard(&**tx, taken.outbox_id, turn.now).await?;
    in_place(turn, tx, action).await
}

/// What a button makes of the message that carries it.
async fn in_place(turn: &Turn, tx: &mut WriteTx, action: Action) -> Result<Vec<Draft>, Error> {
    let (manual, rejected) = (RevokeReason::ManualRevoke, RevokeReason::RenewalRejected);
    let (active, suspended) = (AgentStatus::Active, AgentStatus::Suspended);
    let view = match action {
        Action::AgentsPage { page } => new_session::choose(turn, page).await?,
        Action::PickAgent { agent_id } | Action::NewSession { agent_id } => {
            new_session::pick(turn, agent_id).await?
        }
        Action::Cancel | Action::Create(_) | Action::CreateForClaim(_) => {
            grant::cancelled(&turn.reader)
        }
        Action::SessionsPage { page } => sessions::list(turn, &**tx, page).await?,
        Action::OpenSession { session_id, page } => {
            sessions::open(turn, tx, session_id, page).await?
        }
        Action::AskRevoke { session_id, .. } => sessions::ask_revoke(turn, tx, session_id).await?,
        Action::Revoke { session_id } => return sessions::end(turn, tx, session_id, manual).await,
        Action::Reject { session_id } => {
            return sessions::end(turn, tx, session_id, rejected).await;
        }
        Action::ReuseMine {
            session_id,
            generation,
        } => sessions::reuse_was_mine(turn, tx, session_id, generation).await?,
        Action::Change {
            agent_id,
            expires_in,
            max_renewals,
        } => new_session::change(turn, agent_id, expires_in, max_renewals).await?,
        Action::AuditPage {
            agent_id,
            before,
            page,
        } => audit::page(turn, &**tx, agent_id, before, page).await?,
        Action::ActivateKillSwitch => kill_switch::activate(turn, tx).await?,
        Action::WalletsPage { page } => wallets::list(turn, &**tx, page).await?,
        Action::OpenWallet { wallet_id, page } => wallets::open(turn, tx, wallet_id, page).await?,
        Action::AgentListPage { page } => agents::list(turn, &**tx, page).await?,
        Action::OpenAgent { agent_id, page } => agents::open(turn, tx, agent_id, page).await?,
        Action::Suspend { agent_id, page } => {
            agents::set_status(turn, tx, agent_id, suspended, page).await?
        }
        Action::Resume { agent_id, page } => {
            agents::set_status(turn, tx, agent_id, active, page).await?
        }
        Action::UndoSuspend {
            agent_id,
            audit_seq,
        } => agents::undo_suspend(turn, tx, agent_id, audit_seq).await?,
        Action::Notify { step } => notify::choose(turn, tx, step).await?,
        Action::SetLanguage { language } => language::set(turn, tx, &language).await?,
    };
    Ok(turn.replace(view))
}

async fn create(turn: Turn, mut tx: WriteTx, taken: &Taken, grant: &Grant) -> Handled {
    callbacks::close_keyboard(&*tx, taken.outbox_id, turn.now).await?;
    match new_session::create(&turn, &mut tx, grant).await {
        Ok((id, drafts)) => {
            turn.finish(tx, join(turn.answer(None), drafts)).await?;
            new_session::hand_over(&turn.console, turn.actor()?, id);
            Ok(())
        }
        Err(refusal) => refused(&turn, tx, refusal).await,
    }
}

/// A claim code needs no hand-over: its message tells everything.
async fn create_for_claim(turn: Turn, mut tx: WriteTx, taken: &Taken, grant: &Grant) -> Handled {
    callbacks::close_keyboard(&*tx, taken.outbox_id, turn.now).await?;
    match claim::create(&turn, &mut tx, grant).await {
        Ok(drafts) => turn.finish(tx, join(turn.answer(None), drafts)).await,
        Err(refusal) => refused(&turn, tx, refusal).await,
    }
}

/// A claim code is a secret, and a group would read it. The offer stays as it was.
async fn not_in_group(turn: &Turn, tx: WriteTx) -> Handled {
    drop(tx);
    let toast = turn.reader.toast_claim_in_group();
    turn.finish_with(turn.answer(Some(toast))).await
}

/// Nothing of the try may stay; the button is used up all the same.
async fn refused(turn: &Turn, tx: WriteTx, refusal: Error) -> Handled {
    if let cause @ (Error::Storage(_) | Error::Internal(_)) = refusal {
        return Err(cause);
    }
    drop(tx);
    let tx = turn.console.core.db.begin_write().await?;
    if let Ok(taken) = take(turn, &tx).await? {
        callbacks::close_keyboard(&*tx, taken.outbox_id, turn.now).await?;
    }
    let drafts = turn.replace(turn.refusal(&refusal)?);
    turn.finish(tx, join(turn.answer(None), drafts)).await
}

/// Forged or foreign: a toast, nothing else changes. Used or expired: a toast, and the
/// keyboard goes if it still carries that button.
async fn not_usable(turn: &Turn, tx: WriteTx, unusable: Unusable) -> Handled {
    let (toast, outbox_id) = match unusable {
        Unusable::Foreign => (turn.reader.toast_not_yours(), None),
        Unusable::Used { outbox_id } => (turn.reader.toast_used(), Some(outbox_id)),
        Unusable::Expired { outbox_id } => (turn.reader.toast_expired(), Some(outbox_id)),
    };
    let mut drafts = turn.answer(Some(toast));
    if let Some(outbox_id) = outbox_id
        && let Some((chat_id, message_id)) = messages::carrying(&*tx, outbox_id).await?
        && !callbacks::any_open(&*tx, outbox_id, turn.now).await?
    {
        let target = Target::Message(message_id);
        let call = Call::DropKeyboard {
            target,
            keyboard_of: outbox_id,
        };
        drafts.push(Draft::new(chat_id, Priority::Chatter, call));
    }
    turn.finish(tx, drafts).await
}
