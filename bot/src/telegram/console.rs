//! The console as one value: what its parts share, and how they are started.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use teloxide::Bot;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::config::{GroupConfig, Language, TelegramConfig, WebhookConfig};
use waiaas_daemon_core::console::operators::{self, Binding, Operator, PairedBy};
use waiaas_daemon_core::console::outbox;
use waiaas_daemon_core::core::Core;
use waiaas_daemon_core::http::webhook::WebhookDoor;
use waiaas_daemon_core::lease::Lease;
use waiaas_daemon_core::notify::channel::Channel;
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::trouble::Trouble;
use waiaas_protocol::wire::OperatorRole;

use super::channel::TelegramChannel;
use super::client::{self, ClientError};
use super::view::{Reader, Words};
use super::{inbox, receiving, sender, summary};

pub(super) use waiaas_daemon_core::console::CHANNEL;

/// How often keyboards that ran out are looked for, seconds of the daemon's clock.
const SWEEP_INTERVAL_S: u64 = 60;

/// How fast messages may go out to one chat.
#[derive(Debug, Clone, Copy)]
pub struct Pacing {
    /// So many at once,
    pub burst: u32,
    /// then one in so many milliseconds.
    pub interval_ms: u64,
}

impl Default for Pacing {
    /// Telegram allows about one message per second and chat, with short bursts.
    fn default() -> Self {
        Self {
            burst: 5,
            interval_ms: 1_000,
        }
    }
}

/// What the console is made of.
#[derive(Debug, Clone)]
pub struct ConsoleSettings {
    /// The configured bot.
    pub telegram: TelegramConfig,
    /// How fast messages may go out.
    pub pacing: Pacing,
}

/// The console's shared parts; cheap to clone.
#[derive(Clone)]
pub struct Console {
    pub(super) core: Core,
    pub(super) bot: Bot,
    pub(super) token: SecretString,
    pub(super) pacing: Pacing,
    /// Of several daemons on one database the one with this lease speaks with Telegram.
    pub(super) lease: Lease,
    pub(super) inbox_bell: Arc<Notify>,
    /// How Telegram brings updates, where it does.
    pub(super) webhook: Option<WebhookConfig>,
    /// Work that outlives the update that caused it.
    pub(super) tasks: TaskTracker,
    words: Arc<Words>,
    language: Option<Language>,
    time_zone: String,
    owner_chat_id: Option<i64>,
    /// Where paired people may use the console besides their private chats.
    pub(super) group: Option<GroupConfig>,
}

impl Console {
    /// Makes the console; asks nothing of Telegram yet.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn new(core: Core, lease: Lease, settings: ConsoleSettings) -> Result<Self, ClientError> {
        let telegram = settings.telegram;
        core.health
            .set(CHANNEL, ChannelState::Starting, None, core.clock.now_s());
        Ok(Self {
            bot: client::new(&telegram)?,
            token: telegram.bot_token,
            pacing: settings.pacing,
            lease,
            inbox_bell: Arc::new(Notify::new()),
            webhook: telegram.webhook,
            tasks: TaskTracker::new(),
            words: Arc::new(Words::load()),
            language: telegram.language,
            time_zone: telegram.time_zone,
            owner_chat_id: telegram.owner_chat_id,
            group: telegram.group,
            core,
        })
    }

    /// The channel that takes alerts.
    #[must_use]
    pub fn channel(&self) -> Arc<dyn Channel> {
        Arc::new(TelegramChannel::new(self.clone()))
    }

    /// Binds the configured owner, finishes hand-overs that were begun before the process
    /// died, and starts receiver, inbox, sender and sweeper. Telegram need not be reachable.
    ///
    /// # Errors
    /// As the database says.
    pub async fn start(
        &self,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        self.bind_configured_owner().await?;
        tracker.spawn(receiving::run(self.clone(), stop.clone()));
        tracker.spawn(inbox::run(self.clone(), stop.clone()));
        tracker.spawn(sender::run(self.clone(), stop.clone()));
        tracker.spawn(summary::run(self.clone(), stop.clone()));
        tracker.spawn(sweep(self.clone(), stop.clone()));
        Ok(())
    }

    /// The door that Telegram brings updates to, where one is configured.
    #[must_use]
    pub fn webhook_door(&self, request_timeout: Duration) -> Option<WebhookDoor> {
        let webhook = self.webhook.as_ref()?;
        Some(WebhookDoor {
            core: self.core.clone(),
            path: webhook.path().to_owned(),
            secret: self.core.master_key.webhook_secret(&self.token),
            bell: Arc::clone(&self.inbox_bell),
            request_timeout,
        })
    }

    /// Waits for hand-overs that are under way.
    pub async fn finish_tasks(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn bind_configured_owner(&self) -> Result<(), Error> {
        let Some(id) = self.owner_chat_id else {
            return Ok(());
        };
        let binding = Binding {
            user_id: id,
            chat_id: id,
            role: OperatorRole::Owner,
            username: None,
            display_name: None,
            language: None,
            time_zone: None,
            paired_by: PairedBy::Configuration,
        };
        operators::bind_configured(&self.core, &binding)
            .await
            .map(|_| ())
    }

    /// The bot's user name; empty until Telegram has told it.
    pub(super) fn bot_name(&self) -> String {
        self.core.health.bot_username().unwrap_or_default()
    }

    /// Says how the channel is doing; logs only what changes.
    pub(super) fn report(&self, state: ChannelState, problem: Option<Trouble>) {
        if self.core.health.state(CHANNEL) != state {
            match problem.as_ref().map(Trouble::to_string) {
                Some(problem) => tracing::warn!(state = state.as_str(), problem, "Telegram"),
                None => tracing::info!(state = state.as_str(), "Telegram"),
            }
        }
        let now = self.core.clock.now_s();
        self.core.health.set(CHANNEL, state, problem, now);
    }

    /// Language, time zone and role of an operator.
    pub(super) fn reader_of(&self, operator: &Operator, now: i64) -> Reader {
        let language = operator.language.as_deref().map(Language::of_tag);
        let language = language.or(self.language).unwrap_or(Language::En);
        let zone = operator.time_zone.as_deref().unwrap_or(&self.time_zone);
        Reader::new(&self.words, language, zone, now).with_role(operator.role)
    }

    /// Language and time zone of somebody who is nobody here.
    pub(super) fn reader(&self, language_code: Option<&str>, now: i64) -> Reader {
        let spoken = language_code.map(Language::of_tag);
        let language = self.language.or(spoken).unwrap_or(Language::En);
        Reader::new(&self.words, language, &self.time_zone, now)
    }

    /// A reader for texts that are made after the turn, such as a finished hand-over.
    pub(super) fn reader_in(&self, language: &str, time_zone: Option<&str>, now: i64) -> Reader {
        let zone = time_zone.unwrap_or(&self.time_zone);
        Reader::new(&self.words, Language::of_tag(language), zone, now)
    }

    /// What an operator reads until they choose: the configured language where there is one,
    /// else what Telegram tells.
    pub(super) fn first_language(&self, language_code: Option<&str>) -> Option<String> {
        match self.language {
            Some(_) => None,
            None => language_code.map(str::to_owned),
        }
    }
}

async fn sweep(console: Console, stop: CancellationToken) {
    let interval = console
        .core
        .clock
        .timer(Duration::from_secs(SWEEP_INTERVAL_S));
    while console.lease.wait(&stop).await {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
        if let Err(cause) = outbox::sweep_keyboards(&console.core).await {
            tracing::warn!(%cause, "keyboards that ran out not swept; trying again");
        }
    }
}
