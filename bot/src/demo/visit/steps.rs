//! The single steps of a visit: what the person does, and waiting for what follows from it.

use std::time::Duration;

use i18n_embed_fl::fl;
use waiaas_sandbox::{ChatView, MessageView};

use super::Visit;
use crate::demo::DemoError;
use crate::demo::board::Doing;

/// How long anything may take to happen, in real time.
const PATIENCE_S: u64 = 20;
const SECONDS_OF_MINUTE: u32 = 60;

impl Visit<'_> {
    pub(super) fn write(&mut self, text: &str) -> Result<(), DemoError> {
        self.skip();
        self.person.send_text(text)?;
        self.transcript.wrote(text);
        Ok(())
    }

    /// What has arrived until now belongs to a former scene.
    pub(super) fn skip(&mut self) {
        let ids = self.person.chat().visible().map(|m| m.id).max();
        self.seen_id = ids.unwrap_or_default();
    }

    /// Taps the button whose label begins like this.
    pub(super) async fn tap(
        &mut self,
        message: &MessageView,
        label: &str,
    ) -> Result<(), DemoError> {
        let button = message
            .buttons()
            .find(|button| button.text.starts_with(label));
        let button = button.ok_or_else(|| missing(&format!("the button {label}")))?;
        let query = self.person.tap(message.id, &button.text)?;
        let patience = Duration::from_secs(PATIENCE_S);
        let toast = self.person.wait_for_answer(&query, patience).await;
        let toast = toast.map_err(|_| missing(&format!("an answer to the tap on {label}")))?;
        self.transcript.tapped(&button.text, &toast);
        Ok(())
    }

    pub(super) fn pass_s(&mut self, seconds: u32) {
        self.skip();
        self.stage.clock.advance_s(seconds);
        let minutes = seconds / SECONDS_OF_MINUTE;
        self.transcript
            .checked(&fl!(self.texts, "demo-fact-time", minutes = minutes));
    }

    /// A new message of the bot.
    pub(super) async fn message(
        &mut self,
        what: &str,
        fits: impl Fn(&MessageView) -> bool,
    ) -> Result<MessageView, DemoError> {
        let seen_id = self.seen_id;
        self.look_for(what, |m| m.id > seen_id && fits(m)).await
    }

    /// The same message with other contents.
    pub(super) async fn edit(
        &mut self,
        message: &MessageView,
        what: &str,
        fits: impl Fn(&MessageView) -> bool,
    ) -> Result<MessageView, DemoError> {
        let id = message.id;
        self.look_for(what, |m| m.id == id && fits(m)).await
    }

    pub(super) async fn look_for(
        &mut self,
        what: &str,
        fits: impl Fn(&MessageView) -> bool,
    ) -> Result<MessageView, DemoError> {
        let find = |chat: &ChatView| chat.from_bot().find(|m| fits(m)).cloned();
        let patience = Duration::from_secs(PATIENCE_S);
        let chat = self
            .person
            .wait_for(|chat| find(chat).is_some(), patience)
            .await;
        let chat = chat.map_err(|vain| missing(&format!("{what}\n{}", vain.transcript)))?;
        self.transcript.show(&chat);
        find(&chat).ok_or_else(|| missing(what))
    }

    /// Waits until an agent does what it should.
    pub(super) async fn agent(
        &self,
        name: &str,
        what: &str,
        fits: impl Fn(&Doing) -> bool,
    ) -> Result<(), DemoError> {
        let mut doings = self.stage.board.follow();
        let wait = doings.wait_for(|doings| doings.get(name).is_some_and(&fits));
        let patience = Duration::from_secs(PATIENCE_S);
        if let Ok(Ok(_)) = tokio::time::timeout(patience, wait).await {
            return Ok(());
        }
        let doing = self.stage.board.follow().borrow().get(name).cloned();
        Err(missing(&format!("agent {name} {what}; it is {doing:?}")))
    }

    pub(super) fn check(&mut self, holds: bool, fact: &str) -> Result<(), DemoError> {
        if !holds {
            return Err(missing(fact));
        }
        self.transcript.checked(fact);
        Ok(())
    }
}

pub(super) fn has(message: &MessageView, label: &str) -> bool {
    message
        .buttons()
        .any(|button| button.text.starts_with(label))
}

pub(in crate::demo) fn missing(what: &str) -> DemoError {
    DemoError::Missing {
        missing: what.to_owned(),
    }
}
