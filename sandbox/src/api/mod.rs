//! The Bot API itself: finding the method, planned faults, the record of calls.
//!
//! One file per group of methods. A method is a function over the state at one moment; only
//! `getUpdates` waits. HTTP is in `server`, people are in `person`.

mod account;
mod callbacks;
mod content;
mod edits;
mod menus;
pub(crate) mod params;
mod polling;
pub(crate) mod reply;
mod send;
mod webhooks;

use crate::calls::Outcome;
use crate::faults::{Fault, Presence};
use crate::state::{Shared, State};
use params::Params;
use reply::{ApiError, ApiResult, Reply};

/// What a method works on: the state, the moment, the parameters.
pub(crate) struct Context<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) now: i64,
    pub(crate) params: &'a Params,
}

type Method = fn(&mut Context<'_>) -> ApiResult;

const GET_UPDATES: &str = "getUpdates";

/// Every method but `getUpdates`, by its documented name.
const METHODS: [(&str, Method); 16] = [
    ("getMe", account::get_me),
    ("getChat", account::get_chat),
    ("sendChatAction", account::send_chat_action),
    ("logOut", account::log_out),
    ("close", account::close),
    ("sendMessage", send::send_message),
    ("editMessageText", edits::edit_message_text),
    ("editMessageReplyMarkup", edits::edit_message_reply_markup),
    ("deleteMessage", edits::delete_message),
    ("answerCallbackQuery", callbacks::answer_callback_query),
    ("setMyCommands", menus::set_my_commands),
    ("getMyCommands", menus::get_my_commands),
    ("deleteMyCommands", menus::delete_my_commands),
    ("setWebhook", webhooks::set_webhook),
    ("deleteWebhook", webhooks::delete_webhook),
    ("getWebhookInfo", webhooks::get_webhook_info),
];

/// The documented name of a method, whatever case it was asked for in.
fn documented_name(asked: &str) -> Option<&'static str> {
    std::iter::once(GET_UPDATES)
        .chain(METHODS.iter().map(|(name, _)| *name))
        .find(|name| name.eq_ignore_ascii_case(asked))
}

/// Carries out one call from its token to its record.
pub(crate) async fn call(shared: &Shared, token: &str, method: &str, params: Params) -> Reply {
    if let Some(reply) = absent(shared).await {
        return reply;
    }
    if token != shared.bot_token || shared.read(|state, _| state.faults.token_revoked) {
        return Reply::Api(Err(ApiError::new(401, "Unauthorized")));
    }
    let Some(name) = documented_name(method) else {
        return Reply::Api(Err(ApiError::new(404, "Not Found")));
    };
    let fault = shared.write(|state, _| state.faults.take(name));
    let (reply, outcome) = match fault {
        Some(fault) => faulty(shared, name, &params, fault).await,
        None => honest(run(shared, name, &params).await),
    };
    if let Some(outcome) = outcome {
        shared.write(|state, _| state.calls.record(name, params.as_map(), outcome));
    }
    reply
}

/// The reply while the API is gone or silent; `None` while it is there.
async fn absent(shared: &Shared) -> Option<Reply> {
    let mut changes = shared.subscribe();
    loop {
        match shared.read(|state, _| state.faults.presence) {
            Presence::Here => return None,
            Presence::Gone => return Some(Reply::Cut),
            Presence::Silent => {}
        }
        tokio::select! {
            () = shared.closing.cancelled() => return Some(Reply::Cut),
            _ = changes.changed() => {}
        }
    }
}

async fn run(shared: &Shared, name: &str, params: &Params) -> Reply {
    if name == GET_UPDATES {
        return polling::get_updates(shared, params).await;
    }
    let Some((_, method)) = METHODS.iter().find(|(known, _)| *known == name) else {
        return Reply::Api(Err(ApiError::new(404, "Not Found")));
    };
    Reply::Api(shared.write(|state, now| method(&mut Context { state, now, params })))
}

async fn faulty(
    shared: &Shared,
    name: &str,
    params: &Params,
    fault: Fault,
) -> (Reply, Option<Outcome>) {
    if let Some(error) = fault.api_error() {
        return honest(Reply::Api(Err(error)));
    }
    match fault {
        Fault::NotJson { code } => {
            let description = "not JSON".to_owned();
            (
                Reply::NotJson(code),
                Some(Outcome::Error { code, description }),
            )
        }
        Fault::LoseReply => {
            let applied = matches!(run(shared, name, params).await, Reply::Api(Ok(_)));
            (Reply::Cut, Some(Outcome::NoAnswer { applied }))
        }
        _ => (Reply::Cut, Some(Outcome::NoAnswer { applied: false })),
    }
}

/// A reply with its record; a poll that was cut leaves none.
fn honest(reply: Reply) -> (Reply, Option<Outcome>) {
    let outcome = match &reply {
        Reply::Api(Ok(result)) => Some(Outcome::Ok(result.clone())),
        Reply::Api(Err(error)) => Some(Outcome::Error {
            code: error.code,
            description: error.description.clone(),
        }),
        Reply::NotJson(_) | Reply::Cut => None,
    };
    (reply, outcome)
}
