//! All that the sandbox knows, behind one lock, and the signal that something changed.
//!
//! The lock is never held across an await. Whoever waits for something subscribes to the
//! version before looking, so that no change slips between looking and waiting.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::calls::CallLog;
use crate::chat::{Author, Chat, ChatKind, StoredMessage};
use crate::clock::{AdvancingClock, Clock};
use crate::commands::Menus;
use crate::config::{BotSpec, PersonSpec};
use crate::faults::FaultPlan;
use crate::note::Note;
use crate::queries::Queries;
use crate::updates::UpdateQueue;
use crate::webhook::Webhook;

pub(crate) struct State {
    pub(crate) bot: BotSpec,
    pub(crate) people: BTreeMap<i64, PersonSpec>,
    pub(crate) chats: BTreeMap<i64, Chat>,
    pub(crate) updates: UpdateQueue,
    pub(crate) queries: Queries,
    pub(crate) menus: Menus,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) faults: FaultPlan,
    pub(crate) calls: CallLog,
    pub(crate) note: Note,
    last_message_id: i64,
}

impl State {
    pub(crate) fn new(bot: BotSpec) -> Self {
        Self {
            bot,
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            updates: UpdateQueue::new(),
            queries: Queries::default(),
            menus: Menus::default(),
            webhook: None,
            faults: FaultPlan::new(),
            calls: CallLog::default(),
            note: Note::default(),
            last_message_id: 0,
        }
    }

    /// Makes the person and the private chat known to Telegram, not yet to the bot.
    pub(crate) fn add_person(&mut self, person: PersonSpec) {
        let chat = self
            .chats
            .entry(person.id)
            .or_insert_with(|| Chat::private(person.clone()));
        chat.kind = ChatKind::Private(person.clone());
        self.people.insert(person.id, person);
    }

    pub(crate) fn person_json(&self, id: i64) -> Value {
        match self.people.get(&id) {
            Some(person) => person.user_json(),
            None => json!({ "id": id, "is_bot": false, "first_name": "" }),
        }
    }

    pub(crate) fn message_json(&self, chat: &Chat, message: &StoredMessage) -> Value {
        message.to_json(chat, &self.bot.user_json(), &|id| self.person_json(id))
    }

    /// Puts a message into a chat under the next id, which it returns.
    pub(crate) fn post(&mut self, chat_id: i64, mut message: StoredMessage) -> Option<i64> {
        let chat = self.chats.get_mut(&chat_id)?;
        message.id = chat.own_message_id().unwrap_or_else(|| {
            self.last_message_id += 1;
            self.last_message_id
        });
        let id = message.id;
        if message.author == Author::Bot {
            chat.typing_until = 0;
        }
        chat.push(message);
        Some(id)
    }
}

pub(crate) struct Shared {
    state: Mutex<State>,
    version: watch::Sender<u64>,
    clock: AdvancingClock,
    pub(crate) closing: CancellationToken,
    pub(crate) bot_token: String,
    pub(crate) page_key: String,
    pub(crate) port: u16,
}

/// What a sandbox keeps from its start to its end.
pub(crate) struct Identity {
    pub(crate) bot_token: String,
    pub(crate) page_key: String,
    pub(crate) port: u16,
}

impl Shared {
    pub(crate) fn new(state: State, clock: Arc<dyn Clock>, identity: Identity) -> Self {
        Self {
            state: Mutex::new(state),
            version: watch::Sender::new(0),
            clock: AdvancingClock::new(clock),
            closing: CancellationToken::new(),
            bot_token: identity.bot_token,
            page_key: identity.page_key,
            port: identity.port,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panicking test thread must not take the others' sandbox along.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state at one moment.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State, i64) -> T) -> T {
        let now = self.clock.now_unix();
        look(&self.lock(), now)
    }

    /// Changes the state at one moment and wakes whoever waits.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut State, i64) -> T) -> T {
        let now = self.clock.now_unix();
        let outcome = change(&mut self.lock(), now);
        self.version
            .send_modify(|version| *version = version.wrapping_add(1));
        outcome
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    pub(crate) fn advance(&self, seconds: u32) {
        self.clock.advance(seconds);
        self.write(|_, _| ());
    }

    /// The address of a person's chat page.
    pub(crate) fn page_url(&self, person_id: i64) -> String {
        format!(
            "http://127.0.0.1:{}/chat/{person_id}?key={}",
            self.port, self.page_key
        )
    }

    /// Looks after every change until there is something to return, at most `max_wait`.
    pub(crate) async fn wait<T>(
        &self,
        mut look: impl FnMut() -> Option<T>,
        max_wait: Duration,
    ) -> Option<T> {
        let mut changes = self.subscribe();
        let watching = async {
            loop {
                if let Some(found) = look() {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(max_wait, watching)
            .await
            .ok()
            .flatten()
    }
}
