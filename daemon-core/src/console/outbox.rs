//! Messages that wait to be sent to Telegram. Handlers decide and commit; a sender takes
//! from here: alerts ahead of chatter, order kept per chat (CONSOLE.md, "Living with
//! Telegram").

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use serde::{Deserialize, Serialize};
use waiaas_protocol::ids::SessionId;

use super::callbacks::{self, DATA_PREFIX, NewCallback};
use super::messages;
use crate::core::Core;
use crate::db::entity::telegram_outbox::{ActiveModel, Column, Entity, Model};
use crate::error::Error;

/// The error of a message that waits because Telegram has asked for it.
pub const ASKED_TO_WAIT: &str = "Telegram asks to wait";

/// Stands in a text where the claim code of [`Draft::claim_of`] comes in when it is sent. No
/// value can hold it: values are escaped.
pub const CLAIM_CODE_MARK: &str = "<claim-code/>";

/// What goes first in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Answers to taps: they must be in time.
    Answer = 0,
    /// Alerts.
    Alert = 1,
    /// Everything else.
    Chatter = 2,
}

/// Which message an edit or a reply is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Telegram's message id.
    Message(i64),
    /// A row of this outbox, which may not have been sent yet.
    Outbox(i64),
    /// The newest message about a session, if there is one.
    Session(String),
}

/// What to ask of Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Call {
    /// A new message.
    Send {
        /// HTML.
        html: String,
        /// The message it replies to; sent plainly when that one is gone.
        reply_to: Option<Target>,
        /// Without a sound.
        silent: bool,
    },
    /// Another text for a message; its keyboard becomes the one given here, or none.
    Edit {
        /// Which.
        target: Target,
        /// HTML.
        html: String,
    },
    /// Another keyboard under the same text.
    SetKeyboard {
        /// Which.
        target: Target,
    },
    /// Takes the keyboard away, if it is still the one of that outbox row.
    DropKeyboard {
        /// Which.
        target: Target,
        /// The row whose keyboard it must still carry.
        keyboard_of: i64,
    },
    /// Answers a tap.
    Answer {
        /// Telegram's id of the tap.
        query_id: String,
        /// The toast, if any.
        text: Option<String>,
        /// As a dialog instead of a toast.
        alert: bool,
    },
}

impl Call {
    const fn method(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::Edit { .. } => "edit",
            Self::SetKeyboard { .. } => "set_keyboard",
            Self::DropKeyboard { .. } => "drop_keyboard",
            Self::Answer { .. } => "answer",
        }
    }
}

/// A button of a message that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    /// What stands on it.
    pub text: String,
    /// What it stands for.
    pub callback: NewCallback,
}

/// A button as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentButton {
    /// What stands on it.
    pub text: String,
    /// `callback_data`.
    pub data: String,
}

/// A message before it is enqueued.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// To whom.
    pub chat_id: i64,
    /// What goes first.
    pub priority: Priority,
    /// What to ask of Telegram.
    pub call: Call,
    /// Rows of buttons.
    pub keyboard: Vec<Vec<Button>>,
    /// A second draft with the same key is dropped.
    pub dedupe_key: Option<String>,
    /// The event that it tells.
    pub event_id: Option<String>,
    /// The session that it is about.
    pub session_id: Option<String>,
    /// The session whose claim code stands in it. The code itself is never stored.
    pub claim_of: Option<SessionId>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    #[serde(flatten)]
    call: Call,
    keyboard: Vec<Vec<SentButton>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim_of: Option<SessionId>,
}

impl Draft {
    /// A plain message.
    #[must_use]
    pub fn send(chat_id: i64, html: impl Into<String>) -> Self {
        let call = Call::Send {
            html: html.into(),
            reply_to: None,
            silent: false,
        };
        Self::new(chat_id, Priority::Chatter, call)
    }

    /// Another text for a message.
    #[must_use]
    pub fn edit(chat_id: i64, target: Target, html: impl Into<String>) -> Self {
        Self::new(
            chat_id,
            Priority::Chatter,
            Call::Edit {
                target,
                html: html.into(),
            },
        )
    }

    /// The answer to a tap.
    #[must_use]
    pub fn answer(chat_id: i64, query_id: impl Into<String>, text: Option<String>) -> Self {
        let call = Call::Answer {
            query_id: query_id.into(),
            text,
            alert: false,
        };
        Self::new(chat_id, Priority::Answer, call)
    }

