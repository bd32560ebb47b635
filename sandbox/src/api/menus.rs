//! `setMyCommands`, `getMyCommands`, `deleteMyCommands`.

use serde_json::{Value, json};

use super::Context;
use super::reply::{ApiError, ApiResult};
use crate::commands::Scope;

const COMMANDS_MAX: usize = 100;
const COMMAND_CHARS_MAX: usize = 32;
const DESCRIPTION_CHARS_MAX: usize = 256;

pub(super) fn set_my_commands(context: &mut Context<'_>) -> ApiResult {
    let (scope, language) = place(context)?;
    let commands = context
        .params
        .structure("commands")?
        .ok_or_else(|| ApiError::bad_request("commands are not specified"))?;
    let commands = commands
        .as_array()
        .ok_or_else(|| ApiError::bad_request("expected an Array of BotCommand"))?;
    if commands.len() > COMMANDS_MAX {
        return Err(ApiError::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    let commands = commands
        .iter()
        .map(checked)
        .collect::<Result<Vec<_>, _>>()?;
    context.state.menus.set(scope, language, commands);
    Ok(json!(true))
}

pub(super) fn get_my_commands(context: &mut Context<'_>) -> ApiResult {
    let (scope, language) = place(context)?;
    Ok(json!(context.state.menus.get(&scope, &language)))
}

pub(super) fn delete_my_commands(context: &mut Context<'_>) -> ApiResult {
    let (scope, language) = place(context)?;
    context.state.menus.set(scope, language, Vec::new());
    Ok(json!(true))
}

/// The scope and the language that a call names.
fn place(context: &Context<'_>) -> Result<(Scope, String), ApiError> {
    let scope = Scope::parse(context.params.structure("scope")?.as_ref())?;
    let known = |id: i64| context.state.chats.get(&id).is_some_and(|chat| chat.known);
    if scope.chat_id().is_some_and(|id| !known(id)) {
        return Err(ApiError::bad_request("chat not found"));
    }
    let language = context.params.text("language_code")?.unwrap_or_default();
    let two_letters = language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
    if !language.is_empty() && !two_letters {
        return Err(ApiError::bad_request("LANG_CODE_INVALID"));
    }
    Ok((scope, language))
}

fn checked(value: &Value) -> Result<Value, ApiError> {
    let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = field("command");
    let name = name.strip_prefix('/').unwrap_or(name);
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if name.is_empty() || name.len() > COMMAND_CHARS_MAX || !name.bytes().all(allowed) {
        return Err(ApiError::bad_request("BOT_COMMAND_INVALID"));
    }
    let description = field("description").trim();
    if description.is_empty() {
        return Err(ApiError::bad_request(
            "command description must be non-empty",
        ));
    }
    if description.chars().count() > DESCRIPTION_CHARS_MAX {
        return Err(ApiError::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok(json!({ "command": name, "description": description }))
}
