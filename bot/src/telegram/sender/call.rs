//! One row of the outbox as a call to Telegram.

use teloxide::RequestError;
use teloxide::payloads::{
    AnswerCallbackQuerySetters as _, EditMessageReplyMarkupSetters as _,
    EditMessageTextSetters as _, SendMessageSetters as _,
};
use teloxide::prelude::Requester as _;
use teloxide::types::{
    CallbackQueryId, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions,
    MessageId, ParseMode, ReplyParameters, ThreadId,
};
use waiaas_daemon_core::Error;
use waiaas_daemon_core::claim::service as claims;
use waiaas_daemon_core::console::messages;
use waiaas_daemon_core::console::outbox::{self, Call, Due, Resolved, Target};
use waiaas_protocol::claim_code::ClaimCode;

use crate::telegram::console::Console;
use crate::telegram::fault::{Fault, judge};
use crate::telegram::view::html;

/// What became of a call.
pub(super) enum Told {
    /// Done; the message's id, where there is one.
    Done(Option<i64>),
    /// Not now; the row it waits for has not been sent.
    NotYet,
    /// There is nothing to do any more.
    Moot,
}

pub(super) type Asked = Result<Told, Fault>;

/// A claim code comes into its message here, on the way out, and nowhere before: it must not
/// lie in the outbox (CONSOLE.md, "Messages").
async fn complete(console: &Console, due: &Due) -> Result<Call, Error> {
    let mut call = due.call.clone();
    if let Some(session) = due.claim_of
        && let Call::Send { html, .. } | Call::Edit { html, .. } = &mut call
    {
        let code = claims::code_of(&console.core, session).await?;
        let shown = code.as_ref().map_or("…", ClaimCode::expose);
        *html = html.replace(outbox::CLAIM_CODE_MARK, shown);
    }
    Ok(call)
}

/// Makes the call that a row stands for.
///
/// # Errors
/// As the database says; what Telegram says is inside.
pub(super) async fn tell(console: &Console, due: &Due) -> Result<Asked, Error> {
    let db = console.core.db.read();
    let call = complete(console, due).await?;
    Ok(match &call {
        Call::Send {
            html,
            reply_to,
            silent,
        } => {
            let reply_to = match reply_to {
                Some(target) => match outbox::resolve(db, due.chat_id, target).await? {
                    Resolved::Message(id) => Some(id),
                    Resolved::NotYet | Resolved::Gone => None,
                },
                None => None,
            };
            send(console, due, html, reply_to, *silent).await
        }
        Call::Edit {
            target,
            html,
            silent,
        } => match outbox::resolve(db, due.chat_id, target).await? {
            Resolved::Message(id) => edit(console, due, id, html, *silent).await,
            Resolved::NotYet => Ok(Told::NotYet),
            Resolved::Gone => send(console, due, html, None, *silent).await,
        },
        Call::SetKeyboard { target } => match outbox::resolve(db, due.chat_id, target).await? {
            Resolved::Message(id) => set_keyboard(console, due, id).await,
            Resolved::NotYet => Ok(Told::NotYet),
            Resolved::Gone => Ok(Told::Moot),
        },
        Call::DropKeyboard {
            target: Target::Message(id),
            keyboard_of,
        } => {
            // Another edit may have come in between: then the keyboard is not ours to take.
            if messages::carrying(db, *keyboard_of).await? == Some((due.chat_id, *id)) {
                set_keyboard(console, due, *id).await
            } else {
                Ok(Told::Moot)
            }
        }
        Call::DropKeyboard { .. } => Ok(Told::Moot),
        Call::Answer {
            query_id,
            text,
            alert,
        } => answer(console, query_id, text.as_deref(), *alert).await,
    })
}

async fn send(
    console: &Console,
    due: &Due,
    html: &str,
    reply_to: Option<i64>,
    silent: bool,
) -> Asked {
    let request = |text: String| {
        let mut request = console
            .bot
            .send_message(ChatId(due.chat_id), text)
            .link_preview_options(no_preview())
            .disable_notification(silent);
        if let Some(markup) = markup(due) {
            request = request.reply_markup(markup);
        }
        if let Some(id) = due.thread_id.and_then(message_id) {
            request = request.message_thread_id(ThreadId(id));
        }
        if let Some(id) = reply_to.and_then(message_id) {
            request =
                request.reply_parameters(ReplyParameters::new(id).allow_sending_without_reply());
        }
        request
    };
    let sent = request(html.to_owned()).parse_mode(ParseMode::Html).await;
    let sent = match judged(console, sent) {
        Err(Fault::Unparsable) => judged(console, request(html::to_plain(html)).await),
        other => other,
    };
    sent.map(|message| Told::Done(Some(i64::from(message.id.0))))
}

async fn edit(console: &Console, due: &Due, id: i64, html: &str, silent: bool) -> Asked {
    let Some(message) = message_id(id) else {
        return Ok(Told::Moot);
    };
    let request = |text: String| {
        let request = console
            .bot
            .edit_message_text(ChatId(due.chat_id), message, text)
            .link_preview_options(no_preview());
        match markup(due) {
            Some(markup) => request.reply_markup(markup),
            None => request,
        }
    };
    let edited = request(html.to_owned()).parse_mode(ParseMode::Html).await;
    let edited = match judged(console, edited) {
        Err(Fault::Unparsable) => judged(console, request(html::to_plain(html)).await),
        other => other,
    };
    match edited {
        Ok(_) | Err(Fault::NotModified) => Ok(Told::Done(Some(id))),
        // What it says must reach the owner, be it in a new message.
        Err(Fault::MessageGone) => send(console, due, html, None, silent).await,
        Err(fault) => Err(fault),
    }
}

/// The row's keyboard under a message; none at all where the row has none.
async fn set_keyboard(console: &Console, due: &Due, id: i64) -> Asked {
    let Some(message) = message_id(id) else {
        return Ok(Told::Moot);
    };
    let empty = || InlineKeyboardMarkup::new(Vec::<Vec<InlineKeyboardButton>>::new());
    let asked = console
        .bot
        .edit_message_reply_markup(ChatId(due.chat_id), message)
        .reply_markup(markup(due).unwrap_or_else(empty))
        .await;
    match judged(console, asked) {
        Ok(_) | Err(Fault::NotModified) => Ok(Told::Done(Some(id))),
        Err(fault) => Err(fault),
    }
}

async fn answer(console: &Console, query_id: &str, text: Option<&str>, alert: bool) -> Asked {
    let request = console
        .bot
        .answer_callback_query(CallbackQueryId(query_id.to_owned()))
        .show_alert(alert);
    let asked = match text {
        Some(text) => request.text(text).await,
        None => request.await,
    };
    judged(console, asked).map(|_| Told::Done(None))
}

fn judged<T>(console: &Console, asked: Result<T, RequestError>) -> Result<T, Fault> {
    asked.map_err(|error| judge(&error, &console.token))
}

fn message_id(id: i64) -> Option<MessageId> {
    i32::try_from(id).ok().map(MessageId)
}

const fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn markup(due: &Due) -> Option<InlineKeyboardMarkup> {
    if due.keyboard.is_empty() {
        return None;
    }
    Some(InlineKeyboardMarkup::new(due.keyboard.iter().map(|row| {
        row.iter()
            .map(|button| InlineKeyboardButton::callback(button.text.clone(), button.data.clone()))
            .collect::<Vec<_>>()
    })))
}
