//! The sandbox as a test or the demo holds it: start, addresses, people, faults, the end.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use rand::TryRng;
use rand::rngs::SysRng;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::calls::Call;
use crate::chat::Chat;
use crate::config::{GroupSpec, PersonSpec, SandboxConfig};
use crate::error::{SandboxError, WaitTimeout};
use crate::faults::Faults;
use crate::note::NoteField;
use crate::person::Person;
use crate::server;
use crate::state::{Identity, Shared, State};
use crate::view::ChatView;
use crate::webhook;

/// The random part of a generated bot token, as long as Telegram's.
const TOKEN_CHARS: usize = 35;
/// The key in the page's address: 43 characters carry 256 bits.
const PAGE_KEY_CHARS: usize = 43;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// How long [`Sandbox::shutdown`] waits for what is in flight.
const SHUTDOWN_S_MAX: u64 = 2;

/// A running stand-in for the Bot API; it ends when it is shut down or dropped.
pub struct Sandbox {
    shared: Arc<Shared>,
    page_person_id: i64,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Binds a loopback port and serves it from tasks of the current runtime.
    pub async fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        let bot_token = match config.bot_token {
            Some(token) if is_token(&token) => token,
            Some(_) => return Err(SandboxError::BotToken),
            None => format!("{}:{}", config.bot.id, random_text(TOKEN_CHARS)?),
        };
        let bind_error = |source| SandboxError::Bind {
            port: config.port,
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port))
            .await
            .map_err(bind_error)?;
        let port = listener.local_addr().map_err(bind_error)?.port();
        let client = webhook::client()?;
        let identity = Identity {
            bot_token,
            page_key: random_text(PAGE_KEY_CHARS)?,
            port,
        };
        let mut state = State::new(config.bot);
        let page_person_id = config.page_person.id;
        state.add_person(config.page_person);
        let shared = Arc::new(Shared::new(state, config.clock, identity));
        let tasks = vec![
            tokio::spawn(server::serve(shared.clone(), listener)),
            tokio::spawn(webhook::deliver(shared.clone(), client)),
        ];
        Ok(Self {
            shared,
            page_person_id,
            tasks,
        })
    }

    /// The address for the bot's `api_url`, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.shared.port)
    }

    /// The port that is listened on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// The only token that the API accepts.
    #[must_use]
    pub fn bot_token(&self) -> &str {
        &self.shared.bot_token
    }

    /// The address of the configured person's chat page, with the key that opens it.
    #[must_use]
    pub fn page_url(&self) -> String {
        self.shared.page_url(self.page_person_id)
    }

    /// The person whose chat [`Sandbox::page_url`] opens.
    #[must_use]
    pub fn page_person(&self) -> Person {
        Person {
            shared: self.shared.clone(),
            id: self.page_person_id,
        }
    }

    /// Makes a person, or changes how a known one is called, and returns the handle.
    pub fn person(&self, spec: PersonSpec) -> Person {
        let id = spec.id;
        self.shared.write(|state, _| state.add_person(spec));
        Person {
            shared: self.shared.clone(),
            id,
        }
    }

    /// Makes a group that the bot is a member of; a known one stays as it is.
    pub fn group(&self, spec: GroupSpec) {
        self.shared.write(|state, _| {
            state
                .chats
                .entry(spec.id)
                .or_insert_with(|| Chat::group(spec));
        });
    }

    /// Lets the bot read every group message from now on, or again only what is meant for it.
    pub fn read_all_group_messages(&self, all: bool) {
        self.shared
            .write(|state, _| state.bot.reads_all_group_messages = all);
    }

    /// A chat as it stands now, private or group; `None` if there is no such chat.
    #[must_use]
    pub fn chat(&self, chat_id: i64) -> Option<ChatView> {
        self.shared.read(|state, now| {
            state
                .chats
                .get(&chat_id)
                .map(|c| ChatView::of(state, c, now))
        })
    }

    /// Lets Telegram misbehave.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults {
            shared: self.shared.clone(),
        }
    }

    /// The calls of the API so far, oldest first; the last 10 000 are remembered. A poll is
    /// recorded when it is answered.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.read(|state, _| state.calls.all())
    }

    /// The calls of one method, named as documented.
    #[must_use]
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.calls()
            .into_iter()
            .filter(|call| call.method == method)
            .collect()
    }

    /// Waits until the calls satisfy `condition`, at most `max_wait`, and returns them.
    pub async fn wait_for_calls(
        &self,
        mut condition: impl FnMut(&[Call]) -> bool,
        max_wait: Duration,
    ) -> Result<Vec<Call>, WaitTimeout> {
        let look = || {
            let calls = self.calls();
            condition(&calls).then_some(calls)
        };
        self.shared
            .wait(look, max_wait)
            .await
            .ok_or_else(|| WaitTimeout {
                waited: max_wait,
                transcript: self
                    .calls()
                    .iter()
                    .map(|call| format!("{} {} {:?}\n", call.method, call.params, call.outcome))
                    .collect(),
            })
    }

    /// Lets time pass on Telegram's side.
    pub fn advance(&self, seconds: u32) {
        self.shared.advance(seconds);
    }

    /// How many updates the bot has not confirmed.
    #[must_use]
    pub fn pending_updates(&self) -> usize {
        self.shared.read(|state, _| state.updates.len())
    }

    /// Shows these lines of plain text beside the chat page, instead of the former ones. The
    /// first is the title, one that begins with `# ` a heading, and `[field]` is where the
    /// field stands. What stands between backticks is set as code: a command of the bot can be
    /// typed with a tap, a command with spaces copied.
    pub fn set_note(&self, lines: Vec<String>) {
        self.shared.write(|state, _| state.note.set_lines(lines));
    }

    /// Shows a field in the note, or none.
    pub fn set_note_field(&self, field: Option<NoteField>) {
        self.shared.write(|state, _| state.note.field = field);
    }

    /// Waits for the next text that somebody hands over by the note's field.
    pub async fn handed_over(&self) -> String {
        let mut changes = self.shared.subscribe();
        loop {
            // Taking is a change that wakes everybody: only where there is something to take.
            if self.shared.read(|state, _| state.note.has_text())
                && let Some(text) = self.shared.write(|state, _| state.note.take_text())
            {
                return text;
            }
            // As long as this sandbox is there, its state is, and the signal with it.
            let _ = changes.changed().await;
        }
    }

    /// Stops listening and waits a moment for what is in flight.
    pub async fn shutdown(mut self) {
        self.shared.closing.cancel();
        for task in std::mem::take(&mut self.tasks) {
            let stop = task.abort_handle();
            if tokio::time::timeout(Duration::from_secs(SHUTDOWN_S_MAX), task)
                .await
                .is_err()
            {
                stop.abort();
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.closing.cancel();
    }
}

fn is_token(token: &str) -> bool {
    token.split_once(':').is_some_and(|(digits, text)| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !text.is_empty()
            && text.bytes().all(plain)
    })
}

fn random_text(length: usize) -> Result<String, SandboxError> {
    let mut bytes = vec![0; length];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| SandboxError::Randomness(error.to_string()))?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 64)]))
        .collect())
}