    /// A draft without keyboard and references.
    #[must_use]
    pub const fn new(chat_id: i64, priority: Priority, call: Call) -> Self {
        Self {
            chat_id,
            priority,
            call,
            keyboard: Vec::new(),
            dedupe_key: None,
            event_id: None,
            session_id: None,
            claim_of: None,
        }
    }

    /// With rows of buttons.
    #[must_use]
    pub fn keyboard(mut self, rows: Vec<Vec<Button>>) -> Self {
        self.keyboard = rows;
        self
    }

    /// Puts it into the outbox, in the caller's transaction; `None` when its dedupe key is
    /// known already.
    ///
    /// # Errors
    /// As the database says.
    pub async fn enqueue(
        self,
        core: &Core,
        tx: &impl ConnectionTrait,
        now: i64,
    ) -> Result<Option<i64>, Error> {
        if let Some(key) = &self.dedupe_key
            && Entity::find()
                .filter(Column::DedupeKey.eq(key))
                .count(tx)
                .await?
                > 0
        {
            return Ok(None);
        }
        let mut callbacks = Vec::new();
        let mut rows = Vec::with_capacity(self.keyboard.len());
        for row in self.keyboard {
            let mut sent = Vec::with_capacity(row.len());
            for button in row {
                let handle = core.entropy.hex::<16>();
                sent.push(SentButton {
                    text: button.text,
                    data: format!("{DATA_PREFIX}{handle}"),
                });
                callbacks.push((handle, button.callback));
            }
            rows.push(sent);
        }
        let method = self.call.method().to_owned();
        let payload = Payload {
            call: self.call,
            keyboard: rows,
            claim_of: self.claim_of,
        };
        let row = ActiveModel {
            id: ActiveValue::NotSet,
            dedupe_key: Set(self.dedupe_key),
            chat_id: Set(self.chat_id),
            priority: Set(self.priority as i64),
            method: Set(method),
            payload: Set(serde_json::to_string(&payload).map_err(Error::internal)?),
            event_id: Set(self.event_id),
            session_id: Set(self.session_id),
            created_at: Set(now),
            next_attempt_at: Set(now),
            attempts: Set(0),
            sent_at: Set(None),
            message_id: Set(None),
            dead_at: Set(None),
            last_error: Set(None),
        };
        let id = Entity::insert(row).exec(tx).await?.last_insert_id;
        for (handle, callback) in callbacks {
            callbacks::insert(tx, &handle, id, &callback, now).await?;
        }
        Ok(Some(id))
    }
}

/// A message that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The row.
    pub id: i64,
    /// To whom.
    pub chat_id: i64,
    /// What to ask of Telegram.
    pub call: Call,
    /// Rows of buttons.
    pub keyboard: Vec<Vec<SentButton>>,
    /// Failed attempts so far.
    pub attempts: i64,
    /// When it was enqueued, Unix seconds.
    pub created_at: i64,
    /// The event that it tells.
    pub event_id: Option<String>,
    /// The session that it is about.
    pub session_id: Option<String>,
    /// The session whose claim code stands in it.
    pub claim_of: Option<SessionId>,
}

fn unsent(query: sea_orm::Select<Entity>) -> sea_orm::Select<Entity> {
    query
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
}

/// The first message of each chat, where it is due: answers, then alerts, then the rest,
/// each in the order in which they were enqueued.
///
/// # Errors
/// As the database says.
pub async fn due(db: &impl ConnectionTrait, now: i64, limit: u64) -> Result<Vec<Due>, Error> {
    let first_of_chat = Expr::cust(
        "telegram_outbox.id = (SELECT f.id FROM telegram_outbox f \
         WHERE f.chat_id = telegram_outbox.chat_id AND f.sent_at IS NULL AND f.dead_at IS NULL \
         ORDER BY f.priority, f.id LIMIT 1)",
    );
    let rows = unsent(Entity::find())
        .filter(first_of_chat)
        .filter(Column::NextAttemptAt.lte(now))
        .order_by_asc(Column::Priority)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(to_due).collect()
}

fn to_due(row: Model) -> Result<Due, Error> {
    let payload: Payload = serde_json::from_str(&row.payload).map_err(Error::internal)?;
    Ok(Due {
        id: row.id,
        chat_id: row.chat_id,
        call: payload.call,
        keyboard: payload.keyboard,
        attempts: row.attempts,
        created_at: row.created_at,
        event_id: row.event_id,
        session_id: row.session_id,
        claim_of: payload.claim_of,
    })
}

