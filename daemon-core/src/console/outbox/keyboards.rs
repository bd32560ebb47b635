//! Keyboards of messages that stand in a chat: given anew, or taken away when they run out.

use sea_orm::{ConnectionTrait, EntityTrait};

use super::super::{callbacks, messages};
use super::queue::to_due;
use super::{Button, Call, Draft, Priority, Target};
use crate::core::Core;
use crate::db::entity::telegram_outbox::Entity;
use crate::error::Error;

/// Gives a message the same buttons anew, so that one that was used up for something aside can
/// be used again. Buttons that ran out are left out.
///
/// # Errors
/// As the database says.
pub async fn renew_keyboard(
    core: &Core,
    tx: &impl ConnectionTrait,
    outbox_id: i64,
    message_id: i64,
    now: i64,
) -> Result<(), Error> {
    let Some(row) = Entity::find_by_id(outbox_id).one(tx).await? else {
        return Ok(());
    };
    let chat_id = row.chat_id;
    let session_id = row.session_id.clone();
    let mut rows = Vec::new();
    for sent_row in to_due(row)?.keyboard {
        let mut buttons = Vec::new();
        for sent in sent_row {
            let known = callbacks::find(tx, &sent.data).await?;
            if let Some(callback) = known.filter(|callback| callback.expires_at > now) {
                buttons.push(Button {
                    text: sent.text,
                    callback,
                });
            }
        }
        rows.push(buttons);
    }
    rows.retain(|row| !row.is_empty());
    callbacks::close_keyboard(tx, outbox_id, now).await?;
    let call = Call::SetKeyboard {
        target: Target::Message(message_id),
    };
    let mut draft = Draft::new(chat_id, Priority::Chatter, call).keyboard(rows);
    draft.session_id = session_id;
    draft.enqueue(core, tx, now).await.map(|_| ())
}

/// Takes keyboards away that have run out, from messages that still carry them. Says how
/// many were put into the outbox.
///
/// # Errors
/// As the database says.
pub async fn sweep_keyboards(core: &Core) -> Result<usize, Error> {
    const SWEEP_MAX: u64 = 50;
    let now = core.clock.now_s();
    let ran_out = callbacks::ran_out(core.db.read(), now, SWEEP_MAX).await?;
    if ran_out.is_empty() {
        return Ok(0);
    }
    let mut swept = 0;
    let tx = core.db.begin_write().await?;
    for outbox_id in ran_out {
        let row = Entity::find_by_id(outbox_id).one(&*tx).await?;
        if row.is_some_and(|row| row.sent_at.is_none() && row.dead_at.is_none()) {
            // It waits for Telegram to come back; swept now, it would keep dead buttons.
            continue;
        }
        callbacks::mark_swept(&*tx, outbox_id, now).await?;
        let Some((chat_id, message_id)) = messages::carrying(&*tx, outbox_id).await? else {
            continue;
        };
        let call = Call::DropKeyboard {
            target: Target::Message(message_id),
            keyboard_of: outbox_id,
        };
        Draft::new(chat_id, Priority::Chatter, call)
            .enqueue(core, &*tx, now)
            .await?;
        swept += 1;
    }
    tx.commit().await?;
    if swept > 0 {
        core.ring();
    }
    Ok(swept)
}
