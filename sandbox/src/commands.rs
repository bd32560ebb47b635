//! Command menus by scope and language, and which of them a person sees.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::params::Params;
use crate::api::reply::ApiError;

/// Whom a menu is for. The order is the API's, from the widest to the narrowest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Default,
    AllPrivateChats,
    AllGroupChats,
    AllChatAdministrators,
    Chat(i64),
    ChatAdministrators(i64),
    ChatMember(i64, i64),
}

impl Scope {
    /// Reads the `scope` parameter; absent means the default.
    pub(crate) fn parse(value: Option<&Value>) -> Result<Self, ApiError> {
        let Some(value) = value else {
            return Ok(Self::Default);
        };
        let scope = value
            .as_object()
            .ok_or_else(|| ApiError::bad_request("BotCommandScope must be an Object"))?;
        let params = Params::from(scope.clone());
        let chat = || {
            params
                .integer("chat_id")?
                .ok_or_else(|| ApiError::bad_request("chat identifier is not specified"))
        };
        let user = || {
            params
                .integer("user_id")?
                .ok_or_else(|| ApiError::bad_request("user identifier is not specified"))
        };
        match params.text("type")?.unwrap_or_default().as_str() {
            "default" => Ok(Self::Default),
            "all_private_chats" => Ok(Self::AllPrivateChats),
            "all_group_chats" => Ok(Self::AllGroupChats),
            "all_chat_administrators" => Ok(Self::AllChatAdministrators),
            "chat" => Ok(Self::Chat(chat()?)),
            "chat_administrators" => Ok(Self::ChatAdministrators(chat()?)),
            "chat_member" => Ok(Self::ChatMember(chat()?, user()?)),
            _ => Err(ApiError::bad_request(
                "unsupported BotCommandScope type specified",
            )),
        }
    }

    /// The chat that the scope names, if it names one.
    pub(crate) fn chat_id(&self) -> Option<i64> {
        match self {
            Self::Chat(id) | Self::ChatAdministrators(id) | Self::ChatMember(id, _) => Some(*id),
            Self::Default
            | Self::AllPrivateChats
            | Self::AllGroupChats
            | Self::AllChatAdministrators => None,
        }
    }
}

#[derive(Default)]
pub(crate) struct Menus {
    menus: BTreeMap<(Scope, String), Vec<Value>>,
}

impl Menus {
    pub(crate) fn set(&mut self, scope: Scope, language: String, commands: Vec<Value>) {
        if commands.is_empty() {
            self.menus.remove(&(scope, language));
        } else {
            self.menus.insert((scope, language), commands);
        }
    }

    /// Exactly the menu of this scope and language, empty if none was set.
    pub(crate) fn get(&self, scope: &Scope, language: &str) -> Vec<Value> {
        self.menus
            .get(&(scope.clone(), language.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    /// The menu a person sees in the private chat: the narrowest scope first, within it the
    /// person's language before none.
    pub(crate) fn seen_in_private(&self, person_id: i64, language: &str) -> Vec<Value> {
        let language = language.get(..2).unwrap_or("");
        [
            Scope::Chat(person_id),
            Scope::AllPrivateChats,
            Scope::Default,
        ]
        .iter()
        .flat_map(|scope| {
            [
                (scope.clone(), language.to_owned()),
                (scope.clone(), String::new()),
            ]
        })
        .find_map(|key| self.menus.get(&key))
        .cloned()
        .unwrap_or_default()
    }
}