/// What a [`Target`] stands for right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// This message.
    Message(i64),
    /// Its row waits to be sent.
    NotYet,
    /// There is none, and will be none.
    Gone,
}

/// Finds the message a target stands for.
///
/// # Errors
/// As the database says.
pub async fn resolve(
    db: &impl ConnectionTrait,
    chat_id: i64,
    target: &Target,
) -> Result<Resolved, Error> {
    Ok(match target {
        Target::Message(id) => Resolved::Message(*id),
        Target::Session(session) => messages::newest_about(db, chat_id, session)
            .await?
            .map_or(Resolved::Gone, Resolved::Message),
        Target::Outbox(id) => match Entity::find_by_id(*id).one(db).await? {
            Some(Model {
                message_id: Some(message_id),
                ..
            }) => Resolved::Message(message_id),
            Some(Model {
                sent_at: None,
                dead_at: None,
                ..
            }) => Resolved::NotYet,
            Some(_) | None => Resolved::Gone,
        },
    })
}

/// Marks a message as sent, and notes how it stands in the chat.
///
/// # Errors
/// As the database says.
pub async fn mark_sent(
    core: &Core,
    due: &Due,
    message_id: Option<i64>,
    now: i64,
) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::SentAt, Expr::value(now))
        .col_expr(Column::MessageId, Expr::value(message_id))
        .filter(Column::Id.eq(due.id))
        .exec(&*tx)
        .await?;
    if let Some(message_id) = message_id {
        let keyboard = (!due.keyboard.is_empty()).then_some(due.id);
        let session = due.session_id.as_deref();
        messages::put(&*tx, due.chat_id, message_id, keyboard, session, now).await?;
    }
    tx.commit().await
}

/// Telegram asks to wait: whatever waits for that chat waits, answers to taps excepted.
///
/// # Errors
/// As the database says.
pub async fn hold_chat(core: &Core, chat_id: i64, until: i64) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(Column::LastError, Expr::value(ASKED_TO_WAIT))
        .filter(Column::ChatId.eq(chat_id))
        .filter(Column::Priority.ne(Priority::Answer as i64))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(Column::NextAttemptAt.lt(until))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Puts a message off.
///
/// # Errors
/// As the database says.
pub async fn mark_later(
    core: &Core,
    due: &Due,
    next_attempt_at: i64,
    error: &str,
) -> Result<(), Error> {
    let tx = core.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::Attempts, Expr::value(due.attempts + 1))
        .col_expr(Column::NextAttemptAt, Expr::value(next_attempt_at))
        .col_expr(Column::LastError, Expr::value(error))
        .filter(Column::Id.eq(due.id))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Makes every message due that waits for another attempt, except where Telegram itself has
/// asked to wait: it is back. Says how many.
///
/// # Errors
/// As the database says.
pub async fn hurry(core: &Core) -> Result<u64, Error> {
    let now = core.clock.now_s();
    let tx = core.db.begin_write().await?;
    let hurried = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(now))
        .filter(Column::SentAt.is_null())
        .filter(Column::DeadAt.is_null())
        .filter(Column::NextAttemptAt.gt(now))
        .filter(Column::LastError.ne(ASKED_TO_WAIT))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if hurried.rows_affected > 0 {
        core.ring();
    }
    Ok(hurried.rows_affected)
}

/// Gives a message up, in the caller's transaction.
///
/// # Errors
/// As the database says.
pub async fn mark_dead(
    tx: &impl ConnectionTrait,
    due: &Due,
    error: &str,
    now: i64,
) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::DeadAt, Expr::value(now))
        .col_expr(Column::LastError, Expr::value(error))
        .filter(Column::Id.eq(due.id))
        .exec(tx)
        .await?;
    Ok(())
}

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

/// How many messages wait, and how many were given up.
///
/// # Errors
/// As the database says.
pub async fn depth(db: &impl ConnectionTrait) -> Result<(u64, u64), Error> {
    let waiting = unsent(Entity::find()).count(db).await?;
    let dead = Entity::find()
        .filter(Column::DeadAt.is_not_null())
        .count(db)
        .await?;
    Ok((waiting, dead))
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
