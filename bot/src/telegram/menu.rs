//! Registers command menus per scope and language, so that a stranger sees only what a
//! stranger may do. A failure costs a menu, not a command: it is logged and left.

use teloxide::payloads::SetMyCommandsSetters as _;
use teloxide::prelude::Requester as _;
use teloxide::types::{BotCommand, BotCommandScope, ChatId, Recipient};
use waiaas_daemon_core::config::Language;
use waiaas_daemon_core::console::operators::{self, Operator};

use super::console::Console;
use super::fault::judge;

const LANGUAGES: [Language; 2] = [Language::En, Language::Ko];

impl Console {
    /// The menus of strangers and of every operator.
    pub(super) async fn introduce_commands(&self) {
        self.set_menus(BotCommandScope::Default, None).await;
        match operators::list(&self.core).await {
            Ok(operators) => {
                for operator in operators {
                    self.set_menus(chat(operator.chat_id), Some(&operator))
                        .await;
                }
            }
            Err(cause) => tracing::warn!(%cause, "command menus not set"),
        }
    }

    /// The menu of somebody who was just paired, or has chosen a language; in the background.
    pub(super) fn introduce_commands_to(&self, user_id: i64) {
        let console = self.clone();
        self.tasks.spawn(async move {
            match operators::by_user(console.core.db.read(), user_id).await {
                Ok(Some(operator)) => {
                    console
                        .set_menus(chat(operator.chat_id), Some(&operator))
                        .await;
                }
                Ok(None) => {}
                Err(cause) => tracing::warn!(%cause, "command menu not set"),
            }
        });
    }

    /// Strangers read in the language of their app; an operator in their own, whatever that is.
    async fn set_menus(&self, scope: BotCommandScope, operator: Option<&Operator>) {
        let now = self.core.clock.now_s();
        for language in LANGUAGES {
            let reader = match operator {
                Some(operator) => self.reader_of(operator, now),
                None => self.reader_in(language.code(), None, now),
            };
            let commands: Vec<_> = reader
                .menu(operator.is_some())
                .into_iter()
                .map(|(name, text)| BotCommand::new(name, text))
                .collect();
            let mut request = self.bot.set_my_commands(commands).scope(scope.clone());
            // English is what everybody sees whose language has no menu of its own.
            if language != Language::En {
                request = request.language_code(language.code());
            }
            if let Err(error) = request.await {
                tracing::warn!(fault = ?judge(&error, &self.token), "command menu not set");
                return;
            }
        }
    }
}

const fn chat(chat_id: i64) -> BotCommandScope {
    BotCommandScope::Chat {
        chat_id: Recipient::Id(ChatId(chat_id)),
    }
}
