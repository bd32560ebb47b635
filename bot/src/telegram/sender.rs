//! Tells Telegram what stands in the outbox: answers first, then alerts, then the rest, in
//! order per chat, each chat at its own pace. The only place that sends.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt as _;
use serde_json::json;
use teloxide::RequestError;
use teloxide::payloads::{
    AnswerCallbackQuerySetters as _, EditMessageReplyMarkupSetters as _,
    EditMessageTextSetters as _, SendMessageSetters as _,
};
use teloxide::prelude::Requester as _;
use teloxide::types::{
    CallbackQueryId, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions,
    MessageId, ParseMode, ReplyParameters,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::actor::Actor;
use waiaas_daemon_core::audit::{self, AuditEvent, Record};
use waiaas_daemon_core::claim::service as claims;
use waiaas_daemon_core::console::messages;
use waiaas_daemon_core::console::outbox::{self, Call, Due, Resolved, Target};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_protocol::claim_code::ClaimCode;

use super::console::{CHANNEL, Console, Pacing};
use super::fault::{Fault, judge};
use super::view::html;

const BATCH_ROWS: u64 = 32;
const CHATS_AT_ONCE: usize = 8;
const IDLE_MS: u64 = 1_000;
/// Attempts before a message is given up: about half a day with the capped backoff.
const ATTEMPTS_MAX: i64 = 150;
const BACKOFF_FIRST_S: i64 = 1;
const BACKOFF_MAX_S: i64 = 300;
/// A tap that was not answered in this time cannot be answered any more.
const ANSWER_LIFETIME_S: i64 = 60;

/// Sends until cancelled.
pub(super) async fn run(console: Console, stop: CancellationToken) {
    let mut bell = console.core.listen();
    let mut pace = Pace::new(console.pacing);
    loop {
        let pause = match pass(&console, &mut pace).await {
            Ok(Pass::Worked) => Duration::ZERO,
            Ok(Pass::Idle { pause }) => pause,
            Err(cause) => {
                tracing::warn!(%cause, "outbox not readable; trying again");
                Duration::from_millis(IDLE_MS)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = bell.changed(), if !pause.is_zero() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

enum Pass {
    Worked,
    Idle { pause: Duration },
}

async fn pass(console: &Console, pace: &mut Pace) -> Result<Pass, Error> {
    let now = console.core.clock.now_s();
    let mut pause = console.core.clock.timer(Duration::from_millis(IDLE_MS));
    let mut ready = Vec::new();
    for due in outbox::due(console.core.db.read(), now, BATCH_ROWS).await? {
        // An answer to a tap is no message and has a pace of its own.
        let wait = match due.call {
            Call::Answer { .. } => None,
            Call::Send { .. }
            | Call::Edit { .. }
            | Call::SetKeyboard { .. }
            | Call::DropKeyboard { .. } => pace.take(due.chat_id),
        };
        match wait {
            None => ready.push(due),
            Some(wait) => pause = pause.min(wait),
        }
    }
    if ready.is_empty() {
        return Ok(Pass::Idle { pause });
    }
    let mut sending = futures::stream::iter(ready)
        .map(|due| async move { deliver(console, &due).await })
        .buffer_unordered(CHATS_AT_ONCE);
    // All of them are heard out: a call that is dropped halfway would be made again.
    let mut failure = Ok(());
    while let Some(outcome) = sending.next().await {
        failure = failure.and(outcome);
    }
    failure.map(|()| Pass::Worked)
}

/// A bucket per chat, in real time: it paces a network, it decides nothing.
struct Pace {
    pacing: Pacing,
    chats: HashMap<i64, (f64, Instant)>,
}

impl Pace {
    fn new(pacing: Pacing) -> Self {
        Self {
            pacing,
            chats: HashMap::new(),
        }
    }

    /// Takes a place in a chat's bucket, or says how long to wait for one.
    fn take(&mut self, chat_id: i64) -> Option<Duration> {
        const CHATS_MAX: usize = 10_000;
        let full = f64::from(self.pacing.burst);
        let interval = Duration::from_millis(self.pacing.interval_ms.max(1));
        let now = Instant::now();
        if self.chats.len() > CHATS_MAX {
            self.chats.clear();
        }
        let (tokens, at) = self.chats.entry(chat_id).or_insert((full, now));
        let refilled = now.duration_since(*at).as_secs_f64() / interval.as_secs_f64();
        *tokens = (*tokens + refilled).min(full);
        *at = now;
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            return None;
        }
        Some(interval.mul_f64(1.0 - *tokens))
    }
}

/// What became of a call.
enum Told {
    /// Done; the message's id, where there is one.
    Done(Option<i64>),
    /// Not now; the row it waits for has not been sent.
    NotYet,
    /// There is nothing to do any more.
    Moot,
}

async fn deliver(console: &Console, due: &Due) -> Result<(), Error> {
    let told = tell(console, due).await?;
    let now = console.core.clock.now_s();
    match told {
        Ok(Told::Done(message_id)) => {
            // A conflict is about polling: that messages go out says nothing about it.
            if console.core.health.state(CHANNEL) != ChannelState::Conflict {
                console.report(ChannelState::Ok, None);
            }
            outbox::mark_sent(&console.core, due, message_id, now).await
        }
        Ok(Told::Moot) => outbox::mark_sent(&console.core, due, None, now).await,
        Ok(Told::NotYet) => {
            outbox::mark_later(&console.core, due, now + 1, "waits for its message").await
        }
        Err(fault) => failed(console, due, fault, now).await,
    }
}

async fn failed(console: &Console, due: &Due, fault: Fault, now: i64) -> Result<(), Error> {
    if let Fault::Wait { seconds } = fault {
        outbox::hold_chat(&console.core, due.chat_id, now + seconds.max(1)).await?;
    }
    let tap = matches!(due.call, Call::Answer { .. });
    let (wait, reason) = match fault {
        Fault::Wait { seconds } => (Some(seconds.max(1)), outbox::ASKED_TO_WAIT.to_owned()),
        Fault::Away { reason } => {
            console.report(ChannelState::Unreachable, Some(&reason));
            (Some(backoff_s(due.attempts)), reason)
        }
        Fault::Unauthorized => {
            let reason = "Telegram refuses the bot token";
            console.report(ChannelState::Unauthorized, Some(reason));
            (Some(BACKOFF_MAX_S), reason.to_owned())
        }
        Fault::Conflict => (Some(BACKOFF_MAX_S), "conflict".to_owned()),
        Fault::NotModified | Fault::MessageGone => {
            return outbox::mark_sent(&console.core, due, None, now).await;
        }
        Fault::Unparsable => (None, "Telegram cannot parse it".to_owned()),
        Fault::Never { reason } => (None, reason),
    };
    let late = tap && now - due.created_at > ANSWER_LIFETIME_S;
    match wait {
        Some(wait) if due.attempts < ATTEMPTS_MAX && !late => {
            outbox::mark_later(&console.core, due, now + wait, &reason).await
        }
        Some(_) | None => give_up(console, due, &reason, now).await,
    }
}

/// A dead alert is audited; a toast that came too late is not worth a word.
async fn give_up(console: &Console, due: &Due, reason: &str, now: i64) -> Result<(), Error> {
    let mut tx = console.core.db.begin_write().await?;
    outbox::mark_dead(&*tx, due, reason, now).await?;
    if let Some(event_id) = &due.event_id {
        tracing::warn!(event_id, reason, "an alert was given up");
        let details = json!({ "event_id": event_id, "channel": CHANNEL, "reason": reason });
        let record = Record::new(
            AuditEvent::NotificationDeadLettered,
            &Actor::Daemon,
            details,
        );
        audit::repo::append(&mut tx, &record, now).await?;
    }
    tx.commit().await
}

fn backoff_s(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(0);
    BACKOFF_FIRST_S
        .saturating_mul(1 << doublings)
        .min(BACKOFF_MAX_S)
}

type Asked = Result<Told, Fault>;

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

async fn tell(console: &Console, due: &Due) -> Result<Asked, Error> {
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
        Call::Edit { target, html } => match outbox::resolve(db, due.chat_id, target).await? {
            Resolved::Message(id) => edit(console, due, id, html).await,
            Resolved::NotYet => Ok(Told::NotYet),
            Resolved::Gone => send(console, due, html, None, false).await,
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

async fn edit(console: &Console, due: &Due, id: i64, html: &str) -> Asked {
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
        Err(Fault::MessageGone) => send(console, due, html, None, false).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_has_a_burst_and_then_a_pace() {
        let mut pace = Pace::new(Pacing {
            burst: 2,
            interval_ms: 60_000,
        });
        assert_eq!(pace.take(1), None);
        assert_eq!(pace.take(1), None);
        assert!(pace.take(1).is_some());
        assert_eq!(pace.take(2), None);
    }

    #[test]
    fn backoff_is_capped() {
        assert_eq!(backoff_s(0), 1);
        assert_eq!(backoff_s(3), 8);
        assert_eq!(backoff_s(1_000), BACKOFF_MAX_S);
    }
}
